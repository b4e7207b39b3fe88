"""Probability limits of charts of counts, and the run length that they come to.

A count takes whole numbers, so that hardly any run length can be had exactly. Limits are drawn as tight as
keeps the run length at or above the one that is asked: neither can be moved in by one without falling below.
Of many counts at once see `coqs.kernels.count_limit_columns`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from coqs.kernels.count_limit_columns import (
    CountLimitColumns,
    binomial_limit_columns,
    poisson_limit_columns,
)


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
    return _one(binomial_limit_columns(n, p, arl0))


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
    return _one(poisson_limit_columns(mean, arl0))


def _one(columns: CountLimitColumns) -> CountLimits:
    return CountLimits(*(float(each) for each in columns))


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
    _check(arl0)
    if p == 1:
        return CountLimits(-1.0, 0.0, math.inf)
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
