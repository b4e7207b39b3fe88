"""From the sums of a stage to its score, and to what it brings to the overall score.

The same arithmetic folds the sums of rows, and the sums of every entry of a table beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.rubric import Policy
from coqs.scoring.bulk.judging import Judge
from coqs.scoring.bulk.plan import Plan, StagePlan

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Sums = Mapping[str, npt.NDArray[Any]]
HARD, MISSED, OPEN = 1 << 16, 1 << 32, 1 << 48
"""Flags are four counts in one 64-bit number: gates that fired, and from these bits on the stages in which
something fails the verdict for sure, that miss their mark, and that the policy refuses to score."""


def count_of(flags: npt.NDArray[np.int64], unit: int) -> npt.NDArray[np.int64]:
    """Return one of the counts: in units of 1 (gates), `HARD`, `MISSED` or `OPEN`."""
    return (flags // unit) & (HARD - 1)


@attrs.frozen(slots=True, kw_only=True)
class Folded:
    """What a stage brings, a value a row (or a table's entry)."""

    reported: Floats
    """The stage's score as it is shown, NaN where nothing was scored."""
    numer: npt.NDArray[Any]
    """Its part in the overall numerator."""
    denom: npt.NDArray[Any]
    """Its part in the overall denominator."""
    flags: npt.NDArray[Any]
    rounded_numer: npt.NDArray[Any] | None = None
    """The numerator again, from the rounded score."""
    handed: npt.NDArray[Any] | None = None
    """The weight that it hands on in equal parts."""
    share: npt.NDArray[Any] | None = None
    """What weight that is handed to it would earn, a unit of it for each taker."""
    rounded_share: npt.NDArray[Any] | None = None
    takers: npt.NDArray[Any] | None = None
    """How many here take a part of weight that is handed on; of a deduction, what is scored."""


def divided(numer: npt.NDArray[Any], denom: npt.NDArray[Any], where: Any) -> Floats:
    """Return numer / denom as floats, NaN elsewhere; whole numbers of any size are divided exactly."""
    if np.object_ in (numer.dtype, denom.dtype):
        safe = np.where(where, denom, 1)
        return np.where(where, (numer / safe).astype(np.float64), np.nan)
    found: Floats = np.full(len(numer), np.nan)
    np.divide(numer, denom, out=found, where=where)
    return found


def fold(
    plan: Plan,
    stage: StagePlan,
    sums: Sums,
    judge: Judge,
    set_to: Floats | None = None,
    spread: Any = None,
) -> Folded:
    """Return what a stage brings, from its sums.

    `set_to` are scores that rules set, NaN for none; `spread` the weight that each criterion is handed
    where stages are pooled and something changes a stage's score after that.
    """
    score, scored = _score(plan, stage, sums)
    used = _with_effects(plan, score, sums, set_to)
    clamped = plan.policy.bonus.endswith("clamped")
    own = _with_effects(plan, np.minimum(score, 1.0), sums, set_to) if clamped else used
    flags = _flags(plan, sums)
    if stage.mark is not None:
        flags = flags + MISSED * judge.below(own, stage.mark, stage.grain)
    if "open" in sums:  # one open answer leaves every stage without a score; totals see to the others
        flags = flags + OPEN * (sums["open"] > 0)
    rounded = _rounder(plan, stage, judge)
    if not stage.included:
        brought = _brought_nothing(plan, len(scored), spread)
    elif plan.structured:
        brought = _brought_structured(plan, stage, sums, used, scored, rounded)
    else:
        brought = _brought_flat(plan, stage, sums, used, scored, set_to, spread)
    return Folded(reported=rounded(own), flags=flags, **brought)


def _score(plan: Plan, stage: StagePlan, sums: Sums) -> tuple[Floats, Mask]:
    """Return the stage's own score before any effect, and where there is one."""
    policy, earned, possible = plan.policy, sums["earned"], sums["possible"]
    if policy.combine == "error_accuracy":
        scored = _mask(possible > 0)
        return np.where(scored, np.where(_mask(earned > 0), 0.0, 1.0), np.nan), scored
    if policy.combine == "deduction":
        scored = _mask(sums["count"] > 0)
        base = int((policy.baseline or 0) * stage.scale)
        whole = (
            possible + base if policy.ceiling is None else possible * 0 + int(policy.ceiling * stage.scale)
        )
        return divided(earned + base, whole, scored), scored
    scored = _mask(possible > 0)
    if plan.hands_on:
        takers, dropped, shares = sums["count"], sums["dropped"], sums["share"]
        earned = earned * takers * stage.share_scale + dropped * shares
        possible = (possible + dropped) * takers * stage.share_scale
    return divided(earned, possible, scored), scored


def _mask(values: Any) -> Mask:
    return np.asarray(values, np.bool_)


def _with_effects(plan: Plan, score: Floats, sums: Sums, set_to: Floats | None) -> Floats:
    """Return stage scores after floor, gates and set rules, in the policy's order."""
    if not plan.stage_effect:
        return score
    policy = plan.policy
    for step in policy.precedence:
        if step == "floor" and policy.stage_floor is not None:
            score = np.maximum(score, float(policy.stage_floor))
        elif step == "gate" and policy.gate_scope == "stage" and "fired" in sums:
            score = np.where(_mask(sums["fired"] > policy.strikes), lowered(score, policy), score)
        elif step == "override" and set_to is not None:
            score = np.where(np.isnan(set_to) | np.isnan(score), score, set_to)
    return score


def lowered(score: Floats, policy: Policy) -> Floats:
    """Return scores as a gate's effect leaves them."""
    if policy.gate_effect == "verdict_only":
        return score
    return np.minimum(score, 0.0 if policy.gate_cap is None else float(policy.gate_cap))


def _flags(plan: Plan, sums: Sums) -> Any:
    hard = sums["hard"] if "hard" in sums else sums["earned"] * 0
    flags = HARD * _mask(hard > 0).astype(np.int64)
    if "fired" in sums and plan.policy.gate_scope == "interaction":
        return flags + sums["fired"].astype(np.int64)
    if "fired" in sums and plan.policy.gate_scope == "stage":
        return flags + HARD * _mask(sums["fired"] > plan.policy.strikes)
    return flags


def _rounder(plan: Plan, stage: StagePlan, judge: Judge) -> Any:
    policy = plan.policy
    if not plan.rounds_stages:
        return lambda score: score
    digits = policy.rounding_digits or 0
    return lambda score: judge.rounded(score, policy.rounding, digits, stage.grain)


def _brought_nothing(plan: Plan, n: int, spread: Any) -> dict[str, Any]:
    names = ["numer", "denom"]
    names += ["handed", "share", "takers"] if plan.hands_on and spread is None else []
    names += ["takers"] if plan.policy.combine == "deduction" else []
    if plan.structured and plan.rounds_stages:
        names += ["rounded_numer", *(["rounded_share"] if plan.hands_on else [])]
    return {name: np.zeros(n) for name in names}


def _brought_structured(
    plan: Plan, stage: StagePlan, sums: Sums, used: Floats, scored: Mask, rounded: Any
) -> dict[str, Any]:
    factor = float(stage.factor)
    brought: dict[str, Any] = {
        "numer": np.where(scored, used * factor, 0.0),
        "denom": np.where(scored, factor, 0.0),
    }
    if plan.hands_on:
        brought["handed"] = np.where(~scored & _mask(sums["dropped"] > 0), factor, 0.0)
        brought |= {"share": np.where(scored, used, 0.0), "takers": scored.astype(np.float64)}
    if plan.rounds_stages:
        near = np.where(scored, rounded(used), 0.0)
        brought["rounded_numer"] = near * factor
        brought |= {"rounded_share": near} if plan.hands_on else {}
    return brought


def _brought_flat(
    plan: Plan, stage: StagePlan, sums: Sums, used: Floats, scored: Mask, set_to: Floats | None, spread: Any
) -> dict[str, Any]:
    numer, denom = sums["earned"], sums["possible"]
    if plan.policy.combine == "error_accuracy":
        return {"numer": numer, "denom": denom}
    if spread is not None:  # weight handed on over the whole form, before any effect on the stage
        numer = numer + spread * (sums["share"] / stage.share_scale)
        denom = denom + spread * sums["count"]
        used = _with_effects(plan, divided(numer, denom, scored), sums, set_to)
    if plan.stage_effect:
        numer = np.where(scored, used * denom, numer)
    brought: dict[str, Any] = {"numer": numer, "denom": denom}
    if plan.policy.combine == "deduction":
        brought["takers"] = sums["count"]
    if plan.hands_on and spread is None:
        shares = sums["share"] / stage.share_scale
        brought |= {"handed": sums["dropped"], "share": shares, "takers": sums["count"]}
    return brought


def spread_over_form(plan: Plan, sums: Sequence[Sums]) -> Any:
    """Return (n,) the weight that each criterion that counts is handed, the whole form over."""
    takers, dropped = (
        sum((each[name] * stage.included for stage, each in zip(plan.stages, sums, strict=True)), start=0)
        for name in ("count", "dropped")
    )
    return divided(np.asarray(dropped), np.maximum(takers, 1), _mask(takers >= 0))
