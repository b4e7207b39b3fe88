"""Loaded plugins as one frozen value, with a typed method for each hook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import attrs

from coqs.errors import NotFoundError, PluginContractError
from coqs.interactions import Interactions
from coqs.manager.calling import Answer, call, rated_columns
from coqs.manager.discovery import Candidate, PluginInfo
from coqs.manager.registry import Implementation
from coqs.readers import Reader
from coqs.results import Problem
from coqs.rubric import Rubric


@attrs.frozen(repr=False, eq=False)
class Plugins:
    """Plugins as they were loaded. Made by `coqs.load_plugins`."""

    _infos: tuple[PluginInfo, ...]
    _raters: Mapping[str, Implementation]
    _rubrics: Mapping[str, Rubric]
    _readers: Mapping[str, Reader]
    _clashes: Mapping[tuple[str, str], tuple[Candidate, ...]]
    problems: tuple[Problem, ...]
    """What went wrong while plugins gave their rubrics and readers."""
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
        self._check_claimed_once("rubric", rubric_id)
        if rubric_id not in self._rubrics:
            raise NotFoundError("rubric", rubric_id, self._rubrics, where=self._why_lacking())
        return self._rubrics[rubric_id]

    def readers(self) -> Mapping[str, Reader]:
        """Give the readers by name, sorted; a name that two plugins claim is left out."""
        return MappingProxyType(dict(self._readers))

    def reader(self, name: str) -> Reader:
        """Give the reader of this name.

        Raises
        ------
        NotFoundError
            No plugin that is loaded offers it.
        PluginContractError
            More than one plugin does; the message names their distributions.
        """
        self._check_claimed_once("reader", name)
        if name not in self._readers:
            raise NotFoundError("reader", name, self._readers, where=self._why_lacking())
        return self._readers[name]

    def _check_claimed_once(self, kind: str, name: str) -> None:
        if (kind, name) in self._clashes:
            raise clash(kind, name, self._clashes[kind, name])

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
        """Say which plugins may be why a rubric or a reader is missing."""
        absent = {problem.plugin: "had a problem" for problem in self.problems}
        absent |= {info.name: info.state for info in self._infos if not info.hooks and info.state != "loaded"}
        return f"plugins ({', '.join(f'{name} {absent[name]}' for name in sorted(absent))})" if absent else ""


def clash(kind: str, name: str, owners: Sequence[Candidate]) -> PluginContractError:
    """Say which plugins, of which distributions, claim one rubric id or one name of a reader."""
    who = " and ".join(f"{each.name!r} ({each.source})" for each in owners)
    names = " or ".join(repr(each.name) for each in owners)
    return PluginContractError(
        f"{kind} {name!r}: must come from one plugin, got {who}; block {names}",
        plugin=owners[0].name,
        hook=f"coqs_{kind}s",
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([names] if isinstance(names, str) else names))


def _ask(rater: Implementation, interactions: Interactions, rubric: Rubric, *, strict: bool) -> Answer:
    outcome = call(rater, rated_columns, interactions=interactions, rubric=rubric)
    return Answer(rater.plugin, outcome.value, outcome.problem(strict=strict))
