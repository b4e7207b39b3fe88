"""Centres and spreads of phase I: named estimators, over the points that may be used.

Arrays are (P, G) and NaN where a point is a gap or was excluded; results are (G,).
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from coqs.kernels.chart_constants import c4

Floats = npt.NDArray[np.float64]
MOVING_RANGE = 1.128
"""d2 of two points as it is tabulated, by which published limits of moving ranges are made; exactly it is
2 / sqrt(pi) = 1.12838."""


def nan_mean(values: Floats) -> Floats:
    """Return (G,) the mean over known points; NaN where none is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found: Floats = np.nanmean(values, axis=0)
    return found


def divided(left: npt.ArrayLike, right: npt.ArrayLike) -> Floats:
    """Return left / right, NaN where nothing is divided by."""
    above, below = np.asarray(left, np.float64), np.asarray(right, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below != 0, above / below, np.nan)


def last_known(values: Floats) -> Floats:
    """Return (P, G) the last known point before each one, over gaps; NaN before the first."""
    rows = np.where(np.isnan(values), -1, np.arange(len(values))[:, None])
    last = np.vstack([np.full((1, values.shape[1]), -1), np.maximum.accumulate(rows, axis=0)[:-1]])
    found = np.take_along_axis(values, np.maximum(last, 0), axis=0)
    return np.where(last >= 0, found, np.nan)


def moving_range(values: Floats) -> Floats:
    """Return (P, G) how far each point is from the last known one."""
    return np.abs(values - last_known(values)) if len(values) else values


def moving_range_sigma(values: Floats) -> Floats:
    """Return (G,) mean moving range over 1.128, which a slow drift and a single step hardly move.

    Notes
    -----
    W. H. Woodall and D. C. Montgomery, "Using ranges to estimate variability", Quality Engineering 13
    (2000), 211-217.
    """
    return nan_mean(moving_range(values)) / MOVING_RANGE


def sd_sigma(values: Floats) -> Floats:
    """Return (G,) standard deviation of the points over c4."""
    n = (~np.isnan(values)).sum(axis=0)
    squares = np.nansum((values - nan_mean(values)) ** 2, axis=0)
    return np.where(n > 1, np.sqrt(divided(squares, n - 1)) / _c4(n), np.nan)


def pooled_sigma(sd: Floats, n: Floats) -> Floats:
    """Return (G,) spread of single values: pooled over periods, over c4 of the degrees of freedom + 1."""
    df = np.where(np.isnan(sd), 0.0, n - 1)
    freedom = df.sum(axis=0)
    pooled = np.sqrt(divided(np.nansum(df * sd**2, axis=0), freedom))
    return pooled / _c4(freedom + 1)


def mean_sd_sigma(sd: Floats, n: Floats) -> Floats:
    """Return (G,) spread of single values: the plain mean of each period's sd over its c4."""
    return nan_mean(np.where(np.isnan(sd), np.nan, sd / _c4(n)))


def range_sigma(subgroups: npt.ArrayLike, d2: float) -> float:
    """Return the mean range of (periods, n) raw values over d2 of n: the spread of single values."""
    values = np.asarray(subgroups, np.float64)
    return float((values.max(axis=1) - values.min(axis=1)).mean() / d2)


def _c4(n: npt.ArrayLike) -> Floats:
    size = np.asarray(n, np.float64)
    return np.where(size >= 2, c4(np.maximum(size, 2.0)), np.nan)
