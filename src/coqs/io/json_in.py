"""Ratings as JSON lines: an object a row, its keys the columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coqs.io.dialect import UTF_8
from coqs.io.json_records import placed_records
from coqs.io.lines import Input, Progress, text_lines
from coqs.io.pieces import ListPiece, Piece
from coqs.tables import kind_of


def json_pieces(
    given: Input, *, max_line_bytes: int, progress: Progress | None, encoding: str | None = UTF_8
) -> Iterator[Piece]:
    """Yield all rows as one piece; a key that a row lacks is empty there."""
    lines = text_lines(given, max_line_bytes=max_line_bytes, progress=progress, encoding=encoding)
    columns: dict[str, list[Any]] = {}
    numbers: list[int] = []
    for spot, record in placed_records(given, lines, what="row"):
        if not isinstance(record, dict):
            problem = f"must be an object, got {kind_of(record)}; write a row as names with cells"
            raise given.refusal(problem, line=spot.line)
        for name, cell in record.items():
            column = columns.setdefault(name, [])
            column.extend([None] * (len(numbers) - len(column)))
            column.append(cell)
        numbers.append(spot.line or 0)
    for column in columns.values():
        column.extend([None] * (len(numbers) - len(column)))
    yield ListPiece.of_lines(columns, numbers)
