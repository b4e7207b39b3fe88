"""Amazon Connect: `DescribeEvaluationForm`, or the form within `DescribeContactEvaluation`, as a rubric.

What is documented: https://docs.aws.amazon.com/connect/latest/adminguide/create-evaluation-forms.html and
https://docs.aws.amazon.com/connect/latest/adminguide/about-scoring-and-weights.html; the members are those
of botocore 1.44.8. What no page says is assumed as the preset policies say, and noted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

import coqs
from coqs.plugins.forms import amazon_evaluations
from coqs.plugins.forms.amazon_bands import bands_of
from coqs.plugins.forms.amazon_conditions import Conditions, Source
from coqs.plugins.forms.amazon_outline import Outline, Question, Section
from coqs.plugins.forms.amazon_scales import POINTS, Answers, answers_of
from coqs.plugins.forms.amazon_weights import SECTIONS, weights_of
from coqs.plugins.forms.document import Node, Told, words_of
from coqs.plugins.forms.ids import RESERVED, plain_id, rubric_id

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
QUESTION_KEYS = (
    "Title",
    "Instructions",
    "RefId",
    "NotApplicableEnabled",
    "QuestionType",
    "QuestionTypeProperties",
    "Enablement",
    "Weight",
    "ScoringConfiguration",
)


@attrs.frozen
class _Asked:
    """A question that becomes a criterion."""

    question: Question
    criterion: str
    stage: str
    answers: Answers


@attrs.define
class _Form:
    """A form on its way to a rubric."""

    node: Node
    choices: Any
    outline: Outline
    mode: str
    is_scored: bool
    asked: list[_Asked] = attrs.field(factory=list)
    stages: dict[str, Section] = attrs.field(factory=dict)
    """Stage id to the section that it is."""
    left_out: list[str] = attrs.field(factory=list)

    @property
    def told(self) -> Told:
        return self.node.told

    def holder(self, section: Section) -> Section:
        """Return the section whose stage holds the questions of this one."""
        return section.top if self.mode == SECTIONS else section

    def ask(self) -> None:
        """Settle which questions become criteria, of which stage, under which ids."""
        taken, stage_ids = set(RESERVED), {"overall"}
        stage_of: dict[str, str] = {}
        for question in self.outline.questions:
            _close_question(question)
            answers = answers_of(question, self.mode)
            if answers is None:
                self._leave_out(question)
                continue
            holder = self.holder(question.section)
            if holder.id not in stage_of:
                stage_of[holder.id] = plain_id(holder.id, stage_ids, "s")
                self.stages[stage_of[holder.id]] = holder
            criterion = plain_id(question.id, taken)
            self.asked.append(_Asked(question, criterion, stage_of[holder.id], answers))

    def _leave_out(self, question: Question) -> None:
        self.left_out.append(question.id)
        message = "is left out: a text, a date, or a number without ranges, which cannot score"
        self.told.mention("F201", question.node.path, message, "nothing to do")

    def within(self, section: Section) -> list[_Asked]:
        """Return what is asked within a section and the sections in it."""
        return [each for each in self.asked if section in each.question.section.around]

    def stages_within(self, section: Section) -> tuple[str, ...]:
        """Return the stages that lie wholly within a section."""
        return tuple(id for id, holder in self.stages.items() if section in holder.around)

    def is_stage(self, section: Section) -> bool:
        """Tell whether a section, with all that is in it, is one stage."""
        return [self.stages[id] for id in self.stages_within(section)] == [section]


def read_form(document: Mapping[str, Any], choices: Any) -> coqs.ImportedForm:
    """Make a rubric of a form; see `coqs.readers.FormReader`."""
    told = Told()
    node = _form_node(document, told)
    mode, is_scored = _strategy(node)
    form = _Form(node, choices, Outline.of(node), mode, is_scored)
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


def _close_question(question: Question) -> None:
    node, configured = question.node, question.configured
    node.flag("NotApplicableEnabled")
    node.close(QUESTION_KEYS, ("MetricConfiguration",))
    configured.flag("IsExcludedFromScoring")
    configured.close(("PointsConfiguration", "IsExcludedFromScoring", "ScoreThresholds"))
    points = configured.within("PointsConfiguration")
    if points is not None:
        points.close(("MaxPointValue", "MinPointValue", "IsBonus"))


def _rubric(form: _Form) -> coqs.Rubric:
    node, told = form.node, form.told
    criterion_weights, stage_weights = weights_of(
        [each.question for each in form.asked], list(form.stages.values()), form.mode, form.is_scored, told
    )
    several = coqs.rubric.SeveralChoice
    sources = {
        each.question.id: Source(
            each.criterion, dict(each.answers.ids), isinstance(each.answers.scale, several)
        )
        for each in form.asked
        if each.answers.ids
    }
    conditions = Conditions(sources)
    criteria = [
        _criterion(form, each, weight, conditions)
        for each, weight in zip(form.asked, criterion_weights, strict=True)
    ]
    stages = [_stage(form, id, weight) for id, weight in zip(form.stages, stage_weights, strict=True)]
    for section in form.outline.sections:
        if not form.is_stage(section):
            _bands_left_out(section)
    bands = bands_of(node.within("ScoringStrategy"))
    id, title = node.text("EvaluationFormId", needed=True), node.text("Title", needed=True)
    version = node.whole("EvaluationFormVersion", 0)
    if version is None:
        node.wrong("EvaluationFormVersion", "a whole number", node.held.get("EvaluationFormVersion"))
    language = _language(node)
    told.close(id[:80])
    parts = {
        "id": rubric_id(id),
        "version": str(version),
        "language": language,
        "title": words_of(title),
        "words": words_of(node.text("Description")),
        "stages": stages,
        "criteria": criteria,
        "bands": bands,
        "policy": coqs.Policy.named(POLICIES[form.mode]),
    }
    return _checked(form, parts)


def _checked(form: _Form, parts: Mapping[str, Any]) -> coqs.Rubric:
    """Make the rubric; what contradicts itself is told by the paths of the form."""
    paths = [each.question.node.path for each in form.asked]

    def place(found: re.Match[str]) -> str:
        return paths[int(found[1])] + {".when": ".Enablement"}.get(found[2] or "", found[2] or "")

    try:
        return coqs.Rubric(**parts)
    except coqs.RubricError as error:
        message = re.sub(r"\bcriteria\[(\d+)\](\.\w+)?", place, error.message)
        raise coqs.RubricError(message, rubric=parts["id"], criterion=error.criterion) from None


def _criterion(form: _Form, asked: _Asked, weight: Any, conditions: Conditions) -> coqs.Criterion:
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


def _is_bonus(form: _Form, asked: _Asked) -> bool:
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


def _check_most(asked: _Asked, points: Node) -> None:
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


def _gate(form: _Form, asked: _Asked, *, is_bonus: bool) -> coqs.Gate | None:
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


def _taken(form: _Form, asked: _Asked) -> tuple[str, ...]:
    """Return the stages of the section that an automatic fail takes down; none for the whole form."""
    target, node = asked.answers.target, asked.question.node
    if target is None:
        return ()
    found = [each for each in form.outline.sections if each.id == target]
    if not found:
        node.told.refuse(
            node.path, f"must fail a section of the form, got {target[:80]!r}; mend TargetSection"
        )
        return ()
    stages = form.stages_within(found[0])
    held = {each.criterion for each in form.within(found[0])}
    if held != {each.criterion for each in form.asked if each.stage in stages}:
        problem = "must fail a whole section where sections are weighed, got a section within one"
        node.told.refuse(node.path, f"{problem}, {target[:80]!r}; choose the section around it")
    elif not stages:
        node.told.refuse(
            node.path, f"must fail a section with questions, got {target[:80]!r}; mend TargetSection"
        )
    return stages


def _stage(form: _Form, id: str, weight: Any) -> coqs.Stage:
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


def _section(form: _Form, section: Section) -> coqs.FormSection:
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
    return configured.text("FormLanguage") or "en"


READER = coqs.FormReader(
    name="amazon-connect",
    text="Amazon Connect: evaluation forms and contact evaluations, as its interface describes them",
    read_form=read_form,
    read_evaluation=amazon_evaluations.read_evaluation,
)
