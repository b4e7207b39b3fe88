"""Add up stages in whole numbers, and turn sums into scores and exact comparisons."""

from __future__ import annotations

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
        weight[each.stage] += np.where(counted, each.weight, 0)
    return StageSums(earned, weight)


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
    total: Sums = np.zeros(len(bits), np.int64 if sum(map(abs, values)) < 2**62 else np.object_)
    for place, value in enumerate(values):
        if value:
            total += np.where(bits >> np.uint64(place) & np.uint64(1), value, 0)
    return total


def _extreme(each: CompiledCriterion, asked: Asked, *, best: bool) -> Any:
    if not isinstance(each.table, CompiledLevels):
        return sum(value for value in each.table.earned if (value > 0) == best)
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


def misses_stage_mark(sums: StageSums, scores: Floats, stage: int, mark: Fraction) -> Mask:
    """Return (n,) whether a stage's score lies below its mark, exactly."""
    missed: Mask = scores[stage] < float(mark)
    for row in np.flatnonzero(np.abs(scores[stage] - float(mark)) < NEAR):
        missed[row] = Fraction(int(sums.earned[stage, row]), int(sums.weight[stage, row])) < mark
    return missed


def misses_mark(rubric: Rubric, sums: StageSums, overall: Floats, mark: Fraction) -> Mask:
    """Return (n,) whether the overall score lies below the mark, exactly.

    Only rows within `NEAR` of the mark are compared in rationals, each distinct set of sums once.
    """
    missed: Mask = overall < float(mark)
    near = np.flatnonzero(np.abs(overall - float(mark)) < NEAR)
    verdicts: dict[tuple[int, ...], bool] = {}
    for row in near:
        pairs = (*sums.earned[:, row].tolist(), *sums.weight[:, row].tolist())
        if pairs not in verdicts:
            verdicts[pairs] = _exact_overall(rubric, pairs) < mark
        missed[row] = verdicts[pairs]
    return missed


def _exact_overall(rubric: Rubric, pairs: tuple[int, ...]) -> Fraction:
    n = len(rubric.stages)
    scored = [
        (stage.weight, Fraction(earned, weight))
        for stage, earned, weight in zip(rubric.stages, pairs[:n], pairs[n:], strict=True)
        if weight
    ]
    whole = sum((weight for weight, _ in scored), Fraction(0))
    return sum((weight * share for weight, share in scored), Fraction(0)) / whole
