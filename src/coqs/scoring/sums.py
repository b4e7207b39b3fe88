"""Add up stages in whole numbers, and turn sums into scores and exact comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.rubric import Rubric
from coqs.scoring.asking import OPEN, Asked
from coqs.scoring.compiled import CompiledCriterion, CompiledLevels, CompiledRubric

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Sums = npt.NDArray[Any]
NEAR = 1e-9
"""Scores this close to a mark are compared exactly; float scores are off by 1e-14 at most."""


@attrs.frozen(slots=True, eq=False)
class StageSums:
    """What was earned and what could be, a row a stage, times the stage's denominator."""

    earned: Sums
    """(stages, n) whole numbers."""
    weight: Sums
    """(stages, n) whole numbers; 0 where nothing in the stage was scored."""

    def stage_scores(self) -> Floats:
        """Return (stages, n) shares, NaN where nothing was scored."""
        scored = self.weight > 0
        whole = np.where(scored, self.weight, 1)
        return np.where(scored, (self.earned / whole).astype(np.float64), np.nan)


def add_up(compiled: CompiledRubric, n_stages: int, asked: Asked, *, missing: str = "drop") -> StageSums:
    """Add up every stage.

    `missing` says what unanswered, abstained and failed are worth: "drop" leaves them out, "low" and
    "high" give them the worst and the best answer.
    """
    n = len(asked.ignored)
    earned = np.zeros((n_stages, n), compiled.dtype)
    weight = np.zeros((n_stages, n), compiled.dtype)
    for each in compiled.criteria:
        if each.criterion.record_only:
            continue
        codes = asked.codes[each.criterion.id]
        counted = codes >= 0
        gained = earned_by(each, asked)
        if missing != "drop":
            still_open = np.isin(codes, OPEN)
            gained = np.where(still_open, _extreme(each, asked, best=missing == "high"), gained)
            counted = counted | still_open
        earned[each.stage] += gained
        weight[each.stage] += _where(counted, each.weight, compiled.dtype)
    return StageSums(earned, weight)


def _where(mask: Mask, value: int, dtype: Any) -> Sums:
    """Return (n,) the value where the mask is true, else 0; numpy alone refuses what exceeds int64."""
    return np.where(mask, np.array(value, dtype), np.array(0, dtype))


def earned_by(each: CompiledCriterion, asked: Asked) -> Sums:
    """Return (n,) what a criterion earned; 0 where it has no answer."""
    codes = asked.codes[each.criterion.id]
    if isinstance(each.table, CompiledLevels):
        return look_up(each, each.table.earned, asked)
    total = sum_options(asked.choices[each.criterion.id], each.table.earned)
    return np.where(codes >= 0, total, 0)


def look_up(each: CompiledCriterion, table: npt.NDArray[Any], asked: Asked) -> npt.NDArray[Any]:
    """Return (n,) entries of a level table by the rows' codes and best levels."""
    codes, best = asked.codes[each.criterion.id], asked.best.get(each.criterion.id)
    return np.take(table[0], codes) if best is None else table[best, codes]


def sum_options(bits: npt.NDArray[np.uint64], values: Sequence[int]) -> Sums:
    """Return (n,) sum of the values of the options that are chosen."""
    dtype = np.int64 if sum(map(abs, values)) < 2**62 else np.object_
    total: Sums = np.zeros(len(bits), dtype)
    for place, value in enumerate(values):
        if value:
            total += _where((bits >> np.uint64(place) & np.uint64(1)) > 0, value, dtype)
    return total


def _extreme(each: CompiledCriterion, asked: Asked, *, best: bool) -> Any:
    if not isinstance(each.table, CompiledLevels):
        extreme = sum(value for value in each.table.earned if (value > 0) == best)
        return np.array(extreme, np.int64 if abs(extreme) < 2**62 else np.object_)
    levels = each.table.earned[:, : len(each.criterion.scale.ids)]
    extremes = levels.max(axis=1) if best else levels.min(axis=1)
    row = asked.best.get(each.criterion.id)
    return extremes[0] if row is None else extremes[row]


def overall_scores(rubric: Rubric, stages: Floats) -> Floats:
    """Return (n,) overall scores from (stages, n) shares, NaN where nothing was scored."""
    weights = np.array([float(stage.weight) for stage in rubric.stages])[:, None]
    scored = ~np.isnan(stages) & (weights > 0)
    whole = np.where(scored, weights, 0.0).sum(axis=0)
    earned = np.where(scored, weights * np.nan_to_num(stages), 0.0).sum(axis=0)
    return np.where(whole > 0, earned / np.where(whole > 0, whole, 1.0), np.nan)


def _near(scores: Floats, mark: Fraction, largest: Any = 1.0) -> npt.NDArray[np.intp]:
    """Return the rows whose floats are too near a mark to be trusted, given the largest part they had."""
    gap: Floats = np.abs(scores - float(mark))
    return np.flatnonzero(gap < NEAR * np.maximum(largest, 1.0))


def misses_stage_mark(sums: StageSums, scores: Floats, stage: int, mark: Fraction) -> Mask:
    """Return (n,) whether a stage's score lies below its mark, exactly.

    Only rows within `NEAR` of the mark are compared in whole numbers, each distinct pair of sums once.
    """
    missed: Mask = scores[stage] < float(mark)
    near = _near(scores[stage], mark)
    only = StageSums(sums.earned[stage : stage + 1, near], sums.weight[stage : stage + 1, near])
    missed[near] = _lie_below(only, (1,), mark)
    return missed


def misses_mark(rubric: Rubric, sums: StageSums, stages: Floats, overall: Floats, mark: Fraction) -> Mask:
    """Return (n,) whether the overall score lies below the mark, exactly.

    Only rows within `NEAR` of the mark are compared in whole numbers, each distinct set of sums once.
    What is near grows with the largest stage, since stages far outside [0, 1] can cancel out.
    """
    missed: Mask = overall < float(mark)
    near = _near(overall, mark, np.abs(np.nan_to_num(stages)).max(axis=0))
    scale = math.lcm(*(stage.weight.denominator for stage in rubric.stages))
    weights = tuple(int(stage.weight * scale) for stage in rubric.stages)
    missed[near] = _lie_below(StageSums(sums.earned[:, near], sums.weight[:, near]), weights, mark)
    return missed


def _lie_below(sums: StageSums, weights: Sequence[int], mark: Fraction) -> list[bool]:
    """Tell of each row whether its weighted mean of stages lies below a mark, in whole numbers."""
    verdicts: dict[tuple[int, ...], bool] = {}
    found = []
    for parts in map(tuple, np.concatenate([sums.earned, sums.weight]).T.tolist()):
        if parts not in verdicts:
            verdicts[parts] = _lies_below(parts[: len(weights)], parts[len(weights) :], weights, mark)
        found.append(verdicts[parts])
    return found


def _lies_below(
    earned: tuple[int, ...], possible: tuple[int, ...], weights: Sequence[int], mark: Fraction
) -> bool:
    """Compare sum(w * e / p) / sum(w), over stages with p > 0, with a mark, multiplied out."""
    common = math.prod(part for part in possible if part)
    stages = [(w, e, p) for w, e, p in zip(weights, earned, possible, strict=True) if p]
    total = sum(w * e * (common // p) for w, e, p in stages)
    whole = sum(w for w, _, _ in stages) * common
    return total * mark.denominator < mark.numerator * whole
