"""Intervals for differences: published numbers, a search that is obviously right, laws and their coverage."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from coqs.kernels import mover_interval, tango_interval, wilson_interval
from coqs.kernels.intervals import normal_quantile

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "surveys.json").read_text(encoding="utf-8"))
SHARES = [(0.5, 0.3, 0.2), (0.8, 0.15, 0.05), (0.1, 0.8, 0.1), (0.95, 0.04, 0.01), (0.3, 0.2, 0.5)]


@pytest.mark.parametrize("row", VECTORS["newcombe"]["rows"], ids=str)
def test_mover_on_wilsons_intervals_equals_the_published_differences(row: dict[str, list[int]]) -> None:
    sides = []
    for k, n in (row["left"], row["right"]):
        low, high = wilson_interval([k], [n])
        sides.append((k / n, low, high))
    low, high = mover_interval(*sides)
    assert round(float(low[0]), row["digits"]) == row["low"]
    assert round(float(high[0]), row["digits"]) == row["high"]


def test_mover_cannot_tell_where_one_side_cannot() -> None:
    low, high = mover_interval((0.5, math.nan, math.nan), (0.5, 0.4, 0.6))
    assert np.isnan([low, high]).all()


def test_mover_of_sides_that_change_places_is_turned_round() -> None:
    left, right = (0.8, 0.7, 0.9), (0.5, 0.3, 0.65)
    low, high = mover_interval(left, right)
    again_low, again_high = mover_interval(right, left)
    assert (low, high) == (-again_high, -again_low)


def likelihood(plus: float, minus: float, n: float, q: float, d: float) -> float:
    """Log-likelihood of counts where minus has the share q and plus has q + d."""
    parts = ((minus, q), (plus, q + d), (n - plus - minus, 1 - 2 * q - d))
    if any(share < -1e-12 or (count > 0 and share <= 0) for count, share in parts):
        return -math.inf
    return sum(count * math.log(share) for count, share in parts if count > 0)


def likeliest(plus: float, minus: float, n: float, d: float) -> float:
    """Find the share of minus by golden section: the log-likelihood has one peak."""
    low, high = max(0.0, -d), (1 - d) / 2
    for _ in range(200):
        a, b = high - 0.618034 * (high - low), low + 0.618034 * (high - low)
        if likelihood(plus, minus, n, a, d) < likelihood(plus, minus, n, b, d):
            low = a
        else:
            high = b
    return (low + high) / 2


@pytest.mark.parametrize(
    ("plus", "minus", "n"), [(5, 2, 12), (9, 1, 10), (3, 3, 40), (60, 90, 400), (1, 4, 5)]
)
def test_tangos_limits_lie_where_the_likeliest_spread_allows_them(plus: int, minus: int, n: int) -> None:
    z2 = normal_quantile(0.95) ** 2
    for limit in np.ravel(tango_interval([plus], [minus], [n])):
        q = likeliest(plus, minus, n, float(limit))
        variance = n * (2 * q + limit - limit**2)
        assert (plus - minus - n * limit) ** 2 == pytest.approx(z2 * variance, rel=1e-4)


@pytest.mark.parametrize("row", [each for each in VECTORS["nps"]["rows"] if "margin" in each], ids=str)
def test_tangos_interval_of_many_answers_has_the_published_margin(row: dict[str, float]) -> None:
    n = row["promoters"] + row["passives"] + row["detractors"]
    low, high = tango_interval([row["promoters"]], [row["detractors"]], [n])
    assert round(100 * float(high[0] - low[0]) / 2, row["margin_digits"]) == row["margin"]


def test_tango_of_nobody_cannot_tell_and_of_one_kind_ends_at_the_edge() -> None:
    z2 = normal_quantile(0.95) ** 2
    low, high = tango_interval([0, 5, 0, 0, 1], [0, 0, 5, 0, 0], [0, 5, 5, 5, 1])
    assert np.isnan([low[0], high[0]]).all()
    assert (high[1], low[2]) == (pytest.approx(1), pytest.approx(-1))
    assert low[1] == pytest.approx((5 - z2) / (5 + z2))
    assert (low[3], high[3]) == (pytest.approx(-z2 / (5 + z2)), pytest.approx(z2 / (5 + z2)))
    assert -1 < low[4] < 0 < high[4] <= 1


def test_tango_of_the_two_sides_changed_is_turned_round_and_holds_the_estimate() -> None:
    rng = np.random.default_rng(3)
    counts = rng.multinomial(30, (0.4, 0.3, 0.3), 200)
    plus, minus, n = counts[:, 0], counts[:, 2], counts.sum(axis=1)
    low, high = tango_interval(plus, minus, n)
    turned_low, turned_high = tango_interval(minus, plus, n)
    np.testing.assert_allclose(low, -turned_high, atol=1e-12)
    np.testing.assert_allclose(high, -turned_low, atol=1e-12)
    assert ((low <= (plus - minus) / n) & ((plus - minus) / n <= high)).all()
    wider_low, wider_high = tango_interval(plus, minus, n, confidence=0.99)
    assert ((wider_low <= low) & (high <= wider_high)).all()


@pytest.mark.slow
@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("n", [5, 10, 30, 100, 400])
def test_tango_covers_a_net_score_where_the_usual_interval_does_not(
    n: int, shares: tuple[float, ...]
) -> None:
    """Of 20,000 seeded samples; the coverage is known to three standard errors, 0.0046 at the most."""
    rng, samples = np.random.default_rng(7), 20_000
    counts = rng.multinomial(n, shares, samples)
    plus, minus, truth = counts[:, 0], counts[:, 2], shares[0] - shares[2]
    low, high = tango_interval(plus, minus, np.full(samples, n))
    error = 3 * math.sqrt(0.05 * 0.95 / samples)
    covered = float(((low <= truth) & (truth <= high)).mean())
    assert covered > 0.935 - error
    net = (plus - minus) / n
    wald = normal_quantile(0.95) * np.sqrt(((plus + minus) / n - net**2) / n)
    usual = float((np.abs(net - truth) <= wald).mean())
    assert abs(covered - 0.95) <= abs(usual - 0.95) + error or covered > 0.95
