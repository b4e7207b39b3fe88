"""Compile a rubric into lookup tables of whole numbers, one entry an answer.

Within a stage every weight and every weighted share is brought to one common denominator, so that
adding up a stage is adding integers: nothing is rounded before the last division.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.model import Absence, Standing
from coqs.rubric import Criterion, Rubric, SeveralChoice
from coqs.scoring.worth import Worth, level_worths, options_ceiling

Table = npt.NDArray[Any]
N_ABSENCES = len(Absence)
EXACT_IN_FLOAT = 2**53


@attrs.frozen(slots=True, eq=False)
class CompiledLevels:
    """Tables of a single choice or numeric criterion, one row a best level (one row without ideal).

    Columns are level positions; the last five, reached by the negative absence codes, are 0.
    """

    earned: Table
    """Weighted share times the stage's denominator."""
    points: Table
    standing: Table
    """Place in `Standing`, -1 for none."""
    gate: Table
    """Whether the level triggers the gate (one row)."""
    best: tuple[int, ...]
    """The places of the best levels, one a row."""


@attrs.frozen(slots=True, eq=False)
class CompiledOptions:
    """Tables of a several choice, one entry an option."""

    earned: tuple[int, ...]
    """Weighted share of each option, times the stage's denominator."""
    points: tuple[int, ...]
    """Points of each option, times `points_scale`."""
    points_scale: int
    gate_bits: int
    """The options that trigger the gate."""
    meets_at: int | None
    """Scaled sum of points from which the answer meets expectation; None where it does not say."""
    exceeds_at: int | None


@attrs.frozen(slots=True, eq=False)
class CompiledCriterion:
    """One criterion, ready to be applied to its column."""

    criterion: Criterion
    stage: int
    """Place of its stage."""
    weight: int
    """Weight in the denominator, times the stage's denominator; 0 where it does not count there."""
    table: CompiledLevels | CompiledOptions
    counted: bool
    """Whether its answers are counted; those of other controllers are not, in a narrowed score."""


@attrs.frozen(slots=True, eq=False)
class CompiledRubric:
    """A rubric as tables."""

    criteria: tuple[CompiledCriterion, ...]
    """In asking order."""
    dtype: Any
    """int64, or object (whole numbers of any size) where int64 could lose digits."""


def compile_rubric(rubric: Rubric, controller: str | None = None) -> CompiledRubric:
    """Build the lookup tables of a rubric under the `coqs` policy, narrowed to a controller's criteria."""
    denominators = {stage.id: _denominator(rubric, stage.id) for stage in rubric.stages}
    places = {id: place for place, id in enumerate(rubric.stage_ids)}
    dtype = _dtype(rubric, denominators)
    compiled = []
    for id in rubric.asking_order:
        criterion = rubric.criterion(id)
        scale = denominators[criterion.stage]
        compiled.append(
            CompiledCriterion(
                criterion=criterion,
                stage=places[criterion.stage],
                weight=int(criterion.weight * scale) if criterion.is_scoring else 0,
                table=_table(criterion, scale, dtype),
                counted=controller in (None, criterion.controlled_by),
            )
        )
    return CompiledRubric(tuple(compiled), dtype)


def _table(criterion: Criterion, scale: int, dtype: Any) -> CompiledLevels | CompiledOptions:
    if isinstance(criterion.scale, SeveralChoice):
        return _options(criterion, scale)
    return _levels(criterion, scale, dtype)


def _best_places(criterion: Criterion) -> tuple[int, ...]:
    if criterion.ideal is None:
        return (0,)
    return tuple(sorted({criterion.scale.ids.index(best) for _, best in criterion.ideal.best}))


def _worths(criterion: Criterion) -> list[tuple[Worth, ...]]:
    ideal = criterion.ideal is not None
    return [level_worths(criterion, best=best if ideal else None) for best in _best_places(criterion)]


def _weighted_shares(criterion: Criterion) -> Iterable[Fraction]:
    """Yield what each answer (or option) earns: weight times share."""
    if criterion.record_only:
        return
    if isinstance(criterion.scale, SeveralChoice):
        ceiling = options_ceiling(criterion.scale) or Fraction(1)
        for option in criterion.scale.options:
            yield criterion.weight * (option.points or 0) / ceiling
        return
    for row in _worths(criterion):
        for worth in row:
            yield criterion.weight * (worth.share or 0)


def _denominator(rubric: Rubric, stage: str) -> int:
    members = [each for each in rubric.criteria if each.stage == stage]
    fractions = [share for each in members for share in _weighted_shares(each)]
    return math.lcm(*(each.denominator for each in fractions), *(each.weight.denominator for each in members))


def _dtype(rubric: Rubric, denominators: dict[str, int]) -> Any:
    """Return int64 where every sum is exact in a float, else object for whole numbers of any size."""
    for stage, scale in denominators.items():
        members = [each for each in rubric.criteria if each.stage == stage]
        earned = sum((sum(map(abs, _weighted_shares(each))) for each in members), Fraction(0))
        weights = sum((each.weight for each in members), Fraction(0))
        if max(earned, weights) * scale >= EXACT_IN_FLOAT:
            return np.object_
    return np.int64


def _levels(criterion: Criterion, scale: int, dtype: Any) -> CompiledLevels:
    rows = _worths(criterion)
    order = list(Standing)
    counts = not criterion.record_only
    on = criterion.gate.on if criterion.gate else ()
    earned = [[int(criterion.weight * (worth.share or 0) * scale) * counts for worth in row] for row in rows]
    points = [[float(worth.points or 0) * counts for worth in row] for row in rows]
    standing = [
        [-1 if worth.standing is None else order.index(worth.standing) for worth in row] for row in rows
    ]
    return CompiledLevels(
        earned=_padded(earned, dtype, 0),
        points=_padded(points, np.float64, 0),
        standing=_padded(standing, np.int8, -1),
        gate=_padded([[id in on for id in criterion.scale.ids]], np.bool_, fill=False),
        best=_best_places(criterion),
    )


def _padded(rows: list[list[Any]], dtype: Any, fill: Any) -> Table:
    """Add the five entries that the negative absence codes reach from the end."""
    table = np.array([[*row, *([fill] * N_ABSENCES)] for row in rows], dtype=dtype)
    table.flags.writeable = False
    return table


def _options(criterion: Criterion, scale: int) -> CompiledOptions:
    several = criterion.scale
    if not isinstance(several, SeveralChoice):
        raise TypeError("only a several choice has options")
    on = criterion.gate.on if criterion.gate else ()
    points = [option.points or Fraction(0) for option in several.options]
    points_scale = math.lcm(*(each.denominator for each in points))
    ceiling = (options_ceiling(several) or Fraction(0)) * points_scale
    return CompiledOptions(
        earned=tuple(int(share * scale) for share in _weighted_shares(criterion)) or (0,) * len(points),
        points=tuple(int(each * points_scale) for each in points),
        points_scale=points_scale,
        gate_bits=sum(1 << place for place, id in enumerate(several.ids) if id in on),
        meets_at=None if several.meets_at is None else math.ceil(several.meets_at * ceiling),
        exceeds_at=None if several.exceeds_at is None else math.ceil(several.exceeds_at * ceiling),
    )
