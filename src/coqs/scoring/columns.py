"""Score a batch by columns: the sums, then verdicts, gates, counts and reasons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from coqs.model import Absence, Standing
from coqs.ratings import Ratings
from coqs.results import REASONS, VERDICTS, DetailColumns, ScoreColumns
from coqs.rubric import Rubric
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.scoring.asking import OPEN, Answers, Asked, settle
from coqs.scoring.compiled import CompiledCriterion, CompiledLevels, CompiledOptions, CompiledRubric
from coqs.scoring.sums import (
    StageSums,
    add_up,
    look_up,
    misses_mark,
    misses_stage_mark,
    overall_scores,
    sum_options,
)

Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


BLOCK = 1 << 16
"""Rows that are scored at a time: few enough for a processor's cache, and for little memory."""


def in_blocks(ratings: Ratings) -> Iterator[Ratings]:
    """Yield the ratings a block at a time, so that what is held besides input and output is one block's."""
    if len(ratings) <= BLOCK:
        yield ratings
        return
    for start in range(0, len(ratings), BLOCK):
        yield ratings.take(slice(start, start + BLOCK))


def score_in_blocks(compiled: CompiledRubric, rubric: Rubric, ratings: Ratings) -> ScoreColumns:
    """Score every row, a block at a time."""
    return ScoreColumns.concatenate([score_columns(compiled, rubric, each) for each in in_blocks(ratings)])


def details_in_blocks(compiled: CompiledRubric, rubric: Rubric, ratings: Ratings) -> DetailColumns:
    """Work out the details of every row, a block at a time."""
    return DetailColumns.concatenate([detail_columns(compiled, rubric, each) for each in in_blocks(ratings)])


def score_columns(compiled: CompiledRubric, rubric: Rubric, ratings: Ratings) -> ScoreColumns:
    """Score every row of ratings under the `coqs` policy."""
    asked = settle(compiled, rubric, Answers.given(ratings))
    sums = add_up(compiled, len(rubric.stages), asked)
    stages = sums.stage_scores()
    overall = overall_scores(rubric, stages)
    failed = _missed(rubric, sums, stages, overall) | (_irreversible(compiled, asked) > 0)
    for column in _gates(compiled, asked).values():
        failed |= column > 0
    return ScoreColumns.taking(
        overall=overall,
        verdict_codes=_verdicts(failed, np.isnan(overall)),
        stages=dict(zip(rubric.stage_ids, stages, strict=True)),
    )


def detail_columns(compiled: CompiledRubric, rubric: Rubric, ratings: Ratings) -> DetailColumns:
    """Work out the details of every row of ratings."""
    asked = settle(compiled, rubric, Answers.given(ratings))
    sums = add_up(compiled, len(rubric.stages), asked)
    overall = overall_scores(rubric, sums.stage_scores())
    gates = _gates(compiled, asked)
    return DetailColumns.taking(
        reason_codes=_reasons(compiled, rubric, asked, np.isnan(overall)),
        gates=gates,
        gates_observed=_gates_observed(compiled, asked),
        gates_unobserved=_gates_unobserved(compiled, asked),
        gates_fired=np.sum(list(gates.values()), axis=0, dtype=np.int32),
        irreversible=_irreversible(compiled, asked),
        points=_points(compiled, asked),
        possible=_possible(rubric, sums),
        counts=_counts(compiled, asked),
        bands={},
    )


def _possible(rubric: Rubric, sums: StageSums) -> Floats:
    weights = np.array([float(stage.weight) for stage in rubric.stages])[:, None]
    possible: Floats = np.where(sums.weight > 0, weights, 0.0).sum(axis=0)
    return possible


def _missed(rubric: Rubric, sums: StageSums, stages: Floats, overall: Floats) -> Mask:
    missed = np.zeros(len(overall), np.bool_)
    if rubric.pass_mark is not None:
        missed |= misses_mark(rubric, sums, stages, overall, rubric.pass_mark)
    for place, stage in enumerate(rubric.stages):
        if stage.pass_mark is not None:
            missed |= misses_stage_mark(sums, stages, place, stage.pass_mark)
    return missed


def _verdicts(failed: Mask, unscored: Mask) -> npt.NDArray[np.int8]:
    codes = np.where(unscored, VERDICTS.index("unscored"), VERDICTS.index("pass"))
    return np.where(failed, VERDICTS.index("fail"), codes).astype(np.int8)


def _gates(compiled: CompiledRubric, asked: Asked) -> dict[str, Counts]:
    """Return error class to (n,) gates that failed, for every class there is."""
    failed = {error_class: np.zeros(len(asked.ignored), np.int32) for error_class in ERROR_CLASSES}
    for each in compiled.criteria:
        if each.criterion.gate:
            failed[each.criterion.gate.error_class] += _triggers(each, asked)
    return failed


def _gates_observed(compiled: CompiledRubric, asked: Asked) -> dict[str, Counts]:
    """Return error class to (n,) gates that were asked and answered, for every class there is."""
    observed = {error_class: np.zeros(len(asked.ignored), np.int32) for error_class in ERROR_CLASSES}
    for each in compiled.criteria:
        if each.criterion.gate:
            observed[each.criterion.gate.error_class] += asked.codes[each.criterion.id] >= 0
    return observed


def _triggers(each: CompiledCriterion, asked: Asked) -> Mask:
    codes = asked.codes[each.criterion.id]
    if isinstance(each.table, CompiledLevels):
        return np.take(each.table.gate[0], codes)
    hit: Mask = asked.choices[each.criterion.id] & np.uint64(each.table.gate_bits) != 0
    return hit & (codes >= 0)


def _gates_unobserved(compiled: CompiledRubric, asked: Asked) -> Counts:
    unobserved = np.zeros(len(asked.ignored), np.int32)
    for each in compiled.criteria:
        if each.criterion.gate:
            unobserved += np.isin(asked.codes[each.criterion.id], OPEN)
    return unobserved


def _standing(each: CompiledCriterion, asked: Asked) -> npt.NDArray[np.int8]:
    """Return (n,) place in `Standing` of the answer, -1 where there is none."""
    if isinstance(each.table, CompiledLevels):
        return look_up(each, each.table.standing, asked)
    codes = asked.codes[each.criterion.id]
    return np.where(codes >= 0, _options_standing(each.table, asked.choices[each.criterion.id]), np.int8(-1))


def _options_standing(table: CompiledOptions, bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.int8]:
    below, meets, exceeds = range(len(Standing))
    standing = np.full(len(bits), -1, np.int8)
    total = sum_options(bits, table.points)
    if table.meets_at is not None:
        standing[:] = np.where(total >= table.meets_at, meets, below)
    if table.exceeds_at is not None:
        standing[total >= table.exceeds_at] = exceeds
    return standing


def _irreversible(compiled: CompiledRubric, asked: Asked) -> Counts:
    failed = np.zeros(len(asked.ignored), np.int32)
    for each in compiled.criteria:
        if each.criterion.irreversible:
            failed += _standing(each, asked) == list(Standing).index(Standing.BELOW)
    return failed


def _points(compiled: CompiledRubric, asked: Asked) -> Floats:
    points = np.zeros(len(asked.ignored))
    for each in compiled.criteria:
        if each.criterion.record_only:
            continue
        if isinstance(each.table, CompiledLevels):
            points += look_up(each, each.table.points, asked)
        else:
            total = sum_options(asked.choices[each.criterion.id], each.table.points) / each.table.points_scale
            points += np.where(asked.codes[each.criterion.id] >= 0, total.astype(np.float64), 0.0)
    return points


def _counts(compiled: CompiledRubric, asked: Asked) -> dict[str, Counts]:
    n = len(asked.ignored)
    kinds = {"answered": 0} | {str(absence): absence.code for absence in Absence}
    counts = {name: np.zeros(n, np.int32) for name in (*kinds, *map(str, Standing))}
    for each in compiled.criteria:
        if not each.counted:
            continue
        codes = np.minimum(asked.codes[each.criterion.id], 0)
        for name, code in kinds.items():
            counts[name] += codes == code
        standing = _standing(each, asked)
        for place, name in enumerate(Standing):
            counts[str(name)] += standing == place
    return counts | {"ignored": asked.ignored}


def _reasons(compiled: CompiledRubric, rubric: Rubric, asked: Asked, unscored: Mask) -> npt.NDArray[np.int8]:
    """Return (n,) places in `REASONS`, by the order of precedence that `exact.reason_unscored` has."""
    weights = [stage.weight for stage in rubric.stages]
    able = [
        asked.codes[each.criterion.id] for each in compiled.criteria if each.weight and weights[each.stage]
    ]
    seen = {code: _any_equal(able, code, len(unscored)) for code in (*OPEN, Absence.NOT_APPLICABLE.code)}
    kinds = np.sum([seen[code] for code in OPEN], axis=0)
    conditions = [~unscored, *((kinds == 1) & seen[code] for code in OPEN), kinds > 1]
    names = ["", *(str(Absence.from_code(code)) for code in OPEN), "missing"]
    conditions += [seen[Absence.NOT_APPLICABLE.code], _any_answered(asked)]
    names += ["not_applicable", "no_weight"]
    choices = [REASONS.index(name) for name in names]
    return np.select(conditions, choices, REASONS.index("not_asked")).astype(np.int8)


def _any_answered(asked: Asked) -> Mask:
    found = np.zeros(len(asked.ignored), np.bool_)
    for codes in asked.codes.values():
        found |= codes >= 0
    return found


def _any_equal(columns: list[npt.NDArray[np.int8]], code: int, n: int) -> Mask:
    found = np.zeros(n, np.bool_)
    for column in columns:
        found |= column == code
    return found
