"""A piece of a table as it was read: some rows, and where each of them stands in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    def spots(self) -> Places:
        """Where each row stands."""

    def column(self, name: str) -> Sequence[Any]:
        """Return a column, whose cells are plain values."""

    def lists(self) -> Mapping[str, list[Any]]:
        """Return every column as a list."""

    def cut(self, at: int) -> tuple[Piece, Piece]:
        """Return the rows before a place, and those from it on."""

    def __len__(self) -> int: ...


@attrs.frozen(eq=False, repr=False)
class Places:
    """Where rows stand that were read in several parts; knows no part of which no row is left."""

    parts: tuple[tuple[Spots, int, int], ...]
    """For each part: where its rows stand, the first of them that is meant, and how many are."""

    @classmethod
    def of(cls, spots: Spots, n: int) -> Self:
        """Return the places of all rows of one part."""
        return cls(((spots, 0, n),))

    def __call__(self, row: int) -> Spot:
        for spots, first, n in self.parts:
            if row < n:
                return spots(first + row)
            row -= n
        raise IndexError("no such row")

    def __add__(self, other: Places) -> Places:
        return Places(self.parts + other.parts)

    def cut(self, at: int) -> tuple[Places, Places]:
        """Return the places of the rows before one, and from it on."""
        before, after = [], []
        for spots, first, n in self.parts:
            inside = min(max(at, 0), n)
            before.append((spots, first, inside))
            after.append((spots, first + inside, n - inside))
            at -= n
        return Places(_filled(before)), Places(_filled(after))


def _filled(parts: list[tuple[Spots, int, int]]) -> tuple[tuple[Spots, int, int], ...]:
    return tuple(part for part in parts if part[2])


@attrs.frozen(eq=False, repr=False)
class ListPiece:
    """A piece whose columns are lists."""

    table: Mapping[str, list[Any]]
    spots: Places
    n: int

    @classmethod
    def of_lines(cls, columns: Mapping[str, list[Any]], lines: Sequence[int]) -> Self:
        """Make a piece from columns and the number of the line that each row begins on."""
        places = Places.of(lambda row: line_spot(lines[row]), len(lines))
        return cls(columns, places, len(lines))

    def column(self, name: str) -> Sequence[Any]:
        return self.table.get(name, [None] * self.n)

    def lists(self) -> Mapping[str, list[Any]]:
        return self.table

    def cut(self, at: int) -> tuple[Piece, Piece]:
        before = {name: cells[:at] for name, cells in self.table.items()}
        after = {name: cells[at:] for name, cells in self.table.items()}
        first, rest = self.spots.cut(at)
        return ListPiece(before, first, at), ListPiece(after, rest, self.n - at)

    def __len__(self) -> int:
        return self.n


@attrs.frozen(eq=False, repr=False)
class ArrowPiece:
    """A piece whose columns are a table of pyarrow."""

    table: Any
    spots: Places

    @classmethod
    def of(cls, table: Any, spots: Spots) -> Self:
        """Make a piece from a table and where each of its rows stands."""
        return cls(table, Places.of(spots, table.num_rows))

    def column(self, name: str) -> Sequence[Any]:
        return _Cells(self.table[name])

    def lists(self) -> Mapping[str, list[Any]]:
        return {name: self.table[name].to_pylist() for name in self.table.column_names}

    def cut(self, at: int) -> tuple[Piece, Piece]:
        first, rest = self.spots.cut(at)
        return ArrowPiece(self.table.slice(0, at), first), ArrowPiece(self.table.slice(at), rest)

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


def in_parts(piece: Piece, most: int | None) -> Iterator[Piece]:
    """Yield a piece in pieces of at most so many rows."""
    while most is not None and len(piece) > most:
        part, piece = piece.cut(most)
        yield part
    yield piece


def joined(pieces: Iterable[Piece]) -> Piece:
    """Return the rows of one or more pieces as one; a column that some of them lack is empty there."""
    found = [*pieces]
    if len(found) == 1:
        return found[0]
    places = Places(tuple(part for piece in found for part in piece.spots.parts))
    if all(isinstance(piece, ArrowPiece) for piece in found):
        import pyarrow as pa

        table = pa.concat_tables([piece.table for piece in found])
        return ArrowPiece(table.unify_dictionaries(), places)
    names = dict.fromkeys(name for piece in found for name in piece.lists())
    table = {name: _appended(found, name) for name in names}
    return ListPiece(table, places, sum(map(len, found)))


def _appended(pieces: Sequence[Piece], name: str) -> list[Any]:
    cells: list[Any] = []
    for piece in pieces:
        cells.extend(piece.lists().get(name) or [None] * len(piece))
    return cells
