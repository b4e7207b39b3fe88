"""From a rubric and a policy to a plan: states weighed, scaled to whole numbers, and bounded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.reach import STRUCTURED, possible, weighs
from coqs.scoring.bulk.judging import Grain
from coqs.scoring.bulk.plan import (
    CriterionPlan,
    Plan,
    StagePlan,
    common_denom,
    overall_grain,
    pooled,
    scaled_terms,
    stated_scores,
)
from coqs.scoring.bulk.states import State, is_wide, states_of
from coqs.scoring.exact import demanded
from coqs.scoring.stage_gates import with_gates_of_stages

EXACT_IN_FLOAT = 2**53
ULP = 2.0**-52


def make_plan(rubric: Rubric, policy: Policy, controller: str | None = None) -> Plan:
    """Compile a rubric under a policy, narrowed to a controller's criteria."""
    policy = with_gates_of_stages(rubric, policy)
    factors = weighs(rubric, policy)
    needed = {each.id for each in demanded(rubric, policy)}
    states = [_states(each, policy, demanded=each.id in needed) for each in rubric.criteria]
    weights = [factor or Fraction(1) for factor in factors]
    if policy.combine in STRUCTURED:
        weights = [Fraction(1)] * len(factors)
    of_stage = [rubric.stage_ids.index(each.stage) for each in rubric.criteria]
    weighted = [
        tuple(pooled(state, weights[stage]) for state in each)
        for each, stage in zip(states, of_stage, strict=True)
    ]
    scales = _scales(rubric, policy, weighted, of_stage, weights)
    stages = tuple(
        _stage(rubric, policy, place, factors[place], weighted, of_stage, scales[place])
        for place in range(len(factors))
    )
    dtype = _dtype(policy, stages, weighted, rubric.criteria)
    names = _term_names(rubric, policy)
    criteria = tuple(
        CriterionPlan(
            criterion=criterion,
            place=place,
            stage=of_stage[place],
            states=weighted[place],
            plain=criterion.ideal is None and not isinstance(criterion.scale, SeveralChoice),
            wide=is_wide(criterion),
            terms={}
            if is_wide(criterion)
            else scaled_terms(weighted[place], stages[of_stage[place]], names, dtype),
        )
        for place, criterion in enumerate(rubric.criteria)
    )
    return Plan(
        rubric=rubric,
        policy=policy,
        counted=frozenset(each.id for each in rubric.criteria if controller in (None, each.controlled_by)),
        criteria=criteria,
        stages=stages,
        term_names=names,
        grain=overall_grain(policy, stages),
        dtype=dtype,
    )


def _term_names(rubric: Rubric, policy: Policy) -> tuple[str, ...]:
    """Return the terms that a policy needs added up."""
    names, equal = ["earned", "possible"], policy.not_applicable == "drop_equal"
    names += ["count"] if policy.combine == "deduction" or equal else []
    names += ["share", "dropped"] if equal else []
    names += ["open"] if policy.unanswered == "refuse" else []
    gates = any(each.gate for each in rubric.criteria)
    names += ["fired"] if gates else []
    names += ["hard"] if gates or any(each.irreversible for each in rubric.criteria) else []
    return tuple(names)


def _states(criterion: Criterion, policy: Policy, *, demanded: bool) -> list[State]:
    if not is_wide(criterion):
        return states_of(criterion, policy, demanded=demanded)
    size = len(criterion.scale.ids)
    sets = [0, *(1 << place for place in range(size)), (1 << size) - 1]
    return states_of(criterion, policy, sets, demanded=demanded)


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
        found.append((common_denom(terms), common_denom(s.share for place in own for s in states[place])))
    if policy.combine in STRUCTURED:
        return found
    constants = [each for each in (policy.baseline, policy.ceiling) if each is not None]
    one = math.lcm(common_denom(constants), *(scale for scale, _ in found))
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
        weights = common_denom(
            part for each in members for s in states[each] for part in (s.possible, s.dropped)
        )
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
        grain=Grain(
            max(denominator, common_denom(stated_scores(policy, of_stages=True))), 4 * ULP * reach.size
        ),
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
