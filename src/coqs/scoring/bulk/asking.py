"""Which criteria are asked of which rows, by columns: customer sets, ideals and branches."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.model import Absence
from coqs.ratings import Answer, Ratings, Sheet
from coqs.rubric import (
    Condition,
    Criterion,
    CriterionIn,
    Every,
    FactBetween,
    FactIn,
    Negation,
    Rubric,
    SeveralChoice,
    Some,
)
from coqs.scoring.bulk.states import best_places
from coqs.scoring.ways import chosen_places
from coqs.tables import Encoded

Codes = npt.NDArray[np.int8]
Bits = npt.NDArray[np.uint64]
FALSE, UNKNOWN, TRUE = -1, 0, 1
HIDDEN = Absence.NOT_ASKED.code
OPEN = tuple(each.code for each in (Absence.UNANSWERED, Absence.ABSTAINED, Absence.FAILED))
# What an absent answer says to "is the answer one of these?", reached by its negative code.
_OF_ABSENCE = tuple(UNKNOWN if code in OPEN else FALSE for code in range(-len(Absence), 0))


@attrs.frozen(slots=True, eq=False)
class Answers:
    """The answers of some rows of ratings, as they were given."""

    ratings: Ratings
    rows: Any
    """A slice or an array of row numbers."""
    codes: Mapping[str, Codes]
    choices: Mapping[str, Bits]
    n: int

    @classmethod
    def given(cls, ratings: Ratings, rows: Any = slice(None)) -> Answers:
        """Return the answers of some rows as the ratings hold them."""
        codes = {id: column[rows] for id, column in ratings.codes.items()}
        choices = {id: column[rows] for id, column in ratings.choices.items()}
        return cls(ratings, rows, codes, choices, len(ratings.interaction.codes[rows]))

    def take(self, rows: npt.NDArray[np.intp]) -> Answers:
        """Return the answers of some of these rows."""
        codes = {id: column[rows] for id, column in self.codes.items()}
        choices = {id: column[rows] for id, column in self.choices.items()}
        return Answers(self.ratings, self._numbers(rows), codes, choices, len(rows))

    def filled(self, answers: Mapping[str, tuple[Any, Any]]) -> Answers:
        """Return the answers with those to some criteria replaced: their codes and bit sets, if any."""
        codes, choices = dict(self.codes), dict(self.choices)
        for id, (its_codes, its_choices) in answers.items():
            codes[id] = its_codes.astype(np.int8)
            if its_choices is not None:
                choices[id] = its_choices
        return Answers(self.ratings, self.rows, codes, choices, self.n)

    def sheet(self, row: int) -> Sheet:
        """Return one of the rows as plain values, with the answers as they are here."""
        number = int(self._numbers(np.array([row]))[0])
        answers = {id: self._answer(id, row) for id in self.codes}
        return attrs.evolve(self.ratings.sheet(number), answers=answers)

    def _numbers(self, rows: npt.NDArray[np.intp]) -> Any:
        """Return the numbers in the ratings of some of these rows."""
        if isinstance(self.rows, slice):
            return rows + (self.rows.start or 0)
        return self.rows[rows]

    def _answer(self, id: str, row: int) -> Answer:
        code = int(self.codes[id][row])
        if code < 0:
            return Answer(absence=Absence.from_code(code))
        return (
            Answer(chosen=chosen_places(int(self.choices[id][row])))
            if id in self.choices
            else Answer(position=code)
        )

    def told_by(self, column: Encoded, table: Mapping[str, int], otherwise: int, missing: int) -> Any:
        """Return (n,) what a text column says, by a table of its categories."""
        known = [table.get(each, otherwise) for each in column.categories]
        return np.array([*known, missing], dtype=np.intp)[column.codes[self.rows]]

    def __len__(self) -> int:
        return self.n


@attrs.frozen(slots=True, eq=False)
class Asked:
    """The answers that count, once it is settled what was asked."""

    answers: Answers
    codes: Mapping[str, Codes]
    """Criterion to (n,) codes, with *not asked* where it was hidden."""
    choices: Mapping[str, Bits]
    best: Mapping[str, npt.NDArray[np.intp]]
    """Ideal-point criterion to (n,) places in its `best_places`; 0 where it was not asked."""
    unknown: Mapping[str, npt.NDArray[np.bool_]]
    """Criterion to (n,) whether it was hidden because something could not be known."""
    ignored: npt.NDArray[np.int32] | None
    """(n,) answers to criteria that were not asked; None where everything is always asked."""


def is_always_asked(criterion: Criterion) -> bool:
    """Tell whether nothing can hide a criterion."""
    return not (criterion.applies_to or criterion.ideal or criterion.when)


def settle(rubric: Rubric, answers: Answers) -> Asked:
    """Decide what was asked of every row, in asking order."""
    codes: dict[str, Codes] = dict(answers.codes)
    unknown: dict[str, npt.NDArray[np.bool_]] = {}
    best: dict[str, npt.NDArray[np.intp]] = {}
    hideable = [id for id in rubric.asking_order if not is_always_asked(rubric.criterion(id))]
    ignored = np.zeros(len(answers), np.int32) if hideable else None
    settled = Asked(answers, codes, answers.choices, best, unknown, ignored)
    for id in hideable:
        criterion, given = rubric.criterion(id), answers.codes[id]
        if criterion.ideal:
            best[id] = best_levels(criterion, answers)
        truth = functools.reduce(np.minimum, _truths(criterion, rubric, settled))
        codes[id] = np.where(truth == TRUE, given, np.int8(HIDDEN))
        unknown[id] = truth == UNKNOWN
        ignored += (truth != TRUE) & (given >= 0)
    return settled


def asked_codes(rubric: Rubric, ratings: Ratings) -> dict[str, Codes]:
    """Return criterion id to (n,) codes, with *not asked* where the rubric hides the question."""
    asked = settle(rubric, Answers.given(ratings))
    return {id: asked.codes[id] for id in rubric.criterion_ids}


def _truths(criterion: Criterion, rubric: Rubric, settled: Asked) -> list[npt.NDArray[np.int8]]:
    """Return (n,) truth values that must all be true for a criterion to be asked."""
    answers, truths = settled.answers, []
    if criterion.applies_to:
        truths.append(_in(answers, answers.ratings.context["customer_set"], criterion.applies_to))
    if criterion.ideal:
        truths.append(
            _fact_in(answers, criterion.ideal.fact, tuple(value for value, _ in criterion.ideal.best))
        )
    if criterion.when is not None:
        truths.append(holds(criterion.when, rubric, settled))
    return truths


def best_levels(criterion: Criterion, answers: Answers) -> npt.NDArray[np.intp]:
    """Return (n,) places of the best level among `best_places`, 0 where the fact does not tell."""
    fact = answers.ratings.facts.get(criterion.ideal.fact) if criterion.ideal else None
    if criterion.ideal is None or not isinstance(fact, Encoded):
        return np.zeros(len(answers), np.intp)
    ids, places = criterion.scale.ids, best_places(criterion)
    table = {value: places.index(ids.index(best)) for value, best in criterion.ideal.best}
    found: npt.NDArray[np.intp] = answers.told_by(fact, table, 0, 0)
    return found


def holds(condition: Condition, rubric: Rubric, settled: Asked) -> npt.NDArray[np.int8]:
    """Evaluate a condition on every row: 1 true, -1 false, 0 unknown (Kleene's min and max)."""
    match condition:
        case FactIn(fact, values):
            return _fact_in(settled.answers, fact, values)
        case FactBetween(fact, low, high):
            return _fact_between(settled.answers, fact, low, high)
        case CriterionIn(criterion, ids):
            return _answer_in(rubric.criterion(criterion), ids, settled)
        case Negation(inner):
            return -holds(inner, rubric, settled)
        case Every(parts):
            return functools.reduce(np.minimum, [holds(part, rubric, settled) for part in parts])
        case Some(parts):
            return functools.reduce(np.maximum, [holds(part, rubric, settled) for part in parts])


def _in(answers: Answers, column: Encoded, values: tuple[str, ...]) -> npt.NDArray[np.int8]:
    truth = answers.told_by(column, dict.fromkeys(values, TRUE), FALSE, UNKNOWN)
    return np.asarray(truth, np.int8)


def _fact_in(answers: Answers, fact: str, values: tuple[str, ...]) -> npt.NDArray[np.int8]:
    column = answers.ratings.facts.get(fact)
    if not isinstance(column, Encoded):
        return np.full(len(answers), UNKNOWN, np.int8)
    return _in(answers, column, values)


def _fact_between(answers: Answers, fact: str, low: Any, high: Any) -> npt.NDArray[np.int8]:
    found = answers.ratings.facts.get(fact)
    if found is None or isinstance(found, Encoded):
        return np.full(len(answers), UNKNOWN, np.int8)
    column = found[answers.rows]
    inside = np.ones(len(answers), np.bool_)
    if low is not None:
        inside &= column >= float(low)
    if high is not None:
        inside &= column < float(high)
    return np.where(np.isnan(column), UNKNOWN, np.where(inside, TRUE, FALSE)).astype(np.int8)


def _answer_in(criterion: Criterion, ids: tuple[str, ...], settled: Asked) -> npt.NDArray[np.int8]:
    codes, unknown = settled.codes[criterion.id], settled.unknown.get(criterion.id)
    if isinstance(criterion.scale, SeveralChoice):
        mask = np.uint64(sum(1 << place for place, id in enumerate(criterion.scale.ids) if id in ids))
        chosen = np.where(settled.choices[criterion.id] & mask != 0, TRUE, FALSE)
        absent = np.array([0, *_OF_ABSENCE], dtype=np.int8)[codes]
        truth = np.where(codes >= 0, chosen, absent).astype(np.int8)
    else:
        table = [TRUE if id in ids else FALSE for id in criterion.scale.ids]
        truth = np.array([*table, *_OF_ABSENCE], dtype=np.int8)[codes]
    return truth if unknown is None else np.where(unknown, np.int8(UNKNOWN), truth)
