"""Random policies over every choice, and a list that makes one choice at a time."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import attrs
from attaining import always_asked, that_only_takes, with_more_that_does_not_apply, with_what_rows_attain
from hypothesis import assume, reject, strategies as st
from naive_worth import best_points
from strategies import HUGE, conditions, make_rows, one, rubrics, seeds
from telling import told

import coqs
from coqs.errors import PolicyError
from coqs.rubric import FactBetween, FactIn, Negation
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.rubric.policy import Override
from coqs.scoring.worth import check_policy

F = Fraction
COMBINES = (
    "stage_percent",
    "weighted_criteria",
    "pooled_points",
    "weighted_points",
    "weight_product",
    "mean_of_stage_means",
    "stage_points",
    "deduction",
    "error_accuracy",
)
PRECEDENCES = (("floor", "gate", "override"), ("gate", "floor", "override"), ("floor", "override", "gate"))
SHARES = (
    F(1, 2),
    F(1, 3),
    F(5, 8),
    F(1, 8),
    F(3, 8),
    F(0),
    F(1),
    F(7, 11),
    F(1, 10**20),
    F(10**17 + 3, 10**17 + 9),
)
"""Shares that lie on a tie of a rounding, have no end as floats, or are next to 0 or 1."""
CAPS = (F(1), F(2), F(1, 3), F(7, 10), F(5), HUGE[1])
BASELINES = (F(1), F(100), F(10), F(1, 3), F(7, 11), HUGE[0])


@st.composite
def policies(draw: Any, rubric: coqs.Rubric) -> coqs.Policy:
    """Draw a policy that a rubric can be scored under, every choice free of the others."""
    combine = draw(one(COMBINES))
    choices: dict[str, Any] = {"name": "drawn", "combine": combine}
    choices |= draw(answers_count_as(rubric, combine))
    choices |= draw(gates_act(combine))
    choices["bonus"] = draw(one(["outside", "outside_clamped", "inside", "inside_clamped"]))
    if combine == "error_accuracy":
        choices |= {"bonus": "outside", "error_class": draw(one([None, *ERROR_CLASSES]))}
    if combine == "deduction":
        choices["baseline"] = draw(one([*BASELINES, F(0)]))
        choices["ceiling"] = draw(one([None, F(1, 3), F(5), F(100), HUGE[1]]))
    choices["floor"] = draw(one([None, None, None, *SHARES]))
    choices["overrides"] = draw(set_rules(rubric, of_stages=combine != "deduction"))
    if combine != "deduction":
        choices["stage_floor"] = draw(one([None, None, None, *SHARES]))
    choices["precedence"] = draw(one(PRECEDENCES))
    if draw(st.booleans()):
        choices["rounding"] = draw(one(["half_up", "half_even", "down"]))
        choices["rounding_digits"] = draw(one([0, 0, 0, 1, 2, 9]))
        choices["rounding_of"] = draw(one(["overall", "stages", "both"]))
    choices["over_interactions"] = draw(one(["mean_of_scores", "ratio_of_sums", "mean_of_stage_means"]))
    policy = coqs.Policy(**choices)
    assume(fits(rubric, policy))
    return policy


@st.composite
def answers_count_as(draw: Any, rubric: coqs.Rubric, combine: str) -> dict[str, Any]:
    """Draw what levels, options and absences are worth."""
    choices = {"not_applicable": "drop_proportional", "unanswered": draw(one(["drop", "refuse"]))}
    if combine != "error_accuracy":
        unanswered = draw(
            one(["drop", "zero", "default_level", "refuse", "as_not_applicable", "default_level"])
        )
        ways = ["drop_proportional", "drop_equal", "drop_equal", "full_marks", "zero"]
        ways = [way for way in ways if way != "drop_equal" or combine != "deduction"]
        choices = {"not_applicable": draw(one(ways)), "unanswered": unanswered}
    if choices["unanswered"] == "default_level":
        ids = set.intersection(*(set(each.scale.ids) for each in rubric.criteria))
        choices["default_level"] = draw(one(["best", "worst", *sorted(ids)]))
    several = draw(one(["sum_over_positives", "capped_sum", "per_option"]))
    cap = draw(one([None, *CAPS])) if several == "capped_sum" else None
    normalise = draw(one(["min_max", "ratio"])) if ratio_fits(rubric, combine) else "min_max"
    return choices | {"several_choice": several, "option_cap": cap, "normalise": normalise}


def ratio_fits(rubric: coqs.Rubric, combine: str) -> bool:
    """Tell whether every criterion that could score has points above 0."""
    scored = [each for each in rubric.criteria if not each.record_only]
    least = min((best_points(each, coqs.Policy()) for each in scored), default=F(1))
    return combine == "deduction" or least > 0


@st.composite
def gates_act(draw: Any, combine: str) -> dict[str, Any]:
    """Draw which answers trigger a gate, how far it reaches, and what it does."""
    effect = draw(one(["verdict_only", "zero", "cap"])) if combine != "error_accuracy" else "verdict_only"
    scopes = ["interaction", "criterion"]
    scopes += ["stage"] if combine != "deduction" or effect == "verdict_only" else []
    choices = {
        "gate_trigger": draw(one(["chosen_levels", "below_best", "below_share"])),
        "gate_scope": draw(one(scopes)),
        "gate_effect": effect,
    }
    choices["strikes"] = 0 if choices["gate_scope"] == "criterion" else draw(one([0, 0, 1, 2]))
    choices["gate_cap"] = draw(one(SHARES)) if effect == "cap" else None
    below = choices["gate_trigger"] == "below_share"
    choices["trigger_share"] = draw(one([share for share in SHARES if share])) if below else None
    return choices


@st.composite
def set_rules(draw: Any, rubric: coqs.Rubric, *, of_stages: bool) -> tuple[Override, ...]:
    """Draw some rules that set a score where a condition on facts and answers holds."""
    targets = [None, *(rubric.stage_ids if of_stages else ())]
    when = conditions(rubric.criteria, 1)
    rules = st.builds(Override, when, one(SHARES), one(targets))
    return tuple(draw(st.lists(rules, max_size=3)))


def fits(rubric: coqs.Rubric, policy: coqs.Policy) -> bool:
    """Tell whether a rubric can be scored under a policy."""
    try:
        check_policy(rubric, policy)
    except PolicyError:
        return False
    return True


def each_choice() -> dict[str, dict[str, Any]]:
    """Return, by name, what policies choose that each make one choice: every value of every row."""
    chosen: list[dict[str, Any]] = [{}]
    chosen += [{"combine": x} for x in COMBINES[1:7]]
    chosen += [{"combine": "deduction", "baseline": F(10)}]
    chosen += [{"combine": "deduction", "baseline": F(0), "ceiling": F(7)}]
    chosen += [{"combine": "error_accuracy", "error_class": x} for x in (None, *ERROR_CLASSES)]
    chosen += [{"normalise": "ratio"}]
    chosen += [{"not_applicable": x} for x in ("drop_equal", "full_marks", "zero")]
    chosen += [{"not_applicable": "drop_equal", "combine": x} for x in COMBINES[1:7]]
    chosen += [{"unanswered": x} for x in ("refuse", "zero", "as_not_applicable")]
    chosen += [{"unanswered": "as_not_applicable", "not_applicable": x} for x in ("drop_equal", "full_marks")]
    chosen += [{"unanswered": "default_level", "default_level": x} for x in ("best", "worst", "fair")]
    chosen += [{"several_choice": "capped_sum", "option_cap": x} for x in (None, F(2))]
    chosen += [{"several_choice": "per_option"}]
    chosen += [{"gate_trigger": "below_best"}, {"gate_trigger": "below_share", "trigger_share": F(1, 2)}]
    effects: list[dict[str, Any]] = [{}, {"gate_effect": "zero"}, {"gate_effect": "cap", "gate_cap": F(1, 3)}]
    scopes: list[dict[str, Any]] = [{"gate_scope": x} for x in ("interaction", "stage", "criterion")]
    chosen += [effect | scope for effect, scope in itertools.product(effects, scopes)][1:]
    chosen += [{"strikes": 1, "gate_effect": "zero"}, {"strikes": 1, "gate_scope": "stage"}]
    chosen += [{"bonus": x} for x in ("outside_clamped", "inside", "inside_clamped")]
    chosen += [{"floor": F(1, 2)}, {"stage_floor": F(1, 3)}, {"floor": F(0)}]
    chosen += [{"overrides": (rule,)} for rule in RULES]
    chosen += [
        {"overrides": RULES, "floor": F(1, 2), "precedence": order} | effects[1] for order in PRECEDENCES
    ]
    for mode, digits in (("half_up", 0), ("half_even", 0), ("down", 1)):
        where = ("overall", "stages", "both")
        chosen += [{"rounding": mode, "rounding_digits": digits, "rounding_of": x} for x in where]
    chosen += [{"over_interactions": x} for x in ("ratio_of_sums", "mean_of_stage_means")]
    return {_named(choices): choices for choices in chosen}


RULES = (
    Override(FactIn("urgent", ("true",)), F(5, 8)),
    Override(Negation(FactBetween("wait", None, F(4))), F(0), "greeting"),
)


def _named(choices: dict[str, Any]) -> str:
    shown = []
    for name, value in choices.items():
        parts = value if isinstance(value, tuple) else (value,)
        said = [f"set_{x.stage or 'overall'}" if isinstance(x, Override) else str(x) for x in parts]
        shown.append(f"{name}={'>'.join(said)}")
    return ",".join(shown) or "coqs"


@attrs.frozen(repr=False)
class Case:
    """What is scored: it shows itself in short."""

    rubric: coqs.Rubric
    policy: coqs.Policy
    table: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [dict(zip(self.table, row, strict=True)) for row in zip(*self.table.values(), strict=True)]

    @property
    def ratings(self) -> coqs.Ratings:
        return coqs.Ratings.from_table(self.table, self.rubric)

    def told(self, place: int, **more: Any) -> str:
        """Tell of one row, and whatever else matters."""
        return told(self.rubric, self.policy, row=self.rows[place], **more)

    def __repr__(self) -> str:
        return f"<{len(self.rows)} rows{told(self.rubric, self.policy)}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))  # hypothesis would show every field of it


def _with(policy: coqs.Policy, rubric: coqs.Rubric, wanted: dict[str, Any]) -> coqs.Policy:
    try:
        changed = attrs.evolve(policy, **wanted)
    except PolicyError:
        reject()
    assume(fits(rubric, changed))
    return changed


@st.composite
def cases(
    draw: Any, n: int, *, most: int = 6, absent: float = 0.3, policy: coqs.Policy | None = None, **wanted: Any
) -> Case:
    """Draw a rubric, a policy, of which some choices may be wanted, and ratings that meet their numbers."""
    rubric, seed = draw(rubrics(most=most, wordy=False)), draw(seeds)
    rubric = always_asked(rubric) if draw(st.booleans()) else rubric
    chosen = draw(policies(rubric)) if policy is None else policy
    if wanted:
        chosen = _with(chosen, rubric, wanted)
    if chosen.combine == "deduction" and draw(st.booleans()):
        rubric = that_only_takes(rubric)
        assume(fits(rubric, chosen))
    table = make_rows(rubric, seed, n, absent=absent)
    if chosen.not_applicable != "drop_proportional":
        table = with_more_that_does_not_apply(table, rubric, seed)
    return Case(*with_what_rows_attain(rubric, chosen, table, seed), table)
