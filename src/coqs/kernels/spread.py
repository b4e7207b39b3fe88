"""How far values are spread: with an interval, and apart from what sampling alone would spread them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coqs.kernels.intervals import normal_quantile, student_t_quantile

Floats = npt.NDArray[np.float64]
FLAT = 1e-12
HALVINGS = 60
FEWEST = 5
"""Periods below which their spread beyond sampling has no interval."""
ENOUGH = 50
"""Values below which a spread has none: of fewer that crowd at a ceiling, it would cover too seldom."""


def sd_interval(values: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return a standard deviation and its interval, for values of any distribution.

    Parameters
    ----------
    values
        (n,) numbers.

    Returns
    -------
    sd, low, high
        The standard deviation, n - 1 in the denominator, NaN below two values. The limits are NaN below
        `ENOUGH` values, and where all are equal.

    Notes
    -----
    D. G. Bonett, "Approximate confidence interval for standard deviation of nonnormal distributions",
    Computational Statistics and Data Analysis 50 (2006), 775-782: ln(c s**2) +- z c sqrt((k - (n - 3) / n) /
    (n - 1)), with c = n / (n - z), and the kurtosis k taken about a trimmed mean.

    Examples
    --------
    >>> [round(each, 3) for each in sd_interval(range(101))]
    [29.3, 27.014, 32.408]
    """
    x = np.sort(np.asarray(values, np.float64))
    n = len(x)
    if n < 2:
        return float("nan"), float("nan"), float("nan")
    sd = float(x.std(ddof=1))
    if n < ENOUGH or sd <= FLAT:
        return sd, float("nan"), float("nan")
    cut = min(int(n * (1 / (2 * np.sqrt(n - 4)))), (n - 1) // 2)
    middle = x[cut : n - cut].mean()
    kurtosis = n * ((x - middle) ** 4).sum() / ((x - x.mean()) ** 2).sum() ** 2
    z = normal_quantile(confidence)
    c = n / (n - z)
    half = z * c * np.sqrt(max(kurtosis - (n - 3) / n, 0.0) / (n - 1))
    return sd, float(np.sqrt(c * sd**2 * np.exp(-half))), float(np.sqrt(c * sd**2 * np.exp(half)))


def mean_less_sd(values: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the mean less the standard deviation, what a usual bad one comes to, and its interval.

    Returns
    -------
    less, low, high
        The limits are NaN below `ENOUGH` values, and where all are equal.

    Notes
    -----
    By the jackknife, with Student's t on n - 1 degrees of freedom: J. W. Tukey, Annals of Mathematical
    Statistics 29 (1958), 614; R. G. Miller, "The jackknife: a review", Biometrika 61 (1974), 1-15. Mean and
    spread of scores that crowd at their ceiling are far from independent; it allows for that.

    Examples
    --------
    >>> [round(each, 3) for each in mean_less_sd(range(101))]
    [20.7, 14.316, 27.024]
    """
    x = np.asarray(values, np.float64)
    n = len(x)
    if n < 2:
        return float("nan"), float("nan"), float("nan")
    mean, sd = float(x.mean()), float(x.std(ddof=1))
    if n < ENOUGH or sd <= FLAT:
        return mean - sd, float("nan"), float("nan")
    off = x - mean
    without = np.maximum(((n - 1) * sd**2 - off**2 * n / (n - 1)) / (n - 2), 0)  # variances, each left out
    parts = n * (mean - sd) - (n - 1) * ((mean - off / (n - 1)) - np.sqrt(without))
    half = float(student_t_quantile(confidence, [n - 1])[0]) * float(parts.std(ddof=1)) / float(np.sqrt(n))
    middle = float(parts.mean())
    return mean - sd, middle - half, middle + half


def spread_beyond_sampling(
    values: npt.ArrayLike, variances: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return how far true values are spread, of which estimates with known sampling errors are given.

    Parameters
    ----------
    values
        (k,) estimates, such as the shares of several periods.
    variances
        (k,) of each about its true value, above 0.

    Returns
    -------
    sd, low, high
        The standard deviation of the true values, 0 where sampling explains all; NaN below two values. The
        limits are NaN below five values, or where a variance is not above 0.

    Notes
    -----
    The generalised Q statistic sum w (y - m)**2 with w = 1 / (variance + sd**2) is set equal to k - 1, and to
    quantiles of chi-square with k - 1 degrees of freedom: R. C. Paule and J. Mandel, "Consensus values and
    weighting factors", Journal of Research of the National Bureau of Standards 87 (1982), 377-385; W.
    Viechtbauer, "Confidence intervals for the amount of heterogeneity in meta-analysis", Statistics in
    Medicine 26 (2007), 37-52.

    Examples
    --------
    >>> [round(each, 3) for each in spread_beyond_sampling([0.2, 0.6, 0.5, 0.9, 0.4, 0.8], [0.01] * 6)]
    [0.238, 0.126, 0.639]
    """
    y, v = np.asarray(values, np.float64), np.asarray(variances, np.float64)
    k = len(y)
    if k < 2 or not (v > 0).all():
        return float("nan"), float("nan"), float("nan")
    sd = _solved(y, v, k - 1)
    if k < FEWEST:
        return sd, float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = (_solved(y, v, _chi_square(share, k - 1)) for share in (1 - tail, tail))
    return sd, low, high


def _solved(y: Floats, v: Floats, goal: float) -> float:
    """Return the spread at which the Q statistic comes to its goal; 0 where it is below it from the start."""
    low, high = 0.0, max(float(np.ptp(y)), float(np.sqrt(v.max()))) * len(y) ** 0.5 * 10
    if _q(y, v, low) <= goal:
        return 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _q(y, v, middle) > goal else (low, middle)
    return float(low + high) / 2


def _q(y: Floats, v: Floats, sd: float) -> float:
    weight = 1 / (v + sd**2)
    mean = float((weight * y).sum() / weight.sum())
    return float((weight * (y - mean) ** 2).sum())


def _chi_square(share: float, df: int) -> float:
    """Return a quantile of chi-square, to a per cent from four degrees of freedom on.

    E. B. Wilson and M. M. Hilferty, Proceedings of the National Academy of Sciences 17 (1931), 684-688.
    """
    z = normal_quantile(abs(2 * share - 1)) * (1 if share >= 0.5 else -1)
    return float(df * max(1 - 2 / (9 * df) + z * (2 / (9 * df)) ** 0.5, 0.0) ** 3)
