"""Overall scores of a few rows as fractions of whole numbers, before any effect."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.scoring.bulk.judging import Ratios
from coqs.scoring.bulk.plan import Plan

Whole = npt.NDArray[np.int64]
Sums = Mapping[str, Any]


def can_tell(plan: Plan) -> bool:
    """Tell whether overall scores are a plain fraction of the stages' sums."""
    plain = plan.structured or plan.policy.combine not in ("deduction", "error_accuracy")
    return plain and plan.dtype is np.float64 and not plan.stage_effect and not plan.rounds_stages


def ratios_of(plan: Plan, sums: Sequence[Sums], values: Any) -> Ratios:
    """Return the overall scores of rows from the sums of their stages."""
    stages = [
        (stage, {name: np.asarray(column, np.int64) for name, column in each.items()})
        for stage, each in zip(plan.stages, sums, strict=True)
        if stage.included
    ]
    if plan.structured:
        numer, denom, size = _mean_of_stages(plan, stages)
    else:
        numer, denom, size = _pooled(plan, stages)
    return Ratios(numer, denom, size, values)


def _pooled(plan: Plan, stages: Sequence[tuple[Any, Sums]]) -> tuple[Whole, Whole, Any]:
    earned = sum(each["earned"] for _, each in stages)
    possible = sum(each["possible"] for _, each in stages)
    if plan.hands_on:
        takers, dropped = sum(each["count"] for _, each in stages), sum(each["dropped"] for _, each in stages)
        parts = np.maximum(takers, 1) * stages[0][0].share_scale
        earned = earned * parts + dropped * sum(each["share"] for _, each in stages)
        possible = (possible + dropped * (takers > 0)) * parts
    return earned, possible, possible.astype(np.float64)


def _mean_of_stages(plan: Plan, stages: Sequence[tuple[Any, Sums]]) -> tuple[Whole, Whole, Any]:
    common = math.lcm(*(stage.factor.denominator for stage, _ in stages))
    weights = [int(stage.factor * common) for stage, _ in stages]
    scored = [each["possible"] > 0 for _, each in stages]
    handed: Any = 0
    takers: Any = 1
    if plan.hands_on:
        pairs = list(zip(weights, scored, stages, strict=True))
        handed = sum(weight * (~on & (each["dropped"] > 0)) for weight, on, (_, each) in pairs)
        takers = np.maximum(sum(on.astype(np.int64) for on in scored), 1)
    nothing: Any = scored[0] * np.int64(0)
    numer, whole, product, size = nothing, nothing, nothing + 1, nothing + 1.0
    for weight, on, (stage, each) in zip(weights, scored, stages, strict=True):
        earned, possible = _stage(plan, stage, each)
        applied = (weight * takers + handed) * on
        numer = numer * np.where(on, possible, 1) + applied * earned * product
        product = product * np.where(on, possible, 1)
        size = size * np.where(on, possible, 1).astype(np.float64)
        whole = whole + applied
    return numer, whole * product, whole * size


def _stage(plan: Plan, stage: Any, sums: Sums) -> tuple[Whole, Whole]:
    earned, possible = sums["earned"], sums["possible"]
    if not plan.hands_on:
        return earned, possible
    parts = sums["count"] * stage.share_scale
    return earned * parts + sums["dropped"] * sums["share"], (possible + sums["dropped"]) * parts
