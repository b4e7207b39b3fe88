"""The level of a measure over a span, with its interval: one number for each group."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.journeys.series import sums_of_cells
from coqs.kernels import mean_interval, wilson_interval
from coqs.kernels.intervals import normal_quantile, student_t_quantile

Floats = npt.NDArray[np.float64]


@attrs.frozen(slots=True, eq=False)
class Levels:
    """(G,) each; NaN where nothing was observed, and in an interval where it cannot be told."""

    value: Floats
    low: Floats
    high: Floats
    n: Floats


def levels_within(
    seen: Observations,
    measure: Yardstick,
    start: np.datetime64,
    stop: np.datetime64,
    *,
    confidence: float,
) -> Levels:
    """Return the level of each group over what was observed from `start` up to, not with, `stop`, in UTC.

    A start that is not-a-time stands for the beginning.
    """
    inside = seen.at < stop
    if not np.isnat(start):
        inside &= seen.at >= start
    rows = seen.take(inside)
    shape = 1, len(seen.labels)
    n, total, sd = (each[0] for each in sums_of_cells(rows, rows.measure(measure.name), rows.group, shape))
    return levels_of(measure, total, n, sd, confidence=confidence)


def levels_of(
    measure: Yardstick, total: Floats, n: Floats, sd: Floats, *, confidence: float = 0.95
) -> Levels:
    """Return the level of each group.

    Parameters
    ----------
    measure
        What the numbers are.
    total, n, sd
        (G,) sum of the values, what it is over, and the spread of single values.
    confidence
        Coverage of the intervals.

    Notes
    -----
    Shares have Wilson's interval, scores Student's within what scores can be, other means Student's, and
    rates the score interval of a Poisson count: (x + z^2 / 2 +- z sqrt(x + z^2 / 4)) / exposure.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(n > 0, total / n, np.nan)
    low, high = _interval(measure, total, n, value, sd, confidence)
    return Levels(value, low, high, n)


def _interval(
    measure: Yardstick, total: Floats, n: Floats, value: Floats, sd: Floats, confidence: float
) -> tuple[Floats, Floats]:
    if measure.kind == "share":
        return wilson_interval(total, n, confidence=confidence)
    if measure.kind == "score":
        return mean_interval(value, sd, n, confidence=confidence)
    if measure.kind == "rate":
        return _poisson(total, n, confidence)
    half = student_t_quantile(confidence, n - 1) * sd / np.sqrt(np.where(n >= 2, n, np.nan))
    return value - half, value + half


def _poisson(events: Floats, exposure: Floats, confidence: float) -> tuple[Floats, Floats]:
    z = normal_quantile(confidence)
    middle, half = events + z**2 / 2, z * np.sqrt(events + z**2 / 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = ((middle + side * half) / np.where(exposure > 0, exposure, np.nan) for side in (-1, 1))
    return np.maximum(low, 0.0), high
