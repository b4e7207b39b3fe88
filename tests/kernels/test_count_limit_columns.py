"""Limits of many counts: equal to those of one, to a naive search, and quick."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coqs.kernels.count_limit_columns import binomial_limit_columns, poisson_limit_columns
from coqs.kernels.count_limits import binomial_limits, poisson_limits


def naive(chances: list[float], arl0: float) -> tuple[float, float, float]:
    """Draw limits in count by count: half of the chance below, the rest above, what is left below."""
    low, high, alarm = 0, len(chances) - 1, 1 / arl0

    def below(at: int) -> float:
        return math.fsum(chances[:at])

    def above(at: int) -> float:
        return math.fsum(chances[at + 1 :])

    while below(low + 1) <= alarm / 2:
        low += 1
    while above(high - 1) + below(low) <= alarm:
        high -= 1
    while above(high) + below(low + 1) <= alarm:
        low += 1
    beyond = above(high) + below(low)
    return (low if below(low) else -1), high, 1 / beyond if beyond else math.inf


def test_limits_of_many_counts_equal_a_naive_search() -> None:
    rng = np.random.default_rng(3)
    n, p = rng.integers(1, 160, 120), rng.random(120) ** 2
    for arl0 in (20.0, 370.0, 5000.0):
        found = binomial_limit_columns(n, p, arl0)
        for place, (trials, chance) in enumerate(zip(n.tolist(), p.tolist(), strict=True)):
            terms = [
                math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(trials + 1)
            ]
            low, high, arl = naive(terms, arl0)
            assert (found.low[place], found.high[place]) == (low, high)
            assert found.arl[place] == pytest.approx(arl)


def test_limits_of_one_count_are_those_of_many() -> None:
    columns = poisson_limit_columns([[0.0, 1e-30], [0.8, 3e4]], 370)
    for place, mean in np.ndenumerate([[0.0, 1e-30], [0.8, 3e4]]):
        assert tuple(each[place] for each in columns) == poisson_limits(mean, 370)
    assert columns.arl[0, 1] == pytest.approx(1e30)
    again = binomial_limit_columns([0, 5, 5, 100_000], [0.1, 0, 1, 0.1], 370)
    for place, (n, p) in enumerate([(0, 0.1), (5, 0.0), (5, 1.0), (100_000, 0.1)]):
        assert tuple(each[place] for each in again) == binomial_limits(n, p, 370)
    assert again.high.tolist()[:3] == [0, 0, 5]
    assert np.isinf(again.arl).tolist() == [True, True, True, False]


def test_no_counts_have_no_limits_and_what_is_missing_stays_so() -> None:
    assert binomial_limit_columns(np.empty((0, 3)), 0.1, 370).low.shape == (0, 3)
    found = binomial_limit_columns([np.nan, 5], [0.1, np.nan], 370)
    assert np.isnan(np.stack(found)).all()


@pytest.mark.parametrize(("n", "p"), [(-1, 0.1), (2.5, 0.1), (2, 1.1), (2, -0.1)])
def test_what_is_no_count_is_refused(n: float, p: float) -> None:
    with pytest.raises(ValueError, match="n must be whole from 0 and p from 0 to 1"):
        binomial_limit_columns([n], [p], 370)
    with pytest.raises(ValueError, match="mean must be 0 or more"):
        poisson_limit_columns([-n, -p, -1], 370)
    with pytest.raises(ValueError, match="arl0"):
        poisson_limit_columns([1.0], 1)


def test_every_limit_has_at_least_the_run_length_and_none_can_be_drawn_in() -> None:
    mean = np.linspace(0.01, 80, 500)
    found = poisson_limit_columns(mean, 370)
    assert (found.arl >= 370).all()
    counts = np.arange(400)
    ways = np.array([math.lgamma(k + 1) for k in counts.tolist()])
    terms = np.exp(counts * np.log(mean)[:, None] - mean[:, None] - ways)
    for low, high in ((np.maximum(found.low, 0) + 1, found.high), (found.low, found.high - 1)):
        beyond = ((counts < low[:, None]) | (counts > high[:, None])) * terms
        assert (beyond.sum(axis=1) > 1 / 370).all()
