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
    ignored: npt.NDArray[np.int32]
    """(n,) answers to criteria that were not asked."""


def settle(compiled: CompiledRubric, rubric: Rubric, answers: Answers) -> Asked:
    """Decide what was asked of every row, in asking order."""
    codes: dict[str, Codes] = {}
    best: dict[str, npt.NDArray[np.intp]] = {}
    ignored = np.zeros(len(answers), np.int32)
    for each in compiled.criteria:
        criterion = each.criterion
        given = answers.codes[criterion.id]
        asked = _asked(each, rubric, answers, codes, best)
        if asked is None:
            codes[criterion.id] = given
        else:
            codes[criterion.id] = np.where(asked, given, np.int8(HIDDEN))
            ignored += ~asked & (given >= 0)
    return Asked(codes, answers.choices, best, ignored)


def _asked(
    each: CompiledCriterion,
    rubric: Rubric,
    answers: Answers,
    codes: Mapping[str, Codes],
    best: dict[str, npt.NDArray[np.intp]],
) -> npt.NDArray[np.bool_] | None:
    """Return (n,) whether a criterion is asked; None where it always is."""
    criterion = each.criterion
    asked = None
    if criterion.applies_to:
        asked = _in(answers.ratings.context["customer_set"], criterion.applies_to) == TRUE
    if isinstance(each.table, CompiledLevels) and criterion.ideal:
        row = _best_row(criterion, each.table, answers)
        best[criterion.id] = np.maximum(row, 0)
        asked = _and(asked, row >= 0)
    if criterion.when is not None:
        asked = _and(asked, _holds(criterion.when, rubric, answers, codes) == TRUE)
    return asked


def _and(left: npt.NDArray[np.bool_] | None, right: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return right if left is None else left & right


def _best_row(criterion: Criterion, table: CompiledLevels, answers: Answers) -> npt.NDArray[np.intp]:
    """Return (n,) row of the tables for the best level, -1 where the fact does not tell."""
    fact = answers.ratings.facts.get(criterion.ideal.fact) if criterion.ideal else None
    if criterion.ideal is None or not isinstance(fact, Encoded):
        return np.full(len(answers), -1)
    ids, best = criterion.scale.ids, dict(criterion.ideal.best)
    rows = [table.best.index(ids.index(best[value])) if value in best else -1 for value in fact.categories]
    return np.array([*rows, -1], dtype=np.intp)[fact.codes]


def _holds(
    condition: Condition, rubric: Rubric, answers: Answers, codes: Mapping[str, Codes]
) -> npt.NDArray[np.int8]:
    """Evaluate a condition on every row: 1 true, -1 false, 0 unknown (Kleene's min and max)."""
    match condition:
        case FactIn(fact, values):
            return _fact_in(answers.ratings.facts.get(fact), values, len(answers))
        case FactBetween(fact, low, high):
            return _fact_between(answers.ratings.facts.get(fact), low, high, len(answers))
        case CriterionIn(criterion, ids):
            return _answer_in(rubric.criterion(criterion), ids, codes[criterion], answers.choices)
        case Negation(inner):
            return -_holds(inner, rubric, answers, codes)
        case Every(parts):
            return functools.reduce(np.minimum, [_holds(part, rubric, answers, codes) for part in parts])
        case Some(parts):
            return functools.reduce(np.maximum, [_holds(part, rubric, answers, codes) for part in parts])


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


def _answer_in(
    criterion: Criterion, ids: tuple[str, ...], codes: Codes, choices: Mapping[str, Bits]
) -> npt.NDArray[np.int8]:
    if isinstance(criterion.scale, SeveralChoice):
        mask = np.uint64(sum(1 << place for place, id in enumerate(criterion.scale.ids) if id in ids))
        chosen = np.where(choices[criterion.id] & mask != 0, TRUE, FALSE)
        absent = np.array([0, *_OF_ABSENCE], dtype=np.int8)[codes]
        return np.where(codes >= 0, chosen, absent).astype(np.int8)
    table = [TRUE if id in ids else FALSE for id in criterion.scale.ids]
    return np.array([*table, *_OF_ABSENCE], dtype=np.int8)[codes]
