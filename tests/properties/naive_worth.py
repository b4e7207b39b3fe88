"""What one answer is worth under a policy, naively: its share, its points, and what it is measured by."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from coqs.rubric import SeveralChoice

NOTHING = Fraction(0)


def worth(criterion: Any, policy: Any, chosen: tuple[str, ...], best: str | None) -> tuple[Any, Any]:
    """Return (share, points) of an answer; None for a share or points that the criterion does not have."""
    whole = denominator(criterion, policy)
    if isinstance(criterion.scale, SeveralChoice):
        return worth_of_options(criterion, policy, chosen, whole)
    points = points_of_level(criterion, chosen[0], best)
    if points is None or whole is None:
        return None, points
    least = min(points_that_can_be_had(criterion)) if is_from_the_least(criterion, policy) else NOTHING
    return (points - least) / whole, points


def worth_of_options(criterion: Any, policy: Any, chosen: tuple[str, ...], whole: Any) -> tuple[Any, Any]:
    if whole is None:
        return None, None
    points = {option.id: option.points or NOTHING for option in criterion.scale.options}
    total = capped(criterion, sum((points[id] for id in chosen), NOTHING))
    if policy.several_choice == "capped_sum":
        total = min(total, whole)
    if policy.several_choice == "per_option":
        wanted_and_there = sum((p for id, p in points.items() if p > 0 and id in chosen), NOTHING)
        unwanted_and_not_there = sum((-p for id, p in points.items() if p < 0 and id not in chosen), NOTHING)
        total = wanted_and_there + unwanted_and_not_there
    return total / whole, total


def points_that_can_be_had(criterion: Any) -> list[Fraction]:
    if criterion.ideal:
        return list(criterion.ideal.points)
    return [level.points for level in criterion.scale.levels if level.points is not None]


def is_from_the_least(criterion: Any, policy: Any) -> bool:
    """Tell whether the fewest points are a share of 0; a ratio to points needs some above 0."""
    return policy.normalise == "min_max" or max(points_that_can_be_had(criterion)) <= 0


def points_of_level(criterion: Any, level: str, best: str | None) -> Fraction | None:
    ids = criterion.scale.ids
    if criterion.ideal:
        return criterion.ideal.points[abs(ids.index(level) - ids.index(best))]
    return criterion.scale.levels[ids.index(level)].points


def denominator(criterion: Any, policy: Any) -> Fraction | None:
    """Return what a share of the criterion is measured by; None where there is nothing to measure by."""
    if isinstance(criterion.scale, SeveralChoice):
        whole = denominator_of_options(criterion, policy)
    else:
        every = points_that_can_be_had(criterion)
        if not every:
            return None
        whole = max(every) - min(every) if is_from_the_least(criterion, policy) else max(every)
    return whole if whole > 0 else None


def denominator_of_options(criterion: Any, policy: Any) -> Fraction:
    points = [option.points or NOTHING for option in criterion.scale.options]
    positive = capped(criterion, sum((p for p in points if p > 0), NOTHING))
    if policy.several_choice == "capped_sum":
        return min(max(points) if policy.option_cap is None else policy.option_cap, positive)
    if policy.several_choice == "per_option":
        return sum((abs(p) for p in points), NOTHING)
    return positive


def capped(criterion: Any, points: Fraction) -> Fraction:
    return points if criterion.scale.cap is None else min(points, criterion.scale.cap)


def best_points(criterion: Any, policy: Any) -> Fraction:
    if isinstance(criterion.scale, SeveralChoice):
        return denominator(criterion, policy)
    return max(points_that_can_be_had(criterion))


def best_share(criterion: Any, policy: Any, best: str | None) -> Fraction:
    """Return the best share that any answer gets."""
    if isinstance(criterion.scale, SeveralChoice):
        return Fraction(1)
    shares = [worth(criterion, policy, (id,), best)[0] for id in criterion.scale.ids]
    return max(share for share in shares if share is not None)


def filled_in(criterion: Any, policy: Any, absence: str, best: str | None) -> tuple[Any, Any] | None:
    """Return the (share, points) that an absence counts as; None where the criterion leaves the score."""
    if absence == "not_asked":
        return None
    if is_no_question(policy, absence):
        if policy.not_applicable == "full_marks":
            return Fraction(1), best_points(criterion, policy)
        return (NOTHING, NOTHING) if policy.not_applicable == "zero" else None
    if policy.unanswered == "default_level":
        return worth(criterion, policy, default_answer(criterion, policy, best), best)
    return (NOTHING, NOTHING) if policy.unanswered == "zero" else None


def is_no_question(policy: Any, absence: str) -> bool:
    """Tell whether an absence counts as not applicable, which an open answer may do too."""
    open_too = policy.unanswered == "as_not_applicable" and absence in ("unanswered", "abstained", "failed")
    return absence == "not_applicable" or open_too


def default_answer(criterion: Any, policy: Any, best: str | None) -> tuple[str, ...]:
    if policy.default_level not in ("best", "worst"):
        return (policy.default_level,)
    wanted = policy.default_level == "best"
    if isinstance(criterion.scale, SeveralChoice):
        options = criterion.scale.options
        return tuple(x.id for x in options if (x.points > 0 if wanted else x.points < 0))
    points = {id: points_of_level(criterion, id, best) for id in criterion.scale.ids}
    return ((max if wanted else min)(points, key=points.get),)
