"""Probability limits of many counts at once, each with its own n and chance, or its own mean.

What limits of one count are is told in `coqs.kernels.count_limits`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
REST = 28.0
"""What lies beyond the first count looked at is below exp(-28) of the chance of an alarm."""


class CountLimitColumns(NamedTuple):
    """Limits of counts, of any shape: what lies beyond them signals, what lies on them does not."""

    low: Floats
    """-1 where no count is too low; NaN where a parameter is."""
    high: Floats
    arl: Floats
    """Average run length in control; infinite where nothing can signal."""


class _Counts(NamedTuple):
    """A distribution of counts, one for each of a row of parameters."""

    log_mass: Callable[[Floats], Floats]
    ratio: Callable[[Floats, Places], Floats]
    """Mass of the next count over that of this one, at some places of the row."""
    first: Floats
    last: Floats


def binomial_limit_columns(n: npt.ArrayLike, p: npt.ArrayLike, arl0: float) -> CountLimitColumns:
    """Return the limits of successes out of n, for arrays.

    Parameters
    ----------
    n, p
        Trials and the chance of each, of any shapes that fit together; NaN gives NaN.
    arl0
        Average run length in control, of points.

    Raises
    ------
    ValueError
        n is below 0 or not whole, p does not lie from 0 to 1, or the run length is not above 1.

    Notes
    -----
    Equal pairs are worked out once. Chances are sums of exact terms, from far out inwards.

    Examples
    --------
    >>> found = binomial_limit_columns([50, 20], 0.2, 370)
    >>> found.low, found.high, found.arl.round()
    (array([ 3., -1.]), array([19.,  9.]), array([451., 385.]))
    """
    trials, chance = np.broadcast_arrays(np.asarray(n, np.float64), np.asarray(p, np.float64))
    if ((trials < 0) | (trials != np.rint(trials)) & ~np.isnan(trials)).any():
        raise ValueError("binomial: n must be whole from 0 and p from 0 to 1, got other n; mend it")
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("binomial: n must be whole from 0 and p from 0 to 1, got other p; mend it")
    return _of_distinct(trials, chance, arl0, lambda n, p: _binomial(n, p, arl0))


def poisson_limit_columns(mean: npt.ArrayLike, arl0: float) -> CountLimitColumns:
    """Return the limits of counts of rare events, for arrays.

    Parameters
    ----------
    mean
        Expected counts, of any shape; NaN gives NaN.
    arl0
        Average run length in control, of points.

    Raises
    ------
    ValueError
        A mean is below 0 or infinite, or the run length is not above 1.

    Examples
    --------
    >>> poisson_limit_columns([4.0, 60.0], 370).high
    array([11., 84.])
    """
    expected = np.asarray(mean, np.float64)
    if ((expected < 0) | np.isinf(expected)).any():
        raise ValueError("poisson: the mean must be 0 or more, got another; mend it")
    return _of_distinct(np.zeros_like(expected), expected, arl0, lambda _, mean: _poisson(mean, arl0))


def _of_distinct(
    left: Floats, right: Floats, arl0: float, counts: Callable[[Floats, Floats], _Counts]
) -> CountLimitColumns:
    """Work limits out once for each distinct pair of parameters."""
    if not arl0 > 1:
        raise ValueError(f"arl0: must be above 1 point, got {arl0}; use for example 370")
    known = ~(np.isnan(left) | np.isnan(right))
    pairs, inverse = np.unique(left[known] + 1j * right[known], return_inverse=True)
    columns = _limits(counts(pairs.real.copy(), pairs.imag.copy()), arl0)
    found = CountLimitColumns(*(np.full(known.shape, np.nan) for _ in columns))
    for whole, column in zip(found, columns, strict=True):
        whole[known] = column[inverse.reshape(-1)]
    return found


def _binomial(n: Floats, p: Floats, arl0: float) -> _Counts:
    with np.errstate(divide="ignore", invalid="ignore"):
        odds, log_p, log_q = p / (1 - p), np.log(p), np.log1p(-p)

    def log_mass(x: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            ways = _log_factorial(n) - _log_factorial(x) - _log_factorial(n - x)
            hits, misses = np.where(x == 0, 0.0, x * log_p), np.where(x == n, 0.0, (n - x) * log_q)
        return ways + hits + misses

    def ratio(x: Floats, at: Places) -> Floats:
        return (n[at] - x) / (x + 1) * odds[at]

    first, last = _reach(n * p, n * p * (1 - p), arl0)
    return _Counts(log_mass, ratio, first, np.minimum(last, n))


def _poisson(mean: Floats, arl0: float) -> _Counts:
    with np.errstate(divide="ignore"):
        log_mean = np.log(mean)

    def log_mass(x: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.where(x == 0, 0.0, x * log_mean) - mean - _log_factorial(x)

    def ratio(x: Floats, at: Places) -> Floats:
        return mean[at] / (x + 1)

    return _Counts(log_mass, ratio, *_reach(mean, mean, arl0))


def _reach(mean: Floats, variance: Floats, arl0: float) -> tuple[Floats, Floats]:
    """Return counts beyond which nothing that matters lies, by the bounds of Chernoff and Bernstein."""
    c = math.log(arl0) + REST
    first = np.floor(np.maximum(mean - np.sqrt(2 * mean * c), 0))
    last = np.ceil(mean + c / 3 + np.sqrt(c * c / 9 + 2 * variance * c))
    sure = np.rint(mean)  # where nothing varies
    return np.where(variance > 0, first, sure), np.where(variance > 0, last, sure)


def _log_factorial(x: Floats) -> Floats:
    values, inverse = np.unique(x, return_inverse=True)
    found = np.array([math.lgamma(each + 1) for each in values.tolist()], np.float64)
    spread: Floats = found[inverse.reshape(-1)]
    return spread


class _Side:
    """One limit, which is drawn in count by count while the chance of an alarm allows it."""

    def __init__(self, counts: _Counts, start: Floats, step: int) -> None:
        self.at, self.step = start.copy(), step
        self.log_mass = counts.log_mass(self.at)
        self.tail = np.zeros_like(start)
        self._ratio = counts.ratio

    def draw_in(self, budget: Floats) -> None:
        """Take in one count after the other as long as the tail stays within the budget."""
        moving = np.arange(len(budget))
        while moving.size:
            more = self.tail[moving] + np.exp(self.log_mass[moving])
            fits = more <= budget[moving]
            moving, more = moving[fits], more[fits]
            x = self.at[moving]
            self.tail[moving] = more
            self.at[moving] = x + self.step
            self.log_mass[moving] += self._change(x, moving)

    def _change(self, x: Floats, at: Places) -> Floats:
        """Return by how much the logarithm of the mass grows; masses themselves may be too small."""
        return np.log(self._ratio(x, at)) if self.step > 0 else -np.log(self._ratio(x - 1, at))


def _limits(counts: _Counts, arl0: float) -> CountLimitColumns:
    """Draw in the lower limit by half of the chance, the upper one by the rest, the lower one again."""
    alarm = np.full_like(counts.first, 1 / arl0)
    lower, upper = _Side(counts, counts.first, 1), _Side(counts, counts.last, -1)
    lower.draw_in(alarm / 2)
    upper.draw_in(alarm - lower.tail)
    lower.draw_in(alarm - upper.tail)
    with np.errstate(divide="ignore"):
        arl = 1 / (lower.tail + upper.tail)
    return CountLimitColumns(np.where(lower.tail > 0, lower.at, -1.0), upper.at, arl)
