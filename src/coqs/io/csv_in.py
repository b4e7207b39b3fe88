"""Ratings from CSV with a header, wide or long; every problem with its line."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping

import attrs

from coqs.errors import RecordError, Spot
from coqs.io.formulas import unguarded
from coqs.io.lines import MAX_LINE_BYTES, Input, Progress, Source, opened, text_lines
from coqs.ratings import Ratings
from coqs.rubric import Rubric
from coqs.tables import Refusals

OTHER_SEPARATORS = (";", "\t")


def read_ratings(
    path: Source,
    rubric: Rubric,
    *,
    columns: Mapping[str, str] | None = None,
    absences: Mapping[str, str] | None = None,
    facts: Iterable[str] = (),
    tz: str | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
) -> Ratings:
    """Read ratings from a CSV file with a header, wide or long.

    The columns are those that `Ratings.from_table` describes. Cells are separated by commas; an empty
    cell is unanswered. An apostrophe before a character that could start a formula is taken off, as
    `write_ratings` puts one on. Empty rows are passed over.

    Parameters
    ----------
    path
        The file, gzip-compressed if its name ends in ``.gz``; or a binary file object.
    rubric
        What was asked.
    columns
        Our name to the file's name, for columns that are called differently.
    absences
        The file's own words for absences, such as {"NA": "not_applicable"}.
    facts
        Columns to keep as facts although the rubric does not declare them.
    tz
        The zone of times that state none; without it they are refused.
    max_line_bytes
        A longer line is refused before it is read.
    progress
        Called now and then with (bytes done, bytes in all); all is 0 where it cannot be known.

    Raises
    ------
    RecordError
        The file cannot be read, is empty, is not UTF-8 or CSV, or its table or ``tz`` cannot be used; with
        ``path``, ``line`` where one line is at fault, and ``failures``, each with its line and column.
    MissingDependencyError
        ``tz`` names a zone, and this machine has no zone data; the extra ``zones`` brings it.
    """
    id_column = (columns or {}).get("interaction", "interaction")
    with opened(path) as given:
        lines = text_lines(given, max_line_bytes=max_line_bytes, progress=progress)
        table = _table(given, lines, id_column)
        try:
            return Ratings.from_placed_table(
                table.columns,
                rubric,
                place=table.place,
                columns=columns,
                absences=absences,
                facts=facts,
                tz=tz,
            )
        except RecordError as error:
            raise given.named(error) from None


@attrs.frozen
class _Table:
    """The columns of a file, and the line that each row began on."""

    columns: dict[str, list[str | None]]
    lines: list[int]

    def place(self, row: int) -> Spot:
        return _spot(self.lines[row])


def _spot(line: int) -> Spot:
    return Spot(f"line {line}", line)


def _table(given: Input, lines: Iterator[tuple[int, str]], id_column: str) -> _Table:
    rows = _rows(given, lines)
    line, header = next(rows, (1, []))
    if not header:
        raise given.refusal("must have a header and a row a pair, got an empty file; check the path")
    names = [unguarded(name) for name in header]
    _check_header(given, line, names, id_column)
    numbers, cells = _cells(given, rows, len(names))
    return _Table(dict(zip(names, cells, strict=True)), numbers)


def _rows(given: Input, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins on; rows without any content are passed over."""
    reader = csv.reader((text for _, text in lines), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            problem = "must be CSV, got a row that is not; mend its quotes, separators or line ends"
            raise given.refusal(problem, line=line) from None
        if row is None:
            return
        if any(row):
            yield line, row


def _check_header(given: Input, line: int, names: list[str], id_column: str) -> None:
    """Refuse a first line that is no header; without the id column it may well hold a customer's words."""
    if id_column not in names:
        separator = next((mark for mark in OTHER_SEPARATORS if len(names) == 1 and mark in names[0]), None)
        if separator is not None:
            problem = f"columns must be separated by commas, got {separator!r}; save it with commas"
            raise given.refusal(problem, line=line)
        near = difflib.get_close_matches(id_column, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "name it with columns={...}"
        problem = f"must be a header with a column {id_column!r}, got none in {len(names)} columns; {hint}"
        raise given.refusal(problem, line=line)
    for place, name in enumerate(names):
        if not name:
            raise given.refusal(f"column {place + 1} must have a name, got none; name it", line=line)
        if name in names[:place]:
            raise given.refusal(f"columns must be named once, got {name[:60]!r} again; rename it", line=line)


def _cells(
    given: Input, rows: Iterator[tuple[int, list[str]]], width: int
) -> tuple[list[int], list[list[str | None]]]:
    """Return the line of each row and the cells of each column, each distinct cell held once."""
    known: dict[str, str | None] = {"": None}
    columns: list[list[str | None]] = [[] for _ in range(width)]
    numbers: list[int] = []
    ragged = Refusals()
    for line, row in rows:
        if len(row) != width:
            problem = f"must have {width} cells, as the header has, got {len(row)}"
            ragged.add(f"{problem}; quote cells that hold a comma", at=_spot(line))
            continue
        numbers.append(line)
        for column, cell in zip(columns, row, strict=True):
            if cell not in known:
                known[cell] = unguarded(cell)
            column.append(known[cell])
    if ragged.count:
        raise ragged.error(given.name, path=given.name)
    return numbers, columns
