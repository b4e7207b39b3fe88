"""`coqs promises`: what became of promises, and the file of what is owed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import coqs

RUBRIC = "security"


@pytest.fixture
def sample(folder: Path) -> Path:
    """Lay out a file of ratings, and one of promises beside it."""
    coqs.write_ratings(coqs.make_sample(n=60), folder / "sample.csv")
    text = "interaction,due,rater\nI-0003,2026-03-05,ann\nI-0004,2026-12-24,ann\n"
    (folder / "promised.csv").write_text(text, encoding="utf-8")
    return folder


def first_owed(out: str) -> tuple[str, str]:
    """Return the promise that is printed first among what is owed, and its state."""
    lines = out.splitlines()
    heads = next(place for place, line in enumerate(lines) if line.startswith("owed:"))
    cells = lines[heads + 2].split()
    return cells[0], cells[-1]


COMMAND = ("promises", "sample.csv", "--rubric", RUBRIC, "--tz", "UTC")


def test_it_tells_what_became_of_promises_and_writes_what_is_owed(coqs_command, sample) -> None:
    done = coqs_command(*COMMAND, "--by", "provider", "--worklist", "owed.csv")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("promises, seen from 2026-03-29T")
    assert lines[0].endswith("a sample: unseen is not broken")
    assert any(line.startswith("promise ") for line in lines)
    assert any(line.startswith("provider ") for line in lines)
    assert lines[-1] == "wrote owed.csv"
    rows = list(csv.DictReader((sample / "owed.csv").read_text(encoding="utf-8").splitlines()))
    assert f"owed: {len(rows)} promises, 0 overdue" in lines
    assert {"owner", "customer", "due", "age_days", "overdue"} <= set(rows[0])


def test_what_is_known_besides_is_read_from_files(coqs_command, sample) -> None:
    known = (*COMMAND, "--promised", "promised.csv")
    assert "I-0003/1" in coqs_command(*known).out
    assert " 1 overdue" in coqs_command(*known).out
    assert first_owed(coqs_command(*known).out) == ("I-0003/1", "unobservable")
    assert first_owed(coqs_command(*known, "--observed", "all").out) == ("I-0003/1", "lapsed")
    (sample / "became.csv").write_text("interaction,state,at\nI-0003,kept,2026-03-05\n", encoding="utf-8")
    assert " 0 overdue" in coqs_command(*known, "--outcomes", "became.csv").out
    early = coqs_command(*known, "--at", "2026-03-03")
    assert "seen from 2026-03-03T23:59" in early.out
    assert " 0 overdue" in early.out


def test_what_cannot_be_used_is_one_message_and_nothing_is_written(coqs_command, sample) -> None:
    (sample / "promised.csv").write_text("interaction,due\nnobody,2026-03-05\n", encoding="utf-8")
    done = coqs_command(*COMMAND, "--promised", "promised.csv", "--worklist", "owed.csv")
    assert (done.code, done.out) == (2, "")
    assert "must be an interaction that was scored" in done.err
    assert not (sample / "owed.csv").exists()
    done = coqs_command(*COMMAND, "--worklist", "sample.csv")
    assert (done.code, done.out) == (2, "")
    assert "must not be an input as well" in done.err
    assert coqs_command(*COMMAND, "--by", "weather").code == 2
    done = coqs_command("promises", "sample.csv", "--rubric", RUBRIC, "--at", "2026-03-03")
    assert "--tz" in done.err
