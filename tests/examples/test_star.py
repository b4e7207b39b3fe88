"""examples/star.py: every dialogue accounted for, whatever is wrong with it."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # each test starts a process over a whole file

FILE = "star_dev_to_2020-05-18.jsonl.gz"
SECRET = "my card number is 4000 1234"
START = 1589375664


def event(agent, action, after, text, label=None):
    said = {"Agent": agent, "Action": action, "UnixTime": START + after, "Text": text}
    return said | ({"ActionLabel": label} if label else {})


def dialogue(id, *events, domain="bank", calm=True):
    calm_question = {
        "Question": "Did the assistant stay calm and helpful throughout the dialogue?",
        "Answer": calm,
    }
    return {
        "DialogueID": id,
        "AnonymizedWizardWorkerID": f"agent-{id % 2}",
        "AnonymizedUserWorkerID": "someone",
        "CompletionLevel": "Complete" if events else "EarlyDisconnectDuringDialogue",
        "Scenario": {"Domains": [domain]},
        "UserQuestionnaire": [] if calm is None else [calm_question],
        "Events": [event("UserGuide", "instruct", 0, "Act confused."), *events],
    }


SERVED = dialogue(
    1,
    event("User", "utter", 5, SECRET),
    event("Wizard", "request_suggestions", 7, "hello"),
    event("Wizard", "pick_suggestion", 9, "Hello, how can I help?", "hello"),
    event("Wizard", "utter", 12, "One moment please."),
    event("Wizard", "pick_suggestion", 20, "Thank you and goodbye.", "goodbye_1"),
)
NULLS = dialogue(2, event("Wizard", "pick_suggestion", 3, "Anything else", "custom"), domain=None, calm=None)
SILENT = dialogue(3, event("User", "utter", 5, "Hello?"))
EMPTY = dialogue(4)


@pytest.fixture
def run(project, tmp_path):
    """Run the example on a folder, and return what came of it."""

    def call(folder, out=tmp_path / "out"):
        command = [sys.executable, "examples/star.py", str(folder), "--out", str(out)]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    return call


def folder_of(tmp_path, *dialogues):
    lines = "".join(json.dumps(each) + "\n" for each in dialogues)
    (tmp_path / FILE).write_bytes(gzip.compress(lines.encode()))
    return tmp_path


def test_every_dialogue_is_accounted_for_with_the_reason(run, tmp_path):
    done = run(folder_of(tmp_path, SERVED, NULLS, SILENT, EMPTY))
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[-1] == "dialogues 4 scored 2 unscored 2"
    assert "not scored: 2 abstained" in lines
    with (tmp_path / "out" / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["interaction"]: row for row in csv.DictReader(file)}
    assert {id: row["reason"] for id, row in rows.items()} == {
        "1": "",
        "2": "",
        "3": "abstained",
        "4": "abstained",
    }
    assert {id: row["overall"] == "" for id, row in rows.items()} == {
        "1": False,
        "2": False,
        "3": True,
        "4": True,
    }
    assert "<html" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_it_reports_by_agent_and_domain_and_holds_the_rater_against_the_labels(run, tmp_path):
    shown = run(folder_of(tmp_path, SERVED, NULLS, SILENT, EMPTY)).stdout
    assert re.search(r"^agent-1 +2 ", shown, re.MULTILINE)
    assert re.search(r"^\(none\) +1 ", shown, re.MULTILINE)
    assert re.search(r"^greeting +precision 1\.0000  recall 1\.0000  n 1$", shown, re.MULTILINE)
    assert re.search(r"^anything_else +precision 0\.0000  recall 0\.0000  n 0$", shown, re.MULTILINE)
    assert re.search(r"^closing +precision 1\.0000  recall 1\.0000  n 1$", shown, re.MULTILINE)


def nothing(folder):
    folder.rmdir()


def half_a_line(folder):
    text = json.dumps(SERVED)
    (folder / FILE).write_bytes(gzip.compress(f"{text}\n{text[: len(text) // 2]}".encode()))


def half_a_file(folder):
    folder_of(folder, *([SERVED] * 50))
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:-20])


def no_gzip(folder):
    (folder / FILE).write_text(json.dumps(SERVED), encoding="utf-8")


def latin(folder):
    (folder / FILE).write_bytes(gzip.compress(f"\xe9 {SECRET}".encode("latin-1")))


def no_dialogue(folder):
    folder_of(folder)


def a_list(folder):
    (folder / FILE).write_bytes(gzip.compress(json.dumps([SECRET]).encode()))


def a_key_less(folder):
    folder_of(folder, {key: value for key, value in SERVED.items() if key != "Events"})


def twice(folder):
    folder_of(folder, SERVED, SERVED)


@pytest.mark.parametrize(
    "spoil",
    [nothing, half_a_line, half_a_file, no_gzip, latin, no_dialogue, a_list, a_key_less, twice],
)
def test_unusable_input_is_one_message_and_exit_code_2_with_nothing_written(run, tmp_path, spoil):
    folder = tmp_path / "star"
    folder.mkdir()
    spoil(folder)
    done = run(folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"star: .+\n", done.stderr)
    assert SECRET not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_should_go_is_one_message(run, tmp_path):
    folder = folder_of(tmp_path, SERVED)
    done = run(folder, out=folder / FILE)
    assert done.returncode == 2
    assert re.fullmatch(r"star: .+\n", done.stderr)


@pytest.mark.slow
def test_the_real_dialogues_are_all_accounted_for_within_a_minute(run, shared, tmp_path):
    before = os.times()
    done = run(shared("data/star"))
    assert done.stderr == ""
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 60
    assert done.stdout.splitlines()[-1] == "dialogues 3557 scored 3333 unscored 224"
    figures = re.findall(r"^(\w+) +precision (\S+)  recall (\S+)  n (\d+)$", done.stdout, re.MULTILINE)
    assert [(signal, n) for signal, _, _, n in figures] == [
        ("greeting", "1001"),
        ("offer_of_help", "1001"),
        ("name_asked", "1421"),
        ("anything_else", "1245"),
        ("closing", "2239"),
    ]
    assert all(float(precision) > 0.98 and float(recall) > 0.98 for _, precision, recall, _ in figures)
    with (tmp_path / "out" / "scores.csv").open(encoding="utf-8", newline="") as file:
        reasons = [row["reason"] for row in csv.DictReader(file)]
    assert len(reasons) == 3557
    assert sum(reason != "" for reason in reasons) == 224
