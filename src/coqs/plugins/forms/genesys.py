"""Genesys Cloud: an evaluation form of its interface as a rubric.

What is documented: https://help.mypurecloud.com/?p=144862; the members are those of the models of
PureCloudPlatformClientV2 269.0.0. What no page says is assumed as the preset policy says, and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

import coqs
from coqs.plugins.forms.document import Node, Told, rubric_of, words_of
from coqs.plugins.forms.genesys_conditions import Conditions
from coqs.plugins.forms.genesys_critical import critical_of
from coqs.plugins.forms.genesys_scales import QUESTION_KEYS, QUESTION_PASSED, Answers, answers_of
from coqs.plugins.forms.ids import RESERVED, plain_id, rubric_id

POLICY = "genesys-cloud"
MOST_QUESTIONS = 1000
"""Questions of a form; theirs allows 200."""
CARRIED = ("id", "contextId", "name", "questionGroups", "weightMode", "dialect")
PASSED = (
    "division",
    "modifiedDate",
    "published",
    "publishedVersions",
    "evaluationSettings",
    "latestVersionFormName",
    "aiScoring",
    "redacted",
    "selfUri",
)
GROUP_KEYS = ("id", "contextId", "name", "naEnabled", "weight", "questions", "visibilityCondition")
GROUP_PASSED = (
    "type",
    "defaultAnswersToHighest",
    "defaultAnswersToNA",
    "manualWeight",
    "defaultAnswersTo",
)
EVALUATION_PASSED = (
    *("id", "name", "conversation", "evaluator", "agent", "calibration", "status", "answers"),
    *("agentHasRead", "assignee", "assigneeApplicable", "releaseDate", "assignedDate", "createdDate"),
    *("changedDate", "submittedDate", "revisionCreatedDate", "queue", "mediaType", "divisionIds"),
    *("rescore", "conversationDate", "conversationEndDate", "neverRelease", "assigned"),
    *("dateAssigneeChanged", "resourceId", "resourceType", "redacted", "agentTeam", "isScoringIndex"),
    *("authorizedActions", "hasAssistanceFailed", "evaluationSource", "disputeCount", "version"),
    *("versionHistory", "declinedReview", "evaluationContextId", "retractedEvaluation", "aiScoring"),
    "selfUri",
)
"""Members of `EvaluationResponse` and `Evaluation` beside the form."""


@attrs.frozen
class _Asked:
    """A question that becomes a criterion."""

    id: str
    node: Node
    group: Node
    criterion: str
    stage: str
    answers: Answers


@attrs.define
class _Form:
    """A form on its way to a rubric."""

    node: Node
    choices: Any
    groups: dict[str, Node] = attrs.field(factory=dict)
    """Stage id to the group that it is."""
    asked: list[_Asked] = attrs.field(factory=list)
    left_out: list[str] = attrs.field(factory=list)
    grid: list[list[str | None]] = attrs.field(factory=list)
    """By group and question the criterion, where it became one, in the order that conditions count."""

    @property
    def told(self) -> Told:
        return self.node.told

    def ask(self) -> None:
        """Settle which questions become criteria, of which stage, under which ids."""
        taken, stages, seen = set(RESERVED), {"overall"}, set[str]()
        groups = list(self.node.items("questionGroups", needed=True))
        if sum(len(each.values("questions")) for each in groups) > MOST_QUESTIONS:
            problem = f"must hold at most {MOST_QUESTIONS} questions, got more; split the form"
            self.told.refuse(self.node.at("questionGroups"), problem)
            self.told.stop()
        for group in groups:
            group.close(GROUP_KEYS, GROUP_PASSED)
            group.flag("naEnabled")
            id = _identity(group, "name", seen)
            stage = plain_id(group.text("contextId") or id, stages, "g")
            questions = group.items("questions", needed=True)
            row = [self._ask(question, group, stage, taken, seen) for question in questions]
            self.grid.append(row)
            if any(row):
                self.groups[stage] = group

    def _ask(self, node: Node, group: Node, stage: str, taken: set[str], seen: set[str]) -> str | None:
        node.close(QUESTION_KEYS, QUESTION_PASSED)
        for key in ("naEnabled", "isKill", "isCritical"):
            node.flag(key)
        id = _identity(node, "text", seen)
        answers = answers_of(node)
        if answers is None:
            self.left_out.append(id)
            return None
        criterion = plain_id(node.text("contextId") or id, taken)
        self.asked.append(_Asked(id, node, group, criterion, stage, answers))
        return criterion


def read_form(document: Mapping[str, Any], choices: Any) -> coqs.ImportedForm:
    """Make a rubric of a form; see `coqs.readers.FormReader`."""
    told = Told()
    node = _form_node(document, told)
    node.close(CARRIED, PASSED)
    form = _Form(node, choices)
    form.ask()
    if not form.asked and not told.refused:
        told.refuse(
            node.at("questionGroups"), "must hold a question with answers, got none; nothing is to score"
        )
    rubric = _rubric(form)
    ids = {each.criterion for each in form.asked if each.node.flag("isCritical")}
    critical = critical_of(rubric, ids, node)
    return coqs.ImportedForm(
        rubric=rubric,
        findings=told.sorted,
        sections=[_section(form, stage, group) for stage, group in form.groups.items()],
        questions=[coqs.FormQuestion(each.id, each.criterion, each.answers.ids) for each in form.asked],
        left_out=form.left_out,
        critical=critical,
    )


def _form_node(document: Mapping[str, Any], told: Told) -> Node:
    """Return the form: the mapping itself, or what an evaluation holds under `evaluationForm`."""
    whole = Node(document, "$", told)
    if "evaluationForm" not in document:
        return whole
    whole.close(("evaluationForm",), EVALUATION_PASSED)
    found = whole.within("evaluationForm")
    if found is None:
        told.refuse("$.evaluationForm", "must be an object, got nothing; export the form again")
        told.stop()
    return found


def _identity(node: Node, instead: str, seen: set[str]) -> str:
    """Return an id; a form that was never saved has none, and its name or text stands in."""
    id = node.text("id") or node.text(instead)
    if not id:
        node.told.refuse(node.at("id"), "must be given, got nothing; export a form that was saved")
    elif id in seen:
        node.told.refuse(node.at("id"), "must be unique in the form, got one again; rename one")
    seen.add(id)
    return id


def _rubric(form: _Form) -> coqs.Rubric:
    node, told = form.node, form.told
    weights = _weights(form)
    conditions = Conditions(form.grid, {each.criterion: each.answers.order for each in form.asked})
    stages = [
        coqs.Stage(id, weight=weight, words=words_of(group.text("name", needed=True)))
        for (id, group), weight in zip(form.groups.items(), weights, strict=True)
    ]
    criteria = [_criterion(form, each, conditions) for each in form.asked]
    id, name = node.text("id") or node.text("name"), node.text("name", needed=True)
    lasting = node.text("contextId")
    language = node.language("dialect")
    told.close(id[:80])
    parts = {
        "id": rubric_id(lasting or id),
        "version": id if lasting else "1",  # every version has an id of its own
        "language": language,
        "title": words_of(name),
        "stages": stages,
        "criteria": criteria,
        "policy": coqs.Policy.named(POLICY),
    }
    places = {
        ".when": ".visibilityCondition",
        "criteria": node.at("questionGroups"),
        "language": node.at("dialect"),
    }
    return rubric_of(parts, [each.node.path for each in form.asked], places)


def _weights(form: _Form) -> list[Fraction]:
    """Return the weights of the groups, factors on their points."""
    node, told = form.node, form.told
    mode = node.choice("weightMode", ("SCALED", "OFF"))
    stated = [group.number("weight", 0) for group in form.groups.values()]
    known = [each for each in stated if each is not None]
    if mode == "OFF":
        for group, weight in zip(form.groups.values(), stated, strict=True):
            if weight not in (None, 1):
                told.mention(
                    "F203", group.at("weight"), "has no effect while weightMode is OFF", "nothing to do"
                )
        return [Fraction(1)] * len(stated)
    if not mode and any(each != 1 for each in known):
        message = "is not said; the weights of the groups are taken to count, as with SCALED"
        told.note(
            "F107", node.at("weightMode"), message, "export the form as the interface of today gives it"
        )
    if known and len(known) < len(stated):
        for group, weight in zip(form.groups.values(), stated, strict=True):
            if weight is None:
                told.refuse(group.at("weight"), "must be given, as others are, got nothing; weigh it")
    elif stated and not known:
        told.note(
            "F107", node.at("questionGroups"), "no group has a weight; all are taken as 1", "give weights"
        )
    return [Fraction(1) if each is None else each for each in stated]


def _criterion(form: _Form, asked: _Asked, conditions: Conditions) -> coqs.Criterion:
    node = asked.node
    return coqs.Criterion(
        asked.criterion,
        asked.stage,
        asked.answers.scale,
        words=words_of(node.text("text", needed=True), node.text("helpText")),
        when=conditions.of(asked.group, node),
        gate=_gate(form, asked),
    )


def _gate(form: _Form, asked: _Asked) -> coqs.Gate | None:
    """Return a fatal question as a gate: it fails at all but the highest score."""
    node = asked.node
    if not node.flag("isKill"):
        return None
    if not asked.answers.below_best:
        problem = "must not be fatal with several choices, got one; no gate fires on what was not chosen"
        node.told.refuse(node.at("isKill"), f"{problem}: ask it as questions of their own")
        return None
    error_class = form.choices.error_class
    message = f"is taken as a gate of class {error_class} on all but the highest score"
    node.told.mention("F102", node.at("isKill"), message, "choose another class when the form is read")
    return coqs.Gate(error_class, asked.answers.below_best)


def _section(form: _Form, stage: str, group: Node) -> coqs.FormSection:
    criteria = [each.criterion for each in form.asked if each.stage == stage]
    return coqs.FormSection(
        group.text("id") or group.text("name"), group.text("name"), None, [stage], criteria
    )


READER = coqs.FormReader(
    name="genesys-cloud",
    text="Genesys Cloud: evaluation forms, as its interface describes them",
    read_form=read_form,
)
