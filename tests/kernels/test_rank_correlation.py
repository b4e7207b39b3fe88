"""Kendall's tau-b: a loop over pairs, edges, laws, and the coverage of its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coqs.kernels import kendall_tau_b
from coqs.kernels.intervals import student_t_quantile


def naive_tau(x: list[float], y: list[float]) -> float:
    agree = apart_x = apart_y = 0
    for i in range(len(x)):
        for j in range(i):
            dx, dy = np.sign(x[i] - x[j]), np.sign(y[i] - y[j])
            agree, apart_x, apart_y = agree + dx * dy, apart_x + abs(dx), apart_y + abs(dy)
    return math.nan if not apart_x * apart_y else agree / math.sqrt(apart_x * apart_y)


def naive_interval(x: list[float], y: list[float]) -> tuple[float, float]:
    """Leave out one row at a time."""
    n, tau = len(x), naive_tau(x, y)
    without = [naive_tau(x[:i] + x[i + 1 :], y[:i] + y[i + 1 :]) for i in range(n)]
    mean = sum(without) / n
    error = math.sqrt((n - 1) / n * sum((each - mean) ** 2 for each in without)) / (1 - tau**2)
    half = float(student_t_quantile(0.95, [n - 1])[0]) * error
    return math.tanh(math.atanh(tau) - half), math.tanh(math.atanh(tau) + half)


@pytest.mark.parametrize("kinds", [2, 3, 5, 40])
@pytest.mark.parametrize("seed", range(4))
def test_tau_and_its_interval_equal_a_loop_over_pairs(seed: int, kinds: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 12, 25).astype(float).tolist()
    y = rng.integers(0, kinds, 25).astype(float).tolist()
    for left, right in ((x, y), (y, x)):
        tau, low, high = kendall_tau_b(left, right)
        assert tau == pytest.approx(naive_tau(left, right), abs=1e-12)
        assert (low, high) == pytest.approx(naive_interval(left, right), abs=1e-9)


def test_tau_of_a_table_worked_by_hand() -> None:
    """Of 10 pairs, 6 are in order, 2 are not, and 2 are tied in y: 4 / sqrt(10 * 8)."""
    tau, _, _ = kendall_tau_b([1, 2, 3, 4, 5], [1, 1, 3, 3, 2])
    assert tau == pytest.approx(4 / math.sqrt(80))


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [1]), ([1, 2, 3], [5, 5, 5]), ([2, 2], [0, 1])])
def test_tau_of_nobody_of_one_and_of_all_the_same_is_not_there(x: list[float], y: list[float]) -> None:
    assert all(map(math.isnan, kendall_tau_b(x, y)))


@pytest.mark.parametrize(
    ("x", "y", "tau"), [([1, 2, 3], [1, 3, 2], 1 / 3), ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], 1)]
)
def test_an_interval_cannot_be_told_of_three_nor_where_all_agree(
    x: list[float], y: list[float], tau: float
) -> None:
    found, low, high = kendall_tau_b(x, y)
    assert found == pytest.approx(tau)
    assert math.isnan(low)
    assert math.isnan(high)


def test_only_order_counts_and_turning_one_side_round_turns_tau_round() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=40), rng.integers(0, 4, 40)
    found = np.array(kendall_tau_b(x, y))
    np.testing.assert_allclose(kendall_tau_b(np.exp(x), y * 3 + 1), found)
    np.testing.assert_allclose(kendall_tau_b(-x, y), [-found[0], -found[2], -found[1]])
    order = rng.permutation(40)
    np.testing.assert_allclose(kendall_tau_b(x[order], y[order]), found, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("n", [10, 20, 50])
def test_the_interval_of_tau_covers_it(n: int, correlation: float) -> None:
    """Of 1,000 seeded normal samples, whose tau is known; known to three standard errors, 0.021."""
    rng, truth = np.random.default_rng(11), 2 / math.pi * math.asin(correlation)
    covered = []
    for _ in range(1000):
        x, noise = rng.normal(size=(2, n))
        _, low, high = kendall_tau_b(x, correlation * x + math.sqrt(1 - correlation**2) * noise)
        covered.append(math.isnan(low) or low <= truth <= high)
    assert np.mean(covered) > 0.95 - 3 * math.sqrt(0.05 * 0.95 / 1000)
