"""What each answer to a criterion is worth under a policy: its share, its points, what it adds.

Both scorers read these, so that they differ only in how they add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from coqs.errors import PolicyError, many_failures
from coqs.model import Absence, Standing
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.policy_fit import misfits
from coqs.rubric.reach import ONE, ZERO, lowest_and_highest, most_points, possible

COQS = Policy()


def check_policy(rubric: Rubric, policy: Policy) -> None:
    """Refuse a policy that the rubric cannot follow, naming each choice that does not fit."""
    found = list(misfits(rubric, policy))
    if found:
        choice = found[0][0]
        message = many_failures("", [f"policy.{path}: {text}" for _, path, text in found])
        raise PolicyError(message, choice=choice, value=getattr(policy, choice))


@attrs.frozen(slots=True)
class Worth:
    """What one answer is worth."""

    share: Fraction | None
    """Share of the criterion; None where it has no points (record-only)."""
    points: Fraction | None
    """Raw points."""
    standing: Standing | None


def level_worths(criterion: Criterion, policy: Policy = COQS, best: int | None = None) -> tuple[Worth, ...]:
    """Return the worth of each level of a single choice or numeric criterion.

    The share is taken over the points that the criterion can give; with an ideal point over those of
    its distances, whichever level is best. `best` is the best level's place.
    """
    if isinstance(criterion.scale, SeveralChoice):
        raise TypeError("a several choice has options, not levels")
    low, high = lowest_and_highest(criterion)
    levels = criterion.scale.levels
    return tuple(
        Worth(
            share=_level_share(points, low, high, policy),
            points=points,
            standing=level.standing or _ideal_standing(criterion, place, best),
        )
        for place, (level, points) in enumerate(zip(levels, _level_points(criterion, best), strict=True))
    )


def _level_points(criterion: Criterion, best: int | None) -> list[Fraction | None]:
    places = range(len(criterion.scale.ids))
    if criterion.ideal is None:
        return [criterion.points_of(place) for place in places]
    return [criterion.ideal.points[abs(place - (best or 0))] for place in places]


def _level_share(points: Fraction | None, low: Fraction, high: Fraction, policy: Policy) -> Fraction | None:
    """Return a level's share; where no points are above 0, a ratio to them means nothing."""
    if points is None:
        return None
    if policy.normalise == "ratio" and high > 0:
        return points / high
    return None if high == low else (points - low) / (high - low)


def _ideal_standing(criterion: Criterion, place: int, best: int | None) -> Standing | None:
    if criterion.ideal is None:
        return None
    return Standing.MEETS if place == best else Standing.BELOW


def options_worth(criterion: Criterion, policy: Policy, chosen: Sequence[int]) -> Worth:
    """Return the worth of the chosen options; how they stand never depends on the policy."""
    scale = _several(criterion)
    standing = scale.standing(scale.points(chosen) / scale.ceiling) if scale.ceiling else None
    most = most_points(criterion, policy)
    if most <= 0:
        return Worth(None, None, standing)
    points = _options_points(scale, policy, chosen, most)
    return Worth(points / most, points, standing)


def _several(criterion: Criterion) -> SeveralChoice:
    if not isinstance(criterion.scale, SeveralChoice):
        raise TypeError("only a several choice has options")
    return criterion.scale


def _options_points(scale: SeveralChoice, policy: Policy, chosen: Sequence[int], most: Fraction) -> Fraction:
    if policy.several_choice == "capped_sum":
        return min(scale.points(chosen), most)
    if policy.several_choice == "sum_over_positives":
        return scale.points(chosen)
    right = [  # each option is a question of its own: right to choose what earns, and to leave what costs
        abs(option.points)
        for place, option in enumerate(scale.options)
        if option.points and (option.points > 0) == (place in chosen)
    ]
    return sum(right, ZERO)


def filled_worth(
    criterion: Criterion, policy: Policy, absence: Absence, best: int | None = None
) -> Worth | None:
    """Return what an absent answer counts as in the score; None where it leaves, or never counts."""
    if criterion.record_only or absence is Absence.NOT_ASKED:
        return None
    if does_not_apply(policy, absence):
        return {"full_marks": _full_marks(criterion, policy), "zero": NOTHING}.get(policy.not_applicable)
    if policy.unanswered == "default_level":
        return _default_worth(criterion, policy, best)
    return NOTHING if policy.unanswered == "zero" else None


def does_not_apply(policy: Policy, absence: Absence | None) -> bool:
    """Tell whether an absence counts as the policy says of what is not applicable."""
    if absence in (None, Absence.NOT_ASKED):
        return False
    return absence is Absence.NOT_APPLICABLE or policy.unanswered == "as_not_applicable"


NOTHING = Worth(ZERO, ZERO, None)


def _full_marks(criterion: Criterion, policy: Policy) -> Worth:
    """Return a full share; in a deduction nothing is lost, even where every answer would lose something."""
    most = most_points(criterion, policy)
    return Worth(ONE, max(most, ZERO) if policy.combine == "deduction" else most, None)


def _default_worth(criterion: Criterion, policy: Policy, best: int | None) -> Worth:
    wanted = policy.default_level
    if isinstance(criterion.scale, SeveralChoice):
        worth = options_worth(criterion, policy, _default_options(criterion.scale, wanted))
    else:
        worths = level_worths(criterion, policy, best)
        by_share = sorted(worths, key=lambda each: each.share or ZERO)
        ends = {"worst": by_share[0], "best": by_share[-1]}
        worth = ends[wanted] if wanted in ends else worths[criterion.scale.ids.index(str(wanted))]
    return attrs.evolve(worth, standing=None)


def _default_options(scale: SeveralChoice, wanted: str | None) -> list[int]:
    if wanted not in ("best", "worst"):
        return [scale.ids.index(str(wanted))]
    sign = 1 if wanted == "best" else -1
    return [place for place, option in enumerate(scale.options) if (option.points or 0) * sign > 0]


def earned(criterion: Criterion, policy: Policy, worth: Worth) -> Fraction:
    """Return what an answer adds to its stage: its part of the numerator; 0 where it has no points."""
    if policy.combine == "deduction":
        return criterion.weight * (worth.points or ZERO)
    return possible(criterion, policy) * (worth.share or ZERO)


def lower(value: Fraction, policy: Policy, ceiling: Fraction = ONE) -> Fraction:
    """Return what a gate's effect leaves of a score, or of points of which `ceiling` is the most."""
    if policy.gate_effect == "zero":
        return min(value, ZERO)
    if policy.gate_effect == "cap" and policy.gate_cap is not None:
        return min(value, policy.gate_cap * ceiling)
    return value


def lowered(criterion: Criterion, policy: Policy, worth: Worth) -> Worth:
    """Return what is left of the worth of an answer whose own gate fires and reaches no further."""
    if policy.gate_scope != "criterion" or names_stages(criterion):
        return worth
    if worth.share is None or worth.points is None:
        return worth
    most = most_points(criterion, policy)
    points = lower(worth.points, policy, most)
    return attrs.evolve(worth, share=lower(worth.share, policy), points=points)


def names_stages(criterion: Criterion) -> bool:
    """Tell whether the gate of a criterion says itself which stages it takes down."""
    return criterion.gate is not None and bool(criterion.gate.stages)


def hits(criterion: Criterion, answer: int | Sequence[int]) -> bool:
    """Tell whether an answer (a position, or the chosen options) is one that the gate names."""
    if criterion.gate is None:
        return False
    places = (answer,) if isinstance(answer, int) else answer
    return any(criterion.scale.ids[place] in criterion.gate.on for place in places)


def fires(criterion: Criterion, policy: Policy, answer: int | Sequence[int], best: int | None = None) -> bool:
    """Tell whether the gate fires at an answer under the policy's trigger.

    Where the answer has no share, as in a criterion without points, and where the gate names the stages
    that it takes down, the levels that it names stand in.
    """
    if criterion.gate is None:
        return False
    share = (
        None
        if policy.gate_trigger == "chosen_levels" or names_stages(criterion)
        else answer_worth(criterion, policy, answer, best).share
    )
    if share is None:
        return hits(criterion, answer)
    return share < (policy.trigger_share if policy.trigger_share is not None else ONE)


def answer_worth(
    criterion: Criterion, policy: Policy, answer: int | Sequence[int], best: int | None = None
) -> Worth:
    """Return the worth of an answer: the position of a level, or the places of the chosen options."""
    if isinstance(answer, int):
        return level_worths(criterion, policy, best)[answer]
    return options_worth(criterion, policy, answer)
