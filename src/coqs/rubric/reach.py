"""How much of a score each criterion can be, under a policy: its points, its weight, its share of the whole.

What an answer earns of that is the business of `coqs.scoring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from coqs.rubric.criteria import Criterion
from coqs.rubric.form import Form
from coqs.rubric.policy import Policy
from coqs.rubric.scales import SeveralChoice

ZERO, ONE = Fraction(0), Fraction(1)
STRUCTURED = ("stage_percent", "stage_points", "mean_of_stage_means")
"""Ways to combine in which the stages are averaged."""
WEIGH_STAGES = ("stage_percent", "stage_points", "weighted_points", "weight_product")
"""Ways to combine in which a stage's weight counts."""
NO_SHARES = ("deduction", "error_accuracy")
"""Ways to combine in which a score is no sum of shares."""


def lowest_and_highest(criterion: Criterion) -> tuple[Fraction, Fraction]:
    """Return the range of the points that the levels of a criterion can give; (0, 0) without any."""
    if criterion.ideal is not None:
        return min(criterion.ideal.points), max(criterion.ideal.points)
    points = [criterion.points_of(place) for place in range(len(criterion.scale.ids))]
    known = [each for each in points if each is not None]
    return min(known, default=ZERO), max(known, default=ZERO)


def most_points(criterion: Criterion, policy: Policy) -> Fraction:
    """Return the most points that an answer can earn: what its share is a share of, for options."""
    if not isinstance(criterion.scale, SeveralChoice):
        return lowest_and_highest(criterion)[1]
    known = [option.points for option in criterion.scale.options if option.points]
    if policy.several_choice == "per_option":
        return sum(map(abs, known), ZERO)
    if policy.several_choice == "sum_over_positives":
        return criterion.scale.ceiling
    largest = max((each for each in known if each > 0), default=ZERO)
    return min(largest if policy.option_cap is None else policy.option_cap, criterion.scale.ceiling)


def counts_in(criterion: Criterion, policy: Policy) -> str:
    """Tell what a criterion adds to: "possible" (and what was earned), "bonus" (only that), or ""."""
    if criterion.record_only or not criterion.weight or policy.combine == "error_accuracy":
        return ""
    return "bonus" if criterion.bonus and policy.bonus.startswith("outside") else "possible"


def possible(criterion: Criterion, policy: Policy) -> Fraction:
    """Return the most that a criterion can add to its stage: its part of the denominator."""
    weight = criterion.weight
    match policy.combine:
        case "mean_of_stage_means":
            return ONE if weight else ZERO
        case "stage_points" | "pooled_points" | "weighted_points":
            return weight * _span(criterion, policy)
        case "deduction":
            return weight * max(most_points(criterion, policy), ZERO)
        case _:
            return weight


def _span(criterion: Criterion, policy: Policy) -> Fraction:
    """Return how many points lie between a share of 0 and a share of 1."""
    most = most_points(criterion, policy)
    if isinstance(criterion.scale, SeveralChoice) or (policy.normalise == "ratio" and most > 0):
        return most
    low, high = lowest_and_highest(criterion)
    return high - low


def weighs(form: Form, policy: Policy) -> tuple[Fraction, ...]:
    """Return how the policy weighs each stage as a whole; 0 where the stage cannot change the score."""
    if policy.combine == "mean_of_stage_means":
        return tuple(ONE if stage.weight else ZERO for stage in form.stages)
    by_weight = policy.combine in WEIGH_STAGES
    return tuple(stage.weight if by_weight else ONE for stage in form.stages)


def shares(form: Form, policy: Policy) -> Mapping[str, Fraction] | None:
    """Return the share of the overall score that each criterion is, by id, where everything is asked.

    A bonus that counts outside has the share that it can add. None where a score is no sum of shares:
    of a deduction, and of error accuracy.
    """
    if policy.combine in NO_SHARES:
        return None
    reached = [_reached(form, stage.id, policy) for stage in form.stages]
    weights = list(weighs(form, policy))
    if policy.combine in STRUCTURED:
        # A stage that nothing counts in leaves, and what it weighs goes to the others.
        weights = [each / most if most else ZERO for each, most in zip(weights, reached, strict=True)]
    whole = sum((each * most for each, most in zip(weights, reached, strict=True)), ZERO)
    factors = {id: each / whole if whole else ZERO for id, each in zip(form.stage_ids, weights, strict=True)}
    counted = {each.id: possible(each, policy) if counts_in(each, policy) else ZERO for each in form.criteria}
    return {each.id: counted[each.id] * factors[each.stage] for each in form.criteria}


def _reached(form: Form, stage: str, policy: Policy) -> Fraction:
    """Return the most that can be reached in a stage, without a bonus that counts outside."""
    within = [each for each in form.criteria if each.stage == stage and counts_in(each, policy) == "possible"]
    return sum((possible(each, policy) for each in within), ZERO)
