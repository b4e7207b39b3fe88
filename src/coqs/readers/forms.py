"""Evaluation forms of other systems: what reads them, and what they become.

A form becomes a rubric with the policy of its system, and beside it what the rubric cannot hold: which
part of theirs became which part of ours, and what was assumed or left out. What would change a number
without a word is refused. Opening files, ratings and scores are the business of `coqs.io`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from coqs.errors import RecordError, RubricError, suggest
from coqs.rubric import Finding, Origin, Rubric
from coqs.rubric.criteria import ERROR_CLASSES


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def _as_tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


@attrs.frozen(slots=True)
class FormChoices:
    """What a form does not say, and the person who brings it must."""

    error_class: str = "compliance"
    """The class of the gates that its automatic fails become."""

    def __attrs_post_init__(self) -> None:
        if self.error_class not in ERROR_CLASSES or self.error_class == "ethics":
            known = [each for each in ERROR_CLASSES if each != "ethics"]
            cure = suggest(str(self.error_class), known)
            raise RubricError(
                f"error_class: must be a class of gates that needs no kind, got another; {cure}"
            )


@attrs.frozen(slots=True)
class FormSection:
    """A section of a form: what of the rubric lies within it, so that its score can be worked out."""

    id: str
    """Its id in their system."""
    title: str
    parent: str | None = None
    """The id of the section around it."""
    stages: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """The stages that lie wholly within it."""
    criteria: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """The criteria of its questions, those of sections within it too."""


@attrs.frozen(slots=True)
class FormQuestion:
    """A question of a form that became a criterion."""

    id: str
    """Its id in their system."""
    criterion: str
    answers: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_as_tuple)
    """Their id of each answer option, and the level or option that it became; none of a numeric one."""


@attrs.frozen(slots=True, kw_only=True, repr=False)
class ImportedForm:
    """A rubric that was made of another system's form, and what is to be known of that."""

    rubric: Rubric
    findings: tuple[Finding, ...] = attrs.field(default=(), converter=_as_tuple)
    """What was assumed (F1xx), left out (F2xx) or is not known (F3xx), each with its JSON path."""
    sections: tuple[FormSection, ...] = attrs.field(default=(), converter=_as_tuple)
    """The sections in the form's order, those around others first."""
    questions: tuple[FormQuestion, ...] = attrs.field(default=(), converter=_as_tuple)
    left_out: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """Their ids of the questions that became no criterion, since they cannot score."""
    critical: Rubric | None = None
    """The same rubric with only the critical questions scored, where the system tells such a score."""

    def __repr__(self) -> str:
        return (
            f"<ImportedForm {self.rubric.id!r} version {self.rubric.version!r}: "
            f"{len(self.questions)} questions in {len(self.sections)} sections, "
            f"{len(self.left_out)} left out, {len(self.findings)} findings>"
        )


@attrs.frozen(slots=True)
class PrintedScore:
    """What the other system prints for an item of an evaluation."""

    item: str | None
    """Their id of the section or question; None for the whole form."""
    share: float | None
    """The score as a share; None where they print none."""
    not_applicable: bool = False
    automatic_fail: bool = False
    """Whether it, or an item within it, was failed automatically."""


@attrs.frozen(slots=True, kw_only=True, repr=False)
class FormEvaluation:
    """One evaluation as plain values: what a form reader makes of another system's record."""

    id: str
    """Their id of the evaluation."""
    interaction: str
    rater: str | None = None
    provider: str | None = None
    answers: Mapping[str, Any] = attrs.field(factory=dict)
    """Criterion to level id, number, option ids as "a|b", or the name of an absence; else unanswered."""
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    printed: tuple[PrintedScore, ...] = attrs.field(default=(), converter=_as_tuple)
    findings: tuple[Finding, ...] = attrs.field(default=(), converter=_as_tuple)

    def __repr__(self) -> str:
        return f"<FormEvaluation {self.id!r}: {len(self.answers)} answers, {len(self.printed)} scores>"


ReadForm = Callable[[Mapping[str, Any], FormChoices], ImportedForm]
ReadEvaluation = Callable[[Mapping[str, Any], ImportedForm], FormEvaluation]


@attrs.frozen(kw_only=True)
class FormReader:
    """A way to read the evaluation forms of another system, and perhaps its evaluations.

    Offered by a plugin on the hook `coqs_forms`; `coqs.read_form` and `coqs.read_evaluations` apply it.
    """

    name: str = attrs.field(validator=attrs.validators.instance_of(str))
    """What it is asked for by, such as ``amazon-connect``: without a slash."""
    text: str = attrs.field(validator=attrs.validators.instance_of(str))
    """What it reads, in a line for people."""
    read_form: ReadForm = attrs.field(repr=False, validator=attrs.validators.is_callable())
    """Makes a rubric of a JSON object, which may be an evaluation that holds its form; `coqs.RubricError`
    names by its path all that cannot be carried."""
    read_evaluation: ReadEvaluation | None = attrs.field(
        default=None, repr=False, validator=attrs.validators.optional(attrs.validators.is_callable())
    )
    """Takes the answers and the printed scores out of a JSON object; None where it knows no evaluations."""
    origin: Origin | None = attrs.field(default=None, eq=False)
    """The plugin that it came from; written by the manager."""

    @name.validator
    def _check_name(self, _: Any, name: str) -> None:
        if not name.strip() or os.sep in name or "/" in name:
            problem = "form reader: name must be a text without a slash"
            raise RecordError(f"{problem}, got {name[:40]!r}; rename it")
