"""When an Amazon Connect question is asked: conditional enablement as a condition of a rubric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

import coqs
from coqs.plugins.forms.amazon_outline import Question
from coqs.plugins.forms.document import Node, shown

DEEPEST = 20
"""Conditions within conditions; nobody reads more, and Python's stack ends somewhere."""
ACTIONS = ("ENABLE", "DISABLE")
SETS = ("IN", "NOT_IN", "ALL_IN", "EXACT")
COMPARED = (
    "GREATER_THAN",
    "LESS_THAN",
    "GREATER_THAN_OR_EQUAL_TO",
    "LESS_THAN_OR_EQUAL_TO",
    "EQUAL_TO",
    "NOT_EQUAL_TO",
)
OUTSIDE = ("CONTACT", "EVALUATION_METADATA", "FORM_METADATA", "AI_METRICS")
SOURCE_KEYS = (
    "Type",
    "RefId",
    "ContactField",
    "ContactAttributeKey",
    "SegmentAttributeKey",
    "EvaluationMetadataField",
    "AiMetricsField",
)
VALUE_KEYS = ("Type", "RefId", "StringValue", "NumericValue", "BooleanValue", "DateTimeValue")
BEYOND = "a rubric's conditions read choices among options"


@attrs.frozen
class Source:
    """A question that a condition may read."""

    criterion: str
    answers: Mapping[str, str]
    """Their id of each option to ours."""
    several: bool


@attrs.frozen
class Conditions:
    """What makes conditions of a form's enablement."""

    sources: Mapping[str, Source]
    """By their id of the question."""

    def of(self, question: Question) -> Any:
        """Return when a question is asked: its own condition, and those of the sections around it."""
        nodes = [each.node for each in question.section.around][::-1]
        found = [self._enabled(node) for node in (*nodes, question.node)]
        parts = tuple(each for each in found if each is not None)
        if len(parts) > 1:
            return coqs.rubric.Every(parts)
        return parts[0] if parts else None

    def _enabled(self, holder: Node) -> Any:
        node = holder.within("Enablement")
        if node is None:
            return None
        node.close(("Condition", "Action", "DefaultAction"))
        action = node.choice("Action", ACTIONS, needed=True)
        otherwise = node.choice("DefaultAction", ACTIONS)
        condition = node.within("Condition")
        if condition is None:
            node.told.refuse(node.at("Condition"), "must say the condition, got none; add it")
            return None
        held = self._condition(condition, 0)
        if not otherwise:
            message = "is not said; it is taken as the opposite of Action"
            node.told.mention("F105", node.at("DefaultAction"), message, "say it in the form")
        elif otherwise == action:
            problem = "must be the opposite of Action, got the same, which always holds; drop the enablement"
            node.told.refuse(node.at("DefaultAction"), problem)
        return coqs.rubric.Negation(held) if action == "DISABLE" and held is not None else held

    def _condition(self, node: Node, depth: int) -> Any:
        node.close(("Operands", "Operator"))
        operator = node.choice("Operator", ("OR", "AND"))
        if depth > DEEPEST:
            node.told.refuse(
                node.path, f"must not lie more than {DEEPEST} conditions deep, got more; simplify it"
            )
            return None
        operands = list(node.items("Operands", needed=True))
        parts = [part for part in (self._operand(each, depth) for each in operands) if part is not None]
        if not operands:
            node.told.refuse(node.at("Operands"), "must hold an operand or more, got none; add one")
        elif len(operands) > 1 and not operator:
            node.told.refuse(
                node.at("Operator"), "must be given with several operands, got none; say OR or AND"
            )
        if len(parts) < 2:
            return parts[0] if parts else None
        return (coqs.rubric.Every if operator == "AND" else coqs.rubric.Some)(tuple(parts))

    def _operand(self, node: Node, depth: int) -> Any:
        node.close(("Expression", "Condition"))
        expression, condition = node.within("Expression"), node.within("Condition")
        if (expression is None) == (condition is None):
            node.told.refuse(
                node.path, "must hold either an expression or a condition, got both or none; mend it"
            )
            return None
        if expression is not None:
            return self._expression(expression)
        return self._condition(condition, depth + 1) if condition is not None else None

    def _expression(self, node: Node) -> Any:
        node.close(("Source", "Values", "Comparator"))
        comparator = node.choice("Comparator", (*SETS, *COMPARED), needed=True)
        source, said = self._source(node), self._values(node)
        if source is None or said is None or not comparator:
            return None
        if comparator in COMPARED:
            node.told.refuse(
                node.at("Comparator"), f"must compare sets of options, got {comparator}; {BEYOND}"
            )
            return None
        ids = self._options(node, source, said)
        return None if ids is None else _compared(source, ids, comparator, node)

    def _source(self, node: Node) -> Source | None:
        source = node.within("Source")
        if source is None:
            node.told.refuse(node.at("Source"), "must say what is read, got nothing; add it")
            return None
        source.close(SOURCE_KEYS)
        kind = source.choice("Type", ("QUESTION_REF_ID", *OUTSIDE), needed=True)
        if kind in OUTSIDE:
            problem = f"must be QUESTION_REF_ID, got {kind}; what stands outside of the form is in no answer"
            source.told.refuse(source.at("Type"), f"{problem}: drop the condition from a copy of the form")
        if kind != "QUESTION_REF_ID":
            return None
        id = source.text("RefId", needed=True)
        if id not in self.sources:
            problem = "must be a single or multiple selection of the form"
            source.told.refuse(source.at("RefId"), f"{problem}, got {shown(id)}; mend the reference")
        return self.sources.get(id)

    def _values(self, node: Node) -> list[Node] | None:
        values = list(node.items("Values", needed=True))
        for each in values:
            each.close(VALUE_KEYS)
            kind = each.text("Type", needed=True)
            if kind != "OPTION_REF_ID":
                each.told.refuse(each.at("Type"), f"must be OPTION_REF_ID, got another; {BEYOND}")
                return None
        if not values:
            node.told.refuse(node.at("Values"), "must hold an option or more, got none; add one")
        return values or None

    def _options(self, node: Node, source: Source, values: list[Node]) -> tuple[str, ...] | None:
        ids = [each.text("RefId", needed=True) for each in values]
        for each, id in zip(values, ids, strict=True):
            if id not in source.answers:
                problem = f"must be an option of the question that is read, got {shown(id)}"
                node.told.refuse(each.at("RefId"), f"{problem}; mend the reference")
        if any(id not in source.answers for id in ids):
            return None
        return tuple(dict.fromkeys(source.answers[id] for id in ids))


def _compared(source: Source, ids: tuple[str, ...], comparator: str, node: Node) -> Any:
    """Return the condition that a comparison of sets of options is."""
    read = coqs.rubric.CriterionIn
    found = read(source.criterion, ids)
    match comparator:
        case "IN":
            return found
        case "NOT_IN":
            return coqs.rubric.Negation(found)
    if not source.several and len(ids) > 1:
        problem = f"must name one option of a single selection with {comparator}, got {len(ids)}; mend it"
        node.told.refuse(node.at("Values"), problem)
        return None
    if comparator == "ALL_IN" and source.several:
        message = "is not documented; ALL_IN is taken to hold where all options that it names are chosen"
        node.told.note("F111", node.at("Comparator"), message, "compare with evaluations")
    parts: list[Any] = [read(source.criterion, (id,)) for id in ids]
    others = tuple(id for id in source.answers.values() if id not in ids)
    if comparator == "EXACT" and source.several and others:
        parts.append(coqs.rubric.Negation(read(source.criterion, others)))
    return parts[0] if len(parts) == 1 else coqs.rubric.Every(tuple(parts))
