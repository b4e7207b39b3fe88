"""Golden interactions: what differs is said, and every expectation counts."""

from __future__ import annotations

import attrs
import pytest

import coqs
from coqs.testing import Golden, differences, read_golden

DOOR = """
schema = 1
id = "door"
version = "1"
pass_mark = "1/2"
facts.danger = "boolean"
stages = [{ id = "greeting" }, { id = "future" }]
[[criteria]]
id = "greets"
stage = "greeting"
weight = 2
levels = [{ id = "no", points = 0 }, { id = "late", points = 1 }, { id = "yes", points = 3 }]
[[criteria]]
id = "honest"
stage = "greeting"
gate = { class = "ethics", kind = "unethical", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""

GOLDEN = """
[[golden]]
id = "late-but-honest"
story = "The guard looks up after a while."
facts = { danger = false }
answers = { greets = "late", honest = "yes" }
worked = "(2*1/3 + 1)/3 = 5/9"
[golden.expect]
overall = "5/9"
verdict = "pass"
coverage = 1
stages = { greeting = "5/9", future = "unscored" }
"""


@pytest.fixture
def rubric():
    return coqs.Rubric.from_toml_text(DOOR)


@pytest.fixture
def golden(tmp_path):
    path = tmp_path / "golden.toml"
    path.write_text(GOLDEN, encoding="utf-8")
    (only,) = read_golden(path)
    return only


def test_a_golden_interaction_that_scores_as_worked_has_no_differences(rubric, golden):
    assert differences(rubric, golden) == ()


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"overall": "4/9"}, "overall is 5/9, not 4/9"),
        ({"overall": "unscored"}, "overall is 5/9, not unscored"),
        ({"verdict": "fail"}, "verdict is pass, not fail"),
        ({"stages": {"future": 1}}, "stage future is unscored, not 1"),
        ({"gates": {"ethics": 1}}, "gates are {}, not {'ethics': 1}"),
        ({"coverage": "1/2"}, "coverage is 1, not 1/2"),
        ({"irreversible": 1}, "irreversible is 0, not 1"),
    ],
)
def test_every_expectation_that_is_not_met_is_named(rubric, golden, expect, said):
    changed = attrs.evolve(golden, expect={**golden.expect, **expect})
    assert differences(rubric, changed) == (f"late-but-honest: {said}",)


def test_a_gate_that_nobody_expected_is_a_difference(rubric):
    golden = Golden(id="g", story="", answers={"greets": "yes", "honest": "no"}, expect={"overall": "2/3"})
    assert differences(rubric, golden) == ("g: gates are {'ethics': 1}, not {}",)


def test_an_answer_that_the_rubric_does_not_know_is_a_difference(rubric, golden):
    changed = attrs.evolve(golden, answers={"greets": "sometimes"})
    (only,) = differences(rubric, changed)
    assert "must be a level of the criterion" in only


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOLDEN.replace("story", "storry"), "did you mean 'story'?"),
        (GOLDEN.replace("verdict", "verdikt"), "did you mean 'verdict'?"),
        (GOLDEN.replace('story = "The guard looks up after a while."', ""), "must have 'story'"),
        ("[[golden", "must be a readable TOML file"),
    ],
)
def test_a_golden_file_with_a_mistake_is_refused(tmp_path, text, said):
    path = tmp_path / "golden.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(coqs.RecordError, match=said.replace("?", r"\?")):
        read_golden(path)


def test_a_missing_golden_file_is_refused(tmp_path):
    with pytest.raises(coqs.RecordError, match="FileNotFoundError"):
        read_golden(tmp_path / "none.toml")
