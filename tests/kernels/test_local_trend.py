"""The local linear trend: a published river, a loop of textbook matrices, and its calibration."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from coqs.kernels.intervals import student_t_quantile
from coqs.kernels.local_trend import LocalTrend, local_trend, smoothed_trend

Floats = npt.NDArray[np.float64]
NILE = Path(__file__).parents[1] / "vectors" / "nile.json"
T = np.array([[1.0, 1.0], [0.0, 1.0]])
DIFFUSE = 1e7


def one_model(values: Floats, noise: Floats, *, level: float, slope: float, df: float = np.inf) -> LocalTrend:
    return local_trend(values, noise, df=df, level_ratios=(level,), slope_ratios=(slope,))


def test_the_noise_of_the_nile_is_the_published_one() -> None:
    """With their ratio given, the factor that the filter finds is the estimate of the noise's variance."""
    nile = json.loads(NILE.read_text(encoding="utf-8"))
    flow = np.array(nile["flow"], float)[:, None]
    ratio = nile["level_variance"] / nile["noise_variance"]
    how = {"level_ratios": (ratio,), "slope_ratios": (0.0,), "sloping": False}
    estimated = local_trend(flow, np.ones_like(flow), df=0, **how)
    known = local_trend(flow, np.full_like(flow, nile["noise_variance"]), **how)
    np.testing.assert_allclose(estimated.level[-1], known.level[-1], rtol=1e-12)
    share = (known.level_se[-1] ** 2 / nile["noise_variance"])[0]
    assert estimated.level_se[-1, 0] ** 2 / share == pytest.approx(nile["noise_variance"], abs=1)
    steady = (-ratio + math.sqrt(ratio**2 + 4 * ratio)) / 2  # the root of p = (p + q) / (p + q + 1)
    assert share == pytest.approx(steady, rel=1e-9)


def naive_filter(
    y: Floats, noise: Floats, q_level: float, q_slope: float
) -> tuple[list[Floats], list[Floats], list[Floats], list[Floats]]:
    """Kalman's recursions in matrices, from a start of which next to nothing is known."""
    state, spread, seen, total = np.zeros(2), np.eye(2) * DIFFUSE, 0, 0.0
    means, spreads, predicted_means, predicted = [], [], [], []
    for value, v in zip(y, noise, strict=True):
        total, seen = (total + v, seen + 1) if not math.isnan(value) else (total, seen)
        unit = total / max(seen, 1)
        state, spread = T @ state, T @ spread @ T.T + np.diag([q_level, q_slope]) * unit
        predicted_means.append(state)
        predicted.append(spread)
        if not math.isnan(value):
            f = spread[0, 0] + v
            gain = spread[:, 0] / f
            state = state + gain * (value - state[0])
            spread = spread - np.outer(gain, spread[0])
        means.append(state)
        spreads.append(spread)
    return means, spreads, predicted_means, predicted


def a_series(seed: int, n: int = 30) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    y = rng.normal(0.5, 0.2, n).cumsum() * 0.2 + rng.normal(0, 0.3, n)
    y[rng.random(n) < 0.2] = np.nan
    return y, rng.uniform(0.05, 0.2, n)


@pytest.mark.parametrize(("q_level", "q_slope"), [(0, 0), (0.3, 0), (0, 0.02), (0.2, 0.1)])
@pytest.mark.parametrize("seed", range(3))
def test_level_slope_and_errors_equal_a_loop_of_matrices(seed: int, q_level: float, q_slope: float) -> None:
    y, noise = a_series(seed)
    found = one_model(y[:, None], noise[:, None], level=q_level, slope=q_slope)
    means, spreads, _, _ = naive_filter(y, noise, q_level, q_slope)
    begun = np.flatnonzero(~np.isnan(y))[1]
    assert np.isnan(found.level[:begun]).all()
    for t in range(begun, len(y)):
        told = [found.level[t, 0], found.slope[t, 0]]
        np.testing.assert_allclose(told, means[t], atol=1e-5)
        errors = [found.level_se[t, 0] ** 2, found.slope_se[t, 0] ** 2, found.covariance[t, 0]]
        np.testing.assert_allclose(errors, [spreads[t][0, 0], spreads[t][1, 1], spreads[t][0, 1]], atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_hindsight_equals_a_loop_of_matrices(seed: int) -> None:
    y, noise = a_series(seed)
    found = smoothed_trend(y[:, None], noise[:, None], level_ratios=(0.2,), slope_ratios=(0.05,))
    means, spreads, ahead, ahead_spreads = naive_filter(y, noise, 0.2, 0.05)
    state, spread = means[-1], spreads[-1]
    for t in range(len(y) - 2, np.flatnonzero(~np.isnan(y))[1] - 1, -1):
        gain = spreads[t] @ T.T @ np.linalg.inv(ahead_spreads[t + 1])
        state = means[t] + gain @ (state - ahead[t + 1])
        spread = spreads[t] + gain @ (spread - ahead_spreads[t + 1]) @ gain.T
        np.testing.assert_allclose([found.level[t, 0], found.slope[t, 0]], state, atol=1e-5)
        np.testing.assert_allclose(found.level_se[t, 0] ** 2, spread[0, 0], atol=1e-5)


def test_a_model_in_which_nothing_moves_is_the_straight_line_of_least_squares() -> None:
    rng = np.random.default_rng(4)
    y = 2 + 0.5 * np.arange(9) + rng.normal(size=9)
    found = one_model(y[:, None], np.ones((9, 1)), level=0, slope=0, df=0)
    (slope, level), spread = np.polyfit(np.arange(9) - 8, y, 1, cov=True)
    told = found.slope[-1, 0], found.level[-1, 0], found.slope_se[-1, 0] ** 2, found.level_se[-1, 0] ** 2
    np.testing.assert_allclose(told, [slope, level, spread[0, 0], spread[1, 1]])
    assert found.df[-1, 0] == 7


def naive_mixture(y: Floats, noise: Floats, grid: list[tuple[float, float]]) -> Floats:
    """Weights of models by the normal density of each value, given those before it; from the third on."""
    logs = []
    for q_level, q_slope in grid:
        _, _, ahead, spreads = naive_filter(y, noise, q_level, q_slope)
        there = np.flatnonzero(~np.isnan(y))[2:]
        f = [spreads[t][0, 0] + noise[t] for t in there]
        logs.append(
            sum(-((y[t] - ahead[t][0]) ** 2) / v / 2 - math.log(v) / 2 for t, v in zip(there, f, strict=True))
        )
    raw = np.exp(np.array(logs) - max(logs))
    return raw / raw.sum()


def test_models_are_weighed_by_how_well_each_foretold_the_values() -> None:
    y, noise = a_series(8)
    grid = [(level, slope) for level in (0.0, 0.5) for slope in (0.0, 0.05)]
    weights = naive_mixture(y, noise, grid)
    found = local_trend(y[:, None], noise[:, None], level_ratios=(0.0, 0.5), slope_ratios=(0.0, 0.05))
    ends = [naive_filter(y, noise, *each) for each in grid]
    level = sum(w * means[-1][0] for w, (means, *_) in zip(weights, ends, strict=True))
    second = sum(w * (s[-1][0, 0] + m[-1][0] ** 2) for w, (m, s, *_) in zip(weights, ends, strict=True))
    assert found.level[-1, 0] == pytest.approx(level, abs=1e-5)
    assert found.level_se[-1, 0] ** 2 == pytest.approx(second - level**2, abs=1e-5)
    rising = [
        math.erfc(-m[-1][1] / math.sqrt(2 * s[-1][1, 1])) / 2 * w
        for w, (m, s, *_) in zip(weights, ends, strict=True)
    ]
    assert found.p_rising[-1, 0] == pytest.approx(sum(rising), abs=1e-5)


def test_the_factor_of_the_noise_is_no_less_than_the_least():
    """Values on a line show no scatter; those with more than the least are read as without one."""
    line, noise = np.arange(8.0)[:, None], np.ones((8, 1))
    one = {"level_ratios": (0.0,), "slope_ratios": (0.0,)}
    known, kept = local_trend(line, noise, **one), local_trend(line, noise, df=0.1, least=1.0, **one)
    np.testing.assert_allclose(kept.level_se, known.level_se)
    np.testing.assert_allclose(kept.slope_se, known.slope_se)
    y, v = (each[:, None] for each in a_series(3))
    for free, bound in zip(local_trend(y, v, df=4), local_trend(y, v, df=4, least=1e-6), strict=True):
        np.testing.assert_array_equal(free, bound)


def test_a_series_reads_the_same_alone_and_among_others() -> None:
    pairs = [a_series(seed) for seed in range(5)]
    y, noise = (np.stack(each, axis=1) for each in zip(*pairs, strict=True))
    together = local_trend(y, noise, df=4)
    for place in range(5):
        alone = local_trend(y[:, [place]], noise[:, [place]], df=4)
        for one, many in zip(alone, together, strict=True):
            np.testing.assert_allclose(one[:, 0], many[:, place], rtol=1e-10)


def test_a_gap_moves_the_level_by_the_slope_and_makes_it_less_certain() -> None:
    y = np.array([1, 2, 3.1, 4, np.nan, np.nan])[:, None]
    found = local_trend(y, np.full_like(y, 2.0))
    np.testing.assert_allclose(np.diff(found.level[3:], axis=0), found.slope[4:], rtol=1e-12)
    assert (np.diff(found.level_se[3:], axis=0) > 0).all()
    assert found.p_rising[-1, 0] < found.p_rising[3, 0]


def test_nobody_one_value_and_all_the_same() -> None:
    assert local_trend(np.zeros((3, 0)), np.ones((3, 0))).level.shape == (3, 0)
    assert local_trend(np.zeros((0, 2)), np.ones((0, 2))).level.shape == (0, 2)
    once = local_trend([[np.nan], [1.0], [np.nan]], np.ones((3, 1)))
    assert all(np.isnan(each).all() for each in once)
    same = local_trend(np.full((5, 1), 0.5), np.ones((5, 1)), df=0, level_ratios=(0.5,), slope_ratios=(0.1,))
    assert np.isnan(same.level[:2]).all()
    assert same.level[-1, 0] == pytest.approx(0.5)
    assert same.level_se[-1, 0] == pytest.approx(0, abs=1e-15)
    assert same.p_rising[-1, 0] == 0.5


def test_hindsight_ends_where_the_filter_ends() -> None:
    y, noise = (each[:, None] for each in a_series(2))
    for now, then in zip(local_trend(y, noise, df=4), smoothed_trend(y, noise, df=4), strict=True):
        np.testing.assert_allclose(then[-1], now[-1], rtol=1e-10)


DRAWN = 1500
PERIODS = 40


def simulated(
    q_level: float, q_slope: float, *, seed: int, start: float = 0.0
) -> tuple[Floats, Floats, LocalTrend]:
    """Level, slope and what the filter says, of series whose noise has a variance of 1.

    Their first slopes have a standard deviation of `start`.
    """
    rng = np.random.default_rng(seed)
    slope = (rng.normal(size=(PERIODS, DRAWN)) * math.sqrt(q_slope)).cumsum(axis=0)
    slope = slope + start * rng.normal(size=DRAWN)
    level = (slope + rng.normal(size=(PERIODS, DRAWN)) * math.sqrt(q_level)).cumsum(axis=0)
    values = level + rng.normal(size=(PERIODS, DRAWN))
    return level, slope, local_trend(values, np.ones_like(values), df=4)


def covered(level: Floats, found: LocalTrend) -> Floats:
    """(series,) the share of periods, from the sixth on, in which the 95 % interval holds the level."""
    half = student_t_quantile(0.95, found.df) * found.level_se
    return (np.abs(found.level - level) <= half)[5:].mean(axis=0)


@pytest.mark.slow
def test_the_levels_interval_covers_it_where_the_model_is_one_of_the_grid() -> None:
    """One series in fifteen of each model; the error over series is some 0.002."""
    shares = np.concatenate(
        [
            covered(level, found)[:400]
            for q_level in (0.0, 0.05, 0.5)
            for q_slope in (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
            for level, _, found in [simulated(q_level, q_slope, seed=31)]
        ]
    )
    error = shares.std() / math.sqrt(len(shares))
    assert error < 0.002
    assert 0.935 < shares.mean() < 0.965


@pytest.mark.slow
def test_the_chance_that_the_slope_is_above_0_is_what_it_says() -> None:
    """Over all models that move the slope, by tenths of the chance.

    To three standard errors, and 0.03 more, since no such grid is the truth. Where all slopes are far
    smaller than what can be seen, what is said in the middle is too bold by up to a tenth.
    """
    said, true = [], []
    for place, q_slope in enumerate((1e-4, 1e-3, 1e-2, 1e-1)):
        for q_level in (0.0, 0.05, 0.5):
            _, slope, found = simulated(q_level, q_slope, seed=50 + place, start=0.3)
            said.append(found.p_rising[9::10, :500])
            true.append(slope[9::10, :500] > 0)
    chance, above = np.concatenate(said, axis=None), np.concatenate(true, axis=None)
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        error = math.sqrt(0.25 / inside.sum())
        assert above[inside].mean() == pytest.approx(chance[inside].mean(), abs=3 * error + 0.03)


@pytest.mark.slow
def test_a_flat_series_is_seldom_said_to_rise_or_fall() -> None:
    """A tenth each way would be by construction; the error over 1,500 series is below 0.005."""
    _, _, found = simulated(0, 0, seed=7)
    for side in (found.p_rising > 0.9, found.p_rising < 0.1):
        per_period = side[3:].mean(axis=1)
        assert per_period.max() < 0.10
        assert per_period[-1] < 0.02
