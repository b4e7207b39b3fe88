"""Which rule was applied to an answer or a score, in words."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from types import MappingProxyType

from coqs.model import Absence
from coqs.ratings import Sheet
from coqs.results import Step
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.reach import STRUCTURED, weighs
from coqs.scoring.exact import ExactScore, Term, could_score
from coqs.scoring.exact_asking import best_place, is_asked
from coqs.scoring.finish import is_scored
from coqs.scoring.worth import does_not_apply, names_stages

SEVERAL = MappingProxyType(
    {
        "sum_over_positives": "chosen points over the sum of the positive ones",
        "capped_sum": "chosen points, up to a cap, over that cap",
        "per_option": "each option is right or wrong, weighed by its points",
    }
)
ROUNDING = MappingProxyType({"half_up": "half up", "half_even": "half to even", "down": "towards zero"})


def rule_of(criterion: Criterion, rubric: Rubric, policy: Policy, sheet: Sheet, result: ExactScore) -> str:
    """Say how an answer, or its absence, went into the score, and where dropped weight went."""
    absence = result.answers[criterion.id].absence
    if absence is None:
        return _answer_rule(criterion, rubric, policy, result)
    hidden = absence is Absence.NOT_ASKED
    why = f"{_hidden_rule(criterion, rubric, sheet, result)}; " if hidden else ""
    return why + _absence_rule(criterion, rubric, policy, result, absence)


def _answer_rule(criterion: Criterion, rubric: Rubric, policy: Policy, result: ExactScore) -> str:
    if policy.combine == "error_accuracy":
        return _error_rule(criterion, rubric, policy, result)
    if criterion.record_only:
        return "recorded, never scored"
    term = result.terms[criterion.id]
    if term.counts == "bonus":
        spread = result.finished.spread
        adds = spread is not None and spread.per_earned[rubric.stage_ids.index(criterion.stage)] > 0
        return "bonus, adds without a weight of its own" if adds else "bonus with nothing scored to add to"
    own_gate = term.own != term.counted
    left = f"; its gate fires, which leaves {_effect(policy)}" if own_gate else ""
    return (
        ("bonus, weighs like the others; " if criterion.bonus else "") + _share_rule(criterion, policy) + left
    )


def _error_rule(criterion: Criterion, rubric: Rubric, policy: Policy, result: ExactScore) -> str:
    if criterion not in could_score(rubric, policy):
        return "no gate whose errors are counted"
    return (
        "its gate fires: an error" if result.terms[criterion.id].fired else "its gate does not fire: no error"
    )


def _share_rule(criterion: Criterion, policy: Policy) -> str:
    if policy.combine == "deduction":
        return "weight times points, over the ceiling"
    if criterion.ideal:
        return f"ideal point, the best level depends on {criterion.ideal.fact}"
    if isinstance(criterion.scale, SeveralChoice):
        return SEVERAL[policy.several_choice]
    return (
        "points / highest points" if policy.normalise == "ratio" else "(points - lowest) / (highest - lowest)"
    )


def _absence_rule(
    criterion: Criterion, rubric: Rubric, policy: Policy, result: ExactScore, absence: Absence
) -> str:
    term = result.terms[criterion.id]
    if policy.combine == "error_accuracy":
        watched = criterion in could_score(rubric, policy)
        return "without an answer there is no error" if watched else "no gate whose errors are counted"
    if term.counted is not None and term.counts:
        return f"counts as {_filling(policy, absence)}"
    if (
        result.sums.refused
        and absence is not Absence.NOT_APPLICABLE
        and criterion in could_score(rubric, policy)
    ):
        return "an open answer leaves all unscored"
    if term.counts != "possible":
        return "carries no weight"
    return _where_weight_went(criterion, rubric, policy, result, absence)


def _filling(policy: Policy, absence: Absence) -> str:
    if does_not_apply(policy, absence):
        return "full marks" if policy.not_applicable == "full_marks" else "0"
    if policy.default_level is None:
        return "0"
    named = policy.default_level in ("best", "worst")
    return f"the {policy.default_level} answer" if named else f"the answer {policy.default_level}"


def _where_weight_went(
    criterion: Criterion, rubric: Rubric, policy: Policy, result: ExactScore, absence: Absence
) -> str:
    place = rubric.stage_ids.index(criterion.stage)
    sums = result.sums.stages[place]
    equal = policy.not_applicable == "drop_equal" and does_not_apply(policy, absence)
    parts = "in equal parts" if equal else "in proportion"
    if policy.combine in STRUCTURED and is_scored(policy, sums):
        return f"its weight goes to the rest of {criterion.stage}, {parts}"
    if result.overall is None:
        return "nothing was scored"
    if policy.combine in STRUCTURED:
        how = ", in equal parts" if policy.not_applicable == "drop_equal" and sums.dropped else ""
        stage = f"nothing in {criterion.stage} was scored"
        return f"{stage}, so the stage's weight goes to the other stages{how}"
    if not weighs(rubric, policy)[place]:
        return f"carries no weight, since {criterion.stage} has none"
    if policy.combine == "deduction":
        return "neither earns nor costs points"
    return f"its weight goes to the rest of the form, {parts}"


def _hidden_rule(criterion: Criterion, rubric: Rubric, sheet: Sheet, result: ExactScore) -> str:
    ignored = "; the answer given is ignored" if criterion.id in result.settled.ignored else ""
    if is_asked(criterion, rubric, sheet, result.settled):
        return "the rater marked it as not asked"
    if criterion.applies_to and sheet.customer_set not in criterion.applies_to:
        return f"asked only of {', '.join(criterion.applies_to)}{ignored}"
    if criterion.ideal and best_place(criterion, sheet) is None:
        return f"the fact {criterion.ideal.fact} is missing, or names no best level{ignored}"
    unknown = criterion.id in result.settled.unknown
    return f"its condition {'cannot be known' if unknown else 'is not met'}{ignored}"


TRIGGERS = MappingProxyType(
    {
        "chosen_levels": "the answer is one that it names",
        "below_best": "the answer is below the best",
    }
)


def gate_rule(term: Term, policy: Policy, *, failing: bool, lowered: bool) -> str:
    """Say why a gate fires, how far it reaches, and what it does."""
    named = TRIGGERS["chosen_levels"]
    if names_stages(term.criterion):
        why = named
    elif policy.gate_trigger == "below_share":
        why = f"its share is below {policy.trigger_share}"
    else:
        why = TRIGGERS[policy.gate_trigger]
    if term.own is not None and term.own.share is None:
        why = named
    if not term.fired:
        return f"{named}; of class ethics, it fails the verdict whatever the policy's trigger"
    if not failing:
        reach = f"the {policy.strikes} tolerated in the {policy.gate_scope} cover it"
        return f"{why}; {reach}" + ("; of class ethics, it fails the verdict" if term.breaks_ethics else "")
    gate = term.criterion.gate
    if gate is not None and gate.stages:
        down = f" and takes down {' and '.join(gate.stages)}" if policy.gate_effect == "zero" else ""
        return f"{why}; it fails the verdict of the interaction{down}"
    lowers = f", and leaves its criterion {_effect(policy)}" if lowered else ""
    return f"{why}; it fails the verdict of the interaction{lowers}"


def step_rule(step: Step, policy: Policy, named: Collection[str] = ()) -> str:
    """Say what a step did to the score, and why; `named` are the stages that gates take down by name."""
    whose = f"the score of {step.stage}" if step.stage else "the score"
    match step.name:
        case "baseline":
            own = policy.combine == "deduction"
            return f"everybody starts with {policy.baseline} points" if own else "without an error it is 1"
        case "errors":
            return "a gate fires: the interaction has an error"
        case "floor":
            return f"{whose} never falls below {_known(policy.stage_floor if step.stage else policy.floor)}"
        case "gate" if step.stage in named:
            return f"a gate fires that names the stage, which leaves {whose} nothing"
        case "gate":
            tolerated = f", more than the {policy.strikes} tolerated" if policy.strikes else ""
            return f"gates fire{tolerated}, which leaves {whose} {_effect(policy)}"
        case "override":
            which = "a set rule" if step.override is None else f"set rule overrides[{step.override}]"
            return f"{which} holds and says what {whose} is"
        case "clamp":
            return f"{whose} never passes 1"
        case _:
            digits = f"{policy.rounding_digits} digits of the per cent"
            return f"{whose} is rounded {ROUNDING[policy.rounding]} to {digits}"


def _effect(policy: Policy) -> str:
    return "nothing above 0" if policy.gate_effect == "zero" else f"at most {_known(policy.gate_cap)}"


def _known(value: Fraction | None) -> Fraction:
    return Fraction(0) if value is None else value
