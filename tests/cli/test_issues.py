"""`coqs issues`: what was right the first time, and the file of issues."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import coqs

COMMAND = ("issues", "sample.csv", "--rubric", "security", "--tz", "UTC")


@pytest.fixture
def sample(folder: Path) -> Path:
    """Lay out a file of ratings."""
    coqs.write_ratings(coqs.make_sample(n=120), folder / "sample.csv")
    return folder


def test_it_tells_the_shares_and_why_and_writes_a_row_an_issue(coqs_command, sample) -> None:
    done = coqs_command(*COMMAND, "--window", "7", "--matter", "duty", "--by", "site", "--out", "issues.csv")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    rows = list(csv.DictReader((sample / "issues.csv").read_text(encoding="utf-8").splitlines()))
    assert lines[0].startswith(f"{len(rows)} issues in 120 interactions, observed until 2026-03-")
    assert lines[1].endswith("nobody came back unplanned for 7 days")
    assert {"issue", "state", "reason", "days"} <= set(rows[0])
    failed = sum(row["state"] == "failed" for row in rows)
    assert lines[4].split()[:2] == ["all", str(len(rows))]
    assert lines[4].split()[3] == str(failed)
    assert any(line.startswith("site ") for line in lines)
    assert any(line.startswith("unknown: followed too briefly ") for line in lines)
    assert lines[-1] == "wrote issues.csv"


def test_as_json_it_tells_the_same(coqs_command, sample) -> None:  # noqa: ARG001
    told = json.loads(coqs_command(*COMMAND, "--by", "provider,site", "--json").out)
    assert [table["by"] for table in told["tables"]] == [[], ["provider", "site"]]
    (whole,) = told["tables"][0]["rows"]
    assert whole["n"] == told["issues"]
    assert sum(row["n"] for row in told["tables"][1]["rows"]) == told["issues"]
    assert sum(told["failed"].values()) == whole["failed"]
    assert sum(told["unknown"].values()) == whole["unknown"]


def test_a_planned_return_and_a_later_end_change_what_is_told(coqs_command, sample) -> None:
    as_it_is = json.loads(coqs_command(*COMMAND, "--json").out)
    late = json.loads(coqs_command(*COMMAND, "--until", "2026-12-31", "--json").out)
    assert late["until"].startswith("2026-12-31T23:59:59")
    assert "followed too briefly" in as_it_is["unknown"]
    assert "followed too briefly" not in late["unknown"]
    lines = (sample / "sample.csv").read_text(encoding="utf-8").splitlines()
    again = [lines[0] + ",agreed", *(f"{line},yes" for line in lines[1:])]
    (sample / "sample.csv").write_text("\n".join(again) + "\n", encoding="utf-8")
    fact = (*COMMAND, "--fact", "agreed", "--json")
    assert "rework" in json.loads(coqs_command(*fact).out)["failed"]
    assert "rework" not in json.loads(coqs_command(*fact, "--planned", "agreed").out)["failed"]


def test_of_many_groups_the_first_are_told(coqs_command, sample) -> None:  # noqa: ARG001
    lines = coqs_command(*COMMAND, "--by", "customer").out.splitlines()
    assert any(line.startswith("and ") and line.endswith(" more") for line in lines)
    assert len(lines) < 35


def test_of_nothing_it_can_tell_nothing(coqs_command, sample) -> None:
    header = (sample / "sample.csv").read_text(encoding="utf-8").splitlines()[0]
    (sample / "sample.csv").write_text(f"{header}\n", encoding="utf-8")
    done = coqs_command(*COMMAND, "--by", "site")
    assert done.code == 0
    assert done.out.startswith("0 issues in 0 interactions, without a time\n")
    assert "cannot tell" in done.out
    assert json.loads(coqs_command(*COMMAND, "--json").out)["until"] is None


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (("--window", "0"), "window: must be above 0 days"),
        (("--window", "long"), "argument --window: must be a number, got 'long'"),
        (("--matter", "dutty"), "no column 'dutty'; did you mean 'duty'?"),
        (("--planned", "agreed"), "planned: no fact 'agreed'"),
        (("--until", "soon"), "--until: must be a time or a date"),
        (("--until", "2026-03-03"), "until: must not be before what was observed"),
        (("--by", "guard"), "no column 'guard'"),
        (("--out", "none/issues.csv"), "no such folder"),
    ],
)
def test_what_cannot_be_used_is_one_message_and_nothing_is_written(coqs_command, sample, how, said) -> None:
    done = coqs_command(*COMMAND, "--out", "issues.csv", *how)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert not (sample / "issues.csv").exists()
    assert "must not be an input as well" in coqs_command(*COMMAND, "--out", "sample.csv").err
