"""`coqs compare`: what a person sees, what is written, and with which exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

POLICY = """
name = "ours"
unanswered = "zero"
rounding = "down"
rounding_digits = 0
"""
COMPARE = ("compare", "ratings.csv", "--rubric", "desk.toml", "--with", "ours.toml")


@pytest.fixture(autouse=True)
def policy(folder: Path) -> None:
    (folder / "ours.toml").write_text(POLICY, encoding="utf-8")


def test_it_tells_the_part_of_each_choice_and_the_verdicts_that_flip(coqs_command) -> None:
    done = coqs_command(*COMPARE)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "5 rows under a (coqs) and b (ours); 1 verdict flips"
    assert lines[1] == "  scored under both 4, scored under b only 1"
    assert "    unanswered  +0.00  drop -> zero" in lines
    assert "  verdicts: unscored -> fail 1" in lines
    assert lines[-5].split()[:2] == ["I-4", "ann"]  # the flip stands first


def test_every_row_is_written(coqs_command) -> None:
    done = coqs_command(*COMPARE, "--out", "moved.csv")
    assert (done.code, done.out.splitlines()[-1]) == (0, "wrote moved.csv")
    with Path("moved.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert list(rows[0])[:5] == ["interaction", "rater", "a", "b", "difference"]


def test_one_interaction_is_accounted_for_as_text_and_as_json(coqs_command) -> None:
    done = coqs_command(*COMPARE, "--interaction", "I-1", "--rater", "bob")
    assert done.out.startswith("I-1 by bob: ")
    told = json.loads(coqs_command(*COMPARE, "--interaction", "I-2", "--json").out)
    assert list(told["parts"]) == ["unanswered", "rounding"]
    assert told["policies"] == ["coqs", "ours"]


def test_all_rows_together_are_told_as_json(coqs_command) -> None:
    told = json.loads(coqs_command(*COMPARE, "--json", "--out", "moved.csv").out)
    assert told["counts"]["rows"] == 5
    assert told["choices"] == {
        "unanswered": "drop -> zero",
        "rounding": "none -> down, rounding_digits none -> 0",
    }
    assert Path("moved.csv").exists()


def test_the_first_policy_may_be_of_a_file_as_well(coqs_command) -> None:
    lines = coqs_command(*COMPARE, "--policy", "ours.toml").out.splitlines()
    assert lines[0] == "5 rows under a (ours) and b (ours); 0 verdicts flip"
    assert coqs_command("score", "ratings.csv", "--rubric", "desk.toml", "--policy", "ours.toml").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*COMPARE[:-1], "cops"), "no policy 'cops'; did you mean 'coqs'?"),
        ((*COMPARE[:-1], "none.toml"), "none.toml: must be a readable file"),
        ((*COMPARE[:-1], "desk.toml"), "desk.toml: policy.schema: must be a known choice"),
        (COMPARE[:-2], "the following arguments are required: --with"),
        ((*COMPARE, "--rater", "ann"), "--rater: must stand with --interaction"),
        ((*COMPARE, "--interaction", "I-9"), "no interaction 'I-9'"),
        ((*COMPARE, "--out", "ours.toml"), "ours.toml: must not be an input as well"),
    ],
)
def test_what_cannot_be_compared_is_one_message(
    coqs_command, arguments: tuple[str, ...], message: str
) -> None:
    done = coqs_command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_choice_that_is_wrong_in_a_file_is_told_with_the_file(coqs_command, folder: Path) -> None:
    (folder / "bad.toml").write_text("combine = 'pooled'\n", encoding="utf-8")
    done = coqs_command(*COMPARE[:-1], "bad.toml")
    assert done.code == 2
    assert (
        "bad.toml: policy.combine: must be a known value, got 'pooled'; did you mean 'pooled_points'?"
        in done.err
    )
