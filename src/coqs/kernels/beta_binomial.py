"""The beta-binomial: counts of cells whose chances differ, fitted to many cells, and sums of such counts."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEAST, MOST = 0.2, 5000.0
"""Concentrations between which a fit is sought: chances that are nearly 0 or 1, and chances all alike."""
STEPS = 60
_lgamma = np.frompyfunc(math.lgamma, 1, 1)


def _log_beta(a: Floats, b: Floats) -> Floats:
    return np.asarray(_lgamma(a) + _lgamma(b) - _lgamma(a + b), np.float64)


def beta_binomial_pmf(n: int, a: float, b: float) -> Floats:
    """Return (n + 1,) the chance of each count out of n, where the chance itself is Beta(a, b).

    Notes
    -----
    J. G. Skellam, "A probability distribution derived from the binomial distribution by regarding the
    probability of success as variable between the sets of trials", Journal of the Royal Statistical Society B
    10 (1948), 257-261.

    Examples
    --------
    >>> beta_binomial_pmf(2, 1.0, 1.0)
    array([0.33333333, 0.33333333, 0.33333333])
    """
    if n == 1:  # by far the most frequent, where many meet once
        return np.array([b, a]) / (a + b)
    k = np.arange(n + 1, dtype=np.float64)
    choose = np.asarray(math.lgamma(n + 1) - _lgamma(k + 1) - _lgamma(n - k + 1), np.float64)
    whole = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    found: Floats = np.exp(choose + _log_beta(k + a, n - k + b) - whole)
    found /= found.sum()
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


def sum_pmf(parts: Iterable[Floats]) -> Floats:
    """Return the chances of a sum of independent counts, from 0 on.

    >>> sum_pmf([np.array([0.5, 0.5]), np.array([0.5, 0.5])])
    array([0.25, 0.5 , 0.25])
    """
    whole = np.ones(1)
    for part in parts:
        whole = np.convolve(whole, part)
    return whole
