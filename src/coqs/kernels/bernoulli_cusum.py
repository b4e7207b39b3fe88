"""The CUSUM of single yes-or-no outcomes, for lapses too rare to be counted by periods."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_STEPS = 2000
"""Good outcomes that make up for one lapse; of rarer ones the sum would need too many places."""


class BernoulliCusum(NamedTuple):
    """A chart: each lapse adds `steps` - 1, each good outcome takes 1 off; `interval` or more signals."""

    steps: int
    interval: int
    anss: float
    """Average number of outcomes to a signal, in control."""


def reference_steps(p0: float, p1: float) -> int:
    """Return m: how many good outcomes make up for one lapse.

    Parameters
    ----------
    p0, p1
        Chance of a lapse in control, and the one to be found; 0 < p0 < p1 < 1.

    Raises
    ------
    ValueError
        The chances are none, or so small that the chart would need too many places.

    Notes
    -----
    M. R. Reynolds and Z. G. Stoumbos, "A CUSUM chart for monitoring a proportion when inspecting
    continuously", Journal of Quality Technology 31 (1999), 87-108: the reference value
    log((1 - p0) / (1 - p1)) / log(p1 (1 - p0) / (p0 (1 - p1))), taken as 1 / m with m whole.

    Examples
    --------
    >>> reference_steps(0.01, 0.02)
    69
    """
    if not 0 < p0 < p1 < 1:
        raise ValueError(f"bernoulli cusum: must have 0 < p0 < p1 < 1, got {p0} and {p1}")
    ahead = math.log((1 - p0) / (1 - p1))
    m = round(math.log(p1 * (1 - p0) / (p0 * (1 - p1))) / ahead)
    if m > MOST_STEPS:
        raise ValueError(
            f"bernoulli cusum: lapses must not be rarer than this, got p0 = {p0}; take a g chart"
        )
    return max(m, 2)


def bernoulli_cusum_arl(steps: int, interval: int, p: float) -> float:
    """Return the average number of outcomes to a signal, from a sum of 0.

    Parameters
    ----------
    steps, interval
        As in `BernoulliCusum`.
    p
        Chance of a lapse.

    Notes
    -----
    An exact Markov chain, since the sum takes whole numbers only: L(i) = 1 + (1 - p) L(max(i - 1, 0)) +
    p L(i + steps - 1), 0 from the interval on; its matrix has one diagonal below the main one, and is solved
    by elimination.

    Examples
    --------
    >>> round(bernoulli_cusum_arl(2, 1, 0.25), 6)
    4.0
    """
    up, n = steps - 1, interval
    if p == 0:
        return math.inf
    carried: Floats = np.zeros(n)  # L(i) = carried(i) + sum over j > i of ahead
    ahead = np.zeros((n, up))  # coefficients of L(i + 1) .. L(i + up)
    for i in range(n):
        row, right, main = np.zeros(up), 1.0, 1.0
        row[up - 1] = p if i + up < n else 0.0
        if i == 0:
            main -= 1 - p
        else:
            right += (1 - p) * carried[i - 1]
            main -= (1 - p) * ahead[i - 1, 0]
            row[:-1] += (1 - p) * ahead[i - 1, 1:]
        carried[i], ahead[i] = right / main, row / main
    found = np.zeros(n + up)
    for i in range(n - 1, -1, -1):
        found[i] = carried[i] + ahead[i] @ found[i + 1 : i + 1 + up]
    return float(found[0])


def bernoulli_cusum_limit(p0: float, p1: float, arl0: float) -> BernoulliCusum:
    """Return the chart that signals soonest of those that run for at least `arl0` outcomes in control.

    Parameters
    ----------
    p0, p1
        As in `reference_steps`.
    arl0
        Average number of outcomes to a signal in control; above 1.

    Raises
    ------
    ValueError
        The chances are none, or the run length is not above 1.

    Examples
    --------
    >>> bernoulli_cusum_limit(0.05, 0.1, 1000)  # doctest: +ELLIPSIS
    BernoulliCusum(steps=14, interval=54, anss=1059.78...)
    """
    if not arl0 > 1:
        raise ValueError(f"arl0: must be above 1 outcome, got {arl0}; use for example 1000")
    steps = reference_steps(p0, p1)
    high = steps
    while bernoulli_cusum_arl(steps, high, p0) < arl0:
        high *= 2
    low = 0  # never enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bernoulli_cusum_arl(steps, middle, p0) < arl0 else (low, middle)
    return BernoulliCusum(steps, high, bernoulli_cusum_arl(steps, high, p0))


def bernoulli_cusum(lapses: npt.ArrayLike, steps: int) -> npt.NDArray[np.int64]:
    """Return (n,) the sum after each outcome, in the units of `BernoulliCusum`.

    Parameters
    ----------
    lapses
        (n,) true where it was a lapse, in the order of time.
    steps
        As in `BernoulliCusum`.

    Examples
    --------
    >>> bernoulli_cusum([True, False, True, True], 3)
    array([2, 1, 3, 5])
    """
    added = np.where(np.asarray(lapses, np.bool_), steps - 1, -1).astype(np.int64)
    walk = np.cumsum(added)
    return walk - np.minimum(np.minimum.accumulate(walk), 0)
