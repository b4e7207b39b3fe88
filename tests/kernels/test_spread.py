"""Spreads and their intervals."""

import math

import numpy as np
import pytest

from coqs.kernels.spread import ENOUGH, mean_less_sd, sd_interval, spread_beyond_sampling


def test_the_interval_of_a_spread_is_bonetts_formula():
    x = np.array([*range(20), 40, 41, 60, 5, 5, 7] * 2, float)
    n, z = len(x), 1.959963984540054
    middle = np.sort(x)[(cut := int(n / (2 * math.sqrt(n - 4)))) : n - cut].mean()
    kurtosis = n * sum((each - middle) ** 4 for each in x) / sum((each - x.mean()) ** 2 for each in x) ** 2
    c = n / (n - z)
    half = z * c * math.sqrt((kurtosis - (n - 3) / n) / (n - 1))
    variance = sum((each - x.mean()) ** 2 for each in x) / (n - 1)
    expected = [
        math.sqrt(variance),
        *(math.sqrt(math.exp(math.log(c * variance) + s * half)) for s in (-1, 1)),
    ]
    assert sd_interval(x) == pytest.approx(expected)


def test_the_jackknife_equals_its_loop():
    x = np.random.default_rng(2).beta(6, 2, 60)
    whole = x.mean() - x.std(ddof=1)
    without = [(rest := np.delete(x, place)).mean() - rest.std(ddof=1) for place in range(60)]
    parts = 60 * whole - 59 * np.array(without)
    half = 2.0009954 * parts.std(ddof=1) / math.sqrt(60)
    assert mean_less_sd(x) == pytest.approx((whole, parts.mean() - half, parts.mean() + half), rel=1e-6)


def test_too_few_and_equal_values_have_no_interval():
    for kernel in (sd_interval, mean_less_sd):
        assert np.isnan(kernel([])).all()
        assert np.isnan(kernel([1.0])).all()
        assert np.isnan(kernel([0.5] * 80)[1:]).all()
        assert np.isnan(kernel(np.arange(ENOUGH - 1))[1:]).all()
        assert np.isfinite(kernel(np.arange(ENOUGH))).all()
    assert np.isnan(spread_beyond_sampling([0.4], [0.1])).all()
    assert np.isnan(spread_beyond_sampling([0.4, 0.5, 0.3], [0.1, 0.1, 0.0])).all()
    assert np.isnan(spread_beyond_sampling([0.4, 0.9, 0.1], [0.01] * 3)[1:]).all()


def test_the_spread_beyond_equal_sampling_errors_is_the_variance_less_theirs():
    y = np.array([0.2, 0.6, 0.5, 0.9, 0.4, 0.8])
    sd, low, high = spread_beyond_sampling(y, [0.01] * 6)
    assert sd == pytest.approx(math.sqrt(y.var(ddof=1) - 0.01))
    assert low < sd < high
    assert spread_beyond_sampling(y, [0.2] * 6)[0] == 0


DRAWN = {
    "normal": (lambda rng, n: rng.normal(0, 1, n), 0, 1),
    "uniform": (lambda rng, n: rng.random(n), 0.5, math.sqrt(1 / 12)),
    "near a ceiling": (lambda rng, n: rng.beta(4, 1, n), 0.8, math.sqrt(4 / 150)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_intervals_of_spreads_cover_as_often_as_they_say(name):
    draw, mean, sd = DRAWN[name]
    rng, runs = np.random.default_rng(5), 2500
    hits = np.zeros(2)
    for _ in range(runs):
        x = draw(rng, 100)
        hits += [(found := kernel(x))[1] <= true <= found[2] for kernel, true in both(mean, sd)]
    error = math.sqrt(0.95 * 0.05 / runs)  # 0.44 points
    assert ((hits / runs >= 0.935 - 2 * error) & (hits / runs <= 0.965 + 2 * error)).all()


def both(mean, sd):
    return (sd_interval, sd), (mean_less_sd, mean - sd)


@pytest.mark.slow
def test_the_spread_of_periods_is_covered_at_least_as_often_as_it_says():
    rng, runs = np.random.default_rng(6), 1500
    for true in (0.05, 0.1):
        hits = 0
        for _ in range(runs):
            made = rng.binomial(40, np.clip(rng.normal(0.7, true, 26), 0, 1))
            share = made.sum() / (26 * 40)
            _, low, high = spread_beyond_sampling(made / 40, np.full(26, share * (1 - share) / 40))
            hits += int(low <= true <= high)
        assert hits / runs >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / runs)
