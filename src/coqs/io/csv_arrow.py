"""CSV by pyarrow: blocks that are plain enough to mean the same to it and to our own reader.

A block that is not plain, and all that comes after it, is left to our own reader, which also names the
place of every problem; so both read the same and say the same.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import attrs
import numpy as np

from coqs.io.csv_in import CsvOptions, Header, csv_pieces, csv_rows
from coqs.io.formulas import GUARDED_PATTERN
from coqs.io.lines import Input
from coqs.io.pieces import ArrowPiece, Piece, in_parts, line_spot
from coqs.io.recoding import Resumed

BLOCK = 16 * 2**20
"""Bytes read at a time; a block ends with the last row that ends in it."""
QUOTE, LINE_END = ord('"'), ord("\n")


class _NotPlain(Exception):
    """The block is to be read by our own reader."""


@attrs.define
class _Block:
    """Whole rows as they stand in the file, and the number of their first line."""

    rows: bytes
    line: int


def arrow_csv_pieces(
    given: Input, header: Header, options: CsvOptions, *, few: Collection[str], most: int | None = None
) -> Iterator[Piece]:
    """Yield the rows after the header, in pieces; as `csv_pieces` does, but quickly.

    Parameters
    ----------
    given
        The file, read up to the header's end.
    header
        Its columns.
    options
        How it is to be read.
    few
        The columns that hold few different texts, which are encoded by dictionary.
    most
        Rows a piece at most; None for as many as there are.
    """
    line = header.next_line
    told = options.progress or (lambda _done, _all: None)
    blocks = _Blocks(given)
    for rows in blocks:
        try:
            piece = _piece(_Block(rows, line), header, options, few)
        except _NotPlain:
            blocks.give_back(rows)
            break
        yield from in_parts(piece, most)
        line += rows.count(b"\n")
        told(given.position(), given.size)
    if blocks.rest is not None or line == header.next_line:
        given.file = blocks.rest or Resumed(b"", None)
        yield from csv_pieces(given, attrs.evolve(header, next_line=line), options, most=most)
    told(given.size, given.size)


class _Blocks:
    """Go through a file in blocks of whole rows; `rest` is what our own reader has to read."""

    def __init__(self, given: Input) -> None:
        self._file = given.file
        self._read = getattr(given.file, "read1", given.file.read)  # loses nothing where it fails midway
        self._begun = b""
        self._ended = False
        self.rest: Resumed | None = None

    def __iter__(self) -> Iterator[bytes]:
        while True:
            try:
                is_last = self._fill()
            except (OSError, EOFError, zlib.error, UnicodeError) as error:
                self.rest = Resumed(self._begun, None, error)
                return
            end = len(self._begun) if is_last else _end_of_rows(self._begun)
            block, self._begun = self._begun[:end], self._begun[end:]
            if block:
                yield block
            elif not is_last:  # a row that is longer than a block
                self.give_back(b"")
            if is_last or not block:
                return

    def give_back(self, rows: bytes) -> None:
        """Leave rows, and all after them, to our own reader."""
        self.rest = Resumed(rows + self._begun, None if self._ended else self._file)

    def _fill(self) -> bool:
        """Read on until a whole block is there, or the end; tells which."""
        parts, size = [self._begun], len(self._begun)
        try:
            while size < BLOCK and (part := self._read(BLOCK - size)):
                parts.append(part)
                size += len(part)
        finally:
            self._begun = parts[-1] if len(parts) == 2 and not parts[0] else b"".join(parts)
        self._ended = size < BLOCK
        return self._ended


def _end_of_rows(block: bytes) -> int:
    """Return where the last whole row of a block ends: behind a line end that no quotes enclose."""
    end = block.rfind(b"\n")
    quotes = block.count(b'"', 0, end + 1) if QUOTE in block else 0
    while end >= 0 and quotes % 2:
        opening = block.rfind(b'"', 0, end)
        before = block.rfind(b"\n", 0, opening)
        quotes -= block.count(b'"', before + 1, end)
        end = before
    return end + 1


def _piece(block: _Block, header: Header, options: CsvOptions, few: Collection[str]) -> Piece:
    rows = block.rows
    _check_lines(rows, min(options.max_line_bytes, csv.field_size_limit()))
    quoted = QUOTE in rows
    if quoted:
        _check_quotes(rows, ord(options.separator))
    table = _parsed(rows, header.names, options.separator, few=few, quoted=quoted)
    lines = cache(lambda: _lines(block, options))
    return ArrowPiece.of(table, lambda row: line_spot(lines()[row]))


def _check_lines(rows: bytes, longest: int) -> None:
    """Refuse a line that is longer than allowed, or a line end of another kind; looks at few of them."""
    if b"\r" in rows and rows.count(b"\r") != rows.count(b"\r\n"):
        raise _NotPlain
    at = 0
    while len(rows) - at > longest:
        end = rows.rfind(b"\n", at, at + longest + 1)
        if end < 0:
            raise _NotPlain
        at = end + 1


def _check_quotes(rows: bytes, separator: int) -> None:
    """Refuse quotes that do not enclose a whole cell, and cells in quotes that are too long."""
    found = np.frombuffer(rows, np.uint8)
    at = np.flatnonzero(found == QUOTE)
    opening, closing = at[0::2], at[1::2]
    if len(opening) != len(closing) or (closing - opening).max() > csv.field_size_limit():
        raise _NotPlain
    may_stand = np.zeros(256, np.bool_)
    may_stand[[separator, LINE_END, QUOTE]] = True
    if not may_stand[found[opening[opening > 0] - 1]].all():
        raise _NotPlain
    may_stand[ord("\r")] = True
    if not may_stand[found[closing[closing < len(rows) - 1] + 1]].all():
        raise _NotPlain


def _parsed(rows: bytes, names: list[str], separator: str, *, few: Collection[str], quoted: bool) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    encoded = pa.dictionary(pa.int32(), pa.string())
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(rows),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=max(2**20, len(rows) // 4)),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=quoted),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: encoded if name in few else pa.string() for name in names},
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        raise _NotPlain from None
    if b"'" in rows:
        table = pa.table([_unguarded(column) for column in table.columns], names)
    return _without_empty_rows(table)


def _unguarded(column: Any) -> Any:
    """Take the apostrophe off from before what could start a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_encoded = pa.types.is_dictionary(column.type)
    texts = [chunk.dictionary if is_encoded else chunk for chunk in column.chunks]
    if not any(pc.any(pc.starts_with(each, "'")).as_py() for each in texts):
        return column
    mended = pc.replace_substring_regex(column.cast(pa.string()), f"^{GUARDED_PATTERN}", r"\1")
    return mended.dictionary_encode() if is_encoded else mended


def _without_empty_rows(table: Any) -> Any:
    import pyarrow.compute as pc

    if any(column.null_count == 0 for column in table.columns):
        return table
    filled = table.columns[0].is_valid()
    for column in table.columns[1:]:
        filled = pc.or_(filled, column.is_valid())
    return table.filter(filled)


def _lines(block: _Block, options: CsvOptions) -> list[int]:
    """Return the line of each row, for a message."""
    plain = attrs.evolve(options, encoding="utf-8", progress=None)
    rows = csv_rows(Input("", io.BytesIO(block.rows)), plain, first=block.line)
    return [line for line, _ in rows]
