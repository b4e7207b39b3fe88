"""Journeys: what was observed, over a calendar."""

import pickle

import numpy as np
import pytest

import coqs
from coqs.errors import ComparisonError, NotFoundError, PolicyError, RecordError

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
pass_mark = 0.5
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
[[criteria]]
id = "offers"
stage = "determining"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")


def scored(*rows: tuple[str, str, str | None, str | None, str]) -> coqs.Scores:
    """Score rows of (interaction, rater, provider, at, greets); offers is as greets is."""
    columns = ("interaction", "rater", "provider", "at", "greets")
    table = {name: [row[place] for row in rows] for place, name in enumerate(columns)}
    table["offers"] = table["greets"]
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


WEEKS = scored(
    ("i1", "r1", "Bo", "2026-05-04T09:00:00Z", "yes"),
    ("i2", "r1", "Ana", "2026-05-05T09:00:00Z", "yes"),
    ("i2", "r2", "Ana", "2026-05-05T09:00:00Z", "no"),
    ("i3", "r1", "Ana", "2026-05-06T09:00:00Z", "yes"),
    ("i4", "r1", "Ana", "2026-05-20T09:00:00Z", "no"),
    ("i5", "r1", "Bo", None, "yes"),
)


def test_periods_follow_each_other_and_an_empty_one_is_a_gap():
    journeys = coqs.Journeys.from_scores(WEEKS, by="provider", every="week")
    assert journeys.groups == ("Ana", "Bo")
    assert journeys.periods.astype(str).tolist() == ["2026-05-04", "2026-05-11", "2026-05-18"]
    assert journeys.n.tolist() == [[2, 1], [0, 0], [1, 0]]
    np.testing.assert_array_equal(journeys.value, [[0.75, 1], [np.nan, np.nan], [0, np.nan]])
    assert journeys.series().is_gap.sum() == 3


def test_raters_of_one_interaction_are_averaged_and_the_spread_is_of_interactions():
    series = coqs.Journeys.from_scores(WEEKS, measures="passed").series()
    assert series.total[0].tolist() == [1.5, 1]  # i2: one of two raters lets it pass
    assert series.sd[0, 0] == pytest.approx(np.std([0.5, 1.0], ddof=1))
    assert np.isnan(series.sd[0, 1])


def test_what_has_no_time_is_counted_and_in_no_period():
    assert coqs.Journeys.from_scores(WEEKS).observations.untimed == 1


def test_days_begin_where_the_zone_says():
    late = scored(("i1", "r", "Ana", "2026-05-03T22:30:00Z", "yes"))
    utc, madrid = (coqs.Journeys.from_scores(late, every="day", tz=tz) for tz in (None, "Europe/Madrid"))
    assert [each.periods.astype(str).tolist() for each in (utc, madrid)] == [["2026-05-03"], ["2026-05-04"]]


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("hour", "2026-05-20T09"),
        ("day", "2026-05-20"),
        ("week", "2026-05-18"),
        ("month", "2026-05-01"),
        ("quarter", "2026-04-01"),
        ("year", "2026-01-01"),
    ],
)
def test_the_last_period_begins_where_its_calendar_says(every, start):
    periods = coqs.Journeys.from_scores(WEEKS, every=every).periods
    assert str(periods[-1]) == start
    unit = {"month": "M", "quarter": "M", "year": "Y"}.get(every, "h")
    assert len(np.unique(np.diff(periods.astype(f"datetime64[{unit}]")))) <= 1


def test_an_hour_that_clocks_show_twice_is_two_periods():
    times = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]  # 02:30 in Madrid, both
    twice = scored(*((f"i{place}", "r", "Ana", at, "yes") for place, at in enumerate(times)))
    assert coqs.Journeys.from_scores(twice, every="hour", tz="Europe/Madrid").n.tolist() == [[1], [1]]


def test_measures_are_the_score_the_verdict_stages_and_criteria():
    journeys = coqs.Journeys.from_scores(WEEKS, measures=["greets", "greeting", "passed", "overall"])
    assert [each.kind for each in journeys.measures] == ["share", "score", "share", "score"]
    assert journeys.measure("overall").mark == 0.5
    for each in journeys.measures:
        assert journeys.series(each.name).value[0].tolist() == [0.75, 1]


def test_appending_equals_one_run_and_order_never_shows():
    rows = [(f"i{k}", "r", "AB"[k % 2], f"2026-05-{1 + k:02}T09:00:00Z", "yes") for k in range(20)]
    rows += [(f"j{k}", "r", "C", "2026-05-09T09:00:00Z", ("yes", "no")[k % 2]) for k in range(5)]
    whole = coqs.Journeys.from_scores(scored(*rows))
    parts = [scored(*rows[start::3]) for start in range(3)]
    left = coqs.Journeys.from_scores(parts[2]).append(parts[0]).append(parts[1])
    right = coqs.Journeys.from_scores(parts[0]) + (
        coqs.Journeys.from_scores(parts[1]) + coqs.Journeys.from_scores(parts[2])
    )
    assert whole == left == right
    assert whole.series("passed") == left.series("passed")
    assert whole != coqs.Journeys.from_scores(parts[0])


def test_an_interaction_in_both_parts_is_refused():
    journeys = coqs.Journeys.from_scores(WEEKS)
    with pytest.raises(ComparisonError, match=r"must not share an interaction, got 4 in both"):
        journeys.append(WEEKS)


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ({"every": "day"}, "every"),
        ({"by": "site"}, "keys"),
        ({"tz": "Asia/Tokyo"}, "tz"),
        ({"measures": "passed"}, "measures"),
    ],
)
def test_journeys_of_another_kind_are_not_added(how, what):
    with pytest.raises(ComparisonError, match=f"must have one {what} to be added"):
        coqs.Journeys.from_scores(WEEKS) + coqs.Journeys.from_scores(WEEKS, **how)


def test_scores_under_another_policy_are_not_appended():
    other = coqs.score(WEEKS.ratings, policy="cisco")
    with pytest.raises(ComparisonError, match="one policy"):
        coqs.Journeys.from_scores(WEEKS).append(other)


TABLE = {
    "org": ["RF4", "RF4", "R1H", "R1H", "R1H"],
    "month": ["2017-03-01", "2017-05-01", "2017-03-01", "2017-04-01", "2017-05-01"],
    "breaches": [20, 30, 5, 7, 0],
    "seen": [200, 200, 100, 100, 0],
}
HOW = {
    "group": "org",
    "at": "month",
    "value": "breaches",
    "n": "seen",
    "every": "month",
    "tz": "Europe/London",
}


def test_a_table_of_shares_is_followed_by_its_own_names():
    journeys = coqs.Journeys.from_table(TABLE, **HOW, kind="share", better="lower")
    assert journeys.groups == ("R1H", "RF4")
    np.testing.assert_array_equal(journeys.value, [[0.05, 0.1], [0.07, np.nan], [np.nan, 0.15]])
    assert journeys.measures[0].name == "breaches"
    assert journeys.measures[0].better == "lower"


def test_parts_of_a_table_add_up_and_the_same_row_twice_is_refused():
    halves = [{name: column[cut] for name, column in TABLE.items()} for cut in (slice(2), slice(2, 5))]
    first, second = (coqs.Journeys.from_table(half, **HOW, kind="share") for half in halves)
    assert first + second == coqs.Journeys.from_table(TABLE, **HOW, kind="share") == second + first
    with pytest.raises(ComparisonError, match="a row of one group and time"):
        first + first


def test_means_of_a_table_are_weighted_and_their_spread_is_put_together():
    table = {
        "who": ["a", "a"],
        "at": ["2026-01-01Z", "2026-01-02Z"],
        "mean": [1.0, 4.0],
        "n": [2, 1],
        "sd": [2.0, None],
    }
    table["at"] = ["2026-01-05T00:00Z", "2026-01-06T00:00Z"]
    how = {"group": "who", "at": "at", "value": "mean", "n": "n", "kind": "value"}
    series = coqs.Journeys.from_table(table, **how, sd="sd").series()
    values = [1 - np.sqrt(2), 1 + np.sqrt(2), 4.0]  # two with mean 1 and sd 2, and one
    assert series.value[0, 0] == pytest.approx(2)
    assert series.sd[0, 0] == pytest.approx(np.std(values, ddof=1))
    assert np.isnan(coqs.Journeys.from_table(table, **how).series().sd[0, 0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"breaches": [201, 30, 5, 7, 0]}, r"row 1, column 'breaches': must be at most n"),
        ({"seen": [-1, 200, 100, 100, 0]}, r"row 1, column 'seen': must be 0 or more"),
        ({"month": ["2017-03-01", None, "2017-03-01", "x", "2017-05-01"]}, r"2 of its|row 2, column 'month'"),
        (
            {"breaches": ["many", 30, 5, 7, 0]},
            r"row 1, column 'breaches': must be a finite number, got a text of 4",
        ),
    ],
)
def test_cells_that_cannot_be_used_are_named_by_row_and_column(change, message):
    with pytest.raises(RecordError, match=message):
        coqs.Journeys.from_table(TABLE | change, **HOW, kind="share")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"value": "breach"}, RecordError, r"value must be one of its columns, got 'breach'.*'breaches'"),
        ({"group": ()}, RecordError, "group must name one or more"),
        ({"every": "fortnight"}, PolicyError, "stretch of time"),
        ({"tz": "Europe/Lond"}, RecordError, "must be a zone"),
        ({"kind": "shares"}, PolicyError, "'share'"),
        ({"better": "up"}, PolicyError, "better"),
        ({"tz": None}, RecordError, "must be a time with a zone"),
    ],
)
def test_a_mistake_in_an_argument_is_told(change, error, message):
    with pytest.raises(error, match=message):
        coqs.Journeys.from_table(TABLE, **HOW | {"kind": "share"} | change)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"by": "providr"}, NotFoundError, "'provider'"),
        ({"measures": "overal"}, NotFoundError, "'overall'"),
        ({"measures": ()}, PolicyError, "one or more"),
        ({"measures": "offers"}, PolicyError, "'offers' must say which answers are below"),
        ({"by": ("site", "site")}, PolicyError, "each once"),
    ],
)
def test_a_mistake_in_what_is_followed_is_told(how, error, message):
    with pytest.raises(error, match=message):
        coqs.Journeys.from_scores(WEEKS, **how)


def test_a_mistyped_year_is_told_and_not_followed():
    far = scored(
        ("i1", "r", "A", "0026-05-04T09:00:00Z", "yes"), ("i2", "r", "A", "2026-05-04T09:00:00Z", "yes")
    )
    with pytest.raises(RecordError, match="mistyped year"):
        coqs.Journeys.from_scores(far, every="day").series()


def test_nobody_and_nothing_are_followed_without_an_error():
    nobody = coqs.Journeys.from_scores(scored())
    assert nobody.value.shape == (0, 0)
    assert "0 over 0" in repr(nobody)
    untimed = coqs.Journeys.from_scores(scored(("i", "r", "A", None, "yes")))
    assert untimed.value.shape == (0, 0)


def test_journeys_pickle_and_their_arrays_stay_read_only():
    journeys = coqs.Journeys.from_scores(WEEKS)
    again = pickle.loads(pickle.dumps((journeys, journeys.series())))
    assert again == (journeys, journeys.series())
    for array in (
        again[0].observations.at,
        again[0].observations.values["overall"],
        again[1].n,
        again[1].periods,
    ):
        assert not array.flags.writeable


def test_a_series_of_arrays_gives_its_groups_and_periods():
    series = coqs.Series.of_arrays([[1, 2], [3, 4], [5, 0]], [[10, 10], [10, 10], [10, 0]], groups=["a", "b"])
    assert series.take("b").value[:, 0].tolist()[:2] == [0.2, 0.4]
    assert series.within(1, 3).periods.astype(str).tolist() == ["2026-01-02", "2026-01-03"]
    assert series.period_names()[0] == "2026-01-01"
    with pytest.raises(NotFoundError, match="'a'"):
        series.place("A")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (((1.0, np.nan), 1), "must be finite"),
        (((1.0, 2.0), (1.0, -1.0)), "must be finite, and n 0 or more"),
        (((1.0, 2.0), (1.0, 2.0, 3.0)), "one shape"),
        ((np.zeros((2, 2, 2)), 1), "3 dimensions"),
    ],
)
def test_arrays_that_are_no_series_are_refused(given, message):
    with pytest.raises(RecordError, match=message):
        coqs.Series.of_arrays(*given)


def test_a_missing_provider_is_a_group_of_its_own():
    some = scored(
        ("i1", "r", None, "2026-05-04T09:00:00Z", "yes"), ("i2", "r", "A", "2026-05-04T09:00:00Z", "no")
    )
    journeys = coqs.Journeys.from_scores(some)
    assert journeys.groups == ("A", "(none)")
    assert journeys.observations.context["provider"].to_list() == ["A", None]
