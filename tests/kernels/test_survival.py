"""Survival curves: a published table, tables worked by hand, naive loops, laws, and coverage."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from coqs.kernels import aalen_johansen, kaplan_meier, log_log_interval

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "survival.json").read_text(encoding="utf-8"))


def test_kaplan_meier_equals_the_published_remissions() -> None:
    told = VECTORS["kaplan_meier"]
    found = kaplan_meier(told["time"], told["event"])
    assert found.times.tolist() == told["times"]
    assert found.at_risk.tolist() == told["at_risk"]
    assert found.survival.round(told["survival_digits"]).tolist() == told["survival"]
    assert found.se.round(told["se_digits"]).tolist() == told["se"]
    assert found.median == told["median"]


def test_aalen_johansen_equals_a_table_worked_by_hand() -> None:
    # at 1: 8 at risk, one of cause 1; at 2: 7, one of each; at 4 (one censored at 3): 4, one of cause 2
    found = aalen_johansen([1, 2, 2, 3, 4, 5, 5, 6], [1, 1, 2, 0, 2, 1, 0, 0], 2)
    assert found.at_risk.tolist() == [8, 7, 4, 3]
    assert found.events.tolist() == [[1, 0], [1, 1], [0, 1], [1, 0]]
    expected_first = [1 / 8, 1 / 8 + 7 / 8 / 7, 1 / 4, 1 / 4 + 15 / 32 / 3]
    expected_second = [0, 1 / 8, 1 / 8 + 5 / 8 / 4, 9 / 32]
    np.testing.assert_allclose(found.incidence.T, [expected_first, expected_second], atol=1e-12)
    np.testing.assert_allclose(found.survival, [7 / 8, 5 / 8, 15 / 32, 5 / 16], atol=1e-12)


def test_the_variance_of_an_incidence_equals_one_worked_by_hand() -> None:
    # Of 4, one ends by cause 1 at 1, one by cause 2 at 2: F1 = 1/4 throughout, so that its variance is that
    # of a share, 3/64; F2 = 1/4 at 2, whose is the same since nobody is censored.
    found = aalen_johansen([1, 2, 3, 3], [1, 2, 0, 0], 2)
    np.testing.assert_allclose(found.se[-1] ** 2, [3 / 64, 3 / 64], atol=1e-12)


def naive_survival(
    durations: list[int], event: list[int], entry: list[int]
) -> dict[int, tuple[float, float]]:
    share, squares, curve = 1.0, 0.0, {}
    for t in sorted({d for d, e in zip(durations, event, strict=True) if e}):
        n = sum(begun < t <= d for d, begun in zip(durations, entry, strict=True))
        died = sum(d == t and e > 0 for d, e in zip(durations, event, strict=True))
        share *= 1 - died / n
        squares += died / (n * (n - died)) if died < n else 0
        curve[t] = (share, share * math.sqrt(squares))
    return curve


def naive_incidence(durations: list[int], cause: list[int], kind: int) -> list[tuple[float, float]]:
    """Carry the covariance of survival and incidence from one time to the next by the delta method."""
    share, incidence = 1.0, 0.0
    covariance = np.zeros((2, 2))
    found = []
    for t in sorted({d for d, c in zip(durations, cause, strict=True) if c}):
        n = sum(d >= t for d in durations)
        a = sum(d == t and c > 0 for d, c in zip(durations, cause, strict=True)) / n
        b = sum(d == t and c == kind for d, c in zip(durations, cause, strict=True)) / n
        of_state = np.array([[1 - a, 0], [b, 1]])
        of_counts = np.array([[-share, 0], [0, share]])
        counts = np.array([[a * (1 - a), b * (1 - a)], [b * (1 - a), b * (1 - b)]]) / n
        covariance = of_state @ covariance @ of_state.T + of_counts @ counts @ of_counts.T
        share, incidence = share * (1 - a), incidence + share * b
        found.append((incidence, math.sqrt(max(covariance[1, 1], 0))))
    return found


FOLLOWED = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=1, max_size=30)


@given(FOLLOWED)
@settings(max_examples=40, deadline=None)
def test_both_equal_a_loop_over_times(followed: list[tuple[int, int]]) -> None:
    durations, cause = (list(each) for each in zip(*followed, strict=True))
    curve = kaplan_meier(durations, np.array(cause) > 0)
    naive = naive_survival(durations, cause, [0] * len(cause))
    assert curve.times.tolist() == list(naive)
    found = np.column_stack([curve.survival, curve.se]).reshape(-1, 2)
    np.testing.assert_allclose(found, np.reshape(list(naive.values()), (-1, 2)), atol=1e-12)
    incidences = aalen_johansen(durations, cause, 2)
    for kind in (1, 2):
        found = np.column_stack([incidences.incidence[:, kind - 1], incidences.se[:, kind - 1]])
        expected = np.reshape(naive_incidence(durations, cause, kind), (-1, 2))
        np.testing.assert_allclose(found[:, 0], expected[:, 0], atol=1e-12)
        np.testing.assert_allclose(found[:, 1], expected[:, 1], atol=1e-7)


@given(FOLLOWED)
@settings(max_examples=40, deadline=None)
def test_incidences_and_survival_make_one(followed: list[tuple[int, int]]) -> None:
    durations, cause = (list(each) for each in zip(*followed, strict=True))
    found = aalen_johansen(durations, cause, 2)
    np.testing.assert_allclose(found.incidence.sum(axis=1) + found.survival, 1, atol=1e-12)
    np.testing.assert_allclose(found.survival, kaplan_meier(durations, np.array(cause) > 0).survival)
    assert (np.diff(found.incidence, axis=0) >= 0).all()


@given(FOLLOWED)
@settings(max_examples=40, deadline=None)
def test_with_one_cause_the_incidence_is_one_less_the_survival(followed: list[tuple[int, int]]) -> None:
    durations, cause = (list(each) for each in zip(*followed, strict=True))
    event = np.array(cause) > 0
    curve, found = kaplan_meier(durations, event), aalen_johansen(durations, event, 1)
    np.testing.assert_allclose(found.incidence[:, 0], 1 - curve.survival, atol=1e-12)
    np.testing.assert_allclose(found.se[:, 0], curve.se, atol=1e-7)


@given(FOLLOWED, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_never_shows(followed: list[tuple[int, int]], random: object) -> None:
    shuffled = [*followed]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (aalen_johansen(*zip(*rows, strict=True), 2) for rows in (followed, shuffled))
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)


def test_who_is_followed_late_is_not_at_risk_before() -> None:
    durations, event, entry = [3, 5, 5, 7, 9], [1, 1, 0, 1, 0], [0, 0, 4, 1, 5]
    curve = kaplan_meier(durations, event, entry=entry)
    assert curve.at_risk.tolist() == [3, 3, 2]
    naive = naive_survival(durations, event, entry)
    np.testing.assert_allclose(curve.survival, [share for share, _ in naive.values()])


def test_events_at_a_time_come_before_censorings_at_it() -> None:
    assert kaplan_meier([4, 4], [True, False]).survival.tolist() == [0.5]


def test_nobody_and_all_censored_give_no_times() -> None:
    for durations, event in (([], []), ([2.0, 5.0], [False, False])):
        curve, found = kaplan_meier(durations, event), aalen_johansen(durations, event, 2)
        assert (len(curve.times), found.incidence.shape) == (0, (0, 2))
        assert math.isnan(curve.median)
    assert curve.at([5.0])[0].tolist() == [1.0]
    assert np.isnan(curve.at([5.1])[0]).all()
    assert np.isnan(kaplan_meier([], []).at([0.0])[0]).all()


def test_one_alone_and_all_equal_end_at_once_and_have_no_interval() -> None:
    for durations in ([3.0], [3.0, 3.0, 3.0]):
        curve = kaplan_meier(durations, [True] * len(durations))
        assert (curve.survival.tolist(), curve.se.tolist(), curve.median) == ([0.0], [0.0], 3.0)
        assert np.isnan([curve.ci_low[0], curve.ci_high[0]]).all()
        found = aalen_johansen(durations, [2] * len(durations), 2)
        assert found.incidence.tolist() == [[0.0, 1.0]]
        assert np.isnan(found.ci_low).all()
        assert found.at([99.0])[0].tolist() == [[0.0, 1.0]]


def test_a_curve_is_read_at_any_time_but_not_after_the_last_who_was_followed() -> None:
    curve = kaplan_meier([2, 3, 3, 5, 8], [1, 1, 0, 1, 0])
    share, se, low, high = curve.at([-1, 0, 1.9, 2, 4, 8, 8.5])
    np.testing.assert_allclose(share, [np.nan, 1, 1, 0.8, 0.6, 0.3, np.nan])
    assert np.isnan(low[:3]).all()
    assert (low[3:6] < share[3:6]).all()
    assert (share[3:6] < high[3:6]).all()
    assert se[4] == curve.se[1]
    shares = aalen_johansen([2, 3, 3, 5, 8], [1, 2, 0, 1, 0], 2).at([0, 4, 8.5])[0]
    np.testing.assert_allclose(shares, [[0, 0], [0.2, 0.2], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("durations", "cause", "entry", "word"),
    [
        ([-1], [1], None, "0 or more"),
        ([math.nan], [1], None, "finite"),
        ([1, 2], [1], None, "go with"),
        ([1], [3], None, "0 .censored. to 2"),
        ([1], [1], [1], "before"),
    ],
)
def test_what_cannot_be_is_refused(durations: object, cause: object, entry: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        aalen_johansen(durations, cause, 2, entry=entry)


def test_limits_stay_inside_and_are_wider_where_more_certainty_is_asked() -> None:
    low, high = log_log_interval([0.03, 0.5, 0.97], [0.01, 0.1, 0.01])
    wider = log_log_interval([0.03, 0.5, 0.97], [0.01, 0.1, 0.01], confidence=0.99)
    assert (wider[0] < low).all()
    assert (high < wider[1]).all()
    assert (wider[0] >= 0).all()
    assert (wider[1] <= 1).all()


@pytest.mark.slow
def test_curves_under_censoring_are_unbiased_and_their_intervals_cover() -> None:
    rng, n, runs = np.random.default_rng(20260501), 200, 4000
    at = np.array([0.2, 0.5, 1.0])
    shares, incidences, hits = [], [], []
    whole = 1 - np.exp(-at)
    truth = np.column_stack([0.7 * whole, 0.3 * whole])
    for _ in range(runs):
        time, until = rng.exponential(1.0, n), rng.uniform(0, 3, n)
        cause = np.where(time <= until, 1 + (rng.random(n) < 0.3), 0)
        seen = np.minimum(time, until)
        share, _, low, high = kaplan_meier(seen, cause > 0).at(at)
        found, _, lower, upper = aalen_johansen(seen, cause, 2).at(at)
        shares.append(share)
        incidences.append(found)
        hits.append(
            np.column_stack([(low <= 1 - whole) & (1 - whole <= high), (lower <= truth) & (truth <= upper)])
        )
    for values, expected in ((np.array(shares), 1 - whole), (np.array(incidences), truth)):
        error = values.std(axis=0) / math.sqrt(runs)
        assert (np.abs(values.mean(axis=0) - expected) < 4 * error).all()
    coverage = np.mean(hits, axis=0)  # Monte Carlo error sqrt(0.95 * 0.05 / 4000) = 0.34 points
    assert ((coverage > 0.935) & (coverage < 0.965)).all(), coverage
