"""From the sums of the stages to the scores, in rationals: the order of the arithmetic.

The sums may come from one sheet or from a row of columns; this is the one place that follows the policy
from there on. Every change of a score after the sums is kept as a step with its amount, so that an
account of the overall score adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import attrs

from coqs.results import Step
from coqs.rubric import Policy, Rubric
from coqs.rubric.reach import ONE, STRUCTURED, ZERO, weighs
from coqs.scoring.worth import lower

"""Ways to combine in which the overall score is a mean of stages; the others add up the whole form."""
Operation = tuple[str, Callable[[Fraction], Fraction]]
Change = tuple[str, Fraction, Fraction]
"""The name of an operation that changed a score, and the score before and after it."""


@attrs.frozen(slots=True, kw_only=True)
class StageSums:
    """What the answers of one stage add up to."""

    earned: Fraction = ZERO
    possible: Fraction = ZERO
    """The denominator: what those that count could have earned."""
    dropped: Fraction = ZERO
    """What those could have earned that left as not applicable."""
    count: int = 0
    """How many criteria are part of the denominator."""
    shares: Fraction = ZERO
    """The sum of their shares."""
    fired: int = 0
    """Gates that fire under the policy's trigger."""
    errors: int = 0
    """Those among them that count as errors under `error_accuracy`."""
    watched: int = 0
    """Gates that could count as errors and that were asked and answered."""

    def __add__(self, other: StageSums) -> StageSums:
        return StageSums(
            earned=self.earned + other.earned,
            possible=self.possible + other.possible,
            dropped=self.dropped + other.dropped,
            count=self.count + other.count,
            shares=self.shares + other.shares,
            fired=self.fired + other.fired,
            errors=self.errors + other.errors,
            watched=self.watched + other.watched,
        )


@attrs.frozen(slots=True, kw_only=True)
class Sums:
    """What a sheet adds up to."""

    stages: tuple[StageSums, ...]
    """In the order of the rubric's stages."""
    overrides: tuple[bool, ...] = ()
    """Whether the condition of each set rule of the policy is true."""
    refused: bool = False
    """Whether an open answer leaves the sheet without a score."""


@attrs.frozen(slots=True)
class Spread:
    """How the overall score is made of the stages."""

    whole: Fraction
    """The denominator of the overall score."""
    applied: tuple[Fraction, ...]
    """The share of the overall score that each stage carries."""
    per_earned: tuple[Fraction, ...]
    """What a criterion adds to the overall score for each unit that it earned in its stage."""
    per_share: tuple[Fraction, ...]
    """What it adds, times its share, because weight was handed on in equal parts."""


@attrs.frozen(slots=True)
class Finished:
    """The scores of a sheet under a policy."""

    overall: Fraction | None
    stages: tuple[Fraction | None, ...]
    """As they are reported, in the order of the rubric."""
    exact_overall: Fraction | None
    """Before rounding: what marks and bands compare with."""
    exact_stages: tuple[Fraction | None, ...]
    spread: Spread | None
    """None where nothing was scored."""
    steps: tuple[Step, ...]
    """In their order; with the contributions of the criteria they sum to `overall`."""

    @property
    def possible(self) -> Fraction:
        """The denominator of the overall score; 0 where nothing was scored."""
        return self.spread.whole if self.spread else ZERO


def finish(rubric: Rubric, policy: Policy, sums: Sums) -> Finished:
    """Work out the scores from the sums of the stages."""
    spread = None if sums.refused else spread_over_stages(rubric, policy, sums)
    exact_stages = _reported_stages(rubric, policy, sums)
    stages = exact_stages
    if policy.rounding_of in ("stages", "both"):
        stages = tuple(None if each is None else rounded(each, policy) for each in exact_stages)
    if spread is None:
        return Finished(None, stages, None, exact_stages, None, ())
    exact_overall, _ = _overall(rubric, policy, sums, spread, rounding=False)
    overall, steps = _overall(rubric, policy, sums, spread, rounding=True)
    return Finished(overall, stages, exact_overall, exact_stages, spread, tuple(steps))


def is_scored(policy: Policy, stage: StageSums) -> bool:
    """Tell whether anything was scored in a stage."""
    if policy.combine == "error_accuracy":
        return stage.watched > 0
    return stage.count > 0 if policy.combine == "deduction" else stage.possible > 0


def spread_over_stages(rubric: Rubric, policy: Policy, sums: Sums) -> Spread | None:
    """Return how the overall score is made of the stages; None where nothing can be divided by."""
    if policy.combine == "error_accuracy":
        nothing = (ZERO,) * len(sums.stages)
        watched = any(stage.watched for stage in sums.stages)
        return Spread(ONE, nothing, nothing, nothing) if watched else None
    if policy.combine in STRUCTURED:
        return _mean_of_stages(weighs(rubric, policy), policy, sums)
    return _whole_form(weighs(rubric, policy), policy, sums)


def _mean_of_stages(weights: Sequence[Fraction], policy: Policy, sums: Sums) -> Spread | None:
    carried = _handed_on(weights, policy, sums)
    whole = sum(carried, ZERO)
    if not whole:
        return None
    applied = tuple(each / whole for each in carried)
    extra = [_equal_part(policy, stage) for stage in sums.stages]
    per_earned = tuple(
        share / (stage.possible + part * stage.count) if share else ZERO
        for share, stage, part in zip(applied, sums.stages, extra, strict=True)
    )
    per_share = tuple(each * part for each, part in zip(per_earned, extra, strict=True))
    return Spread(whole, applied, per_earned, per_share)


def _handed_on(weights: Sequence[Fraction], policy: Policy, sums: Sums) -> list[Fraction]:
    """Return the weight that each stage carries, with equal parts of what did not apply as a whole."""
    scored = [is_scored(policy, stage) for stage in sums.stages]
    carried = [weight if ok else ZERO for weight, ok in zip(weights, scored, strict=True)]
    if policy.not_applicable != "drop_equal" or not any(carried):
        return carried
    lost = [
        weight
        for weight, ok, stage in zip(weights, scored, sums.stages, strict=True)
        if not ok and stage.dropped
    ]
    part = sum(lost, ZERO) / sum(each > 0 for each in carried)
    return [each + part if each else ZERO for each in carried]


def _equal_part(policy: Policy, stage: StageSums) -> Fraction:
    """Return what each criterion that counts gets of the weight that was dropped in its stage."""
    if policy.not_applicable != "drop_equal" or not stage.count:
        return ZERO
    return stage.dropped / stage.count


def _whole_form(factors: Sequence[Fraction], policy: Policy, sums: Sums) -> Spread | None:
    """Add up the whole form, whatever its stages; equal parts go to every criterion of it that counts."""
    pairs = list(zip(factors, sums.stages, strict=True))
    part, count = ZERO, sum(stage.count for factor, stage in pairs if factor)
    if policy.not_applicable == "drop_equal" and count:
        part = sum((factor * stage.dropped for factor, stage in pairs), ZERO) / count
    possible = [factor * stage.possible + part * stage.count * bool(factor) for factor, stage in pairs]
    whole = sum(possible, ZERO)
    if policy.combine == "deduction":
        whole = policy.ceiling or whole + (policy.baseline or ZERO)
    if not whole or not any(is_scored(policy, stage) for factor, stage in pairs if factor):
        return None
    return Spread(
        whole,
        applied=tuple(each / whole for each in possible),
        per_earned=tuple(factor / whole for factor, _ in pairs),
        per_share=tuple(part / whole if factor else ZERO for factor, _ in pairs),
    )


def _reported_stages(rubric: Rubric, policy: Policy, sums: Sums) -> tuple[Fraction | None, ...]:
    if sums.refused:
        return (None,) * len(sums.stages)
    return tuple(
        _reported_stage(stage.id, policy, own, sums) if is_scored(policy, own) else None
        for stage, own in zip(rubric.stages, sums.stages, strict=True)
    )


def _reported_stage(id: str, policy: Policy, stage: StageSums, sums: Sums) -> Fraction:
    score = _stage_score(policy, stage)
    if policy.bonus.endswith("clamped"):
        score = min(score, ONE)
    return _run(score, _stage_operations(id, policy, stage, sums))[0]


def _stage_score(policy: Policy, stage: StageSums) -> Fraction:
    """Return the score of a stage for itself, which was scored."""
    if policy.combine == "error_accuracy":
        return ZERO if stage.errors else ONE
    if policy.combine == "deduction":
        baseline = policy.baseline or ZERO
        return (baseline + stage.earned) / (policy.ceiling or baseline + stage.possible)
    part = _equal_part(policy, stage)
    return (stage.earned + part * stage.shares) / (stage.possible + part * stage.count)


def _overall(
    rubric: Rubric, policy: Policy, sums: Sums, spread: Spread, *, rounding: bool
) -> tuple[Fraction, list[Step]]:
    """Return the overall score, and every step of the way from the criteria's contributions to it."""
    steps = [*_starts(policy, sums, spread), *_stage_steps(rubric, policy, sums, spread, rounding=rounding)]
    contributed = sum(
        (
            earned * stage.earned + share * stage.shares
            for earned, share, stage in zip(spread.per_earned, spread.per_share, sums.stages, strict=True)
        ),
        ZERO,
    )
    score = contributed + sum((step.amount for step in steps), ZERO)
    operations = [*_clamp(policy), *_form_operations(policy, sums)]
    if rounding and policy.rounding != "none" and policy.rounding_of in ("overall", "both"):
        operations.append(("rounding", lambda value: rounded(value, policy)))
    score, changes = _run(score, operations)
    return score, steps + [_step(each, None, ONE) for each in changes]


def _starts(policy: Policy, sums: Sums, spread: Spread) -> list[Step]:
    """Return what the overall score starts with before any criterion is added."""
    if policy.combine == "deduction" and policy.baseline:
        return [_step(("baseline", ZERO, policy.baseline / spread.whole), None, ONE)]
    if policy.combine == "error_accuracy":
        errors = any(stage.errors for stage in sums.stages)
        changes = [("baseline", ZERO, ONE), *([("errors", ONE, ZERO)] if errors else [])]
        return [_step(each, None, ONE) for each in changes]
    return []


def _stage_steps(rubric: Rubric, policy: Policy, sums: Sums, spread: Spread, *, rounding: bool) -> list[Step]:
    """Return what floors, gates, set rules and rounding of the stages do to the overall score."""
    steps = []
    rounds = rounding and policy.combine in STRUCTURED and policy.rounding_of in ("stages", "both")
    for place, (stage, own) in enumerate(zip(rubric.stages, sums.stages, strict=True)):
        applied = spread.applied[place]
        if not applied:
            continue
        score = spread.per_earned[place] * own.earned + spread.per_share[place] * own.shares
        operations = _stage_operations(stage.id, policy, own, sums)
        if rounds:
            operations.append(("rounding", lambda value: rounded(value, policy)))
        _, changes = _run(score / applied, operations)
        steps += [_step(each, stage.id, applied) for each in changes]
    return steps


def _step(change: Change, stage: str | None, applied: Fraction) -> Step:
    """Return a change as a step; `applied` is the share of the overall score that was changed."""
    name, before, after = change
    return Step(name, stage, (after - before) * applied, before=before, after=after)


def _clamp(policy: Policy) -> list[Operation]:
    return [("clamp", lambda value: min(value, ONE))] if policy.bonus.endswith("clamped") else []


def _form_operations(policy: Policy, sums: Sums) -> list[Operation]:
    fired = sum(stage.fired for stage in sums.stages)
    return _operations(policy, "interaction", fired, policy.floor, _set_score(policy, sums, None))


def _stage_operations(id: str, policy: Policy, stage: StageSums, sums: Sums) -> list[Operation]:
    return _operations(policy, "stage", stage.fired, policy.stage_floor, _set_score(policy, sums, id))


def _set_score(policy: Policy, sums: Sums, stage: str | None) -> Fraction | None:
    """Return what the first set rule of a target says whose condition is true; None where none is."""
    rules = zip(policy.overrides, sums.overrides, strict=True)
    return next((rule.score for rule, is_true in rules if is_true and rule.stage == stage), None)


def _operations(
    policy: Policy, scope: str, fired: int, floor: Fraction | None, set_score: Fraction | None
) -> list[Operation]:
    """Return what happens to a score, in the order of precedence."""
    found: dict[str, Callable[[Fraction], Fraction]] = {}
    if floor is not None:
        found["floor"] = lambda value: max(value, floor)
    if policy.gate_scope == scope and fired > policy.strikes:
        found["gate"] = lambda value: lower(value, policy)
    if set_score is not None:
        found["override"] = lambda _: set_score
    return [(name, found[name]) for name in policy.precedence if name in found]


def _run(score: Fraction, operations: Sequence[Operation]) -> tuple[Fraction, list[Change]]:
    """Apply operations one after the other; return the result and what each one changed."""
    changes = []
    for name, operation in operations:
        after = operation(score)
        if after != score:
            changes.append((name, score, after))
        score = after
    return score, changes


def rounded(score: Fraction, policy: Policy) -> Fraction:
    """Round a share to the policy's digits of its per cent.

    >>> ours = Policy(name="ours", rounding="half_up", rounding_digits=0)
    >>> rounded(Fraction(5, 8), ours)
    Fraction(63, 100)
    """
    if policy.rounding == "none" or policy.rounding_digits is None:
        return score
    unit = 100 * 10**policy.rounding_digits
    scaled = score * unit
    match policy.rounding:
        case "half_even":
            whole = round(scaled)
        case "down":
            whole = int(scaled)
        case _:
            nearest = int(abs(scaled) + Fraction(1, 2))
            whole = nearest if scaled >= 0 else -nearest
    return Fraction(whole, unit)
