"""Columns of texts and of numbers, and the door for tables of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables.cells import Place, Refusals, as_number, digits_of, is_missing, kind_of
from coqs.tables.encoded import Encoded
from coqs.tables.frozen import frozen_array
from coqs.tables.times import TIME_UNIT

Floats = npt.NDArray[np.float64]


def columns_of(table: Mapping[str, Any], *, names: Mapping[str, str]) -> dict[str, Sequence[Any]]:
    """Return a table's columns as sequences of equal length, under our names.

    Parameters
    ----------
    table
        A mapping of column name to values.
    names
        Our name to the table's name, for columns that the table calls differently.
    """
    if not isinstance(table, Mapping):
        raise RecordError(f"table: must be a mapping of columns, got {kind_of(table)}; pass a dict of arrays")
    theirs = {value: key for key, value in names.items()}
    if len(theirs) < len(names):
        raise RecordError("columns: must not give one column two names; mend the mapping")
    absent = [name for name in theirs if name not in table]
    if absent:
        raise RecordError(f"columns: must name columns of the table, got {absent[0]!r}; mend the mapping")
    columns = {
        theirs.get(str(name), str(name)): _sequence(str(name), values) for name, values in table.items()
    }
    if len(columns) < len(table):
        raise RecordError("columns: must not give two columns one name; mend the mapping")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise RecordError(
            f"table: columns must be of one length, got {lengths[shortest]} in {shortest!r} "
            f"and {lengths[longest]} in {longest!r}; mend the table"
        )
    return columns


def _sequence(name: str, values: Any) -> Sequence[Any]:
    if isinstance(values, Encoded):
        return values.to_list()
    if isinstance(values, str | bytes | Mapping | set | frozenset) or not hasattr(values, "__len__"):
        raise RecordError(f"column {name!r}: must be a sequence, got {kind_of(values)}; pass a list or array")
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise RecordError(f"column {name!r}: must have one dimension, got {values.ndim}; pass it flat")
        plain: list[Any] = (values.astype(TIME_UNIT) if values.dtype.kind == "M" else values).tolist()
        return plain
    return list(values)


def text_column(values: Sequence[Any], refused: Refusals, *, place: Place) -> Encoded:
    """Encode a column of ids or names; whole numbers become their digits."""
    cleaned: list[str | None] = []
    for row, value in enumerate(values):
        if isinstance(value, str):
            cleaned.append(str(value) or None)
        elif is_missing(value):
            cleaned.append(None)
        elif (digits := digits_of(value)) is not None:
            cleaned.append(digits)
        else:
            cleaned.append(None)
            refused.add(f"must be a text, got {kind_of(value)}; write it as a text", at=place(row))
    return Encoded.from_values(cleaned)


def number_column(values: Sequence[Any], refused: Refusals, *, place: Place) -> Floats:
    """Read a column of finite numbers, NaN where missing; digits as text are read."""
    numbers = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        if not is_missing(value):
            number = as_number(value)
            if number is None:
                refused.add(
                    f"must be a finite number, got {kind_of(value)}; write one, or leave it empty",
                    at=place(row),
                )
            else:
                numbers[row] = number
    return frozen_array(numbers, np.float64)
