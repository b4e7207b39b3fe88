"""What the missing answers could still make of a score, by columns.

Rows are grouped by which of the deciding criteria are missing, and each group is scored once for every
combination of ways that the score can tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.ratings import Ratings
from coqs.scoring.bulk.asking import OPEN, Answers, best_levels, settle
from coqs.scoring.bulk.columns import FEW, Output, Workspace, blocks, score_block
from coqs.scoring.bulk.states import best_places
from coqs.scoring.bulk.tables import Lookup
from coqs.scoring.ways import combinations, deciding_criteria, extremes_of

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


def bounds_of(lookup: Lookup, ratings: Ratings) -> Floats:
    """Return (n, 2) lowest and highest score, NaN where no answers could give one.

    Raises
    ------
    RubricError
        Too many ways to fill in the missing answers that branches, set rules or gates read.
    """
    bounds = np.full((len(ratings), 2), np.nan)
    deciding = deciding_criteria(lookup.plan.rubric, lookup.plan.policy)
    for block in blocks(len(ratings)):
        missing = np.zeros((block.stop - block.start, len(deciding)), np.bool_)
        for place, id in enumerate(deciding):
            missing[:, place] = np.isin(ratings.codes[id][block], OPEN)
        patterns, group = np.unique(missing, axis=0, return_inverse=True)
        for place, pattern in enumerate(patterns):
            rows = np.flatnonzero(group.reshape(-1) == place) + block.start
            still_open = [id for id, is_open in zip(deciding, pattern, strict=True) if is_open]
            bounds[rows] = _group_bounds(lookup, ratings, rows, still_open)
    bounds.flags.writeable = False
    return bounds


def _group_bounds(lookup: Lookup, ratings: Ratings, rows: Rows, still_open: Sequence[str]) -> Floats:
    """Bounds of rows in which the same deciding criteria are missing."""
    plan, answers = lookup.plan, Answers.given(ratings, rows)
    found = np.full((len(rows), 2), np.nan)
    extremes = [_extremes(lookup, answers, side) for side in (0, 1)]
    for combination in combinations(plan.rubric, plan.policy, still_open):
        for side, pick in enumerate((np.fmin, np.fmax)):
            tried = {
                id: _given_or(answers, id, True, ways[side])
                for id, ways in zip(still_open, combination, strict=True)
            }
            filled = answers.filled(extremes[side] | tried)
            found[:, side] = pick(found[:, side], _overall(lookup, filled))
    return found


def _overall(lookup: Lookup, answers: Answers) -> Floats:
    n = len(answers)
    output = Output.of(n, len(lookup.plan.stages))
    score_block(lookup, settle(lookup.plan.rubric, answers), output, Workspace(), many=n > FEW)
    return output.overall


def _extremes(lookup: Lookup, answers: Answers, side: int) -> dict[str, Any]:
    """Return the criteria that some row lacks, with the missing answers at their worst or best."""
    plan, found = lookup.plan, {}
    deciding = deciding_criteria(plan.rubric, plan.policy)
    for criterion in plan.rubric.criteria:
        still_open = np.isin(answers.codes[criterion.id], OPEN)
        if criterion.id in deciding or not still_open.any():
            continue
        ways = [extremes_of(criterion, plan.policy, best)[side] for best in best_places(criterion)]
        way = np.array(ways)[best_levels(criterion, answers)] if criterion.ideal else ways[0]
        found[criterion.id] = _given_or(answers, criterion.id, still_open, way)
    return found


def _given_or(answers: Answers, id: str, still_open: Any, way: Any) -> tuple[Any, Any]:
    """Return the codes and bit sets of a criterion with the missing answers filled in."""
    if id not in answers.choices:
        return np.where(still_open, way, answers.codes[id]), None
    choices = np.where(still_open, np.uint64(way), answers.choices[id])
    return np.where(still_open, 0, answers.codes[id]), choices
