"""Amazon Connect: `DescribeEvaluationForm`, or the form within `DescribeContactEvaluation`, as a rubric.

What is documented: https://docs.aws.amazon.com/connect/latest/adminguide/create-evaluation-forms.html and
https://docs.aws.amazon.com/connect/latest/adminguide/about-scoring-and-weights.html; the members are those
of botocore 1.44.8. What no page says is assumed as the preset policies say, and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import coqs
from coqs.plugins.forms import amazon_evaluations
from coqs.plugins.forms.amazon_asked import Form
from coqs.plugins.forms.amazon_bands import bands_of
from coqs.plugins.forms.amazon_conditions import Conditions, Source
from coqs.plugins.forms.amazon_criteria import criterion_of
from coqs.plugins.forms.amazon_outline import Outline, Section
from coqs.plugins.forms.amazon_scales import POINTS
from coqs.plugins.forms.amazon_weights import SECTIONS, weights_of
from coqs.plugins.forms.document import Node, Told, rubric_of, words_of
from coqs.plugins.forms.ids import rubric_id

QUESTIONS = "QUESTION_ONLY"
POLICIES = MappingProxyType(
    {QUESTIONS: "amazon-connect", SECTIONS: "amazon-connect-sections", POINTS: "amazon-connect-points"}
)
CARRIED = (
    "EvaluationFormId",
    "EvaluationFormVersion",
    "Title",
    "Description",
    "Items",
    "ScoringStrategy",
    "LanguageConfiguration",
)
PASSED = (
    "EvaluationFormArn",
    "Locked",
    "Status",
    "CreatedTime",
    "CreatedBy",
    "LastModifiedTime",
    "LastModifiedBy",
    "AutoEvaluationConfiguration",
    "ReviewConfiguration",
    "Tags",
    "TargetConfiguration",
    "LatestValidationStatus",
    "LastValidationTime",
    "AIVersion",
)


def read_form(document: Mapping[str, Any], choices: Any) -> coqs.ImportedForm:
    """Make a rubric of a form; see `coqs.readers.FormReader`."""
    told = Told()
    node = _form_node(document, told)
    mode, is_scored = _strategy(node)
    form = Form(node, choices, Outline.of(node), mode, is_scored)
    node.close(CARRIED, PASSED)
    form.ask()
    if not form.asked and not told.refused:
        told.refuse(
            node.at("Items"), "must hold a question with options or ranges, got none; nothing is to score"
        )
    rubric = _rubric(form)
    return coqs.ImportedForm(
        rubric=rubric,
        findings=told.sorted,
        sections=[_section(form, each) for each in form.outline.sections],
        questions=[
            coqs.FormQuestion(each.question.id, each.criterion, each.answers.ids) for each in form.asked
        ],
        left_out=form.left_out,
    )


def _form_node(document: Mapping[str, Any], told: Told) -> Node:
    """Return the form: what a response wraps in `EvaluationForm`, or the mapping itself."""
    whole = Node(document, "$", told)
    if "EvaluationForm" not in document:
        return whole
    whole.close(("EvaluationForm", "Evaluation"), ("ResponseMetadata",))
    found = whole.within("EvaluationForm")
    if found is None:
        told.refuse("$.EvaluationForm", "must be an object, got nothing; export the form again")
        told.stop()
    return found


def _strategy(node: Node) -> tuple[str, bool]:
    """Return the scoring mode, and whether the form is scored."""
    strategy = node.within("ScoringStrategy")
    if strategy is None:
        _unscored(node, node.at("ScoringStrategy"))
        return QUESTIONS, False
    strategy.close(("Mode", "Status", "ScoreThresholds"))
    mode = strategy.choice("Mode", tuple(POLICIES), needed=True) or QUESTIONS
    status = strategy.choice("Status", ("ENABLED", "DISABLED"), needed=True)
    if status == "DISABLED":
        _unscored(node, strategy.at("Status"))
    return mode, status != "DISABLED"


def _unscored(node: Node, path: str) -> None:
    message = "scoring is not enabled, so every question is only recorded"
    node.told.note("F106", path, message, "enable scoring in the form if it is to be scored")


def _rubric(form: Form) -> coqs.Rubric:
    node = form.node
    criterion_weights, stage_weights = weights_of(
        [each.question for each in form.asked],
        list(form.stages.values()),
        form.mode,
        form.is_scored,
        form.told,
    )
    conditions = Conditions(_sources(form))
    criteria = [
        criterion_of(form, each, weight, conditions)
        for each, weight in zip(form.asked, criterion_weights, strict=True)
    ]
    stages = [_stage(form, id, weight) for id, weight in zip(form.stages, stage_weights, strict=True)]
    for section in form.outline.sections:
        if not form.is_stage(section):
            _bands_left_out(section)
    bands = bands_of(node.within("ScoringStrategy"))
    head = _head(node)
    form.told.close(str(head["id"]))
    policy = coqs.Policy.named(POLICIES[form.mode])
    parts = {**head, "stages": stages, "criteria": criteria, "bands": bands, "policy": policy}
    places = {
        ".when": ".Enablement",
        "criteria": node.at("Items"),
        "language": node.at("LanguageConfiguration.FormLanguage"),
        "bands": node.at("ScoringStrategy.ScoreThresholds"),
    }
    return rubric_of(parts, [each.question.node.path for each in form.asked], places)


def _sources(form: Form) -> dict[str, Source]:
    """Return the questions that conditions may read: those that are answered with options."""
    several = coqs.rubric.SeveralChoice
    return {
        each.question.id: Source(
            each.criterion, dict(each.answers.ids), isinstance(each.answers.scale, several)
        )
        for each in form.asked
        if each.answers.ids
    }


def _head(node: Node) -> dict[str, Any]:
    """Return what the rubric is called."""
    version = node.whole("EvaluationFormVersion", 0)
    if version is None and node.held.get("EvaluationFormVersion") is None:
        node.wrong("EvaluationFormVersion", "a whole number", None)
    return {
        "id": rubric_id(node.text("EvaluationFormId", needed=True)),
        "version": str(version),
        "language": _language(node),
        "title": words_of(node.text("Title", needed=True)),
        "words": words_of(node.text("Description")),
    }


def _stage(form: Form, id: str, weight: Any) -> coqs.Stage:
    section = form.stages[id]
    words = words_of(section.node.text("Title", needed=True), section.node.text("Instructions"))
    return coqs.Stage(
        id, weight=weight, words=words, bands=bands_of(section.node) if form.is_stage(section) else ()
    )


def _bands_left_out(section: Section) -> None:
    if section.node.said("ScoreThresholds"):
        message = "are left out: a section with sections in it is no stage of a rubric"
        section.node.told.mention(
            "F204", section.node.at("ScoreThresholds"), message, "apply them to `compare`"
        )


def _section(form: Form, section: Section) -> coqs.FormSection:
    return coqs.FormSection(
        section.id,
        section.node.text("Title"),
        parent=section.parent.id if section.parent is not None else None,
        stages=form.stages_within(section),
        criteria=[each.criterion for each in form.within(section)],
    )


def _language(node: Node) -> str:
    configured = node.within("LanguageConfiguration")
    if configured is None:
        return "en"
    configured.close(("FormLanguage",))
    return configured.language("FormLanguage")


READER = coqs.FormReader(
    name="amazon-connect",
    text="Amazon Connect: evaluation forms and contact evaluations, as its interface describes them",
    read_form=read_form,
    read_evaluation=amazon_evaluations.read_evaluation,
)
