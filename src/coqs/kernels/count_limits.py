"""Probability limits of charts of counts, and the run length that they come to.

A count takes whole numbers, so that hardly any run length can be had exactly. Limits are drawn as tight as
keeps the run length at or above the one that is asked: neither can be moved in by one without falling below.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
REACH, LEAST = 14, 60
"""Standard deviations, and counts, on either side of the mean that have all of the chance."""


class CountLimits(NamedTuple):
    """Limits of a count: what lies beyond them signals, what lies on them does not."""

    low: float
    """-1 where no count is too low."""
    high: float
    arl: float
    """Average run length in control; infinite where nothing can signal."""


def binomial_limits(n: int, p: float, arl0: float) -> CountLimits:
    """Return the limits of successes out of n.

    Parameters
    ----------
    n, p
        Trials, and the chance of each.
    arl0
        Average run length in control, of points.

    Raises
    ------
    ValueError
        n is below 0, p does not lie from 0 to 1, or the run length is not above 1.

    Notes
    -----
    Equal tails first; what chance is left over then draws in the upper limit, and after it the lower one.

    Examples
    --------
    >>> binomial_limits(50, 0.2, 370)  # doctest: +ELLIPSIS
    CountLimits(low=3.0, high=19.0, arl=450.8...)
    """
    if n < 0 or n != int(n) or not 0 <= p <= 1:
        raise ValueError(f"binomial: n must be whole from 0 and p from 0 to 1, got {n} and {p}")
    if n == 0 or p in (0, 1):
        return _limits(round(n * p), np.ones(1), arl0)
    first, last = _reach(n * p, math.sqrt(n * p * (1 - p)), n)
    k = np.arange(first, last)
    steps = np.log((n - k) / (k + 1)) + math.log(p) - math.log1p(-p)
    return _limits(first, _normed(steps), arl0)


def poisson_limits(mean: float, arl0: float) -> CountLimits:
    """Return the limits of a count of rare events.

    Raises
    ------
    ValueError
        The mean is below 0, or the run length is not above 1.

    Examples
    --------
    >>> poisson_limits(4.0, 370)  # doctest: +ELLIPSIS
    CountLimits(low=-1.0, high=11.0, arl=1092.6...)
    """
    if not mean >= 0:
        raise ValueError(f"poisson: the mean must be 0 or more, got {mean}")
    if mean == 0:
        return _limits(0, np.ones(1), arl0)
    first, last = _reach(mean, math.sqrt(mean))
    return _limits(first, _normed(math.log(mean) - np.log(np.arange(first, last) + 1.0)), arl0)


def _reach(mean: float, sd: float, most: float = math.inf) -> tuple[int, int]:
    half = REACH * sd + LEAST
    return max(0, math.floor(mean - half)), int(min(most, math.ceil(mean + half)))


def _normed(steps: Floats) -> Floats:
    """Return chances from the logarithms of their ratios."""
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(logs - logs.max())
    found: Floats = chances / chances.sum()
    return found


def _limits(first: int, chances: Floats, arl0: float) -> CountLimits:
    """Return limits for counts from `first` on, that have these chances."""
    if not arl0 > 1:
        raise ValueError(f"arl0: must be above 1 point, got {arl0}; use for example 370")
    alpha = 1 / arl0
    below = np.concatenate([[0.0], np.cumsum(chances)])  # chance of less than the count at each place
    above = np.concatenate([np.cumsum(chances[::-1])[::-1][1:], [0.0]])  # chance of more
    low = int(np.searchsorted(below, alpha / 2, side="right")) - 1
    high = int(np.argmax(above <= alpha - below[low]))
    low = int(np.searchsorted(below, alpha - above[high], side="right")) - 1
    low = min(low, high)
    chance = below[low] + above[high]
    lowest = -1.0 if below[low] == 0 else float(first + low)
    return CountLimits(lowest, float(first + high), math.inf if chance == 0 else float(1 / chance))


def geometric_limits(p: float, arl0: float) -> CountLimits:
    """Return the limits of the number of good cases between two lapses: those of a g chart.

    Parameters
    ----------
    p
        Chance of a lapse, above 0 and at most 1.
    arl0
        Average run length in control, of lapses.

    Raises
    ------
    ValueError
        p does not lie there, or the run length is not above 1.

    Notes
    -----
    J. C. Benneyan, "Number-between g-type statistical quality control charts for monitoring adverse events",
    Health Care Management Science 4 (2001), 305-318. A number below `low` says that lapses come too fast; of
    frequent ones no number does, since 0 is too common.

    Examples
    --------
    >>> geometric_limits(0.01, 370)  # doctest: +ELLIPSIS
    CountLimits(low=-1.0, high=588.0, arl=372.28...)
    """
    if not 0 < p <= 1:
        raise ValueError(f"geometric: p must be above 0 and at most 1, got {p}")
    if p == 1:
        return _limits(0, np.ones(1), arl0)
    _check(arl0)
    q, alpha = math.log1p(-p), 1 / arl0
    low = math.floor(math.log1p(-alpha / 2) / q + 1e-12)
    under = -math.expm1(low * q)
    high = math.ceil(math.log(alpha - under) / q - 1e-12) - 1
    over = math.exp((high + 1) * q)
    low = math.floor(math.log1p(-(alpha - over)) / q + 1e-12)
    under = -math.expm1(low * q)
    return CountLimits(float(low) if low else -1.0, float(high), 1 / (under + over))


def exponential_limits(arl0: float) -> tuple[float, float]:
    """Return the limits of the time between two lapses, as multiples of its mean: those of a t chart.

    Raises
    ------
    ValueError
        The run length is not above 1.

    Notes
    -----
    Equal tails; the run length is had exactly, since times are no whole numbers.

    Examples
    --------
    >>> low, high = exponential_limits(370)
    >>> round(low, 5), round(high, 3)
    (0.00135, 6.607)
    """
    _check(arl0)
    return -math.log1p(-0.5 / arl0), -math.log(0.5 / arl0)


def _check(arl0: float) -> None:
    if not arl0 > 1:
        raise ValueError(f"arl0: must be above 1 point, got {arl0}; use for example 370")
