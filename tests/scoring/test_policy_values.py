"""Every value of every choice, on numbers that a person can work out; by columns and exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest

import coqs
from coqs.rubric import CriterionIn, FactIn
from coqs.rubric.policy_rules import CHOICES

F = Fraction
RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
facts.situation = ["training", "real"]
stages = [{ id = "greeting", weight = 2 }, { id = "responding", weight = 1 }, { id = "future", weight = 3 }]

[[criteria]]
id = "greeted"
stage = "greeting"
levels = [{ id = "no", points = 1 }, { id = "yes", points = 3 }]

[[criteria]]
id = "smiled"
stage = "greeting"
weight = 3
levels = [{ id = "no", points = 0 }, { id = "half", points = 1 }, { id = "yes", points = 2 }]

[[criteria]]
id = "solved"
stage = "responding"
weight = 2
gate = { class = "customer", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "half", points = 2 }, { id = "yes", points = 4 }]

[[criteria]]
id = "lawful"
stage = "responding"
gate = { class = "compliance", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]

[[criteria]]
id = "offered"
stage = "responding"
options = [{ id = "map", points = 6 }, { id = "escort", points = 2 }, { id = "sigh", points = -2 }]

[[criteria]]
id = "extra"
stage = "responding"
bonus = true
levels = [{ id = "no", points = 0 }, { id = "yes", points = 5 }]

[[criteria]]
id = "invited"
stage = "future"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")
NONE = "n/a"
SHEET = {
    "greeted": "yes",
    "smiled": "half",
    "solved": "half",
    "lawful": "yes",
    "offered": "map",
    "extra": NONE,
    "invited": NONE,
}
"""greeting: shares 1 (weight 1) and 1/2 (weight 3); responding: 1/2 (2), 1 (1), 6/8 (1); future: nothing."""


def scored(cells: dict[str, Any], policy: coqs.Policy) -> coqs.Scores:
    table = {"interaction": "I-1", "situation": None, **SHEET, **cells}
    ratings = coqs.Ratings.from_table({name: [value] for name, value in table.items()}, RUBRIC)
    return coqs.score(ratings, policy=policy)


def numbers(cells: dict[str, Any], choices: dict[str, Any]) -> dict[str, Fraction | None]:
    """Score a sheet; return the exact overall score and stages, which the columns have to equal."""
    scores = scored(cells, coqs.Policy(name="ours", **choices))
    told = coqs.explain(scores, "I-1")
    found = {"overall": told.overall, **{stage.stage: stage.score for stage in told.stages}}
    columns = {"overall": scores.overall, **scores.stages}
    for name, exact in found.items():
        assert columns[name][0] == pytest.approx(
            float("nan") if exact is None else float(exact), nan_ok=True, abs=1e-12
        )
    assert told.verdict == scores.verdict[0]
    return found


DEDUCTION = {"combine": "deduction", "baseline": 10}
HALF_UP = {"rounding": "half_up", "rounding_digits": 0}
EXTRA = {"extra": "yes", "smiled": "yes", "solved": "yes", "offered": "map|escort"}
"""All earned, and the bonus: responding is (2 + 1 + 1 + 1) / 4."""

CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # greeting (1 + 3/2) / 4 = 5/8, responding (1 + 1 + 3/4) / 4 = 11/16, overall (2 × 5/8 + 11/16) / 3
    ("combine", {}, {}, {"greeting": F(5, 8), "responding": F(11, 16), "overall": F(31, 48), "future": None}),
    # (1 + 3/2 + 1 + 1 + 3/4) / 8
    ("combine", {"combine": "weighted_criteria"}, {}, {"greeting": F(5, 8), "overall": F(21, 32)}),
    # spans 2, 2, 4, 1, 8: (2 + 3 × 1 + 2 × 2 + 1 + 6) / (2 + 6 + 8 + 1 + 8)
    (
        "combine",
        {"combine": "pooled_points"},
        {},
        {"greeting": F(5, 8), "responding": F(11, 17), "overall": F(16, 25)},
    ),
    # the stages of pooled points, averaged by their weights: (2 × 5/8 + 11/17) / 3
    (
        "combine",
        {"combine": "stage_points"},
        {},
        {"greeting": F(5, 8), "responding": F(11, 17), "overall": F(43, 68)},
    ),
    # (2 × 5 + 11) / (2 × 8 + 17)
    ("combine", {"combine": "weighted_points"}, {}, {"overall": F(21, 33)}),
    # (2 × 5/2 + 11/4) / (2 × 4 + 4)
    ("combine", {"combine": "weight_product"}, {}, {"overall": F(31, 48)}),
    # greeting (1 + 1/2) / 2, responding (1/2 + 1 + 3/4) / 3
    (
        "combine",
        {"combine": "mean_of_stage_means"},
        {},
        {"greeting": F(3, 4), "responding": F(3, 4), "overall": F(3, 4)},
    ),
    # (10 + 3 + 3 × 1 + 2 × 2 + 1 + 6) / (10 + 3 + 6 + 8 + 1 + 8)
    (
        "combine",
        DEDUCTION,
        {},
        {"greeting": F(16, 19), "responding": F(21, 27), "future": None, "overall": F(27, 36)},
    ),
    ("combine", {**DEDUCTION, "ceiling": 30}, {}, {"greeting": F(16, 30), "overall": F(27, 30)}),
    # a sigh takes 2 points from the 27
    ("combine", DEDUCTION, {"offered": "sigh|map"}, {"overall": F(25, 36)}),
    ("combine", {"combine": "error_accuracy"}, {}, {"overall": F(1), "responding": F(1), "greeting": None}),
    ("combine", {"combine": "error_accuracy"}, {"lawful": "no"}, {"overall": F(0), "responding": F(0)}),
    (
        "combine",
        {"combine": "error_accuracy", "error_class": "customer"},
        {"lawful": "no"},
        {"overall": F(1)},
    ),
    ("combine", {"combine": "error_accuracy"}, {"lawful": NONE, "solved": None}, {"overall": None}),
    # greeted: no earns nothing, or 1/3 of its 3 points
    ("normalise", {}, {"greeted": "no"}, {"greeting": F(3, 8)}),
    ("normalise", {"normalise": "ratio"}, {"greeted": "no"}, {"greeting": F(11, 24)}),
    # pooled by ratio, greeted spans 3: (3 + 3 + 4 + 1 + 6) / (3 + 6 + 8 + 1 + 8)
    ("normalise", {"normalise": "ratio", "combine": "pooled_points"}, {}, {"overall": F(17, 26)}),
    # solved leaves, and with it a share of 1/2 at weight 2
    ("not_applicable", {}, {"solved": NONE}, {"responding": F(7, 8), "overall": (2 * F(5, 8) + F(7, 8)) / 3}),
    # its weight of 2 goes to lawful and offered, each 1 + 1; and future's weight of 3 to both stages
    ("not_applicable", {"not_applicable": "drop_equal"}, {"solved": NONE}, {"responding": F(7, 8)}),
    (
        "not_applicable",
        {"not_applicable": "drop_equal"},
        {},
        {"responding": F(11, 16), "overall": (F(7, 2) * F(5, 8) + F(5, 2) * F(11, 16)) / 6},
    ),
    # lawful's weight of 1 in halves to solved (2 1/2) and offered (1 1/2)
    (
        "not_applicable",
        {"not_applicable": "drop_equal"},
        {"lawful": NONE},
        {"responding": (F(5, 4) + F(9, 8)) / 4},
    ),
    (
        "unanswered",
        {"not_applicable": "drop_equal", "unanswered": "as_not_applicable"},
        {"lawful": None},
        {"responding": (F(5, 4) + F(9, 8)) / 4},
    ),
    (
        "unanswered",
        {"not_applicable": "full_marks", "unanswered": "as_not_applicable"},
        {"smiled": None},
        {"greeting": F(1)},
    ),
    # form-wide: invited's weight of 1 goes in fifths to the five that count, whose shares sum to 15/4
    (
        "not_applicable",
        {"not_applicable": "drop_equal", "combine": "weighted_criteria"},
        {},
        {"overall": (F(21, 4) + F(1, 5) * F(15, 4)) / 9},
    ),
    # extra is a bonus and gets full marks as well: responding (11/4 + 1) / 4, future 1
    (
        "not_applicable",
        {"not_applicable": "full_marks"},
        {},
        {"responding": F(15, 16), "future": F(1), "overall": (2 * F(5, 8) + F(15, 16) + 3) / 6},
    ),
    (
        "not_applicable",
        {"not_applicable": "zero"},
        {},
        {"future": F(0), "overall": (2 * F(5, 8) + F(11, 16)) / 6},
    ),
    ("not_applicable", {**DEDUCTION, "not_applicable": "full_marks"}, {}, {"overall": F(27 + 5 + 1, 37)}),
    ("not_applicable", {**DEDUCTION, "not_applicable": "zero"}, {}, {"overall": F(27, 37)}),
    ("unanswered", {}, {"smiled": None}, {"greeting": F(1)}),
    ("unanswered", {"unanswered": "zero"}, {"smiled": "abstained"}, {"greeting": F(1, 4)}),
    ("unanswered", {"unanswered": "refuse"}, {"smiled": "failed"}, {"greeting": None, "overall": None}),
    ("unanswered", {"unanswered": "refuse"}, {"extra": None}, {"overall": F(31, 48)}),
    ("unanswered", {"unanswered": "refuse"}, {"smiled": NONE}, {"greeting": F(1)}),
    (
        "unanswered",
        {"unanswered": "refuse", "combine": "error_accuracy"},
        {"smiled": None},
        {"overall": F(1)},
    ),
    (
        "unanswered",
        {"unanswered": "refuse", "combine": "error_accuracy"},
        {"lawful": None},
        {"overall": None},
    ),
    (
        "unanswered",
        {"unanswered": "default_level", "default_level": "best"},
        {"smiled": None},
        {"greeting": F(1)},
    ),
    (
        "unanswered",
        {"unanswered": "default_level", "default_level": "worst"},
        {"smiled": None},
        {"greeting": F(1, 4)},
    ),
    (
        "unanswered",
        {"unanswered": "default_level", "default_level": "best"},
        {"offered": None},
        {"responding": F(3, 4)},
    ),
    # the worst of several is the sigh alone: -2 of 8
    (
        "unanswered",
        {"unanswered": "default_level", "default_level": "worst"},
        {"offered": None},
        {"responding": (2 - F(1, 4)) / 4},
    ),
    ("several_choice", {}, {"offered": "map|sigh"}, {"responding": (2 + F(1, 2)) / 4}),
    # without a cap the largest option's 6 points are enough
    ("several_choice", {"several_choice": "capped_sum"}, {"offered": "map|escort"}, {"responding": F(3, 4)}),
    (
        "several_choice",
        {"several_choice": "capped_sum", "option_cap": 7},
        {"offered": "map"},
        {"responding": (2 + F(6, 7)) / 4},
    ),
    (
        "several_choice",
        {"several_choice": "capped_sum", "option_cap": 99},
        {"offered": "map"},
        {"responding": F(11, 16)},
    ),
    # right are map (6) and no sigh (2) of 10
    (
        "several_choice",
        {"several_choice": "per_option"},
        {"offered": "map"},
        {"responding": (2 + F(8, 10)) / 4},
    ),
    (
        "several_choice",
        {"several_choice": "per_option"},
        {"offered": "sigh|escort"},
        {"responding": (2 + F(2, 10)) / 4},
    ),
    ("gate_trigger", {"gate_effect": "zero"}, {}, {"overall": F(31, 48)}),
    ("gate_trigger", {"gate_effect": "zero", "gate_trigger": "below_best"}, {}, {"overall": F(0)}),
    (
        "gate_trigger",
        {"gate_effect": "zero", "gate_trigger": "below_share", "trigger_share": "1/2"},
        {},
        {"overall": F(31, 48)},
    ),
    (
        "gate_trigger",
        {"gate_effect": "zero", "gate_trigger": "below_share", "trigger_share": "51/100"},
        {},
        {"overall": F(0)},
    ),
    ("gate_scope", {"gate_effect": "zero"}, {"lawful": "no"}, {"overall": F(0), "responding": F(7, 16)}),
    (
        "gate_scope",
        {"gate_effect": "zero", "gate_scope": "stage"},
        {"lawful": "no"},
        {"overall": F(5, 12), "responding": F(0), "greeting": F(5, 8)},
    ),
    # solved is lowered to a quarter: (2/4 + 1 + 3/4) / 4
    (
        "gate_scope",
        {"gate_effect": "cap", "gate_cap": "1/4", "gate_scope": "criterion", "gate_trigger": "below_best"},
        {},
        {"responding": F(9, 16)},
    ),
    # a quarter of 4 points at most: 2 × 1 instead of 2 × 2
    (
        "gate_scope",
        {
            "gate_effect": "cap",
            "gate_cap": "1/4",
            "gate_scope": "criterion",
            "gate_trigger": "below_best",
            **DEDUCTION,
        },
        {},
        {"overall": F(25, 36)},
    ),
    ("gate_effect", {}, {"solved": "no"}, {"overall": (2 * F(5, 8) + F(7, 16)) / 3}),
    ("gate_effect", {"gate_effect": "zero"}, {"solved": "no"}, {"overall": F(0)}),
    ("gate_effect", {"gate_effect": "cap", "gate_cap": "1/2"}, {"solved": "no"}, {"overall": F(1, 2)}),
    ("gate_effect", {"gate_effect": "cap", "gate_cap": "9/10"}, {"solved": "no"}, {"overall": F(9, 16)}),
    ("strikes", {"gate_effect": "zero", "strikes": 1}, {"solved": "no"}, {"overall": F(9, 16)}),
    ("strikes", {"gate_effect": "zero", "strikes": 1}, {"solved": "no", "lawful": "no"}, {"overall": F(0)}),
    ("bonus", {}, EXTRA, {"responding": F(5, 4), "overall": F(13, 12)}),
    ("bonus", {"bonus": "outside_clamped"}, EXTRA, {"responding": F(1), "overall": F(1)}),
    # within the sum the stage is 5/4: (2 × 1/4 + 5/4) / 3
    (
        "bonus",
        {"bonus": "outside_clamped"},
        {**EXTRA, "smiled": "no"},
        {"responding": F(1), "overall": F(7, 12)},
    ),
    ("bonus", {"bonus": "inside"}, {**EXTRA, "extra": "no"}, {"responding": F(4, 5)}),
    ("bonus", {"bonus": "inside_clamped"}, EXTRA, {"responding": F(1), "overall": F(1)}),
    ("floor", {"floor": "3/4"}, {}, {"overall": F(3, 4), "greeting": F(5, 8)}),
    (
        "stage_floor",
        {"stage_floor": "2/3"},
        {},
        {"greeting": F(2, 3), "overall": (2 * F(2, 3) + F(11, 16)) / 3},
    ),
    # pooled: the stage's 5 of 8 become 2/3 of 8
    (
        "stage_floor",
        {"stage_floor": "2/3", "combine": "pooled_points"},
        {},
        {"greeting": F(2, 3), "responding": F(2, 3), "overall": F(2, 3)},
    ),
    ("rounding", {**HALF_UP}, {}, {"overall": F(65, 100), "greeting": F(5, 8)}),  # 64.58 %
    (
        "rounding",
        {**HALF_UP, "rounding_of": "stages"},
        {},
        {"greeting": F(63, 100), "responding": F(69, 100), "overall": F(65, 100)},
    ),
    (
        "rounding",
        {"rounding": "half_even", "rounding_digits": 0, "rounding_of": "stages"},
        {},
        {"greeting": F(62, 100), "overall": F(193, 300)},
    ),
    (
        "rounding",
        {"rounding": "half_even", "rounding_digits": 0, "rounding_of": "both"},
        {},
        {"overall": F(64, 100)},
    ),
    ("rounding", {"rounding": "down", "rounding_digits": 1}, {}, {"overall": F(645, 1000)}),
]


@pytest.mark.parametrize(
    ("choices", "cells", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_value_gives_the_number_that_a_person_works_out(
    choices: dict[str, Any], cells: dict[str, Any], expected: dict[str, Fraction | None]
) -> None:
    found = numbers(cells, choices)
    assert {name: found[name] for name in expected} == expected


def test_every_value_has_a_case() -> None:
    tried = {(name, value) for _, choices, _, _ in CASES for name, value in choices.items()}
    usual = coqs.Policy().choices()
    values = {
        (choice, value) for choice, known in CHOICES.items() for value in known if value != usual[choice]
    }
    assert values - tried == {
        ("over_interactions", x) for x in ("ratio_of_sums", "mean_of_stage_means")
    }  # tested with the groups


def test_rounding_a_negative_half() -> None:
    takes = attrs.evolve(RUBRIC, stages=[coqs.Stage(id=stage.id) for stage in RUBRIC.stages])
    table = {"interaction": ["I-1"], "offered": ["sigh"], "solved": ["n/a"], "lawful": ["no"]}
    ratings = coqs.Ratings.from_table(table, takes)  # (0 - 2/8) / 2 = -12.5 %
    for mode, expected in (("half_up", -0.13), ("half_even", -0.12), ("down", -0.12)):
        policy = coqs.Policy(rounding=mode, rounding_digits=0)
        assert coqs.score(ratings, policy=policy).overall.tolist() == [expected]


COLD = CriterionIn("smiled", ("no",))


@pytest.mark.parametrize(
    ("cells", "rules", "choices", "expected"),
    [
        ({"smiled": "no"}, [(COLD, "1/4", None)], {}, F(1, 4)),
        ({"smiled": "half"}, [(COLD, "1/4", None)], {}, F(31, 48)),
        ({"smiled": None}, [(COLD, "1/4", None)], {}, (2 + F(11, 16)) / 3),  # unknown is not true
        ({"smiled": "no"}, [(COLD, 0, "greeting")], {}, F(11, 48)),
        ({"smiled": "no"}, [(FactIn("situation", ("real",)), 1, None), (COLD, "1/4", None)], {}, F(1, 4)),
        (
            {"situation": "real", "smiled": "no"},
            [(FactIn("situation", ("real",)), 1, None), (COLD, 0, None)],
            {},
            F(1),
        ),
        ({"smiled": "no"}, [(COLD, "1/4", None)], {"floor": "1/2"}, F(1, 4)),
        ({"smiled": "no", "solved": "no"}, [(COLD, "1/4", None)], {"gate_effect": "zero"}, F(1, 4)),
        (
            {"smiled": "no", "solved": "no"},
            [(COLD, "1/4", None)],
            {"gate_effect": "zero", "precedence": ("floor", "override", "gate")},
            F(0),
        ),
        ({"solved": "no"}, [], {"gate_effect": "zero", "floor": "1/10"}, F(0)),
        (
            {"solved": "no"},
            [],
            {"gate_effect": "zero", "floor": "1/10", "precedence": ("gate", "floor", "override")},
            F(1, 10),
        ),
    ],
)
def test_set_rules_floors_and_gates_follow_their_precedence(
    cells: dict[str, Any], rules: list[Any], choices: dict[str, Any], expected: Fraction
) -> None:
    overrides = [coqs.Override(when, score, stage) for when, score, stage in rules]
    assert numbers(cells, {**choices, "overrides": overrides})["overall"] == expected


def test_nothing_gives_a_score_to_what_is_unscored() -> None:
    nothing = dict.fromkeys(SHEET, NONE)
    rule = coqs.Override(FactIn("situation", ("real",)), 1)
    found = numbers(
        {**nothing, "situation": "real"}, {"floor": "1/2", "stage_floor": "1/2", "overrides": [rule]}
    )
    assert set(found.values()) == {None}


def test_gates_hit_are_the_same_under_every_policy_and_fire_as_the_policy_says() -> None:
    for choices, fired in (
        ({}, 0),
        ({"gate_trigger": "below_best"}, 1),
        ({"strikes": 2, "gate_trigger": "below_best"}, 1),
    ):
        scores = scored({}, coqs.Policy(name="ours", **choices))
        assert {name: int(column[0]) for name, column in scores.gates.items()} == dict.fromkeys(
            scores.gates, 0
        )
        assert scores.gates_fired.tolist() == [fired]
        assert scores.verdict.tolist() == ["fail" if fired > choices.get("strikes", 0) else "pass"]


def test_strikes_never_tolerate_a_gate_of_ethics() -> None:
    gate = coqs.Gate("ethics", ("no",), kind="illegal")
    criteria = [attrs.evolve(each, gate=gate) if each.id == "lawful" else each for each in RUBRIC.criteria]
    rubric = attrs.evolve(RUBRIC, criteria=criteria)
    ratings = coqs.Ratings.from_table({"interaction": ["I-1"], "lawful": ["no"], "greeted": ["yes"]}, rubric)
    scores = coqs.score(ratings, policy=coqs.Policy(strikes=5, gate_effect="zero"))
    assert (scores.verdict.tolist(), scores.gates_fired.tolist()) == (["fail"], [1])
    assert scores.overall[0] == pytest.approx(2 / 3)  # the one strike costs no score
    assert coqs.explain(scores, "I-1").because == ("gate ethics triggered by lawful",)


def test_a_mark_is_compared_before_rounding() -> None:
    rubric = attrs.evolve(RUBRIC, pass_mark="65/100")
    ratings = coqs.Ratings.from_table({"interaction": ["I-1"]} | {k: [v] for k, v in SHEET.items()}, rubric)
    scores = coqs.score(ratings, policy=coqs.Policy(**HALF_UP))
    assert (scores.overall.tolist(), scores.verdict.tolist()) == ([0.65], ["fail"])


def test_points_are_raw_and_of_a_deduction_with_its_baseline() -> None:
    assert scored({}, coqs.Policy()).points.tolist() == [3 + 1 + 2 + 1 + 6]
    assert scored({}, coqs.Policy(several_choice="per_option")).points.tolist() == [3 + 1 + 2 + 1 + 8]
    assert scored({}, coqs.Policy(**DEDUCTION)).points.tolist() == [27]
    assert scored(
        {"smiled": None}, coqs.Policy(unanswered="default_level", default_level="best")
    ).points.tolist() == [14]


def test_possible_is_the_denominator_of_the_overall_score() -> None:
    for choices, possible in (
        ({}, 3),
        ({"not_applicable": "drop_equal"}, 6),
        ({"combine": "mean_of_stage_means"}, 2),
        ({"combine": "pooled_points"}, 25),
        ({"combine": "weighted_points"}, 33),
        (DEDUCTION, 36),
        ({"combine": "error_accuracy"}, 1),
        ({"unanswered": "refuse"}, 3),
    ):
        assert scored({}, coqs.Policy(name="ours", **choices)).possible.tolist() == [possible]
    assert scored(dict.fromkeys(SHEET, NONE), coqs.Policy()).possible.tolist() == [0]


def test_an_account_names_the_steps_that_no_criterion_made() -> None:
    policy = coqs.Policy(combine="deduction", baseline=10, floor="9/10", rounding="down", rounding_digits=0)
    told = coqs.explain(scored({}, policy), "I-1")
    assert [(step.name, step.amount) for step in told.steps] == [("baseline", F(10, 36)), ("floor", F(3, 20))]
    assert "  baseline: 0 (0.00 %) -> 5/18 (27.78 %); everybody starts with 10 points" in str(told)
    assert "  floor: 3/4 (75.00 %) -> 9/10 (90.00 %); the score never falls below 9/10" in str(told)
    assert "contributions and steps sum to 9/10 = 90.00 %" in str(told)
    policy = coqs.Policy(
        gate_effect="cap", gate_cap="1/2", gate_scope="stage", gate_trigger="below_best", **HALF_UP
    )
    told = coqs.explain(scored({}, policy), "I-1")
    # responding 11/16 -> 1/2 carries a third; (2 × 5/8 + 1/2) / 3 = 7/12 = 58.33 %
    assert [(step.name, step.stage, step.amount) for step in told.steps] == [
        ("gate", "responding", F(-1, 16)),
        ("rounding", None, F(58, 100) - F(7, 12)),
    ]
    assert (
        "  gate of responding: 11/16 (68.75 %) -> 1/2 (50.00 %), which takes 1/16 (6.25 %) overall; "
        "gates fire, which leaves the score of responding at most 1/2" in str(told)
    )
    assert told.because == ("gate customer triggered by solved",)


def test_an_account_says_where_weight_went() -> None:
    def rules(**choices: Any) -> dict[str, str]:
        scores = scored({"lawful": NONE, "smiled": None}, coqs.Policy(name="ours", **choices))
        return {item.criterion: item.rule for item in coqs.explain(scores, "I-1").items}

    assert rules()["lawful"] == "its weight goes to the rest of responding, in proportion"
    equal = rules(not_applicable="drop_equal")
    assert equal["lawful"] == "its weight goes to the rest of responding, in equal parts"
    assert equal["smiled"] == "its weight goes to the rest of greeting, in proportion"
    assert equal["invited"].endswith("so the stage's weight goes to the other stages, in equal parts")
    assert (
        rules(combine="pooled_points")["lawful"] == "its weight goes to the rest of the form, in proportion"
    )
    assert rules(not_applicable="full_marks")["lawful"] == "counts as full marks"
    assert rules(unanswered="zero")["smiled"] == "counts as 0"
    named = rules(unanswered="default_level", default_level="worst")
    assert named["smiled"] == "counts as the worst answer"
    assert rules(unanswered="refuse")["smiled"] == "an open answer leaves all unscored"
    assert rules(**DEDUCTION)["lawful"] == "neither earns nor costs points"
    errors = rules(combine="error_accuracy")
    assert (errors["lawful"], errors["greeted"]) == (
        "without an answer there is no error",
        "no gate whose errors are counted",
    )
    assert errors["solved"] == "its gate does not fire: no error"
