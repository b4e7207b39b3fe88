"""Events: the register, its file, and what changed before and after, within people."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import attrs
import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError
from coqs.journeys.events import before_after
from coqs.journeys.events.pooling import Differences, pooled_effect
from coqs.kernels.intervals import student_t_quantile

TABLE = {
    "at": ["2026-04-27", "2026-03-30T09:00+02:00", "2026-05-04"],
    "kind": ["leaver", "training", "complaint"],
    "about": ["Dray", "Brandt", None],
    "justified": [None, None, "no"],
    "fixed_at": [None, None, "2026-05-06"],
    "note": [None, "a secret", None],
}
REGISTER = coqs.EventRegister.from_table(TABLE, tz="Europe/Madrid")


def test_events_stand_in_the_order_of_time_in_utc():
    assert [each.kind for each in REGISTER] == ["training", "leaver", "complaint"]
    assert REGISTER.marks() == [
        ("2026-03-30T07:00:00Z", "training"),
        ("2026-04-26T22:00:00Z", "leaver"),
        ("2026-05-03T22:00:00Z", "complaint"),
    ]
    assert REGISTER.events[2].justified is False
    assert REGISTER.kinds == ("complaint", "leaver", "training")


def test_an_event_about_everybody_concerns_each():
    assert [kind for _, kind in REGISTER.marks("Brandt")] == ["training", "complaint"]
    assert len(REGISTER.about("Dray")) == 2
    assert [each.kind for each in REGISTER.between("2026-04-01", "2026-05-01")] == ["leaver"]
    assert len(REGISTER.of_kind("leaver", "training")) == 2


def test_a_register_reads_back_as_it_was_saved_and_never_prints_a_note(tmp_path):
    path = tmp_path / "events.json"
    REGISTER.save(path)
    assert coqs.EventRegister.load(path) == REGISTER
    assert pickle.loads(pickle.dumps(REGISTER)) == REGISTER
    assert "secret" not in repr(REGISTER)
    assert REGISTER + coqs.EventRegister() == REGISTER


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"knid": ["a"] * 3}, r"got 'knid'.*'kind'"),
        ({"at": ["soon", "2026-03-30", "2026-05-04"]}, r"row 1, column 'at': must be a time"),
        ({"kind": ["a", None, "b"]}, r"row 2, column 'kind': must say something"),
        ({"about": [" ", None, "b"]}, r"row 1, column 'about': must be a name, got blanks"),
        ({"justified": ["perhaps", None, None]}, r"row 1, column 'justified': must be true or false"),
    ],
)
def test_cells_that_cannot_be_used_are_named(change, message):
    with pytest.raises(RecordError, match=message):
        coqs.EventRegister.from_table(TABLE | change, tz="UTC")


def test_events_are_read_from_files_of_all_kinds(tmp_path):
    csv = "at;kind;about;justified;fixed_at;note\r\n2026-04-27;leaver;Dray;;;\r\n"
    csv += "2026-03-30T09:00+02:00;training;Brandt;;;a secret\r\n2026-05-04;complaint;;No;2026-05-06;\r\n"
    path = tmp_path / "events.csv"
    path.write_text(csv, "utf-8-sig")
    assert coqs.read_events(path, tz="Europe/Madrid", separator=";") == REGISTER
    lines = tmp_path / "events.jsonl"
    rows = [
        {"at": "2026-04-27", "kind": "leaver", "about": "Dray"},
        {"at": "2026-03-30T07:00Z", "kind": "training", "about": "Brandt", "note": "a secret"},
        {"at": "2026-05-04", "kind": "complaint", "justified": False, "fixed_at": "2026-05-06"},
    ]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert coqs.read_events(lines, tz="Europe/Madrid") == REGISTER


def test_a_cell_of_a_file_is_told_by_its_line_and_never_by_its_words(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("at,kind,justified\n2026-04-27,leaver,\n2026-04-28,complaint,rude words\n", "utf-8")
    with pytest.raises(RecordError, match=r"events\.csv: .*line 3, column 'justified': must be true") as told:
        coqs.read_events(path, tz="UTC")
    assert "rude" not in str(told.value)
    path.write_text("at,kind,fixed_at\n2026-04-27,leaver,2026-04-26\n", "utf-8")
    with pytest.raises(RecordError, match=r"line 2, column 'fixed_at': must not be before at"):
        coqs.read_events(path, tz="UTC")
    path.write_text("at,kind\n2026-04-27,leaver\n", "utf-8")
    with pytest.raises(RecordError, match=r"line 2, column 'at'.*zone"):
        coqs.read_events(path)


def test_a_day_begins_when_it_begins_there_also_when_clocks_change():
    days = ["2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"]
    register = coqs.EventRegister.from_table({"at": days, "kind": ["target"] * 4}, tz="Europe/Madrid")
    assert [at[5:16] for at, _ in register.marks()] == [
        "03-28T23:00",
        "03-29T22:00",
        "10-24T22:00",
        "10-25T23:00",
    ]
    assert len(register.between("2026-03-29", "2026-03-30", tz="Europe/Madrid")) == 1


@pytest.mark.parametrize("words", [[True, False, None], np.array(["yes", "0", None], object), [1, 0, None]])
def test_true_and_false_are_read_however_they_are_written(words):
    table = {"at": ["2026-03-30"] * 3, "kind": ["a", "b", "c"], "justified": words}
    register = coqs.EventRegister.from_table(table, tz="UTC")
    assert [each.justified for each in register] == [True, False, None]


def test_no_events_are_a_register_too():
    none = coqs.EventRegister()
    assert (len(none), none.kinds, none.marks(), repr(none)) == (0, (), [], "<EventRegister: 0 events; none>")
    assert coqs.EventRegister.from_table({"at": [], "kind": []}) == none


@pytest.mark.parametrize("text", ["nothing", "[]", '{"schema": 2}', '{"schema": 1, "events": [1]}'])
def test_a_file_that_is_no_register_is_refused(tmp_path, text):
    path = tmp_path / "events.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordError, match=r"events\.json: "):
        coqs.EventRegister.load(path)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"kind": " "}, "kind must be a word"),
        ({"about": ""}, "about must be a name"),
        ({"at": dt.datetime(2026, 1, 1)}, "at must be a time with a zone"),  # noqa: DTZ001
        ({"fixed_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)}, "fixed_at must not be before"),
    ],
)
def test_what_is_no_event_is_refused(parts, message):
    with pytest.raises(RecordError, match=message):
        coqs.Event(**{"at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "kind": "training"} | parts)
    with pytest.raises(NotFoundError, match="'leaver'"):
        REGISTER.of_kind("leavers")


RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
[[criteria]]
id = "mark"
stage = "responding"
levels = [
  { id = "m0", points = 0 },
  { id = "m1", points = 1 },
  { id = "m2", points = 2 },
  { id = "m3", points = 3 },
  { id = "m4", points = 4 },
]
""")


def seen(*rows: tuple[str, str, int, int]) -> coqs.Journeys:
    """Follow (provider, site, day from the event on, mark from 0 to 4)."""
    table: dict[str, list[Any]] = {
        "interaction": [f"i{place}" for place in range(len(rows))],
        "provider": [row[0] for row in rows],
        "site": [row[1] for row in rows],
        "at": [f"{np.datetime64('2026-05-01T12:00') + np.timedelta64(row[2], 'D')}Z" for row in rows],
        "mark": [f"m{row[3]}" for row in rows],
    }
    return coqs.Journeys.from_scores(coqs.score(coqs.Ratings.from_table(table, RUBRIC)), measures="overall")


def event(about: str = "*", **more: Any) -> coqs.EventRegister:
    at = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    return coqs.EventRegister([coqs.Event(at=at, kind="training", about=about, **more)])


def test_a_leaver_does_not_pass_for_a_change():
    rows = [(who, "n", day, 4) for who in "abc" for day in (-2, 3)] + [
        ("d", "n", day, 0) for day in (-5, -4, -3)
    ]
    found = seen(*rows).before_after(event())
    (row,) = found.rows()
    assert row["before"] == 0.5
    assert row["after"] == 1
    assert row["left"] == pytest.approx(0.375)
    assert row["stayed"] == 0
    assert found.effect == 0
    assert not found.can_tell  # nobody who stayed varied


def test_the_parts_add_up_to_the_change():
    rng = np.random.default_rng(2)
    rows = [
        (rng.choice(list("abcdefg")), "n", int(day), int(rng.integers(0, 5)))
        for day in rng.integers(-20, 20, 60)
    ]
    (row,) = seen(*rows).before_after(event()).rows()
    assert sum(row[name] for name in ("stayed", "shifted", "joined", "left", "unnamed")) == pytest.approx(
        row["change"]
    )
    assert row["change"] == pytest.approx(row["after"] - row["before"])


def test_those_who_were_not_concerned_are_compared_with():
    rows = [(f"{site}{k}", site, day, mark + (k % 2)) for site, marks in {"n": (0, 3), "s": (1, 2)}.items()
            for k in range(4) for day, mark in zip((-3, 4), marks, strict=True)]  # fmt: skip
    found = seen(*rows).before_after(event("n"))
    assert (found.n_people, found.n_others) == (4, 4)
    assert found.others_changed == pytest.approx(0.25)
    assert found.effect == pytest.approx(0.5)


def test_a_person_and_a_site_can_be_what_it_is_about():
    rows = [(f"p{k}", "n" if k < 2 else "s", day, 2) for k in range(6) for day in (-1, 1)]
    counts = {
        about: seen(*rows).before_after(event(about)).rows()[0]["n_people"] for about in ("p3", "n", "*", "x")
    }
    assert counts == {"p3": 1, "n": 2, "*": 6, "x": 0}


def test_few_people_cannot_tell_and_it_says_so():
    found = seen(*[("a", "n", day, 2) for day in (-1, 1)]).before_after(event())
    assert not found.can_tell
    assert "cannot tell" in str(found)


def test_only_the_span_on_either_side_counts():
    rows = [(who, "n", day, 1 + k % 2) for k, who in enumerate("abcd") for day in (-40, -3, 3, 40)]
    (row,) = seen(*rows).before_after(event(), span_days=10).rows()
    assert (row["n_before"], row["n_after"]) == (4, 4)


@pytest.mark.parametrize(
    ("register", "how", "error", "message"),
    [
        (event(justified=False), {}, PolicyError, "must be one at least"),
        (event(), {"span_days": 0}, PolicyError, "span_days: must be above 0"),
        (event(), {"confidence": 0}, PolicyError, "confidence: must lie"),
        (event(), {"whose": "sites"}, PolicyError, "did you mean 'site'"),
        (event(), {"measure": "passed"}, NotFoundError, "'overall'"),
    ],
)
def test_a_mistake_in_before_and_after_is_told(register, how, error, message):
    with pytest.raises(error, match=message):
        seen(("a", "n", 1, 2)).before_after(register, **how)


def test_journeys_of_a_table_have_no_people():
    table = {"who": ["a"], "at": ["2026-05-01"], "x": [1.0]}
    journeys = coqs.Journeys.from_table(table, group="who", at="at", value="x", kind="value", tz="UTC")
    with pytest.raises(NotFoundError, match="journeys of a table"):
        journeys.before_after(event())


def test_results_pickle_and_are_read_only():
    found = seen(
        *[(who, "n", day, 1 + k % 3) for k, who in enumerate("abcd") for day in (-1, 1)]
    ).before_after(event())
    assert pickle.loads(pickle.dumps(found)) == found
    assert not found["change"].flags.writeable


def differences(*rows: tuple[float, int, int, bool]) -> Differences:
    """Take (difference, person, event, whether concerned)."""
    value, person, event, concerned = map(np.array, zip(*rows, strict=True))
    return Differences(value, person, event, concerned)


def test_one_event_has_welchs_interval():
    rng = np.random.default_rng(4)
    mine, others = rng.normal(0.3, 0.1, 7), rng.normal(0, 0.3, 11)
    rows = [(value, place, 0, place < 7) for place, value in enumerate([*mine, *others])]
    found = pooled_effect(differences(*rows), 0.95)
    parts = [each.var(ddof=1) / len(each) for each in (mine, others)]
    df = sum(parts) ** 2 / (parts[0] ** 2 / 6 + parts[1] ** 2 / 10)
    half = student_t_quantile(0.95, [df])[0] * np.sqrt(sum(parts))
    effect = mine.mean() - others.mean()
    assert (found.effect, found.low, found.high) == pytest.approx((effect, effect - half, effect + half))


def test_each_event_is_held_against_its_own_others():
    """Around the first event everybody gained 0.5; it had most of those concerned, and few others."""
    rows = [(0.5, place, 0, place < 8) for place in range(10)]
    rows += [(0.0, 20 + place, 1, place < 2) for place in range(10)]
    found = pooled_effect(differences(*rows), 0.95)
    assert found.effect == 0
    assert found.others_changed == pytest.approx(0.4)


def test_a_person_counts_once_however_many_events():
    once = [(value, place, 0, True) for place, value in enumerate([0.1, 0.3, 0.2, 0.6])]
    thrice = [(value, place, event, True) for event in range(3) for value, place, _, _ in once]
    first, again = (pooled_effect(differences(*rows), 0.95) for rows in (once, thrice))
    assert (again.effect, again.low, again.high) == pytest.approx((first.effect, first.low, first.high))
    assert again.n_people == 4


def test_events_with_nobody_to_compare_with_are_left_out_and_counted():
    rows = [(0.2 + place / 100, place, 0, place < 4) for place in range(8)]
    alone = [(5.0, 20 + place, 1, True) for place in range(4)]
    found = pooled_effect(differences(*rows, *alone), 0.95)
    assert (found.n_people, found.n_alone) == (4, 1)
    assert found.effect == pytest.approx(-0.04)
    assert pooled_effect(differences(*alone), 0.95).n_alone == 0


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_of_the_others_cannot_tell(n):
    rows = [(0.2 + place / 100, place, 0, True) for place in range(4)] + [
        (0.1, 9 + k, 0, False) for k in range(n)
    ]
    found = pooled_effect(differences(*rows), 0.95)
    assert np.isnan(found.low) == (n > 0)
    assert found.n_others == n


def test_whom_another_event_was_about_in_the_same_weeks_is_not_compared_with():
    rows = [
        (f"{site}{k}", site, day, 2 * (day > 0) + k % 2)
        for site in "nsw"
        for k in range(3)
        for day in (-3, 4, 14)
    ]
    at = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    two = [
        coqs.Event(at=at + dt.timedelta(days=late), kind="training", about=site)
        for site, late in (("n", 0), ("s", 10))
    ]
    alone = seen(*rows).before_after(coqs.EventRegister(two[:1]))
    both = seen(*rows).before_after(coqs.EventRegister(two))
    assert alone.rows()[0]["n_others"] == 6
    assert [row["n_others"] for row in both.rows()] == [3, 3]
    early = seen(*rows).before_after(coqs.EventRegister(two), span_days=9)
    assert early.rows()[0]["n_others"] == 6


def test_what_a_leaver_leaves_behind_is_told_of_the_whole_site():
    rows = [(who, "n", day, 3) for who in "abc" for day in (-2, 3)]
    rows += [("d", "n", day, 0) for day in (-5, -4, -3)]
    rows += [(who, "s", day, 2) for who in "efg" for day in (-2, 3)]
    register = event("d")
    (row,) = seen(*rows).before_after(register).rows()
    assert (row["change"], row["n_people"]) == (None, 0)
    found = seen(*rows).before_after(register, whose="site")
    (row,) = found.rows()
    assert (row["n_people"], row["n_others"]) == (3, 3)
    assert row["left"] + row["shifted"] == pytest.approx(row["change"])
    assert (row["stayed"], found.effect) == (0, 0)


def test_interactions_of_nobody_are_a_part_of_their_own():
    table = {
        "interaction": ["a", "b", "c", "d"],
        "provider": [None, None, "p", "p"],
        "mark": ["m0", "m4", "m2", "m2"],
    }
    table["at"] = ["2026-04-30T12:00Z", "2026-05-02T12:00Z"] * 2
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    (row,) = coqs.Journeys.from_scores(scores, measures="overall").before_after(event()).rows()
    assert (row["unnamed"], row["stayed"], row["n_people"]) == (0.5, 0, 1)
    assert row["change"] == 0.5


def test_a_group_can_be_what_it_is_about():
    table = {
        "interaction": [f"i{k}" for k in range(12)],
        "provider": [f"p{k % 6}" for k in range(12)],
        "provider_grade": ["night" if k % 6 < 2 else "day" for k in range(12)],
        "at": ["2026-04-30T12:00Z"] * 6 + ["2026-05-02T12:00Z"] * 6,
        "mark": ["m2"] * 12,
    }
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    journeys = coqs.Journeys.from_scores(scores, by="provider_grade", measures="overall")
    (row,) = journeys.before_after(event("night")).rows()
    assert (row["n_people"], row["n_others"]) == (2, 4)


def all_at_once(rng: np.random.Generator) -> list[tuple[float, int, int, bool]]:
    return [(rng.normal(0.1 * (k < 12), 0.1 + 0.05 * (k >= 12)), k, 0, k < 12) for k in range(27)]


def with_months_that_move_all(rng: np.random.Generator) -> list[tuple[float, int, int, bool]]:
    rows: list[tuple[float, int, int, bool]] = []
    for place, (mine, others) in enumerate([(10, 3), (3, 10), (5, 5), (8, 4), (4, 8)]):
        month = rng.normal(0, 0.3)
        for k in range(mine + others):
            rows.append((month + rng.normal(0.1 * (k < mine), 0.1), len(rows), place, k < mine))
    return rows


def one_after_another(rng: np.random.Generator) -> list[tuple[float, int, int, bool]]:
    own, months = rng.normal(0, 0.1, 15), rng.normal(0, 0.2, 12)
    return [
        (own[k] + months[place] + rng.normal(0.1 * (k == place), 0.1), k, place, k == place)
        for place in range(12)
        for k in range(15)
    ]


def some_often(rng: np.random.Generator) -> list[tuple[float, int, int, bool]]:
    own = rng.normal(0.1, 0.1, 12)
    return [(own[k] + rng.normal(0, 0.1), k, 5 * k + e, True) for k in range(12) for e in range(1 + k % 4)]


@pytest.mark.slow
@pytest.mark.parametrize("world", [all_at_once, with_months_that_move_all, one_after_another, some_often])
def test_the_interval_of_one_effect_of_several_events_covers_it(world):
    """3,000 trials each: the error of the coverage is 0.4 points; the mean effect has its own beside it."""
    rng, found = np.random.default_rng(3), []
    for _ in range(3000):
        told = pooled_effect(differences(*world(rng)), 0.95)
        found.append((told.effect, told.low <= 0.1 <= told.high))
    effects, hits = map(np.array, zip(*found, strict=True))
    assert 0.935 <= hits.mean() <= 0.965
    assert abs(effects.mean() - 0.1) < 4 * effects.std() / np.sqrt(len(effects))


@pytest.mark.slow
def test_the_interval_covers_the_effect_from_single_interactions_on():
    """800 samples of 24 people at 4 sites, 2 of them trained: the error of the coverage is 0.77 points."""
    rng, hits, n = np.random.default_rng(6), [], 24 * 20
    who, late = np.repeat(np.arange(24), 20), np.tile(np.arange(20) % 2, 24)
    days = np.where(late, 1, -1) * (1 + np.arange(n) % 27)
    start = np.datetime64("2026-05-01T12:00", "us")
    base = seen(*[(f"p{p:02}", f"s{p // 6}", int(d), 0) for p, d in zip(who, days, strict=True)]).observations
    order = np.argsort(start + days * np.timedelta64(1, "D"), kind="stable")
    person = np.array([int(name[1:]) for name in base.context["provider"].to_list()])
    late = (base.at >= start).astype(float)
    assert len(order) == len(base)
    for _ in range(800):
        level, drift = rng.normal(0.6, 0.1, 24), rng.normal(0, 0.05, 24)
        value = level[person] + late * (0.03 + drift[person] + 0.08 * (person < 12)) + rng.normal(0, 0.15, n)
        one = attrs.evolve(base, values={"overall": value})
        told = before_after(one, event("s0") + event("s1"), measure="overall")
        hits.append(told.ci_low <= 0.08 <= told.ci_high)
    assert 0.935 <= np.mean(hits) <= 0.965
