"""Make a long table wide: one row a pair, by whole numbers and never cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol, Self, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import Spot, suggest
from coqs.ratings.cells import CriterionColumn, criterion_column
from coqs.ratings.context_in import IncomingRatings
from coqs.ratings.incoming import Incoming
from coqs.tables import (
    Column,
    Encoded,
    Place,
    Problem,
    coded,
    first_rows,
    freeze,
    kind_of,
    refuse_cells,
    rows_of,
)

LONG = ("criterion", "level")
Rows = npt.NDArray[np.int64]


class Cells(Protocol):
    """The cells of one question."""

    def scattered(self, rows: Rows, n: int) -> Self:
        """Return a column of `n` rows that has these cells in some rows and nothing in the others."""


C = TypeVar("C", bound=Cells)


@attrs.frozen(slots=True)
class LongForm:
    """What a long table calls a question and its answer, and how that is said in messages."""

    question: str
    answer: str
    ids: tuple[str, ...]
    """The questions that there are."""
    one: str
    """One of them."""
    whole: str
    """What they are questions of."""
    act: str
    """What is done to one of them."""
    pair: str
    """Of whom a row is."""


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


def spread(read: IncomingRatings, pairs: Pairs) -> dict[str, CriterionColumn]:
    """Put each row's level into its criterion's column; a criterion is rated once a pair."""
    form = LongForm(
        *LONG, read.rubric.criterion_ids, "a criterion", "the rubric", "rate", "interaction and rater"
    )

    def cells(id: str, values: Column, place: Place) -> CriterionColumn:
        criterion = read.rubric.criterion(id)
        return criterion_column(criterion, values, read.refused, place=place, absences=read.absences)

    return spread_columns(read, pairs, form, cells)


def spread_columns(
    read: Incoming, pairs: Pairs, form: LongForm, cells: Callable[[str, Column, Place], C]
) -> dict[str, C]:
    """Put each row's answer into its question's column; a question is answered once a pair."""
    answers = read.columns[form.answer]
    found: dict[str, C] = {}
    again: list[tuple[int, int, str]] = []
    for id, rows in zip(form.ids, _rows_of_questions(read, form), strict=True):
        first = pairs.first_of(rows)[pairs.of_row[rows]]
        kept, twice = rows[first == rows], first != rows
        again += [(*each, id) for each in zip(rows[twice].tolist(), first[twice].tolist(), strict=True)]
        column = cells(id, rows_of(answers, kept), _answer_cell(read, form, id, kept))
        found[id] = column.scattered(pairs.of_row[kept], len(pairs))
    _refuse_again(read, form, sorted(again))
    return found


def _answer_cell(read: Incoming, form: LongForm, id: str, rows: Rows) -> Place:
    words = f"column {form.answer!r} of {id!r}"
    return lambda at: read.place(int(rows[at])).within(words, path=form.answer)


def _refuse_again(read: Incoming, form: LongForm, again: list[tuple[int, int, str]]) -> None:
    def problem(at: int) -> str:
        _, first, id = again[at]
        return f"must {form.act} {id!r} once for its {form.pair}, as {read.place(first)} did; keep one"

    def place(at: int) -> Spot:
        return read.place(again[at][0])

    read.refused.add_rows(range(len(again)), problem, place=place)


def _rows_of_questions(read: Incoming, form: LongForm) -> Iterator[Rows]:
    """Yield the rows of each question, ascending; refuse those of none."""
    column, ids = coded(read.columns[form.question]), form.ids
    known = {id: place for place, id in enumerate(ids)}
    places = np.full(len(column.values) + 1, -1, np.int32)
    bad: dict[int, Problem] = {}
    for code, value in enumerate(column.values):
        if isinstance(value, str) and value in known:
            places[code] = known[value]
        else:
            bad[code] = partial(_no_question, value, form)
    refuse_cells(read.refused, column.codes, bad, place=read.cell(form.question))
    empty = np.flatnonzero(column.codes < 0).tolist()
    read.refused.add_rows(empty, lambda _: _no_question(None, form), place=read.cell(form.question))
    of_row = places.take(column.codes).astype(np.int16 if len(ids) < 2**15 else np.int32)
    order = np.argsort(of_row, kind="stable")
    ends = np.searchsorted(of_row[order], np.arange(len(ids) + 1))
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        yield order[start:end]


def _no_question(value: Any, form: LongForm) -> str:
    near = suggest(value if isinstance(value, str) else "", form.ids)
    return f"must be {form.one} of {form.whole}, got {kind_of(value)}; {near}"
