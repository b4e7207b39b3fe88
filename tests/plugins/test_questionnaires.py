"""The questionnaires that ship: short, clean, in two languages, and about what their rubrics ask."""

from __future__ import annotations

from pathlib import Path

import pytest

import coqs
from coqs.rubric.questionnaire import FreeText
from coqs.testing import plugin_checks

PULSE = Path(coqs.__file__).parent / "plugins" / "general" / "buy_in.toml"
FILES = sorted((Path(coqs.__file__).parent / "plugins").glob("*/questionnaire.toml"))
NAMES = ("general", "healthcare", "retail", "security")


def read(path: Path) -> coqs.Questionnaire:
    return coqs.Questionnaire.from_toml(path)


def test_four_ship() -> None:
    assert tuple(path.parent.name for path in FILES) == NAMES


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_each_is_short_and_without_a_finding_of_any_kind(path: Path) -> None:
    asked = read(path)
    assert 3 <= len(asked.items) <= 5
    assert asked.lint() == ()
    assert asked.measures


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_each_is_whole_in_english_and_in_spanish(path: Path) -> None:
    def lacking(entry: object) -> list[object]:
        if isinstance(entry, list):
            return [each for part in entry for each in lacking(part)]
        if not isinstance(entry, dict):
            return []
        texts = [key for key in entry if key in ("text", "title", "low_text", "high_text")]
        own = [entry[key] for key in texts if not entry.get(f"{key}_es")]
        return own + [each for part in entry.values() for each in lacking(part)]

    asked = read(path)
    assert asked.language == "en"
    assert lacking(asked.to_mapping()) == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_each_asks_what_was_expected_and_leaves_room_for_words(path: Path) -> None:
    """So that *exceeds* can be held against the customer's own expectation in every trade."""
    asked = read(path)
    assert asked.measure("exceeded").items == ("expected",)
    assert sum(isinstance(item.scale, FreeText) for item in asked.items) == 1


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_each_is_about_stages_and_criteria_of_its_rubric(path: Path) -> None:
    rubric = path.with_name("rubric.toml")
    known = set(coqs.Rubric.from_toml(rubric).stage_ids) if rubric.is_file() else {s.id for s in coqs.STAGES}
    assert {id for item in read(path).items for id in item.about} <= known


@pytest.mark.parametrize("name", ["coqs", "security"])
def test_a_plugin_is_checked_for_its_questionnaires_too(name: str) -> None:
    checks = {check.name: check for check in plugin_checks(name)}
    ids = ["buy_in", "coqs"] if name == "coqs" else [name]
    parts = ("lints-without-warnings", "survives-toml")
    own = [f"questionnaire-{id}-{part}" for id in ids for part in parts]
    assert [each for each in checks if each.startswith("questionnaire-")] == own
    for each in own:
        checks[each]()


def test_the_pulse_of_buy_in_asks_those_who_serve_three_things_and_is_told_by_level() -> None:
    asked = read(PULSE)
    assert asked.lint() == ()
    assert len(asked.items) == 3
    table = {
        "respondent": ["r1", "r2", "r3"],
        "provider_grade": ["officer", "officer", "manager"],
        "known": [5, 4, 3],
        "followed": [5, 2, 3],
        "worthwhile": [5, None, 3],
    }
    answers = coqs.Answers.from_table(table, asked)
    scores = coqs.score_answers(answers)
    assert scores.row("buy_in")["estimate"] == 0.75  # the one of two answers does not count
    by_level = {
        row["provider_grade"]: row
        for row in scores.by("provider_grade").rows()
        if row["measure"] == "followed_share"
    }
    assert (by_level["officer"]["estimate"], by_level["manager"]["estimate"]) == (0.5, 0)


def test_the_pulse_of_buy_in_is_whole_in_spanish_too() -> None:
    mapping = read(PULSE).to_mapping()
    entries = [
        mapping,
        *mapping["items"],
        *mapping["measures"],
        *(item["rating"] for item in mapping["items"]),
    ]
    texts = [
        (entry, key)
        for entry in entries
        for key in ("title", "text", "low_text", "high_text")
        if key in entry
    ]
    assert len(texts) == 2 + 3 + 4 + 6
    assert all(entry[f"{key}_es"] for entry, key in texts)
