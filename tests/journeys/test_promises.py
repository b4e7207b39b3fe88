"""Promises: opened, linked to what came later, and what became of them."""

import datetime as dt
import pickle
import random

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
[facts]
matter = ["bike", "lamp"]
[[criteria]]
id = "next_step"
stage = "future"
levels = [
  { id = "left_hanging", points = 0 }, { id = "undertaken", points = 4 }, { id = "dated", points = 5 },
]
[[criteria]]
id = "invited_back"
stage = "future"
levels = [{ id = "not_invited", points = 0 }, { id = "invited", points = 1 }]
[[criteria]]
id = "news_shared"
stage = "future"
levels = [{ id = "not_mentioned", points = 0 }, { id = "told", points = 1 }]
[[criteria]]
id = "promise_kept"
stage = "responding"
levels = [
  { id = "broken", points = 0 }, { id = "late_told", points = 2 },
  { id = "kept", points = 4 }, { id = "kept_early", points = 5 },
]
[[criteria]]
id = "found_out"
stage = "determining"
options = [{ id = "purpose", points = 1 }, { id = "urgency", points = 1 }]
""")
COLUMNS = ("interaction", "rater", "at", "customer", "issue", "provider", "site", "matter")
ANSWERS = ("next_step", "promise_kept", "invited_back", "news_shared")


def scored(*rows: dict[str, str]) -> coqs.Scores:
    """Score rows of a few columns; days are of May 2026, at noon."""
    filled = [{"rater": "r", "customer": "C1", "provider": "Ana", "site": "north"} | row for row in rows]
    for place, row in enumerate(filled):
        row.setdefault("interaction", f"i{place + 1}")
        if "day" in row:
            row["at"] = f"2026-05-{int(row.pop('day')):02}T12:00:00Z"
    names = [name for name in (*COLUMNS, *ANSWERS) if any(name in row for row in filled)]
    table = {name: [row.get(name) for row in filled] for name in names}
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


def made(day: int, **more: str) -> dict[str, str]:
    return {"day": str(day), "next_step": "dated", **more}


def told(day: int, level: str, **more: str) -> dict[str, str]:
    return {"day": str(day), "promise_kept": level, **more}


def due(*days: int, interactions: tuple[str, ...] = ("i1", "i2", "i3")) -> dict[str, list[str]]:
    dates = [f"2026-05-{day:02}" for day in days]
    return {"interaction": list(interactions[: len(days)]), "due": dates}


def states(*rows: dict[str, str], **how: object) -> list[str]:
    return coqs.promises(scored(*rows), tz="UTC", **how)["state"].tolist()


@pytest.mark.parametrize(
    ("level", "state"),
    [("kept", "kept"), ("kept_early", "kept"), ("late_told", "late"), ("broken", "broken")],
)
def test_a_later_interaction_of_the_customer_says_what_became_of_a_promise(level, state):
    found = coqs.promises(scored(made(1), told(4, level)))
    assert found["state"].tolist() == [state]
    assert found["settled_by"].tolist() == ["i2"]
    assert found["days_to_settle"].tolist() == [3.0]
    assert found["source"].tolist() == ["raters"]


def test_what_another_customer_says_settles_nothing_and_is_counted():
    found = coqs.promises(scored(made(1), told(4, "kept", customer="C2")))
    assert found["state"].tolist() == ["open"]
    assert found.unmatched == 1


def test_an_issue_links_what_a_customer_alone_does_not():
    rows = made(1, issue="A"), made(2), told(4, "kept", issue="A")
    assert states(*rows) == ["kept", "open"]
    assert states(made(1, issue="A"), told(4, "kept", issue="A", customer="C2")) == ["kept"]


def test_a_fact_parts_the_matters_of_a_customer():
    rows = made(1, matter="bike"), made(1, matter="lamp"), told(4, "broken", matter="lamp")
    assert states(*rows, matter="matter") == ["open", "broken"]
    assert states(*rows) == ["broken", "broken"]


def test_kept_after_its_due_day_is_late_and_on_that_day_in_time():
    assert states(made(1), told(4, "kept"), promised=due(3)) == ["late"]
    assert states(made(1), told(4, "kept"), promised=due(4)) == ["kept"]


def test_a_due_day_lasts_until_its_end_in_the_zone_that_is_told():
    rows = scored(made(1), {"at": "2026-05-04T03:00:00Z", "promise_kept": "kept"})
    late = coqs.promises(rows, promised=due(3), tz="UTC")
    assert late["state"].tolist() == ["late"]
    in_time = coqs.promises(rows, promised=due(3), tz="America/New_York")
    assert in_time["state"].tolist() == ["kept"]
    assert str(in_time["due"][0]) == "2026-05-04T03:59:59.000000"


def test_unseen_is_unobservable_in_a_sample_and_lapses_only_where_all_is_seen():
    rows, given = (made(1), {"day": "20"}), due(3)
    found = coqs.promises(scored(*rows), promised=given, tz="UTC")
    assert found["state"].tolist() == ["unobservable"]
    assert found["reason"].tolist() == ["sample"]
    assert states(*rows, promised=given, observed="all") == ["lapsed"]


def test_customers_who_are_named_are_followed_and_others_are_a_sample():
    rows = made(1), made(1, customer="C2"), {"day": "20"}
    assert states(*rows, promised=due(3, 3), observed=["C2"]) == ["unobservable", "lapsed"]


def test_undated_promises_never_lapse_and_those_due_later_are_open():
    assert states(made(1), {"day": "30"}, observed="all") == ["open"]
    assert states(made(1), {"day": "20"}, observed="all", promised=due(20)) == ["open"]


def test_what_no_later_interaction_can_be_told_to_belong_to_is_unobservable():
    rows = scored(made(1, customer=None), {"day": "20"}, {"next_step": "dated"})
    found = coqs.promises(rows, observed="all", promised=due(3), tz="UTC")
    assert found["state"].tolist() == ["unobservable", "unobservable"]
    assert found["reason"].tolist() == ["unlinked", "untimed"]
    assert np.isnan(found["age_days"][1])


def test_the_first_that_settles_a_promise_holds():
    assert states(made(1), told(4, "broken"), told(6, "kept")) == ["broken"]
    outcome = {"interaction": ["i1"], "state": ["cancelled"], "at": ["2026-05-03"]}
    assert states(made(1), told(4, "broken"), outcomes=outcome) == ["cancelled"]
    outcome["at"] = ["2026-05-05"]
    assert states(made(1), told(4, "broken"), outcomes=outcome) == ["broken"]


def test_an_answer_tells_of_what_is_due_by_then_before_what_is_due_later():
    rows = made(1), made(2), told(4, "broken")
    assert states(*rows, promised=due(3, 9)) == ["broken", "open"]
    assert states(*rows, promised=due(8, 9)) == ["broken", "broken"]  # nothing else can be meant
    assert states(*rows, told(10, "kept"), promised=due(3, 9)) == ["broken", "late"]


def test_an_answer_tells_nothing_of_what_is_promised_in_its_own_interaction():
    both = told(4, "kept", next_step="dated")
    assert states(made(1), both, {"day": "9"}) == ["kept", "open"]


def test_what_came_after_the_moment_that_is_looked_from_is_left_out():
    rows = made(1), told(4, "kept"), made(9)
    assert states(*rows, at="2026-05-03T00:00:00Z") == ["open"]
    assert states(*rows, at="2026-05-04") == ["kept"]
    assert states(*rows, at=dt.date(2026, 5, 9)) == ["kept", "open"]


def test_raters_of_one_interaction_are_one_and_of_as_many_the_worse_holds():
    pair = [told(4, level, interaction="x", rater=level) for level in ("kept", "broken")]
    found = coqs.promises(scored(made(1), *pair))
    assert found["state"].tolist() == ["broken"]
    third = told(4, "kept_early", interaction="x", rater="third")
    assert states(made(1), *pair, third) == ["kept"]


def test_a_promise_was_made_if_at_least_half_of_the_raters_say_so():
    def rows(*levels: str) -> list[dict[str, str]]:
        return [
            made(1, interaction="x", rater=f"r{k}") | {"next_step": each} for k, each in enumerate(levels)
        ]

    assert len(states(*rows("dated", "left_hanging"))) == 1
    assert len(states(*rows("dated", "left_hanging", "left_hanging"))) == 0


def test_kinds_are_told_apart_and_an_invitation_is_nobodys_debt():
    rows = {"day": "1", "next_step": "undertaken", "invited_back": "invited", "news_shared": "told"}
    found = coqs.promises(scored(rows, told(4, "kept")))
    assert found["kind"].tolist() == ["promise", "invitation", "announcement"]
    assert found["promise"].tolist() == ["i1/1", "i1/2", "i1/3"]
    assert found["state"].tolist() == ["kept", "open", "open"]
    assert len(found.worklist()) == 0
    assert len(found.worklist(kinds=("invitation", "announcement"))) == 2
    assert found.by()["n"].tolist() == [1]


def test_what_opens_and_what_settles_are_arguments():
    rows = {"day": "1", "invited_back": "invited"}, {"day": "5", "news_shared": "told"}
    how = {
        "opens": {"invited_back": {"invited": "promise"}},
        "settles": {"news_shared": {"told": "cancelled"}},
    }
    assert states(*rows, **how) == ["cancelled"]


def test_the_callers_account_goes_before_what_was_heard_and_that_before_answers():
    scores = scored(made(1), made(2), made(3))
    heard = coqs.ratings.PromiseTable(
        [0, 0, 0, 1, 1],
        [2, 2, 4, 0, 0],
        [5, 12, 0, 3, 3],
        [20, 25, 9, 8, 8],
        np.array(["2026-05-09", "NaT", "NaT", "2026-05-07", "2026-05-07"], "datetime64[us]"),
    )
    scores = coqs.score(coqs.ratings.Ratings(**_parts(scores.ratings) | {"promises": heard}))
    found = coqs.promises(scores, promised=due(8, interactions=("i2",)), tz="UTC")
    assert found["interaction"].tolist() == ["i1", "i1", "i2", "i3"]
    assert found["source"].tolist() == ["heard", "heard", "caller", "raters"]
    assert found["turn"][:2].tolist() == [2, 4]
    assert found["end"][:2].tolist() == [25, 9]  # two sentences that overlap are one promise
    assert str(found["due"][0]) == "2026-05-09T00:00:00.000000"
    assert np.isnan(found["turn"][2:]).all()


def test_what_was_said_is_told_apart_and_dated_as_machine_raters_hear_it():
    def talk(id: str, day: int, text: str) -> dict[str, object]:
        turns = [{"speaker": "customer", "text": "Is it here?"}, {"speaker": "provider", "text": text}]
        at = f"2026-05-{day:02}T09:00:00Z"  # the fourth is a Monday
        return {"id": id, "at": at, "customer": id, "customer_set": "client", "turns": turns}

    said = [
        talk("a", 4, "I will find out and call you back by Friday."),
        talk("b", 5, "Thank you, come again soon!"),
        talk("c", 6, "We have a sale on Thursday."),
        talk("d", 7, "I'm not sure. I'll look into it for you."),
        talk("e", 30, "Here you are."),
    ]
    plugins = coqs.load_plugins(only=["coqs", "phrases"])
    ratings = coqs.rate(
        coqs.Interactions.from_records(said), plugins.rubric("coqs"), raters=["phrases"], plugins=plugins
    )
    found = coqs.promises(coqs.score(ratings))
    assert found["interaction"].tolist() == ["a", "b", "c", "d"]
    assert found["kind"].tolist() == ["promise", "invitation", "announcement", "promise"]
    assert found["source"].tolist() == ["heard", "raters", "raters", "heard"]
    assert found["state"].tolist() == ["unobservable", "open", "open", "open"]  # undated ones never lapse
    assert str(found["due"][0]) == "2026-05-08T23:59:59.000000"
    assert found["turn"][0] == 1
    assert "find out" not in str(found.rows())


def _parts(ratings: coqs.Ratings) -> dict[str, object]:
    names = ("rubric", "interaction", "rater", "context", "at", "facts", "codes", "numbers", "choices")
    return {name: getattr(ratings, name) for name in names}


def test_records_are_as_good_as_a_table():
    scores = scored(made(1), {"day": "9"})
    records = [
        coqs.Promise(interaction="i1", due=dt.date(2026, 5, 3)),
        coqs.Promise(interaction="i1", kind="announcement"),
    ]
    table = {
        "interaction": ["i1", "i1"],
        "due": ["2026-05-03", None],
        "kind": [None, "announcement"],
    }
    assert coqs.promises(scores, promised=records, tz="UTC") == coqs.promises(
        scores, promised=table, tz="UTC"
    )
    assert len(coqs.promises(scores, promised=[])) == 1


def test_a_record_has_a_known_kind_and_a_zone():
    with pytest.raises(RecordError, match=r"kind must be .* got 'pledge'.*'promise'"):
        coqs.Promise(interaction="i1", kind="pledge")
    with pytest.raises(RecordError, match="a time with a zone"):
        coqs.Promise(interaction="i1", due=dt.datetime(2026, 5, 3))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"observed": "everything"}, PolicyError, "observed: must be 'all', 'sample' or the ids"),
        ({"opens": {"next": {"dated": "promise"}}}, NotFoundError, "no criterion 'next'"),
        ({"opens": {"next_step": {"date": "promise"}}}, NotFoundError, "no level 'date'"),
        ({"opens": {"next_step": {"dated": "pledge"}}}, NotFoundError, "no kind of promise 'pledge'"),
        ({"opens": {"found_out": {"purpose": "promise"}}}, PolicyError, "one of several levels"),
        ({"settles": {"promise_kept": {"kept": "done"}}}, NotFoundError, "no outcome 'done'"),
        ({"matter": ["thing"]}, NotFoundError, "no fact 'thing'"),
        ({"at": "yesterday"}, RecordError, "must be a time such as"),
        ({"at": "2026-05-03"}, RecordError, "must be a time with a zone"),
        ({"promised": {"id": ["i1"]}}, RecordError, "promised: must have a column 'interaction'"),
        ({"promised": {"interaction": ["i9"]}}, RecordError, "row 1, column 'interaction'.*was scored"),
        ({"promised": due(1)}, RecordError, "give tz="),
        (
            {"outcomes": {"interaction": ["i1"], "state": ["done"], "at": [None]}},
            RecordError,
            "must be one of",
        ),
        (
            {"promised": {"interaction": ["i1"], "due": ["2026-04-01T00:00:00Z"]}},
            RecordError,
            "before the inter",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(how, error, words):
    with pytest.raises(error, match=words):
        coqs.promises(scored(made(1)), **how)


# ------------------------------------------------------------------------------------------- shares

MANY = scored(
    made(1, customer="A"),
    told(3, "kept", customer="A"),
    made(1, customer="B"),
    told(3, "broken", customer="B"),
    made(1, customer="C"),
    told(3, "late_told", customer="C"),
    made(1, customer="D", provider="Bo", site=None),
    made(2, customer="E", provider="Bo", site=None, interaction="open"),
    {"day": "20", "customer": "F"},
)


def ledger(**how: object) -> coqs.Promises:
    return coqs.promises(MANY, tz="UTC", promised=due(4, interactions=("i7",)), **how)


def test_shares_are_of_what_is_settled_and_unobservable_is_never_broken():
    table = ledger().by("provider")
    assert table["provider"].tolist() == ["Ana", "Bo"]
    assert table["n"].tolist() == [3, 2]
    assert table["n_settled"].tolist() == [3, 0]
    assert table["kept_share"][0] == pytest.approx(1 / 3)
    assert table["not_kept_share"][0] == pytest.approx(1 / 3)
    assert np.isnan(table["kept_share"][1])
    assert table["can_tell"].tolist() == [True, False]
    assert table["n_unknown"].tolist() == [0, 2]  # past due and unseen, or undated in a sample
    assert (table["kept_least"][1], table["kept_most"][1]) == (0, 1)
    assert ledger(observed="all").by("provider")["n_unknown"].tolist() == [0, 0]
    assert "cannot tell" in str(table)
    assert ledger(observed="all").by("provider")["not_kept_share"].tolist() == [pytest.approx(1 / 3), 1]


def test_a_missing_key_is_a_group_of_its_own_and_last():
    table = ledger().by("site")
    assert table["site"].tolist() == ["north", None]
    assert table.labels() == ["north", "(none)"]


def test_promises_to_one_customer_are_not_taken_to_be_independent():
    def low(customers: list[str]) -> float:
        rows = [made(1, customer=each, issue=f"{k}") for k, each in enumerate(customers)]
        rows += [
            told(3, "kept" if k % 4 else "broken", customer=each, issue=f"{k}")
            for k, each in enumerate(customers)
        ]
        return float(coqs.promises(scored(*rows)).by()["kept_ci_low"][0])

    apart = [f"C{k}" for k in range(12)]
    alike = [f"C{k % 4}" for k in range(12)]  # of each customer all are kept, or all broken
    assert low(alike) < low(apart)
    assert np.isnan(low(["C1"] * 12))


def test_nothing_promised_gives_empty_tables():
    found = coqs.promises(scored({"day": "1"}))
    assert (len(found), len(found.by("provider")), len(found.worklist()), len(found.curve())) == (0, 0, 0, 0)
    assert found.by()["n"].tolist() == [0]
    nobody = coqs.promises(coqs.score(MANY.ratings.take([])), observed="all")
    assert nobody.counts() == dict.fromkeys(found.counts(), 0)
    assert len(nobody.by("provider")) == len(nobody.worklist()) == 0


# -------------------------------------------------------------------------------------------- curve


def test_the_curve_counts_late_and_lapsed_as_not_kept_from_their_due_day_on():
    rows = []
    for k, (day, level) in enumerate([(3, "kept"), (9, "kept"), (4, "broken"), (None, "")]):
        rows.append(made(1, customer=f"C{k}", interaction=f"m{k}"))
        if day:
            rows.append(told(day, level, customer=f"C{k}"))
    rows.append({"day": "30", "customer": "other"})
    given = due(6, 6, 6, 6, interactions=("m0", "m1", "m2", "m3"))
    curve = coqs.promises(scored(*rows), promised=given, tz="UTC", observed="all").curve()
    assert curve["days"].round(2).tolist() == [2.0, 3.0, 5.5]
    assert curve["kept"].tolist() == [0.25, 0.25, 0.25]
    assert curve["not_kept"].tolist() == [0, 0.25, 0.75]
    assert curve["going"].round(9).tolist() == [0.75, 0.5, 0]
    assert curve.followed
    assert curve.at([0, 2.5, 99])["kept"].tolist() == [0, 0.25, 0.25]


def test_the_curve_of_customers_who_are_all_alike_has_the_interval_of_customers():
    def width(size: int) -> float:
        rows = []
        for k in range(40):
            for each in range(size):
                who = {"customer": f"C{k}", "issue": f"{k}-{each}"}
                rows += [made(1, **who), told(3 + k % 5, "kept" if k % 2 else "broken", **who)]
        last = {column: values[-1] for column, values in coqs.promises(scored(*rows)).curve().columns.items()}
        assert last["kept"] == pytest.approx(0.5)
        return float(last["kept_ci_high"] - last["kept_ci_low"])

    assert width(3) == pytest.approx(width(1), rel=0.1)  # thrice as many promises tell nothing more
    rows = [made(1, issue=str(k)) for k in range(9)] + [told(2 + k, "kept", issue=str(k)) for k in range(8)]
    assert np.isnan(coqs.promises(scored(*rows)).curve()["kept_ci_low"]).all()  # of one customer


def test_in_a_sample_the_curve_tells_what_was_seen_and_says_so():
    curve = ledger().curve()
    assert not curve.followed
    assert curve["kept"][-1] == pytest.approx(1 / 5)
    assert "least" in repr(curve)


def test_the_picture_shows_the_shares_their_intervals_and_what_it_cannot_tell():
    pytest.importorskip("matplotlib")
    axes = ledger().plot()
    assert [each.get_text() for each in axes.get_legend().get_texts()] == [
        "seen to be kept in time",
        "seen to be not kept in time",
    ]
    assert {line.get_linestyle() for line in axes.lines} == {"-", "--"}
    assert axes.get_title().startswith("At the least")
    assert "cannot tell" in coqs.promises(scored({"day": "1"})).plot().get_title()


# ----------------------------------------------------------------------------------------- worklist


def test_the_worklist_has_what_is_owed_by_due_day_the_most_overdue_first():
    rows = (
        made(1, provider="Bo"),
        made(2),
        made(3, customer="C3"),
        told(4, "kept", customer="C3"),
        {"day": "9"},
    )
    given = due(20, 5, interactions=("i1", "i2"))
    scores = scored(*rows, made(3, customer="C4", interaction="undated"))
    work = coqs.promises(scores, promised=given, tz="UTC", observed="all").worklist()
    assert work["promise"].tolist() == ["i2/1", "i1/1", "undated/1"]
    assert work["owner"].tolist() == ["Ana", "Bo", "Ana"]
    assert work["state"].tolist() == ["lapsed", "open", "open"]
    assert work["overdue"].tolist() == [True, False, False]
    assert work["days_overdue"].round(1).tolist()[:2] == [3.5, 0]
    assert work["age_days"].tolist() == [7, 8, 6]
    assert work.of("Bo")["promise"].tolist() == ["i1/1"]
    assert "no date" in str(work)
    open_only = coqs.promises(scores, promised=given, tz="UTC", observed="all").worklist(lapsed=False)
    assert open_only["promise"].tolist() == ["i1/1", "undated/1"]


def test_a_due_day_is_printed_as_it_was_promised():
    scores = scored(made(1), {"day": "2"})
    for tz in ("America/New_York", "Asia/Tokyo", "UTC"):
        assert "2026-05-08" in str(coqs.promises(scores, promised=due(8), tz=tz).worklist())


def test_the_worklist_is_written_whole_and_safe_to_open(tmp_path):
    scores = scored(made(1, customer="=cmd()", provider="@Ana"))
    work = coqs.promises(scores).worklist()
    coqs.write_worklist(work, tmp_path / "owed.csv")
    head, line = (tmp_path / "owed.csv").read_text(encoding="utf-8").splitlines()
    assert head.startswith("promise,owner,customer,site,issue,kind,interaction,made,due,age_days,overdue")
    assert line.startswith("i1/1,'@Ana,'=cmd(),north,")
    with pytest.raises(OSError, match="nowhere"):
        coqs.write_worklist(work, tmp_path / "nowhere" / "owed.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["owed.csv"]


# --------------------------------------------------------------------------------------------- laws


def test_promises_are_chosen_by_when_they_were_made_by_kind_and_by_state():
    found = coqs.promises(scored(made(1), made(2), made(3), told(4, "kept")), tz="UTC")
    assert found.made_between("2026-05-02")["interaction"].tolist() == ["i2", "i3"]
    until = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
    assert found.made_between(np.datetime64("2026-05-02T12:00"), until)["interaction"].tolist() == ["i2"]
    assert len(found.in_state("open", "kept")) == 3
    with pytest.raises(NotFoundError, match="no state 'done'"):
        found.in_state("done")
    with pytest.raises(NotFoundError, match="no kind of promise 'vow'"):
        found.of_kind("vow")


def _random_rows(seed: int) -> list[dict[str, str]]:
    rng = random.Random(seed)
    rows = []
    for k in range(60):
        row = {"day": str(rng.randint(1, 28)), "customer": rng.choice("ABC"), "interaction": f"x{k}"}
        if rng.random() < 0.5:
            row["next_step"] = rng.choice(["dated", "undertaken", "left_hanging"])
        if rng.random() < 0.3:
            row["promise_kept"] = rng.choice(["kept", "broken", "late_told"])
        if rng.random() < 0.3:
            row["issue"] = rng.choice("XY")
        rows.append(row)
    return rows


ORDER = (None, "broken", "late_told", "kept")


def _naive(rows: list[dict[str, str]], dues: dict[str, int]) -> dict[str, str]:
    """Say of each promise what became of it, event by event: the rule read aloud."""
    state = {}
    days = sorted({int(row["day"]) for row in rows})
    going: list[dict[str, str]] = []
    words = {"broken": "broken", "kept": "kept", "late_told": "late"}
    for day in days:
        today = [row for row in rows if int(row["day"]) == day]
        for row in sorted(today, key=lambda each: ORDER.index(each.get("promise_kept"))):  # the worse first
            if "promise_kept" not in row:
                continue
            whose = ("issue", row["issue"]) if "issue" in row else ("customer", row["customer"])
            mine = [
                each
                for each in going
                if each["interaction"] not in state
                and (("issue", each["issue"]) if "issue" in each else ("customer", each["customer"])) == whose
            ]
            by_now = [each for each in mine if dues.get(each["interaction"], 0) < day]  # due at its day's end
            for each in by_now or mine:
                late = each["interaction"] in dues and dues[each["interaction"]] < day
                word = words[row["promise_kept"]]
                state[each["interaction"]] = "late" if word == "kept" and late else word
        going += [row for row in today if row.get("next_step") in ("dated", "undertaken")]
    last = days[-1]
    for row in going:
        id = row["interaction"]
        state.setdefault(id, "lapsed" if id in dues and dues[id] < last else "open")
    return state


@pytest.mark.parametrize("seed", range(12))
def test_the_ledger_is_what_the_rule_read_aloud_gives_in_whatever_order_rows_come(seed):
    rows = _random_rows(seed)
    rng = random.Random(seed)
    dues = {row["interaction"]: int(row["day"]) + rng.randint(0, 6) for row in rows if rng.random() < 0.5}
    dues = {id: day for id, day in dues.items() if day < 31}
    promising = {row["interaction"] for row in rows if row.get("next_step") in ("dated", "undertaken")}
    dues = {id: day for id, day in dues.items() if id in promising}
    given = {"interaction": list(dues), "due": [f"2026-05-{day:02}" for day in dues.values()]}
    found = coqs.promises(scored(*map(dict, rows)), promised=given, tz="UTC", observed="all")
    states_of = dict(zip(found["interaction"].tolist(), found["state"].tolist(), strict=True))
    assert states_of == _naive(rows, dues)
    mixed = rows[:]
    rng.shuffle(mixed)
    again = coqs.promises(scored(*map(dict, mixed)), promised=given, tz="UTC", observed="all")
    assert again == found


@pytest.mark.parametrize("seed", range(4))
def test_looking_later_changes_nothing_that_was_settled(seed):
    scores = scored(*_random_rows(seed))
    whole = coqs.promises(scores, tz="UTC")
    ends = dict(zip(whole["promise"].tolist(), whole["state"].tolist(), strict=True))
    for day in (5, 10, 20):
        early = coqs.promises(scores, tz="UTC", at=f"2026-05-{day:02}")
        done = early.in_state("kept", "late", "broken")
        assert all(ends[id] == state for id, state in zip(done["promise"], done["state"], strict=True))
        assert len(early) == len(whole.made_between("2026-05-01", f"2026-05-{day + 1:02}"))


def test_values_pickle_read_only_and_show_no_contents():
    found = ledger(observed="all")
    for value in (found, found.by("provider"), found.curve(), found.worklist()):
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert not any(column.flags.writeable for column in again.columns.values())
        assert "Ana" not in repr(value)
        assert value._repr_html_().startswith("<table>")
        with pytest.raises(TypeError, match="unhashable"):
            hash(value)


def test_the_sample_tells_of_one_promise_kept_and_one_broken():
    found = coqs.promises(coqs.score(coqs.make_sample()))
    assert (found.counts()["kept"], found.counts()["broken"]) == (1, 1)
    assert found.in_state("kept", "broken")["issue"].tolist() == ["K-1", "K-2"]
    assert found.unmatched == 0
