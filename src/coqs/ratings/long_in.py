"""Make a long table wide: one row a pair, by whole numbers and never cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import Spot, suggest
from coqs.ratings.cells import CriterionColumn, criterion_column
from coqs.ratings.context_in import Incoming
from coqs.tables import Encoded, Problem, coded, first_rows, freeze, kind_of, refuse_cells, rows_of

LONG = ("criterion", "level")
Rows = npt.NDArray[np.int64]


@attrs.frozen(slots=True, eq=False, repr=False)
class Pairs:
    """The distinct pairs of interaction and rater among the rows of a table."""

    first: Rows
    """(pairs,) the first row of each, ascending."""
    of_row: Rows
    """(n,) the pair of each row."""

    @classmethod
    def of(cls, interaction: Encoded, rater: Encoded) -> Pairs:
        """Return the pairs; rows without an interaction or a rater are alike in that."""
        raters = len(rater.categories) + 1
        keys = (interaction.codes.astype(np.int64) + 1) * raters + (rater.codes + 1)
        return cls(*first_rows(keys, (len(interaction.categories) + 1) * raters))

    def __len__(self) -> int:
        return len(self.first)

    def first_of(self, rows: Rows) -> Rows:
        """Return the first of some ascending rows of each pair, -1 where none is of it."""
        first = np.full(len(self), -1)
        first[self.of_row[rows[::-1]]] = rows[::-1]  # of several writes to one place the last stays
        return first


def gathered(read: Incoming, name: str, column: Any, pairs: Pairs) -> Any:
    """Return a column with a row a pair: what the first row that says something says."""
    keys = column.codes if isinstance(column, Encoded) else column
    rows = np.flatnonzero(_present(column))
    first = pairs.first_of(rows)
    differs = rows[keys[rows] != keys[first[pairs.of_row[rows]]]]
    read.refused.add_rows(
        differs.tolist(),
        lambda row: f"must agree with the pair's earlier rows, got {_kind(column, row)}; mend one of them",
        place=read.cell(name),
    )
    if isinstance(column, Encoded):
        return Encoded(freeze(np.where(first < 0, -1, keys[first]).astype(np.int32)), column.categories)
    blank = np.array(["NaT" if column.dtype.kind == "M" else np.nan], column.dtype)
    return freeze(np.append(column, blank)[first])  # the last one is for pairs of which no row says anything


def _present(column: Any) -> npt.NDArray[np.bool_]:
    if isinstance(column, Encoded):
        return column.present
    present: npt.NDArray[np.bool_] = ~(np.isnat(column) if column.dtype.kind == "M" else np.isnan(column))
    return present


def _kind(column: Any, row: int) -> str:
    cell = column[row]
    return kind_of(cell if isinstance(column, Encoded) else cell.item())


def spread(read: Incoming, pairs: Pairs) -> dict[str, CriterionColumn]:
    """Put each row's level into its criterion's column; a criterion is rated once a pair."""
    level = read.columns["level"]
    found: dict[str, CriterionColumn] = {}
    again: list[tuple[int, int, str]] = []
    for criterion, rows in zip(read.rubric.criteria, _rows_of_criteria(read), strict=True):
        first = pairs.first_of(rows)[pairs.of_row[rows]]
        kept, twice = rows[first == rows], first != rows
        again += [
            (*each, criterion.id) for each in zip(rows[twice].tolist(), first[twice].tolist(), strict=True)
        ]
        column = criterion_column(
            criterion,
            rows_of(level, kept),
            read.refused,
            place=_level_cell(read, criterion.id, kept),
            absences=read.absences,
        )
        found[criterion.id] = column.scattered(pairs.of_row[kept], len(pairs))
    _refuse_again(read, sorted(again))
    return found


def _level_cell(read: Incoming, id: str, rows: Rows) -> Any:
    words = f"column 'level' of {id!r}"
    return lambda at: read.place(int(rows[at])).within(words, path="level")


def _refuse_again(read: Incoming, again: list[tuple[int, int, str]]) -> None:
    def problem(at: int) -> str:
        _, first, id = again[at]
        return f"must rate {id!r} once for its interaction and rater, as {read.place(first)} did; keep one"

    def place(at: int) -> Spot:
        return read.place(again[at][0])

    read.refused.add_rows(range(len(again)), problem, place=place)


def _rows_of_criteria(read: Incoming) -> Iterator[Rows]:
    """Yield the rows of each criterion of the rubric, ascending; refuse those of none."""
    column, ids = coded(read.columns["criterion"]), read.rubric.criterion_ids
    known = {id: place for place, id in enumerate(ids)}
    places = np.full(len(column.values) + 1, -1, np.int32)
    bad: dict[int, Problem] = {}
    for code, value in enumerate(column.values):
        if isinstance(value, str) and value in known:
            places[code] = known[value]
        else:
            bad[code] = partial(_no_criterion, value, ids)
    refuse_cells(read.refused, column.codes, bad, place=read.cell("criterion"))
    empty = np.flatnonzero(column.codes < 0).tolist()
    read.refused.add_rows(empty, lambda _: _no_criterion(None, ids), place=read.cell("criterion"))
    of_row = places.take(column.codes).astype(np.int16 if len(ids) < 2**15 else np.int32)
    order = np.argsort(of_row, kind="stable")
    ends = np.searchsorted(of_row[order], np.arange(len(ids) + 1))
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        yield order[start:end]


def _no_criterion(value: Any, ids: tuple[str, ...]) -> str:
    near = suggest(value if isinstance(value, str) else "", ids)
    return f"must be a criterion of the rubric, got {kind_of(value)}; {near}"
