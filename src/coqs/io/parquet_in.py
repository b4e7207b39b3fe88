"""Ratings from Parquet: by pyarrow, some rows at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from typing import Any

from coqs.errors import MissingDependencyError, RecordError, Spot
from coqs.io.lines import Input, Progress
from coqs.io.pieces import ArrowPiece, Piece

MAGIC = b"PAR1"
"""What a Parquet file begins and ends with."""
READ_AHEAD = 2**20


def opened_parquet(given: Input, *, few: Collection[str]) -> Any:
    """Open a Parquet file and look at its columns.

    Parameters
    ----------
    given
        The file.
    few
        The columns that hold few different texts, which are read as they are encoded.
    """
    parquet = _library()
    if given.file.read(len(MAGIC)) != MAGIC:
        raise given.refusal("must be Parquet, got another kind of file; check the path, or give format=")
    with _told_as_refusal(given):
        given.file.seek(0)
        schema = parquet.read_schema(given.file)
        _check_names(given, schema.names)
        texts = [name for name in few if name in schema.names and _is_text(schema.field(name).type)]
        given.file.seek(0)
        return parquet.ParquetFile(
            given.file, read_dictionary=texts, buffer_size=READ_AHEAD, pre_buffer=False
        )


def parquet_pieces(given: Input, file: Any, *, most: int, progress: Progress | None) -> Iterator[Piece]:
    """Yield the rows of an opened file in pieces of at most `most` rows."""
    import pyarrow as pa

    start, rows = 0, file.metadata.num_rows
    batches = file.iter_batches(batch_size=most)
    while True:
        with _told_as_refusal(given):
            batch = next(batches, None)
        if batch is None:
            break
        yield ArrowPiece.of(pa.Table.from_batches([batch]), _rows_from(start))
        start += batch.num_rows
        if progress is not None:
            progress(given.size * start // max(rows, 1), given.size)
    if start == 0:
        yield ArrowPiece.of(file.schema_arrow.empty_table(), _rows_from(0))


def _rows_from(start: int) -> Any:
    return lambda row: Spot(f"row {start + row}")


def _library() -> Any:
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingDependencyError("reading Parquet", library="pyarrow", extra="arrow") from None
    return parquet


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _check_names(given: Input, names: list[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise given.refusal(f"columns must be named once, got {name[:60]!r} again; rename it")


@contextlib.contextmanager
def _told_as_refusal(given: Input) -> Iterator[None]:
    """Turn what pyarrow finds wrong with a file into one message; its own may show cells."""
    import pyarrow as pa

    try:
        yield
    except (RecordError, MemoryError):
        raise
    except (pa.ArrowException, OSError, ValueError, EOFError):
        problem = "must be a whole Parquet file, got one that is cut or damaged; fetch it again"
        raise given.refusal(problem) from None
