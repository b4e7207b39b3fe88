"""Charts of shares and rates for many series at once: limits about a pooled centre, and what lies beyond."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ON_THE_LINE = 1e-12
"""By how much of itself a limit is widened, so that rounding flags nothing that lies on it."""


class CountChart(NamedTuple):
    """Limits and what lies beyond them."""

    centre: Floats
    """(G,) pooled: all successes over all trials; NaN where nothing was observed."""
    lower: Floats
    """(P, G), not below 0; NaN in a gap."""
    upper: Floats
    """(P, G), of shares not above 1; NaN in a gap."""
    flags: npt.NDArray[np.bool_]
    """(P, G) strictly beyond a limit."""


def p_chart(successes: npt.ArrayLike, n: npt.ArrayLike, limit: npt.ArrayLike = 3.0) -> CountChart:
    """Return the p chart of each series, by the normal approximation.

    Parameters
    ----------
    successes, n
        (P, G) successes out of n; n = 0 is a gap.
    limit
        Standard deviations from the centre: one number, (G,) or (P, G).

    Notes
    -----
    W. A. Shewhart, Economic Control of Quality of Manufactured Product (1931); the centre is the pooled
    share, not the mean of the shares.

    Examples
    --------
    >>> chart = p_chart([[2], [1], [9]], [[50], [50], [50]])
    >>> chart.centre.round(2), chart.upper[0].round(4), chart.flags.ravel()
    (array([0.08]), array([0.1951]), array([False, False, False]))
    """
    return _chart(successes, n, limit, is_share=True)


def u_chart(events: npt.ArrayLike, exposure: npt.ArrayLike, limit: npt.ArrayLike = 3.0) -> CountChart:
    """Return the u chart of each series, by the normal approximation; with equal exposure, a c chart.

    Parameters
    ----------
    events, exposure
        (P, G) events in an exposure; an exposure of 0 is a gap.
    limit
        As in `p_chart`.

    Notes
    -----
    Shewhart (1931), for Poisson counts.
    """
    return _chart(events, exposure, limit, is_share=False)


def _chart(counts: npt.ArrayLike, n: npt.ArrayLike, limit: npt.ArrayLike, *, is_share: bool) -> CountChart:
    hits, trials = np.asarray(counts, np.float64), np.asarray(n, np.float64)
    each = np.ones(len(trials))
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (each @ hits) / (each @ trials)  # quicker than two sums
        sd = np.sqrt(centre * (1 - centre) if is_share else centre)
        half_of_one = np.broadcast_to(sd * limit * (1 + ON_THE_LINE), trials.shape)
        chart = CountChart(
            centre, np.empty_like(trials), np.empty_like(trials), np.empty(trials.shape, np.bool_)
        )
        _draw(hits, trials, half_of_one, chart, most=1.0 if is_share else np.inf)
    if trials.size and not trials.min() > 0:
        gap = ~(trials > 0)
        chart.lower[gap] = chart.upper[gap] = np.nan
        chart.flags[gap] = False
    return chart


def _draw(hits: Floats, trials: Floats, half_of_one: Floats, chart: CountChart, *, most: float) -> None:
    """Fill limits and flags period by period, in rows that stay in the processor's cache."""
    centre = chart.centre
    room, least, greatest = np.empty_like(centre), np.zeros_like(centre), np.full_like(centre, most)
    under = np.empty(centre.shape, np.bool_)
    rows = zip(hits, trials, half_of_one, chart.lower, chart.upper, chart.flags, strict=True)
    for hit, n, wide, lower, upper, flags in rows:
        np.sqrt(n, out=room)
        np.divide(wide, room, out=room)
        np.subtract(centre, room, out=lower)
        np.maximum(lower, least, out=lower)
        np.add(centre, room, out=upper)
        np.minimum(upper, greatest, out=upper)
        np.divide(hit, n, out=room)
        np.less(room, lower, out=under)
        np.greater(room, upper, out=flags)
        np.logical_or(flags, under, out=flags)
