"""Constants of charts for normal samples of n: c4 of the standard deviation, d2 and d3 of the range."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numpy.polynomial.legendre import leggauss

from coqs.kernels.normal import normal_cdf

Floats = npt.NDArray[np.float64]
REACH, NODES = 9.0, 240
"""Standard deviations beyond which there is nothing to integrate, and points at which it is done."""
_FROM_SERIES = 400


def c4(n: npt.ArrayLike) -> Floats:
    """Return E(s) / sigma of normal samples of n; NaN where n is below 2.

    Notes
    -----
    D. C. Montgomery, Introduction to Statistical Quality Control, appendix: c4 = sqrt(2 / (n - 1))
    Gamma(n / 2) / Gamma((n - 1) / 2), here for fractional n too; for large n its series in v = n - 1.

    Examples
    --------
    >>> c4([2, 5, 10]).round(4)
    array([0.7979, 0.94  , 0.9727])
    """
    sizes = np.asarray(n, np.float64)
    found = np.full(sizes.shape, np.nan)
    large = sizes >= _FROM_SERIES
    v = np.where(large, sizes - 1, 1.0)
    found[large] = (1 - 1 / (4 * v) + 1 / (32 * v**2) + 5 / (128 * v**3))[large]
    small = (sizes >= 2) & ~large
    distinct, place = np.unique(sizes[small], return_inverse=True)
    found[small] = np.array([_c4(each) for each in distinct.tolist()])[place] if len(distinct) else []
    return found


def _c4(n: float) -> float:
    return math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def d2(n: int) -> float:
    """Return E(range) / sigma of normal samples of n, by Tippett's integral.

    Raises
    ------
    ValueError
        n is below 2: one value has no range.

    Notes
    -----
    L. H. C. Tippett, "On the extreme individuals and the range of samples taken from a normal population",
    Biometrika 17 (1925), 364-387. d2(2) is 2 / sqrt(pi).

    Examples
    --------
    >>> round(d2(5), 5)
    2.32593
    """
    _check(n)
    nodes, weights = leggauss(NODES)
    low = normal_cdf(REACH * nodes)
    return float(REACH * (weights * (1 - low**n - (1 - low) ** n)).sum())


def d3(n: int) -> float:
    """Return the standard deviation of the range, over sigma, of normal samples of n.

    Raises
    ------
    ValueError
        n is below 2.

    Notes
    -----
    Tippett (1925), as `d2`: E(R^2) = 2 times the integral over x < y of 1 - F(y)^n - (1 - F(x))^n +
    (F(y) - F(x))^n.

    Examples
    --------
    >>> round(d3(5), 4)
    0.8641
    """
    _check(n)
    nodes, weights = leggauss(NODES)
    x = REACH * nodes[:, None]
    half = (REACH - x) / 2
    y = x + half * (nodes[None, :] + 1)
    lower, upper = normal_cdf(x), normal_cdf(y)
    inner = 1 - upper**n - (1 - lower) ** n + (upper - lower) ** n
    second = 2 * REACH * (weights[:, None] * half * weights[None, :] * inner).sum()
    return math.sqrt(second - d2(n) ** 2)


def _check(n: int) -> None:
    if n < 2:
        raise ValueError(f"n: must be 2 or more, got {n}; one value has no range")
