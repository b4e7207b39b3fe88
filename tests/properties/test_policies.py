"""Policies as values: which contradict themselves, how they compare, travel and stand in a rubric's file."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from typing import Any

import attrs
import pytest
from depth import examples
from hypothesis import given, settings, strategies as st
from policies import each_choice, policies
from strategies import rubrics
from telling import compact, told

import coqs
from coqs.errors import PolicyError
from coqs.rubric import FactIn
from coqs.rubric.policy import CHOICES, NO_CHOICE, Override

F = Fraction
URGENT = FactIn("urgent", ("true",))
WITHOUT = {"error_class": None, "baseline": None, "ceiling": None, "option_cap": None, "default_level": None}
DEDUCTION = {**WITHOUT, "combine": "deduction", "baseline": 10}
ERRORS = {
    **WITHOUT,
    "combine": "error_accuracy",
    "not_applicable": "drop_proportional",
    "unanswered": "drop",
    "gate_effect": "verdict_only",
    "gate_cap": None,
    "bonus": "outside",
}
CONTRADICTIONS: list[tuple[str, dict[str, Any]]] = [
    *((choice, {choice: "no_such_value"}) for choice in CHOICES),
    *((choice, {choice: None}) for choice in CHOICES),
    ("combine", {"combine": 3}),
    ("name", {"name": " "}),
    ("error_class", {"combine": "stage_percent", "error_class": "customer"}),
    ("error_class", {"error_class": "mistake"}),
    ("default_level", {"unanswered": "drop", "default_level": "best"}),
    ("default_level", {"unanswered": "default_level", "default_level": None}),
    ("default_level", {"unanswered": "default_level", "default_level": 2}),
    ("option_cap", {"several_choice": "per_option", "option_cap": 2}),
    ("option_cap", {"several_choice": "capped_sum", "option_cap": 0}),
    ("option_cap", {"several_choice": "capped_sum", "option_cap": "-1/2"}),
    ("option_cap", {"several_choice": "capped_sum", "option_cap": "two"}),
    ("trigger_share", {"gate_trigger": "chosen_levels", "trigger_share": "1/2"}),
    ("trigger_share", {"gate_trigger": "below_share", "trigger_share": None}),
    ("trigger_share", {"gate_trigger": "below_share", "trigger_share": 0}),
    ("trigger_share", {"gate_trigger": "below_share", "trigger_share": "3/2"}),
    ("gate_cap", {"gate_effect": "zero", "gate_cap": "1/2"}),
    ("gate_cap", {"gate_effect": "cap", "gate_cap": None}),
    ("gate_cap", {"gate_effect": "cap", "gate_cap": float("nan")}),
    ("gate_cap", {"gate_effect": "cap", "gate_cap": float("inf")}),
    ("strikes", {"strikes": -1}),
    ("strikes", {"strikes": 1.0}),
    ("strikes", {"strikes": True}),
    ("strikes", {"strikes": 1, "gate_scope": "criterion"}),
    ("baseline", {"combine": "stage_percent", "baseline": 10}),
    ("baseline", {**DEDUCTION, "baseline": None}),
    ("baseline", {**DEDUCTION, "baseline": "ten"}),
    ("ceiling", {"combine": "pooled_points", "baseline": None, "ceiling": 10}),
    ("ceiling", {**DEDUCTION, "ceiling": 0}),
    ("ceiling", {**DEDUCTION, "ceiling": -10}),
    ("not_applicable", {**DEDUCTION, "not_applicable": "drop_equal"}),
    ("gate_scope", {**DEDUCTION, "gate_scope": "stage", "gate_effect": "zero", "gate_cap": None}),
    ("gate_scope", {**DEDUCTION, "gate_scope": "stage", "gate_effect": "cap", "gate_cap": 0}),
    ("stage_floor", {**DEDUCTION, "stage_floor": 0}),
    ("overrides", {**DEDUCTION, "overrides": (Override(URGENT, F(1), "greeting"),)}),
    *(("not_applicable", {**ERRORS, "not_applicable": x}) for x in ("drop_equal", "full_marks", "zero")),
    ("unanswered", {**ERRORS, "unanswered": "zero"}),
    ("unanswered", {**ERRORS, "unanswered": "default_level", "default_level": "best"}),
    ("gate_effect", {**ERRORS, "gate_effect": "zero"}),
    ("gate_effect", {**ERRORS, "gate_effect": "cap", "gate_cap": 0}),
    ("bonus", {**ERRORS, "bonus": "inside"}),
    ("floor", {"floor": "-1/2"}),
    ("floor", {"floor": 2}),
    ("floor", {"floor": True}),
    ("stage_floor", {"combine": "stage_percent", "baseline": None, "stage_floor": 101}),
    ("rounding_digits", {"rounding": "half_up", "rounding_digits": None}),
    ("rounding_digits", {"rounding": "none", "rounding_digits": 2, "rounding_of": "overall"}),
    ("rounding_digits", {"rounding": "half_up", "rounding_digits": 10}),
    ("rounding_digits", {"rounding": "half_up", "rounding_digits": -1}),
    ("rounding_digits", {"rounding": "half_up", "rounding_digits": 2.0}),
    ("rounding_of", {"rounding": "none", "rounding_digits": None, "rounding_of": "both"}),
    ("precedence", {"precedence": ("override", "floor", "gate")}),
    ("precedence", {"precedence": ("gate", "override", "floor")}),
    ("precedence", {"precedence": ("floor", "gate")}),
    ("precedence", {"precedence": ("floor", "floor", "gate", "override")}),
    ("precedence", {"precedence": ("floor", "gate", "overrides")}),
    ("precedence", {"precedence": "floor"}),
    ("precedence", {"precedence": None}),
    ("overrides", {"overrides": ("urgent",)}),
    ("overrides", {"overrides": 3}),
    ("overrides", {"overrides": ({"when": {"fact": "urgent", "in": ["true"]}, "score": 2},)}),
    ("overrides", {"overrides": ({"when": {"fact": "urgent", "in": ["true"]}},)}),
]
"""Which choice is named first, and what makes a policy contradict itself whatever else it chooses."""


def shown(value: Any) -> str:
    return compact(value) if isinstance(value, dict | tuple) else str(value)


@pytest.mark.parametrize(("choice", "kwargs"), CONTRADICTIONS, ids=shown)
def test_a_contradiction_is_refused_by_the_name_of_its_choice(choice: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match=rf"policy\.{choice}") as caught:
        coqs.Policy(**kwargs)
    assert caught.value.choice in {choice, *kwargs}
    assert isinstance(caught.value, ValueError)
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


@given(rubrics(wordy=False).flatmap(policies), st.sampled_from([kwargs for _, kwargs in CONTRADICTIONS]))
def test_a_contradiction_is_refused_whatever_else_is_chosen(
    policy: coqs.Policy, kwargs: dict[str, Any]
) -> None:
    with pytest.raises(PolicyError):
        attrs.evolve(policy, **kwargs)


@pytest.mark.parametrize("choices", each_choice().values(), ids=each_choice())
def test_each_choice_can_be_made_alone_written_and_read(choices: dict[str, Any]) -> None:
    policy = coqs.Policy(**choices)
    again = coqs.Policy.from_mapping({**policy.to_mapping(), "name": policy.name})
    assert again == policy, compact(again)
    assert (policy == coqs.Policy()) == (choices == {})
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert hash(copy.deepcopy(policy)) == hash(policy)


def test_each_choice_covers_every_value_of_every_choice() -> None:
    made = [coqs.Policy(**choices) for choices in each_choice().values()]
    for choice, values in CHOICES.items():
        assert {getattr(policy, choice) for policy in made} == set(values)
    untouched = [
        field.name
        for field in attrs.fields(coqs.Policy)
        if field.name not in NO_CHOICE
        and all(getattr(policy, field.name) == field.default for policy in made)
    ]
    assert untouched == []


@given(rubrics(wordy=False).flatmap(policies))
def test_a_policy_pickles_compares_and_survives_a_table(policy: coqs.Policy) -> None:
    for again in (pickle.loads(pickle.dumps(policy)), coqs.Policy.from_mapping(policy.to_mapping())):
        assert again == policy, f"{compact(policy)} became {compact(again)}"
        assert hash(again) == hash(policy)
    renamed = attrs.evolve(policy, name="renamed")
    assert renamed != policy


@settings(max_examples=examples(40))
@given(st.data())
def test_a_policy_survives_the_file_of_its_rubric(data: st.DataObject) -> None:
    pytest.importorskip("tomli_w")
    rubric = data.draw(rubrics(wordy=False))
    rubric = attrs.evolve(rubric, policy=data.draw(policies(rubric)))
    again = coqs.Rubric.from_toml_text(rubric.to_toml())
    assert again == rubric, told(rubric, rubric.policy, again=again.policy)
    assert again.fingerprint == rubric.fingerprint


@given(st.data())
def test_a_choice_changes_the_scoring_fingerprint(data: st.DataObject) -> None:
    rubric = data.draw(rubrics(wordy=False))
    one, other = data.draw(policies(rubric)), data.draw(policies(rubric))
    same = attrs.evolve(one, name="x") == attrs.evolve(other, name="x")
    prints = [attrs.evolve(rubric, policy=each).fingerprint.scoring for each in (one, other)]
    assert (prints[0] == prints[1]) == same, told(rubric, one, other=other)
