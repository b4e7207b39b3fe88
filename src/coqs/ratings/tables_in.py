"""Turn a table, wide or long, into the columns of ratings; every problem with row and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError, Spot, suggest
from coqs.facts import FactColumn
from coqs.model import CONTEXT
from coqs.ratings.cells import CriterionColumn, absence_names, criterion_column
from coqs.ratings.context_in import IncomingRatings, facts_of, texts_of
from coqs.ratings.long_in import LONG, Pairs, gathered, spread
from coqs.rubric import Criterion, Rubric
from coqs.tables import Encoded, Place, Refusals, Times, open_table


def row_number(row: int) -> Spot:
    """Name a row of a table by its number from 0."""
    return Spot(f"row {row}")


def columns_of_ratings(
    table: Any,
    rubric: Rubric,
    *,
    columns: Mapping[str, str] | None = None,
    absences: Mapping[str, str] | None = None,
    facts: Iterable[str] = (),
    tz: str | None = None,
    place: Place = row_number,
) -> dict[str, Any]:
    """Return the parts of a `Ratings` from a table, or raise for all problems."""
    given = open_table(table, names=columns or {})
    words = absence_names(absences)
    kept = (facts,) if isinstance(facts, str) else tuple(facts)
    long = all(name in given.names for name in LONG) and not set(LONG) & set(rubric.criterion_ids)
    _check_headers(given.names, rubric, kept, long=long)
    read = IncomingRatings(given.read(), words, kept, tz, place, Refusals(), rubric=rubric)
    parts = _long_parts(read) if long else _wide_parts(read)
    if read.refused.count:
        raise read.refused.error("ratings")
    return parts


def _check_headers(names: Sequence[str], rubric: Rubric, facts: tuple[str, ...], *, long: bool) -> None:
    criteria = LONG if long else rubric.criterion_ids
    known = {"interaction", "rater", "at", *CONTEXT, *criteria, *rubric.fact_ids, *facts}
    if "interaction" not in names:
        near = suggest("interaction", names)
        raise RecordError(
            f"table: must have a column 'interaction', got none; name it with columns={{...}} ({near})"
        )
    unknown = [name for name in names if name not in known]
    if unknown:
        refused = Refusals()
        refused.add_rows(
            range(len(unknown)),
            lambda at: f"must be a criterion, a context column or a fact; {suggest(unknown[at], known)}",
            place=lambda at: Spot(f"column {unknown[at][:60]!r}", path=unknown[at]),
        )
        raise refused.error("table")


def _wide_parts(read: IncomingRatings) -> dict[str, Any]:
    texts = texts_of(read)
    _check_pairs(read, texts["interaction"], texts["rater"])
    answers = {criterion.id: _answers(read, criterion) for criterion in read.rubric.criteria}
    return _parts(texts, read.times(), facts_of(read), answers)


def _answers(read: IncomingRatings, criterion: Criterion) -> CriterionColumn:
    if criterion.id not in read.columns:
        return CriterionColumn.unanswered(criterion, read.n)
    values, place = read.columns[criterion.id], read.cell(criterion.id)
    return criterion_column(criterion, values, read.refused, place=place, absences=read.absences)


def _long_parts(read: IncomingRatings) -> dict[str, Any]:
    texts = texts_of(read)
    pairs = Pairs.of(texts["interaction"], texts["rater"])
    _check_ids(read, pairs.first[~texts["interaction"].present[pairs.first]])
    wide = {name: gathered(read, name, column, pairs) for name, column in texts.items()}
    at = gathered(read, "at", read.times(), pairs)
    facts = {name: gathered(read, name, column, pairs) for name, column in facts_of(read).items()}
    return _parts(wide, at, facts, spread(read, pairs))


def _check_ids(read: IncomingRatings, rows: npt.NDArray[np.int64]) -> None:
    """Refuse rows without an id; where a cell of another kind was refused already, once is enough."""
    rows = rows[read.columns["interaction"].empty()[rows]] if len(rows) else rows
    problem = "must be an id, got an empty cell; give each row its interaction"
    read.refused.add_rows(rows.tolist(), lambda _: problem, place=read.cell("interaction"))


def _check_pairs(read: IncomingRatings, interaction: Encoded, rater: Encoded) -> None:
    _check_ids(read, np.flatnonzero(~interaction.present))
    if len(interaction.categories) == read.n:  # all interactions differ, so the pairs do
        return
    pairs = Pairs.of(interaction, rater)
    first = pairs.first[pairs.of_row]
    repeated = np.flatnonzero((first != np.arange(read.n)) & interaction.present)
    read.refused.add_rows(
        repeated.tolist(),
        lambda row: (
            f"must be the only row of its interaction and rater, "
            f"got {interaction[row]!r} again (first in {read.place(int(first[row]))}); keep one"
        ),
        place=read.place,
    )


def _parts(
    texts: dict[str, Encoded],
    at: Times,
    facts: Mapping[str, FactColumn],
    answers: Mapping[str, CriterionColumn],
) -> dict[str, Any]:
    return {
        "interaction": texts.pop("interaction"),
        "rater": texts.pop("rater"),
        "context": texts,
        "at": at,
        "facts": facts,
        "codes": {id: column.codes for id, column in answers.items()},
        "numbers": {id: column.numbers for id, column in answers.items() if column.numbers is not None},
        "choices": {id: column.choices for id, column in answers.items() if column.choices is not None},
    }
