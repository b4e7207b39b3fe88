"""Observations that hang together: what a visit, a day or an observer adds to the spread of shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.journeys.periods import period_ordinals
from coqs.kernels import clustered_share_interval
from coqs.results import Scores
from coqs.results.buckets import EVERY
from coqs.results.grouping import key_column
from coqs.results.units import Units, units_column
from coqs.tables import zone_named

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def cluster_places(
    scores: Scores, units: Units, cluster: str, at: npt.NDArray[np.datetime64], tz: str
) -> Places:
    """Return (units,) the cluster of each: a stretch of time, or a column; what has none is one by itself."""
    zone = zone_named(tz)
    assert zone is not None
    found = np.full(len(units), -1, np.int64)
    if cluster in EVERY:
        timed = ~np.isnat(at)
        ordinals = period_ordinals(at[timed], cluster, zone)
        found[timed] = ordinals - ordinals.min(initial=0)
    else:
        found[:] = units_column(units, key_column(scores.ratings, cluster, zone))
    alone = np.flatnonzero(found < 0)
    found[alone] = found.max(initial=-1) + 1 + np.arange(len(alone))
    return found


def cluster_squares(
    group: Places, cluster: Places, place: Places, shape: tuple[int, int]
) -> tuple[Floats, Places]:
    """Return how far clusters differ in what they have, and how many there are, group by group.

    Parameters
    ----------
    group, cluster, place
        (units,) each unit's group and cluster, from 0 on, and what it is.
    shape
        Groups, and things that a unit may be.

    Returns
    -------
    squares
        `shape`: the sum over clusters of (units that are it - its share of the group * units) squared.
    clusters
        (groups,) clusters that have units.
    """
    groups, things = shape
    many = int(cluster.max(initial=0)) + 1
    whole, of = np.unique(group * many + cluster, return_inverse=True)
    owner = whole // many
    size = np.bincount(of.reshape(-1), minlength=len(whole)).astype(np.float64)
    pair, x = np.unique(of.reshape(-1) * max(things, 1) + place, return_counts=True)
    at = owner[pair // max(things, 1)] * things + pair % max(things, 1)

    def summed(weights: npt.NDArray[Any]) -> Floats:
        return np.bincount(at, weights, groups * things).astype(np.float64).reshape(shape)

    n = np.bincount(owner, size, groups)[:, None]
    share = summed(x) / np.maximum(n, 1)
    crossed = summed(x * size[pair // max(things, 1)])
    squares = summed(x**2) - 2 * share * crossed + share**2 * np.bincount(owner, size**2, groups)[:, None]
    return np.maximum(squares, 0.0), np.bincount(owner, minlength=groups).astype(np.int64)


def clustered_limits(
    n: Places, squares: Floats, clusters: Places, confidence: float
) -> tuple[Floats, Floats]:
    """Return (groups, things) limits of the shares of counts of the same shape."""
    of = n.sum(axis=1, keepdims=True) + np.zeros_like(n)
    every = clusters[:, None] + np.zeros_like(n)
    shares = (n / np.maximum(of, 1)).ravel()
    low, high = clustered_share_interval(
        shares, of.ravel(), squares.ravel(), every.ravel(), confidence=confidence
    )
    return low.reshape(n.shape), high.reshape(n.shape)
