"""Intervals for differences: of two shares of the same answers, and of two groups that are apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coqs.kernels.intervals import normal_quantile

Floats = npt.NDArray[np.float64]
HALVINGS = 60
"""After so many, a limit is exact to the last bit of a float."""


def tango_interval(
    plus: npt.ArrayLike, minus: npt.ArrayLike, n: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Tango's score interval for the difference of two shares of one multinomial sample.

    Of n answers `plus` count one way, `minus` the other, and the rest neither: promoters and detractors
    of a net promoter score, or the discordant pairs of two matched proportions.

    Parameters
    ----------
    plus, minus, n
        (groups,) numbers of each, plus + minus <= n; they may be fractional.
    confidence
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    low, high
        (groups,) limits in [-1, 1] for plus / n - minus / n; NaN where n is 0. All plus give high = 1, all
        minus low = -1, none of either z**2 / (n + z**2) both ways, and one answer a wide interval.

    Notes
    -----
    The limits are the differences d at which (plus - minus - n d)**2 = z**2 n (2 q + d - d**2), where q is
    the likeliest share of `minus` given d: the larger root of 2 n q**2 + B q - minus d (1 - d) = 0 with
    B = (2 n - plus + minus) d - plus - minus. T. Tango, "Equivalence test and confidence interval for the
    difference in proportions for the paired-sample design", Statistics in Medicine 17 (1998), 891-908.
    The usual interval takes (p + m - (p - m)**2) / n for the variance, p and m being the shares; it has no
    width where everybody agrees, and covers too seldom in small samples: B. Rocks, "Interval estimation
    for the 'Net Promoter Score'", The American Statistician 70 (2016), finds score tests superior.

    Examples
    --------
    >>> low, high = tango_interval([291], [395], [1162])
    >>> low.round(3), high.round(3)
    (array([-0.133]), array([-0.045]))
    """
    z2 = normal_quantile(confidence) ** 2
    ups, downs = np.asarray(plus, np.float64), np.asarray(minus, np.float64)
    count = np.asarray(n, np.float64)
    whole = np.where(count > 0, count, np.nan)
    low = _lower_limit(ups, downs, whole, z2)
    return low, -_lower_limit(downs, ups, whole, z2)


def _lower_limit(plus: Floats, minus: Floats, n: Floats, z2: float) -> Floats:
    """Halve the way between -1, which is too low, and the estimate, which is not."""
    at = (plus - minus) / n
    too_low = np.where(np.isnan(at), np.nan, -1.0)
    for _ in range(HALVINGS):
        middle = (too_low + at) / 2
        far = (plus - minus - n * middle) ** 2 > z2 * n * _variance(plus, minus, n, middle)
        too_low, at = np.where(far, middle, too_low), np.where(far, at, middle)
    return too_low


def _variance(plus: Floats, minus: Floats, n: Floats, d: Floats) -> Floats:
    """Return n times the variance of the difference, if it is d and all else is as likely as can be."""
    b = (2 * n - plus + minus) * d - plus - minus
    q = (np.sqrt(np.maximum(b**2 + 8 * n * minus * d * (1 - d), 0)) - b) / (4 * n)
    return np.maximum(2 * q + d - d**2, 0)


def mover_interval(
    left: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    right: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
) -> tuple[Floats, Floats]:
    """Interval for the difference of two independent estimates, recovered from their own intervals.

    Parameters
    ----------
    left, right
        Estimate, low and high of each, (groups,) or single numbers, at the coverage aimed at.

    Returns
    -------
    low, high
        Limits for left - right; NaN where either estimate has no interval.

    Notes
    -----
    With Wilson's intervals it is method 10 of R. G. Newcombe, "Interval estimation for the difference
    between independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998),
    873-890. G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27 (2008), 1693-1702, show it for any estimates.

    Examples
    --------
    >>> from coqs.kernels import wilson_interval
    >>> (l1, l2), (u1, u2) = wilson_interval([56, 48], [70, 80])
    >>> low, high = mover_interval((0.8, l1, u1), (0.6, l2, u2))
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    e1, l1, u1 = (np.asarray(each, np.float64) for each in left)
    e2, l2, u2 = (np.asarray(each, np.float64) for each in right)
    difference = e1 - e2
    low: Floats = difference - np.hypot(e1 - l1, u2 - e2)
    high: Floats = difference + np.hypot(u1 - e1, e2 - l2)
    return low, high
