"""examples/abcd.py: each chat held against the steps that the guidelines ask for, and no further."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import coqs

SECRET = "my card number is 4000 1234"
RETURN = [
    {"button": "Pull up Account", "text": "Get the name"},
    {"button": "Validate Purchase", "text": "Confirm it"},
    {"button": "N/A", "text": "Tell the result"},
    {"button": "Notify Internal Team", "text": "If they do not like it"},
    {"button": "End Conversation", "text": "Communication"},
    {"button": "Update Order", "text": "Change it"},
]
QUESTION = [
    {"button": "Search FAQ", "text": "Look it up"},
    {"button": "Boots", "text": "Choose"},
    {"button": "Select Answer", "text": "Select"},
]
GUIDELINES = {
    "Product Defect": {
        "subflows": {"Return": {"instructions": ["Ask if they need anything else."], "actions": RETURN}}
    },
    "Single-Item Query": {"subflows": {"Boots": {"instructions": [], "actions": QUESTION}}},
}
CODES = {"product_defect": ["return_size"], "single_item_query": ["boots"]}


def chat(id, intent, *actions, said="Is there anything else I can help you with?"):
    entries = [
        ["agent", "Hello"],
        ["customer", SECRET],
        *(["action", "done"] for _ in actions),
        ["agent", said],
    ]
    names = [None, None, *actions, None]
    return {
        "convo_id": id,
        "scenario": {"flow": "x", "subflow": f"{intent}_1"},
        "original": entries,
        "delexed": [
            {"speaker": speaker, "text": "", "targets": [intent, None, name]}
            for (speaker, _), name in zip(entries, names, strict=True)
        ],
    }


@pytest.fixture
def run(project, tmp_path):
    """Run the example on a folder of its own, or on another."""

    def call(*chats, folder=tmp_path, guidelines=GUIDELINES):
        if chats:
            files = {
                "guidelines.json": guidelines,
                "ontology.json": {"intents": {"subflows": CODES}},
                "abcd_5_examples.json": list(chats),
            }
            for name, content in files.items():
                text = content if isinstance(content, str) else json.dumps(content)
                (folder / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-W", "error", "examples/abcd.py", str(folder)]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    return call


def accounts(done):
    """Return what was said of each chat: its first line, and its lists by name."""
    assert done.stderr == ""
    assert done.returncode == 0
    assert SECRET not in done.stdout
    found = {}
    for block in done.stdout.split("\n\n")[1:]:
        head, *lines = block.strip().splitlines()
        told = {line[2:15].strip(): line[15:] for line in lines}
        found[head.split(",")[0].removeprefix("chat ")] = (head, told)
    return found


def test_what_was_done_is_told_with_its_turn_and_what_was_due_is_missing(run):
    told = accounts(run(chat(1, "return_size", "pull-up-account", "notify-team", "ask-the-oracle")))
    head, lists = told["1"]
    assert "return_size: score " in head
    done = {"pull_up_account (turn 2)", "notify_team (turn 3)", "anything_else (turn 5)", "in_order"}
    assert set(lists["done"].split(", ")) == done
    assert lists["missing"] == "validate_purchase"
    assert lists["cannot tell"] == "update_order, explained"
    assert lists["besides"] == "ask_the_oracle"
    assert "verdict pass" in head


def test_a_step_that_is_due_only_under_a_condition_is_never_missing(run):
    lists = accounts(run(chat(1, "return_size", "pull-up-account", "validate-purchase")))["1"][1]
    assert lists["missing"] == "nothing"
    assert set(lists["cannot tell"].split(", ")) == {"update_order", "explained", "notify_team"}


def test_a_change_before_any_check_fails_the_verdict(run):
    told = accounts(
        run(
            chat("early", "return_size", "pull-up-account", "update-order", "validate-purchase"),
            chat("late", "return_size", "pull-up-account", "validate-purchase", "update-order"),
        )
    )
    assert "verdict fail" in told["early"][0]
    assert "verdict pass" in told["late"][0]
    assert "in_order" in told["early"][1]["missing"]
    assert "in_order" in told["late"][1]["done"]


def test_a_question_is_asked_for_its_own_steps_only(run):
    told = accounts(
        run(
            chat("right", "boots", "search-faq", "search-boots", "select-faq", said="Bye"),
            chat("wrong", "boots", "search-faq", "search-jeans", "select-faq", said="Bye"),
        )
    )
    assert told["right"][1]["missing"] == "nothing"
    assert told["wrong"][1]["missing"] == "search_section"
    assert told["wrong"][1]["besides"] == "search_jeans"


@pytest.mark.parametrize("guidelines", ["{", f'"{SECRET}'])
def test_unusable_input_is_one_message_and_exit_code_2(run, guidelines):
    done = run(chat(1, "boots"), guidelines=guidelines)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("abcd: ")
    assert "must be JSON" in done.stderr
    assert SECRET not in done.stderr


def test_a_missing_folder_is_one_message(run, tmp_path):
    done = run(folder=tmp_path / "nowhere")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_the_words_of_the_rubric_are_its_own_and_lint_without_errors(project):
    rubric = coqs.Rubric.from_toml(project / "examples" / "abcd_guidelines.toml")
    assert [finding for finding in rubric.lint() if finding.severity == "error"] == []


def test_the_words_of_the_rubric_are_not_those_of_the_guidelines(project, shared):
    rubric = coqs.Rubric.from_toml(project / "examples" / "abcd_guidelines.toml")
    theirs = (shared("data/abcd") / "guidelines.json").read_text(encoding="utf-8").casefold()
    texts = [criterion.words.text for criterion in rubric.criteria]
    assert [text for text in texts if text.casefold() in theirs] == []


def test_the_real_chats_are_held_against_the_real_guidelines(run, shared):
    folder = shared("data/abcd")
    done = run(folder=folder)
    assert done.stdout.startswith("55 intents, 27 criteria, one rubric\n")
    told = accounts(done)
    assert {id: lists["missing"] for id, (_, lists) in told.items()} == {
        "3592": "membership",
        "9489": "anything_else",
        "3695": "nothing",
        "5798": "nothing",
        "3647": "nothing",
    }
    assert told["3592"][1]["besides"] == "notify_team"
    assert "score 1.00 (from 1.00 to 1.00), verdict pass" in told["5798"][0]
    assert told["5798"][1]["done"].startswith("pull_up_account (turn 8), ")


def test_the_guide_has_a_step_for_each_that_the_shop_itself_lists(project, shared, monkeypatch):
    monkeypatch.syspath_prepend(project / "examples")
    import abcd as example

    folder = shared("data/abcd")
    guide = example.guide_of(folder)
    listed = json.loads((folder / "kb.json").read_text(encoding="utf-8"))
    assert guide.keys() == listed.keys()
    lacking = {
        intent: codes
        for intent, actions in listed.items()
        if (codes := {named(example, intent, action) for action in actions} - guide[intent].keys())
    }
    # In words the guidelines mention these too, under the button of another step.
    assert lacking == {"refund_status": {"update_order"}, "manage_pay_bill": {"subscription_status"}}
    rubric = example.rubric_of(guide)
    assert len(rubric.criteria) == 27
    del sys.modules["abcd"]


def named(example, intent, action):
    name = "search_section" if action == f"search-{intent}" else example.plain(action)
    return example.OTHER_NAMES.get(name, name)
