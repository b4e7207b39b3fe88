"""CSV with a header, read row by row; every problem with its line."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator

import attrs

from coqs.io.dialect import SEPARATORS
from coqs.io.formulas import unguarded
from coqs.io.lines import MAX_LINE_BYTES, Input, Progress, text_lines
from coqs.io.pieces import ListPiece, Piece, line_spot
from coqs.tables import Refusals

Rows = Iterator[tuple[int, list[str]]]
"""Each row with the line that it begins on."""


@attrs.frozen(kw_only=True)
class CsvOptions:
    """How a CSV file is written, and how it is to be read."""

    separator: str = ","
    """What stands between two cells."""
    encoding: str | None = None
    """None for UTF-8, or UTF-16 where the file says so."""
    id_columns: tuple[str, ...] = ("interaction",)
    """What the file calls its columns of ids, without any of which the first line is no header."""
    max_line_bytes: int = MAX_LINE_BYTES
    """A longer line is refused before it is read."""
    progress: Progress | None = None
    """Called now and then with (bytes done, bytes in all)."""
    rows: str = "a row a pair"
    """What stands below the header, for a message."""
    cure: str = "name it with columns={...}"
    """What to do where no column is named like that of the ids."""

    @property
    def separator_name(self) -> str:
        """What the separator is called in messages."""
        names = {mark: f"{name}s" for name, mark in SEPARATORS.items()}
        return names.get(self.separator, repr(self.separator))

    def lines(self, given: Input, *, first: int = 1) -> Iterator[tuple[int, str]]:
        """Yield the lines of a file; `first` is the number of the next one."""
        return text_lines(
            given,
            max_line_bytes=self.max_line_bytes,
            progress=self.progress,
            encoding=self.encoding,
            first=first,
        )


@attrs.frozen
class Header:
    """The names of the columns, and the number of the line after them."""

    names: list[str]
    next_line: int


def read_header(given: Input, options: CsvOptions) -> Header:
    """Read the first row, and no byte beyond it."""
    reader = csv_rows(given, options, first=1)
    line, header = next(reader, (1, []))
    if not header:
        raise given.refusal(f"must have a header and {options.rows}, got an empty file; check the path")
    names = [unguarded(name) for name in header]
    _check_header(given, line, names, options)
    return Header(names, reader.next_line)


@attrs.define
class csv_rows:  # noqa: N801  # an iterator, used like a function
    """Go through the rows of a file; those without any content are passed over."""

    given: Input
    options: CsvOptions
    first: int
    _reader: Iterator[list[str]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        lines = self.options.lines(self.given, first=self.first)
        self._reader = csv.reader((text for _, text in lines), delimiter=self.options.separator, strict=True)

    @property
    def next_line(self) -> int:
        """The number of the line after the last row."""
        return self.first + self._reader.line_num  # type: ignore[attr-defined, no-any-return]

    def __iter__(self) -> Rows:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        while True:
            line = self.next_line
            try:
                row = next(self._reader)
            except csv.Error:
                problem = "must be CSV, got a row that is not; mend its quotes, separators or line ends"
                raise self.given.refusal(problem, line=line) from None
            if any(row):
                return line, row


def _check_header(given: Input, line: int, names: list[str], options: CsvOptions) -> None:
    """Refuse a first line that is no header; without the id column it may well hold a customer's words."""
    if not set(options.id_columns) & set(names):
        raise given.refusal(_no_header(names, options), line=line)
    seen: set[str] = set()
    for place, name in enumerate(names):
        if not name:
            raise given.refusal(f"column {place + 1} must have a name, got none; name it", line=line)
        if name in seen:
            raise given.refusal(f"columns must be named once, got {name[:60]!r} again; rename it", line=line)
        seen.add(name)


def _no_header(names: list[str], options: CsvOptions) -> str:
    others = {name: mark for name, mark in SEPARATORS.items() if mark != options.separator}
    for name, mark in others.items():
        if len(names) == 1 and mark in names[0]:
            problem = f"columns must be separated by {options.separator_name}, got {mark!r}"
            return f"{problem}; save it with {options.separator_name}, or give separator={name!r}"
    near = [match for id in options.id_columns for match in difflib.get_close_matches(id, names, n=1)]
    hint = f"did you mean {near[0]!r}?" if near else options.cure
    wanted = " or ".join(map(repr, options.id_columns))
    return f"must be a header with a column {wanted}, got none in {len(names)} columns; {hint}"


def csv_pieces(
    given: Input, header: Header, options: CsvOptions, *, most: int | None = None
) -> Iterator[Piece]:
    """Yield the rows after the header, in pieces of `most` rows; in one where there is no `most`."""
    rows = csv_rows(given, options, first=header.next_line)
    reader = _Cells(given, header.names)
    for line, row in rows:
        reader.add(line, row)
        if len(reader.lines) == most:
            yield reader.piece()
    yield reader.piece()


class _Cells:
    """Cells by column, each distinct one held once; rows of another width are counted and refused."""

    def __init__(self, given: Input, names: list[str]) -> None:
        self._given = given
        self._names = names
        self._known: dict[str, str | None] = {"": None}
        self._ragged = Refusals()
        self._begin()

    def _begin(self) -> None:
        self.lines: list[int] = []
        self._columns: list[list[str | None]] = [[] for _ in self._names]

    def add(self, line: int, row: list[str]) -> None:
        """Take a row, or count it as ragged."""
        width = len(self._names)
        if len(row) != width:
            problem = f"must have {width} cells, as the header has, got {len(row)}"
            self._ragged.add(f"{problem}; quote cells that hold a comma", at=line_spot(line))
            return
        self.lines.append(line)
        known = self._known
        for column, cell in zip(self._columns, row, strict=True):
            if cell not in known:
                known[cell] = unguarded(cell)
            column.append(known[cell])

    def piece(self) -> Piece:
        """Return the rows so far, and begin anew."""
        if self._ragged.count:
            raise self._ragged.error(self._given.name, path=self._given.name)
        piece = ListPiece.of_lines(dict(zip(self._names, self._columns, strict=True)), self.lines)
        self._begin()
        return piece
