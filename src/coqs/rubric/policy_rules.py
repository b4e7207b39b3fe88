"""The values that each choice of a policy may have, and which choices contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from coqs.errors import suggest
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.rubric.keys import shown

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "combine": (
            "weighted_criteria",
            "stage_percent",
            "stage_points",
            "pooled_points",
            "weighted_points",
            "weight_product",
            "mean_of_stage_means",
            "deduction",
            "error_accuracy",
        ),
        "normalise": ("min_max", "ratio"),
        "not_applicable": ("drop_proportional", "drop_equal", "full_marks", "zero"),
        "unanswered": ("refuse", "drop", "as_not_applicable", "zero", "default_level"),
        "several_choice": ("capped_sum", "sum_over_positives", "per_option"),
        "gate_trigger": ("chosen_levels", "below_best", "below_share"),
        "gate_scope": ("criterion", "stage", "interaction"),
        "gate_effect": ("zero", "verdict_only", "cap"),
        "bonus": ("outside", "outside_clamped", "inside", "inside_clamped"),
        "rounding": ("none", "half_up", "half_even", "down"),
        "rounding_of": ("overall", "stages", "both"),
        "over_interactions": ("mean_of_scores", "ratio_of_sums", "mean_of_stage_means"),
    }
)
PRECEDENCE = ("floor", "gate", "override")
MOST_DIGITS = 9
Values = Mapping[str, Any]
Problem = tuple[str, str]

_NUMBERS: Mapping[str, tuple[str, Callable[[Fraction], bool]]] = MappingProxyType(
    {
        "option_cap": ("a number above 0", lambda value: value > 0),
        "trigger_share": ("a share above 0 and up to 1", lambda value: 0 < value <= 1),
        "gate_cap": ("a share from 0 to 1", lambda value: 0 <= value <= 1),
        "baseline": ("a number of at least 0", lambda value: value >= 0),
        "ceiling": ("a number above 0", lambda value: value > 0),
        "floor": ("a share from 0 to 1", lambda value: 0 <= value <= 1),
        "stage_floor": ("a share from 0 to 1", lambda value: 0 <= value <= 1),
    }
)
_BELONGS = MappingProxyType(
    {
        "error_class": ("combine", "error_accuracy"),
        "default_level": ("unanswered", "default_level"),
        "option_cap": ("several_choice", "capped_sum"),
        "trigger_share": ("gate_trigger", "below_share"),
        "gate_cap": ("gate_effect", "cap"),
        "baseline": ("combine", "deduction"),
        "ceiling": ("combine", "deduction"),
    }
)
OWNERS: Mapping[str, str] = MappingProxyType(
    {name: choice for name, (choice, _) in _BELONGS.items()}
    | {"rounding_digits": "rounding", "rounding_of": "rounding"}
)
"""The parameters, each with the choice that it belongs to."""
ALONE = ("several_choice", "gate_trigger", "floor", "precedence", "rounding", "over_interactions")
"""Choices that contradict no other one, whatever they are."""
_NEEDED = ("default_level", "trigger_share", "gate_cap", "baseline")


def problems(policy: Values) -> Iterator[Problem]:
    """Yield (choice, problem) for each value that does not fit; contradictions only where all do."""
    single = [*_choices(policy), *_numbers(policy), *_others(policy)]
    yield from single
    if not single:
        yield from _parameters(policy)
        yield from _deduction(policy)
        yield from _error_accuracy(policy)
        yield from _gates(policy)


def _choices(policy: Values) -> Iterator[Problem]:
    for choice, allowed in CHOICES.items():
        value = policy[choice]
        if not isinstance(value, str) or value not in allowed:
            yield choice, f"must be a known value, got {shown(value)}; {suggest(str(value), allowed)}"
    error_class = policy["error_class"]
    if error_class is not None and error_class not in ERROR_CLASSES:
        cure = suggest(str(error_class), ERROR_CLASSES)
        yield "error_class", f"must be a class of gates, got {shown(error_class)}; {cure}"


def _numbers(policy: Values) -> Iterator[Problem]:
    for name, (rule, fits) in _NUMBERS.items():
        value = policy[name]
        if value is None:
            continue
        if not isinstance(value, Fraction):
            got = f"a value of type {type(value).__name__}"
            yield name, f'must be a number of sensible size such as 2 or "10/3", got {got}; write it so'
        elif not fits(value):
            yield name, f"must be {rule}, got {value}; mend it"


def _others(policy: Values) -> Iterator[Problem]:
    if not isinstance(policy["name"], str) or not policy["name"].strip():
        yield "name", f"must be a text, got {shown(policy['name'])}; name the policy"
    level = policy["default_level"]
    if level is not None and not isinstance(level, str):
        yield "default_level", f'must be "best", "worst" or an id, got {shown(level)}; write a text'
    yield from _whole(policy, "strikes", None)
    if policy["rounding_digits"] is not None:
        yield from _whole(policy, "rounding_digits", MOST_DIGITS)
    order = policy["precedence"]
    if not isinstance(order, tuple) or sorted(map(str, order)) != sorted(PRECEDENCE):
        yield "precedence", "must hold floor, gate and override, each once, got others; mend the list"
    elif order.index("override") < order.index("floor"):
        yield "precedence", "must have override after floor, since a set rule beats floors; swap them"


def _whole(policy: Values, name: str, most: int | None) -> Iterator[Problem]:
    value = policy[name]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or value < 0 or (most is not None and value > most):
        limit = "of at least 0" if most is None else f"from 0 to {most}"
        yield name, f"must be a whole number {limit}, got {shown(value)}; mend it"


def _parameters(policy: Values) -> Iterator[Problem]:
    for name, (choice, wanted) in _BELONGS.items():
        given, chosen = policy[name] is not None, policy[choice] == wanted
        if given and not chosen:
            yield name, f"must stand only with {choice} {wanted!r}, got {policy[choice]!r}; drop one"
        if chosen and not given and name in _NEEDED:
            yield name, f"must be given with {choice} {wanted!r}, got nothing; say what it is"
    rounds, digits = policy["rounding"] != "none", policy["rounding_digits"]
    if rounds and digits is None:
        yield "rounding_digits", "must be given with a rounding, got nothing; say how many are kept"
    if not rounds and digits is not None:
        yield "rounding_digits", "must stand only with a rounding, got 'none'; drop one"
    if not rounds and policy["rounding_of"] != "overall":
        yield "rounding_of", f"must stand only with a rounding, got {policy['rounding_of']!r}; drop one"


def _deduction(policy: Values) -> Iterator[Problem]:
    """What a score cannot have that is one sum over the whole form."""
    if policy["combine"] != "deduction":
        return
    why = "since deduction adds up the whole form"
    if policy["not_applicable"] == "drop_equal":
        yield "not_applicable", f"must not be 'drop_equal', {why}; choose another"
    if policy["gate_scope"] == "stage" and policy["gate_effect"] != "verdict_only":
        yield "gate_scope", f"must not be 'stage' with an effect on the score, {why}; choose another"
    if policy["stage_floor"] is not None:
        yield "stage_floor", f"must not be given, {why}; use floor"
    if any(rule.stage is not None for rule in policy["overrides"]):
        yield "overrides", f"must not set a stage, {why}; set the overall score"


def _error_accuracy(policy: Values) -> Iterator[Problem]:
    """What a score cannot have that only asks whether gates fired."""
    if policy["combine"] != "error_accuracy":
        return
    only = {
        "not_applicable": ("drop_proportional",),
        "unanswered": ("drop", "refuse"),
        "gate_effect": ("verdict_only",),
        "bonus": ("outside",),
    }
    for choice, allowed in only.items():
        if policy[choice] not in allowed:
            wanted = " or ".join(map(repr, allowed))
            yield choice, f"must be {wanted} with error_accuracy, got {policy[choice]!r}; mend one"


def _gates(policy: Values) -> Iterator[Problem]:
    if policy["strikes"] and policy["gate_scope"] == "criterion":
        yield (
            "strikes",
            f"must be 0 where a gate reaches its criterion only, got {policy['strikes']}; drop it",
        )
