"""Intervals: published numbers, loops that are obviously right, laws and their coverage."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from coqs.kernels import mean_interval, ratio_interval, student_t_quantile, wilson_interval
from coqs.kernels.intervals import normal_quantile

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "intervals.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", VECTORS["student_t"]["rows"], ids=str)
def test_quantiles_of_student_equal_the_published_table(row: dict[str, float]) -> None:
    found = student_t_quantile(row["confidence"], [row["df"]])[0]
    assert round(float(found), row["digits"]) == row["t"]


@pytest.mark.parametrize("row", VECTORS["wilson"]["rows"], ids=str)
def test_wilson_equals_the_published_intervals(row: dict[str, float]) -> None:
    low, high = wilson_interval([row["successes"]], [row["n"]], confidence=row["confidence"])
    assert round(float(low[0]), row["digits"]) == row["low"]
    assert round(float(high[0]), row["digits"]) == row["high"]


def naive_wilson(successes: float, n: float, z: float) -> tuple[float, float]:
    """Solve (p - share)^2 = z^2 p (1 - p) / n for p."""
    share = successes / n
    a, b, c = 1 + z * z / n, -(2 * share + z * z / n), share * share
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    return max((-b - root) / (2 * a), 0), min((-b + root) / (2 * a), 1)


def test_wilson_solves_its_quadratic() -> None:
    for n in (1, 2, 7, 40, 1000):
        for successes in (0, 0.5, n / 3, n - 0.25, n):
            found = wilson_interval([successes], [n], confidence=0.9)
            expected = naive_wilson(successes, n, normal_quantile(0.9))
            np.testing.assert_allclose(np.ravel(found), expected, atol=1e-9)


def test_wilson_of_nobody_cannot_tell_and_of_all_or_none_ends_at_the_edge() -> None:
    low, high = wilson_interval([0, 0, 5], [0, 5, 5])
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[2]) == (0, 1)
    assert 0 < high[1] < 1
    assert 0 < low[2] < 1


def density(x: float, df: float) -> float:
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    return scale * (1 + x * x / df) ** (-(df + 1) / 2)


@pytest.mark.parametrize("df", [1, 2, 3, 10, 60, 199, 200, 201, 5000])
@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_the_density_between_the_quantiles_of_student_holds_the_confidence(
    df: int, confidence: float
) -> None:
    t = float(student_t_quantile(confidence, [df])[0])
    steps = 4000
    x = [t * k / steps for k in range(steps + 1)]
    simpson = sum(
        (1 if k in (0, steps) else 4 if k % 2 else 2) * density(each, df) for k, each in enumerate(x)
    )
    assert 2 * simpson * t / steps / 3 == pytest.approx(confidence, abs=1e-9)


def test_quantiles_fall_with_the_degrees_of_freedom_and_keep_the_shape() -> None:
    found = student_t_quantile(0.95, np.arange(1, 401).reshape(20, 20))
    assert found.shape == (20, 20)
    assert (np.diff(found.ravel()) < 0).all()
    assert np.isnan(student_t_quantile(0.95, [0, 0.5, -3])).all()


def test_a_mean_of_none_or_one_cannot_tell() -> None:
    low, high = mean_interval([np.nan, 0.5], [np.nan, np.nan], [0, 1])
    assert np.isnan([*low, *high]).all()


def test_equal_scores_get_the_widest_interval_that_shares_can_need() -> None:
    low, high = mean_interval([0.5, 1.0], [0.0, 0.0], [4, 4])
    expected = wilson_interval([2.0, 4.0], [4, 4])
    np.testing.assert_array_equal([low, high], expected)
    low, high = mean_interval([1.5], [0.0], [4])
    assert np.isnan([low[0], high[0]]).all()


def test_a_mean_interval_is_students_clipped_to_shares() -> None:
    low, high = mean_interval([0.8, 0.99], [0.1, 0.1], [10, 10])
    half = 2.2621571627 * 0.1 / math.sqrt(10)
    np.testing.assert_allclose([low[0], high[0]], [0.8 - half, 0.8 + half], atol=1e-9)
    assert high[1] == 1


def test_a_ratio_interval_follows_the_linearised_formula() -> None:
    parts, wholes = np.array([1.0, 2.0, 0.0, 3.0]), np.array([2.0, 2.0, 1.0, 5.0])
    ratio = parts.sum() / wholes.sum()
    residuals = parts - ratio * wholes
    low, high = ratio_interval([ratio], [(residuals**2).sum()], [wholes.sum()], [4])
    error = math.sqrt((residuals**2).sum() / 3 / 4) / wholes.mean()
    half = float(student_t_quantile(0.95, [3])[0]) * error
    np.testing.assert_allclose([low[0], high[0]], [max(ratio - half, 0), min(ratio + half, 1)])
    assert np.isnan(ratio_interval([np.nan], [0.0], [0.0], [0])).all()
    assert np.isnan(ratio_interval([0.5], [0.0], [2.0], [1])).all()


@pytest.mark.parametrize("confidence", [0, 1, 1.5, -0.1])
def test_a_confidence_outside_its_range_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence: must lie between 0 and 1"):
        wilson_interval([1], [2], confidence=confidence)


@pytest.mark.filterwarnings("error")
def test_confidences_next_to_none_and_to_certainty_have_intervals() -> None:
    df = np.array([1.0, 30.0, 1e6])
    assert student_t_quantile(1e-320, df).tolist() == [0, 0, 0]
    assert normal_quantile(1 - 2**-53) == pytest.approx(8.2923611, abs=1e-6)
    assert np.isfinite(student_t_quantile(1 - 2**-53, df)).all()


@pytest.mark.slow
def test_intervals_cover_what_they_promise() -> None:
    rng = np.random.default_rng(20260512)
    runs = 20_000
    scores = rng.beta(4, 2, size=(runs, 20))
    low, high = mean_interval(scores.mean(axis=1), scores.std(axis=1, ddof=1), np.full(runs, 20))
    assert 0.935 < ((low <= 4 / 6) & (high >= 4 / 6)).mean() < 0.965
    passes = rng.binomial(40, 0.85, runs)
    low, high = wilson_interval(passes, np.full(runs, 40))
    assert 0.93 < ((low <= 0.85) & (high >= 0.85)).mean() < 0.98
    wholes = rng.integers(3, 12, size=(runs, 30)).astype(float)
    parts = rng.binomial(wholes.astype(int), 0.3).astype(float)
    ratio = parts.sum(axis=1) / wholes.sum(axis=1)
    squares = ((parts - ratio[:, None] * wholes) ** 2).sum(axis=1)
    low, high = ratio_interval(ratio, squares, wholes.sum(axis=1), np.full(runs, 30))
    assert 0.93 < ((low <= 0.3) & (high >= 0.3)).mean() < 0.97


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_a_quantile_does_not_depend_on_what_stands_beside_it_to_the_last_bit(confidence: float) -> None:
    df = np.append(np.arange(1.0, 240.0, 3), np.random.default_rng(3).uniform(1, 250, 40))
    together = student_t_quantile(confidence, df)
    alone = [student_t_quantile(confidence, [each])[0] for each in df]
    np.testing.assert_array_equal(together, alone)
