"""The beta-binomial: counts of cells whose chances differ, fitted to many cells, and sums of such counts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coqs.kernels.normal import normal_cdf

Floats = npt.NDArray[np.float64]
LEAST, MOST = 0.2, 5000.0
"""Concentrations between which a fit is sought: chances that are nearly 0 or 1, and chances all alike."""
STEPS = 60
COUNTED = 200
"""Successes, or failures, up to which chances of a sum are counted one by one."""
SYMMETRIC = 1e-6
"""Skewness below which there is none to speak of."""
_lgamma = np.frompyfunc(math.lgamma, 1, 1)


def _log_beta(a: Floats, b: Floats) -> Floats:
    return np.asarray(_lgamma(a) + _lgamma(b) - _lgamma(a + b), np.float64)


def beta_binomial_pmf(n: int, a: npt.ArrayLike, b: npt.ArrayLike, last: int | None = None) -> Floats:
    """Return (..., last + 1) the chance of each count out of n, where the chance itself is Beta(a, b).

    Parameters
    ----------
    n
        Trials, the same for all.
    a, b
        (...) above 0.
    last
        The greatest count that is asked for; n unless told.

    Notes
    -----
    J. G. Skellam, "A probability distribution derived from the binomial distribution by regarding the
    probability of success as variable between the sets of trials", Journal of the Royal Statistical Society B
    10 (1948), 257-261. Each chance comes from the one before it: P(k + 1) / P(k) =
    (n - k) (a + k) / ((k + 1) (b + n - 1 - k)).

    Examples
    --------
    >>> beta_binomial_pmf(2, 1.0, 1.0)
    array([0.33333333, 0.33333333, 0.33333333])
    """
    first, second = np.asarray(a, np.float64)[..., None], np.asarray(b, np.float64)[..., None]
    trials = np.arange(n)
    none = np.log((second + trials) / (first + second + trials)).sum(axis=-1, keepdims=True)
    k = np.arange(n if last is None else min(n, last))
    steps = np.log((n - k) * (first + k) / ((k + 1) * (second + n - 1 - k)))
    found: Floats = np.exp(np.concatenate([none, none + np.cumsum(steps, axis=-1)], axis=-1))
    return found


def fit_beta_binomial(successes: npt.ArrayLike, n: npt.ArrayLike) -> tuple[float, float]:
    """Return (a, b) of the beta distribution that the chances of many cells come from.

    Parameters
    ----------
    successes, n
        (cells,) whole numbers, 0 <= successes <= n.

    Notes
    -----
    The mean is the pooled share, half a success and half a failure added; the concentration a + b is the
    likeliest between 0.2 and 5000, by golden section on its logarithm (Skellam 1948). No cells give
    (1/2, 1/2).

    Examples
    --------
    >>> a, b = fit_beta_binomial([0, 0, 9, 10, 0, 10], [10] * 6)
    >>> a + b < 1
    True
    """
    pairs, times = np.unique(np.stack([np.asarray(successes), np.asarray(n)]), axis=1, return_counts=True)
    x, total = pairs.astype(np.float64)
    mean = ((x * times).sum() + 0.5) / ((total * times).sum() + 1)

    def likelihood(log_size: float) -> float:
        size = math.exp(log_size)
        a, b = mean * size, (1 - mean) * size
        return float((times * (_log_beta(x + a, total - x + b) - _log_beta(np.array(a), np.array(b)))).sum())

    low, high = math.log(LEAST), math.log(MOST)
    shrink = (math.sqrt(5) - 1) / 2
    for _ in range(STEPS):
        left, right = high - shrink * (high - low), low + shrink * (high - low)
        low, high = (low, right) if likelihood(left) >= likelihood(right) else (left, high)
    size = math.exp((low + high) / 2) if len(x) else 1.0
    return float(mean * size), float((1 - mean) * size)


def sum_below(n: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike, observed: int) -> Floats:
    """Return (ways,) the chance that a sum of counts is less than observed, and half that it is as much.

    Parameters
    ----------
    n
        (cells,) trials of each.
    a, b
        (ways, cells) or (cells,): the beta distribution that each chance comes from, in one or more ways.
    observed
        A whole number from 0 to the sum of n.

    Notes
    -----
    The halves make it a mid-p: H. O. Lancaster, "Significance tests in discrete distributions", Journal of
    the American Statistical Association 56 (1961), 223-234. Where both successes and failures are more than
    200, the sum is taken as a gamma with the same mean, variance and skewness, by the cube root of E. B.
    Wilson and M. M. Hilferty (Proceedings of the National Academy of Sciences 17 (1931), 684-688). Of no
    cells the sum is 0.

    Examples
    --------
    >>> sum_below([1, 1], [1.0, 1.0], [1.0, 1.0], 1)
    array([0.5])
    """
    trials = np.asarray(n, np.int64)
    first, second = (np.atleast_2d(np.asarray(each, np.float64)) for each in (a, b))
    failures = int(trials.sum()) - observed
    if min(observed, failures) > COUNTED:
        return _gamma_below(trials, first, second, observed)
    if observed <= failures:
        return _counted_below(trials, first, second, observed)
    return 1 - _counted_below(trials, second, first, failures)


def sum_variance(n: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """Return (ways,) the variance of a sum of counts; arguments as those of `sum_below`."""
    return np.asarray(_moments(np.asarray(n, np.float64), np.atleast_2d(a), np.atleast_2d(b))[1])


def _counted_below(n: npt.NDArray[np.int64], a: Floats, b: Floats, last: int) -> Floats:
    whole = np.zeros((len(a), last + 1))
    whole[:, 0] = 1.0
    for size in np.unique(n).tolist():
        alike = np.flatnonzero(n == size)
        for part in np.moveaxis(beta_binomial_pmf(size, a[:, alike], b[:, alike], last), 1, 0):
            whole = _added(whole, part)
    return np.asarray(whole[:, :last].sum(axis=1) + whole[:, last] / 2)


def _added(whole: Floats, part: Floats) -> Floats:
    """Return the chances of two counts together, as far as they were asked for."""
    both = whole * part[:, :1]
    for k in range(1, part.shape[1]):
        both[:, k:] += whole[:, :-k] * part[:, k : k + 1]
    return both


def _moments(n: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean, variance and third cumulant of a sum of counts."""
    size = a + b
    variance = n * a * b * (size + n) / (size**2 * (size + 1))
    third = variance * (size + 2 * n) * (b - a) / (size * (size + 2))
    return (n * a / size).sum(axis=-1), variance.sum(axis=-1), third.sum(axis=-1)


def _gamma_below(n: npt.NDArray[np.int64], a: Floats, b: Floats, observed: int) -> Floats:
    mean, variance, third = _moments(n.astype(np.float64), a, b)
    skew = np.where(np.abs(third) < SYMMETRIC * variance**1.5, SYMMETRIC, third / variance**1.5)
    root = np.cbrt(np.maximum(1 + skew / 2 * (observed - mean) / np.sqrt(variance), 0.0))
    return normal_cdf(6 / skew * (root - 1) + skew / 6)
