"""What the missing answers could still make of a score, by columns.

A missing answer that no branch reads takes its worst or its best level. Those that branches read also
decide what else is asked: their answers fall into classes that no condition tells apart, of which only
the worst and the best matter. Rows are grouped by which of these criteria are missing, and each group
is scored once for every combination of classes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from coqs.errors import RubricError
from coqs.ratings import Ratings
from coqs.rubric import Criterion, CriterionIn, Policy, Rubric, SeveralChoice
from coqs.rubric.conditions import criteria_read, leaves
from coqs.scoring.asking import OPEN, Answers, settle
from coqs.scoring.compiled import CompiledRubric
from coqs.scoring.sums import add_up, overall_scores
from coqs.scoring.worth import level_worths, options_worth

MOST_COMBINATIONS = 2**12
MOST_OPTIONS = 12
Floats = npt.NDArray[np.float64]
Extremes = tuple[int, int]
"""The worst and the best answer of a class: level positions, or bit sets of options."""


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


def combinations(rubric: Rubric, ids: Sequence[str]) -> Iterator[tuple[Extremes, ...]]:
    """Yield every way to answer these criteria that branches can tell apart."""
    ways = [_classes(rubric, rubric.criterion(id)) for id in ids]
    total = math.prod(map(len, ways))
    if total > MOST_COMBINATIONS:
        raise _too_many(rubric, f"{total} for {len(ids)} missing criteria")
    return itertools.product(*ways)


def _too_many(rubric: Rubric, got: str) -> RubricError:
    return RubricError(
        f"bounds: must have at most {MOST_COMBINATIONS} ways to answer what branches read, got {got}; "
        f"branch on facts instead",
        rubric=rubric.id,
    )


def _classes(rubric: Rubric, criterion: Criterion) -> list[Extremes]:
    """Return the worst and the best answer of each class that no condition tells apart."""
    several = isinstance(criterion.scale, SeveralChoice)
    ids = criterion.scale.ids
    if several and len(ids) > MOST_OPTIONS:
        raise _too_many(rubric, f"2**{len(ids)} for the options of {criterion.id!r}")
    if criterion.ideal:  # which level is best differs from row to row, so each is a class
        return [(place, place) for place in range(len(ids))]
    read = _read_masks(rubric, criterion)
    classes: dict[tuple[bool, ...], list[tuple[Fraction, int]]] = {}
    for answer in range(1 << len(ids) if several else len(ids)):
        bits = answer if several else 1 << answer
        told = tuple(bool(bits & mask) for mask in read)
        classes.setdefault(told, []).append((_share(criterion, answer), answer))
    return [(min(each)[1], max(each)[1]) for each in classes.values()]


def _read_masks(rubric: Rubric, criterion: Criterion) -> list[int]:
    """Return the sets of answers that conditions ask for, as bit sets."""
    return [
        sum(1 << place for place, id in enumerate(criterion.scale.ids) if id in leaf.ids)
        for each in rubric.criteria
        for leaf in leaves(each.when)
        if isinstance(leaf, CriterionIn) and leaf.criterion == criterion.id
    ]


def _share(criterion: Criterion, answer: int) -> Fraction:
    if isinstance(criterion.scale, SeveralChoice):
        worth = options_worth(criterion, Policy(), chosen_places(answer))
    else:
        worth = level_worths(criterion)[answer]
    return worth.share or Fraction(0)


def chosen_places(bits: int) -> tuple[int, ...]:
    """Return the places of the options in a bit set, ascending."""
    return tuple(place for place in range(bits.bit_length()) if bits >> place & 1)


def _group_bounds(
    compiled: CompiledRubric, rubric: Rubric, ratings: Ratings, still_open: Sequence[str]
) -> Floats:
    """Bounds of rows in which the same branch criteria are missing."""
    found = np.full((len(ratings), 2), np.nan)
    for combination in combinations(rubric, still_open):
        for side, (missing, pick) in enumerate((("low", np.fmin), ("high", np.fmax))):
            filled = {id: extremes[side] for id, extremes in zip(still_open, combination, strict=True)}
            asked = settle(compiled, rubric, _filled(ratings, filled))
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
