"""The CUSUM of single yes-or-no outcomes, for lapses too rare to be counted by periods."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MOST_STEPS = 100_000
"""Good outcomes that make up for one lapse; of rarer ones each interval would need too many places."""
CLIMBING = 1.2
"""Lapses in `steps` outcomes, above which the sum climbs so fast that digits would be lost by one formula."""
NEGLIGIBLE = 1e-16
"""Chance to be still without a signal, from which on nothing is added up."""


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
    An exact Markov chain (D. Brook and D. A. Evans, Biometrika 59 (1972), 539-549), since the sum takes
    whole numbers only: L(i) = 1 + (1 - p) L(max(i - 1, 0)) + p L(i + steps - 1), 0 from the interval on.

    Examples
    --------
    >>> round(bernoulli_cusum_arl(2, 1, 0.25), 6)
    4.0
    """
    if p == 0:
        return math.inf
    if p * steps > CLIMBING:
        return _climbing_arl(steps, interval, p)
    return next(itertools.islice(_run_lengths(steps, p), interval - 1, None))


def _climbing_arl(steps: int, interval: int, p: float) -> float:
    """Add up the chances that no signal has come yet."""
    chances = np.zeros(interval)
    chances[0] = 1.0
    arl, left, up = 0.0, 1.0, steps - 1
    while left > NEGLIGIBLE:
        arl += left
        after = np.zeros(interval)
        after[:-1] = (1 - p) * chances[1:]
        after[0] += (1 - p) * chances[0]
        after[up:] += p * chances[: max(interval - up, 0)]
        chances, left = after, float(after.sum())
    return arl


def _run_lengths(steps: int, p: float) -> Iterator[float]:
    """Yield the run lengths of intervals 1, 2, …, each in one step.

    At d below the interval the run length is a[d] x + b[d], whatever the interval; x is that at 1 below, and
    what holds at a sum of 0 settles it. All of a have one sign, and all of b; where the sum does not climb
    they stay about as large as the run length.
    """
    a, b = [0.0, 1.0], [0.0, 0.0]
    for d in itertools.count(1):
        ahead = max(d - steps + 1, 0)
        more_a, more_b = p * (a[d] - a[ahead]), p * (b[d] - b[ahead]) - 1
        yield b[d] - more_b / more_a * a[d]
        a.append(a[d] + more_a / (1 - p))
        b.append(b[d] + more_b / (1 - p))


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
    lengths = enumerate(_run_lengths(steps, p0), start=1)
    interval, anss = next((interval, length) for interval, length in lengths if length >= arl0)
    return BernoulliCusum(steps, interval, anss)


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
