"""Habits: streaks, consistency, slips, exceptions and contagion of those who are followed."""

import pickle

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
pass_mark = 0.5
facts = { busy = "boolean" }
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
[[criteria]]
id = "waits"
stage = "greeting"
when = { fact = "busy", in = [true] }
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
""")
WORDS = {"+": "yes", "-": "no", "?": None}


def journeys(greets, *, provider="Ana", waits=None, raters=None, **how):
    """Follow a provider, one interaction an hour: + meets, - does not, ? is not answered."""
    n = len(greets)
    table = {
        "interaction": [f"i{k:03}" for k in range(n)],
        "rater": ["r"] * n,
        "provider": [provider] * n,
        "at": [str(np.datetime64("2026-03-02T08:00") + np.timedelta64(k, "h")) + "Z" for k in range(n)],
        "greets": [WORDS[each] for each in greets],
        "busy": [(waits or "." * n)[k] != "." for k in range(n)],
        "waits": [WORDS.get(each) for each in waits or "." * n],
    }
    for rater, (place, said) in enumerate(raters or ()):
        for column in table.values():
            column.append(column[place])
        table["rater"][-1], table["greets"][-1] = f"s{rater}", WORDS[said]
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    return coqs.Journeys.from_scores(scores, **{"measures": ("greets", "waits", "overall"), **how})


def streak(greets, **how):
    row = journeys(greets, **how).streaks("greets").rows()[0]
    return row["current"], row["current_at_least"], row["longest"], row["longest_at_least"]


@pytest.mark.parametrize(
    ("greets", "expected"),
    [
        ("-+++-++-", (0, False, 3, False)),
        ("-+++-++", (2, False, 3, False)),
        ("-++-+++", (3, False, 3, True)),  # it lasts, and may go on
        ("+++-++", (2, False, 3, True)),  # it may have begun before the data do
        ("-+++-+?++", (2, True, 3, True)),  # what was not answered may join two of one and two
        ("-+++-?+-", (0, False, 3, False)),  # it may not
        ("-++?", (None, False, 2, True)),
        ("--", (0, False, 0, False)),
        ("?", (None, False, None, False)),
    ],
)
def test_what_was_not_observed_ends_what_can_be_said_and_not_the_streak(greets, expected):
    assert streak(greets) == expected


def test_streaks_of_periods_stop_at_gaps():
    table = {"who": ["A"] * 4, "day": ["2026-03-02", "2026-03-03", "2026-03-05", "2026-03-06"],
             "good": [9, 8, 10, 9], "n": [10] * 4}  # fmt: skip
    found = coqs.Journeys.from_table(
        table, group="who", at="day", value="good", n="n", kind="share", every="day", tz="UTC"
    )
    row = found.streaks(of="periods", mark=0.8).rows()[0]
    assert (row["n_unknown"], row["current"], row["current_at_least"]) == (1, 2, True)
    assert (row["longest"], row["longest_at_least"], row["since"].day) == (2, True, 5)
    assert found.streaks(of="periods", mark=0.85).rows()[0]["current_at_least"]
    assert found.streaks(of="periods", mark=0.95).rows()[0]["current"] == 0
    with pytest.raises(PolicyError, match="must say what is good enough for 'good', got none"):
        found.streaks(of="periods")
    with pytest.raises(PolicyError, match="must be 'interactions' or 'periods'"):
        found.streaks(of="days", mark=0.8)


def test_where_a_criterion_has_no_place_nothing_is_broken():
    found = journeys("+" * 8, waits="++..++.-").slips("waits", clean_run=4, within=2)
    assert found["run_before"].tolist() == [4]
    assert not journeys("+" * 8, waits="++??++.-").slips("waits", clean_run=4, within=2)["run_before"].size


def test_a_slip_is_the_first_lapse_after_a_clean_run_and_tells_what_followed():
    found = journeys("-+++-+--+++-+++?-").slips("greets", clean_run=3, within=3)
    assert found.rows() == [
        {
            "group": "Ana",
            "at": found["at"][0].item(),
            "interaction": "i004",
            "run_before": 3,
            "run_before_at_least": False,
            "n_after": 3,
            "lapses_after": 2,
            "next_lapse": 2,
        },
        {
            "group": "Ana",
            "at": found["at"][1].item(),
            "interaction": "i011",
            "run_before": 3,
            "run_before_at_least": False,
            "n_after": 3,
            "lapses_after": 0,
            "next_lapse": None,
        },
    ]
    assert (found.n_lapses, found.n_unknown, found.n_excused) == (6, 1, 0)


def test_a_run_that_begins_with_the_data_is_at_least_so_long():
    assert journeys("+++-").slips("greets", clean_run=3, within=1)["run_before_at_least"].tolist() == [True]


def test_raters_who_are_divided_cannot_tell():
    found = journeys("+++-+", raters=[(3, "+")])
    assert len(found.slips("greets", clean_run=3, within=1)) == 0
    assert found.slips("greets", clean_run=3, within=1).n_unknown == 1
    two_of_three = journeys("+++-+", raters=[(3, "+"), (3, "-")])
    assert len(two_of_three.slips("greets", clean_run=3, within=1)) == 1


def allowed(**changes):
    how = {"start": "2026-03-02T11:00Z", "until": "2026-03-02T12:00Z", "reason": "alarm", "by": "Eva"}
    return coqs.AllowedException(**how | changes)


@pytest.mark.parametrize(
    ("exception", "n_slips", "n_excused"),
    [
        (allowed(), 0, 1),
        (allowed(group="Ana", measure="greets"), 0, 1),
        (allowed(group="Bo"), 1, 0),
        (allowed(measure="waits"), 1, 0),
        (allowed(start="2026-03-02T10:00Z", until="2026-03-02T11:00Z"), 1, 0),  # it has expired
        (allowed(start="2026-03-02T10:00Z", until="2026-03-02T10:30Z"), 1, 0),
        (allowed(start="2026-03-02T12:00:00+01:00", until="2026-03-02T13:00:00+01:00"), 0, 1),
    ],
)
def test_an_exception_excuses_while_it_lasts_and_whom_it_is_for(exception, n_slips, n_excused):
    found = journeys("+++-+").slips("greets", clean_run=3, within=1, exceptions=[exception])
    assert (len(found), found.n_excused) == (n_slips, n_excused)


def test_what_is_excused_neither_ends_a_streak_nor_lengthens_it():
    row = journeys("-++-++").streaks("greets", exceptions=[allowed()]).rows()[0]
    assert (row["current"], row["n"], row["n_excused"]) == (4, 5, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": " "}, "must have 'reason'"),
        ({"by": ""}, "must have 'by'"),
        ({"until": "2026-03-02T11:00Z"}, "must end after it starts"),
        ({"start": "2026-03-02T11:00"}, "must be a time with a zone"),
        ({"start": "yesterday"}, "must be a time such as"),
    ],
)
def test_an_exception_without_reason_or_end_is_refused(changes, message):
    with pytest.raises(RecordError, match=message):
        allowed(**changes)


@pytest.mark.parametrize(
    "how",
    [
        {"clean_run": 0},
        {"clean_run": 2.5},
        {"clean_run": "ten"},
        {"within": 0},
        {"clean_run": 3, "within": 4},
    ],
)
def test_lengths_that_are_none_are_refused(how):
    with pytest.raises(PolicyError):
        journeys("+-").slips("greets", **how)


def test_scores_that_are_high_and_narrow_are_a_habit_and_wide_ones_are_uneven():
    rng = np.random.default_rng(1)
    at = np.tile(np.datetime64("2026-03-02T09:00") + np.arange(80) * np.timedelta64(12, "h"), 4)
    values = [rng.normal(*each, 80) for each in ((0.9, 0.03), (0.9, 0.2), (0.5, 0.1), (0.81, 0.05))]
    table = {
        "who": np.repeat(["even", "uneven", "low", "near"], 80),
        "at": at,
        "score": np.concatenate(values),
    }
    followed = coqs.Journeys.from_table(table, group="who", at="at", value="score", tz="UTC")
    found = followed.consistency(mark=0.8)
    says = dict(zip(found["group"], found["verdict"], strict=True))
    assert says == {"even": "habit", "uneven": "high but uneven", "low": "below", "near": "cannot tell"}
    row = found.rows()[0]
    assert row["group"] == "even"
    assert row["spread_low"] < 0.03 < row["spread_high"]
    assert (row["periods"], row["meet"], row["miss"], row["gaps"]) == (6, 6, 0, 0)
    assert row["meet_share"] == 1
    upside_down = coqs.Journeys.from_table(
        {**table, "score": 1 - table["score"]}, group="who", at="at", value="score", better="lower", tz="UTC"
    ).consistency(mark=0.2)
    assert upside_down["verdict"].tolist() == found["verdict"].tolist()
    with pytest.raises(PolicyError, match="must say what is good enough"):
        followed.consistency()


def test_shares_are_uneven_where_periods_differ_by_more_than_chance():
    rng = np.random.default_rng(2)
    days = [str(np.datetime64("2026-03-02") + 7 * k) for k in range(52)]
    even, uneven = rng.binomial(200, 0.9, 52), rng.binomial(200, np.tile([0.99, 0.80], 26))
    table = {"who": ["even"] * 52 + ["uneven"] * 52, "day": days * 2, "n": [200] * 104,
             "good": np.concatenate([even, uneven])}  # fmt: skip
    found = coqs.Journeys.from_table(
        table, group="who", at="day", value="good", n="n", kind="share", tz="UTC"
    ).consistency(mark=0.85)
    assert found["verdict"].tolist() == ["habit", "high but uneven"]
    assert np.isnan(found["spread"]).all()
    assert found["period_spread_low"][0] < 0.01
    assert found["period_spread_low"][1] > 0.05
    assert found["miss"][1] >= 5


def test_who_was_hardly_observed_cannot_be_told():
    found = journeys("++").consistency("overall", mark=0.2)
    assert found["verdict"].tolist() == ["cannot tell"]
    assert "cannot tell how surely" in str(found)


def test_equal_numbers_without_bounds_tell_nothing_of_a_spread():
    table = {"who": ["A"] * 3, "day": ["2026-03-02", "2026-03-03", "2026-03-04"], "sales": [7.0] * 3}
    followed = coqs.Journeys.from_table(table, group="who", at="day", value="sales", kind="value", tz="UTC")
    assert followed.consistency(mark=5)["verdict"].tolist() == ["cannot tell"]


def test_one_who_never_did_otherwise_has_a_habit():
    assert journeys("+" * 60).consistency("overall", mark=0.6)["verdict"].tolist() == ["habit"]


def clustered(rng, n):
    """Lapses one in twelve, and after a slip every other one."""
    run, left, signs = 0, 0, []
    for drawn in rng.random(n).tolist():
        lapse = drawn < (0.5 if left > 0 else 1 / 12)
        left = 5 if lapse and run >= 10 else left - 1
        run = 0 if lapse else run + 1
        signs.append("-" if lapse else "+")
    return "".join(signs)


def test_lapses_that_cluster_after_slips_are_found_and_chance_is_not():
    rng = np.random.default_rng(3)
    bad = journeys(clustered(rng, 500)).contagion("greets", draws=199)
    fair = journeys("".join(np.where(rng.random(500) < 0.1, "-", "+"))).contagion("greets", draws=199)
    assert (bad.clusters, bad["clusters"].tolist()) == ("yes", ["yes"])
    assert bad.whole["ratio_low"] > 1.5
    assert fair.clusters == "not shown"
    assert fair.whole["ratio_low"] < 1 < fair.whole["ratio_high"]
    assert bad.allowed == ("trend", "shift", "site")


def test_a_trend_is_not_taken_for_contagion():
    rng = np.random.default_rng(4)
    signs = "".join(np.where(rng.random(600) < np.linspace(0.01, 0.45, 600) ** 1.5, "-", "+"))
    found = journeys(signs).contagion("greets", draws=199)
    assert found.whole["slips"] >= 10
    assert found.clusters == "not shown"


def test_too_few_slips_cannot_tell():
    found = journeys("+" * 12 + "-" + "+" * 5).contagion("greets", draws=19)
    assert found.clusters == "cannot tell"
    assert (found.whole["slips"], found.whole["expected"], found.whole["p_value"]) == (1, None, None)
    assert journeys("+" * 5).contagion("greets", draws=19).whole["slips"] == 0


def test_the_same_seed_gives_the_same_result_and_it_travels():
    followed = journeys(clustered(np.random.default_rng(5), 300))
    first, again = (followed.contagion("greets", draws=99, seed=7) for _ in range(2))
    assert first == again
    assert first != followed.contagion("greets", draws=99, seed=8)
    for each in (first, followed.slips("greets"), followed.streaks(), followed.consistency("overall")):
        back = pickle.loads(pickle.dumps(each))
        assert back == each
        assert not any(column.flags.writeable for column in back.columns.values())
        assert each._repr_html_().startswith("<table>")
        assert str(each).splitlines()[0].startswith("group")


def test_pictures_name_who_cannot_be_told_and_draw_what_can():
    followed = journeys(clustered(np.random.default_rng(5), 300))
    found = followed.contagion("greets", draws=99)
    axes = found.plot()
    assert [each.get_text() for each in axes.get_yticklabels()] == ["(all)", "Ana"]
    slips = followed.slips("greets")
    assert len(slips.plot().collections[-1].get_offsets()) == len(slips)
    few = journeys("+" * 12 + "-+").contagion("greets", draws=19).plot()
    assert few.get_yticklabels()[0].get_text() == "(all): cannot tell"
    picture = followed.consistency("overall", mark=0.7).plot(ax=axes)
    assert picture is axes
    assert journeys("+").slips("greets").plot().get_xlabel()


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"allow_for": ["planet"]}, NotFoundError),
        ({"draws": 5}, PolicyError),
        ({"confidence": 1.0}, PolicyError),
        ({"shifts": (6, 30)}, PolicyError),
        ({"shifts": (14, 6)}, PolicyError),
        ({"seed": -1}, PolicyError),
    ],
)
def test_what_contagion_cannot_use_is_refused(how, error):
    with pytest.raises(error):
        journeys("+-").contagion("greets", **how)


def test_shifts_are_those_of_the_clock_on_the_wall():
    from coqs.journeys.habits.contagion import shift_of

    at = np.array(["2026-07-01T03:59", "2026-07-01T04:00", "2026-07-01T20:00", "2026-07-01T12:00"], "M8[us]")
    assert shift_of(at, (6, 14, 22), "Europe/Madrid").tolist() == [2, 0, 2, 1]


def test_no_answers_of_a_whole_measure_are_not_known_and_parts_equal_one_run():
    whole = journeys("+-+-+?")
    assert whole.slips("waits").n_unknown == 0
    table = whole.observations
    assert table.no_place["waits"].all()
    parts = journeys("+-+"), journeys("+-+", provider="Bo")
    assert (parts[0] + parts[1]).observations.no_place["waits"].tolist() == [True] * 6
    assert parts[0] + parts[1] == parts[1] + parts[0]
