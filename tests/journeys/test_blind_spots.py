"""Blind spots over time: sets, hours, days and posts that are not observed as they should be."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError
from coqs.journeys.blind_spots.clusters import cluster_squares
from coqs.kernels import clustered_share_interval, wilson_interval

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
facts.duty = ["gate", "desk", "patrol"]
[[criteria]]
id = "helps"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")


def seen(*rows: tuple[str | None, str | None], **more: list[Any]) -> coqs.Scores:
    """Score (customer set, time) of each interaction."""
    table: dict[str, list[Any]] = {
        "interaction": [f"i{place}" for place in range(len(rows))],
        "customer_set": [row[0] for row in rows],
        "at": [row[1] for row in rows],
        "helps": ["yes"] * len(rows),
    }
    return coqs.score(coqs.Ratings.from_table(table | more, RUBRIC))


WEEKS = seen(
    *[("visitors", f"2026-05-{day:02}T10:00Z") for day in range(4, 25)],
    ("client", "2026-05-04T10:00Z"),
    ("client", None),
    (None, "2026-05-05T10:00Z"),
)


def test_each_set_of_the_rubric_is_there_seen_or_not():
    spots = coqs.blind_spots(WEEKS)
    assert spots["value"].tolist() == ["client", "employees", "co_workers", "visitors", "self"]
    assert spots["n"].tolist() == [2, 0, 0, 21, 0]
    assert spots.unknown == 1
    assert spots.blind() == ("employees", "co_workers", "self")


def test_shares_have_wilsons_interval_and_what_was_never_seen_has_the_rule_of_three():
    spots = coqs.blind_spots(WEEKS)
    low, high = wilson_interval([2.0], [23.0])
    assert (spots["ci_low"][0], spots["ci_high"][0]) == (low[0], high[0])
    assert spots["ci_high"][1] == pytest.approx(1 - 0.05 ** (1 / 23))


def test_it_counts_by_period_and_tells_since_when_something_is_not_seen():
    spots = coqs.blind_spots(WEEKS)
    assert spots.counts[:, 0].tolist() == [1, 0, 0]
    assert spots.counts[:, 3].tolist() == [7, 7, 7]
    assert spots["unseen_for"].tolist() == [2, 3, 3, 0, 3]
    assert spots["last_seen"].tolist() == ["2026-05-04", None, None, "2026-05-18", None]
    assert "client      8.7%" in str(spots)
    assert "not seen for 2 weeks" in str(spots)
    over = spots.over_time()
    assert over["share"][3] == pytest.approx(7 / 8)
    assert len(over["n"]) == 15


@pytest.mark.parametrize(
    ("n", "share", "state"),
    [(2, 0.5, "too little"), (2, 0.01, "too much"), (2, 0.1, "cannot tell"), (800, 0.08, "enough")],
)
def test_what_is_expected_is_held_against_the_whole_interval(n, share, state):
    total = 23 if n == 2 else 10_000
    rows = [("client", None)] * n + [("visitors", None)] * (total - n)
    spots = coqs.blind_spots(seen(*rows), expected={"client": share})
    assert spots["state"][0] == state
    assert spots["state"][3] == "seen"


def test_hours_and_days_are_those_of_the_zone():
    late = seen(("client", "2026-05-03T22:30Z"))
    hours = coqs.blind_spots(late, by="hour_of_day", tz="Europe/Madrid")
    assert (len(hours), hours["n"][0], hours["n"][22]) == (24, 1, 0)
    days = coqs.blind_spots(late, by="weekday", tz="Europe/Madrid")
    assert days["value"][days["n"] > 0].tolist() == ["Monday"]


def test_posts_are_those_that_the_rubric_knows_or_that_were_seen_or_expected():
    scores = seen(("client", None), ("client", None), site=["north", "north"], duty=["gate", "desk"])
    assert coqs.blind_spots(scores, by="duty").blind() == ("patrol",)
    assert coqs.blind_spots(scores, by="site", expected={"south": 0.5}).blind() == ("south",)


def test_raters_of_one_interaction_make_one():
    table = {
        "interaction": ["i", "i"],
        "rater": ["a", "b"],
        "customer_set": ["client"] * 2,
        "helps": ["yes"] * 2,
    }
    assert coqs.blind_spots(coqs.score(coqs.Ratings.from_table(table, RUBRIC)))["n"][0] == 1


def test_nobody_was_seen_and_it_says_so():
    spots = coqs.blind_spots(seen())
    assert spots["n"].tolist() == [0] * 5
    assert len(spots.over_time()["n"]) == 0
    assert "nothing was observed at all" in str(spots)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"by": "sett"}, NotFoundError, "'customer_set'|'site'"),
        ({"expected": {"clients": 0.2}}, NotFoundError, "'client'"),
        ({"expected": {"client": 2}}, RecordError, "share of 'client' must lie from 0 to 1"),
        ({"by": "hour_of_day", "expected": {"25": 0.2}}, NotFoundError, "hour of day"),
        ({"cluster": "ratter"}, NotFoundError, "'rater'"),
        ({"every": "fortnight"}, PolicyError, "stretch of time"),
        ({"confidence": 0}, PolicyError, "confidence"),
    ],
)
def test_a_mistake_is_told(how, error, message):
    with pytest.raises(error, match=message):
        coqs.blind_spots(WEEKS, **how)


def test_results_pickle_compare_and_are_read_only():
    spots = coqs.blind_spots(WEEKS, expected={"client": 0.2})
    assert pickle.loads(pickle.dumps(spots)) == spots
    assert spots != coqs.blind_spots(WEEKS)
    assert not spots.counts.flags.writeable
    assert not spots["share"].flags.writeable


def test_what_was_not_observed_is_hatched():
    pytest.importorskip("matplotlib")
    axes = coqs.blind_spots(WEEKS).plot()
    assert len(axes.patches) == int((coqs.blind_spots(WEEKS).counts == 0).sum())


VISITS = seen(
    *[("visitors", f"2026-05-{day:02}T{hour:02}:00Z") for day in (4, 5, 11, 12) for hour in range(8, 18)],
    *[("client", f"2026-05-{day:02}T{hour:02}:00Z") for day in (6, 13) for hour in range(8, 18)],
)


def test_a_day_at_one_post_counts_as_one_where_days_hang_together():
    alone, days = coqs.blind_spots(VISITS), coqs.blind_spots(VISITS, cluster="day")
    low, high = clustered_share_interval([1 / 3], [60], [2 * (10 * 2 / 3) ** 2 + 4 * (10 / 3) ** 2], [6])
    assert (days["ci_low"][0], days["ci_high"][0]) == pytest.approx((low[0], high[0]))
    assert days["ci_high"][0] - days["ci_low"][0] > 2 * (alone["ci_high"][0] - alone["ci_low"][0])
    assert days["ci_high"][1] == pytest.approx(1 - 0.05 ** (1 / 6))
    over = days.over_time()
    low, high = clustered_share_interval([1 / 3], [30], [(10 * 2 / 3) ** 2 + 2 * (10 / 3) ** 2], [3])
    assert (over["ci_low"][0], over["ci_high"][0]) == pytest.approx((low[0], high[0]))


def test_how_far_clusters_differ_equals_a_loop():
    rng = np.random.default_rng(2)
    group, cluster, place = (rng.integers(0, size, 60) for size in (3, 7, 4))
    squares, clusters = cluster_squares(group, cluster, place, (3, 4))
    for one in range(3):
        assert clusters[one] == len(set(cluster[group == one].tolist()))
        for thing in range(4):
            share = (place[group == one] == thing).mean()
            left = [
                ((place[(group == one) & (cluster == each)] == thing) - share).sum() ** 2 for each in range(7)
            ]
            assert squares[one, thing] == pytest.approx(sum(left))


def test_interactions_that_are_their_own_clusters_hang_together_as_in_the_kernel():
    each = coqs.blind_spots(VISITS, cluster="interaction")
    low, high = clustered_share_interval([1 / 3], [60], [60 * (1 / 3) * (2 / 3)], [60])
    assert (each["ci_low"][0], each["ci_high"][0]) == pytest.approx((low[0], high[0]))
    assert each.clusters.tolist() == [30, 30, 60]


def test_of_one_cluster_no_interval_can_be_told():
    spots = coqs.blind_spots(VISITS, cluster="year", expected={"client": 0.9})
    assert spots["state"][0] == "cannot tell"
    assert "33.3% (cannot tell how surely)" in str(spots)
    assert len(coqs.blind_spots(seen(), cluster="day").over_time()["n"]) == 0


def test_clustered_results_pickle_and_compare():
    spots = coqs.blind_spots(VISITS, cluster="day")
    assert pickle.loads(pickle.dumps(spots)) == spots
    assert not pickle.loads(pickle.dumps(spots)).squares.flags.writeable
    assert spots != coqs.blind_spots(VISITS)


@pytest.mark.slow
def test_intervals_cover_and_what_is_never_seen_is_bounded():
    """20,000 draws of 80 interactions of two sets: the error of the coverage is 0.15 points."""
    rng = np.random.default_rng(4)
    share = rng.uniform(0.02, 0.4, 20_000)
    n = rng.binomial(80, share)
    low, high = wilson_interval(n, np.full(n.shape, 80))
    high = np.where(n == 0, 1 - 0.05 ** (1 / 80), high)
    assert 0.935 <= ((low <= share) & (share <= high)).mean() <= 0.965


@pytest.mark.slow
def test_intervals_cover_where_observers_come_for_a_day_at_one_post():
    """2,000 draws of 40 days of 10 interactions, mostly of one set: coverage errs by half a point."""
    rng = np.random.default_rng(6)
    n = rng.binomial(10, rng.beta(0.6, 1.4, (2000, 40)))
    share = n.sum(axis=1) / 400
    squares = ((n - share[:, None] * 10) ** 2).sum(axis=1)
    clustered = clustered_share_interval(share, np.full(2000, 400), squares, np.full(2000, 40))
    alone = wilson_interval(n.sum(axis=1), np.full(2000, 400))
    covered, missed = (((low <= 0.3) & (high >= 0.3)).mean() for low, high in (clustered, alone))
    assert 0.935 <= covered <= 0.965
    assert missed < 0.7
