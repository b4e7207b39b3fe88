"""What the missing answers could still make of a score, by columns.

A missing answer that no branch reads takes its worst or its best level. One that a branch reads is
tried at every level, since it also decides what else is asked: rows are grouped by which of these
are missing, and each group is scored once for every combination.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from coqs.errors import RubricError
from coqs.ratings import Ratings
from coqs.rubric import Rubric, SeveralChoice
from coqs.rubric.conditions import criteria_read
from coqs.scoring.asking import OPEN, Answers, settle
from coqs.scoring.compiled import CompiledRubric
from coqs.scoring.sums import add_up, overall_scores

MOST_COMBINATIONS = 2**16
Floats = npt.NDArray[np.float64]


def bounds_of(compiled: CompiledRubric, rubric: Rubric, ratings: Ratings) -> Floats:
    """Return (n, 2) lowest and highest score, NaN where no answers could give one.

    Raises
    ------
    RubricError
        More than `MOST_COMBINATIONS` ways to fill in the missing answers that branches read.
    """
    bounds = np.full((len(ratings), 2), np.nan)
    drivers = branch_criteria(rubric)
    missing = np.zeros((len(ratings), len(drivers)), np.bool_)
    for place, id in enumerate(drivers):
        missing[:, place] = np.isin(ratings.codes[id], OPEN)
    patterns, group = np.unique(missing, axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        rows = np.flatnonzero(group.reshape(-1) == place)
        still_open = [id for id, is_open in zip(drivers, pattern, strict=True) if is_open]
        bounds[rows] = _group_bounds(compiled, rubric, ratings.take(rows), still_open)
    bounds.flags.writeable = False
    return bounds


def branch_criteria(rubric: Rubric) -> tuple[str, ...]:
    """Return the criteria whose answers some branch reads, in the order of the sheet."""
    read = {id for each in rubric.criteria for id in criteria_read(each.when)}
    return tuple(id for id in rubric.criterion_ids if id in read)


def combinations(rubric: Rubric, ids: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield every way to answer these criteria: level positions, or bit sets of options."""
    sizes = [_ways(rubric, id) for id in ids]
    total = np.prod([float(size) for size in sizes]) if sizes else 1.0
    if total > MOST_COMBINATIONS:
        raise RubricError(
            f"bounds: must have at most {MOST_COMBINATIONS} ways to answer {len(ids)} missing criteria that "
            f"branches read, got {total:.0f}; branch on facts instead",
            rubric=rubric.id,
        )
    return itertools.product(*(range(size) for size in sizes))


def _ways(rubric: Rubric, id: str) -> int:
    scale = rubric.criterion(id).scale
    return 1 << len(scale.ids) if isinstance(scale, SeveralChoice) else len(scale.ids)


def _group_bounds(
    compiled: CompiledRubric, rubric: Rubric, ratings: Ratings, still_open: Sequence[str]
) -> Floats:
    """Bounds of rows in which the same branch criteria are missing."""
    found = np.full((len(ratings), 2), np.nan)
    for combination in combinations(rubric, still_open):
        answers = _filled(ratings, dict(zip(still_open, combination, strict=True)))
        asked = settle(compiled, rubric, answers)
        for side, (missing, pick) in enumerate((("low", np.fmin), ("high", np.fmax))):
            sums = add_up(compiled, len(rubric.stages), asked, missing=missing)
            found[:, side] = pick(found[:, side], overall_scores(rubric, sums.stage_scores()))
    return found


def _filled(ratings: Ratings, answers: Mapping[str, int]) -> Answers:
    """Return the answers with the missing ones of these criteria filled in."""
    codes, choices = dict(ratings.codes), dict(ratings.choices)
    for id, answer in answers.items():
        if id in choices:
            choices[id] = np.full(len(ratings), answer, np.uint64)
            codes[id] = np.zeros(len(ratings), np.int8)
        else:
            codes[id] = np.full(len(ratings), answer, np.int8)
    return Answers(ratings, codes, choices)
