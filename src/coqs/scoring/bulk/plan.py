"""What a rubric and a policy compile to: whole numbers for every state, and what bounds them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.rubric import Criterion, Policy, Rubric
from coqs.rubric.reach import STRUCTURED
from coqs.scoring.bulk.judging import Grain
from coqs.scoring.bulk.states import State, states_of

Table = npt.NDArray[Any]
EXACT_IN_FLOAT = 2**53
LOST = 1e-12
"""Scores must not be further off than this."""


@attrs.frozen(slots=True, eq=False)
class CriterionPlan:
    """One criterion and its states."""

    criterion: Criterion
    place: int
    """Place in the rubric."""
    stage: int
    """Place of its stage."""
    states: tuple[State, ...]
    """All of them; of a wide several choice the absences, no option, each option and all options."""
    plain: bool
    """Whether its codes are its states, but for an offset."""
    wide: bool
    terms: Mapping[str, Table]
    """Term to (states,) whole numbers, times its stage's scale; empty for a wide several choice."""


@attrs.frozen(slots=True, eq=False, kw_only=True)
class StagePlan:
    """One stage, and what is known of its sums before any answer is seen."""

    id: str
    place: int
    members: tuple[int, ...]
    """Places of its criteria."""
    factor: Fraction
    """Its part in the overall score; what it earns is multiplied by it already where stages are pooled."""
    included: bool
    """Whether the overall score rests on it at all."""
    mark: Fraction | None
    scale: int
    """Earned and possible are whole numbers times this."""
    share_scale: int
    denominator: int
    """No sum of the stage divides into a score with a larger one."""
    grain: Grain
    """Of the stage's own score."""


@attrs.frozen(slots=False, eq=False, repr=False, kw_only=True)
class Plan:
    """A rubric under a policy, compiled."""

    rubric: Rubric
    policy: Policy
    counted: frozenset[str]
    """Criteria whose answers are counted: those of one controller, or all."""
    criteria: tuple[CriterionPlan, ...]
    stages: tuple[StagePlan, ...]
    term_names: tuple[str, ...]
    """The terms that the policy needs added up."""
    grain: Grain
    """Of the overall score."""
    dtype: Any
    """float64 where every sum is a whole number that a float holds exactly, else object."""

    @property
    def structured(self) -> bool:
        """Whether the overall score is a mean of stage scores, not of all criteria at once."""
        return self.policy.combine in STRUCTURED

    @property
    def is_tame(self) -> bool:
        """Whether no sum of stages can lose the twelfth digit by cancelling out."""
        return not self.structured or self.grain.error < LOST

    @property
    def is_plain_mean(self) -> bool:
        """Whether the overall score is a weighted mean of the stage scores as they are shown, all scored."""
        clamped = self.policy.bonus.endswith("clamped")
        return self.structured and not clamped and not (self.rounds_stages and self.hands_on)

    @property
    def hands_on(self) -> bool:
        """Whether weight that does not apply is handed on in equal parts."""
        return self.policy.not_applicable == "drop_equal"

    @property
    def stage_effect(self) -> bool:
        """Whether something can change a stage's score after it is summed."""
        policy = self.policy
        gated = policy.gate_scope == "stage" and policy.gate_effect != "verdict_only"
        return gated or policy.stage_floor is not None or self.stage_overrides

    @property
    def stage_overrides(self) -> bool:
        """Whether a rule may set the score of a stage."""
        return any(rule.stage is not None for rule in self.policy.overrides)

    def can_set_last(self, stage: StagePlan) -> bool:
        """Tell whether a score that a rule sets for a stage simply takes the place of its own."""
        gated = self.policy.gate_scope == "stage" and self.policy.gate_effect != "verdict_only"
        last = not gated or self.policy.precedence[-1] == "override"
        return self.is_plain_mean and not self.rounds_stages and stage.mark is None and last

    @property
    def rounds_stages(self) -> bool:
        """Whether stage scores are rounded."""
        return self.policy.rounding != "none" and self.policy.rounding_of in ("stages", "both")

    @property
    def rounds_overall(self) -> bool:
        """Whether the overall score is rounded."""
        return self.policy.rounding != "none" and self.policy.rounding_of in ("overall", "both")

    @property
    def scale(self) -> int:
        """What sums of the whole form are multiplied by."""
        return 1 if self.structured else self.stages[0].scale

    def scaled(self, each: CriterionPlan, states: Sequence[State]) -> dict[str, Table]:
        """Return the terms of some states of a criterion as whole numbers."""
        return scaled_terms(states, self.stages[each.stage], self.term_names, self.dtype)


def pooling_factor(plan: Plan, each: CriterionPlan) -> Fraction:
    """Return what the sums of a criterion's stage are multiplied by before they are pooled."""
    factor = plan.stages[each.stage].factor
    return Fraction(1) if plan.structured or not factor else factor


def states_of_sets(plan: Plan, each: CriterionPlan, sets: Sequence[int]) -> list[State]:
    """Return the states of a wide several choice for the absences and these sets of options."""
    factor = pooling_factor(plan, each)
    demanded = any(state.open for state in each.states)
    states = states_of(each.criterion, plan.policy, sets, demanded=demanded)
    return [pooled(state, factor) for state in states]


def pooled(state: State, factor: Fraction) -> State:
    """Return a state as it counts where its stage is pooled with others."""
    if factor == 1:
        return state
    return attrs.evolve(
        state,
        earned=state.earned * factor,
        possible=state.possible * factor,
        dropped=state.dropped * factor,
    )


def scaled_terms(
    states: Sequence[State], stage: StagePlan, names: Sequence[str], dtype: Any
) -> dict[str, Table]:
    """Return these terms of some states as whole numbers."""
    scales = dict.fromkeys(("earned", "possible", "dropped"), stage.scale) | {"share": stage.share_scale}
    return {
        name: np.array([int(getattr(state, name) * scales.get(name, 1)) for state in states], dtype=dtype)
        for name in names
    }


def common_denom(fractions: Iterable[Fraction]) -> int:
    """Return the least common denominator; 1 of none."""
    return math.lcm(*(each.denominator for each in fractions))


def stated_scores(policy: Policy, *, of_stages: bool) -> list[Fraction]:
    """Return the scores that a policy states, for stages or for the whole."""
    floor = policy.stage_floor if of_stages else policy.floor
    capped = policy.gate_scope == ("stage" if of_stages else "interaction")
    found = [floor, policy.gate_cap if capped else None]
    found += [rule.score for rule in policy.overrides if (rule.stage is not None) == of_stages]
    return [each for each in found if each is not None]


def whole_weight(stages: Sequence[StagePlan], policy: Policy) -> int:
    """Return a bound on the denominator that a mean over stages adds to theirs."""
    weights = [stage.factor for stage in stages if stage.included]
    takers = max(1, len(weights)) if policy.not_applicable == "drop_equal" else 1
    return max(1, int(sum(weights, Fraction(0)) * common_denom(weights)) * takers)


def overall_grain(policy: Policy, stages: Sequence[StagePlan], steps: int | None = None) -> Grain:
    """Return the grain of the overall score; of one that is summed from stages in steps, if given."""
    included = [stage for stage in stages if stage.included]
    error = (len(stages) + 8) * max(stage.grain.error for stage in stages) / 4
    stated = common_denom(stated_scores(policy, of_stages=False))
    if policy.combine in STRUCTURED:
        parts = math.prod(stage.grain.denominator for stage in included) if steps is None else steps
        return Grain(max(whole_weight(stages, policy) * parts, stated), error)
    whole = max(1, sum(stage.denominator for stage in included))
    if policy.not_applicable == "drop_equal":
        whole *= max(1, sum(len(stage.members) for stage in included))
    return Grain(max(whole * common_denom(stated_scores(policy, of_stages=True)), stated), error)
