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


def wrapped(number: int) -> np.int64:
    """Return a whole number modulo 2**64, as 64-bit numbers wrap."""
    return np.int64((number + 2**63) % 2**64 - 2**63)


def can_tell(plan: Plan) -> bool:
    """Tell whether overall scores are a plain fraction of the stages' sums."""
    plain = plan.structured or plan.policy.combine not in ("deduction", "error_accuracy")
    return plain and plan.dtype is np.float64 and not plan.stage_effect and not plan.rounds_stages


def ratios_of(plan: Plan, sums: Sequence[Sums]) -> Ratios:
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
    return Ratios(numer, denom, size)


def _pooled(plan: Plan, stages: Sequence[tuple[Any, Sums]]) -> tuple[Whole, Whole, Any]:
    earned = sum(each["earned"] for _, each in stages)
    possible = sum(each["possible"] for _, each in stages)
    if not plan.hands_on:
        return earned, possible, np.asarray(possible, np.float64)
    takers, dropped = sum(each["count"] for _, each in stages), sum(each["dropped"] for _, each in stages)
    parts = np.maximum(takers, 1) * stages[0][0].share_scale
    earned = earned * parts + dropped * sum(each["share"] for _, each in stages)
    whole = possible + dropped * (takers > 0)
    return earned, whole * parts, np.asarray(whole, np.float64) * parts


def _mean_of_stages(plan: Plan, stages: Sequence[tuple[Any, Sums]]) -> tuple[Whole, Whole, Any]:
    common = math.lcm(*(stage.factor.denominator for stage, _ in stages))
    weights = [int(stage.factor * common) for stage, _ in stages]
    scored = [each["possible"] > 0 for _, each in stages]
    nothing: Any = scored[0] * np.int64(0)
    handed, takers = _handed(weights, scored, stages) if plan.hands_on else (nothing, nothing + 1)
    largest = float(sum(weights)) * takers  # weights that are handed on are among them
    numer, whole, product, size = nothing, nothing, nothing + 1, nothing + 1.0
    for weight, on, (stage, each) in zip(weights, scored, stages, strict=True):
        earned, possible, parts = _stage(plan, stage, each)
        applied = (wrapped(weight) * takers + handed) * on
        numer = numer * np.where(on, possible * parts, 1) + applied * earned * product
        product = product * np.where(on, possible * parts, 1)
        size = size * np.where(on, possible.astype(np.float64) * parts, 1.0)
        whole = whole + applied
    return numer, whole * product, largest * size


def _handed(
    weights: Sequence[int], scored: Sequence[Any], stages: Sequence[tuple[Any, Sums]]
) -> tuple[Whole, Whole]:
    """Return the weight of stages that did not apply, and how many stages share it."""
    parts = zip(weights, scored, stages, strict=True)
    handed = sum(wrapped(weight) * (~on & (each["dropped"] > 0)) for weight, on, (_, each) in parts)
    return np.asarray(handed), np.maximum(sum(on.astype(np.int64) for on in scored), 1)


def _stage(plan: Plan, stage: Any, sums: Sums) -> tuple[Whole, Whole, Any]:
    """Return a stage's numerator, and its denominator in two factors."""
    earned, possible = sums["earned"], sums["possible"]
    if not plan.hands_on:
        return earned, possible, 1
    parts = sums["count"] * stage.share_scale
    return earned * parts + sums["dropped"] * sums["share"], possible + sums["dropped"], parts
