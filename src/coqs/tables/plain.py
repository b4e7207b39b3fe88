"""Columns that are lists or NumPy arrays, as distinct cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables.cells import is_missing
from coqs.tables.distinct import Coded, Column, Moments, Numbers, alike

ONE_KIND = (int, bool)
"""Kinds of which equal cells are the same cell; of several kinds they need not be, as 1, 1.0 and True."""
GROUPS = (list, tuple, set, frozenset, np.ndarray)
EMPTY_KIND = type(None)


def column_of_cells(cells: Sequence[Any]) -> Column:
    """Return a list of cells of any kind as a column.

    >>> column_of_cells(["met", None, "met", ""]).codes.tolist()
    [0, -1, 0, -1]
    """
    kinds = set(map(type, cells))
    said = kinds - {EMPTY_KIND}
    if said == {float}:
        return Numbers(np.array(cells, np.float64))
    if kinds == {int}:
        try:
            return Numbers(np.array(cells, np.int64))
        except OverflowError:
            pass
    if said == {str}:
        return coded_texts(cells)
    if not said or (len(said) == 1 and said <= {*ONE_KIND}):
        return coded_by_key(cells, dict(zip(distinct := dict.fromkeys(cells), distinct, strict=True)))
    keys = [_key(cell) for cell in cells]
    return coded_by_key(keys, dict(zip(keys, cells, strict=True)))


def coded_texts(cells: Sequence[str | None]) -> Coded:
    """Return a list of texts as a column; None and an empty text are empty cells."""
    texts = dict.fromkeys(cells)
    for blank in (None, ""):
        texts.pop(blank, None)
    places: dict[str | None, int] = dict(zip(texts, range(len(texts)), strict=True))
    places |= {None: -1, "": -1}
    codes = np.fromiter(map(places.__getitem__, cells), np.int32, len(cells))
    return Coded(codes, list(texts), is_tight=True, is_text=True)


def coded_by_key(keys: Sequence[Any], cells: dict[Any, Any]) -> Coded:
    """Return the column whose rows have these keys, and the cell of each distinct key."""
    places: dict[Any, int] = {}
    values: list[Any] = []
    for key, cell in cells.items():
        if is_missing(cell):
            places[key] = -1
        else:
            places[key] = len(values)
            values.append(cell)
    codes = np.fromiter(map(places.__getitem__, keys), np.int32, len(keys))
    return Coded(codes, values, is_tight=True)


def column_of_array(array: npt.NDArray[Any], *, name: str) -> Column:
    """Return a NumPy array as a column; a masked cell is empty."""
    if array.ndim != 1:
        raise RecordError(f"column {name!r}: must have one dimension, got {array.ndim}; pass it flat")
    if isinstance(array, np.ma.MaskedArray):
        return column_of_cells([None if cell is np.ma.masked else cell for cell in _cells(array)])
    match array.dtype.kind:
        case "b":
            return Coded(array.astype(np.int8), [False, True])
        case "i" | "u":
            return Numbers(array)
        case "f":
            return Numbers(array.astype(np.float64, copy=False))
        case "M":
            return Moments(array, is_utc=False)
        case "m":
            return alike(np.isnat(array), dt.timedelta())
        case "c":
            return alike(np.zeros(len(array), np.bool_), 0j)
    return column_of_cells(array.tolist())


def _cells(array: Iterable[Any]) -> list[Any]:
    return [cell.item() if isinstance(cell, np.generic) else cell for cell in array]


def _key(cell: Any) -> Any:
    """Return what tells one cell from another of any kind; what has no key stands for itself."""
    if isinstance(cell, dt.datetime):
        return type(cell), cell, cell.fold  # times are equal without their folds
    if isinstance(cell, np.ndarray) and cell.ndim != 1:
        return _Apart()
    if isinstance(cell, GROUPS):
        options = tuple(cell)
        return (type(cell), options) if all(isinstance(each, str) for each in options) else _Apart()
    try:
        hash(cell)
    except TypeError:
        return _Apart()
    return type(cell), cell


class _Apart:
    """The key of a cell that is like no other."""
