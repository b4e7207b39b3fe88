"""Weights of an Amazon Connect form: on questions, on sections, or on nothing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from coqs.plugins.forms.amazon_outline import Question, Section
from coqs.plugins.forms.amazon_scales import POINTS
from coqs.plugins.forms.document import Node, Told

SECTIONS = "SECTION_ONLY"
HEAVIEST = 100
ONE = Fraction(1)


def weights_of(
    questions: Sequence[Question], stages: Sequence[Section], mode: str, is_scored: bool, told: Told
) -> tuple[list[Fraction], list[Fraction]]:
    """Return the weights of the criteria and of the stages."""
    counted = [each for each in questions if is_scored and not each.is_excluded]
    if mode == POINTS:
        _have_no_effect([*(each.node for each in questions), *(each.node for each in _all(stages))])
        return [ONE] * len(questions), [ONE] * len(stages)
    if mode == SECTIONS:
        _check_even(counted, stages)
        return [ONE] * len(questions), _weighed(
            [each.node for each in stages], _holding(counted, stages), told
        )
    _have_no_effect([each.node for each in _all([question.section for question in questions])])
    return _weighed([each.node for each in questions], {id(each.node) for each in counted}, told), [
        ONE
    ] * len(stages)


def _all(sections: Sequence[Section]) -> list[Section]:
    """Return the sections and those around them, each once."""
    return list(dict.fromkeys(each for section in sections for each in section.around))


def _holding(counted: Sequence[Question], stages: Sequence[Section]) -> set[int]:
    """Return which stages hold a question that counts."""
    return {id(each.node) for each in stages if any(each in question.section.around for question in counted)}


def _have_no_effect(nodes: Sequence[Node]) -> None:
    for node in nodes:
        if node.number("Weight", 0, HEAVIEST) is not None:
            node.told.mention(
                "F203", node.at("Weight"), "has no effect in this scoring mode", "nothing to do"
            )


def _weighed(nodes: Sequence[Node], counted: set[int], told: Told) -> list[Fraction]:
    """Return stated weights, of which all or none must be there, but for what does not count."""
    weights = [node.number("Weight", 0, HEAVIEST) for node in nodes]
    matter = [(node, weight) for node, weight in zip(nodes, weights, strict=True) if id(node) in counted]
    known = [weight for _, weight in matter if weight is not None]
    if matter and not known:
        told.note(
            "F107", matter[0][0].at("Weight"), "no weights are given; all are taken as equal", "give weights"
        )
    elif len(known) < len(matter):
        for node, weight in matter:
            if weight is None:
                node.told.refuse(node.at("Weight"), "must be given, as others are, got nothing; weigh it")
    elif known and sum(known) != HEAVIEST:
        message = f"the weights sum to {float(sum(known)):g}, not {HEAVIEST}; they are taken in proportion"
        told.note("F112", matter[0][0].at("Weight"), message, f"let them sum to {HEAVIEST}")
    return [ONE if weight is None else weight for weight in weights]


def _check_even(counted: Sequence[Question], stages: Sequence[Section]) -> None:
    """Refuse what would weigh the questions of a section unequally: no page says what it means."""
    for stage in stages:
        within = [each for each in counted if stage in each.section.around]
        own = {each.node.number("Weight", 0, HEAVIEST) for each in within}
        if len(own) > 1:
            problem = "must be the same for all questions of a section, whose weight they share evenly"
            stage.node.told.refuse(stage.node.path, f"{problem}, got others; even them out")
        inner = {each for question in within for each in question.section.around if each is not stage}
        for section in sorted(inner, key=lambda each: each.node.path):
            if section.node.number("Weight") is not None:
                problem = (
                    "must be left out of a section within a section, got one; what it means is not documented"
                )
                section.node.told.refuse(section.node.at("Weight"), f"{problem}: drop it")
