"""Where plugins meet pluggy: an object is looked over, then registered, or refused whole.

pluggy by itself lets a misspelt hook pass, leaves a plugin half registered after a wrong argument
(up to its 1.6), and says nothing of a forgotten mark. So everything is checked here first, in our
own words. No other file of the manager touches pluggy.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import attrs
from pluggy import PluginManager

from coqs import hookspecs
from coqs.errors import PluginContractError, PluginError, PluginLoadError, suggest

# Hooks are called by keyword, so that a plugin may ask for the arguments it wants, in any order.
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@attrs.frozen
class Implementation:
    """One plugin's function for one hook, and the arguments it asks for."""

    plugin: str
    hook: str
    function: Callable[..., object] = attrs.field(repr=False)
    wanted: tuple[str, ...]


class Registry:
    """The plugins registered so far; it lives only while plugins are being loaded.

    Each plugin gets a pluggy manager of its own. In a shared one pluggy compares plugins by ``==``,
    so that one with an odd comparison would keep the others out.
    """

    def __init__(self) -> None:
        self._plugins: dict[str, object] = {}
        self._arguments = _hook_arguments()

    def register(self, name: str, plugin: object) -> tuple[Implementation, ...]:
        """Register a plugin and return what it implements; when it is refused, nothing is kept."""
        try:
            self._check_identity(name, plugin)
            manager = _manager()
            implementations = self._look_over(name, plugin, manager)
            manager.register(plugin, name)
        except PluginError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginLoadError(
                f"plugin {name!r}: registering it must not raise, got {type(error).__name__}", plugin=name
            ) from error
        self._plugins[name] = plugin
        return implementations

    def _check_identity(self, name: str, plugin: object) -> None:
        # pluggy would call an unnamed instance by its id(), and ignore None without a word.
        if not name:
            _refuse(name, "must have a name, got none")
        if plugin is None:
            _refuse(name, "must be a module or an object, got None")
        if name in self._plugins:
            _refuse(name, "must have a name of its own, got one that is taken")
        for other, known in self._plugins.items():
            if known is plugin:
                _refuse(name, f"must be offered once, got what plugin {other!r} is already; keep one name")

    def _look_over(self, name: str, plugin: object, manager: PluginManager) -> tuple[Implementation, ...]:
        marks = list(self._marks(name, plugin, manager))
        if not marks:
            _refuse(name, "must implement a hook, got none; mark a function with @coqs.hookimpl")
        found: dict[str, Implementation] = {}
        for attribute, options in marks:
            hook = options.get("specname") or attribute
            if hook not in self._arguments and options.get("optionalhook"):
                continue
            if hook in found:
                _refuse(name, f"{hook} must be implemented once, got two functions", hook)
            found[hook] = self._implementation(name, hook, options, getattr(plugin, attribute))
        return tuple(found[hook] for hook in sorted(found))

    def _marks(
        self, name: str, plugin: object, manager: PluginManager
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for attribute in sorted(dir(plugin)):
            options = manager.parse_hookimpl_opts(plugin, attribute)
            if options is not None:
                yield attribute, dict(options)
            elif attribute in self._arguments:
                _refuse(name, f"{attribute} must be marked, got no mark; add @coqs.hookimpl", attribute)

    def _implementation(
        self, name: str, hook: str, options: Mapping[str, Any], function: Callable[..., object]
    ) -> Implementation:
        if hook not in self._arguments:
            _refuse(
                name, f"{hook} must be a hook of coqs, got an unknown one; {suggest(hook, self._arguments)}"
            )
        fault = _kind_fault(options, function) or _argument_fault(function, self._arguments[hook])
        if fault:
            _refuse(name, f"{hook} must {fault}", hook)
        return Implementation(name, hook, function, tuple(inspect.signature(function).parameters))


def _manager() -> PluginManager:
    manager = PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _hook_arguments() -> dict[str, tuple[str, ...]]:
    """Read from the specs which hooks there are and which arguments each offers."""
    manager = _manager()
    specs = {name: vars(hookspecs)[name] for name in sorted(vars(hookspecs))}
    return {
        name: tuple(inspect.signature(spec).parameters)
        for name, spec in specs.items()
        if manager.parse_hookspec_opts(hookspecs, name) is not None
    }


def _kind_fault(options: Mapping[str, Any], function: Callable[..., object]) -> str:
    """Say what is wrong with the kind of function; empty where nothing is."""
    if options.get("wrapper") or options.get("hookwrapper"):
        return "be an ordinary implementation, got a wrapper; coqs runs none"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "be an ordinary function, got an async one; return the whole result"
    if inspect.isgeneratorfunction(function):
        return "be an ordinary function, got a generator; return the whole result"
    return ""


def _argument_fault(function: Callable[..., object], offered: tuple[str, ...]) -> str:
    """Say what is wrong with the arguments it asks for; empty where nothing is."""
    allowed = f"only for {', '.join(offered)}" if offered else "for no arguments"
    for argument, parameter in inspect.signature(function).parameters.items():
        if argument == "self":
            return "be bound to an object, got a method of a class; offer an instance of it"
        if parameter.kind not in _NAMED:
            return f"take arguments by name, got a {parameter.kind.description} one; it may ask {allowed}"
        if argument not in offered:
            cure = suggest(argument, offered) if offered else "leave it out"
            return f"ask {allowed}, got {argument!r}; {cure}"
    return ""


def _refuse(plugin: str, reason: str, hook: str | None = None) -> NoReturn:
    raise PluginContractError(f"plugin {plugin!r}: {reason}", plugin=plugin, hook=hook)
