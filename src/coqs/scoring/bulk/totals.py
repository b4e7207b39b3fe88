"""From what the stages bring to the overall score, and to the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.results import VERDICTS
from coqs.scoring.bulk.asking import TRUE, Asked, holds
from coqs.scoring.bulk.folding import HARD, MISSED, OPEN, count_of, divided, lowered
from coqs.scoring.bulk.judging import Grain, Judge
from coqs.scoring.bulk.plan import Plan, overall_grain

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
PASS, FAIL, UNSCORED = (VERDICTS.index(each) for each in ("pass", "fail", "unscored"))
Parts = Mapping[str, npt.NDArray[Any]]
"""The fields of `Folded`, but `reported`, added up over the stages."""


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Totals:
    """The overall score of some rows."""

    overall: Floats
    """As it is shown."""
    unrounded: Floats
    """As marks and bands see it."""
    numer: npt.NDArray[Any]
    """The overall numerator times the plan's scale, before any effect."""
    denom: npt.NDArray[Any]
    """The overall denominator times the plan's scale."""
    verdict_codes: npt.NDArray[np.int8]
    refused: Mask | None
    """Where an open answer forbids any score; None where the policy never does."""

    def possible(self, plan: Plan) -> Floats:
        """Return (n,) what the overall score is a share of; 0 where there is none."""
        scored = ~np.isnan(self.unrounded)
        if plan.policy.combine == "error_accuracy":
            return scored.astype(np.float64)
        possible: Floats = np.where(scored, self.denom, 0).astype(np.float64) / plan.scale
        return possible


def total(plan: Plan, parts: Parts, set_to: Floats | None, judge: Judge) -> Totals:
    """Return the overall scores; `set_to` are scores that rules set, NaN for none."""
    flags = parts.get("flags")
    refused = count_of(flags, OPEN) > 0 if plan.policy.unanswered == "refuse" and flags is not None else None
    numer, denom, scored = whole(plan, parts)
    if refused is not None:
        scored = scored & ~refused
    fired = count_of(flags, 1) > plan.policy.strikes if _gate_effect(plan) and flags is not None else None
    raw = _score(plan, numer, denom, scored)
    unrounded = _with_effects(plan, raw, fired, set_to)
    judge = attrs.evolve(judge, raw=None if unrounded is raw else raw)
    failed = _failed(plan, flags, refused)
    if plan.rubric.pass_mark is not None:
        below = judge.below(unrounded, plan.rubric.pass_mark, plan.grain)
        failed = below if failed is None else failed | below
    verdict = np.isnan(unrounded).astype(np.int8) * np.int8(UNSCORED)
    if failed is not None:
        np.putmask(verdict, failed, FAIL)
    return Totals(
        overall=_shown(plan, parts, denom, scored, unrounded, fired, set_to, judge),
        unrounded=unrounded,
        numer=numer,
        denom=denom,
        verdict_codes=verdict,
        refused=refused,
    )


def _failed(plan: Plan, flags: Any, refused: Mask | None) -> Mask | None:
    """Return (n,) where gates, the irreversible or a stage's mark fail the verdict; None for nowhere."""
    if flags is None:
        return None
    if refused is None:  # more than the strikes: in gates that fired, or in units that outweigh them all
        return np.asarray(flags > min(plan.policy.strikes, HARD - 1), np.bool_)
    missed = count_of(flags, MISSED) > 0
    hard = flags % MISSED > min(plan.policy.strikes, HARD - 1)
    return np.asarray(hard | (missed & ~refused), np.bool_)


def _gate_effect(plan: Plan) -> bool:
    """Tell whether gates that fire change the overall score."""
    return plan.policy.gate_scope == "interaction" and plan.policy.gate_effect != "verdict_only"


def whole(plan: Plan, parts: Parts, numer: str = "numer", share: str = "share") -> tuple[Any, Any, Mask]:
    """Return the overall numerator, denominator, and where there is a score."""
    earned, possible = parts[numer], parts["denom"]
    if plan.policy.combine == "deduction":
        scale = plan.scale
        earned = earned + int((plan.policy.baseline or 0) * scale)
        possible = possible + int((plan.policy.baseline or 0) * scale)
        if plan.policy.ceiling is not None:
            possible = possible * 0 + int(plan.policy.ceiling * scale)
        return earned, possible, np.asarray(parts["takers"] > 0, np.bool_)
    if "handed" in parts:
        takers = parts["takers"]
        part = parts["handed"] / np.maximum(takers, 1)  # where nobody takes it, the share is 0 as well
        earned = earned + part * parts[share]
        possible = possible + part * takers
    return earned, possible, np.asarray(possible > 0, np.bool_)


def _score(plan: Plan, numer: Any, denom: Any, scored: Mask) -> Floats:
    if plan.policy.combine == "error_accuracy":
        return np.where(scored, np.where(np.asarray(numer > 0, np.bool_), 0.0, 1.0), np.nan)
    if plan.structured and numer.dtype == np.float64:
        with np.errstate(invalid="ignore"):  # what was not scored is 0 / 0, which is NaN
            score: Floats = numer / denom
        score[~scored] = np.nan  # also what is refused
    else:
        score = divided(numer, denom, scored)
    return np.minimum(score, 1.0) if plan.policy.bonus.endswith("clamped") else score


def _with_effects(plan: Plan, score: Floats, fired: Mask | None, set_to: Floats | None) -> Floats:
    """Return overall scores after floor, gates and set rules, in the policy's order."""
    policy = plan.policy
    for step in policy.precedence:
        if step == "floor" and policy.floor is not None:
            score = np.maximum(score, float(policy.floor))
        elif step == "gate" and fired is not None:
            score = np.where(fired, lowered(score, policy), score)
        elif step == "override" and set_to is not None:
            score = np.where(np.isnan(set_to) | np.isnan(score), score, set_to)
    return score


def _shown(
    plan: Plan,
    parts: Parts,
    denom: Any,
    scored: Mask,
    unrounded: Floats,
    fired: Mask | None,
    set_to: Floats | None,
    judge: Judge,
) -> Floats:
    """Return the overall scores as they are shown: rounded, or summed from rounded stages."""
    score, grain, policy = unrounded, plan.grain, plan.policy
    if "rounded_numer" in parts:
        numer, _, _ = whole(plan, parts, "rounded_numer", "rounded_share")
        score = _with_effects(plan, _score(plan, numer, denom, scored), fired, set_to)
        grain = _rounded_grain(plan)
    if plan.rounds_overall:
        return judge.rounded(score, policy.rounding, policy.rounding_digits or 0, grain)
    return score


def _rounded_grain(plan: Plan) -> Grain:
    """Return the grain of means of rounded stage scores."""
    steps = 10 ** ((plan.policy.rounding_digits or 0) + 2)
    return overall_grain(plan.policy, plan.stages, steps)


def set_scores(plan: Plan, asked: Asked, stage: str | None) -> Floats | None:
    """Return (n,) the scores that set rules give to a stage, or to the whole; NaN where none holds."""
    rules = [rule for rule in plan.policy.overrides if rule.stage == stage]
    if not rules:
        return None
    found = np.full(len(asked.answers), np.nan)
    for rule in reversed(rules):  # the first that holds has the word
        found[holds(rule.when, plan.rubric, asked) == TRUE] = float(rule.score)
    return found


def added(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up what the stages bring, name by name."""
    total: dict[str, Any] = {}
    for part in parts:
        for name, values in part.items():
            if values is not None:
                total[name] = values if name not in total else total[name] + values
    return total
