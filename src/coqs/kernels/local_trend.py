"""The local linear trend: a level and its slope, told of each moment from what was known by then.

The variances of the model are not guessed once and for all: a small grid of models, each with ratios of
its own between what moves and what is noise, is averaged by how well each has foretold the data so far.
Whatever is told of a moment is a function of the data up to it, so that later data revise nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.kernels.student_t import student_t_cdf

Floats = npt.NDArray[np.float64]
LEVEL_RATIOS = (0.0, 0.05, 0.5)
"""Variances of what moves the level in one period, over that of the noise."""
SLOPE_RATIOS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
"""Variances of what moves the slope in one period, over that of the noise."""
NOTHING = 1e-300
"""A sum of squares below this is no spread at all."""


class LocalTrend(NamedTuple):
    """What is told of each moment; all (P, G), NaN before the second observation of a series."""

    level: Floats
    level_se: Floats
    """Scale of Student's distribution about the level, with `df` degrees of freedom."""
    slope: Floats
    """Of one period."""
    slope_se: Floats
    covariance: Floats
    """Of level and slope, in squares of the scale."""
    p_rising: Floats
    """The chance that the slope is above 0, given the data up to the moment."""
    df: Floats


class _States:
    """The filters of K models of G series: (K, G) each, but for what no model changes, (G,)."""

    def __init__(self, ratios: Floats, n_series: int, df: float, *, least: float, sloping: bool) -> None:
        k, zeros = len(ratios), np.zeros((len(ratios), n_series))
        self.level_ratio, self.slope_ratio = ratios[:, :1], ratios[:, 1:]
        self.level, self.slope = zeros.copy(), zeros.copy()
        self.p_ll, self.p_ls, self.p_ss = zeros.copy(), zeros.copy(), zeros.copy()
        self.df = np.full(n_series, df)
        self.squares = np.full((k, n_series), df if np.isfinite(df) else 1.0)
        self.log_weight = zeros.copy()
        self.seen, self.since = np.zeros(n_series, np.int64), np.zeros(n_series)
        self.needed = 2 if sloping else 1
        self.known_noise, self.least = bool(np.isinf(df)), least

    def predict(self, unit: Floats) -> None:
        """Go on by one period; `unit` (G,) is the variance that the ratios are of."""
        begun = self.seen > 0
        self.since = self.since + begun
        self.level = self.level + self.slope
        add = np.where(begun, unit, 0.0)
        self.p_ll = self.p_ll + 2 * self.p_ls + self.p_ss + self.level_ratio * add
        self.p_ls = self.p_ls + self.p_ss
        self.p_ss = self.p_ss + self.slope_ratio * add

    def observe(self, value: Floats, noise: Floats) -> None:
        """Take in what is seen in this period, (G,) with NaN in gaps."""
        there = ~np.isnan(value)
        first, ready = there & (self.seen == 0), there & (self.seen >= self.needed)
        second = there & (self.seen == 1) & ~ready
        y, v = np.where(there, value, 0.0), np.where(there, noise, 1.0)
        self._update(y, v, ready)
        self._begin_slope(y, v, second)
        self.level = np.where(first, y, self.level)
        self.p_ll = np.where(first, v, self.p_ll)
        self.seen = self.seen + there

    def _begin_slope(self, y: Floats, v: Floats, second: npt.NDArray[np.bool_]) -> None:
        """Find the slope from the first two values, of which nothing was known before: exactly diffuse."""
        if not second.any():
            return
        d = np.where(second, self.since, 1.0)
        p_ss = (self.p_ll + v) / d**2 + self.p_ss - 2 * self.p_ls / d
        self.slope = np.where(second, (y - self.level) / d, self.slope)
        self.level = np.where(second, y, self.level)
        self.p_ss = np.where(second, p_ss, self.p_ss)
        self.p_ll = np.where(second, v, self.p_ll)
        self.p_ls = np.where(second, v / d, self.p_ls)

    def _update(self, y: Floats, v: Floats, ready: npt.NDArray[np.bool_]) -> None:
        error, f = y - self.level, self.p_ll + v
        gain_l, gain_s = np.where(ready, self.p_ll / f, 0.0), np.where(ready, self.p_ls / f, 0.0)
        self._weigh(np.where(ready, error**2 / f, 0.0), f, ready)
        self.level = self.level + gain_l * error
        self.slope = self.slope + gain_s * error
        self.p_ss = self.p_ss - gain_s * self.p_ls
        self.p_ls = self.p_ls - gain_l * self.p_ls
        self.p_ll = self.p_ll - gain_l * self.p_ll

    def _weigh(self, square: Floats, f: Floats, ready: npt.NDArray[np.bool_]) -> None:
        """Weigh each model by how likely it held what came: Student's density, or the normal one."""
        if self.known_noise:
            fit = -square / 2
        else:
            before = np.log(np.maximum(self.squares, NOTHING))
            after = np.log(np.maximum(self.squares + square, NOTHING))
            fit = (self.df * before - (self.df + 1) * after) / 2
            self.squares = self.squares + square
        self.log_weight = self.log_weight + np.where(ready, fit - np.log(f) / 2, 0.0)
        self.df = self.df + ready

    def weights(self) -> Floats:
        """(K, G) the chance of each model."""
        raw = np.exp(self.log_weight - self.log_weight.max(axis=0))
        found: Floats = raw / raw.sum(axis=0)
        return found

    def scale2(self) -> Floats:
        """(K, G) what the noise is multiplied by, as each model estimates it."""
        if self.known_noise:
            return self.squares
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.df > 0, np.maximum(self.squares / self.df, self.least), np.nan)


def local_trend(
    values: npt.ArrayLike,
    noise: npt.ArrayLike,
    *,
    df: float = np.inf,
    least: float = 0.0,
    level_ratios: tuple[float, ...] = LEVEL_RATIOS,
    slope_ratios: tuple[float, ...] = SLOPE_RATIOS,
    sloping: bool = True,
) -> LocalTrend:
    """Filter level and slope of many series, averaged over a grid of models by how well each foretold.

    Parameters
    ----------
    values
        (P, G), a column a series; NaN is a gap, over which the trend goes on and grows less certain.
    noise
        (P, G) the variance of each value about the level; above 0 where there is a value.
    df
        How far `noise` is trusted: infinite, it is known; else it is known up to a factor, of which this
        many observations are held to have said 1; 0, nothing is known of the factor.
    least
        The factor is no less than this: 1 where `noise` is what sampling makes, and all else adds to it.
    level_ratios, slope_ratios
        The grid: each pair is a model, and all are as likely at the start. The unit is the mean noise of
        the series up to the moment.
    sloping
        Without, the slope is 0 and known: a local level.

    Returns
    -------
    LocalTrend
        Each (P, G). A reading needs two observations, and with df 0 three, of which one must not lie
        where the others say; all equal values then have an error of 0. No series gives (P, 0).

    Notes
    -----
    value = level + noise; level' = level + slope + a disturbance; slope' = slope + a disturbance. The
    filter is R. E. Kalman's, "A new approach to linear filtering and prediction problems", Journal of
    Basic Engineering 82 (1960), 35-45; the model and its diffuse start, here solved for the first two
    values, are in A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989),
    2.3 and 3.3. The unknown factor has an inverse gamma distribution, so that levels and slopes have
    Student's: M. West and J. Harrison, Bayesian Forecasting and Dynamic Models, 2nd edition (1997), 4.5,
    and the averaging of models is theirs, 12.2 (multi-process models, class I). Mean and scale of level
    and slope are those of the mixture; `p_rising` is the mixture's own.

    Examples
    --------
    >>> trend = local_trend([[1.0], [2.0], [3.0], [4.0]], np.full((4, 1), 0.01))
    >>> trend.level[:, 0].round(2), trend.p_rising[-1].round(3)
    (array([nan,  2.,  3.,  4.]), array([1.]))
    """
    y, v, unit = _prepared(values, noise)
    states = _States(_grid(level_ratios, slope_ratios), y.shape[1], df, least=least, sloping=sloping)
    told = np.full((len(LocalTrend._fields), *y.shape), np.nan)
    for t in range(len(y)):
        states.predict(unit[t])
        states.observe(y[t], v[t])
        told[:, t] = _reading(states)
    return LocalTrend(*told)


def _prepared(values: npt.ArrayLike, noise: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return values, noise and the mean noise up to each moment."""
    y = np.asarray(values, np.float64)
    v = np.broadcast_to(np.asarray(noise, np.float64), y.shape)
    there = ~np.isnan(y)
    total, count = np.cumsum(np.where(there, v, 0.0), axis=0), np.cumsum(there, axis=0)
    return y, v, total / np.maximum(count, 1)


def _grid(level_ratios: tuple[float, ...], slope_ratios: tuple[float, ...]) -> Floats:
    """(K, 2) every pair of ratios."""
    return np.array([[level, slope] for level in level_ratios for slope in slope_ratios], np.float64)


def _reading(states: _States) -> Floats:
    """(fields, G) what the mixture says now."""
    weight, scale2 = states.weights(), states.scale2()
    level, slope = (weight * states.level).sum(axis=0), (weight * states.slope).sum(axis=0)
    off_l, off_s = states.level - level, states.slope - slope
    var_l = (weight * (scale2 * states.p_ll + off_l**2)).sum(axis=0)
    var_s = (weight * (scale2 * states.p_ss + off_s**2)).sum(axis=0)
    both = (weight * (scale2 * states.p_ls + off_l * off_s)).sum(axis=0)
    rising = (weight * _chance_above(states.slope, scale2 * states.p_ss, states.df)).sum(axis=0)
    parts = [level, np.sqrt(var_l), slope, np.sqrt(var_s), both, rising, states.df]
    return np.where((states.seen >= states.needed) & (states.df > 0), np.array(parts), np.nan)


def _chance_above(mean: Floats, scale2: Floats, df: Floats) -> Floats:
    """The chance of Student's variables to lie above 0; of one without spread, that it does, or half."""
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = student_t_cdf(mean / np.sqrt(scale2), df)
    return np.where(scale2 > 0, chance, (np.sign(mean) + 1) / 2)


def smoothed_trend(
    values: npt.ArrayLike,
    noise: npt.ArrayLike,
    *,
    df: float = np.inf,
    least: float = 0.0,
    level_ratios: tuple[float, ...] = LEVEL_RATIOS,
    slope_ratios: tuple[float, ...] = SLOPE_RATIOS,
) -> LocalTrend:
    """Tell level and slope of each moment from all of the data, later ones too: with hindsight.

    Parameters and result are those of `local_trend`; the last row is the same, and earlier ones are
    revised by whatever is appended.

    Notes
    -----
    H. E. Rauch, F. Tung and C. T. Striebel, "Maximum likelihood estimates of linear dynamic systems",
    AIAA Journal 3 (1965), 1445-1450, under each model; models are weighed by all of the data.
    """
    y, v, unit = _prepared(values, noise)
    states = _States(_grid(level_ratios, slope_ratios), y.shape[1], df, least=least, sloping=True)
    kept: list[tuple[npt.NDArray[Any], ...]] = []
    for t in range(len(y)):
        states.predict(unit[t])
        states.observe(y[t], v[t])
        kept.append((*_moments(states), states.seen))
    told = np.full((len(LocalTrend._fields), *y.shape), np.nan)
    for t in range(len(y) - 1, -1, -1):
        *moments, seen = kept[t]
        filtered, begun = tuple(moments), seen >= states.needed
        if t < len(y) - 1:
            filtered = _rauch_tung_striebel(filtered, _moments(states), states, unit[t + 1], begun)
        states.level, states.slope, states.p_ll, states.p_ls, states.p_ss = filtered
        told[:, t] = np.where(begun, _reading(states), np.nan)
    return LocalTrend(*told)


Moments = tuple[Floats, ...]


def _moments(states: _States) -> Moments:
    return states.level, states.slope, states.p_ll, states.p_ls, states.p_ss


def _rauch_tung_striebel(
    filtered: Moments, later: Moments, states: _States, unit: Floats, begun: npt.NDArray[np.bool_]
) -> Moments:
    """Return the moments of a period, given its filtered ones and the smoothed ones of the next."""
    level, slope, ll, ls, ss = filtered
    to_l, to_s = ll + ls, ls + ss  # covariances of level and slope with the next level
    p_ll = ll + 2 * ls + ss + states.level_ratio * unit
    p_ls, p_ss = ls + ss, ss + states.slope_ratio * unit
    det = np.where(begun, p_ll * p_ss - p_ls**2, 1.0)
    gain = [  # covariance with the next state, times the inverse of what was foretold of it
        ((a * p_ss - b * p_ls) / det, (b * p_ll - a * p_ls) / det) for a, b in ((to_l, ls), (to_s, ss))
    ]
    off_l, off_s = later[0] - level - slope, later[1] - slope
    d_ll, d_ls, d_ss = later[2] - p_ll, later[3] - p_ls, later[4] - p_ss
    means = [a * off_l + b * off_s for a, b in gain]
    spread = [
        g[0] * h[0] * d_ll + (g[0] * h[1] + g[1] * h[0]) * d_ls + g[1] * h[1] * d_ss
        for g, h in ((gain[0], gain[0]), (gain[0], gain[1]), (gain[1], gain[1]))
    ]
    return level + means[0], slope + means[1], ll + spread[0], ls + spread[1], ss + spread[2]
