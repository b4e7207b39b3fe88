"""The answers of a Genesys Cloud question: which scale they are, and what they earn."""

from __future__ import annotations

from typing import Any

import attrs

import coqs
from coqs.plugins.forms.document import Node, words_of
from coqs.plugins.forms.ids import answer_id

CHOICE, SEVERAL = "multipleChoiceQuestion", "multipleSelectQuestion"
UNSCORED = ("freeTextQuestion", "npsQuestion", "readOnlyTextBlockQuestion")
TYPES = (CHOICE, SEVERAL, *UNSCORED)
OPTION_KEYS = ("id", "contextId", "builtInType", "text", "value")
OPTION_PASSED = ("assistanceConditions",)
SELECTED, UNSELECTED = "Selected", "Unselected"
QUESTION_KEYS = (
    "id",
    "contextId",
    "text",
    "helpText",
    "type",
    "naEnabled",
    "visibilityCondition",
    "answerOptions",
    "multipleSelectOptionQuestions",
    "isKill",
    "isCritical",
)
QUESTION_PASSED = ("commentsRequired", "defaultAnswer", "automatedScoringFocus")
"""Members of a question, and of an option of a multiple select, which is a question of its own."""


@attrs.frozen
class Answers:
    """What a question can be answered with."""

    scale: Any
    ids: tuple[tuple[str, str], ...]
    """Their id of each answer, and ours."""
    below_best: tuple[str, ...] = ()
    """Our ids of the answers below the highest; none of several choices."""

    @property
    def order(self) -> tuple[str, ...]:
        """Our ids in the order in which conditions count the answers."""
        return tuple(id for _, id in self.ids)


def answers_of(node: Node) -> Answers | None:
    """Return what a question can be answered with; None where it cannot score, or is refused."""
    kind = node.choice("type", TYPES, needed=True)
    if kind in UNSCORED:
        node.told.mention("F201", node.path, f"is left out: a {kind} cannot score", "nothing to do")
    if kind == CHOICE:
        return _single(node)
    return _several(node) if kind == SEVERAL else None


def _single(node: Node) -> Answers | None:
    options = list(node.items("answerOptions", needed=True))
    if len(options) < 2:
        node.told.refuse(node.at("answerOptions"), "must hold two answers or more, got fewer; add them")
        return None
    values = [_value(each) for each in options]
    known = [each for each in values if each is not None]
    if len(known) < len(values):
        return None
    if max(known) <= 0 or len(set(known)) == 1:
        problem = "must have an answer that earns more than another, and more than 0, got none"
        node.told.refuse(node.at("answerOptions"), f"{problem}; no share can be taken of such points")
        return None
    ids = _ids(options)
    levels = [
        coqs.Level(id, value, words=words_of(each.text("text")))
        for each, value, (_, id) in zip(options, known, ids, strict=True)
    ]
    below = tuple(id for (_, id), value in zip(ids, known, strict=True) if value < max(known))
    return Answers(coqs.rubric.SingleChoice(levels), ids, below)


def _value(option: Node) -> int | None:
    option.close(OPTION_KEYS, OPTION_PASSED)
    value = option.whole("value")
    if value is None and not option.said("value"):
        option.told.refuse(option.at("value"), "must be given, got nothing; say what the answer earns")
    return value


def _several(node: Node) -> Answers | None:
    choices = list(node.items("multipleSelectOptionQuestions", needed=True))
    values = [_worth(each) for each in choices]
    known = [each for each in values if each is not None]
    if not choices or len(known) < len(values):
        if not choices:
            problem = "must hold an option or more, got none; add one"
            node.told.refuse(node.at("multipleSelectOptionQuestions"), problem)
        return None
    ids = _ids(choices)
    options = [
        coqs.Option(id, value, words=words_of(each.text("text")))
        for each, value, (_, id) in zip(choices, known, ids, strict=True)
    ]
    return Answers(coqs.rubric.SeveralChoice(options), ids)


def _worth(choice: Node) -> int | None:
    """Return what choosing an option adds; what makes it a question of its own is refused."""
    choice.close(QUESTION_KEYS, QUESTION_PASSED)
    told = choice.told
    for key in ("naEnabled", "isKill", "isCritical", "visibilityCondition"):
        if choice.held.get(key):
            problem = "must be left out of an option of several choices, got it; no rubric carries it"
            told.refuse(choice.at(key), f"{problem}: ask it as a question of its own")
    built_in = {
        each.choice("builtInType", (SELECTED, UNSELECTED)): each for each in choice.items("answerOptions")
    }
    if set(built_in) != {SELECTED, UNSELECTED}:
        told.refuse(
            choice.at("answerOptions"), "must hold Selected and Unselected, got others; mend the form"
        )
        return None
    worth, unchosen = _value(built_in[SELECTED]), _value(built_in[UNSELECTED])
    if unchosen:
        problem = f"must be 0 where an option is not selected, got {unchosen}; no rubric carries it"
        told.refuse(built_in[UNSELECTED].at("value"), f"{problem}: ask it as a question of its own")
    if worth is not None and worth < 0:
        problem = f"must be at least 0, got {worth}; what it takes from the most is not documented"
        told.refuse(built_in[SELECTED].at("value"), f"{problem}: ask it as a question of its own")
    return worth


def _ids(options: list[Node]) -> tuple[tuple[str, str], ...]:
    taken: set[str] = set()
    found = [(each.text("id") or each.text("text")) for each in options]
    for each, id in zip(options, found, strict=True):
        if not id or found.count(id) > 1:
            each.told.refuse(
                each.at("id"), "must be given, and unique in its question, got another; mend the form"
            )
    lasting = [each.text("contextId") or id for each, id in zip(options, found, strict=True)]
    return tuple((id, answer_id(name, taken)) for id, name in zip(found, lasting, strict=True))
