"""The exact lowest and highest score that one sheet's missing answers allow."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from coqs.ratings import Sheet
from coqs.rubric import Policy, Rubric
from coqs.scoring.exact import score_sheet
from coqs.scoring.exact_asking import best_place
from coqs.scoring.stage_gates import with_gates_of_stages
from coqs.scoring.ways import answer_of, combinations, deciding_criteria, extremes_of
from coqs.scoring.worth import COQS


def exact_bounds(rubric: Rubric, sheet: Sheet, policy: Policy = COQS) -> tuple[Fraction, Fraction] | None:
    """Return the lowest and highest score, or None where no answers could give one."""
    policy = with_gates_of_stages(rubric, policy)
    scores = [
        score
        for filled in _filled_sheets(rubric, sheet, policy)
        if (score := score_sheet(rubric, filled, policy).overall) is not None
    ]
    return (min(scores), max(scores)) if scores else None


def _filled_sheets(rubric: Rubric, sheet: Sheet, policy: Policy) -> Iterator[Sheet]:
    """Yield the sheets among which the extremes are: what decides tried out, the rest at worst and best."""
    still_open = [id for id, answer in sheet.answers.items() if answer.is_open]
    tried = [id for id in deciding_criteria(rubric, policy) if id in still_open]
    rest = [rubric.criterion(id) for id in still_open if id not in tried]
    extremes = {each.id: extremes_of(each, policy, best_place(each, sheet) or 0) for each in rest}
    for combination in combinations(rubric, policy, tried):
        ways = extremes | dict(zip(tried, combination, strict=True))
        for side in (0, 1) if still_open else (0,):
            answers = {id: answer_of(rubric.criterion(id), each[side]) for id, each in ways.items()}
            yield attrs.evolve(sheet, answers={**sheet.answers, **answers})
