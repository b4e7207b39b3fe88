"""Load plugins: each in a `try` of its own, in the order of their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from coqs.errors import PluginContractError, PluginError, PluginLoadError
from coqs.manager.calling import Outcome, call, reason
from coqs.manager.declared import KINDS, Claims, Kind
from coqs.manager.discovery import Candidate, PluginInfo, Selection, conflicts, given, installed
from coqs.manager.plugins import Plugins
from coqs.manager.registry import Implementation, Registry
from coqs.results import Problem
from coqs.rubric import Origin


@attrs.frozen
class Loaded:
    """A plugin that is registered: where it came from, what it implements, what it offers."""

    candidate: Candidate
    hooks: Mapping[str, Implementation]
    declared: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict)
    """By the word of their kind."""
    problems: tuple[Problem, ...] = ()
    reason: str = ""


def load_plugins(
    *,
    only: Iterable[str] | None = None,
    block: Iterable[str] = (),
    plugins: Mapping[str, object] | None = None,
    strict: bool = False,
) -> Plugins:
    """Load the installed plugins, and those that are given, each apart from the others.

    Parameters
    ----------
    only
        Names of the installed plugins to load; left out, all. The others are not imported.
    block
        Names of installed plugins not to load, whatever `only` says. They are not imported.
    plugins
        Objects with hooks by name, for an application or a test; always loaded.
    strict
        Raise at the first plugin that fails, conflicts or raises, now and in later calls. Otherwise
        `Plugins.listing` shows its state and the reason, and the others go on.

    Raises
    ------
    NotFoundError
        `only` names what is not there; under `strict`, `block` does.
    PluginContractError
        A given object breaks the contract of a hook, or its name is that of an installed plugin.
    PluginError
        Under `strict`, the first failure.
    """
    candidates, ours = installed(), given(plugins or {})
    selection = Selection.of(only, block)
    names = [candidate.name for candidate in candidates]
    selection.check_only([*names, *(mine.name for mine in ours)])
    absent = selection.absent(names, strict=strict)
    wanted, infos = _choose(candidates, selection, strict=strict)
    _check_names_apart(wanted, ours, [info.name for info in infos if info.state == "conflict"])
    loaded, failed = _load_all((*wanted, *ours), strict=strict)
    return _assemble(loaded, [*infos, *failed, *absent], strict=strict)


def _choose(
    candidates: tuple[Candidate, ...], selection: Selection, *, strict: bool
) -> tuple[list[Candidate], list[PluginInfo]]:
    shared = conflicts(candidates)
    wanted, infos = [], []
    for candidate in candidates:
        name = candidate.name
        if refusal := selection.refusal(name):
            infos.append(candidate.info("disabled", refusal))
        elif candidate in shared:
            if strict:
                raise PluginContractError(f"plugin {name!r}: {shared[candidate]}", plugin=name)
            infos.append(candidate.info("conflict", shared[candidate]))
        else:
            wanted.append(candidate)
    return wanted, infos


def _check_names_apart(wanted: Iterable[Candidate], ours: Iterable[Candidate], shared: Iterable[str]) -> None:
    taken = {candidate.name for candidate in wanted}.union(shared)
    for name in [mine.name for mine in ours]:
        if name in taken:
            raise PluginContractError(
                f"plugin {name!r}: must have a name of its own, got that of an installed plugin; "
                f"choose another, or block={[name]!r} to put it in its place",
                plugin=name,
            )


def _load_all(candidates: Iterable[Candidate], *, strict: bool) -> tuple[list[Loaded], list[PluginInfo]]:
    registry = Registry()
    loaded, failed = [], []
    for candidate in sorted(candidates, key=lambda each: each.name):
        try:
            loaded.append(_load(candidate, registry))
        except PluginError as error:
            # A given object is the caller's own, so its fault is told at once.
            if strict or candidate.given:
                raise
            failed.append(candidate.info("failed", reason(error)))
    return [_with_declared(each, strict=strict) for each in loaded], failed


def _load(candidate: Candidate, registry: Registry) -> Loaded:
    found = registry.register(candidate.name, _import(candidate))
    return Loaded(candidate, {each.hook: each for each in found})


def _import(candidate: Candidate) -> object:
    try:
        return candidate.read()
    except (Exception, SystemExit) as error:  # a stranger's module may raise anything
        cure = ""
        if isinstance(error, ModuleNotFoundError) and error.name:
            cure = f"; module {error.name!r} is not installed"
        raise PluginLoadError(
            f"plugin {candidate.name!r}: importing {candidate.target} must not raise, "
            f"got {type(error).__name__}{cure}",
            plugin=candidate.name,
        ) from error


def _with_declared(loaded: Loaded, *, strict: bool) -> Loaded:
    """Ask a plugin for all that it declares; a problem with one kind takes nothing from the others."""
    outcomes = {kind.word: _declared(loaded, kind) for kind in KINDS}
    problems = [outcome.problem(strict=strict) for outcome in outcomes.values()]
    return attrs.evolve(
        loaded,
        declared={word: outcome.value or () for word, outcome in outcomes.items()},
        problems=tuple(problem for problem in problems if problem),
        reason="; ".join(reason(outcome.failure) for outcome in outcomes.values() if outcome.failure),
    )


def _declared(loaded: Loaded, kind: Kind) -> Outcome[tuple[Any, ...]]:
    """Return what a plugin declares of a kind, each with where it came from."""
    implementation = loaded.hooks.get(kind.hook)
    if implementation is None:
        return Outcome(None)
    outcome = call(implementation, kind.checked)
    source = loaded.candidate
    origin = Origin(source.name, source.distribution or None, source.version or None)
    marked = tuple(attrs.evolve(each, origin=origin) for each in outcome.value or ())
    return attrs.evolve(outcome, value=marked)


def _assemble(loaded: list[Loaded], others: list[PluginInfo], *, strict: bool) -> Plugins:
    claims = {
        kind.word: Claims(kind, [(each.candidate, each.declared.get(kind.word, ())) for each in loaded])
        for kind in KINDS
    }
    if strict:
        for each in claims.values():
            each.refuse_clashes()
    infos = [*others, *(_info(each, claims.values()) for each in loaded)]
    return Plugins(
        infos=tuple(sorted(infos, key=lambda info: (info.name, info.distribution, info.version))),
        raters={each.candidate.name: each.hooks["coqs_rate"] for each in loaded if "coqs_rate" in each.hooks},
        declared={word: each.undisputed() for word, each in claims.items()},
        clashes={word: each.clashes for word, each in claims.items()},
        problems=tuple(problem for each in loaded for problem in each.problems),
        strict=strict,
    )


def _info(loaded: Loaded, claims: Iterable[Claims]) -> PluginInfo:
    shared = [text for each in claims for text in each.shared_by(loaded.candidate)]
    if shared:
        return loaded.candidate.info("conflict", f"{'; '.join(shared)}; block one of them", loaded.hooks)
    return loaded.candidate.info("loaded", loaded.reason, loaded.hooks)
