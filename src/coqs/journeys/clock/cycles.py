"""Cycles: full turns of a journey about its target, counted only where noise does not make them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coqs.kernels.local_trend import LocalTrend

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
QUADRANTS = 4
UNSURE = 0.05


def cycles_of(trend: LocalTrend, target: Floats, *, rises: bool) -> Whole:
    """Return (P, G) full turns up to each period.

    Parameters
    ----------
    trend
        Level and slope of each moment, with their errors and covariance.
    target
        (P, G) what the level is held against.
    rises
        Whether more is better.

    Notes
    -----
    The path of (level - target, slope) goes through four quadrants: high and falling, low and falling, low
    and rising, high and rising. A moment counts only where (target, 0) lies outside the joint 95 % ellipse of
    level and slope; a step to the next quadrant counts 1, back -1, and to the opposite one nothing. Four
    steps more than ever before are a turn. The ellipse is that of Student's distribution with two dimensions:
    d' S^-1 d > df (0.05^(-2 / df) - 1).
    """
    sign = 1.0 if rises else -1.0
    away, slope = sign * (trend.level - target), sign * trend.slope
    outside = _outside(trend, away * sign, slope * sign)
    quadrant = np.where(away >= 0, np.where(slope < 0, 0, 3), np.where(slope < 0, 1, 2))
    at = np.full(away.shape[1], -1)
    turned, most = np.zeros_like(at), np.zeros_like(at)
    found = np.zeros(away.shape, np.int64)
    for period in range(len(away)):
        here = outside[period]
        step = np.where(here & (at >= 0), (quadrant[period] - at) % QUADRANTS, 0)
        turned = turned + np.where(step == 1, 1, np.where(step == 3, -1, 0))
        at = np.where(here, quadrant[period], at)
        most = np.maximum(most, turned)
        found[period] = most // QUADRANTS
    return found


def _outside(trend: LocalTrend, away: Floats, slope: Floats) -> npt.NDArray[np.bool_]:
    """Tell where level and slope together are more than noise away from (target, 0)."""
    ll, ss, ls = trend.level_se**2, trend.slope_se**2, trend.covariance
    det = ll * ss - ls**2
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = (away**2 * ss - 2 * away * slope * ls + slope**2 * ll) / det
        edge = np.where(np.isinf(trend.df), -2 * np.log(UNSURE), trend.df * (UNSURE ** (-2 / trend.df) - 1))
    sure = (det > 0) & (distance > edge)
    found: npt.NDArray[np.bool_] = sure | ((det <= 0) & ((away != 0) | (slope != 0)))
    return found
