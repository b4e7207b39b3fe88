"""Make clocks of a series: how noisy each value is, as far as was known by then, and the filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.journeys.clock.clock import Clock
from coqs.journeys.clock.dial import Scale
from coqs.journeys.measures import Yardstick
from coqs.journeys.moments import moment
from coqs.journeys.series import Series
from coqs.kernels.local_trend import LocalTrend, local_trend, smoothed_trend
from coqs.tables import freeze

Floats = npt.NDArray[np.float64]
Targets = float | Mapping[str, float] | Mapping[str, float | Sequence[tuple[Any, float]]]
TRUST = 0.1
"""Observations that are held to have said that the noise is that of sampling alone: next to none, since
weeks differ besides, and of thousands of customers next to nothing else is left."""


def clock_of(
    series: Series,
    *,
    target: Targets | None = None,
    floor: float | None = None,
    ceiling: float | None = None,
    confidence: float = 0.95,
    hindsight: bool = False,
) -> Clock:
    """Read the clocks of a series.

    Parameters
    ----------
    series
        One measure of G groups over P periods.
    target
        What is good: a number; or by group, where "*" stands for all others, a number or pairs of (moment,
        target), each in force from its moment on. The measure's mark unless told.
    floor, ceiling
        Where service would be called failed, and the best that there can be: 0 and the measure's ceiling
        unless told; the other way round where less is better.
    confidence
        Coverage of the levels' intervals.
    hindsight
        Whether earlier readings are revised by later data; not unless told.

    Raises
    ------
    PolicyError
        There is no target or no ceiling, they do not follow each other, or the confidence is none.
    RecordError
        The moment of a target is none.
    """
    if not 0 < confidence < 1:
        raise PolicyError(
            f"clock: confidence must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )
    low, high = _ends(series.measure, floor, ceiling)
    scale = Scale(low, _targets(series, target), high)
    filtered = _filtered(series, smoothed_trend if hindsight else local_trend)
    trend = LocalTrend(*map(freeze, filtered))
    return Clock(series=series, trend=trend, scale=scale, confidence=confidence, is_hindsight=hindsight)


def _ends(measure: Yardstick, floor: float | None, ceiling: float | None) -> tuple[float, float]:
    worst, best = 0.0, measure.ceiling
    if measure.better == "lower":
        worst, best = (1.0 if measure.kind == "share" else np.nan), 0.0
    low, high = worst if floor is None else floor, best if ceiling is None else ceiling
    if high is None or not np.isfinite(high) or not np.isfinite(low):
        raise PolicyError(
            f"clock: {measure.name!r} must have a floor and a ceiling, got none; give floor= and ceiling=",
            choice="ceiling",
            value=ceiling,
        )
    return float(low), float(high)


def _targets(series: Series, target: Targets | None) -> Floats:
    """Return (P, G) the target in force in each period."""
    given = series.measure.mark if target is None else target
    if given is None:
        raise PolicyError(
            f"clock: {series.measure.name!r} must have a target, got none and no pass mark; give target=",
            choice="target",
            value=None,
        )
    found = np.full(series.shape, np.nan)
    for place, group in enumerate(series.groups):
        own: Any = given.get(group, given.get("*")) if isinstance(given, Mapping) else given
        if own is None:
            raise PolicyError(
                "clock: every group must have a target, got none for one; add it, or '*' for the others",
                choice="target",
                value=None,
            )
        found[:, place] = _by_period(series, own) if np.ndim(own) or isinstance(own, str) else own
    return freeze(found)


def _by_period(series: Series, pairs: Any) -> Floats:
    """Return (P,) the target in force when each period began; before the first one the first."""
    if isinstance(pairs, str) or not pairs:
        raise PolicyError(
            f"clock: a target must be a number or pairs of moment and number, got {pairs!r}; write it so",
            choice="target",
            value=pairs,
        )
    moments = np.array([moment(at, series.tz, "target") for at, _ in pairs], "datetime64[us]")
    order = np.argsort(moments, kind="stable")
    starts = np.array([moment(str(each), series.tz, "period") for each in series.periods], "datetime64[us]")
    place = np.searchsorted(moments[order], starts, side="right") - 1
    values = np.array([value for _, value in pairs], np.float64)[order]
    return values[np.maximum(place, 0)]


def _filtered(series: Series, method: Callable[..., LocalTrend]) -> LocalTrend:
    """Filter with the noise that sampling alone makes, as far as it was known by then.

    Later data must revise nothing, also not by being the first to show how far single values differ: up
    to then only the scatter of the periods speaks, and is read as if the rest were never to come.
    """
    n = np.where(series.is_gap, np.nan, series.n)
    if series.kind in ("share", "rate"):
        total, count = np.cumsum(series.total, axis=0), np.cumsum(series.n, axis=0)
        mean = (total + 0.5) / (count + 1)
        return method(
            series.value, (mean * (1 - mean) if series.kind == "share" else mean) / n, df=TRUST, least=1.0
        )
    variance = _pooled_variance(series)
    unknown = np.asarray(np.isnan(variance).all(axis=1))
    if not unknown.any():
        return method(series.value, variance / n, df=TRUST, least=1.0)
    alone = method(series.value, 1 / n, df=0.0)
    if unknown.all():
        return alone
    variance[unknown] = variance[int(unknown.sum())]  # what they are once the first is known
    after = method(series.value, variance / n, df=TRUST, least=1.0)
    return LocalTrend(*(np.where(unknown[:, None], *each) for each in zip(alone, after, strict=True)))


def _pooled_variance(series: Series) -> Floats:
    """Return (P, G) the variance of single values within periods, pooled up to each."""
    known = ~np.isnan(series.sd) & (series.n > 1)
    weight = np.where(known, series.n - 1, 0.0)
    squares = np.cumsum(weight * np.where(known, series.sd, 0.0) ** 2, axis=0)
    within = np.cumsum(weight, axis=0)
    everybody = squares.sum(axis=1) / np.maximum(within.sum(axis=1), 1.0)
    shrunk = (squares + PRIOR * everybody[:, None]) / (within + PRIOR)
    known_yet = np.maximum.accumulate(known.any(axis=1))
    return np.where((shrunk > 0) & known_yet[:, None], shrunk, np.nan)


PRIOR = 5.0
"""Values that the spread of all groups together counts for in that of each."""
