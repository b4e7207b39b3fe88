"""The test of contagion: its parts by hand, its size, and its power."""

import math

import numpy as np
import pytest

from coqs.kernels.clean_runs import slips, within_reach
from coqs.kernels.contagion import (
    Aftermath,
    aftermath,
    chance_aftermath,
    chance_of,
    excess,
    pooled,
    risk_ratio,
    trend_design,
)
from coqs.kernels.ridge_logit import logistic

FLAT = np.ones((12, 1)), np.array([1e-9])


def test_what_followed_is_that_worked_by_hand():
    """A slip at place 3; of the three after it one lapses. Of the nine others two do: 3 x 2/9 expected."""
    lapse = np.array([[0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]], bool)
    found = aftermath(lapse, np.ones(12, bool), *FLAT, clean_run=3, reach=3)
    assert (found.slips[0], found.n[0], found.observed[0]) == (1, 3, 1)
    assert found.expected[0] == pytest.approx(3 * 2 / 9)
    assert found.variance[0] == pytest.approx(3 * 2 / 9 * 7 / 9)
    assert found.error[0] == pytest.approx(3 * math.sqrt(2 / 9 * 7 / 9 / 9), rel=1e-6)


def test_what_is_not_known_is_neither_observed_nor_expected():
    lapse = np.array([[0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]], bool)
    known = np.arange(12) != 5
    found = aftermath(lapse, known, *FLAT, clean_run=3, reach=3)
    assert (found.n[0], found.observed[0]) == (2, 0)


def test_without_a_slip_there_is_no_excess_and_chance_is_as_good():
    lapse = np.zeros(12, bool)
    now, chance = chance_aftermath(
        lapse, np.ones(12, bool), *FLAT, clean_run=3, reach=3, draws=19, rng=np.random.default_rng(0)
    )
    assert excess(now).tolist() == [0]
    assert chance_of(now, chance) == 1
    assert len(chance.n) == 19


def test_people_are_added_up_set_by_set():
    one = Aftermath(*(np.array([each, each]) for each in (1.0, 5.0, 2.0, 1.0, 0.5, 3.0)))
    two = Aftermath(*(np.array([each, 0.0]) for each in (2.0, 5.0, 1.0, 1.0, 0.5, 4.0)))
    found = pooled([one, two])
    assert found.observed.tolist() == [3, 2]
    assert found.error.tolist() == [5, 3]


def test_the_design_has_a_column_less_than_places_and_no_trend_beyond_order():
    days = np.array([0, 1, 2, 300])
    design, penalty = trend_design(days, [0, 0, 1, -1])
    assert design.shape == (4, 6)
    assert len(penalty) == 6
    np.testing.assert_allclose(trend_design([0, 1, 2, 3])[0], trend_design(days)[0])
    np.testing.assert_allclose(design[:, 4:].mean(axis=0), 0, atol=1e-12)
    assert trend_design([])[0].shape == (0, 4)


def test_the_ratio_is_wide_without_lapses_and_none_without_anything_expected():
    ratio, low, high = risk_ratio(0, 20, 2, 0.5)
    assert (ratio, low) == (0, 0)
    assert high > 1
    assert np.isnan(risk_ratio(0, 0, 0, 0)).all()
    assert risk_ratio(20, 20, 4, 0)[0] == 5


def likelihoods(rng, kind, n):
    """Draw each interaction's chance of a lapse: by trend, site, shift and person."""
    time = np.arange(n) / n
    base = {"none": 0 * time + 0.12, "rising": 0.02 + 0.33 * time, "falling": 0.35 - 0.33 * time}[kind]
    site, shift = rng.integers(0, 3, n), np.arange(n) // 8 % 3
    worse = np.array([0, 0.5, -0.3])[site] + np.array([0, 0.6, -0.4])[shift] + rng.normal(0, 0.3)
    return logistic(np.log(base / (1 - base)) + worse), site, shift


def with_contagion(rng, chance, times, *, clean_run, reach):
    """Draw lapses; within reach of a slip they are so many times as likely."""
    run = left = 0
    lapse = np.zeros(len(chance), bool)
    for place, drawn in enumerate(rng.random(len(chance)).tolist()):
        lapse[place] = drawn < chance[place] * (times if left > 0 else 1)
        left = reach if lapse[place] and run >= clean_run else left - 1
        run = 0 if lapse[place] else run + 1
    return lapse


def trial(rng, kind, *, times=1.0, people=2, n=160, draws=99):
    """Return the p value and the interval of the ratio of one data set."""
    how = {"clean_run": 8, "reach": 4}
    parts = []
    for _ in range(people):
        chance, site, shift = likelihoods(rng, kind, n)
        lapse = with_contagion(rng, chance, times, **how) if times > 1 else rng.random(n) < chance
        design, penalty = trend_design(np.arange(n), site, shift)
        known = rng.random(n) < 0.97
        parts.append(chance_aftermath(lapse & known, known, design, penalty, draws=draws, rng=rng, **how))
    now, chance = (pooled(list(each)) for each in zip(*parts, strict=True))
    right = chance.observed.sum() / chance.expected.sum()
    interval = risk_ratio(
        *(float(each[0]) for each in (now.observed, now.n, now.expected * right, now.error))
    )
    return chance_of(now, chance), interval


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["none", "rising", "falling"])
def test_chance_is_taken_for_contagion_one_time_in_twenty_with_and_without_a_trend(kind):
    rng, runs = np.random.default_rng(20), 2000
    found = [trial(rng, kind) for _ in range(runs)]
    size = np.mean([p <= 0.05 for p, _ in found])
    error = math.sqrt(0.05 * 0.95 / runs)  # half a point
    assert abs(size - 0.05) <= 3 * error
    covered = np.mean([low <= 1 <= high for _, (_, low, high) in found])
    assert covered >= 0.95 - 2 * error


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["none", "rising"])
def test_contagion_that_doubles_lapses_is_found_three_times_in_four(kind):
    rng, runs = np.random.default_rng(21), 150
    found = [trial(rng, kind, times=2.0, people=5, n=200) for _ in range(runs)]
    power = np.mean([p <= 0.05 for p, _ in found])
    assert power - 2 * math.sqrt(power * (1 - power) / runs) >= 0.7
    ratios = [ratio for _, (ratio, _, _) in found]
    assert np.median(ratios) == pytest.approx(2, abs=0.25)


def share_after(lapse):
    """Return the share of lapses within reach of a slip, of each set."""
    near = within_reach(slips(lapse, clean_run=8), 4)
    return (lapse & near).sum(axis=1) / np.maximum(near.sum(axis=1), 1)


@pytest.mark.slow
def test_a_plain_shuffle_takes_a_trend_for_contagion():
    """Why it is not done so: what follows slips is then held against all orders of the same outcomes."""
    rng, runs, found = np.random.default_rng(22), 300, 0
    for _ in range(runs):
        lapse = rng.random(400) < logistic(np.linspace(-5, -1, 400))
        orders = rng.permuted(np.broadcast_to(lapse, (200, 400)), axis=1)
        after = share_after(orders)
        found += int((1 + (after >= share_after(lapse[None])[0]).sum()) / 201 <= 0.05)
    assert found / runs > 0.15
