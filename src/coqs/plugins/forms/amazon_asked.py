"""An Amazon Connect form on its way to a rubric: which question becomes a criterion, of which stage."""

from __future__ import annotations

from typing import Any

import attrs

from coqs.plugins.forms.amazon_outline import Outline, Question, Section
from coqs.plugins.forms.amazon_scales import Answers, answers_of
from coqs.plugins.forms.amazon_weights import SECTIONS
from coqs.plugins.forms.document import Node, Told
from coqs.plugins.forms.ids import RESERVED, plain_id

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
class Asked:
    """A question that becomes a criterion."""

    question: Question
    criterion: str
    stage: str
    answers: Answers


@attrs.define
class Form:
    """A form on its way to a rubric."""

    node: Node
    choices: Any
    outline: Outline
    mode: str
    is_scored: bool
    asked: list[Asked] = attrs.field(factory=list)
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
            self.asked.append(Asked(question, criterion, stage_of[holder.id], answers))

    def _leave_out(self, question: Question) -> None:
        self.left_out.append(question.id)
        message = "is left out: a text, a date, or a number without ranges, which cannot score"
        self.told.mention("F201", question.node.path, message, "nothing to do")

    def within(self, section: Section) -> list[Asked]:
        """Return what is asked within a section and the sections in it."""
        return [each for each in self.asked if section in each.question.section.around]

    def stages_within(self, section: Section) -> tuple[str, ...]:
        """Return the stages that lie wholly within a section."""
        return tuple(id for id, holder in self.stages.items() if section in holder.around)

    def is_stage(self, section: Section) -> bool:
        """Tell whether a section, with all that is in it, is one stage."""
        return [self.stages[id] for id in self.stages_within(section)] == [section]


def _close_question(question: Question) -> None:
    node, configured = question.node, question.configured
    node.flag("NotApplicableEnabled")
    node.close(QUESTION_KEYS, ("MetricConfiguration",))
    configured.flag("IsExcludedFromScoring")
    configured.close(("PointsConfiguration", "IsExcludedFromScoring", "ScoreThresholds"))
    points = configured.within("PointsConfiguration")
    if points is not None:
        points.close(("MaxPointValue", "MinPointValue", "IsBonus"))
