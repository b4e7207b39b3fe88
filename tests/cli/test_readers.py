"""`coqs rate --from`: transcripts of other layouts, from a plugin's reader or by a mapping file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

SECRET = "my card number is 4000 1234"
CALL = """WEBVTT

00:00.400 --> 00:02.000
<v Ana=1>Good morning

00:02.500 --> 00:05.000
<v Customer>Hello
"""
MAPPING = """
schema = 1
[interaction]
id = "ref"
[facts]
weather = "sky"
[turns]
path = "lines"
speaker = "[0]"
text = "[1]"
[speakers]
A = "provider"
"""


@pytest.fixture
def rate(coqs_command, folder):
    """Rate what lies in the folder by the rubric that lies there."""

    def call(source, *options, out="out.csv"):
        done = coqs_command("rate", source, "--rubric", "desk.toml", "--out", out, *options)
        rows = []
        if done.code == 0:
            with (folder / out).open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        return done, rows

    return call


def test_a_reader_of_a_plugin_reads_the_file(rate, folder) -> None:
    (folder / "call.vtt").write_text(CALL, encoding="utf-8")
    options = ["--from", "webvtt", "--speaker", "Ana=1=provider", "--start", "2026-03-02T09:00+01:00"]
    done, rows = rate("call.vtt", *options)
    assert done.code == 0, done.err
    assert [(row["interaction"], row["greets"], row["at"]) for row in rows] == [
        ("call", "yes", "2026-03-02T08:00:00Z")
    ]


def test_a_start_without_a_zone_takes_that_of_the_option(rate, folder) -> None:
    (folder / "call.vtt").write_text(CALL, encoding="utf-8")
    options = ["--from", "webvtt", "--speaker", "Ana=1=provider", "--start", "2026-03-02T09:00"]
    assert rate("call.vtt", *options)[0].code == 2
    assert rate("call.vtt", *options, "--tz", "Europe/Madrid")[1][0]["at"] == "2026-03-02T08:00:00Z"


def test_a_folder_is_rated_as_one(rate, folder) -> None:
    (folder / "calls").mkdir()
    for name in ("b", "a"):
        (folder / "calls" / f"{name}.vtt").write_text(CALL, encoding="utf-8")
    done, rows = rate("calls", "--from", "webvtt", "--speaker", "*=provider", "--speaker", "Customer=visitor")
    assert done.code == 0, done.err
    assert [row["interaction"] for row in rows] == ["a", "b"]


def test_a_mapping_file_reads_the_file(rate, folder) -> None:
    (folder / "ours.toml").write_text(MAPPING, encoding="utf-8")
    calls = [{"ref": "C-1", "sky": "dry", "lines": [["A", "Iñaki, hello"], ["customer", "Hi"]]}]
    (folder / "calls.json").write_bytes(json.dumps(calls, ensure_ascii=False).encode("cp1252"))
    done, rows = rate("calls.json", "--from", "ours.toml", "--encoding", "cp1252")
    assert done.code == 0, done.err
    assert (rows[0]["interaction"], rows[0]["greets"], rows[0]["weather"]) == ("C-1", "yes", "dry")
    assert rate("calls.json", "--from", "ours.toml", out="ours.toml")[0].code == 2
    assert (folder / "ours.toml").read_text(encoding="utf-8") == MAPPING


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--from", "webvvt"], "no reader 'webvvt'; did you mean 'webvtt'?"),
        (["--from", "no.toml"], "no.toml: must be a readable file"),
        (["--from", "webvtt"], "line 3: must be the voice of somebody known"),
        (["--from", "webvtt", "--speaker", "Ana=1=Boss"], "must be provider, customer or another role"),
        (
            ["--from", "webvtt", "--speaker", "Anna=provider", "--speaker", "*=x"],
            "got 'Anna', whom reader 'webvtt'",
        ),
        (["--from", "webvtt", "--speaker", "*=x", "--speaker", "*=y"], "--speaker: must map each name once"),
        (["--speaker", "Ana=provider"], "speakers: must go with a reader"),
        (["--from", "abcd"], "must be one whole JSON object"),
    ],
)
def test_what_cannot_be_read_is_one_message_and_code_2(rate, folder: Path, options, message) -> None:
    (folder / "call.vtt").write_text(CALL.replace("Hello", SECRET), encoding="utf-8")
    done, _ = rate("call.vtt", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("coqs: ")
    assert message in done.err
    assert SECRET not in done.err
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("pair", ["provider", "Ana=", "="])
def test_a_speaker_is_a_pair(coqs_command, pair: str) -> None:
    done = coqs_command("rate", "x", "--rubric", "desk.toml", "--out", "o.csv", "--speaker", pair)
    assert done.code == 2
    assert "must be a name and a role with = between" in done.err


@pytest.mark.parametrize("name", ["hush.vtt", "hush.jsonl"])
def test_dialogues_without_a_turn_are_refused(rate, folder, name: str) -> None:
    (folder / "hush.vtt").write_text("WEBVTT\n", encoding="utf-8")
    (folder / "hush.jsonl").write_text('{"id": "a", "turns": []}\n', encoding="utf-8")
    done, _ = rate(name, *(["--from", "webvtt"] if name == "hush.vtt" else []))
    assert done.code == 2
    assert (
        done.err == f"coqs: {name}: must hold what was said, got no turn in 1 interaction; check the file\n"
    )
    assert not (folder / "out.csv").exists()


def test_what_went_without_any_answer_is_told(rate, folder) -> None:
    said = {
        "silent": [],
        "spanish": [["A", "Buenos días, ¿en qué puedo ayudarle con su compra de ayer por la tarde?"]],
        "english": [["A", "I do not know, and I will not look"]],
    }
    (folder / "ours.toml").write_text(MAPPING, encoding="utf-8")
    calls = [{"ref": id, "sky": "dry", "lines": lines} for id, lines in said.items()]
    (folder / "calls.json").write_text(json.dumps(calls), encoding="utf-8")
    done, rows = rate("calls.json", "--from", "ours.toml")
    assert [row["greets"] for row in rows] == ["abstained", "abstained", "no"]
    assert "without any answer: 2 ratings of 3; perhaps nobody spoke for the provider, or in a" in done.out
    (folder / "calls.json").write_text(json.dumps(calls[2:]), encoding="utf-8")
    assert "without any answer" not in rate("calls.json", "--from", "ours.toml")[0].out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Ref",
            "Reff",
            "line 1: must be a header with a column 'Reff', got none in 4 columns; did you mean 'Ref'?",
        ),
        (
            "Said",
            "Sayd",
            "mapping, turns.text: must name a column of the table, got 'Sayd', which it has not; did",
        ),
        (
            "Who",
            "Wo",
            "mapping, turns.speaker: must name a column of the table, got 'Wo', which it has not; did",
        ),
        (
            "Sky",
            "Skyy",
            "mapping, facts.weather: must lie in some record, got none that has it; did you mean",
        ),
        ('format = "csv"', "", "separator: must be left out of a mapping of JSON"),
        ("comma", "tab", "line 1: columns must be separated by tabs, got ','"),
        ("A =", "B =", "line 2, column 'Who': must be a known speaker"),
    ],
)
def test_a_slip_in_a_mapping_of_a_table_is_one_message(rate, folder, old, new, message) -> None:
    mapping = """format = "csv"
schema = 1
separator = "comma"
[interaction]
id = "Ref"
[facts]
weather = "Sky"
[turns]
speaker = "Who"
text = "Said"
[speakers]
A = "provider"
"""
    (folder / "ours.toml").write_text(mapping.replace(old, new), encoding="utf-8")
    (folder / "calls.csv").write_text(f"Ref,Sky,Who,Said\n1,dry,A,{SECRET}\n2,wet,A,Hi\n", encoding="utf-8")
    done, _ = rate("calls.csv", "--from", "ours.toml")
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert (done.err.count("coqs: "), SECRET in done.err) == (1, False)
    assert not (folder / "out.csv").exists()
