"""Load plugins: each in a `try` of its own, in the order of their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import attrs

from coqs.errors import PluginContractError, PluginError, PluginLoadError
from coqs.manager.calling import call, reader_list, reason, rubric_list
from coqs.manager.discovery import Candidate, PluginInfo, Selection, conflicts, given, installed
from coqs.manager.plugins import Plugins, clash
from coqs.manager.registry import Implementation, Registry
from coqs.readers import Reader
from coqs.results import Problem
from coqs.rubric import Origin, Rubric

Offer = TypeVar("Offer", Rubric, Reader)


@attrs.frozen
class Loaded:
    """A plugin that is registered: where it came from, what it implements, what it offers."""

    candidate: Candidate
    hooks: Mapping[str, Implementation]
    rubrics: tuple[Rubric, ...] = ()
    readers: tuple[Reader, ...] = ()
    problems: tuple[Problem, ...] = ()
    reason: str = ""

    def offers(self) -> list[tuple[str, str]]:
        """List what it offers, as kind and name."""
        rubrics = [("rubric", rubric.id) for rubric in self.rubrics]
        return rubrics + [("reader", reader.name) for reader in self.readers]


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
    return [_with_offers(each, strict=strict) for each in loaded], failed


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


def _with_offers(loaded: Loaded, *, strict: bool) -> Loaded:
    loaded, rubrics = _asked(loaded, "coqs_rubrics", rubric_list, strict=strict)
    loaded, readers = _asked(loaded, "coqs_readers", reader_list, strict=strict)
    return attrs.evolve(loaded, rubrics=rubrics, readers=readers)


def _asked(
    loaded: Loaded, hook: str, check: Callable[[object], tuple[Offer, ...]], *, strict: bool
) -> tuple[Loaded, tuple[Offer, ...]]:
    """Ask a plugin for what it declares; return it with the problem that it had, and what it offers."""
    implementation = loaded.hooks.get(hook)
    if implementation is None:
        return loaded, ()
    outcome = call(implementation, check)
    problem = outcome.problem(strict=strict)
    if problem is not None and outcome.failure is not None:
        told = "; ".join(filter(None, [loaded.reason, reason(outcome.failure)]))
        loaded = attrs.evolve(loaded, problems=(*loaded.problems, problem), reason=told)
    source = loaded.candidate
    origin = Origin(source.name, source.distribution or None, source.version or None)
    return loaded, tuple(attrs.evolve(each, origin=origin) for each in outcome.value or ())


def _assemble(loaded: list[Loaded], others: list[PluginInfo], *, strict: bool) -> Plugins:
    owners = _owners(loaded)
    clashes = {offer: same for offer, same in owners.items() if len(same) > 1}
    if strict and clashes:
        raise clash(*min(clashes), clashes[min(clashes)])
    infos = [*others, *(_info(each, owners) for each in loaded)]
    rubrics = {rubric.id: rubric for each in loaded for rubric in each.rubrics}
    readers = {reader.name: reader for each in loaded for reader in each.readers}
    return Plugins(
        infos=tuple(sorted(infos, key=lambda info: (info.name, info.distribution, info.version))),
        raters={each.candidate.name: each.hooks["coqs_rate"] for each in loaded if "coqs_rate" in each.hooks},
        rubrics={id: rubrics[id] for id in sorted(rubrics) if ("rubric", id) not in clashes},
        readers={name: readers[name] for name in sorted(readers) if ("reader", name) not in clashes},
        clashes=clashes,
        problems=tuple(problem for each in loaded for problem in each.problems),
        strict=strict,
    )


def _owners(loaded: Iterable[Loaded]) -> dict[tuple[str, str], tuple[Candidate, ...]]:
    owners: dict[tuple[str, str], tuple[Candidate, ...]] = {}
    for each in loaded:
        for offer in each.offers():
            owners[offer] = (*owners.get(offer, ()), each.candidate)
    return owners


def _info(loaded: Loaded, owners: Mapping[tuple[str, str], tuple[Candidate, ...]]) -> PluginInfo:
    shared = [
        f"{kind} {name!r} is also offered by {other.name!r} ({other.source})"
        for kind, name in loaded.offers()
        for other in owners[kind, name]
        if other is not loaded.candidate
    ]
    if shared:
        return loaded.candidate.info("conflict", f"{'; '.join(shared)}; block one of them", loaded.hooks)
    return loaded.candidate.info("loaded", loaded.reason, loaded.hooks)
