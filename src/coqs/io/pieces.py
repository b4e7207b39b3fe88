"""A piece of a table as it was read: some rows, and where each of them stands in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, Protocol, Self

import attrs

from coqs.errors import Spot

Spots = Callable[[int], Spot]
"""Says where a row of a piece stands."""


class Piece(Protocol):
    """Rows that follow one another in a file."""

    @property
    def table(self) -> Any:
        """The columns, as `Ratings.from_table` takes them."""

    @property
    def spots(self) -> Spots:
        """Where each row stands."""

    def column(self, name: str) -> Sequence[Any]:
        """Return a column, whose cells are plain values."""

    def lists(self) -> Mapping[str, list[Any]]:
        """Return every column as a list."""

    def cut(self, at: int) -> tuple[Piece, Piece]:
        """Return the rows before a place, and those from it on."""

    def __len__(self) -> int: ...


def _moved(spots: Spots, by: int) -> Spots:
    return lambda row: spots(row + by)


@attrs.frozen(eq=False, repr=False)
class ListPiece:
    """A piece whose columns are lists."""

    table: Mapping[str, list[Any]]
    spots: Spots
    n: int

    @classmethod
    def of_lines(cls, columns: Mapping[str, list[Any]], lines: Sequence[int]) -> Self:
        """Make a piece from columns and the number of the line that each row begins on."""
        return cls(columns, lambda row: line_spot(lines[row]), len(lines))

    def column(self, name: str) -> Sequence[Any]:
        return self.table.get(name, [None] * self.n)

    def lists(self) -> Mapping[str, list[Any]]:
        return self.table

    def cut(self, at: int) -> tuple[Piece, Piece]:
        before = {name: cells[:at] for name, cells in self.table.items()}
        after = {name: cells[at:] for name, cells in self.table.items()}
        rest = ListPiece(after, _moved(self.spots, at), self.n - at)
        return ListPiece(before, self.spots, at), rest

    def __len__(self) -> int:
        return self.n


@attrs.frozen(eq=False, repr=False)
class ArrowPiece:
    """A piece whose columns are a table of pyarrow."""

    table: Any
    spots: Spots

    def column(self, name: str) -> Sequence[Any]:
        return _Cells(self.table[name])

    def lists(self) -> Mapping[str, list[Any]]:
        return {name: self.table[name].to_pylist() for name in self.table.column_names}

    def cut(self, at: int) -> tuple[Piece, Piece]:
        rest = ArrowPiece(self.table.slice(at), _moved(self.spots, at))
        return ArrowPiece(self.table.slice(0, at), self.spots), rest

    def __len__(self) -> int:
        return int(self.table.num_rows)


@attrs.frozen(eq=False, repr=False)
class _Cells(Sequence[Any]):
    """A column of pyarrow whose cells come out as plain values."""

    column: Any

    def __getitem__(self, row: Any) -> Any:
        return self.column[row].as_py()

    def __len__(self) -> int:
        return len(self.column)


def line_spot(line: int) -> Spot:
    """Name a line of a file."""
    return Spot(f"line {line}", line)


def joined(pieces: Iterable[Piece]) -> Piece:
    """Return the rows of one or more pieces as one; a column that some of them lack is empty there."""
    found = [*pieces]
    if len(found) == 1:
        return found[0]
    if all(isinstance(piece, ArrowPiece) for piece in found):
        import pyarrow as pa

        table = pa.concat_tables([piece.table for piece in found])
        return ArrowPiece(table.unify_dictionaries(), _all_spots(found))
    names = dict.fromkeys(name for piece in found for name in piece.lists())
    table = {name: _appended(found, name) for name in names}
    return ListPiece(table, _all_spots(found), sum(map(len, found)))


def _appended(pieces: Sequence[Piece], name: str) -> list[Any]:
    cells: list[Any] = []
    for piece in pieces:
        cells.extend(piece.lists().get(name) or [None] * len(piece))
    return cells


def _all_spots(pieces: Sequence[Piece]) -> Spots:
    starts = reduce(lambda sums, piece: [*sums, sums[-1] + len(piece)], pieces, [0])

    def spots(row: int) -> Spot:
        from bisect import bisect_right

        number = bisect_right(starts, row) - 1
        return pieces[number].spots(row - starts[number])

    return spots
