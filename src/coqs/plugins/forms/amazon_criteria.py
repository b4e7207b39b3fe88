"""A question of an Amazon Connect form as a criterion: its weight, its gate, whether it is a bonus."""

from __future__ import annotations

from typing import Any

import coqs
from coqs.plugins.forms.amazon_asked import Asked, Form
from coqs.plugins.forms.amazon_bands import bands_of
from coqs.plugins.forms.amazon_conditions import Conditions
from coqs.plugins.forms.amazon_scales import POINTS
from coqs.plugins.forms.document import Node, shown, words_of


def criterion_of(form: Form, asked: Asked, weight: Any, conditions: Conditions) -> coqs.Criterion:
    """Return a question as a criterion."""
    question, answers = asked.question, asked.answers
    node = question.node
    is_bonus = _is_bonus(form, asked)
    scored = answers.scored and form.is_scored
    if form.is_scored and not scored and not question.is_excluded:
        told_of = "has no scores on its options, and is only recorded"
        node.told.note("F108", node.path, told_of, "give its options scores, or exclude it from scoring")
    return coqs.Criterion(
        asked.criterion,
        asked.stage,
        answers.scale,
        weight=weight,
        words=words_of(node.text("Title", needed=True), node.text("Instructions")),
        when=conditions.of(question),
        record_only=not scored,
        bonus=is_bonus and scored,
        gate=_gate(form, asked, is_bonus=is_bonus),
        bands=bands_of(question.configured),
    )


def _is_bonus(form: Form, asked: Asked) -> bool:
    """Tell whether a question is a bonus, and refuse what says otherwise what it can earn."""
    points = asked.question.configured.within("PointsConfiguration")
    if points is None:
        return False
    if form.mode != POINTS:
        if points.flag("IsBonus"):
            points.told.refuse(points.at("IsBonus"), f"must stand with mode {POINTS}, got another; drop it")
        return False
    _check_most(asked, points)
    return points.flag("IsBonus")


def _check_most(asked: Asked, points: Node) -> None:
    scale = asked.answers.scale
    least = points.whole("MinPointValue", 0, 100)
    if isinstance(scale, coqs.rubric.SeveralChoice):
        if least:
            problem = f"must be 0 or left out of a multiple selection, got {least}; no rubric carries it"
            points.told.refuse(points.at("MinPointValue"), problem)
        return
    known = [level.points for level in scale.levels if level.points is not None]
    limits = {"MaxPointValue": max(known, default=None), "MinPointValue": min(known, default=None)}
    for key, wanted in limits.items():
        value = points.whole(key, 0, 100)
        if value is not None and wanted is not None and value != wanted:
            problem = (
                f"must be that of the options, {wanted}, got {value}; what else it means is not documented"
            )
            points.told.refuse(points.at(key), f"{problem}: mend the form")


def _gate(form: Form, asked: Asked, *, is_bonus: bool) -> coqs.Gate | None:
    """Return the automatic fail of a question as a gate, with the stages that it takes down."""
    answers, node = asked.answers, asked.question.node
    if not answers.fails:
        return None
    if is_bonus:
        node.told.refuse(
            node.path, "must have no automatic fail on a bonus question, got one; drop one of them"
        )
    if not answers.scored or not form.is_scored:
        message = "is not scored, and yet it fails automatically; it is taken to fail all the same"
        node.told.note("F103", node.path, message, "drop one of them in the form")
    error_class = form.choices.error_class
    message = f"its automatic fail is taken as a gate of class {error_class}, since the form knows one kind"
    node.told.mention("F102", node.path, message, "choose another class when the form is read")
    return coqs.Gate(error_class, answers.fails, stages=_taken(form, asked))


def _taken(form: Form, asked: Asked) -> tuple[str, ...]:
    """Return the stages of the section that an automatic fail takes down; none for the whole form."""
    target, node = asked.answers.target, asked.question.node
    if target is None:
        return ()
    found = [each for each in form.outline.sections if each.id == target]
    if not found:
        node.told.refuse(
            node.path, f"must fail a section of the form, got {shown(target)}; mend TargetSection"
        )
        return ()
    stages = form.stages_within(found[0])
    held = {each.criterion for each in form.within(found[0])}
    if held != {each.criterion for each in form.asked if each.stage in stages}:
        problem = "must fail a whole section where sections are weighed, got a section within one"
        node.told.refuse(node.path, f"{problem}, {shown(target)}; choose the section around it")
    elif not stages:
        node.told.refuse(
            node.path, f"must fail a section with questions, got {shown(target)}; mend TargetSection"
        )
    return stages
