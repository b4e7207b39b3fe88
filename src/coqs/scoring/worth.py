"""What each answer to a criterion is worth: its share, points and standing.

Both scorers read these, so that they differ only in how they add up.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from coqs.errors import PolicyError
from coqs.model import Standing
from coqs.rubric import Criterion, Policy, SeveralChoice

SUPPORTED = Policy()


def check_policy(policy: Policy) -> None:
    """Refuse a choice that cannot be applied yet, naming it."""
    for choice, value in policy.choices().items():
        wanted = getattr(SUPPORTED, choice)
        if value != wanted:
            raise PolicyError(
                f"policy.{choice}: {value!r} is not supported yet, only {wanted!r}; use the coqs policy",
                choice=choice,
                value=value,
            )


@attrs.frozen(slots=True)
class Worth:
    """What one answer is worth."""

    share: Fraction | None
    """Share of the criterion; None where it has no points (record-only)."""
    points: Fraction | None
    """Raw points."""
    standing: Standing | None


def level_worths(criterion: Criterion, best: int | None = None) -> tuple[Worth, ...]:
    """Return the worth of each level of a single choice or numeric criterion.

    The share is (points - min) / (max - min) over the points that the criterion can give; with an
    ideal point those of its distances, whichever level is best. `best` is the best level's place.
    """
    if isinstance(criterion.scale, SeveralChoice):
        raise TypeError("a several choice has options, not levels")
    levels = criterion.scale.levels
    if criterion.ideal is None:
        table: tuple[Fraction | None, ...] = tuple(level.points for level in levels)
        points = table
    else:
        at = best or 0
        table = criterion.ideal.points
        points = tuple(criterion.ideal.points[abs(place - at)] for place in range(len(levels)))
    known = [each for each in table if each is not None]
    low, high = min(known, default=Fraction(0)), max(known, default=Fraction(0))
    return tuple(
        Worth(
            share=None if each is None or high == low else (each - low) / (high - low),
            points=each,
            standing=level.standing or _ideal_standing(criterion, place, best),
        )
        for place, (level, each) in enumerate(zip(levels, points, strict=True))
    )


def _ideal_standing(criterion: Criterion, place: int, best: int | None) -> Standing | None:
    if criterion.ideal is None:
        return None
    return Standing.MEETS if place == best else Standing.BELOW


def options_worth(criterion: Criterion, chosen: tuple[int, ...]) -> Worth:
    """Return the worth of the chosen options: their points over the sum of the positive ones."""
    scale = criterion.scale
    if not isinstance(scale, SeveralChoice):
        raise TypeError("only a several choice has options")
    ceiling = options_ceiling(scale)
    points = [scale.options[place].points for place in chosen]
    if ceiling is None:
        return Worth(None, None, None)
    total = sum((each for each in points if each is not None), Fraction(0))
    share = total / ceiling
    return Worth(share, total, scale.standing(share))


def options_ceiling(scale: SeveralChoice) -> Fraction | None:
    """Return the sum of the positive points, None where there is none to divide by."""
    positive = sum((each.points for each in scale.options if each.points and each.points > 0), Fraction(0))
    return positive or None
