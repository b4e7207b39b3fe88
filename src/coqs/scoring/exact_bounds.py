"""The exact lowest and highest score that one sheet's missing answers allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

from coqs.ratings import Answer, Sheet
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.scoring.exact import score_sheet
from coqs.scoring.exact_asking import best_place
from coqs.scoring.ways import chosen_places, combinations, drivers
from coqs.scoring.worth import COQS, ZERO, level_worths


def exact_bounds(rubric: Rubric, sheet: Sheet, policy: Policy = COQS) -> tuple[Fraction, Fraction] | None:
    """Return the lowest and highest score, or None where no answers could give one."""
    scores = [
        score
        for filled in _filled_sheets(rubric, sheet, policy)
        if (score := score_sheet(rubric, filled, policy).overall) is not None
    ]
    return (min(scores), max(scores)) if scores else None


def _filled_sheets(rubric: Rubric, sheet: Sheet, policy: Policy) -> Iterator[Sheet]:
    """Yield the sheets among which the extremes are: drivers tried out, the rest at worst and best."""
    still_open = [id for id, answer in sheet.answers.items() if answer.is_open]
    tried = [id for id in drivers(rubric, policy) if id in still_open]
    rest = [rubric.criterion(id) for id in still_open if id not in tried]
    for combination in combinations(rubric, policy, tried):
        for side in (0, 1) if still_open else (0,):
            answers = {
                id: _answer(rubric.criterion(id), ways[side])
                for id, ways in zip(tried, combination, strict=True)
            }
            extremes = {each.id: _extreme(each, sheet, policy, best=side == 1) for each in rest}
            yield _with(sheet, answers | extremes)


def _with(sheet: Sheet, answers: Mapping[str, Answer]) -> Sheet:
    return attrs.evolve(sheet, answers={**sheet.answers, **answers})


def _answer(criterion: Criterion, way: int) -> Answer:
    if isinstance(criterion.scale, SeveralChoice):
        return Answer(chosen=chosen_places(way))
    return Answer(position=way)


def _extreme(criterion: Criterion, sheet: Sheet, policy: Policy, *, best: bool) -> Answer:
    """Return the answer with the lowest or highest share."""
    if isinstance(criterion.scale, SeveralChoice):
        options = criterion.scale.options
        wanted = 1 if best else -1
        return Answer(
            chosen=tuple(k for k, option in enumerate(options) if (option.points or 0) * wanted > 0)
        )
    worths = level_worths(criterion, policy, best_place(criterion, sheet))
    shares = [worth.share or ZERO for worth in worths]
    return Answer(position=shares.index(max(shares) if best else min(shares)))
