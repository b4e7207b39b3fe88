"""The beta-binomial: its definition, a loop over all counts, laws, and edges."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from tests.properties.depth import examples

from coqs.kernels import beta_binomial
from coqs.kernels.beta_binomial import beta_binomial_pmf, fit_beta_binomial, sum_below, sum_variance

CELLS = st.lists(
    st.tuples(st.integers(1, 3), st.floats(0.05, 30), st.floats(0.05, 30)), min_size=1, max_size=5
)


def one_chance(n: int, a: float, b: float, k: int) -> float:
    """The definition: C(n, k) B(a + k, b + n - k) / B(a, b)."""
    whole = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    parts = math.lgamma(a + k) + math.lgamma(b + n - k) - math.lgamma(a + b + n)
    return math.comb(n, k) * math.exp(whole + parts)


def looped(cells: list[tuple[int, float, float]], observed: int) -> float:
    """Sum over every way in which the cells' counts can come about."""
    found = 0.0
    for counts in product(*(range(n + 1) for n, _, _ in cells)):
        chance = math.prod(one_chance(*cell, k) for cell, k in zip(cells, counts, strict=True))
        found += chance * (1.0 if sum(counts) < observed else 0.5 if sum(counts) == observed else 0.0)
    return found


def test_chances_equal_the_definition_and_come_for_many_cells_at_once():
    pmf = beta_binomial_pmf(7, [[0.3, 20.0]], [[4.0, 1.5]])
    assert pmf.shape == (1, 2, 8)
    for place, (a, b) in enumerate([(0.3, 4.0), (20.0, 1.5)]):
        assert pmf[0, place] == pytest.approx([one_chance(7, a, b, k) for k in range(8)])
    assert beta_binomial_pmf(7, 0.3, 4.0, 2) == pytest.approx(pmf[0, 0, :3])


def test_chances_of_even_odds_are_all_alike():
    """Skellam 1948: of Beta(1, 1) every count out of n is as likely as any other."""
    assert beta_binomial_pmf(9, 1.0, 1.0) == pytest.approx(np.full(10, 0.1))
    assert beta_binomial_pmf(0, 1.0, 1.0).tolist() == [1.0]


@given(CELLS, st.data())
@settings(max_examples=examples(60), deadline=None)
def test_sums_equal_a_loop_over_all_counts(cells, data):
    n, a, b = (list(column) for column in zip(*cells, strict=True))
    observed = data.draw(st.integers(0, sum(n)))
    assert sum_below(n, a, b, observed)[0] == pytest.approx(looped(cells, observed), abs=1e-12)


@given(CELLS, st.data())
@settings(max_examples=examples(60), deadline=None)
def test_failures_are_successes_the_other_way_round_and_order_is_nothing(cells, data):
    n, a, b = (np.array(column) for column in zip(*cells, strict=True))
    observed = data.draw(st.integers(0, int(n.sum())))
    below = sum_below(n, a, b, observed)
    assert 1 - sum_below(n, b, a, int(n.sum()) - observed) == pytest.approx(below, abs=1e-12)
    turned = np.random.default_rng(0).permutation(len(n))
    assert sum_below(n[turned], a[turned], b[turned], observed) == pytest.approx(below, abs=1e-12)


def test_the_sum_of_no_cells_is_0_and_has_no_variance():
    assert sum_below([], [], [], 0).tolist() == [0.5]
    assert sum_variance([], [], []).tolist() == [0.0]


def test_the_variance_is_that_of_the_chances():
    pmf, k = beta_binomial_pmf(12, 2.0, 5.0), np.arange(13)
    mean = (pmf * k).sum()
    assert sum_variance([12], [2.0], [5.0])[0] == pytest.approx((pmf * (k - mean) ** 2).sum())


@pytest.mark.parametrize(("size", "cells", "error"), [(1, 1200, 0.03), (4, 300, 0.04)])
@pytest.mark.parametrize("standard_errors", [-4, -2, 0, 2, 4])
def test_great_sums_are_as_good_as_counted(monkeypatch, size, cells, error, standard_errors):
    """Far out, where a chance is 1 in 30,000, it errs by 4 % of itself at most."""
    rng = np.random.default_rng(6)
    n, chance = np.full(cells, size), rng.beta(2, 4, cells)
    a, b = chance * 30, (1 - chance) * 30
    mean, error_of_it = (n * chance).sum(), math.sqrt(sum_variance(n, a, b)[0])
    observed = round(mean + standard_errors * error_of_it)
    quick = sum_below(n, a, b, observed)[0]
    monkeypatch.setattr(beta_binomial, "COUNTED", 10_000)
    counted = sum_below(n, a, b, observed)[0]
    assert quick != counted
    assert min(quick, 1 - quick) == pytest.approx(min(counted, 1 - counted), rel=error)


def test_great_sums_of_even_odds_are_symmetric():
    n, ones = np.full(1000, 1), np.full(1000, 5.0)
    assert sum_below(n, ones, ones, 500)[0] == pytest.approx(0.5)
    assert sum_below(n, ones, ones, 460)[0] == pytest.approx(1 - sum_below(n, ones, ones, 540)[0], rel=1e-4)


def test_the_fit_finds_how_alike_cells_are():
    rng = np.random.default_rng(3)
    n = np.full(4000, 20)
    a, b = fit_beta_binomial(rng.binomial(n, rng.beta(1.0, 9.0, 4000)), n)
    assert a + b == pytest.approx(10, rel=0.1)
    assert sum(fit_beta_binomial(rng.binomial(n, 0.1), n)) > 200
    assert sum(fit_beta_binomial([], [])) == pytest.approx(1)
