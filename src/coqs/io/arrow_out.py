"""Columns as a table of pyarrow whose kinds are the same for every batch of a file."""

from __future__ import annotations

from typing import Any

import numpy as np

from coqs.io.cell_texts import Column, Columns
from coqs.tables import Encoded
from coqs.tables.arrow_memory import array_of

MANY = ("interaction", "customer", "issue")
"""Columns of texts that mostly differ from row to row, and so gain nothing from a dictionary."""


def arrow_columns(columns: Columns) -> Any:
    """Return columns as a table of pyarrow; what is not a number is null."""
    import pyarrow as pa

    return pa.table({name: _array(column, name) for name, column in columns.items()})


def _array(column: Column, name: str) -> Any:
    import pyarrow as pa

    if isinstance(column, Encoded):
        return _texts(column, is_few=name not in MANY)
    if not isinstance(column, np.ndarray):
        return _array(_of_one_kind(column), name)
    if column.dtype.kind == "M":
        return pa.array(column, pa.timestamp("us", tz="UTC"))
    return array_of(column, missing=np.isnan(column) if column.dtype.kind == "f" else None)


def _texts(column: Encoded, *, is_few: bool) -> Any:
    import pyarrow as pa

    if not is_few:
        return column.to_arrow(plain=True).cast(pa.string())
    found, wanted = column.to_arrow(), pa.dictionary(pa.int32(), pa.string())
    return found if found.type == wanted else found.cast(pa.string()).dictionary_encode()


def _of_one_kind(column: Any) -> Column:
    """Return a list as numbers, or as texts where any cell is one or all are empty."""
    known = [value for value in column if value is not None]
    if known and not any(isinstance(value, str) for value in known):
        return np.array([np.nan if value is None else value for value in column], np.float64)
    texts = [value if value is None or isinstance(value, str) else repr(value) for value in column]
    return Encoded.from_values(texts)
