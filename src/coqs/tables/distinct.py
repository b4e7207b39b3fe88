"""A column at the door: each distinct cell once, so that it is read once however often it stands there.

Columns of numbers and of times that a library brings as such stay arrays, and are read whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.tables.arrow_texts import ArrowTexts

Places = npt.NDArray[np.signedinteger[Any]]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
A_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands for every time where only their kind matters."""
NARROW = 1024
"""Whole numbers within such a range are told apart by a table, without sorting."""


@attrs.frozen(slots=True, eq=False, repr=False)
class Coded:
    """Distinct cells, and which of them stands in each row."""

    codes: Places
    """(n,) places in `values`, -1 where the cell is empty."""
    values: Sequence[Any]
    """The distinct cells; none of them is empty."""
    is_tight: bool = False
    """Whether every one of them stands in some row, in the order of first appearance."""
    is_text: bool = False
    """Whether they are texts, of Python's own kind or in Arrow memory; False where that is not known."""

    def __len__(self) -> int:
        return len(self.codes)

    def empty(self) -> Mask:
        """Return (n,) true where the cell is empty."""
        return self.codes < 0

    def tight(self) -> Coded:
        """Return the same with the cells that occur only, in the order of their first appearance."""
        if self.is_tight:
            return self
        k, n = len(self.values), len(self.codes)
        first = np.full(k + 1, n)
        first[self.codes[::-1]] = np.arange(n - 1, -1, -1)  # of several writes to one place the last stays
        used = np.flatnonzero(first[:k] < n)
        order = used[np.argsort(first[used])]
        places = np.full(k + 1, -1, np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        return Coded(places.take(self.codes), some(self.values, order), is_tight=True, is_text=self.is_text)


@attrs.frozen(slots=True, eq=False, repr=False)
class Numbers:
    """A column that holds numbers of one kind."""

    array: npt.NDArray[Any]
    """(n,) whole numbers or floats; a NaN is an empty cell."""
    missing: Mask | None = None
    """(n,) true where the cell is empty; None where NaN alone says so."""

    def __len__(self) -> int:
        return len(self.array)

    def empty(self) -> Mask:
        """Return (n,) true where the cell is empty."""
        gone = np.isnan(self.array) if self.array.dtype.kind == "f" else np.zeros(len(self), np.bool_)
        return gone if self.missing is None else gone | self.missing

    def coded(self) -> Coded:
        """Return the same cells as distinct ones, in ascending order."""
        empty = self.empty()
        if empty.all():
            return Coded(np.full(len(self), -1), [])
        filled = np.where(empty, self.array[np.argmin(empty)], self.array) if empty.any() else self.array
        narrow = _narrow(filled)
        if narrow is None:
            values, codes = np.unique(filled, return_inverse=True)
            codes = codes.reshape(-1)
        else:
            values, codes = narrow
        return Coded(np.where(empty, -1, codes) if empty.any() else codes, values.tolist())


@attrs.frozen(slots=True, eq=False, repr=False)
class Moments:
    """A column that holds times."""

    times: npt.NDArray[np.datetime64]
    """(n,) of any unit, NaT where the cell is empty."""
    is_utc: bool
    """Whether they are in UTC; else they state no zone."""

    def __len__(self) -> int:
        return len(self.times)

    def empty(self) -> Mask:
        """Return (n,) true where the cell is empty."""
        return np.isnat(self.times)

    def coded(self) -> Coded:
        """Return cells of which only is known whether they are empty and of what kind."""
        return alike(np.isnat(self.times), A_TIME)


Column = Coded | Numbers | Moments


def alike(empty: Mask, cell: Any) -> Coded:
    """Return a column of cells that nobody can use, so that one of a kind stands for all."""
    return Coded(np.where(empty, -1, 0), [cell])


def coded(column: Column) -> Coded:
    """Return a column as its distinct cells."""
    return column if isinstance(column, Coded) else column.coded()


def rows_of(column: Column, rows: Rows) -> Column:
    """Return some rows of a column; of distinct cells, those that occur in them."""
    if isinstance(column, Numbers):
        return Numbers(column.array[rows], None if column.missing is None else column.missing[rows])
    if isinstance(column, Moments):
        return Moments(column.times[rows], column.is_utc)
    codes = column.codes[rows]
    if len(column.values) <= NARROW:
        return Coded(codes, column.values, is_text=column.is_text)
    used, places = np.unique(codes, return_inverse=True)
    gap = int(used.size > 0 and used[0] < 0)
    return Coded(places.reshape(-1) - gap, some(column.values, used[gap:]), is_text=column.is_text)


def first_rows(keys: npt.NDArray[np.int64], size: int) -> tuple[Rows, Places]:
    """Return the first row of each distinct key, in the order of rows, and which of them each row has.

    Keys lie from 0 to `size` - 1.
    """
    n = len(keys)
    if size > 8 * n + NARROW:
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        rank = np.empty(len(first), np.int64)
        order = np.argsort(first)
        rank[order] = np.arange(len(order))
        return first[order], rank.take(inverse.reshape(-1))
    earliest = np.full(size, n)
    earliest[keys[::-1]] = np.arange(n - 1, -1, -1)
    first = np.sort(earliest[earliest < n])
    rank = np.empty(size, np.int64)
    rank[keys[first]] = np.arange(len(first))
    return first, rank.take(keys)


def _narrow(array: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Places] | None:
    """Return distinct numbers and codes without sorting, where they are whole and near each other."""
    if not array.size:
        return None
    low, high = array.min(), array.max()
    if not float(high) - float(low) < NARROW or not abs(float(low)) < 2**52:
        return None
    codes: Places = (array - low if array.dtype.kind == "f" else array.astype(np.int64) - int(low)).astype(
        int
    )
    values = np.arange(int(low), int(high) + 1).astype(array.dtype)
    if array.dtype.kind == "f" and not np.array_equal(values.take(codes), array):
        return None
    return values, codes


def some(values: Sequence[Any], places: npt.NDArray[Any]) -> Sequence[Any]:
    """Return some of the distinct cells; texts in Arrow memory stay there."""
    if isinstance(values, ArrowTexts):
        whole = len(places) == len(values) and bool((places[1:] > places[:-1]).all())
        return values if whole else ArrowTexts(values.array.take(places))
    return [values[place] for place in places.tolist()]
