"""When a Genesys Cloud question is visible, as a condition of a rubric."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

import coqs
from coqs.plugins.forms.document import Node

_WHOLE = re.compile(r"/form/questionGroup/(\d{1,6})/question/(\d{1,6})/answer/(\d{1,6})")
_WITHIN = re.compile(r"\.\./question/(\d{1,6})/answer/(\d{1,6})")


@attrs.frozen
class Conditions:
    """What makes conditions of predicates, which name answers by their places in the form, from 0."""

    grid: Sequence[Sequence[str | None]]
    """By group and question the criterion, where it became one."""
    orders: Mapping[str, Sequence[str]]
    """By criterion our ids of its answers, in the form's order."""

    def of(self, group: Node, question: Node) -> Any:
        """Return when a question is asked: its own condition, and that of its group."""
        place = int(re.findall(r"questionGroups\[(\d+)\]", group.path)[-1])
        parts = [part for each in (group, question) if (part := self._visible(each, place)) is not None]
        if len(parts) > 1:
            return coqs.rubric.Every(tuple(parts))
        return parts[0] if parts else None

    def _visible(self, holder: Node, group: int) -> Any:
        node = holder.within("visibilityCondition")
        if node is None:
            return None
        node.close(("combiningOperation", "predicates"))
        operation = node.choice("combiningOperation", ("AND", "OR"))
        predicates = node.values("predicates", needed=True)
        parts = [
            part
            for place, each in enumerate(predicates)
            if (part := self._answer(node, f"predicates[{place}]", each, group)) is not None
        ]
        if len(predicates) > 1 and not operation:
            node.told.refuse(
                node.at("combiningOperation"), "must be given with several predicates; say AND or OR"
            )
        if len(parts) < 2:
            return parts[0] if parts else None
        return (coqs.rubric.Every if operation == "AND" else coqs.rubric.Some)(tuple(parts))

    def _answer(self, node: Node, key: str, predicate: Any, group: int) -> Any:
        found = self._places(predicate, group)
        if found is None:
            problem = "must be the path of an answer, such as /form/questionGroup/0/question/1/answer/0"
            node.told.refuse(node.at(key), f"{problem}, got another value; mend the form")
            return None
        at, question, answer = found
        row = self.grid[at] if at < len(self.grid) else ()
        criterion = row[question] if question < len(row) else None
        order = self.orders[criterion] if criterion is not None else ()
        if criterion is None or answer >= len(order):
            problem = "must be an answer of a choice in the form, got one that is not there"
            node.told.refuse(node.at(key), f"{problem}; mend the reference")
            return None
        return coqs.rubric.CriterionIn(criterion, (order[answer],))

    def _places(self, predicate: Any, group: int) -> tuple[int, int, int] | None:
        if not isinstance(predicate, str):
            return None
        if whole := _WHOLE.fullmatch(predicate):
            return int(whole[1]), int(whole[2]), int(whole[3])
        if within := _WITHIN.fullmatch(predicate):
            return group, int(within[1]), int(within[2])
        return None
