"""What an interaction was expected to get: the score of a sheet that meets, and no more."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.model import Standing
from coqs.ratings import Ratings
from coqs.results import Scores
from coqs.rubric import Criterion, Level, Policy, SeveralChoice, SingleChoice
from coqs.scoring.bulk.asking import Answers, Asked, settle
from coqs.scoring.scorer import Scorer
from coqs.scoring.worth import answer_worth

Floats = npt.NDArray[np.float64]
Ends = Callable[..., int]


def expected_scores(scores: Scores) -> tuple[Floats, Floats]:
    """Return what sheets would get that meet on everything that was asked and answered.

    A criterion may have several levels that meet, so there is a lowest and a highest such sheet; between
    them an interaction meets what was expected. What was asked stays what it was, whatever branches the
    meeting answers would open; absences stay what they are; no gate fires and no rule sets a score. A
    criterion without a level that meets keeps its answer, so that it moves neither side. Under a policy
    that only counts errors, meeting is all there is to reach.

    Returns
    -------
    low, high
        (n,) overall scores, NaN where not scored, and where only a rule that sets scores has one.
    """
    rubric, policy = scores.scorer.applied_rubric, attrs.evolve(scores.policy, overrides=())
    if policy.combine == "error_accuracy":  # which counts what a gate names, and a sheet that meets has none
        whole = np.where(scores.is_scored, 1.0, np.nan)
        return whole, whole
    asked = settle(rubric, Answers.given(scores.ratings))
    part = rubric.with_criteria(tuple(_plain(each, policy) for each in rubric.criteria))
    found = []
    for end in (min, max):
        codes = {each.id: _codes(each, policy, asked, end) for each in rubric.criteria}
        sheets = _sheets(scores.ratings, part, codes)
        found.append(np.where(scores.is_scored, Scorer(part, policy)(sheets).overall, np.nan))
    return found[0], found[1]


def _sheets(ratings: Ratings, part: Any, codes: dict[str, Any]) -> Ratings:
    several = {each.id for each in part.criteria if isinstance(each.scale, SeveralChoice)}
    choices = {id: column for id, column in ratings.choices.items() if id in several}
    return attrs.evolve(ratings, rubric=part, codes=codes, choices=choices)


def _plain(criterion: Criterion, policy: Policy) -> Criterion:
    """Return a criterion that is asked of all, and on which nothing but its points hangs."""
    always = attrs.evolve(criterion, when=None, applies_to=(), gate=None, irreversible=False)
    most = _options_meeting(criterion, policy)
    if most is None:
        return always
    meets, whole = most
    levels = (Level("none", points=0), Level("meets", points=meets), Level("all", points=whole))
    return attrs.evolve(always, scale=SingleChoice(levels), detect=None)


def _options_meeting(criterion: Criterion, policy: Policy) -> tuple[Fraction, Fraction] | None:
    """Return the points of options that just meet, and of the best; None where that means nothing."""
    scale = criterion.scale
    if not isinstance(scale, SeveralChoice) or scale.meets_at is None or criterion.record_only:
        return None
    ceiling = scale.ceiling
    if not ceiling or policy.unanswered == "default_level":
        return None
    good = [place for place, option in enumerate(scale.options) if option.points and option.points > 0]
    best = answer_worth(criterion, policy, good)
    if best.points is None or not best.share:
        return None
    meets = min(ceiling * scale.meets_at, best.points)
    if policy.several_choice == "per_option":  # right too are the options that cost, left alone
        total = sum((scale.options[place].points or 0 for place in good), Fraction(0))
        meets = best.points - total + ceiling * scale.meets_at
    return meets, best.points / best.share


def _codes(criterion: Criterion, policy: Policy, asked: Asked, end: Ends) -> npt.NDArray[Any]:
    """Return (n,) codes of a sheet that meets where it was answered; absences stay what they are."""
    given = asked.codes[criterion.id]
    return np.where(given >= 0, _meeting(criterion, policy, asked, end), given)


def _meeting(criterion: Criterion, policy: Policy, asked: Asked, end: Ends) -> Any:
    """Return (n,) or one code: the level that meets and earns least or most, or the answers as they are."""
    given = asked.codes[criterion.id]
    if _options_meeting(criterion, policy) is not None:
        return 1
    if isinstance(criterion.scale, SeveralChoice) or criterion.record_only:
        return given
    if criterion.ideal is not None:
        return np.maximum(asked.best[criterion.id], 0)
    levels = criterion.scale.levels
    places = [place for place, level in enumerate(levels) if level.standing is Standing.MEETS]
    return end(places, key=lambda place: levels[place].points or 0) if places else given
