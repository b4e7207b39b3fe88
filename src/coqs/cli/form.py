"""A rubric as a form that a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from coqs.cli.text import aligned
from coqs.errors import NotFoundError
from coqs.model import Words
from coqs.rubric import (
    Condition,
    Criterion,
    CriterionIn,
    Every,
    FactBetween,
    FactIn,
    Level,
    Negation,
    Numeric,
    Option,
    Rubric,
    SeveralChoice,
    Some,
)


def form_lines(rubric: Rubric, language: str | None = None) -> Iterator[str]:
    """Yield the lines of the form; texts without a translation stand as they were written."""
    spoken = rubric.languages
    if language is not None and language not in spoken:
        raise NotFoundError("language", language, spoken, where=f"rubric {rubric.id!r}")
    chosen = language or rubric.language
    yield from _head(rubric, spoken, chosen)
    number = 0
    for stage in rubric.stages:
        mark = f", pass mark {stage.pass_mark}" if stage.pass_mark is not None else ""
        yield ""
        yield f"{stage.id.upper()}: weight {stage.weight}{mark}; {stage.words.in_language(chosen)}"
        for criterion in rubric.criteria:
            if criterion.stage == stage.id:
                number += 1
                yield ""
                yield from _criterion(number, criterion, chosen)


def _head(rubric: Rubric, spoken: Sequence[str], language: str) -> Iterator[str]:
    yield f"{rubric.id} {rubric.version}: {rubric.title.in_language(language)}"
    if rubric.words:
        yield rubric.words.in_language(language)
    mark = "none" if rubric.pass_mark is None else str(rubric.pass_mark)
    policy = rubric.policy.name if rubric.policy else "coqs"
    yield f"pass mark {mark}; policy {policy}; languages {', '.join(spoken)}"
    if rubric.origin:
        source = f"{rubric.origin.distribution or 'the application'} {rubric.origin.version or ''}".rstrip()
        yield f"from plugin {rubric.origin.plugin} of {source}"
    yield f"scoring {rubric.fingerprint.scoring}"
    yield f"content {rubric.fingerprint.content}"
    if rubric.facts:
        yield ""
        yield "FACTS"
        yield from aligned(
            [[each.id, ", ".join(each.values) or each.kind] for each in rubric.facts], indent="  "
        )
    if rubric.sets:
        yield ""
        yield "CUSTOMER SETS"
        yield from aligned([[each.id, each.words.in_language(language)] for each in rubric.sets], indent="  ")


def _criterion(number: int, criterion: Criterion, language: str) -> Iterator[str]:
    yield f"{number}. {criterion.id}: {_said(criterion.words, language)}"
    for remark in _remarks(criterion):
        yield f"     {remark}"
    scale = criterion.scale
    answers: tuple[Level, ...] | tuple[Option, ...]
    answers = scale.options if isinstance(scale, SeveralChoice) else scale.levels
    yield from aligned([_answer(each, language) for each in answers], indent="     - ")


def _said(words: Words, language: str) -> str:
    return words.in_language(language) or "(no text)"


def _remarks(criterion: Criterion) -> Iterator[str]:
    """Yield what is special about a criterion, in words."""
    kinds = [f"weight {criterion.weight}"]
    flags = ("record_only", "bonus", "irreversible")
    kinds += [flag.replace("_", " ") for flag in flags if getattr(criterion, flag)]
    kinds.append(f"controlled by {criterion.controlled_by}")
    yield "; ".join(kinds)
    if criterion.applies_to:
        yield f"asked of {', '.join(criterion.applies_to)}"
    if criterion.when is not None:
        yield f"asked when {_condition(criterion.when)}"
    if criterion.gate:
        kind = f" ({criterion.gate.kind})" if criterion.gate.kind else ""
        down = f", takes down {' and '.join(criterion.gate.stages)}" if criterion.gate.stages else ""
        yield f"gate {criterion.gate.error_class}{kind} on {' or '.join(criterion.gate.on)}{down}"
    if criterion.ideal:
        best = ", ".join(f"{level} where it is {value}" for value, level in criterion.ideal.best)
        points = ", ".join(map(str, criterion.ideal.points))
        yield f"the best level depends on {criterion.ideal.fact}: {best}; points by distance {points}"
    if isinstance(criterion.scale, SeveralChoice):
        yield f"any of these options{_marks(criterion.scale)}"
    elif isinstance(criterion.scale, Numeric):
        yield f"a number{f' of {criterion.scale.unit}' if criterion.scale.unit else ''}"


def _marks(scale: SeveralChoice) -> str:
    marks = {"meets": scale.meets_at, "exceeds": scale.exceeds_at}
    cap = "" if scale.cap is None else f", {scale.cap} points at most"
    return cap + "".join(
        f", {name} from a share of {mark}" for name, mark in marks.items() if mark is not None
    )


def _answer(answer: Level | Option, language: str) -> list[str]:
    points = "" if answer.points is None else f"{answer.points} point{'' if answer.points == 1 else 's'}"
    standing = span = ""
    if isinstance(answer, Level):
        standing = str(answer.standing or "")
        span = _span(answer.low, answer.high)
    return [answer.id, span, points, standing, answer.words.in_language(language)]


def _span(low: Fraction | None, high: Fraction | None) -> str:
    parts = [f"from {low}" if low is not None else "", f"below {high}" if high is not None else ""]
    return " ".join(part for part in parts if part)


def _condition(condition: Condition) -> str:
    match condition:
        case FactIn(fact, values):
            return f"{fact} is {' or '.join(values)}"
        case FactBetween(fact, low, high):
            return f"{fact} is {_span(low, high)}"
        case CriterionIn(criterion, ids):
            return f"the answer to {criterion} is {' or '.join(ids)}"
        case Negation(inner):
            return f"not ({_condition(inner)})"
        case Every(parts):
            return " and ".join(f"({_condition(part)})" for part in parts)
        case Some(parts):
            return " or ".join(f"({_condition(part)})" for part in parts)
