"""Which criteria are asked of which rows, by columns: customer sets, ideals and branches."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.model import Absence
from coqs.ratings import Ratings
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
from coqs.scoring.compiled import CompiledCriterion, CompiledLevels, CompiledRubric
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
    """The answers of a batch as they were given."""

    ratings: Ratings
    codes: Mapping[str, Codes]
    choices: Mapping[str, Bits]

    @classmethod
    def given(cls, ratings: Ratings) -> Answers:
        """Return the answers as the ratings hold them."""
        return cls(ratings, ratings.codes, ratings.choices)

    def __len__(self) -> int:
        return len(self.ratings)


@attrs.frozen(slots=True, eq=False)
class Asked:
    """The answers that count, once it is settled what was asked."""

    codes: Mapping[str, Codes]
    """Criterion to (n,) codes, with *not asked* where it was hidden."""
    choices: Mapping[str, Bits]
    best: Mapping[str, npt.NDArray[np.intp]]
    """Ideal-point criterion to (n,) rows of its tables; 0 where it was not asked."""
    unknown: Mapping[str, npt.NDArray[np.bool_]]
    """Criterion to (n,) whether it was hidden because something could not be known."""
    ignored: npt.NDArray[np.int32]
    """(n,) answers to criteria that were not asked."""


def settle(compiled: CompiledRubric, rubric: Rubric, answers: Answers) -> Asked:
    """Decide what was asked of every row, in asking order."""
    codes: dict[str, Codes] = {}
    unknown: dict[str, npt.NDArray[np.bool_]] = {}
    best: dict[str, npt.NDArray[np.intp]] = {}
    ignored = np.zeros(len(answers), np.int32)
    settled = Asked(codes, answers.choices, best, unknown, ignored)
    for each in compiled.criteria:
        id = each.criterion.id
        given, truths = answers.codes[id], _truths(each, rubric, answers, settled)
        if isinstance(each.table, CompiledLevels) and each.criterion.ideal:
            best[id] = np.maximum(_best_row(each.criterion, each.table, answers), 0)
        if not truths:
            codes[id] = given
            continue
        truth = functools.reduce(np.minimum, truths)
        codes[id] = np.where(truth == TRUE, given, np.int8(HIDDEN))
        unknown[id] = truth == UNKNOWN
        ignored += (truth != TRUE) & (given >= 0)
    return settled


def _truths(
    each: CompiledCriterion, rubric: Rubric, answers: Answers, settled: Asked
) -> list[npt.NDArray[np.int8]]:
    """Return (n,) truth values that must all be true for a criterion to be asked."""
    criterion, truths = each.criterion, []
    if criterion.applies_to:
        truths.append(_in(answers.ratings.context["customer_set"], criterion.applies_to))
    if criterion.ideal:
        values = tuple(value for value, _ in criterion.ideal.best)
        truths.append(_fact_in(answers.ratings.facts.get(criterion.ideal.fact), values, len(answers)))
    if criterion.when is not None:
        truths.append(_holds(criterion.when, rubric, answers, settled))
    return truths


def _best_row(criterion: Criterion, table: CompiledLevels, answers: Answers) -> npt.NDArray[np.intp]:
    """Return (n,) row of the tables for the best level, -1 where the fact does not tell."""
    fact = answers.ratings.facts.get(criterion.ideal.fact) if criterion.ideal else None
    if criterion.ideal is None or not isinstance(fact, Encoded):
        return np.full(len(answers), -1)
    ids, best = criterion.scale.ids, dict(criterion.ideal.best)
    rows = [table.best.index(ids.index(best[value])) if value in best else -1 for value in fact.categories]
    return np.array([*rows, -1], dtype=np.intp)[fact.codes]


def _holds(condition: Condition, rubric: Rubric, answers: Answers, settled: Asked) -> npt.NDArray[np.int8]:
    """Evaluate a condition on every row: 1 true, -1 false, 0 unknown (Kleene's min and max)."""
    match condition:
        case FactIn(fact, values):
            return _fact_in(answers.ratings.facts.get(fact), values, len(answers))
        case FactBetween(fact, low, high):
            return _fact_between(answers.ratings.facts.get(fact), low, high, len(answers))
        case CriterionIn(criterion, ids):
            return _answer_in(rubric.criterion(criterion), ids, settled)
        case Negation(inner):
            return -_holds(inner, rubric, answers, settled)
        case Every(parts):
            return functools.reduce(np.minimum, [_holds(part, rubric, answers, settled) for part in parts])
        case Some(parts):
            return functools.reduce(np.maximum, [_holds(part, rubric, answers, settled) for part in parts])


def _in(column: Encoded, values: tuple[str, ...]) -> npt.NDArray[np.int8]:
    table = [TRUE if each in values else FALSE for each in column.categories]
    return np.array([*table, UNKNOWN], dtype=np.int8)[column.codes]


def _fact_in(column: Any, values: tuple[str, ...], n: int) -> npt.NDArray[np.int8]:
    return _in(column, values) if isinstance(column, Encoded) else np.full(n, UNKNOWN, np.int8)


def _fact_between(column: Any, low: Any, high: Any, n: int) -> npt.NDArray[np.int8]:
    if column is None or isinstance(column, Encoded):
        return np.full(n, UNKNOWN, np.int8)
    inside = np.ones(n, np.bool_)
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
