"""Whether counts vary more than chance, by how much, and whether neighbours in time resemble each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.charts.estimates import divided, nan_mean

Floats = npt.NDArray[np.float64]
SIGNIFICANT = 0.01
"""Below this p a departure is held to be one; charts are many, so not 0.05."""
RELATED_FROM = 0.15
"""A smaller relation of neighbours hardly moves a limit."""
RELATED_ERRORS = 2.576
SHARED_FROM = 0.2
"""Share of the spread between periods that a movement of all must explain to be taken out."""
MOST_MEMORY = 0.95
TERMS = 500
LARGE = 1e6
"""Degrees of freedom from which the normal of the cube root is exact enough."""


@attrs.frozen(slots=True)
class Dispersion:
    """How counts vary against what chance allows."""

    ratio: float
    """Spread over what chance gives; 1 where chance explains all."""
    statistic: float
    """Chi-square."""
    df: int
    """Degrees of freedom."""
    p: float
    """Chance of as much or more where there is nothing but chance."""

    @property
    def is_over(self) -> bool:
        """Whether counts vary more than chance."""
        return self.p < SIGNIFICANT and self.ratio > 1


def count_dispersion(total: npt.ArrayLike, n: npt.ArrayLike, *, kind: str) -> Dispersion:
    """Test whether counts of one or more groups vary more than a binomial or Poisson law allows.

    Parameters
    ----------
    total, n
        (P,) or (P, G) counts, and trials or exposure; n 0 or NaN is a gap.
    kind
        "share" (binomial) or "rate" (Poisson).

    Returns
    -------
    Dispersion
        Of all groups together, each about its own share; p 1 where nothing varies.

    Notes
    -----
    Sum of (x - n p)^2 / (n p q), or / (n u), on the degrees of freedom of a chi-square: G. B. Wetherill and
    D. W. Brown, Statistical Process Control: Theory and Practice (1991), 212-218.

    Examples
    --------
    >>> count_dispersion([12, 3, 20, 4], 50, kind="share").is_over
    True
    """
    counts = np.asarray(total, np.float64)
    counts = counts[:, None] if counts.ndim == 1 else counts
    size = (
        np.broadcast_to(np.asarray(n, np.float64), counts.shape)
        if np.ndim(n) != 1
        else np.asarray(n)[:, None]
    )
    size = np.where((size > 0) & ~np.isnan(counts), size, np.nan)
    share = divided(np.nansum(np.where(np.isnan(size), 0, counts), axis=0), np.nansum(size, axis=0))
    unit = share * (1 - share) if kind == "share" else share
    squares = divided((counts - size * share) ** 2, size * unit)
    points = (~np.isnan(squares)).sum(axis=0)
    df = int(np.maximum(points - 1, 0).sum())
    statistic = float(np.nansum(squares))
    if df == 0:
        return Dispersion(math.nan, statistic, 0, 1.0)
    return Dispersion(statistic / df, statistic, df, chi_square_tail(statistic, df))


def chi_square_tail(x: float, df: float) -> float:
    """Return the chance that a chi-square of these degrees of freedom lies above x.

    >>> round(chi_square_tail(3.841459, 1), 6)
    0.05
    """
    if x <= 0:
        return 1.0
    a, half = df / 2, x / 2
    if df > LARGE:
        cube = ((x / df) ** (1 / 3) - 1 + 2 / (9 * df)) / math.sqrt(2 / (9 * df))
        return 0.5 * math.erfc(cube / math.sqrt(2))
    scale = a * math.log(half) - half - math.lgamma(a)
    if half < a + 1:
        return max(0.0, 1 - math.exp(scale) * _lower_series(a, half))
    return math.exp(scale) * _upper_fraction(a, half)


def _lower_series(a: float, x: float) -> float:
    term = value = 1 / a
    k = 1.0
    while term > value * 1e-16 and k < LARGE:
        term *= x / (a + k)
        value += term
        k += 1
    return value


def _upper_fraction(a: float, x: float) -> float:
    """Continued fraction of the upper incomplete gamma function, by Lentz's method."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for k in range(1, TERMS * 200):
        step = -k * (k - a)
        b += 2
        d = 1 / (step * d + b)
        c = b + step / c
        value *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return value


@attrs.frozen(slots=True)
class Memory:
    """How far neighbours in time resemble each other, in all groups together."""

    correlation: float
    """Of successive points, allowing for the shortness of series; 0 where it cannot be told."""
    error: float
    """Its standard error where there is none."""

    @property
    def is_there(self) -> bool:
        """Whether successive points are related."""
        return self.correlation > max(RELATED_FROM, RELATED_ERRORS * self.error)


def memory_of(z: Floats) -> Memory:
    """Return the lag-one correlation of points, pooled over groups.

    Notes
    -----
    The median over groups of each one's correlation, raised by (1 + 4 r) / n for the bias of short series:
    M. G. Kendall, "Note on bias in the estimation of autocorrelation", Biometrika 41 (1954), 403-404.
    """
    if len(z) < 4:
        return Memory(0.0, math.inf)
    away = z - nan_mean(z)
    pairs = away[1:] * away[:-1]
    r = divided(nan_mean(pairs), nan_mean(away**2))
    points = (~np.isnan(pairs)).sum(axis=0)
    told = ~np.isnan(r) & (points > 4)
    if not told.any():
        return Memory(0.0, math.inf)
    n = points[told] + 1
    corrected = r[told] + (1 + 4 * r[told]) / n
    correlation = float(np.clip(np.median(corrected), 0.0, MOST_MEMORY))
    return Memory(correlation, 1.25 / math.sqrt(float(n.sum())))


def logit(share: npt.ArrayLike) -> Floats:
    """Return the logarithm of the odds."""
    p = np.asarray(share, np.float64)
    return np.log(p / (1 - p))


def expit(x: npt.ArrayLike) -> Floats:
    """Return the share whose logit this is."""
    found: Floats = 1 / (1 + np.exp(-np.asarray(x, np.float64)))
    return found


def shared_movement(total: Floats, n: Floats, centre: Floats, *, kind: str) -> Floats:
    """Return (P,) how far all groups moved in each period: the median of their log odds, or log rates.

    Counts are taken half a case from 0 and n, so that logarithms are there. A period of gaps does not move.
    """
    size = np.where(n > 0, n, np.nan)
    if kind == "share":
        moved = np.log((total + 0.5) / (size - total + 0.5)) - logit(centre)
    else:
        moved = np.log((total + 0.5) / size) - np.log(centre)
    moved = np.where(np.isfinite(moved), moved, np.nan)
    with np.errstate(all="ignore"):
        return np.array([0.0 if np.isnan(row).all() else float(np.nanmedian(row)) for row in moved])


def shift_of(kind: str) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Return the scale on which all groups move together, and the way back from it."""
    return (logit, expit) if kind == "share" else (np.log, np.exp)
