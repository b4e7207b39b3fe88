"""Text columns, encoded by dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables.arrow_memory import array_of, text_array
from coqs.tables.arrow_texts import ArrowTexts, arrow
from coqs.tables.cells import kind_of
from coqs.tables.frozen import freeze, frozen_array

Codes = npt.NDArray[np.int32]


def _codes(values: npt.ArrayLike) -> Codes:
    return frozen_array(values, np.int32)


def _texts(values: Iterable[str]) -> Sequence[str]:
    return values if isinstance(values, ArrowTexts) else tuple(values)


@attrs.frozen(slots=True, eq=False, repr=False)
class Encoded:
    """A text column, dictionary-encoded: an integer a row, each text stored once.

    >>> Encoded.from_values(["ann", None, "bob", "ann"]).codes
    array([ 0, -1,  1,  0], dtype=int32)
    """

    codes: Codes = attrs.field(converter=_codes)
    """(n,) places in `categories`, -1 where missing; read-only."""
    categories: Sequence[str] = attrs.field(converter=_texts)
    """The distinct texts, in the order of their first appearance: a tuple, or a sequence that leaves
    them in Arrow memory and decodes one when it is asked for."""

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
        return freeze(self.codes >= 0)

    def to_list(self) -> list[str | None]:
        """Return the texts, None where missing."""
        table = (*self.categories, None)
        return [table[code] for code in self.codes.tolist()]

    def to_arrow(self, *, plain: bool = False) -> Any:
        """Return the column as a pyarrow array, a dictionary array unless `plain`; null where missing.

        Texts that lie in Arrow memory stay there: none becomes a Python string on the way.

        Raises
        ------
        MissingDependencyError
            pyarrow is not installed; the extra `arrow` brings it.
        """
        pa = arrow("Encoded.to_arrow")
        texts = self.categories.array if isinstance(self.categories, ArrowTexts) else None
        if texts is None:
            texts = text_array(self.categories)
        if plain and len(texts) == len(self) and np.array_equal(self.codes, np.arange(len(self))):
            return texts
        places = array_of(self.codes, missing=~self.present)
        return texts.take(places) if plain else pa.DictionaryArray.from_arrays(places, texts)

    def take(self, rows: Any) -> Encoded:
        """Return the column at some rows (an index array, a mask or a slice)."""
        return Encoded(self.codes[rows], self.categories)

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.categories[code]

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Encoded):
            return False
        if np.array_equal(self.codes, other.codes) and self.categories == other.categories:
            return True
        left, right = _same_codes(self, other)
        return np.array_equal(left, right)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Encoded: {len(self)} rows, {len(self.categories)} categories>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Encoded, (self.codes, self.categories)


def _same_codes(left: Encoded, right: Encoded) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return both columns' codes as places in one list of texts; equal codes then say equal texts."""
    arrays = [each.categories.array for each in (left, right) if isinstance(each.categories, ArrowTexts)]
    if len(arrays) == 2:
        pa = arrow("texts of Arrow")
        arrays = [array.cast(pa.large_string()) for array in arrays]
        places = pa.concat_arrays(arrays).dictionary_encode().indices.to_numpy()
    else:
        seen: dict[str, int] = {}
        texts = (text for each in (left, right) for text in each.categories)
        places = np.array([seen.setdefault(text, len(seen)) for text in texts], np.int64)
    cut = len(left.categories)
    tables = np.append(places[:cut], -1), np.append(places[cut:], -1)
    return tables[0].take(left.codes), tables[1].take(right.codes)
