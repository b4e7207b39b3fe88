"""Shifts that last, in points that keep part of their deviation from one period to the next.

What is news in such points is large once, where the level moves, and small afterwards, since the next point
is held against the one before. So the news of a few periods is put together in the way that a lasting shift
would show in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WINDOW = 6
"""Periods back at which a shift may have begun."""
CHAINS, POINTS, SEED = 1500, 500, 20260101
STEPS = 12


class LastingLimit(NamedTuple):
    """A limit, and the run length that it has."""

    limit: float
    attained: float
    error: float
    """Of what is attained: one standard error of the simulation."""


def lasting_shift(news: Floats, memory: float) -> Floats:
    """Return (P, G) the most telling sum of news of a shift that began at most `WINDOW` - 1 periods ago.

    Parameters
    ----------
    news
        (P, G) what was not foreseen, in sigmas; NaN is a gap and no news.
    memory
        How much of a deviation the next period keeps.

    Returns
    -------
    (P, G)
        In sigmas, with the sign of the shift; NaN in a gap. A shift of this very period is the news itself.

    Notes
    -----
    Of a step by d, news is d at first and (1 - memory) d afterwards; the sum with these weights over its
    standard deviation is the likelihood ratio of such a step, at its most likely beginning: D. W. Apley and
    J. Shi, "The GLRT for statistical process control of autocorrelated processes", IIE Transactions 31
    (1999), 1123-1134.
    """
    known = np.where(np.isfinite(news), news, 0.0)
    later = (1 - memory) * known
    best = known.copy()
    for back in range(1, min(WINDOW, len(known))):
        tail = _sum_since(later, back)
        found = np.zeros_like(known)
        found[back:] = (known[:-back] + tail[back:]) / np.sqrt(1 + back * (1 - memory) ** 2)
        best = np.where(np.abs(found) > np.abs(best), found, best)
    return np.where(np.isnan(news), np.nan, best)


def _sum_since(later: Floats, back: int) -> Floats:
    """Return (P, G) the sum over the last `back` periods."""
    sums = np.cumsum(later, axis=0)
    sums[back:] = sums[back:] - sums[:-back]
    return sums


def lasting_limit(memory: float, arl0: float) -> LastingLimit:
    """Return the limit at which lasting shifts are signalled once in `arl0` periods by chance.

    Found by simulation of normal news; seeded, so that the same is found each time.
    """
    news = np.random.default_rng(SEED).standard_normal((POINTS, CHAINS))
    size = np.abs(lasting_shift(news, memory))
    highest = np.maximum.accumulate(size, axis=0)
    low, high = 2.0, 8.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _run_length(highest, middle)[0] < arl0 else (low, middle)
    return LastingLimit(high, *_run_length(highest, high))


def _run_length(highest: Floats, limit: float) -> tuple[float, float]:
    """Return the mean run length of chains that are cut off, and its standard error."""
    lengths = (highest <= limit).sum(axis=0) + 1
    ended = int((lengths <= len(highest)).sum())
    if not ended:
        return float("inf"), float("inf")
    mean = float(np.minimum(lengths, len(highest)).sum()) / ended
    return mean, mean / ended**0.5
