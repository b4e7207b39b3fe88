"""Interactions from JSON lines: what is read, and what is refused with its line and without its words."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import pytest

import coqs

SECRET = "hunter2"
LINE = {"id": "I-1", "turns": [{"speaker": "provider", "text": "Good morning", "at": "2026-05-12T09:30:00Z"}]}
GOOD = json.dumps(LINE)
TWO_KINDS = (("a", "1"), ("b", f'"{SECRET}"'))


def file_of(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode("utf-8"))


def test_each_line_is_an_interaction(written) -> None:
    second = json.dumps({**LINE, "id": "I-2", "provider": "@sam", "facts": {"queue": 3, "known": True}})
    batch = coqs.read_interactions(written(f"{GOOD}\n{second}\n", "d.jsonl"))
    assert batch.ids == ("I-1", "I-2")
    assert batch["I-2"].provider == coqs.Provider("@sam")
    assert batch["I-2"].facts == {"queue": 3.0, "known": "true"}
    assert batch == coqs.Interactions.from_records([LINE, json.loads(second)])


def test_blank_lines_are_passed_over_but_counted() -> None:
    with pytest.raises(coqs.RecordError, match=r"file: .*line 4, \$\.id: must be unique, got 'I-1' again"):
        coqs.read_interactions(file_of("", GOOD, "   ", GOOD))


def test_a_zone_for_times_that_state_none_is_taken() -> None:
    naive = GOOD.replace("00Z", "00")
    with pytest.raises(coqs.RecordError, match=r"line 1, .*must be a time with a zone, .* give tz="):
        coqs.read_interactions(file_of(naive))
    at = coqs.read_interactions(file_of(naive), tz="Europe/Madrid")["I-1"].turns[0].at
    assert at is not None
    assert at.isoformat() == "2026-05-12T07:30:00+00:00"


def test_a_zone_that_is_not_known_is_refused() -> None:
    with pytest.raises(coqs.RecordError, match="tz: must be a zone"):
        coqs.read_interactions(file_of(GOOD), tz="Europe/Madird")


BAD = {
    "half a line": (GOOD[: len(GOOD) // 2], "must be one whole JSON object, got a syntax error at character"),
    "text": (f"{SECRET} said so", "must be one whole JSON object, got a syntax error at character 1"),
    "two objects": (f"{GOOD} {GOOD}", "must be one whole JSON object"),
    "NaN": (
        f'{{"id": "{SECRET}", "facts": {{"a": NaN}}, "turns": []}}',
        "must hold finite numbers only, got NaN",
    ),
    "inf": ('{"id": "a", "facts": {"a": -Infinity}, "turns": []}', "finite numbers only, got -Infinity"),
    "overflow": ('{"id": "a", "facts": {"a": 1e999}, "turns": []}', "must be a finite number"),
    "long digits": (f'{{"id": {"1" * 5000}, "turns": []}}', "must be JSON of a sensible size and depth"),
    "deep": ("[" * 10**6, "must be JSON of a sensible size and depth"),
    "repeated key": (
        f'{{"id": "a", "id": "{SECRET}", "turns": []}}',
        "must give each key once, got 'id' again",
    ),
    "half a pair": (f'{{"id": "a{chr(92)}ud83d", "turns": []}}', "must hold whole characters"),
    "list": (f'["{SECRET}"]', r"line 2, \$: must be an object, got a value of type list"),
    "no id": (
        f'{{"turns": [{{"speaker": "provider", "text": "{SECRET}"}}]}}',
        r"line 2, \$\.id: must be a text",
    ),
    "no turns": ('{"id": "a"}', r"line 2, \$\.turns: must be a list"),
    "same id": (GOOD, r"line 2, \$\.id: must be unique, got 'I-1' again \(first in line 1\)"),
    "turn kind": (f'{{"id": "a", "turns": ["{SECRET}"]}}', r"line 2, \$\.turns\[0\]: must be an object"),
    "text kind": (
        f'{{"id": "a", "turns": [{{"speaker": "customer", "text": ["{SECRET}"]}}]}}',
        r"line 2, \$\.turns\[0\]\.text: must be a text",
    ),
    "mixed facts": (
        "\n".join(f'{{"id": "{id}", "turns": [], "facts": {{"f": {f}}}}}' for id, f in TWO_KINDS),
        "must be of one kind",
    ),
    "unknown key": ('{"id": "a", "turns": [], "provder": "x"}', r"\$\.provder: .*did you mean 'provider'\?"),
    "time": (f'{{"id": "a", "turns": [], "at": "{SECRET}"}}', "must be a time such as"),
}


@pytest.mark.parametrize(("line", "message"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_with_its_place_and_without_its_words(line: str, message: str) -> None:
    with pytest.raises(coqs.RecordError, match=message) as caught:
        coqs.read_interactions(file_of(GOOD, line))
    error = caught.value
    assert str(error).startswith("file: ")
    assert error.path == "file"
    assert all("; " in str(failure) for failure in error.failures)
    for shown in (str(error), repr(error), repr(pickle.loads(pickle.dumps(error)).failures)):
        assert SECRET not in shown


@pytest.mark.parametrize("name", [name for name in BAD if name != "mixed facts"])
def test_an_error_of_one_line_carries_it(name: str) -> None:
    with pytest.raises(coqs.RecordError) as caught:
        coqs.read_interactions(file_of(GOOD, BAD[name][0]))
    assert caught.value.line == 2
    assert [failure.line for failure in caught.value.failures] == [2]


def test_a_fault_has_its_key_path() -> None:
    bad = {"id": "a", "turns": [{"speaker": "", "text": SECRET}, {"speaker": "x", "text": 1, "at": 5}]}
    with pytest.raises(coqs.RecordError) as caught:
        coqs.read_interactions(file_of(GOOD, json.dumps(bad)))
    assert [failure.path for failure in caught.value.failures] == ["$.turns[0].speaker", "$.turns[1].text"]
    assert caught.value.line == 2


def test_faults_of_several_lines_leave_the_line_to_each() -> None:
    with pytest.raises(coqs.RecordError) as caught:
        coqs.read_interactions(file_of(GOOD, '{"id": "b"}', '{"turns": []}'))
    assert caught.value.line is None
    assert [(each.line, each.path) for each in caught.value.failures] == [(2, "$.turns"), (3, "$.id")]


def test_whole_surrogate_pairs_are_read() -> None:
    smile = '{"id": "a\\ud83d\\ude00", "turns": []}'
    assert coqs.read_interactions(file_of(smile)).ids == ("a\U0001f600",)


@pytest.mark.parametrize("content", [b"", b"\n \r\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(written, content: bytes) -> None:
    with pytest.raises(coqs.RecordError, match="must hold one interaction a line, got an empty file"):
        coqs.read_interactions(written(content, "empty.jsonl"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(coqs.RecordError, match=r"nowhere\.jsonl: must be a readable file"):
        coqs.read_interactions(tmp_path / "nowhere.jsonl")


def test_many_bad_records_are_counted_and_raised_once() -> None:
    with pytest.raises(coqs.RecordError, match="30 problems") as caught:
        coqs.read_interactions(file_of(*['{"turns": []}'] * 30))
    assert len(caught.value.failures) == 10
