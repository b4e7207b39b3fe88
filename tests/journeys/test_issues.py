"""Right the first time: linking, states and reasons, bounds, and shares under censoring."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
facts.planned = "boolean"
facts.about = ["bill", "card"]
facts.why = ["invited", "policy", "again"]
[[criteria]]
id = "helps"
stage = "responding"
gate = { class = "customer", on = ["harms"] }
levels = [{ id = "harms", points = 0, is = "below" }, { id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "safe"
stage = "responding"
irreversible = true
levels = [{ id = "lost", points = 0, is = "below" }, { id = "safe", points = 1, is = "meets" }]
""")
NAMES = ("interaction", "at", "customer", "issue", "provider", "about", "planned", "why", "helps", "safe")


def scored(*rows: dict[str, Any]) -> coqs.Scores:
    """Score contacts; days are counted from 2026-01-01."""
    table: dict[str, list[Any]] = {name: [] for name in NAMES}
    for place, row in enumerate(rows):
        whole = {"interaction": f"i{place}", "helps": "yes", "safe": "safe", "provider": "Ana"} | row
        day = whole.pop("day", 0.0)
        whole["at"] = None if day is None else f"{np.datetime64('2026-01-01', 's') + int(day * 86400)}Z"
        for name in NAMES:
            table[name].append(whole.get(name))
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


def told(*rows: dict[str, Any], **how: Any) -> list[tuple[Any, ...]]:
    """Return (first, n, state, reason) of each issue."""
    how.setdefault("until", "2026-03-01")
    found = coqs.issues(scored(*rows), **how).rows()
    return [(row["first"], row["n"], row["state"], row["reason"] or "") for row in found]


def test_a_matter_without_a_return_for_the_whole_window_is_confirmed():
    assert told({"customer": "c"}) == [("i0", 1, "confirmed", "")]


def test_a_contact_of_yesterday_is_not_yet_settled():
    rows = {"customer": "c", "day": 58}, {"customer": "d", "day": 44}
    assert told(*rows) == [("i1", 1, "confirmed", ""), ("i0", 1, "unknown", "followed too briefly")]


def test_an_unplanned_return_fails_it_and_a_planned_one_does_not():
    again = {"customer": "c", "day": 3}
    assert told({"customer": "c"}, again) == [("i0", 2, "failed", "rework")]
    assert told({"customer": "c"}, again | {"planned": True}) == [("i0", 2, "confirmed", "")]
    (row,) = coqs.issues(scored({"customer": "c"}, again | {"planned": True}), until="2026-03-01").rows()
    assert (row["gross_state"], row["n_planned"]) == ("failed", 1)


def test_what_counts_as_planned_can_be_told_by_words():
    rows = [{"customer": "c"}, {"customer": "c", "day": 2, "why": "policy"}]
    assert told(*rows)[0][2] == "failed"
    assert told(*rows, planned={"why": ["invited", "policy"]})[0][2] == "confirmed"


def test_after_the_window_the_customer_comes_with_a_new_matter():
    rows = {"customer": "c"}, {"customer": "c", "day": 14.5}
    assert [row[1:3] for row in told(*rows)] == [(1, "confirmed"), (1, "confirmed")]
    assert told(*rows, window=15)[0][1:3] == (2, "failed")


def test_another_matter_of_the_same_customer_is_another_issue():
    rows = {"customer": "c", "about": "bill"}, {"customer": "c", "about": "card", "day": 1}
    assert len(told(*rows)) == 1
    assert [row[2] for row in told(*rows, matter="about")] == ["confirmed", "confirmed"]


def states(*rows: dict[str, Any], **how: Any) -> list[tuple[Any, ...]]:
    """Return (issue, link, n, state) of each issue."""
    found = coqs.issues(scored(*rows), until="2026-03-01", **how).rows()
    return [(row["issue"], row["link"], row["n"], row["state"]) for row in found]


def test_contacts_that_name_one_issue_are_one_whoever_calls():
    rows = (
        {"issue": "K1", "customer": "c"},
        {"issue": "K2", "customer": "c", "day": 1},
        {"issue": "K1", "day": 3},
    )
    assert states(*rows) == [("K1", "given", 2, "failed"), ("K2", "given", 1, "confirmed")]


def test_a_contact_without_a_name_goes_with_the_customers_contact_beside_it():
    before = {"customer": "c"}, {"issue": "K1", "customer": "c", "day": 2}
    after = {"issue": "K1", "customer": "c"}, {"customer": "c", "day": 2}
    assert states(*before) == states(*after) == [("K1", "given", 2, "failed")]
    between = (
        {"issue": "K1", "customer": "c"},
        {"customer": "c", "day": 1},
        {"issue": "K2", "customer": "c", "day": 2},
    )
    assert states(*between) == [("K1", "given", 2, "failed"), ("K2", "given", 1, "confirmed")]


def test_a_return_after_the_window_does_not_undo_what_was_settled():
    rows = {"issue": "K1"}, {"issue": "K1", "day": 40}
    assert states(*rows) == [("K1", "given", 2, "confirmed")]


def test_where_the_matter_is_missing_nobody_can_tell():
    rows = {"customer": "c", "about": "bill"}, {"customer": "c", "day": 2}, {"customer": "c", "day": 4}
    assert [row[1:] for row in states(*rows, matter="about")] == [
        ("customer", 1, "confirmed"),
        ("none", 1, "unknown"),
        ("none", 1, "unknown"),
    ]


def test_a_contact_that_nobody_rated_leaves_the_issue_unknown_unless_it_failed():
    unrated = {"customer": "c", "day": 2, "helps": None, "safe": None}
    assert told({"customer": "c"}, unrated | {"planned": True})[0][2:] == ("unknown", "not rated")
    assert told({"customer": "c"}, unrated)[0][2:] == ("failed", "rework")


def test_the_order_of_rows_never_shows_where_times_are_equal():
    rows = [
        {"customer": "c", "interaction": "a", "provider": "Ana"},
        {"customer": "c", "interaction": "b", "provider": "Bo", "planned": True},
    ]
    first, second = (coqs.issues(scored(*each), until="2026-03-01") for each in (rows, rows[::-1]))
    assert first == second
    assert first.by("provider") == second.by("provider")


def test_without_censoring_the_curve_says_what_the_settled_ones_say():
    rows: list[dict[str, Any]] = []
    for k in range(50):
        rows.append({"customer": f"c{k}", "day": 0})
        rows.append({"customer": f"c{k}", "day": 5, "planned": True})
        if k % 5 < 2:
            rows.append(
                {"customer": f"c{k}", "day": 11, "helps": "yes" if k % 2 else "harms", "planned": k % 2 == 0}
            )
    (row,) = (
        coqs.issues(scored(*sorted(rows, key=lambda row: row["day"])), window=7, until="2026-03-01")
        .by()
        .rows()
    )
    assert row["unknown"] == 0
    assert row["curve_share"] == pytest.approx(row["net_share"]) == pytest.approx(0.6)
    assert (row["curve_ci_low"], row["curve_ci_high"]) == pytest.approx(
        (row["net_ci_low"], row["net_ci_high"])
    )


def test_of_a_group_without_a_failure_the_curve_has_an_interval_too():
    rows = [{"customer": f"c{k}"} for k in range(12)]
    (row,) = coqs.issues(scored(*rows), until="2026-03-01").by().rows()
    assert (row["curve_share"], row["curve_ci_high"]) == (1.0, 1.0)
    assert 0.7 < row["curve_ci_low"] < 0.8


def test_a_failed_gate_fails_the_issue():
    assert told({"customer": "c", "helps": "harms"}) == [("i0", 1, "failed", "gate")]


def test_what_cannot_be_undone_is_failed_whatever_comes_later():
    rows = {"customer": "c", "safe": "lost"}, {"customer": "c", "day": 3, "planned": True}
    assert told(*rows) == [("i0", 2, "failed", "irreversible")]
    assert told({"safe": "lost"}) == [("i0", 1, "failed", "irreversible")]  # nobody can be linked, either


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "not linked"),
        ({"customer": "c", "day": None}, "not linked"),
        ({"issue": "K", "day": None}, "no time"),
        ({"customer": "c", "helps": None, "safe": None}, "not rated"),
    ],
)
def test_what_cannot_be_known_is_never_right(row, reason):
    assert told(row, {"customer": "z"})[-1 if row.get("day", 0) is None else 0][2:] == ("unknown", reason)


def test_raters_of_one_interaction_make_one_contact():
    table = {
        "interaction": ["i", "i"],
        "rater": ["a", "b"],
        "at": ["2026-01-01T00:00Z"] * 2,
        "customer": ["c"] * 2,
    }
    table |= {"helps": ["yes", "harms"], "safe": ["safe"] * 2}
    (row,) = coqs.issues(coqs.score(coqs.Ratings.from_table(table, RUBRIC))).rows()
    assert (row["n"], row["state"], row["reason"]) == (1, "failed", "gate")


def many(n: int = 60) -> coqs.Scores:
    """Contacts of n customers: every third comes back after two days; one a day, by two providers."""
    rows: list[dict[str, Any]] = []
    for k in range(n):
        rows.append({"customer": f"c{k}", "day": k, "provider": ("Ana", "Bo")[k % 2]})
        if k % 3 == 0:
            rows.append({"customer": f"c{k}", "day": k + 2, "provider": "Cy", "planned": k % 6 == 0})
    return scored(*sorted(rows, key=lambda row: row["day"]))


def test_shares_have_intervals_and_bounds_for_what_is_unknown():
    (row,) = coqs.issues(many()).by().rows()
    assert (row["n"], row["confirmed"], row["failed"], row["unknown"]) == (60, 38, 10, 12)
    assert row["net_share"] == pytest.approx(38 / 48)
    assert row["net_ci_low"] < 38 / 48 < row["net_ci_high"]
    assert row["gross_share"] < row["net_share"]
    assert (row["bound_low"], row["bound_high"]) == (38 / 60, 50 / 60)
    assert row["bound_low"] <= row["curve_ci_low"] < row["curve_share"] < row["curve_ci_high"]


def test_an_issue_is_of_who_had_the_first_contact():
    table = coqs.issues(many()).by("provider")
    assert table["provider"].tolist() == ["Ana", "Bo"]
    assert table["failed"].tolist() == [0, 10]
    assert str(table).splitlines()[0].startswith("provider  issues  right  failed  unknown  net")


def test_a_missing_key_is_a_group_of_its_own_and_stands_last():
    table = coqs.issues(scored({"customer": "c", "provider": None}, {"customer": "d"})).by("provider")
    assert table["provider"].tolist() == ["Ana", None]
    assert "(none)" in str(table)


def test_of_few_issues_no_share_under_censoring_is_told():
    (row,) = coqs.issues(scored({"customer": "c"}), until="2026-03-01").by().rows()
    assert row["curve_share"] is None
    assert "cannot tell" in str(coqs.issues(scored({"customer": "c"})).by())


def test_nobody_has_no_issues():
    found = coqs.issues(scored())
    assert len(found) == 0
    (row,) = found.by().rows()
    assert (row["n"], row["net_share"], row["bound_low"]) == (0, None, None)
    assert len(found.by("provider")) == 0


def test_issues_pickle_compare_and_say_how_many_there_are():
    found = coqs.issues(many())
    assert pickle.loads(pickle.dumps(found)) == found
    assert pickle.loads(pickle.dumps(found.by("provider"))) == found.by("provider")
    assert repr(found) == "<Issues: 60 of 80 interactions; 38 confirmed, 10 failed, 12 unknown; 14 days>"
    assert not found["state"].flags.writeable
    assert found != coqs.issues(many(), window=7)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"window": 0}, PolicyError, "window: must be above 0 days"),
        ({"confidence": 1}, PolicyError, "confidence: must lie between"),
        ({"matter": "abuot"}, NotFoundError, "'about'"),
        ({"planned": "planed"}, NotFoundError, "'planned'"),
        ({"until": "2026-01-05"}, RecordError, "until: must not be before"),
        ({"until": "later"}, RecordError, "until: must be a time or a date"),
    ],
)
def test_a_mistake_is_told(how, error, message):
    with pytest.raises(error, match=message):
        coqs.issues(many(), **how)


def test_the_curve_is_drawn_with_its_band():
    pytest.importorskip("matplotlib")
    axes = coqs.issues(many()).plot()
    assert axes.get_xlabel() == "days since the contact before"
    assert len(axes.collections) == 1


@pytest.mark.slow
def test_the_share_under_censoring_is_unbiased_and_its_interval_covers_where_settled_ones_mislead():
    """400 teams of 150 customers over 40 days, of whom 30 % come back within 12: coverage errs 1.1 points."""
    rng, teams, n, share = np.random.default_rng(8), 400, 150, 0.7
    curve, settled, hits = [], [], []
    for _ in range(teams):
        first, back = rng.uniform(0, 40, n), rng.random(n) < 1 - share
        second = first + rng.uniform(0, 12, n)
        rows = [("c" + str(k), first[k]) for k in range(n)]
        rows += [("c" + str(k), second[k]) for k in np.flatnonzero(back & (second < 40)).tolist()]
        at = (
            np.datetime64("2026-01-01", "s") + (np.array([row[1] for row in rows]) * 86400).astype(int)
        ).astype(str)
        table = {
            "interaction": [f"i{place}" for place in range(len(rows))],
            "customer": [row[0] for row in rows],
            "at": [f"{each}Z" for each in at],
            "helps": ["yes"] * len(rows),
        }
        scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
        (row,) = coqs.issues(scores, until="2026-02-10").by().rows()
        curve.append(row["curve_share"])
        settled.append(row["net_share"])
        hits.append(row["curve_ci_low"] <= share <= row["curve_ci_high"])
    error = np.std(curve) / np.sqrt(teams)
    assert abs(np.mean(curve) - share) < 4 * error
    assert np.mean(settled) < share - 0.03
    assert 0.935 - 0.011 <= np.mean(hits) <= 0.965 + 0.011
