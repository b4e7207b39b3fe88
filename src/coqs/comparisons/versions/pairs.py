"""Rows of two batches of scores put together: by interaction and rater, by interaction, or as two groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.comparisons.versions.differences import Estimate, Floats
from coqs.kernels import mean_interval, mover_interval
from coqs.ratings import Ratings
from coqs.results import Scores

Column = npt.NDArray[Any]
Places = npt.NDArray[np.int64]
Pair = tuple[str, str | None]


def _keys(before: Ratings, after: Ratings, name: str) -> tuple[Places, Places, int]:
    """Return each row's text in both as a number, 0 where it is missing, and how many numbers there are."""
    known: dict[str, int] = {}
    found = []
    for ratings in (before, after):
        column = getattr(ratings, name)
        numbers = [known.setdefault(text, len(known) + 1) for text in column.categories]
        found.append(np.array([*numbers, 0], np.int64)[column.codes])
    return found[0], found[1], len(known) + 1


def paired_rows(before: Ratings, after: Ratings) -> tuple[Places, Places]:
    """Return the rows of both that are of one interaction and rater, in the order of the first."""
    one, other, _ = _keys(before, after, "interaction")
    rater, others_rater, size = _keys(before, after, "rater")
    _, left, right = np.intersect1d(
        one * size + rater, other * size + others_rater, assume_unique=True, return_indices=True
    )
    order = np.argsort(left)
    return left[order], right[order]


def rows_without(ratings: Ratings, taken: Places) -> tuple[Pair, ...]:
    """Return the ids of the rows that were not paired."""
    left = np.ones(len(ratings), np.bool_)
    left[taken] = False
    interactions, raters = (each.take(left).to_list() for each in (ratings.interaction, ratings.rater))
    return tuple((interaction or "", rater) for interaction, rater in zip(interactions, raters, strict=True))


def paired_by(
    before: Scores, after: Scores, rows: tuple[Places, Places]
) -> tuple[str, dict[str, Column], tuple[Floats, tuple[float, float]]]:
    """Return what is paired, as columns, and each interaction's difference beside the two means."""
    interaction, others, n = _keys(before.ratings, after.ratings, "interaction")
    if len(rows[0]):
        one, other = before.overall[rows[0]], after.overall[rows[1]]
        both = ~np.isnan(one) & ~np.isnan(other)
        of = interaction[rows[0]][both]
        means = _means(of, one[both], n), _means(of, other[both], n)
        columns = _columns(before.ratings, rows[0], one, other, rated=True)
        return "rows", columns, _of_interactions(*means)
    common, firsts, _ = np.intersect1d(interaction, others, return_indices=True)
    means = _scored_means(interaction, before.overall, n), _scored_means(others, after.overall, n)
    columns = _columns(before.ratings, firsts, means[0][common], means[1][common], rated=False)
    return ("interactions" if len(common) else "apart"), columns, _of_interactions(*means)


def _columns(
    ratings: Ratings, rows: Places, before: Floats, after: Floats, *, rated: bool
) -> dict[str, Column]:
    raters = ratings.rater.take(rows).to_list() if rated else [None] * len(rows)
    return {
        "interaction": np.array(ratings.interaction.take(rows).to_list(), object),
        "rater": np.array(raters, object),
        "before": before,
        "after": after,
        "difference": after - before,
    }


def _scored_means(of: Places, values: Floats, n: int) -> Floats:
    scored = ~np.isnan(values)
    return _means(of[scored], values[scored], n)


def _means(of: Places, values: Floats, n: int) -> Floats:
    """Return (n,) the mean of each interaction's rows; NaN where it has none."""
    counts = np.bincount(of, minlength=n)
    return np.where(counts > 0, np.bincount(of, values, n) / np.maximum(counts, 1), np.nan)


def _of_interactions(before: Floats, after: Floats) -> tuple[Floats, tuple[float, float]]:
    both = ~np.isnan(before) & ~np.isnan(after)
    if not both.any():
        return np.empty(0), (np.nan, np.nan)
    return after[both] - before[both], (float(before[both].mean()), float(after[both].mean()))


def groups_apart(before: Scores, after: Scores, confidence: float) -> tuple[Estimate, tuple[float, float]]:
    """Compare the means of two groups that have no interaction in common."""
    groups = []
    for scores in (before, after):
        codes = scores.ratings.interaction.codes.astype(np.int64) + 1
        means = _scored_means(codes, scores.overall, int(codes.max(initial=0)) + 1)
        groups.append(means[~np.isnan(means)])
    if not all(map(len, groups)):
        return Estimate(np.nan, np.nan, np.nan, 0), (np.nan, np.nan)
    one, other = (float(each.mean()) for each in groups)
    spans = [_interval(each, confidence) for each in groups]
    low, high = mover_interval((other, *spans[1]), (one, *spans[0]))
    return Estimate(other - one, float(low), float(high), sum(map(len, groups))), (one, other)


def _interval(values: Floats, confidence: float) -> tuple[float, float]:
    sd = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    low, high = mean_interval([values.mean()], [sd], [len(values)], confidence=confidence)
    return float(low[0]), float(high[0])
