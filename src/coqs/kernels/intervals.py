"""Confidence intervals for shares, means and ratios of sums, one for each group."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SERIES_FROM = 200.0
"""Degrees of freedom above which the series for large samples is exact to 1e-11."""


def normal_quantile(confidence: float) -> float:
    """Return z with `confidence` of a standard normal between -z and z.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95")
    from statistics import NormalDist  # only where an interval is wanted

    return abs(NormalDist().inv_cdf((1 - confidence) / 2))  # of the lower tail, which never rounds to nothing


def wilson_interval(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson's score interval for a share; successes may be fractional.

    Parameters
    ----------
    successes, n
        (groups,) successes and trials, 0 <= successes <= n.
    confidence
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    low, high
        (groups,) limits in [0, 1]; NaN where n is 0. All successes give high = 1, none low = 0.

    Notes
    -----
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209-212; no continuity correction.

    Examples
    --------
    >>> low, high = wilson_interval([8.0], [10.0])
    >>> low.round(4), high.round(4)
    (array([0.4902]), array([0.9433]))
    """
    z2 = normal_quantile(confidence) ** 2
    trials = np.where(np.asarray(n, np.float64) > 0, np.asarray(n, np.float64), np.nan)
    share = np.asarray(successes, np.float64) / trials
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(z2 * (share * (1 - share) / trials + z2 / (4 * trials**2))) / (1 + z2 / trials)
    low = np.where(share == 0, 0.0 * trials, np.maximum(centre - half, 0.0))
    high = np.where(share == 1, share, np.minimum(centre + half, 1.0))
    return low, high


def student_t_quantile(confidence: float, df: npt.ArrayLike) -> Floats:
    """Return t with `confidence` of Student's distribution between -t and t.

    Parameters
    ----------
    confidence
        Between 0 and 1.
    df
        (groups,) degrees of freedom; below 1 gives NaN.

    Returns
    -------
    (groups,) quantiles, exact to about 1e-10.

    Notes
    -----
    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.5.8 (the
    incomplete beta function as a continued fraction) and 26.7.5 (the series for large samples).

    Examples
    --------
    >>> student_t_quantile(0.95, [1, 9, 1000]).round(4)
    array([12.7062,  2.2622,  1.9623])
    """
    z = normal_quantile(confidence)
    degrees, inverse = np.unique(np.asarray(df, np.float64).ravel(), return_inverse=True)
    quantiles = np.full(degrees.shape, np.nan)
    large = degrees > SERIES_FROM
    quantiles[large] = _t_by_series(z, degrees[large])
    small = (degrees >= 1) & ~large
    quantiles[small] = _t_by_newton(confidence, z, degrees[small])
    found: Floats = np.reshape(quantiles[inverse], np.shape(df))
    return found


def _t_by_series(z: float, df: Floats) -> Floats:
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / df + g2 / df**2 + g3 / df**3 + g4 / df**4


def _t_by_newton(confidence: float, z: float, df: Floats) -> Floats:
    """Find t by Newton's method on the logarithms of t and of the tail.

    The tail is nearly a power of t, and z lies below t, so that a few steps suffice.
    """
    if z == 0:  # of a confidence so small that it rounds to none
        return np.zeros_like(df)
    t, goal = np.full_like(df, z), math.log1p(-confidence)
    scale = _log_gamma((df + 1) / 2) - _log_gamma(df / 2) - np.log(df * math.pi) / 2
    found = np.zeros(df.shape, np.bool_)  # each stops by itself, so that none depends on its neighbours
    for _ in range(60):
        tail = _incomplete_beta(df / 2, 0.5, df / (df + t**2))
        density = np.exp(scale - (df + 1) / 2 * np.log1p(t**2 / df))
        step = np.where(found, 0.0, (np.log(tail) - goal) * tail / (2 * density * t))
        t = t * np.exp(step)
        found |= np.abs(step) <= 1e-12  # the next would move it by the square of that
        if found.all():
            break
    return t


def _log_gamma(x: Floats) -> Floats:
    found: Floats = np.vectorize(math.lgamma, otypes=[np.float64])(x) if x.size else x
    return found


def _incomplete_beta(a: Floats, b: float, x: Floats) -> Floats:
    """Regularized incomplete beta function I_x(a, b)."""
    tail = x > (a + 1) / (a + b + 2)
    left = np.where(tail, np.full_like(a, b), a)
    right = np.where(tail, a, np.full_like(a, b))
    at = np.where(tail, 1 - x, x)
    log_beta = _log_gamma(a) + math.lgamma(b) - _log_gamma(a + b)
    with np.errstate(divide="ignore"):
        front = np.exp(left * np.log(at) + right * np.log1p(-at) - log_beta) / left
    value: Floats = front * _beta_fraction(left, right, at)
    return np.where(tail, 1 - value, value)


def _beta_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Evaluate the continued fraction of the incomplete beta function by Lentz's method.

    It ends where no factor moves the value any more, most often after some ten of them.
    """
    c, d = np.ones_like(x), 1 / (1 - (a + b) * x / (a + 1))
    value = d
    settled = np.zeros(x.shape, np.bool_)
    for m in range(1, 120):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d, c = 1 / (1 + step * d), 1 + step / c
            value = np.where(settled, value, value * c * d)
        settled |= np.abs(c * d - 1) <= np.finfo(np.float64).eps
        if settled.all():
            break
    return value


def mean_interval(
    mean: npt.ArrayLike, sd: npt.ArrayLike, n: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Student's t interval for a mean of scores, clipped to [0, 1] where the mean lies there.

    Where all scores of a group are equal, their spread says nothing; the interval is then Wilson's
    for a share with the same mean, the widest that scores in [0, 1] can need.

    Parameters
    ----------
    mean, sd, n
        (groups,) mean, standard deviation with n - 1 in the denominator, and number of scores.
    confidence
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    low, high
        (groups,) limits; NaN ("cannot tell") where n is below 2, and where equal scores lie outside
        [0, 1].

    Notes
    -----
    Student, "The probable error of a mean", Biometrika 6 (1908), 1-25. A score in [0, 1] with mean m
    has a variance of at most m (1 - m), which is that of a share.

    Examples
    --------
    >>> low, high = mean_interval([0.8], [0.1], [10])
    >>> low.round(4), high.round(4)
    (array([0.7285]), array([0.8715]))
    """
    centre, spread, count = (np.asarray(each, np.float64) for each in (mean, sd, n))
    enough = np.where(count >= 2, count, np.nan)
    half = student_t_quantile(confidence, count - 1) * spread / np.sqrt(enough)
    inside = (centre >= 0) & (centre <= 1)
    low = np.where(inside, np.maximum(centre - half, 0), centre - half)
    high = np.where(inside, np.minimum(centre + half, 1), centre + half)
    flat = ~(spread > 1e-12) & (count >= 2)
    share = np.where(inside, centre, np.nan)
    widest = wilson_interval(share * count, count, confidence=confidence)
    return np.where(flat, widest[0], low), np.where(flat, widest[1], high)


def ratio_interval(
    ratio: npt.ArrayLike,
    residual_squares: npt.ArrayLike,
    total: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Interval for a ratio of sums over units, by linearisation.

    Parameters
    ----------
    ratio
        (groups,) sum of the numerators over the sum of the denominators.
    residual_squares
        (groups,) sum over units of (numerator - ratio * denominator) squared.
    total
        (groups,) sum of the denominators.
    n
        (groups,) number of units.
    confidence
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    low, high
        (groups,) limits in [0, 1]; NaN where n is below 2; Wilson's on n units where all residuals
        are 0.

    Notes
    -----
    W. G. Cochran, Sampling Techniques, 3rd edition (1977), section 6.4.

    Examples
    --------
    >>> low, high = ratio_interval([0.5], [2.0], [40.0], [10])
    >>> low.round(4), high.round(4)
    (array([0.4157]), array([0.5843]))
    """
    count = np.asarray(n, np.float64)
    whole = np.where(np.asarray(total, np.float64) > 0, np.asarray(total, np.float64), np.nan)
    squares = np.maximum(np.asarray(residual_squares, np.float64), 0)
    enough = np.where(count >= 2, count, np.nan)
    sd = np.sqrt(squares / (enough - 1)) * count / whole
    return mean_interval(ratio, sd, count, confidence=confidence)


def clustered_share_interval(
    share: npt.ArrayLike,
    n: npt.ArrayLike,
    residual_squares: npt.ArrayLike,
    clusters: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Wilson's interval for a share of units that hang together in clusters.

    Wilson's is taken on the effective number of units, n over the design effect, and with Student's t
    on clusters - 1 in the place of the normal quantile.

    Parameters
    ----------
    share, n
        (groups,) share of the units, and their number.
    residual_squares
        (groups,) sum over clusters of (successes - share * units) squared.
    clusters
        (groups,) number of clusters.
    confidence
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    low, high
        (groups,) limits in [0, 1]; NaN where there are fewer than 2 clusters.

    Notes
    -----
    The effective number is share * (1 - share) over the cluster-robust variance CR1, clusters /
    (clusters - 1) * residual_squares / n**2, and never more than n: E. L. Korn and B. I. Graubard,
    "Confidence intervals for proportions with small expected number of positive counts estimated from
    survey data", Survey Methodology 24 (1998), 193-201; N. Dean and M. Pagano, "Evaluating confidence
    interval methods for binomial proportions in clustered surveys", Journal of Survey Statistics and
    Methodology 3 (2015), 484-503. CR1: A. C. Cameron and D. L. Miller, "A practitioner's guide to
    cluster-robust inference", Journal of Human Resources 50 (2015), 317-372. A share of 0 or 1 does
    not tell how far units hang together; the clusters then count as the units.

    Examples
    --------
    >>> low, high = clustered_share_interval([0.5], [40.0], [10.0], [20])
    >>> low.round(4), high.round(4)
    (array([0.3392]), array([0.6608]))
    """
    p, units = np.asarray(share, np.float64), np.asarray(n, np.float64)
    g = np.asarray(clusters, np.float64)
    enough = np.where(g >= 2, g, np.nan)
    squares = np.maximum(np.asarray(residual_squares, np.float64), 0)
    variance = enough / (enough - 1) * squares / np.maximum(units, 1) ** 2
    spread = p * (1 - p)
    most = np.where(spread > 0, units, enough)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where((spread > 0) & (variance > 0), np.minimum(spread / variance, most), most)
    wider = (normal_quantile(confidence) / student_t_quantile(confidence, g - 1)) ** 2
    counted = np.where(g >= 2, effective * wider, 0.0)
    return wilson_interval(np.nan_to_num(p) * counted, counted, confidence=confidence)
