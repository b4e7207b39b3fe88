"""The rater `phrases` on dialogues that were labelled by reading, and on customers' labelled sentences."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"

spec = importlib.util.spec_from_file_location("labelled", ROOT / "examples" / "labelled.py")
labelled = importlib.util.module_from_spec(spec)
spec.loader.exec_module(labelled)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there"),
]


@pytest.fixture(scope="module")
def found():
    return labelled.found_in(DATA)


def shares(found, part: str, name: str) -> tuple[float, float]:
    """Return precision and recall."""
    wanted, dialogues = labelled.labelled(part)
    ours = {each for each in found[name] if each[:2] in dialogues}
    both = len(ours & wanted[name])
    return both / len(ours), both / len(wanted[name])


@pytest.mark.parametrize("name", ["greeting", "name_asked", "anything_else", "closing", "apology"])
def test_five_signals_are_found_and_seldom_where_they_are_not(found, name):
    precision, recall = shares(found, "all", name)
    assert precision >= 0.95
    assert recall >= 0.90


@pytest.mark.parametrize("stage", ["greeting", "determining", "responding", "concluding"])
def test_four_stages_are_told_on_dialogues_that_no_rule_was_tuned_on(found, stage):
    precision, recall = shares(found, "held_out", f"stage {stage}")
    assert min(precision, recall) >= 0.90


@pytest.mark.parametrize("name", ["promise", "invitation", "thanks", "hold"])
def test_what_is_found_on_unseen_dialogues_is_there(found, name):
    assert shares(found, "held_out", name)[0] >= 0.95


def test_customers_greet_thank_and_take_leave_in_words_that_are_found():
    for domain in labelled.DOMAINS["held_out"]:
        sides = labelled.customer_side([DATA / "multidogo" / f"{domain}_sentence_dev.tsv"])
        for ours, labels in sides.values():
            assert len(ours & labels) / len(labels) >= 0.80


def test_broken_lines_of_customers_are_mended_and_none_is_lost():
    rows = [row for path in sorted((DATA / "multidogo").glob("*.tsv")) for row in labelled.customers(path)]
    assert len(rows) > 11_900
    assert all(len(row[0]) == 36 for row in rows)


def test_labels_are_ids_and_turns_and_hold_no_words():
    text = labelled.LABELS.read_text("utf-8")
    dialogues = json.loads(text)["dialogues"]
    assert len(dialogues) == 120
    assert [each["part"] for each in dialogues].count("held_out") == 60
    for each in dialogues:
        turns = [turn for kind in ("signals", "stages") for turns in each[kind].values() for turn in turns]
        assert all(isinstance(turn, int) for turn in turns)
        assert all(set(promise) == {"turn", "due"} for promise in each["promises"])


def test_the_example_prints_every_signal_with_an_interval(found, capsys):
    labelled.show(found, DATA)
    shown = capsys.readouterr().out
    assert shown.count("precision") == 3 * 19 + 2 * 3
    assert "60 labelled dialogues, held_out" in shown
