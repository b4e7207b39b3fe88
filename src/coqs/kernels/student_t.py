"""Student's distribution as a function of t, which the intervals need only the inverse of."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coqs.kernels.intervals import _beta_fraction

Floats = npt.NDArray[np.float64]
NORMAL_FROM = 1e7
"""Degrees of freedom from which Student's distribution is the normal one to 1e-8."""


def student_t_cdf(t: npt.ArrayLike, df: npt.ArrayLike) -> Floats:
    """Return the chance that a variable of Student's distribution is at most t.

    Parameters
    ----------
    t
        Any shape; infinite t give 0 or 1, NaN gives NaN.
    df
        Degrees of freedom, broadcast to the shape of t; infinite ones mean the normal distribution, and
        those that are not above 0 give NaN.

    Notes
    -----
    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.1 and 26.5.8.

    Examples
    --------
    >>> student_t_cdf([0.0, 2.2622, 1.6449], [4, 9, np.inf]).round(4)
    array([0.5  , 0.975, 0.95 ])
    """
    at, degrees = np.broadcast_arrays(np.asarray(t, np.float64), np.asarray(df, np.float64))
    degrees = np.where(degrees > 0, np.minimum(degrees, NORMAL_FROM), np.nan)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        tail = _upper_tail(at**2, degrees)
    found: Floats = np.where(at > 0, 1 - tail, tail)
    return found


def _upper_tail(t2: Floats, df: Floats) -> Floats:
    """Half of the regularized incomplete beta function I_x(df / 2, 1 / 2) at x = df / (df + t**2)."""
    a, x = df / 2, df / (df + t2)
    far = x > (a + 1) / (a + 2.5)
    left, right = np.where(far, 0.5, a), np.where(far, a, 0.5)
    at = np.where(far, t2 / (df + t2), x)
    front = np.exp(left * np.log(at) + right * np.log1p(-at) - _log_beta(df)) / left
    value: Floats = np.where(at > 0, front * _fraction(left, right, at), 0.0 * a * t2)
    value = np.where(np.isinf(t2), 0.0 * a, value)
    return np.where(far, 1 - value, value) / 2


def _fraction(left: Floats, right: Floats, at: Floats) -> Floats:
    """Evaluate the continued fraction, whose end one unknown number must not put off."""
    known = ~np.isnan(left + right + at)
    value = np.full(at.shape, np.nan)
    value[known] = _beta_fraction(left[known], right[known], at[known])
    return value


def _log_beta(df: Floats) -> Floats:
    """Return log B(df / 2, 1 / 2), worked out once for each number of degrees."""
    degrees, place = np.unique(df, return_inverse=True)
    logs = [math.lgamma(each / 2) + math.lgamma(0.5) - math.lgamma((each + 1) / 2) for each in degrees]
    found: Floats = np.reshape(np.array(logs, np.float64)[place], df.shape)
    return found
