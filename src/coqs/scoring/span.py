"""The lowest and the highest score that any answers to a rubric could get."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.scoring.worth import options_worth


def score_range(rubric: Rubric) -> tuple[float, float]:
    """Return the lowest and highest overall score; [0, 1] without bonus and negative points."""
    spans = [
        _stage_span([each for each in rubric.criteria if each.stage == stage.id])
        for stage in rubric.stages
        if stage.weight
    ]
    return float(min((low for low, _ in spans), default=0)), float(
        max((high for _, high in spans), default=1)
    )


def _stage_span(members: Iterable[Criterion]) -> tuple[Fraction, Fraction]:
    """Return a stage's lowest and highest score: one criterion scored, and every bonus lost or won.

    Scoring another criterion beside it takes a mean with that one's own share, which is no extreme.
    """
    scoring = [each for each in members if each.is_scoring]
    if not scoring:
        return Fraction(0), Fraction(1)
    bonus = [_extremes(each) for each in members if each.bonus]
    lightest = min(each.weight for each in scoring)
    lost = sum((low for low, _ in bonus), Fraction(0))
    won = sum((high for _, high in bonus), Fraction(0)) / lightest
    worst = min((_extremes(each)[0] + lost) / each.weight for each in scoring)
    return worst, 1 + won


def _extremes(criterion: Criterion) -> tuple[Fraction, Fraction]:
    """Return the least and the most that a criterion can add, times its weight."""
    if not isinstance(criterion.scale, SeveralChoice):
        return Fraction(0), criterion.weight
    options = [
        (options_worth(criterion, Policy(), (place,)).share or Fraction(0))
        for place in range(len(criterion.scale.ids))
    ]
    return criterion.weight * sum((each for each in options if each < 0), Fraction(0)), criterion.weight
