"""What a rubric and a policy compile to: whole numbers for every state, and what bounds them."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.rubric import Criterion, Policy, Rubric
from coqs.scoring.bulk.judging import Grain
from coqs.scoring.bulk.states import State, is_wide, states_of
from coqs.scoring.exact import could_score
from coqs.scoring.worth import possible

Table = npt.NDArray[Any]
EXACT_IN_FLOAT = 2**53
STRUCTURED = ("stage_percent", "mean_of_stage_means")
WEIGHS_STAGES = ("stage_percent", "weighted_points", "weight_product")
ULP = 2.0**-52
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

    @functools.cached_property
    def term_names(self) -> tuple[str, ...]:
        """The terms that the policy needs added up."""
        policy = self.policy
        names = ["earned", "possible"]
        names += ["count"] if policy.combine == "deduction" or self.hands_on else []
        names += ["share", "dropped"] if self.hands_on else []
        names += ["open"] if policy.unanswered == "refuse" else []
        gates = any(each.criterion.gate for each in self.criteria)
        names += ["fired"] if gates else []
        names += ["hard"] if gates or any(each.criterion.irreversible for each in self.criteria) else []
        return tuple(names)

    def scaled(self, each: CriterionPlan, states: Sequence[State]) -> dict[str, Table]:
        """Return the terms of some states of a criterion as whole numbers."""
        return _scaled(states, self.stages[each.stage], self.dtype)


def make_plan(rubric: Rubric, policy: Policy, controller: str | None = None) -> Plan:
    """Compile a rubric under a policy, narrowed to a controller's criteria."""
    factors = [_factor(stage.weight, policy) for stage in rubric.stages]
    demanded = {each.id for each in could_score(rubric, policy) if not each.bonus}
    demanded = demanded if policy.unanswered == "refuse" else set()
    states = [_states(each, policy, demanded=each.id in demanded) for each in rubric.criteria]
    pooled = [factor or Fraction(1) for factor in factors]
    if policy.combine in STRUCTURED:
        pooled = [Fraction(1)] * len(factors)
    of_stage = [rubric.stage_ids.index(each.stage) for each in rubric.criteria]
    weighted = [
        tuple(_times(state, pooled[stage]) for state in each)
        for each, stage in zip(states, of_stage, strict=True)
    ]
    scales = _scales(rubric, policy, weighted, of_stage, pooled)
    stages = tuple(
        _stage(rubric, policy, place, factors[place], weighted, of_stage, scales[place])
        for place in range(len(factors))
    )
    dtype = _dtype(policy, stages, weighted, rubric.criteria)
    criteria = tuple(
        CriterionPlan(
            criterion=criterion,
            place=place,
            stage=of_stage[place],
            states=weighted[place],
            wide=is_wide(criterion),
            terms={} if is_wide(criterion) else _scaled(weighted[place], stages[of_stage[place]], dtype),
        )
        for place, criterion in enumerate(rubric.criteria)
    )
    return Plan(
        rubric=rubric,
        policy=policy,
        counted=frozenset(each.id for each in rubric.criteria if controller in (None, each.controlled_by)),
        criteria=criteria,
        stages=stages,
        grain=overall_grain(policy, stages),
        dtype=dtype,
    )


def pooling_factor(plan: Plan, each: CriterionPlan) -> Fraction:
    """Return what the sums of a criterion's stage are multiplied by before they are pooled."""
    factor = plan.stages[each.stage].factor
    return Fraction(1) if plan.structured or not factor else factor


def states_of_sets(plan: Plan, each: CriterionPlan, sets: Sequence[int]) -> list[State]:
    """Return the states of a wide several choice for the absences and these sets of options."""
    factor = pooling_factor(plan, each)
    demanded = any(state.open for state in each.states)
    states = states_of(each.criterion, plan.policy, sets, demanded=demanded)
    return [_times(state, factor) for state in states]


def _factor(weight: Fraction, policy: Policy) -> Fraction:
    if policy.combine in WEIGHS_STAGES:
        return weight
    return Fraction(weight > 0) if policy.combine == "mean_of_stage_means" else Fraction(1)


def _states(criterion: Criterion, policy: Policy, *, demanded: bool) -> list[State]:
    if not is_wide(criterion):
        return states_of(criterion, policy, demanded=demanded)
    size = len(criterion.scale.ids)
    sets = [0, *(1 << place for place in range(size)), (1 << size) - 1]
    return states_of(criterion, policy, sets, demanded=demanded)


def _times(state: State, factor: Fraction) -> State:
    if factor == 1:
        return state
    return attrs.evolve(
        state,
        earned=state.earned * factor,
        possible=state.possible * factor,
        dropped=state.dropped * factor,
    )


def _scaled(states: Sequence[State], stage: StagePlan, dtype: Any) -> dict[str, Table]:
    scale, shares = stage.scale, stage.share_scale
    terms: dict[str, list[int]] = {
        "earned": [int(state.earned * scale) for state in states],
        "possible": [int(state.possible * scale) for state in states],
        "dropped": [int(state.dropped * scale) for state in states],
        "share": [int(state.share * shares) for state in states],
    }
    terms |= {name: [int(getattr(state, name)) for state in states] for name in ("count", "open")}
    terms |= {name: [int(getattr(state, name)) for state in states] for name in ("fired", "hard")}
    return {name: np.array(values, dtype=dtype) for name, values in terms.items()}


def _lcm(fractions: Iterable[Fraction]) -> int:
    return math.lcm(*(each.denominator for each in fractions))


def _scales(
    rubric: Rubric,
    policy: Policy,
    states: Sequence[Sequence[State]],
    of_stage: Sequence[int],
    pooled: Sequence[Fraction],
) -> list[tuple[int, int]]:
    """Return each stage's scale and that of its shares; one for all where stages are pooled."""
    found = []
    for stage in range(len(rubric.stages)):
        own = [place for place, its in enumerate(of_stage) if its == stage]
        terms = [term for place in own for s in states[place] for term in (s.earned, s.possible, s.dropped)]
        capped = [rubric.criteria[place] for place in own if is_wide(rubric.criteria[place])]
        terms += [_ceiling(each, policy, pooled[stage]) for each in capped]
        found.append((_lcm(terms), _lcm(s.share for place in own for s in states[place])))
    if policy.combine in STRUCTURED:
        return found
    constants = [each for each in (policy.baseline, policy.ceiling) if each is not None]
    one = math.lcm(_lcm(constants), *(scale for scale, _ in found))
    return [(one, math.lcm(*(shares for _, shares in found)))] * len(found)


def _ceiling(criterion: Criterion, policy: Policy, factor: Fraction) -> Fraction:
    """Return a fraction whose denominator covers what a cap can make of a wide several choice."""
    caps = Fraction(
        1, (policy.gate_cap or Fraction(1)).denominator * (policy.option_cap or Fraction(1)).denominator
    )
    return possible(criterion, policy) * factor * caps if criterion.weight else Fraction(0)


def _most(states: Sequence[State], criterion: Criterion) -> Fraction:
    """Return the most that a criterion can earn or lose."""
    sizes = [abs(state.earned) for state in states]
    wide = is_wide(criterion)
    return sum(sizes, Fraction(0)) if wide else max(sizes)


def _stage(
    rubric: Rubric,
    policy: Policy,
    place: int,
    factor: Fraction,
    states: Sequence[Sequence[State]],
    of_stage: Sequence[int],
    scales: tuple[int, int],
) -> StagePlan:
    stage, (scale, share_scale) = rubric.stages[place], scales
    members = tuple(each for each, its in enumerate(of_stage) if its == place)
    takers = sum(any(state.count for state in states[each]) for each in members)
    reach = _Reach.of(policy, [states[each] for each in members], [rubric.criteria[each] for each in members])
    denominator = max(1, int(reach.whole * scale))
    if policy.not_applicable == "drop_equal":
        weights = _lcm(part for each in members for s in states[each] for part in (s.possible, s.dropped))
        denominator *= share_scale * max(1, takers)
        denominator = max(1, denominator * math.gcd(scale, weights) // scale)
    return StagePlan(
        id=stage.id,
        place=place,
        members=members,
        factor=factor,
        included=factor > 0,
        mark=stage.pass_mark,
        scale=scale,
        share_scale=share_scale,
        denominator=denominator,
        grain=Grain(max(denominator, _lcm(_stated(policy, of_stages=True))), 4 * ULP * reach.size),
    )


@attrs.frozen(slots=True)
class _Reach:
    """How far the sums of some criteria can go."""

    whole: Fraction
    """The largest denominator."""
    size: float
    """The largest score, at least 1."""

    @classmethod
    def of(cls, policy: Policy, states: Sequence[Sequence[State]], criteria: Sequence[Criterion]) -> _Reach:
        parts = [state.possible for each in states for state in each if state.possible]
        whole = sum((max((s.possible + s.dropped for s in each)) for each in states), Fraction(0))
        earned = sum((_most(each, one) for each, one in zip(states, criteria, strict=True)), Fraction(0))
        least = min(parts, default=Fraction(1))
        if policy.combine == "deduction":
            base = policy.baseline or Fraction(0)
            earned, whole = earned + abs(base), whole + base
            least = base if base > 0 else least
            whole, least = (policy.ceiling, policy.ceiling) if policy.ceiling else (whole, least)
        tame = all(0 <= s.earned <= s.possible for each in states for s in each)
        return cls(whole, 1.0 if tame else max(1.0, float(earned / least)))


def _stated(policy: Policy, *, of_stages: bool) -> list[Fraction]:
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
    return max(1, int(sum(weights, Fraction(0)) * _lcm(weights)) * takers)


def overall_grain(policy: Policy, stages: Sequence[StagePlan], steps: int | None = None) -> Grain:
    """Return the grain of the overall score; of one that is summed from stages in steps, if given."""
    included = [stage for stage in stages if stage.included]
    error = (len(stages) + 8) * max(stage.grain.error for stage in stages) / 4
    stated = _lcm(_stated(policy, of_stages=False))
    if policy.combine in STRUCTURED:
        parts = math.prod(stage.grain.denominator for stage in included) if steps is None else steps
        return Grain(max(whole_weight(stages, policy) * parts, stated), error)
    whole = max(1, sum(stage.denominator for stage in included))
    if policy.not_applicable == "drop_equal":
        whole *= max(1, sum(len(stage.members) for stage in included))
    return Grain(max(whole * _lcm(_stated(policy, of_stages=True)), stated), error)


def _dtype(
    policy: Policy,
    stages: Sequence[StagePlan],
    states: Sequence[Sequence[State]],
    criteria: Sequence[Criterion],
) -> Any:
    """Return float64 where every sum is a whole number that a float holds, else object."""
    totals = [_largest_sum(stage, states, criteria) for stage in stages]
    stated = [abs(each) for each in (policy.baseline, policy.ceiling) if each is not None]
    constant = sum(int(each * stages[0].scale) for each in stated)
    largest = max(totals) if policy.combine in STRUCTURED else sum(totals) + constant
    return np.float64 if largest < EXACT_IN_FLOAT else np.object_


def _largest_sum(stage: StagePlan, states: Sequence[Sequence[State]], criteria: Sequence[Criterion]) -> int:
    own = [(states[place], criteria[place]) for place in stage.members]
    earned = sum((_most(each, criterion) for each, criterion in own), Fraction(0))
    whole = sum((max(s.possible + s.dropped for s in each) for each, _ in own), Fraction(0))
    shares = sum((max(abs(s.share) for s in each) for each, _ in own), Fraction(0))
    return max(int(earned * stage.scale), int(whole * stage.scale), int(shares * stage.share_scale))
