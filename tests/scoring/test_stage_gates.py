"""A gate that names stages takes these down, and no others, under every way to combine that has stages."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest

import coqs

F = Fraction
RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
stages = [{ id = "greeting", weight = 2 }, { id = "responding" }]

[[criteria]]
id = "greeted"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 4 }]

[[criteria]]
id = "verified"
stage = "responding"
gate = { class = "compliance", on = ["no"], stages = ["greeting"] }
levels = [{ id = "no", points = 0 }, { id = "half", points = 1 }, { id = "yes", points = 2 }]

[[criteria]]
id = "solved"
stage = "responding"
gate = { class = "customer", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 2 }]
""")
MISSED = {"greeted": "yes", "verified": "no", "solved": "yes"}


def account(sheet: dict[str, Any], rubric: coqs.Rubric = RUBRIC, **choices: Any) -> coqs.Explanation:
    """Score a sheet by columns, alone and exactly, which must agree; return the account."""
    table = {name: [value] for name, value in {"interaction": "I-1", **sheet}.items()}
    policy = coqs.Policy(name="ours", **{"gate_effect": "zero", **choices})
    scores = coqs.score(coqs.Ratings.from_table(table, rubric), policy=policy)
    told = coqs.explain(scores, "I-1")
    alone = coqs.Scorer(rubric, policy).score_one(sheet)
    assert told.overall is not None
    assert scores.overall.tolist() == [alone.overall] == pytest.approx([float(told.overall)])
    assert scores.verdict.tolist() == [alone.verdict] == [told.verdict]
    assert scores.gates_fired.tolist() == [alone.gates_fired]
    return told


@pytest.mark.parametrize(
    ("combine", "overall"),
    [
        ("stage_percent", F(1, 6)),  # (2 × 0 + 1/2) / 3
        ("weighted_criteria", F(1, 3)),  # (0 + 0 + 1) / 3
        ("pooled_points", F(1, 4)),  # (0 + 0 + 2) / 8
        ("mean_of_stage_means", F(1, 4)),
    ],
)
def test_the_stage_that_it_names_is_zero_and_counts_as_such(combine: str, overall: F) -> None:
    told = account(MISSED, combine=combine)
    assert told.overall == overall
    assert {stage.stage: stage.score for stage in told.stages} == {"greeting": 0, "responding": F(1, 2)}
    assert told.verdict == "fail"


def test_it_is_told_from_a_gate_of_the_policys_own_scope() -> None:
    assert account({**MISSED, "verified": "yes", "solved": "no"}).overall == 0
    assert account({**MISSED, "verified": "yes"}).verdict == "pass"


def test_it_fires_at_the_levels_that_it_names_and_no_strike_forgives_it() -> None:
    half = {**MISSED, "verified": "half"}
    assert account(half, gate_trigger="below_best").verdict == "pass"
    assert account(MISSED, strikes=2).verdict == "fail"
    assert account(MISSED, strikes=2).overall == F(1, 6)


def test_where_gates_only_fail_the_verdict_the_scores_stay() -> None:
    told = account(MISSED, gate_effect="verdict_only")
    assert (told.overall, told.verdict) == (F(5, 6), "fail")
    assert told.because == ("gate compliance triggered by verified",)


def test_a_set_rule_of_the_policy_has_the_first_word() -> None:
    rule = coqs.Override.from_mapping(
        {"when": {"criterion": "solved", "in": ["yes"]}, "score": "1/2", "stage": "greeting"}
    )
    assert account(MISSED, overrides=[rule]).stages[0].score == F(1, 2)


@pytest.mark.parametrize(
    ("choices", "choice"),
    [
        ({"gate_effect": "cap", "gate_cap": "1/2"}, "gate_effect"),
        ({"gate_effect": "zero", "combine": "deduction", "baseline": 1}, "combine"),
    ],
)
def test_a_policy_that_cannot_do_it_is_refused(choices: dict[str, Any], choice: str) -> None:
    with pytest.raises(coqs.PolicyError) as caught:
        coqs.Scorer(RUBRIC, coqs.Policy(**choices))
    assert caught.value.choice == choice


def test_a_stage_that_is_not_there_is_refused_with_its_place() -> None:
    gate = attrs.evolve(RUBRIC.criteria[1].gate, stages=("greting",))
    criteria = (RUBRIC.criteria[0], attrs.evolve(RUBRIC.criteria[1], gate=gate))
    with pytest.raises(coqs.RubricError, match=r"criteria\[1\]\.gate\.stages.*did you mean 'greeting'"):
        attrs.evolve(RUBRIC, criteria=criteria)


CAPPED = coqs.Rubric.from_toml_text("""
schema = 1
id = "map"
version = "1"
[[criteria]]
id = "offered"
stage = "responding"
cap = 10
meets_at = 1
options = [{ id = "map", points = 6 }, { id = "escort", points = 7 }, { id = "sigh", points = -2 }]
""")


@pytest.mark.parametrize(
    ("chosen", "share"),
    [("map|escort", F(1)), ("map|sigh", F(2, 5)), ("map|escort|sigh", F(1)), ("map", F(3, 5))],
)
def test_a_cap_of_its_own_limits_what_options_earn_and_can_earn(chosen: str, share: F) -> None:
    told = account({"offered": chosen}, CAPPED)
    assert told.overall == share
    assert (told.items[0].standing == "meets") == (share == 1)
    assert told.items[0].points == 10 * share


def test_the_account_says_which_gate_took_the_stage_down() -> None:
    told = account(MISSED)
    assert [(step.name, step.stage, step.amount) for step in told.steps] == [("gate", "greeting", F(-2, 3))]
    assert told.steps[0].rule == (
        "a gate fires that names the stage, which leaves the score of greeting nothing"
    )
    (fired,) = told.fired
    assert (fired.criterion, fired.scope, fired.trigger) == ("verified", "stage", "chosen_levels")
    assert fired.rule.endswith("it fails the verdict of the interaction and takes down greeting")
    assert sum(item.contribution for item in told.items) + told.steps[0].amount == told.overall


def test_what_would_have_taken_it_back_is_found() -> None:
    told = account(MISSED).counterfactual
    assert told is not None
    assert (told.flipped, [change.criterion for change in told.changes]) == ("pass", ["verified"])
