"""Loaded plugins as one frozen value, with a typed method for each hook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from coqs.errors import NotFoundError
from coqs.interactions import Interactions
from coqs.manager.calling import Answer, call, rated_columns
from coqs.manager.declared import clash, kind_of
from coqs.manager.discovery import Candidate, PluginInfo
from coqs.manager.registry import Implementation
from coqs.readers import FormReader, Reader
from coqs.results import Problem
from coqs.rubric import Policy, Rubric
from coqs.rubric.questionnaire import Questionnaire


@attrs.frozen(repr=False, eq=False)
class Plugins:
    """Plugins as they were loaded. Made by `coqs.load_plugins`."""

    _infos: tuple[PluginInfo, ...]
    _raters: Mapping[str, Implementation]
    _declared: Mapping[str, Mapping[str, Any]]
    """The word of a kind (rubric, policy, …) to what one plugin alone declares, by id or name."""
    _clashes: Mapping[str, Mapping[str, tuple[Candidate, ...]]]
    """The same words to the ids and names that more than one plugin claims."""
    problems: tuple[Problem, ...]
    """What went wrong while plugins gave what they declare."""
    strict: bool
    """Whether a plugin that raises stops the call."""

    def __repr__(self) -> str:
        return f"Plugins({', '.join(f'{info.name} {info.state}' for info in self._infos)})"

    def listing(self) -> tuple[PluginInfo, ...]:
        """List every plugin, loaded or not, by name."""
        return self._infos

    def rubrics(self) -> Mapping[str, Rubric]:
        """Give the rubrics by id, sorted; an id that two plugins claim is left out."""
        return MappingProxyType(dict(self._declared["rubric"]))

    def rubric(self, rubric_id: str) -> Rubric:
        """Give the rubric of this id.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        found: Rubric = self._found("rubric", rubric_id)
        return found

    def policies(self) -> Mapping[str, Policy]:
        """Give the policies by name, the built-in ones first, then the plugins', sorted.

        A name that two plugins claim is left out.
        """
        built_in = {name: Policy.named(name) for name in Policy.names()}
        return MappingProxyType(built_in | dict(self._declared["policy"]))

    def policy(self, name: str) -> Policy:
        """Give the policy of this name: a built-in one, or a plugin's.

        Raises
        ------
        NotFoundError
            It is not built in, and no plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        found: Policy = self._found("policy", name, self.policies())
        return found

    def questionnaires(self) -> Mapping[str, Questionnaire]:
        """Give the questionnaires by id, sorted; an id that two plugins claim is left out."""
        return MappingProxyType(dict(self._declared["questionnaire"]))

    def questionnaire(self, questionnaire_id: str) -> Questionnaire:
        """Give the questionnaire of this id.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        found: Questionnaire = self._found("questionnaire", questionnaire_id)
        return found

    def readers(self) -> Mapping[str, Reader]:
        """Give the readers by name, sorted; a name that two plugins claim is left out."""
        return MappingProxyType(dict(self._declared["reader"]))

    def reader(self, name: str) -> Reader:
        """Give the reader of this name.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        found: Reader = self._found("reader", name)
        return found

    def forms(self) -> Mapping[str, FormReader]:
        """Give the readers of forms by name, sorted; a name that two plugins claim is left out."""
        return MappingProxyType(dict(self._declared["form"]))

    def form(self, name: str) -> FormReader:
        """Give the reader of forms of this name.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        found: FormReader = self._found("form", name)
        return found

    def _found(self, what: str, key: str, known: Mapping[str, Any] | None = None) -> Any:
        known, clashes = self._declared[what] if known is None else known, self._clashes[what]
        if key in clashes:
            raise clash(kind_of(what), key, clashes[key])
        if key not in known:
            raise NotFoundError(kind_of(what).noun, key, known, where=self._why_lacking())
        return known[key]

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

    def _why_lacking(self) -> str:
        """Say which plugins may be why something is missing."""
        absent = {problem.plugin: "had a problem" for problem in self.problems}
        absent |= {info.name: info.state for info in self._infos if not info.hooks and info.state != "loaded"}
        return f"plugins ({', '.join(f'{name} {absent[name]}' for name in sorted(absent))})" if absent else ""


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([names] if isinstance(names, str) else names))


def _ask(rater: Implementation, interactions: Interactions, rubric: Rubric, *, strict: bool) -> Answer:
    outcome = call(rater, rated_columns, interactions=interactions, rubric=rubric)
    return Answer(rater.plugin, outcome.value, outcome.problem(strict=strict))
