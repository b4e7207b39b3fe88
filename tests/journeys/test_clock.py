"""The clock: heights, hands and sides as defined; readings that later data never revise."""

from __future__ import annotations

import math
import pickle
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError
from coqs.journeys.clock import clock_of
from coqs.journeys.clock.dial import SIDES, Scale, hand, in_words, minutes_from_noon, sides_of
from coqs.journeys.measures import Yardstick

MEASURE = Yardstick(name="passed", kind="share", mark=0.8, ceiling=1.0)


def series(shares: np.ndarray, n: int = 200, *, seed: int = 1, measure: Yardstick = MEASURE) -> coqs.Series:
    """Draw successes of these (P, G) shares."""
    rng = np.random.default_rng(seed)
    return coqs.Series.of_arrays(rng.binomial(n, shares), float(n), measure=measure, every="week")


@pytest.mark.parametrize(
    ("height", "minutes"), [(1.0, 0.0), (0.5, 15.0), (0.0, 30.0), (0.75, 10.0), (0.25, 20.0)]
)
def test_noon_is_the_ceiling_a_quarter_the_target_and_half_past_the_floor(height, minutes):
    assert minutes_from_noon(np.array([height]))[0] == pytest.approx(minutes)


def test_the_height_is_straight_on_either_side_of_the_target_and_clipped():
    scale = Scale(0.2, np.array([[0.8]]), 1.0)
    heights = [float(scale.height(np.array([[level]]))[0, 0]) for level in (0.1, 0.2, 0.5, 0.8, 0.9, 1.2)]
    assert heights == pytest.approx([0, 0, 0.25, 0.5, 0.75, 1])


def test_where_less_is_better_the_dial_is_turned_round():
    scale = Scale(1.0, np.array([[0.1]]), 0.0)
    assert not scale.rises
    heights = [float(scale.height(np.array([[level]]))[0, 0]) for level in (1.0, 0.55, 0.1, 0.05, 0.0)]
    assert heights == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_the_hand_is_left_climbing_right_winding_down_and_nowhere_else():
    sides = sides_of(np.array([0.95, 0.05, 0.5, 0.9, np.nan, 0.99]), np.array([1, 1, 1, 1, 1, 15.1]))
    assert [SIDES[each] for each in sides] == [
        "climbing",
        "winding down",
        "holding",
        "holding",
        "cannot tell",
        "cannot tell",
    ]
    minutes = hand(sides, np.full(6, 15.0))
    assert minutes[:2].tolist() == [45.0, 15.0]
    assert np.isnan(minutes[2:]).all()


def test_a_quarter_till_is_the_target_on_the_way_up():
    rising = np.linspace(0.6, 0.8, 16)[:, None]
    row = clock_of(series(rising, 4000)).readings().rows()[0]
    assert row["side"] == "climbing"
    assert 43 <= row["minute"] <= 47
    assert row["words"] == "a quarter till, climbing"


def test_a_quarter_past_is_the_target_on_the_way_down():
    falling = np.linspace(0.99, 0.8, 16)[:, None]
    row = clock_of(series(falling, 4000)).readings().rows()[0]
    assert (row["side"], row["words"]) == ("winding down", "a quarter past, winding down")


def test_what_does_not_move_is_holding_and_has_no_minute():
    row = clock_of(series(np.full((20, 1), 0.8), 4000)).readings().rows()[0]
    assert (row["side"], row["minute"]) == ("holding", None)
    assert row["from_noon"] == pytest.approx(15, abs=1)


def test_levels_of_shares_stay_what_shares_can_be():
    falling = np.linspace(0.5, 0.0, 12)[:, None]
    clock = clock_of(series(falling, 400), target=0.5)
    low, high = clock.interval()
    for each in (clock.level, low, high):
        known = each[~np.isnan(each)]
        assert ((known >= 0) & (known <= 1)).all()


def test_few_observations_cannot_tell():
    row = clock_of(series(np.full((6, 1), 0.8), 3)).readings().rows()[0]
    assert (row["side"], row["words"]) == ("cannot tell", "cannot tell")


def test_after_three_periods_unseen_nothing_is_told_any_more():
    total = np.full((12, 1), 80.0)
    n = np.full((12, 1), 100.0)
    n[8:] = 0
    sides = clock_of(coqs.Series.of_arrays(total, n, measure=MEASURE)).side[:, 0].tolist()
    assert sides[10] != "cannot tell"
    assert sides[11] == "cannot tell"


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(2, 14))
def test_later_data_revise_no_reading(seed, cut):
    rng = np.random.default_rng(seed)
    whole = coqs.Series.of_arrays(
        rng.binomial(30, rng.uniform(0.3, 0.9, (15, 3))), rng.integers(0, 2, (15, 3)) * 30.0, measure=MEASURE
    )
    early, late = clock_of(whole.within(0, cut)), clock_of(whole)
    for name in ("level", "p_better", "minute", "side_codes", "cycles"):
        np.testing.assert_array_equal(getattr(early, name), getattr(late, name)[:cut])
    for left, right in zip(early.interval(), late.interval(), strict=True):
        np.testing.assert_array_equal(left, right[:cut])


@pytest.mark.parametrize("first_spread", [0, 1, 7, 11, 16])
@pytest.mark.parametrize("kind", ["score", "value"])
def test_the_first_spread_that_is_seen_revises_no_reading_before_it(kind, first_spread):
    """Single interactions show no spread; weeks of several, from some week on, do."""
    rng = np.random.default_rng(first_spread)
    n = np.where(np.arange(16) < first_spread, 1.0, 6.0)[:, None] * np.ones(2)
    whole = coqs.Series.of_arrays(
        rng.uniform(0.5, 0.9, (16, 2)) * n,
        n,
        sd=np.where(n > 1, 0.1, np.nan),
        measure=Yardstick(name="overall", kind=kind, mark=0.7, ceiling=1.0),
    )
    late = clock_of(whole)
    for cut in range(1, 16):
        early = clock_of(whole.within(0, cut))
        for name in ("level", "p_better", "side_codes"):
            np.testing.assert_array_equal(getattr(early, name), getattr(late, name)[:cut])


def test_a_rate_stands_at_no_less_than_nothing():
    measure = Yardstick(name="lapses", kind="rate", better="lower", mark=0.02)
    events = np.append(np.linspace(90, 0, 9), np.zeros(5))[:, None].round()
    clock = clock_of(coqs.Series.of_arrays(events, 1000.0, measure=measure), floor=0.1)
    assert np.nanmin(clock.trend.level) < 0
    assert np.nanmin(clock.level) == np.nanmin(clock.interval()[0]) == 0


def test_hindsight_is_another_thing_and_says_so():
    drawn = series(np.linspace(0.5, 0.9, 20)[:, None])
    seen, hind = clock_of(drawn), clock_of(drawn, hindsight=True)
    assert hind.is_hindsight
    assert "hindsight" in repr(hind)
    assert hind.level[-1] == pytest.approx(seen.level[-1])
    assert not np.allclose(hind.level[5], seen.level[5])


def test_a_target_rises_from_stop_to_stop_and_may_be_a_persons_own():
    drawn = series(np.full((10, 2), 0.8))
    clock = clock_of(drawn, target={"g1": [("2026-01-01", 0.6), ("2026-02-01", 0.7)], "*": 0.5})
    starts = drawn.periods.astype("datetime64[D]")
    assert clock.scale.target[:, 0].tolist() == [
        0.7 if day >= np.datetime64("2026-02-01") else 0.6 for day in starts
    ]
    assert set(clock.scale.target[:, 1]) == {0.5}


def test_targets_of_a_log_are_those_of_the_clock(tmp_path):
    scores = coqs.score(coqs.make_sample(n=400, weeks=9))
    journeys = coqs.Journeys.from_scores(scores, by="site", measures="passed")
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    for at, target in (("2026-03-16", 0.5), ("2026-04-13", 0.6)):
        log = log.append(journeys.checkpoint(at=at, targets={"passed": target}, log=log))
    clock = journeys.clock(target={site: log.targets("passed", site) for site in journeys.groups})
    assert sorted(set(clock.scale.target[:, 0].tolist())) == [0.5, 0.6]


def test_a_rate_of_lapses_is_read_with_its_ends_turned_round():
    measure = Yardstick(name="late", kind="share", better="lower", ceiling=1.0)
    clock = clock_of(series(np.linspace(0.3, 0.1, 16)[:, None], 4000, measure=measure), target=0.1, floor=0.5)
    assert clock.readings().rows()[0]["side"] == "climbing"


def test_a_perfect_score_held_for_long_is_a_finding():
    perfect = coqs.Series.of_arrays(np.full((12, 2), 50.0) - [[0, 10]], 50.0, measure=MEASURE)
    (finding,) = clock_of(perfect).findings()
    assert finding == "g1: at the ceiling for 11 periods in a row; the rubric is too easy"
    assert finding in str(clock_of(perfect))


@pytest.mark.parametrize("gap", [6, 13])
def test_a_gap_ends_no_perfect_run_and_is_not_counted_in_it(gap):
    n = np.full((14, 1), 50.0)
    n[gap] = 0
    (finding,) = clock_of(coqs.Series.of_arrays(n, n, measure=MEASURE)).findings()
    assert "for 12 periods in a row" in finding


def test_scores_without_a_spread_are_read_by_what_they_do():
    values = np.linspace(0.5, 0.8, 20)[:, None] + 0.01 * np.sin(np.arange(20))[:, None]
    measure = Yardstick(name="overall", kind="score", mark=0.8, ceiling=1.0)
    row = clock_of(coqs.Series.of_arrays(values, 1.0, measure=measure)).readings().rows()[0]
    assert row["side"] == "climbing"


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"target": 1.5}, PolicyError, "target must lie between the floor 0 and the ceiling 1"),
        ({"target": {"g1": 0.5}}, PolicyError, "every group must have a target"),
        ({"target": {"*": []}}, PolicyError, r"pairs of moment and number, got \[\]"),
        ({"target": "0.5"}, PolicyError, "pairs of moment and number"),
        ({"confidence": 1.5}, PolicyError, "confidence must lie between 0 and 1"),
        ({"target": {"*": [("soon", 0.5)]}}, RecordError, "target: must be a time or a date"),
        ({"ceiling": math.inf}, PolicyError, "must have a floor and a ceiling"),
    ],
)
def test_a_mistake_in_a_dial_is_told(how, error, message):
    with pytest.raises(error, match=message):
        clock_of(series(np.full((4, 2), 0.5)), **how)


def test_a_measure_without_a_mark_wants_a_target():
    plain = Yardstick(name="passed", kind="share", ceiling=1.0)
    with pytest.raises(PolicyError, match=r"must have a target.*give target="):
        clock_of(series(np.full((4, 1), 0.5), measure=plain))
    with pytest.raises(NotFoundError, match="'g1'"):
        clock_of(series(np.full((4, 1), 0.5))).words("G1")


def test_nobody_has_no_clock():
    nobody = coqs.Series.of_arrays(np.empty((0, 0)), np.empty((0, 0)), measure=MEASURE)
    clock = clock_of(nobody)
    assert len(clock.readings()) == 0
    assert clock.findings() == ()


def test_clocks_pickle_compare_and_are_read_only():
    clock = clock_of(series(np.full((8, 2), 0.7)))
    again = pickle.loads(pickle.dumps(clock))
    assert again == clock
    assert not again.level.flags.writeable
    assert pickle.loads(pickle.dumps(clock.readings())) == clock.readings()
    assert clock != clock_of(series(np.full((8, 2), 0.7)), target=0.5)


@pytest.mark.parametrize("side", ["climbing", "holding", "cannot tell"])
def test_a_dial_is_one_svg_element_that_says_what_it_shows(side):
    shares = {
        "climbing": np.linspace(0.5, 0.8, 12),
        "holding": np.full(12, 0.8),
        "cannot tell": np.full(2, 0.5),
    }
    n = 2 if side == "cannot tell" else 4000
    clock = clock_of(series(shares[side][:, None], n))
    drawn = ET.fromstring(clock.to_svg("g1"))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == f"g1: {clock.words('g1')}"
    assert side in clock.words("g1")
    assert ("?" in "".join(drawn.itertext())) == (side == "cannot tell")


def test_a_page_of_dials_and_a_history_are_drawn():
    pytest.importorskip("matplotlib")
    clock = clock_of(series(np.full((8, 6), 0.7)))
    texts = [each.get_text() for each in clock.plot().texts]
    assert [text for text in texts if text.startswith("g")] == [f"g{place}" for place in range(1, 7)]
    axes = clock.plot_history("g2", events=[("2026-01-20", "training")])
    assert "training" in [each.get_text() for each in axes.texts]


@pytest.mark.parametrize(
    ("minute", "words"),
    [
        (0.4, "noon"),
        (14.2, "a quarter past"),
        (29, "half past"),
        (50, "10 till"),
        (7, "7 past"),
        (59.8, "noon"),
    ],
)
def test_hands_are_read_aloud_as_clocks_are(minute, words):
    assert in_words("climbing", minute, 1.0) == f"{words}, climbing"


def wave(turns: float, periods: int) -> np.ndarray:
    return 0.8 + 0.15 * np.cos(2 * np.pi * turns * np.arange(periods) / periods)[:, None]


def test_full_turns_are_counted_and_not_made_of_noise():
    assert clock_of(series(wave(3, 90), 4000)).cycles[-1, 0] in (2, 3)
    assert clock_of(series(np.full((90, 300), 0.8), 100)).cycles[-1].mean() < 0.02


def test_too_few_periods_tell_nothing_of_who_leads():
    table = clock_of(series(np.full((10, 2), 0.8))).leads()
    assert table["can_tell"].tolist() == [False]
    assert "cannot tell, 8 periods in common of 20" in str(table)


def test_who_moves_first_leads():
    rng = np.random.default_rng(4)
    shocks = rng.normal(0, 0.05, 120)
    leader = np.clip(0.7 + shocks, 0, 1)
    follower = np.clip(0.7 + np.concatenate([np.zeros(2), shocks[:-2]]), 0, 1)
    clock = clock_of(series(np.column_stack([leader, follower]), 4000))
    (row,) = clock.leads().rows()
    assert (row["leader"], row["follower"], row["lag"]) == ("g1", "g2", 2)
    assert row["p_all"] < 0.01
    assert 0 < row["ci_low"] < row["correlation"] < row["ci_high"] <= 1
    assert "g1 moves 2 weeks before g2" in row["words"]
    assert clock.leads() == clock.leads()
    with pytest.raises(PolicyError, match="lag of 0 or more"):
        clock.leads(most_lag=-1)
    with pytest.raises(PolicyError, match="whole periods"):
        clock.leads(most_lag=1.5)


def test_a_lag_longer_than_what_was_seen_is_no_lag():
    rng = np.random.default_rng(3)
    clock = clock_of(series(rng.uniform(0.6, 0.9, (30, 2))))
    assert clock.leads(most_lag=500, permutations=99) == clock.leads(most_lag=29, permutations=99)


def test_before_the_first_period_a_dial_and_a_history_tell_nothing():
    clock = clock_of(coqs.Series.of_arrays(np.zeros((0, 1)), np.zeros((0, 1)), measure=MEASURE))
    assert "g1: cannot tell" in clock.to_svg("g1")
    assert clock.plot_history("g1").get_title() == "g1: cannot tell"


@pytest.mark.parametrize("target", [np.float32(0.75), {"*": np.float32(0.75)}, [("2026-01-01", 0.75)]])
def test_a_target_may_be_any_number_or_pairs_for_all(target):
    clock = clock_of(series(np.full((4, 2), 0.8)), target=target)
    assert (clock.scale.target == 0.75).all()


def test_gaps_do_not_make_a_correlation_smaller():
    rng = np.random.default_rng(8)
    shares = np.repeat(0.7 + rng.normal(0, 0.05, 300)[:, None], 2, axis=1)
    n = np.where(rng.random((300, 2)) < 0.4, 0.0, 100_000.0)
    drawn = coqs.Series.of_arrays(shares * n, n, measure=MEASURE, every="week")
    (row,) = clock_of(drawn).leads(permutations=199).rows()
    assert row["lag"] == 0
    assert row["correlation"] > 0.9


@pytest.mark.slow
def test_the_test_of_leads_keeps_its_size_where_both_clocks_drift_apart():
    """300 pairs of random walks that have nothing in common: the error of the share is 1.3 points."""
    rng = np.random.default_rng(6)
    p = []
    for _ in range(300):
        walks = np.clip(0.7 + np.cumsum(rng.normal(0, 0.02, (60, 2)), axis=0), 0.05, 0.95)
        drawn = coqs.Series.of_arrays(rng.binomial(200, walks), 200.0, measure=MEASURE, every="week")
        p.append(clock_of(drawn).leads(permutations=199)["p"][0])
    assert np.mean(np.array(p) < 0.05) <= 0.05 + 3 * 0.013


@pytest.mark.slow
def test_planted_phases_are_read_within_the_stated_error():
    """Of 400 journeys each: climbs, descents and rests of 200 a week are read; the error is 2.5 points."""
    periods, groups = 24, 400

    def last(path: np.ndarray) -> np.ndarray:
        return clock_of(series(np.repeat(path[:, None], groups, axis=1), seed=9)).side_codes[-1]

    climbing, down = last(np.linspace(0.6, 0.9, periods)), last(np.linspace(0.9, 0.6, periods))
    resting = last(np.full(periods, 0.8))
    assert (climbing == 0).mean() > 0.9
    assert (down == 1).mean() > 0.9
    assert (resting == 0).mean() < 0.1 + 0.025 * 2
    assert (resting == 1).mean() < 0.1 + 0.025 * 2
    assert (resting == 2).mean() > 0.7


@pytest.mark.slow
@pytest.mark.parametrize(("n", "spread"), [(10, 0.0), (200, 0.03), (5_000, 0.03), (20_000, 0.05)])
def test_weeks_that_differ_more_than_sampling_does_are_no_news_however_many_were_asked(n, spread):
    """1,000 flat journeys, of every period from the third on: the error of each share is 0.7 to 1 point.

    Of thousands of customers a week sampling leaves next to nothing, and weeks differ all the same.
    """
    rng = np.random.default_rng(n)
    shares = np.clip(0.75 + spread * rng.normal(size=(30, 1000)), 0, 1)
    clock = clock_of(series(shares, n, seed=n))
    low, high = clock.interval()
    covered = ((low <= 0.75) & (high >= 0.75))[2:].mean(axis=1)
    assert covered.min() > 0.95 - 3 * 0.007
    for side in (0, 1):
        called = (clock.side_codes[2:] == side).mean(axis=1)
        assert called.max() < 0.10 + 3 * 0.01
        assert called.mean() < 0.02


@pytest.mark.slow
def test_the_levels_interval_covers_where_shares_are_what_they_are():
    """1,000 journeys of a steady share and 1,000 that climb: the error of each coverage is 0.7 points."""
    for path in (np.full(20, 0.7), np.linspace(0.5, 0.8, 20)):
        drawn = series(np.repeat(path[:, None], 1000, axis=1), 100, seed=12)
        low, high = clock_of(drawn).interval()
        covered = ((low[-1] <= path[-1]) & (path[-1] <= high[-1])).mean()
        assert covered >= 0.935
