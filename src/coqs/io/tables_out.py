"""Write tables to a file, one after the other: CSV, Parquet or JSON lines; whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from coqs.errors import MissingDependencyError, RecordError
from coqs.io.arrow_out import arrow_columns
from coqs.io.cell_texts import Columns, Notation, csv_notation, json_notation
from coqs.io.dialect import Format, format_of, separator_of
from coqs.io.row_texts import rows_as_bytes
from coqs.whole_file import opened_whole_binary

Path = str | os.PathLike[str]
Write = Callable[[Columns], None]


@contextlib.contextmanager
def opened_table(path: Path, format: str | None = None) -> Iterator[Write]:  # noqa: A002  # the word
    """Open a file for tables of the same columns, which appears only when the block ends well.

    Yields what takes the next rows as columns; see `table_in`.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    """
    _check_library(format_of(path, format))
    with opened_whole_binary(path) as file, table_in(file, path, format) as write:
        yield write


def write_table(columns: Columns, path: Path) -> None:
    """Write one table as the name of its file tells: CSV, Parquet or JSON lines; whole or not at all."""
    with opened_table(path) as write:
        write(columns)


@contextlib.contextmanager
def table_in(file: Any, path: Path, format: str | None = None) -> Iterator[Write]:  # noqa: A002
    """Write tables of the same columns into an open binary file; `path` is what it is called.

    Yields what takes the next rows as columns. All is written when the block ends.

    Raises
    ------
    NotFoundError
        No such format.
    MissingDependencyError
        Parquet without pyarrow.
    RecordError
        A text holds half of a surrogate pair.
    """
    kind = format_of(path, format)
    _check_library(kind)
    with _told_of_half_characters(path), _packed(path, file) as packed, _writer(packed, kind, path) as write:
        yield write


@contextlib.contextmanager
def _packed(path: Path, file: BinaryIO) -> Iterator[BinaryIO]:
    if os.fspath(path).endswith(".gz"):
        with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
            yield packed  # type: ignore[misc]
    else:
        yield file


def _writer(file: BinaryIO, kind: Format, path: Path) -> contextlib.AbstractContextManager[Write]:
    if kind == "parquet":
        return _parquet(file)
    notation = json_notation() if kind == "jsonl" else csv_notation(separator_of(path, None))
    return contextlib.nullcontext(_Rows(file, notation))


class _Rows:
    """Writes rows as texts; the first time the names before them, where the notation wants them."""

    def __init__(self, file: BinaryIO, notation: Notation) -> None:
        self._file = file
        self._notation = notation
        self._begun = False

    def __call__(self, columns: Columns) -> None:
        if not self._begun and self._notation.header:
            self._file.write(self._header(columns))
        self._begun = True
        for rows in rows_as_bytes(columns, self._notation):
            self._file.write(rows)

    def _header(self, columns: Columns) -> bytes:
        notation = self._notation
        cells = [f"{notation.before(place, '')}{notation.text(name)}" for place, name in enumerate(columns)]
        return f"{''.join(cells)}{notation.after}".encode()


@contextlib.contextmanager
def _parquet(file: BinaryIO) -> Iterator[Write]:
    """Write Parquet; the first table settles the kinds of the columns."""
    from pyarrow import parquet

    with contextlib.ExitStack() as stack:
        writer: Any = None

        def write(columns: Columns) -> None:
            nonlocal writer
            table = arrow_columns(columns)
            if writer is None:
                writer = stack.enter_context(parquet.ParquetWriter(file, table.schema))
            writer.write_table(table.cast(writer.schema))

        yield write


def _check_library(kind: Format) -> None:
    if kind != "parquet":
        return
    try:
        import pyarrow.parquet  # noqa: F401  # wanted later
    except ImportError:
        raise MissingDependencyError("writing Parquet", library="pyarrow", extra="arrow") from None


@contextlib.contextmanager
def _told_of_half_characters(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError:
        problem = "texts must be whole characters, got half of a surrogate pair; mend the ids or context"
        raise RecordError(f"{os.fspath(path)}: {problem}", path=os.fspath(path)) from None
