"""Which choices of a policy do not fit a rubric, though they do not contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from coqs.errors import suggest
from coqs.rubric.check_criteria import condition_problems
from coqs.rubric.criteria import Criterion
from coqs.rubric.form import Form
from coqs.rubric.policy import Policy
from coqs.rubric.scales import SeveralChoice

Misfit = tuple[str, str, str]


def misfits(form: Form, policy: Policy) -> Iterator[Misfit]:
    """Yield (choice, key path below the policy, problem) for each choice that the rubric cannot follow."""
    counted = [each for each in form.criteria if not each.record_only]
    yield from _default_level(counted, policy)
    yield from _ratio(counted, policy)
    yield from _deduction(counted, policy)
    yield from _error_class(form, policy)
    yield from _gates_of_stages(form, policy)
    yield from _overrides(form, policy)


def _default_level(counted: list[Criterion], policy: Policy) -> Iterator[Misfit]:
    level = policy.default_level
    if level is None or level in ("best", "worst"):
        return
    for each in counted:
        if level not in each.scale.ids:
            cure = suggest(level, each.scale.ids)
            message = (
                f"must be a level or option of every criterion, got {level!r}, not in {each.id!r}; {cure}"
            )
            yield "default_level", "default_level", message


def _ratio(counted: list[Criterion], policy: Policy) -> Iterator[Misfit]:
    if policy.normalise != "ratio" or policy.combine == "deduction":
        return
    for each in counted:
        if not isinstance(each.scale, SeveralChoice) and _highest(each) <= 0:
            message = (
                f"must be 'min_max' where no level has points above 0, got 'ratio' for {each.id!r}; mend one"
            )
            yield "normalise", "normalise", message


def _deduction(counted: list[Criterion], policy: Policy) -> Iterator[Misfit]:
    if policy.combine != "deduction" or policy.ceiling is not None or policy.baseline != 0:
        return
    for each in counted:
        if not isinstance(each.scale, SeveralChoice) and _highest(each) <= 0:
            message = f"must be above 0, or have a ceiling beside it, where {each.id!r} only takes; give one"
            yield "baseline", "baseline", message


def _highest(criterion: Criterion) -> Fraction:
    if criterion.ideal:
        return max(criterion.ideal.points, default=Fraction(0))
    points = [criterion.points_of(place) for place in range(len(criterion.scale.ids))]
    return max((each for each in points if each is not None), default=Fraction(0))


def _error_class(form: Form, policy: Policy) -> Iterator[Misfit]:
    if policy.combine != "error_accuracy":
        return
    classes = {each.gate.error_class for each in form.criteria if each.gate}
    if not classes:
        yield "combine", "combine", "must have gates to count errors of, got none; choose another"
    elif policy.error_class is not None and policy.error_class not in classes:
        message = f"must be the class of some gate, got {policy.error_class!r}; "
        yield "error_class", "error_class", message + suggest(policy.error_class, classes)


def _gates_of_stages(form: Form, policy: Policy) -> Iterator[Misfit]:
    """A gate that names stages makes them 0, or leaves all scores; there is nothing between."""
    naming = next((each.id for each in form.criteria if each.gate and each.gate.stages), None)
    if naming is None:
        return
    if policy.gate_effect == "cap":
        rule = "must be 'zero' or 'verdict_only' where a gate names stages"
        yield "gate_effect", "gate_effect", f"{rule}, got 'cap' for {naming!r}; mend one"
    elif policy.gate_effect == "zero" and policy.combine == "deduction":
        rule = "must have stages where a gate names some"
        yield "combine", "combine", f"{rule}, got 'deduction' for {naming!r}; mend one"


def _overrides(form: Form, policy: Policy) -> Iterator[Misfit]:
    for place, rule in enumerate(policy.overrides):
        path = f"overrides[{place}]"
        if rule.stage is not None and rule.stage not in form.stage_ids:
            message = (
                f"must be a stage of the rubric, got {rule.stage!r}; {suggest(rule.stage, form.stage_ids)}"
            )
            yield "overrides", f"{path}.stage", message
        for key, message in condition_problems(rule.when, form):
            yield "overrides", f"{path}{key}", message
