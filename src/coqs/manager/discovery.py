"""Which plugins there are, and which of them are wanted, found out without importing any.

An installed distribution offers a plugin by an entry point of the group ``coqs``; an application
may give objects of its own. Both are a `Candidate` from here on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, entry_points
from typing import Literal

import attrs

from coqs.errors import NotFoundError, PluginContractError, suggest

GROUP = "coqs"

State = Literal["loaded", "disabled", "failed", "conflict", "available"]


@attrs.frozen
class PluginInfo:
    """What is known of one plugin."""

    name: str
    """Name of the entry point, or the name under which an application gave the object."""
    distribution: str
    """The distribution that offers it; empty where the application gave it."""
    version: str
    """Version of that distribution."""
    state: State
    """``loaded``, ``disabled``, ``failed`` or ``conflict``; ``available`` where nothing was imported."""
    hooks: tuple[str, ...] = ()
    """Hooks that it implements, sorted; empty unless it was loaded."""
    reason: str = ""
    """Why it is in this state, or what went wrong although it is loaded."""


@attrs.frozen
class Candidate:
    """A plugin that could be loaded: its name, where it comes from, and how to get it."""

    name: str
    distribution: str
    version: str
    target: str
    read: Callable[[], object] = attrs.field(eq=False, repr=False)
    given: bool = False

    @property
    def source(self) -> str:
        """Say in words who offers it."""
        if self.given:
            return "the application"
        return f"{self.distribution or 'an unnamed distribution'} {self.version}".rstrip()

    def info(self, state: State, reason: str = "", hooks: Iterable[str] = ()) -> PluginInfo:
        """Describe it in the given state."""
        return PluginInfo(self.name, self.distribution, self.version, state, tuple(sorted(hooks)), reason)


def list_plugins() -> tuple[PluginInfo, ...]:
    """List the installed plugins without importing any of them.

    Their state is ``available``, or ``conflict`` where two distributions offer the same name; which
    hooks they implement cannot be known before they are loaded.
    """
    candidates = installed()
    shared = conflicts(candidates)
    return tuple(
        candidate.info("conflict", shared[candidate]) if candidate in shared else candidate.info("available")
        for candidate in candidates
    )


def installed() -> tuple[Candidate, ...]:
    """Find what installed distributions offer, sorted by name and then by distribution."""
    found = {_from_entry_point(entry_point) for entry_point in entry_points(group=GROUP)}
    return tuple(sorted(found, key=lambda each: (each.name, each.distribution, each.version, each.target)))


def given(plugins: Mapping[str, object]) -> tuple[Candidate, ...]:
    """Make candidates of the objects that an application gives, sorted by name."""
    if not all(map(_is_name, plugins)):
        raise PluginContractError(
            "load_plugins: a plugin must be given under a name, got none; pass plugins={'name': object}",
            plugin="",
        )
    return tuple(_from_object(name, plugins[name]) for name in sorted(plugins))


def conflicts(candidates: Iterable[Candidate]) -> dict[Candidate, str]:
    """Say of each candidate whose name is offered more than once with whom it conflicts."""
    by_name: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_name.setdefault(candidate.name, []).append(candidate)
    shared = {}
    for same in by_name.values():
        for mine in same if len(same) > 1 else ():
            others = " and ".join(other.source for other in same if other is not mine)
            shared[mine] = f"{mine.source} offers this name, and so does {others}; uninstall one of them"
    return shared


@attrs.frozen
class Selection:
    """Which of the installed plugins are wanted."""

    only: tuple[str, ...] | None
    block: tuple[str, ...]

    @classmethod
    def of(cls, only: Iterable[str] | None, block: Iterable[str]) -> Selection:
        """Read the two arguments; one name may stand for a list of one."""
        return cls(None if only is None else _names(only), _names(block))

    def refusal(self, name: str) -> str:
        """Say why the installed plugin of this name is not wanted; empty where it is."""
        if name in self.block:
            return "blocked"
        return "" if self.only is None or name in self.only else "not among those asked for"

    def check_only(self, known: Iterable[str]) -> None:
        """Refuse to load only what is not there."""
        available = sorted(set(known))
        for name in self.only or ():
            if name not in available:
                raise NotFoundError("plugin", name, available, where="load_plugins: only")

    def absent(self, known: Iterable[str], *, strict: bool) -> tuple[PluginInfo, ...]:
        """List blocked names that nothing installed bears, so that a misspelt one can be seen."""
        available = sorted(set(known))
        missing = sorted(set(self.block).difference(available))
        if strict and missing:
            raise NotFoundError("plugin", missing[0], available, where="load_plugins: block")
        why = {name: f"blocked, but not installed; {suggest(name, available)}" for name in missing}
        return tuple(PluginInfo(name, "", "", "disabled", (), why[name]) for name in missing)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(str(name) for name in names)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _from_entry_point(entry_point: EntryPoint) -> Candidate:
    name, version = _identity(entry_point.dist)
    return Candidate(entry_point.name, name, version, entry_point.value, entry_point.load)


def _identity(distribution: Distribution | None) -> tuple[str, str]:
    if distribution is None:
        return "", ""
    try:
        return distribution.name or "", distribution.version or ""
    except (KeyError, PackageNotFoundError):  # its metadata are damaged, which later Pythons raise for
        return "", ""


def _from_object(name: str, plugin: object) -> Candidate:
    return Candidate(name, "", "", "", lambda: plugin, given=True)
