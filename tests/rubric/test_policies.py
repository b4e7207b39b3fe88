"""A policy is data: made from keywords or a table, refused where it contradicts itself or its rubric."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

import coqs
from coqs.rubric import CriterionIn, FactIn, Negation
from coqs.rubric.policy_rules import CHOICES

HEAD = 'schema = 1\nid = "door"\nversion = "1"\nfacts.situation = ["incident", "quiet"]\n'
GREETS = """
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""
GATE = 'gate = { class = "customer", on = ["no"] }\n'
TAKES = """
[[criteria]]
id = "takes"
stage = "greeting"
levels = [{ id = "no", points = -5 }, { id = "yes", points = 0 }]
"""


def rubric(policy: str = "", criteria: str = GREETS) -> coqs.Rubric:
    return coqs.Rubric.from_toml_text(HEAD + policy + criteria)


NEEDS = {
    "combine": {"deduction": {"baseline": 1}},
    "unanswered": {"default_level": {"default_level": "best"}},
    "gate_trigger": {"below_share": {"trigger_share": "1/2"}},
    "gate_effect": {"cap": {"gate_cap": "1/2"}},
    "rounding": {key: {"rounding_digits": 1} for key in ("half_up", "half_even", "down")},
    "rounding_of": {key: {"rounding": "down", "rounding_digits": 0} for key in ("stages", "both")},
}
"""What a value needs beside it."""
VALUES = [(choice, value) for choice, values in CHOICES.items() for value in values]


@pytest.mark.parametrize(("choice", "value"), VALUES)
def test_every_value_makes_a_policy_that_mappings_pickles_and_files_bring_back(
    choice: str, value: str
) -> None:
    policy = coqs.Policy(name="ours", **{choice: value}, **NEEDS.get(choice, {}).get(value, {}))
    assert policy.choices()[choice] == value
    assert coqs.Policy.from_mapping(policy.to_mapping()) == policy
    assert pickle.loads(pickle.dumps(policy)) == policy
    mine = attrs.evolve(rubric(criteria=GREETS + GATE), policy=policy)
    assert coqs.Rubric.from_toml_text(mine.to_toml()).policy == policy


def test_numbers_of_a_policy_are_exact_however_they_are_written() -> None:
    for value in ("1/2", "0.5", Decimal("0.5"), Fraction(1, 2)):
        assert coqs.Policy(floor=value).floor == Fraction(1, 2)
    with pytest.raises(
        coqs.PolicyError, match=r"policy\.floor: must be a number .*got a value of type float"
    ):
        coqs.Policy(floor=0.5)


def test_only_the_coqs_policy_is_called_coqs() -> None:
    assert coqs.Policy().name == coqs.Policy(name="coqs").name == "coqs"
    assert coqs.Policy(bonus="inside").name == "custom"
    assert attrs.evolve(coqs.Policy(), bonus="inside").name == "custom"
    assert attrs.evolve(coqs.Policy(), name="ours").name == "ours"


def test_set_rules_are_written_like_the_conditions_of_a_criterion() -> None:
    table = """
[policy]
name = "ours"
combine = "deduction"
baseline = 100
ceiling = "100"
precedence = ["gate", "floor", "override"]
[[policy.overrides]]
when = { not = { criterion = "greets", in = ["no"] } }
score = 0.25
"""
    read = rubric(criteria=GREETS + table)
    rule = coqs.Override(Negation(CriterionIn("greets", ("no",))), Fraction(1, 4))
    assert read.policy is not None
    assert read.policy.overrides == (rule,)
    assert (read.policy.baseline, read.policy.ceiling) == (100, 100)
    assert coqs.Rubric.from_toml_text(read.to_toml()) == read


@pytest.mark.parametrize(
    ("choices", "choice", "message"),
    [
        ({"combine": "stage_percents"}, "combine", "did you mean 'stage_percent'"),
        ({"combine": 3}, "combine", "must be a known value, got 3"),
        ({"error_class": "customer"}, "error_class", "must stand only with combine 'error_accuracy'"),
        ({"combine": "error_accuracy", "error_class": "custom"}, "error_class", "did you mean 'customer'"),
        ({"default_level": "best"}, "default_level", "must stand only with unanswered 'default_level'"),
        ({"unanswered": "default_level"}, "default_level", "must be given with unanswered"),
        ({"unanswered": "default_level", "default_level": 3}, "default_level", 'must be "best"'),
        ({"option_cap": 3}, "option_cap", "must stand only with several_choice 'capped_sum'"),
        ({"several_choice": "capped_sum", "option_cap": 0}, "option_cap", "must be a number above 0"),
        ({"trigger_share": 1}, "trigger_share", "must stand only with gate_trigger 'below_share'"),
        ({"gate_trigger": "below_share"}, "trigger_share", "must be given with gate_trigger"),
        ({"gate_trigger": "below_share", "trigger_share": 0}, "trigger_share", "must be a share above 0"),
        ({"gate_effect": "cap"}, "gate_cap", "must be given with gate_effect 'cap'"),
        ({"gate_effect": "zero", "gate_cap": 1}, "gate_cap", "must stand only with gate_effect 'cap'"),
        ({"gate_effect": "cap", "gate_cap": 80}, "gate_cap", "must be a share from 0 to 1, got 80"),
        ({"strikes": -1}, "strikes", "must be a whole number of at least 0"),
        ({"strikes": True}, "strikes", "must be a whole number of at least 0"),
        (
            {"strikes": 1, "gate_scope": "criterion"},
            "strikes",
            "must be 0 where a gate reaches its criterion",
        ),
        ({"baseline": 1}, "baseline", "must stand only with combine 'deduction'"),
        ({"combine": "deduction"}, "baseline", "must be given with combine 'deduction'"),
        ({"combine": "deduction", "baseline": -1}, "baseline", "must be a number of at least 0"),
        ({"ceiling": 1}, "ceiling", "must stand only with combine 'deduction'"),
        ({"floor": "3/2"}, "floor", "must be a share from 0 to 1, got 3/2"),
        ({"stage_floor": "x"}, "stage_floor", "must be a number"),
        ({"precedence": ["floor", "gate"]}, "precedence", "must hold floor, gate and override"),
        ({"precedence": "floor"}, "precedence", "must hold floor, gate and override"),
        ({"precedence": ["gate", "override", "floor"]}, "precedence", "must have override after floor"),
        ({"rounding": "down"}, "rounding_digits", "must be given with a rounding"),
        (
            {"rounding": "down", "rounding_digits": 10},
            "rounding_digits",
            "must be a whole number from 0 to 9",
        ),
        ({"rounding_digits": 1}, "rounding_digits", "must stand only with a rounding"),
        ({"rounding_of": "both"}, "rounding_of", "must stand only with a rounding"),
        ({"name": " "}, "name", "must be a text"),
        ({"overrides": 3}, "overrides", "must be a list of tables"),
        ({"overrides": [{"score": 1}]}, "overrides", r"overrides\[0\]\.when: must be a table"),
        ({"overrides": [{"when": {"fact": "a", "in": ["b"]}}]}, "overrides", "must set a share from 0 to 1"),
        (
            {"overrides": [{"when": {"fact": "a", "in": ["b"]}, "score": 1, "stag": "x"}]},
            "overrides",
            "did you mean 'stage'",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_and_named(
    choices: dict[str, Any], choice: str, message: str
) -> None:
    with pytest.raises(coqs.PolicyError, match=message) as caught:
        coqs.Policy.from_mapping(choices)
    assert caught.value.choice == choice


ALWAYS = {"when": {"fact": "situation", "in": ["quiet"]}, "score": 1, "stage": "greeting"}


@pytest.mark.parametrize(
    ("choice", "more"),
    [
        ("not_applicable", {"not_applicable": "drop_equal"}),
        ("gate_scope", {"gate_scope": "stage", "gate_effect": "zero"}),
        ("stage_floor", {"stage_floor": 0}),
        ("overrides", {"overrides": [ALWAYS]}),
    ],
)
def test_a_deduction_adds_up_the_whole_form(choice: str, more: dict[str, Any]) -> None:
    with pytest.raises(coqs.PolicyError, match="since deduction adds up the whole form") as caught:
        coqs.Policy.from_mapping({"combine": "deduction", "baseline": 1, **more})
    assert caught.value.choice == choice
    assert (
        coqs.Policy.from_mapping({"combine": "deduction", "baseline": 1, "gate_scope": "stage"}).strikes == 0
    )


@pytest.mark.parametrize(
    ("choice", "value"),
    [
        ("not_applicable", "drop_equal"),
        ("not_applicable", "full_marks"),
        ("not_applicable", "zero"),
        ("unanswered", "zero"),
        ("unanswered", "default_level"),
        ("gate_effect", "zero"),
        ("gate_effect", "cap"),
        ("bonus", "inside"),
        ("bonus", "outside_clamped"),
    ],
)
def test_an_error_accuracy_only_asks_whether_gates_fired(choice: str, value: str) -> None:
    more = NEEDS.get(choice, {}).get(value, {})
    with pytest.raises(coqs.PolicyError, match="with error_accuracy") as caught:
        coqs.Policy(combine="error_accuracy", **{choice: value}, **more)
    assert caught.value.choice == choice


def test_all_contradictions_are_told_at_once() -> None:
    with pytest.raises(coqs.PolicyError, match="2 problems") as caught:
        coqs.Policy(gate_effect="cap", rounding="down")
    assert caught.value.choice == "gate_cap"
    with pytest.raises(coqs.PolicyError, match="must be a known choice; did you mean 'gate_cap'"):
        coqs.Policy.from_mapping({"gate_cup": 1})


MISFITS = [
    (GREETS, {"unanswered": "default_level", "default_level": "maybe"}, "default_level", "not in 'greets'"),
    (TAKES, {"normalise": "ratio"}, "normalise", "where no level has points above 0"),
    (TAKES, {"combine": "deduction", "baseline": 0}, "baseline", "where 'takes' only takes"),
    (GREETS, {"combine": "error_accuracy"}, "combine", "must have gates"),
    (
        GREETS + GATE,
        {"combine": "error_accuracy", "error_class": "business"},
        "error_class",
        "must be the class of some gate",
    ),
    (GREETS, {"overrides": [ALWAYS | {"stage": "greetings"}]}, "overrides", "did you mean 'greeting'"),
    (
        GREETS,
        {"overrides": [{"when": {"fact": "situation", "in": ["quit"]}, "score": 1}]},
        "overrides",
        "did you mean 'quiet'",
    ),
    (
        GREETS,
        {"overrides": [{"when": {"criterion": "greet", "in": ["no"]}, "score": 1}]},
        "overrides",
        "did you mean 'greets'",
    ),
]


@pytest.mark.parametrize(("criteria", "choices", "choice", "message"), MISFITS)
def test_what_a_rubric_cannot_follow_is_refused_by_scorer_and_by_file(
    criteria: str, choices: dict[str, Any], choice: str, message: str
) -> None:
    policy = coqs.Policy.from_mapping(choices)
    with pytest.raises(coqs.PolicyError, match=message) as caught:
        coqs.Scorer(rubric(criteria=criteria), policy=policy)
    assert caught.value.choice == choice
    with pytest.raises(coqs.RubricError, match=message) as refused:
        attrs.evolve(rubric(criteria=criteria), policy=policy)
    assert str(refused.value).startswith(f"policy.{choice}")


def test_what_a_rubric_can_follow_is_not_refused() -> None:
    takes = rubric(criteria=TAKES)
    for choices in (
        {"combine": "deduction", "baseline": 0, "ceiling": 5},
        {"combine": "deduction", "baseline": 100, "normalise": "ratio"},
        {"unanswered": "default_level", "default_level": "no"},
    ):
        assert coqs.Scorer(takes, policy=coqs.Policy.from_mapping(choices))


@pytest.mark.parametrize("size", [10**40, "1e300", "1e-300"])
def test_a_number_of_no_sensible_size_is_refused_as_such(size: Any) -> None:
    with pytest.raises(
        coqs.PolicyError, match=r"policy\.ceiling: must be a number of sensible size such as 2"
    ):
        coqs.Policy(combine="deduction", baseline=1, ceiling=size)


def test_what_is_no_policy_is_refused_by_its_kind() -> None:
    rubric = coqs.load_plugins().rubric("security")
    with pytest.raises(
        coqs.PolicyError, match="policy: must be a name or a Policy, got a value of type dict"
    ):
        coqs.Scorer(rubric, {"floor": "1/2"})  # type: ignore[arg-type]


def test_a_policy_of_a_file_is_refused_with_its_place() -> None:
    for policy, message in (
        ("policy = 3\n", "policy: must be a text, got 3"),
        ("policy = { strikes = -1 }\n", r"policy\.strikes: must be a whole number"),
        (
            "policy = { overrides = [{ when = { fact = 1 }, score = 1 }] }\n",
            r"policy\.overrides\[0\]\.when\.fact",
        ),
    ):
        with pytest.raises(coqs.RubricError, match=f"rubric: {message}"):
            rubric(policy)


def test_the_fingerprint_knows_a_policy_but_for_its_name() -> None:
    def scoring(**choices: Any) -> str:
        return attrs.evolve(rubric(criteria=GREETS + GATE), policy=coqs.Policy(**choices)).fingerprint.scoring

    plain = rubric(criteria=GREETS + GATE).fingerprint.scoring
    assert scoring() == scoring(name="ours") == plain
    rule = coqs.Override(FactIn("situation", ("quiet",)), 1)
    others = [
        scoring(**{choice: value}, **NEEDS.get(choice, {}).get(value, {}))
        for choice, value in VALUES
        if value != coqs.Policy().choices()[choice] and choice != "rounding_of"
    ]
    others += [scoring(floor=0), scoring(stage_floor=0), scoring(strikes=1), scoring(overrides=[rule])]
    others += [scoring(gate_effect="cap", gate_cap="1/3"), scoring(rounding="down", rounding_digits=0)]
    assert len({plain, *others}) == len(others) + 1


def test_fingerprints_of_rubrics_without_policy_and_bands_stay_what_they_were() -> None:
    assert rubric().fingerprint.scoring == FINGERPRINT_OF_THE_FIRST_RELEASE


FINGERPRINT_OF_THE_FIRST_RELEASE = "sha256:d6118d7badc39d1d7f0d6f2bce1189058c09fc2d056674501ef1fb9e3c17e132"
