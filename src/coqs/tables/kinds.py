"""Hand columns to another library, as one of its own tables, without a Python object a cell.

Texts become dictionary or categorical columns, times have the zone UTC, and what is not a number is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal, get_args

import numpy.typing as npt

from coqs.errors import MissingDependencyError, NotFoundError
from coqs.tables.arrow_texts import ArrowTexts, arrow
from coqs.tables.encoded import Encoded

Kind = Literal["arrow", "duckdb", "pandas", "polars"]
KINDS: tuple[str, ...] = get_args(Kind)
Columns = Mapping[str, Encoded | npt.NDArray[Any]]
WHAT = "to_table"


def table_of_kind(columns: Columns, kind: str) -> Any:
    """Return columns of equal length as a table of another library.

    >>> import numpy as np
    >>> column = Encoded.from_values(["ann", None])
    >>> table_of_kind({"rater": column, "overall": np.array([0.5, np.nan])}, "arrow").to_pylist()
    [{'rater': 'ann', 'overall': 0.5}, {'rater': None, 'overall': None}]

    Raises
    ------
    NotFoundError
        No such kind of table.
    MissingDependencyError
        The library of that kind is not installed.
    """
    match kind:
        case "arrow":
            return arrow_table(columns)
        case "duckdb":
            return _library("duckdb").from_arrow(arrow_table(columns))
        case "pandas":
            pd = _library("pandas")
            return pd.DataFrame({name: _pandas(pd, column) for name, column in columns.items()})
        case "polars":
            pl = _library("polars")
            return pl.DataFrame([_polars(pl, name, column) for name, column in columns.items()])
        case _:
            raise NotFoundError("kind of table", str(kind), KINDS, where=WHAT)


def arrow_table(columns: Columns) -> Any:
    """Return columns as a pyarrow table; numbers are not copied."""
    pa = arrow(WHAT)
    return pa.table({name: _arrow(pa, column) for name, column in columns.items()})


def arrow_stream(columns: Columns, requested_schema: object | None) -> object:
    """Return columns as the capsule of an Arrow stream, which any library that knows Arrow reads."""
    return arrow_table(columns).__arrow_c_stream__(requested_schema)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingDependencyError(f"{WHAT}({name!r})", library=name) from None


def _arrow(pa: Any, column: Encoded | npt.NDArray[Any]) -> Any:
    if isinstance(column, Encoded):
        return column.to_arrow()
    if column.dtype.kind == "M":
        return pa.array(column, pa.timestamp("us", tz="UTC"))
    return pa.array(column, from_pandas=True)  # what is not a number is null


def _polars(pl: Any, name: str, column: Encoded | npt.NDArray[Any]) -> Any:
    if isinstance(column, Encoded):
        texts = column.categories
        known = (
            pl.from_arrow(texts.array) if isinstance(texts, ArrowTexts) else pl.Series(texts, dtype=pl.String)
        )
        places = pl.Series(column.codes, dtype=pl.Int32)
        return known.gather(places.set(places < 0, None)).cast(pl.Categorical).alias(name)
    if column.dtype.kind == "M":
        return pl.Series(name, column).dt.replace_time_zone("UTC")
    return pl.Series(name, column, nan_to_null=True)


def _pandas(pd: Any, column: Encoded | npt.NDArray[Any]) -> Any:
    if isinstance(column, Encoded):
        return pd.Categorical.from_codes(column.codes, [*column.categories])
    if column.dtype.kind == "M":
        return pd.DatetimeIndex(column).tz_localize("UTC")
    return column
