"""Text columns, encoded by dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables.cells import kind_of
from coqs.tables.frozen import frozen_array

Codes = npt.NDArray[np.int32]


def _codes(values: npt.ArrayLike) -> Codes:
    return frozen_array(values, np.int32)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(slots=True, eq=False, repr=False)
class Encoded:
    """A text column, dictionary-encoded: an integer a row, each text stored once.

    >>> Encoded.from_values(["ann", None, "bob", "ann"]).codes
    array([ 0, -1,  1,  0], dtype=int32)
    """

    codes: Codes = attrs.field(converter=_codes)
    """(n,) places in `categories`, -1 where missing; read-only."""
    categories: tuple[str, ...] = attrs.field(converter=_texts)
    """The distinct texts, in the order of their first appearance."""

    def __attrs_post_init__(self) -> None:
        low, high = self.codes.min(initial=-1), self.codes.max(initial=-1)
        if low < -1 or high >= len(self.categories):
            raise RecordError(
                f"encoded column: codes must lie from -1 to {len(self.categories) - 1}, got {low} to {high}; "
                f"use Encoded.from_values"
            )

    @classmethod
    def from_values(cls, values: Iterable[str | None]) -> Encoded:
        """Encode texts; None is missing."""
        seen: dict[str, int] = {}
        codes = [-1 if value is None else seen.setdefault(value, len(seen)) for value in values]
        for value in seen:
            if not isinstance(value, str):
                raise RecordError(f"encoded column: must be texts, got {kind_of(value)}; pass texts")
        return cls(np.array(codes, dtype=np.int32), tuple(seen))

    @classmethod
    def missing(cls, n: int) -> Encoded:
        """Return a column of n missing values."""
        return cls(np.full(n, -1, dtype=np.int32), ())

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Return (n,) true where there is a text."""
        return self.codes >= 0

    def to_list(self) -> list[str | None]:
        """Return the texts, None where missing."""
        table = (*self.categories, None)
        return [table[code] for code in self.codes]

    def take(self, rows: Any) -> Encoded:
        """Return the column at some rows (an index array, a mask or a slice)."""
        return Encoded(self.codes[rows], self.categories)

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.categories[code]

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encoded) and self.to_list() == other.to_list()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Encoded: {len(self)} rows, {len(self.categories)} categories>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Encoded, (self.codes, self.categories)
