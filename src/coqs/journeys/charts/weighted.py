"""EWMA and tabular CUSUM of standardised points: many small steps one way become one signal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.limits import NORMAL, Limits
from coqs.journeys.charts.standing import Standing
from coqs.kernels.run_lengths import cusum_arl, cusum_interval, ewma_arl, ewma_limit
from coqs.kernels.smoothing import cusum, ewma

Floats = npt.NDArray[np.float64]
WEIGHT = 0.2
"""Of the newest point, unless told: between 0.05 and 0.25 shifts of about one sigma are found soonest."""
REFERENCE = 0.5
"""k unless told: half the shift, in sigmas, that is to be found soonest."""


class Weighted(NamedTuple):
    """What is plotted, its centre and limits."""

    value: Floats
    centre: Floats
    limits: Limits


def ewma_lines(baseline: Baseline, standing: Standing) -> Weighted:
    """Return the EWMA about the centre, in the unit of each point, with the limits that it tends to.

    Points count by their distance in sigmas, so that a point of many cases counts no more sigmas than it
    shows; where the unit is the same everywhere this is the EWMA of the points.
    """
    weight = WEIGHT if baseline.weight is None else baseline.weight
    width = ewma_limit(weight, baseline.arl0) if baseline.width is None else baseline.width
    attained = baseline.arl0 if baseline.width is None else ewma_arl(weight, width)
    smooth = ewma(_finite(standing.z), weight, 0.0)
    value = np.where(np.isnan(standing.value), np.nan, standing.centre + smooth * standing.unit)
    half = width * np.sqrt(weight / (2 - weight)) * standing.unit
    lower, upper = standing.centre - half, standing.centre + half
    return Weighted(value, standing.centre, Limits(lower, upper, _told(standing, attained), NORMAL))


def cusum_lines(baseline: Baseline, standing: Standing) -> Weighted:
    """Return the larger of the two sums, below 0 where it is the lower one, in sigmas."""
    k = REFERENCE if baseline.reference is None else baseline.reference
    h = cusum_interval(k, baseline.arl0) if baseline.width is None else baseline.width
    attained = baseline.arl0 if baseline.width is None else cusum_arl(k, h)
    up, down = cusum(_finite(standing.z), k)
    seen = ~np.isnan(standing.z)
    value = np.where(seen, np.where(up >= down, up, -down), np.nan)
    line = np.where(seen, 0.0, np.nan)
    limits = Limits(line - h, line + h, _told(standing, attained), NORMAL)
    return Weighted(value, line, limits)


def _finite(z: Floats) -> Floats:
    """Return points of which none is infinitely far: what never varied is a gap here."""
    return np.where(np.isfinite(z), z, np.nan)


def _told(standing: Standing, attained: float) -> Floats:
    return np.where(np.isnan(standing.unit).all(axis=0), np.nan, attained)
