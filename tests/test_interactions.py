"""Interactions: records become columns, every problem keeps its place, no words are shown."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import numpy as np
import pytest

import coqs

SECRET = "my card number is 4000 1234"
RECORDS: list[dict[str, Any]] = [
    {
        "id": "I-1",
        "at": "2026-05-12T09:30:00+02:00",
        "provider": "ann",
        "provider_grade": "lead",
        "customer": "c9",
        "customer_set": "visitors",
        "site": "gate",
        "channel": "desk",
        "issue": 77,
        "facts": {"situation": "incident", "wait": 4, "urgent": True},
        "turns": [
            {"speaker": "customer", "text": SECRET, "at": "2026-05-12T07:30:01Z"},
            {"speaker": "provider", "text": "Good morning"},
        ],
    },
    {"id": 2, "turns": []},
    {"id": "I-3", "facts": {"wait": 2.5}, "turns": [{"speaker": "system", "text": ""}]},
]


def batch() -> coqs.Interactions:
    return coqs.Interactions.from_records(RECORDS)


def refusal(*records: Any, **how: Any) -> coqs.RecordError:
    with pytest.raises(coqs.RecordError) as caught:
        coqs.Interactions.from_records(records, **how)
    return caught.value


def test_records_become_columns() -> None:
    found = batch()
    assert found.ids == ("I-1", "2", "I-3")
    assert found.turn_offsets.tolist() == [0, 2, 2, 3]
    assert found.context["issue"].to_list() == ["77", None, None]
    assert found.facts["urgent"].to_list() == ["true", None, None]
    np.testing.assert_array_equal(found.facts["wait"], [4, np.nan, 2.5])
    assert found.at.tolist() == [dt.datetime(2026, 5, 12, 7, 30), None, None]  # noqa: DTZ001
    assert len(found) == 3


@pytest.mark.parametrize("role", ["provider", "customer", "system", "Supervisor", "customers"])
def test_other_roles_may_speak(role: str) -> None:
    found = coqs.Interactions.from_records([{"id": "a", "turns": [{"speaker": role, "text": "x"}]}])
    assert found["a"].turns[0].speaker == role


def test_one_interaction_is_a_view() -> None:
    first = batch()["I-1"]
    assert first.provider == coqs.Provider("ann", "lead")
    assert first.at == dt.datetime(2026, 5, 12, 7, 30, tzinfo=dt.UTC)
    assert first.facts == {"situation": "incident", "wait": 4.0, "urgent": "true"}
    assert [turn.speaker for turn in first.turns] == ["customer", "provider"]
    assert first.turns[0].at == dt.datetime(2026, 5, 12, 7, 30, 1, tzinfo=dt.UTC)
    context = (first.customer, first.customer_set, first.site, first.channel, first.issue)
    assert context == ("c9", "visitors", "gate", "desk", "77")
    second = batch()[1]
    assert (second.provider, second.at, second.facts, second.turns) == (None, None, {}, ())
    assert batch()[-1].id == "I-3"
    assert [each.id for each in batch()] == ["I-1", "2", "I-3"]


def test_what_is_not_in_the_batch_is_not_found() -> None:
    with pytest.raises(coqs.NotFoundError, match="did you mean 'I-1'"):
        batch()["I-11"]
    with pytest.raises(IndexError):
        batch()[3]


def test_rows_are_a_batch_of_their_own() -> None:
    parts = [batch().rows(0, 2), batch().rows(2, 9), batch().rows(2, 1)]
    assert [len(part) for part in parts] == [2, 1, 0]
    assert parts[0] == coqs.Interactions.from_records(RECORDS[:2])
    assert parts[1].turn_offsets.tolist() == [0, 1]
    assert parts[1]["I-3"].turns[0].speaker == "system"


def test_nothing_shows_what_was_said() -> None:
    first = batch()[0]
    for shown in (repr(batch()), repr(first), repr(first.turns), str(first.turns[0])):
        assert "card" not in shown
        assert "4000" not in shown


def test_a_batch_compares_pickles_and_cannot_be_written_to() -> None:
    again = pickle.loads(pickle.dumps(batch()))
    assert again == batch()
    for array in (again.at, again.turn_offsets, again.turn_at, again.facts["wait"], again.turn_speaker.codes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    with pytest.raises(TypeError):
        again.context["site"] = None
    assert again != batch().rows(0, 2)


def test_a_batch_made_by_hand_keeps_nothing_that_can_be_written_to() -> None:
    at, offsets, wait = np.array(["NaT"], "M8[us]"), np.array([0, 0]), np.array([4.0])
    made = coqs.Interactions(
        ids=["a"],
        context={},
        at=at,
        facts={"wait": wait},
        turn_offsets=offsets,
        turn_speaker=coqs.Encoded.missing(0),
        turn_text=[],
        turn_at=np.array([], "M8[s]"),
    )
    at[0], offsets[1], wait[0] = np.datetime64("2026-01-01"), 9, 5
    assert (made.ids, made.at.tolist(), made.turn_offsets.tolist()) == (("a",), [None], [0, 0])
    assert made.facts["wait"].tolist() == [4]
    assert not any(each.flags.writeable for each in (made.at, made.turn_offsets, made.facts["wait"]))
    assert (at.flags.writeable, offsets.flags.writeable) == (True, True)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"id": 10**5000, "turns": []}, "record 0, $.id: must be a text"),
        ("text", "record 0, $: must be an object, got a text of 4 characters"),
        ({"turns": []}, "record 0, $.id: must be a text that is not empty, got nothing"),
        ({"id": " ", "turns": []}, "record 0, $.id: must be a text that is not empty"),
        ({"id": True, "turns": []}, "record 0, $.id: must be a text that is not empty, got a value of type bool"),
        ({"id": "a"}, "record 0, $.turns: must be a list, got nothing"),
        ({"id": "a", "turns": SECRET}, "record 0, $.turns: must be a list, got a text of 27 characters"),
        ({"id": "a", "turns": [], "providr": "x"}, "$.providr: must be a known key; did you mean 'provider'?"),
        ({"id": "a", "turns": [], "site": 1.5}, "record 0, $.site: must be a text, got a value of type float"),
        ({"id": "a", "turns": [7]}, "record 0, $.turns[0]: must be an object, got a value of type int"),
        ({"id": "a", "turns": [{"speaker": "", "text": SECRET}]}, "$.turns[0].speaker: must be a text, got a text of 0"),
        ({"id": "a", "turns": [{"speaker": "Provider", "text": SECRET}]}, "$.turns[0].speaker: must be in lower case without blanks around it, got a text of 8 characters; did you mean 'provider'?"),
        ({"id": "a", "turns": [{"speaker": " customer", "text": SECRET}]}, "got a text of 9 characters; did you mean 'customer'?"),
        ({"id": "a", "turns": [{"speaker": "x", "text": None}]}, "record 0, $.turns[0].text: must be a text"),
        ({"id": "a", "turns": [{"speaker": "x", "text": "y", "when": 1}]}, "$.turns[0].when: must be a known key"),
        ({"id": "a", "turns": [{"speaker": "x", "text": "y", "at": SECRET}]}, "record 0, $.turns[0].at: must be a time such"),
        ({"id": "a", "turns": [], "at": "2026-05-12T09:30"}, "record 0, $.at: must be a time with a zone, got a text of 16 characters; add one such as +02:00, or give tz="),
        ({"id": "a", "turns": [], "at": 5}, "record 0, $.at: must be a time such as"),
        ({"id": "a", "turns": [], "facts": [SECRET]}, "record 0, $.facts: must be an object"),
        ({"id": "a", "turns": [], "facts": {"x": [SECRET]}}, "record 0, $.facts.x: must be a plain value"),
        ({"id": "a", "turns": [], "facts": {"x": float("inf")}}, "record 0, $.facts.x: must be a finite number"),
        ({"id": "a", "turns": [], "facts": {"provider": "x"}}, "record 0, $.facts.provider: must not be named like a column"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_used_is_refused_with_its_path(record: Any, said: str) -> None:
    error = refusal(record)
    assert said in str(error)
    assert "card" not in str(error)
    (failure,) = error.failures
    assert str(failure) == str(error).removeprefix("interactions: ")
    assert "; " in str(failure)
    assert f"record 0, {failure.path}: " in str(failure)
    assert (failure.line, error.line) == (None, None)


def test_an_id_stands_once_and_the_first_is_named() -> None:
    error = refusal({"id": "a", "turns": []}, {"id": "b", "turns": []}, {"id": "a", "turns": []})
    assert "record 2, $.id: must be unique, got 'a' again (first in record 0)" in str(error)


def test_problems_are_counted_and_the_first_ten_shown() -> None:
    error = refusal(*[{"id": str(k)} for k in range(25)])
    assert str(error).startswith("interactions: 25 problems")
    assert str(error).endswith("and 15 more")
    assert len(error.failures) == 10


def test_a_fact_of_two_kinds_is_refused() -> None:
    records = [{"id": "a", "turns": [], "facts": {"x": 1}}, {"id": "b", "turns": [], "facts": {"x": "one"}}]
    said = str(refusal(*records))
    assert "record 0, $.facts.x: must be of one kind (category), got a value of type int" in said


def at(time: Any, tz: str | None = None) -> Any:
    return coqs.Interactions.from_records([{"id": "a", "at": time, "turns": []}], tz=tz).at[0].item()


def test_times_are_kept_in_utc_whatever_their_zone() -> None:
    noon = dt.datetime(2026, 1, 5, 12)  # noqa: DTZ001
    assert at("2026-01-05T13:00:00", "Europe/Madrid") == noon
    assert at("2026-07-05T14:00:00", "Europe/Madrid") == noon.replace(month=7)
    assert at("2026-01-05T12:00:00Z", "Europe/Madrid") == noon
    assert at(noon.replace(tzinfo=dt.timezone(dt.timedelta(hours=-5)))) == noon.replace(hour=17)
    assert at("2026-01-05", "utc") == noon.replace(hour=0)


def test_the_hour_that_comes_twice_is_told_apart_by_its_fold() -> None:
    twice = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
    records = [{"id": str(fold), "at": twice.replace(fold=fold), "turns": []} for fold in (0, 1)]
    found = coqs.Interactions.from_records(records, tz="Europe/Madrid")
    assert [each.hour for each in found.at.tolist()] == [0, 1]


@pytest.mark.parametrize("tz", ["Europe/Madird", "", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_refused(tz: str) -> None:
    with pytest.raises(coqs.RecordError, match="tz: must be a zone"):
        at("2026-01-05T13:00:00", tz)


def test_a_batch_of_nobody_is_a_batch() -> None:
    nobody = coqs.Interactions.from_records([])
    assert len(nobody) == 0
    assert list(nobody) == []
    assert nobody.rows(0, 5) == nobody
