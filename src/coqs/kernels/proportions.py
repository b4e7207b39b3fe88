"""Charts of shares and rates for many series at once: limits about a pooled centre, and what lies beyond."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


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
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = hits.sum(axis=0) / trials.sum(axis=0)
        sd = np.sqrt(centre * (1 - centre) if is_share else centre)
        half = np.sqrt(trials)
        np.divide(sd, half, out=half)
        half *= limit
        if (trials == 0).any():
            half[trials == 0] = np.nan
        lower, upper = centre - half, centre + half
        np.maximum(lower, 0, out=lower)
        if is_share:
            np.minimum(upper, 1, out=upper)
        value = hits / trials
        flags = value > upper
        flags |= value < lower
    return CountChart(centre, lower, upper, flags)
