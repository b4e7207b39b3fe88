"""Places in dialogues: the evidence for ratings, and the promises that were made; never their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables import TIME_UNIT, Times, frozen_array, times_array

Rows = npt.NDArray[np.int64]


def rows_array(values: npt.ArrayLike) -> Rows:
    """Return whole numbers as a read-only column."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise RecordError(f"rated columns: must be whole numbers, got {array.dtype}; pass integers")
    if array.ndim != 1:
        raise RecordError(f"rated columns: must have one dimension, got {array.ndim}; pass them flat")
    return frozen_array(array, np.int64)


@attrs.frozen(slots=True, eq=False, repr=False)
class SpanTable:
    """Places in dialogues, one a row; what they are places of, says the subclass."""

    row: Rows = attrs.field(converter=rows_array)
    """Row of the ratings, or of the batch that is rated."""

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        return cls(*(np.empty(0, np.int64) for _ in cls.names()))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(attrs.fields_dict(cls))

    @classmethod
    def concatenate(cls, tables: Sequence[Self]) -> Self:
        """Return the rows of several tables as one."""
        if not tables:
            return cls.empty()
        return cls(*(np.concatenate([getattr(each, name) for each in tables]) for name in cls.names()))

    def within(self, start: int, stop: int) -> Self:
        """Return what belongs to some rows of the ratings, counted from the first of these."""
        kept = (self.row >= start) & (self.row < stop)
        parts = {name: getattr(self, name)[kept] for name in self.names()}
        return type(self)(**parts | {"row": parts["row"] - start})

    def moved(self, by: int) -> Self:
        """Return the same places of rows that stand `by` further down."""
        return attrs.evolve(self, row=self.row + by)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in self.names()}

    def __len__(self) -> int:
        return len(self.row)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, SpanTable):
            return NotImplemented
        mine, theirs = self.columns(), other.columns()
        return all(
            np.array_equal(mine[name], theirs[name], equal_nan=mine[name].dtype.kind == "M") for name in mine
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} spans>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self.columns().values())


@attrs.frozen(slots=True, eq=False, repr=False)
class EvidenceTable(SpanTable):
    """Where in the dialogues the evidence for ratings stands; one row a judgement."""

    criterion: Rows = attrs.field(converter=rows_array)
    """Place of the criterion in the rubric."""
    turn: Rows = attrs.field(converter=rows_array)
    """Number of the turn within the interaction, from 0."""
    start: Rows = attrs.field(converter=rows_array)
    """First character."""
    end: Rows = attrs.field(converter=rows_array)
    """The character after the last."""

    def spans(self, row: int, criterion: int) -> list[tuple[int, int, int]]:
        """Return (turn, start, end) of the evidence for one rating."""
        found = np.flatnonzero((self.row == row) & (self.criterion == criterion))
        return [(int(self.turn[at]), int(self.start[at]), int(self.end[at])) for at in found]


def _dues(values: npt.ArrayLike) -> Times:
    array = np.asarray(values)
    return times_array(array.astype(TIME_UNIT) if array.size == 0 else array)


@attrs.frozen(slots=True, eq=False, repr=False)
class PromiseTable(SpanTable):
    """Where in the dialogues the provider promised something, and when it is due; one row a promise."""

    turn: Rows = attrs.field(converter=rows_array)
    """Number of the turn within the interaction, from 0."""
    start: Rows = attrs.field(converter=rows_array)
    """First character."""
    end: Rows = attrs.field(converter=rows_array)
    """The character after the last."""
    due: Times = attrs.field(converter=_dues)
    """The last moment that was promised, in UTC; NaT where none was said: such a promise never lapses."""
