"""The outline of an Amazon Connect form: its sections and questions, flat, each with what is around it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from coqs.plugins.forms.document import Node, Told, shown

MOST_ITEMS = 1000
"""Sections and questions of a form; theirs allows 100 each, and nobody answers a thousand questions."""
SECTION_KEYS = (
    "Title",
    "RefId",
    "Instructions",
    "Items",
    "Weight",
    "IsExcludedFromScoring",
    "ScoreThresholds",
    "Enablement",
)


@attrs.frozen(eq=False)
class Section:
    """A section, or one within a section."""

    id: str
    node: Node
    parent: Section | None

    @property
    def around(self) -> Iterator[Section]:
        """It, and the section around it."""
        yield self
        if self.parent is not None:
            yield from self.parent.around

    @property
    def top(self) -> Section:
        """The section of the first level that it is, or is in."""
        return self if self.parent is None else self.parent.top

    @property
    def is_excluded(self) -> bool:
        """Whether it, or what is around it, is left out of scoring."""
        return any(each.node.held.get("IsExcludedFromScoring") is True for each in self.around)


@attrs.frozen(eq=False)
class Question:
    """A question, and the section that it stands in."""

    id: str
    node: Node
    section: Section

    @property
    def configured(self) -> Node:
        """Its scoring configuration, empty where there is none."""
        found = self.node.within("ScoringConfiguration")
        return found or Node({}, self.node.at("ScoringConfiguration"), self.node.told)

    @property
    def is_excluded(self) -> bool:
        """Whether it is left out of scoring, by itself or with its section."""
        return self.section.is_excluded or self.configured.held.get("IsExcludedFromScoring") is True


@attrs.frozen(eq=False)
class Outline:
    """All sections and all questions, in the order of the form."""

    sections: list[Section] = attrs.field(factory=list)
    questions: list[Question] = attrs.field(factory=list)

    @classmethod
    def of(cls, form: Node) -> Outline:
        """Walk the items of a form."""
        found = cls()
        found._add(form, None)
        _refuse_repeated(found, form.told)
        return found

    def _add(self, holder: Node, around: Section | None) -> None:
        for item in holder.items("Items", needed=True):
            item.close(("Section", "Question"))
            if len(self.sections) + len(self.questions) >= MOST_ITEMS:
                item.told.refuse(
                    item.path, f"must be one of at most {MOST_ITEMS} items, got more; split the form"
                )
                return
            if item.said("Section") == item.said("Question"):
                item.told.refuse(
                    item.path, "must hold either a section or a question, got both or none; mend it"
                )
                continue
            section, question = item.within("Section"), item.within("Question")
            if section is not None:
                self._add_section(section, around)
            elif question is not None:
                self._add_question(question, around)

    def _add_section(self, node: Node, around: Section | None) -> None:
        if around is not None and around.parent is not None:
            problem = "must not be a section within a section within a section, got one; two levels are known"
            node.told.refuse(node.path, problem)
            return
        found = Section(node.text("RefId", needed=True), node, around)
        node.flag("IsExcludedFromScoring")
        node.close(SECTION_KEYS)
        self.sections.append(found)
        self._add(node, found)

    def _add_question(self, node: Node, around: Section | None) -> None:
        if around is None:
            node.told.refuse(node.path, "must stand in a section, got a question outside of any; move it")
            return
        self.questions.append(Question(node.text("RefId", needed=True), node, around))


def _refuse_repeated(found: Outline, told: Told) -> None:
    seen: set[str] = set()
    parts: list[Section | Question] = [*found.sections, *found.questions]
    for each in parts:
        if each.id and each.id in seen:
            told.refuse(each.node.at("RefId"), f"must be unique, got {shown(each.id)} again; rename one")
        seen.add(each.id)
