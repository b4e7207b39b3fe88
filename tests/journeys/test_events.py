"""Events: the register, its file, and what changed before and after, within people."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError

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
        ({"justified": ["perhaps", None, None]}, r"row 1, column 'justified': must be true or false"),
    ],
)
def test_cells_that_cannot_be_used_are_named(change, message):
    with pytest.raises(RecordError, match=message):
        coqs.EventRegister.from_table(TABLE | change, tz="UTC")


@pytest.mark.parametrize("text", ["nothing", "[]", '{"schema": 2}', '{"schema": 1, "events": [1]}'])
def test_a_file_that_is_no_register_is_refused(tmp_path, text):
    path = tmp_path / "events.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordError, match=r"events\.json: "):
        coqs.EventRegister.load(path)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"kind": ""}, "kind must be a word"),
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


def test_the_four_parts_add_up_to_the_change():
    rng = np.random.default_rng(2)
    rows = [
        (rng.choice(list("abcdefg")), "n", int(day), int(rng.integers(0, 5)))
        for day in rng.integers(-20, 20, 60)
    ]
    (row,) = seen(*rows).before_after(event()).rows()
    assert sum(row[name] for name in ("stayed", "shifted", "joined", "left")) == pytest.approx(row["change"])
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


@pytest.mark.slow
def test_the_interval_covers_the_effect_where_all_change_together():
    """4,000 trials of 12 trained people and 15 others: the error of the coverage is 0.34 points."""
    from coqs.journeys.events.before_after import _effect

    rng, hits = np.random.default_rng(3), []
    for _ in range(4000):
        shared, effect = rng.normal(0, 0.1), 0.08
        mine = rng.normal(shared + effect, 0.1, 12)
        others = rng.normal(shared, 0.15, 15)
        _, low, high = _effect(mine, others, 0.95)
        hits.append(low <= effect <= high)
    assert 0.935 <= np.mean(hits) <= 0.965
