"""Loaded plugins as one frozen value, with a typed method for each hook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import attrs

from coqs.errors import NotFoundError, PluginContractError
from coqs.interactions import Interactions
from coqs.manager.calling import Answer, call, rated_columns
from coqs.manager.discovery import Candidate, PluginInfo
from coqs.manager.registry import Implementation
from coqs.results import Problem
from coqs.rubric import Rubric
from coqs.rubric.questionnaire import Questionnaire

T = TypeVar("T")


@attrs.frozen(repr=False, eq=False)
class Plugins:
    """Plugins as they were loaded. Made by `coqs.load_plugins`."""

    _infos: tuple[PluginInfo, ...]
    _raters: Mapping[str, Implementation]
    _rubrics: Mapping[str, Rubric]
    _questionnaires: Mapping[str, Questionnaire]
    _clashes: Mapping[str, Mapping[str, tuple[Candidate, ...]]]
    """rubric or questionnaire to the ids that more than one plugin claims."""
    problems: tuple[Problem, ...]
    """What went wrong while plugins gave their rubrics and questionnaires."""
    strict: bool
    """Whether a plugin that raises stops the call."""

    def __repr__(self) -> str:
        return f"Plugins({', '.join(f'{info.name} {info.state}' for info in self._infos)})"

    def listing(self) -> tuple[PluginInfo, ...]:
        """List every plugin, loaded or not, by name."""
        return self._infos

    def rubrics(self) -> Mapping[str, Rubric]:
        """Give the rubrics by id, sorted; an id that two plugins claim is left out."""
        return MappingProxyType(dict(self._rubrics))

    def rubric(self, rubric_id: str) -> Rubric:
        """Give the rubric of this id.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        return self._found("rubric", rubric_id, self._rubrics)

    def questionnaires(self) -> Mapping[str, Questionnaire]:
        """Give the questionnaires by id, sorted; an id that two plugins claim is left out."""
        return MappingProxyType(dict(self._questionnaires))

    def questionnaire(self, questionnaire_id: str) -> Questionnaire:
        """Give the questionnaire of this id.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        return self._found("questionnaire", questionnaire_id, self._questionnaires)

    def _found(self, what: str, id: str, known: Mapping[str, T]) -> T:
        if id in self._clashes[what]:
            raise clash(what, id, self._clashes[what][id])
        if id not in known:
            raise NotFoundError(what, id, known, where=self._without())
        return known[id]

    def raters(self) -> tuple[str, ...]:
        """Name the plugins that can rate, sorted."""
        return tuple(self._raters)

    def rate(
        self, interactions: Interactions, rubric: Rubric, *, raters: Iterable[str], strict: bool = False
    ) -> tuple[Answer, ...]:
        """Let each of the named plugins rate the batch, in the order of their names here.

        A plugin that raises, or returns what is not `RatedColumns`, has a problem in its answer and
        takes nothing from the others; with `strict`, or where plugins were loaded so, it raises.

        Raises
        ------
        NotFoundError
            A name is not that of a loaded plugin that implements `coqs_rate`. Nothing was called.
        PluginCallError, PluginContractError
            Under ``strict=True``.
        """
        asked = [self._rater(name) for name in _once(raters)]
        strict = strict or self.strict
        return tuple(_ask(rater, interactions, rubric, strict=strict) for rater in asked)

    def _rater(self, name: str) -> Implementation:
        if name not in self._raters:
            raise NotFoundError("rater", name, self._raters, where=self._why_no_rater(name))
        return self._raters[name]

    def _why_no_rater(self, name: str) -> str:
        for info in self._infos:
            if info.name == name and info.hooks:
                return f"plugin {name!r} does not implement coqs_rate"
            if info.name == name:
                return f"plugin {name!r} is not loaded ({info.state})"
        return ""

    def _without(self) -> str:
        """Say which plugins may be why something is missing."""
        absent = {problem.plugin: "had a problem" for problem in self.problems}
        absent |= {info.name: info.state for info in self._infos if not info.hooks and info.state != "loaded"}
        return f"plugins ({', '.join(f'{name} {absent[name]}' for name in sorted(absent))})" if absent else ""


def clash(what: str, id: str, owners: Sequence[Candidate]) -> PluginContractError:
    """Say which plugins, of which distributions, claim one id."""
    who = " and ".join(f"{each.name!r} ({each.source})" for each in owners)
    names = " or ".join(repr(each.name) for each in owners)
    return PluginContractError(
        f"{what} {id!r}: must come from one plugin, got {who}; block {names}",
        plugin=owners[0].name,
        hook=f"coqs_{what}s",
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([names] if isinstance(names, str) else names))


def _ask(rater: Implementation, interactions: Interactions, rubric: Rubric, *, strict: bool) -> Answer:
    outcome = call(rater, rated_columns, interactions=interactions, rubric=rubric)
    return Answer(rater.plugin, outcome.value, outcome.problem(strict=strict))
