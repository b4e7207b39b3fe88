"""The door for tables of others: pandas, polars, Arrow, DuckDB, and what speaks one of their protocols.

A table comes in as columns of its own library, under our names, so that headers can be looked at before
any cell is; a column is then read by `column_of`. No library is imported that the caller did not bring,
save narwhals and pyarrow.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Any

import attrs
import numpy as np

from coqs.errors import MissingDependencyError, RecordError
from coqs.tables.arrow_texts import arrow
from coqs.tables.cells import kind_of
from coqs.tables.distinct import Coded, Column, Moments, Numbers
from coqs.tables.encoded import Encoded
from coqs.tables.from_arrow import column_of_arrow
from coqs.tables.plain import coded_texts, column_of_array, column_of_cells

FRAMES = ("pandas", "polars", "duckdb", "modin", "cudf", "dask", "ibis", "pyspark")
"""Libraries whose tables narwhals reads."""
NOT_IN_ARROW = (ImportError, NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError)
"""What libraries raise where pyarrow is not installed, or Arrow does not have a column's kind; such
columns are read cell by cell."""
STREAMS = ("__arrow_c_stream__", "__arrow_c_array__")
_Found = tuple[list[str], Callable[[], Iterable[Any]]]
"""A table's names, and what brings its columns."""


@attrs.frozen(slots=True, eq=False, repr=False)
class OpenTable:
    """A table of whatever library, of which only the headers were looked at."""

    names: tuple[str, ...]
    """The columns, under our names."""
    _columns: Callable[[], Iterable[Any]]

    def read(self) -> dict[str, Column]:
        """Return the columns; they must be of one length."""
        columns = {
            name: column_of(values, name=name)
            for name, values in zip(self.names, self._columns(), strict=True)
        }
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
            raise RecordError(
                f"table: columns must be of one length, got {lengths[shortest]} in {shortest!r} "
                f"and {lengths[longest]} in {longest!r}; mend the table"
            )
        return columns


def open_table(table: Any, *, names: Mapping[str, str]) -> OpenTable:
    """Look at the headers of a table.

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
    headers, columns = _opened(table)
    _check_names(headers)
    theirs = {value: key for key, value in names.items()}
    if len(theirs) < len(names):
        raise RecordError("columns: must not give one column two names; mend the mapping")
    absent = theirs.keys() - set(headers)
    if absent:
        raise RecordError(f"columns: must name columns of the table, got {min(absent)!r}; mend the mapping")
    ours = tuple(theirs.get(name, name) for name in headers)
    if len(set(ours)) < len(ours):
        raise RecordError("columns: must not give two columns one name; mend the mapping")
    return OpenTable(ours, columns)


def _check_names(names: Iterable[Any]) -> None:
    seen: set[str] = set()
    for name in map(str, names):
        if name in seen:
            raise RecordError(f"table: columns must be named once, got {name[:60]!r} again; rename one")
        seen.add(name)


def _opened(table: Any) -> _Found:
    if isinstance(table, Mapping):
        return [str(name) for name in table], table.values
    return _of_arrow(_as_arrow(table)) or _framed(table) or _streamed(table)


def _computed(compute: Callable[..., Any], *given: Any) -> Any:
    """Return what a library works out only now; of its error only the kind is told, for it may hold cells."""
    try:
        return compute(*given)
    except Exception as error:  # noqa: BLE001 - a query or a stream may raise anything
        kind = type(error).__name__
    raise RecordError(
        f"table: must be computed without an error, got {kind}; compute it by itself to see why"
    )


def _as_arrow(table: Any) -> Any:
    """Return a table of pyarrow, however it is held; None where it is none."""
    pa = sys.modules.get("pyarrow")
    if pa is None or not isinstance(table, pa.Table | pa.RecordBatch | pa.RecordBatchReader):
        return None
    if isinstance(table, pa.RecordBatchReader):
        return _computed(table.read_all)
    return pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table


def _of_arrow(table: Any) -> _Found | None:
    return None if table is None else (table.column_names, table.itercolumns)


def _library(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def _framed(table: Any) -> _Found | None:
    """Return the columns of a data frame that narwhals knows; None where it is none."""
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        if _library(table) in FRAMES or hasattr(table, "__dataframe__"):
            raise MissingDependencyError("a data frame", library="narwhals", extra="tables") from None
        return None
    try:
        frame = nw.from_native(table, pass_through=True)
        if isinstance(frame, nw.LazyFrame):
            frame = _collected(frame)
    except nw.exceptions.DuplicateError:
        _check_names(table.columns)
        raise RecordError("table: columns must be named once, got a name again; rename one") from None
    return _of_frame(frame) if isinstance(frame, nw.DataFrame) else None


def _collected(frame: Any) -> Any:
    """Let a table that is computed when asked for be computed."""
    if frame.implementation.is_polars():
        return _computed(frame.collect)
    arrow("a relation")
    _check_names(frame.to_native().columns)
    return _computed(frame.collect, "pyarrow")


def _of_frame(frame: Any) -> _Found:
    native = frame.to_native()
    if frame.implementation.is_pandas_like():
        return [str(name) for name in native.columns], lambda: (series for _, series in native.items())
    try:
        return _of_arrow(_as_arrow(native)) or (frame.columns, frame.to_arrow().itercolumns)
    except NOT_IN_ARROW:
        return frame.columns, frame.iter_columns


def _streamed(table: Any) -> _Found:
    """Return what speaks a protocol of Arrow or of data frames as an Arrow table."""
    found = None
    if any(hasattr(table, each) for each in STREAMS):
        found = _as_arrow(_computed(_opened_stream, arrow("a stream of Arrow"), table))
    elif hasattr(table, "__dataframe__"):
        arrow("a data frame of the interchange protocol")
        from pyarrow.interchange import from_dataframe

        found = _computed(from_dataframe, table)
    if found is None:
        raise RecordError(
            f"table: must be a mapping of columns, got {kind_of(table)}; "
            f"pass a dict of arrays or a data frame"
        )
    return found.column_names, found.itercolumns


def _opened_stream(pa: Any, table: Any) -> Any:
    """Return a stream of which only the schema was read, or one batch; None where it is one column."""
    with contextlib.suppress(pa.ArrowInvalid, TypeError, ValueError):
        if hasattr(table, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(table)
        return pa.record_batch(table)
    return None


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
    if _library(values) == "pandas":
        return _of_pandas(values, name)
    series = _series(values)
    if series is not None:
        return _of_series(series, name)
    if any(hasattr(values, each) for each in STREAMS) and "pyarrow" in sys.modules:
        pa = arrow("a column of Arrow")
        whole = hasattr(values, "__arrow_c_array__")
        return column_of_arrow(_computed(pa.array if whole else pa.chunked_array, values), name=name)
    return column_of_cells(list(values))


def _series(values: Any) -> Any:
    """Return a series of another library as narwhals sees it, None where it is none."""
    if "narwhals" not in sys.modules and _library(values) not in FRAMES:
        return None
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        return None
    found = nw.from_native(values, allow_series=True, pass_through=True)
    return found if isinstance(found, nw.Series) else None


def _of_series(series: Any, name: str) -> Column:
    try:
        array = series.to_arrow()
    except NOT_IN_ARROW:
        return column_of_cells(series.to_list())
    return column_of_arrow(array, name=name)


def _of_pandas(values: Any, name: str) -> Column:
    """Read a series as NumPy or Arrow hold it, or cell by cell where neither has its kind."""
    if isinstance(values.dtype, np.dtype):
        return (
            _of_objects(values) if values.dtype.kind == "O" else column_of_array(values.to_numpy(), name=name)
        )
    try:
        import pyarrow as pa

        array = pa.array(values, from_pandas=True)
    except NOT_IN_ARROW:
        return column_of_cells(list(values))
    if isinstance(array.type, pa.BaseExtensionType):  # of pandas' own kinds, as periods and intervals are
        return column_of_cells(list(values))
    return column_of_arrow(array, name=name)


def _of_objects(native: Any) -> Column:
    """Read a pandas column of Python objects; pandas tells texts apart, and of other kinds not all."""
    pd: Any = sys.modules["pandas"]  # which made the column
    cells = native.to_numpy()
    try:
        codes, distinct = pd.factorize(cells)
    except TypeError:  # lists and the like
        return column_of_cells(cells.tolist())
    texts = distinct.tolist()
    if not all(isinstance(text, str) for text in texts):
        return column_of_cells(cells.tolist())
    found = coded_texts([str(text) for text in texts])
    return Coded(np.append(found.codes, -1).take(codes), found.values, is_tight=True, is_text=True)
