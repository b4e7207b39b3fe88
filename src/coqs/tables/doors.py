"""The door for tables of others: pandas, polars, Arrow, DuckDB, and what speaks one of their protocols.

A table comes in as columns of its own library, under our names, so that headers can be looked at before
any cell is; a column is then read by `column_of`. No library is imported that the caller did not bring,
save narwhals and pyarrow.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence, Sized
from typing import Any

import numpy as np

from coqs.errors import MissingDependencyError, RecordError
from coqs.tables.arrow_texts import arrow
from coqs.tables.cells import kind_of
from coqs.tables.coded import Coded, Column, Moments, Numbers
from coqs.tables.encoded import Encoded
from coqs.tables.from_arrow import column_of_arrow
from coqs.tables.plain import coded_texts, column_of_array, column_of_cells

FRAMES = ("pandas", "polars", "duckdb", "modin", "cudf", "dask", "ibis", "pyspark")
"""Libraries whose tables narwhals reads."""
STREAMS = ("__arrow_c_stream__", "__arrow_c_array__")


def columns_of(table: Any, *, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a table's columns as its library holds them, under our names.

    Parameters
    ----------
    table
        A mapping of column name to values, or a table of another library.
    names
        Our name to the table's name, for columns that the table calls differently.

    Raises
    ------
    RecordError
        It is no table, a name stands for two columns, or a name is not there.
    MissingDependencyError
        The library that reads such a table is not installed.
    """
    found = _opened(table)
    _check_names([name for name, _ in found])
    theirs = {value: key for key, value in names.items()}
    if len(theirs) < len(names):
        raise RecordError("columns: must not give one column two names; mend the mapping")
    columns = {theirs.get(name, name): values for name, values in found}
    known = {name for name, _ in found}
    absent = [name for name in theirs if name not in known]
    if absent:
        raise RecordError(f"columns: must name columns of the table, got {absent[0]!r}; mend the mapping")
    if len(columns) < len(found):
        raise RecordError("columns: must not give two columns one name; mend the mapping")
    return columns


def same_length(lengths: Mapping[str, int]) -> None:
    """Refuse columns that are not of one length."""
    if len(set(lengths.values())) > 1:
        shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise RecordError(
            f"table: columns must be of one length, got {lengths[shortest]} in {shortest!r} "
            f"and {lengths[longest]} in {longest!r}; mend the table"
        )


def _check_names(names: Sequence[str]) -> None:
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RecordError(f"table: columns must be named once, got {name[:60]!r} again; rename one")
        seen.add(name)


def _opened(table: Any) -> list[tuple[str, Any]]:
    """Return a table's columns in order."""
    if isinstance(table, Mapping):
        return [(str(name), values) for name, values in table.items()]
    arrow_table = _as_arrow(table)
    if arrow_table is None:
        frame = _framed(table)
        if isinstance(frame, list):
            return frame
        arrow_table = _streamed(table) if frame is None else frame
    return list(zip(arrow_table.column_names, arrow_table.columns, strict=True))


def _as_arrow(table: Any) -> Any:
    """Return a table of pyarrow as it is; None where it is none."""
    pa = sys.modules.get("pyarrow")
    if pa is None:
        return None
    if isinstance(table, pa.RecordBatchReader):
        return table.read_all()
    return (
        pa.Table.from_batches([table])
        if isinstance(table, pa.RecordBatch)
        else (table if isinstance(table, pa.Table) else None)
    )


def _library(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def _framed(table: Any) -> Any:
    """Return the columns of a data frame as narwhals sees them, or an Arrow table; None where it is none."""
    is_frame = _library(table) in FRAMES or hasattr(table, "__dataframe__")
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        if is_frame:
            raise MissingDependencyError("a data frame", library="narwhals", extra="tables") from None
        return None
    from narwhals.exceptions import DuplicateError

    try:
        frame = nw.from_native(table, pass_through=True)
        if isinstance(frame, nw.LazyFrame):
            is_polars = frame.implementation.is_polars()
            frame = frame.collect() if is_polars else frame.collect(_arrow_for("a relation"))
    except DuplicateError:
        _check_names([str(name) for name in table.columns])
        raise RecordError("table: columns must be named once, got a name again; rename one") from None
    if not isinstance(frame, nw.DataFrame):
        return None
    return _as_arrow(frame.to_native()) or [(str(name), frame[name]) for name in frame.columns]


def _arrow_for(what: str) -> Any:
    arrow(what)
    return "pyarrow"


def _streamed(table: Any) -> Any:
    """Return what speaks a protocol of Arrow or of data frames as an Arrow table."""
    if any(hasattr(table, each) for each in STREAMS):
        return arrow("a stream of Arrow").table(table)
    if hasattr(table, "__dataframe__"):
        arrow("a data frame of the interchange protocol")
        from pyarrow.interchange import from_dataframe

        return from_dataframe(table)
    raise RecordError(
        f"table: must be a mapping of columns, got {kind_of(table)}; pass a dict of arrays or a data frame"
    )


def column_of(values: Any, *, name: str = "") -> Column:
    """Return one column of whatever library as its distinct cells, as numbers or as times."""
    if isinstance(values, Coded | Numbers | Moments):
        return values
    if isinstance(values, Encoded):
        return _encoded(values)
    if isinstance(values, np.ndarray):
        return column_of_array(values, name=name)
    pa = sys.modules.get("pyarrow")
    if pa is not None and isinstance(values, pa.Array | pa.ChunkedArray):
        return column_of_arrow(values, name=name)
    if isinstance(values, str | bytes | Mapping | set | frozenset) or not _is_column(values):
        raise RecordError(f"column {name!r}: must be a sequence, got {kind_of(values)}; pass a list or array")
    if isinstance(values, list | tuple | range):
        return column_of_cells(values)
    return _of_library(values, name)


def _is_column(values: Any) -> bool:
    return isinstance(values, Sized) or any(hasattr(values, each) for each in STREAMS)


def _encoded(column: Encoded) -> Coded:
    if "" not in column.categories:
        return Coded(column.codes, column.categories, is_text=True)
    cells = coded_texts(list(column.categories))
    return Coded(np.append(cells.codes, -1).take(column.codes), cells.values, is_text=True)


def _of_library(values: Any, name: str) -> Column:
    """Read a column that is neither plain nor of Arrow: a series, or what speaks Arrow's protocol."""
    series = _series(values)
    if series is not None:
        return _of_series(series, name)
    if any(hasattr(values, each) for each in STREAMS) and "pyarrow" in sys.modules:
        pa = arrow("a column of Arrow")
        return column_of_arrow(pa.chunked_array(values), name=name)
    return column_of_cells(list(values))


def _series(values: Any) -> Any:
    """Return a series of another library as narwhals sees it, None where it is none."""
    narwhals = sys.modules.get("narwhals")
    if narwhals is None and _library(values) not in FRAMES:
        return None
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        return None
    if isinstance(values, nw.Series):
        return values
    found = nw.from_native(values, allow_series=True, pass_through=True)
    return found if isinstance(found, nw.Series) else None


def _of_series(series: Any, name: str) -> Column:
    native = series.to_native()
    dtype = getattr(native, "dtype", None)
    if isinstance(dtype, np.dtype):
        return _of_objects(native) if dtype.kind == "O" else column_of_array(native.to_numpy(), name=name)
    try:
        import pyarrow as pa

        array = series.to_arrow()
    except (ImportError, TypeError, ValueError, NotImplementedError):  # a kind that Arrow does not have
        return column_of_cells(series.to_list())
    return column_of_arrow(
        array if isinstance(array, pa.Array | pa.ChunkedArray) else pa.array(array), name=name
    )


def _of_objects(native: Any) -> Column:
    """Read a pandas column of Python objects; where all are texts, pandas tells them apart itself."""
    pd: Any = sys.modules["pandas"]  # which made the column
    cells = native.to_numpy()
    if pd.api.types.infer_dtype(cells, skipna=True) != "string":
        return column_of_cells(cells.tolist())
    codes, texts = pd.factorize(cells)
    found = coded_texts([str(text) for text in texts.tolist()])
    return Coded(np.append(found.codes, -1).take(codes), found.values, is_tight=True, is_text=True)
