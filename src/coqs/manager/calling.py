"""Call one implementation, check what it returns, and keep its failure to itself.

A failure is recorded by the type of the exception. Its message is left out of everything, and it is
the cause of our own error only where the hook was given no data: it may hold a customer's words.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Generic, TypeVar

import attrs

from coqs.errors import PluginCallError, PluginContractError, PluginError
from coqs.manager.registry import Implementation
from coqs.ratings import RatedColumns
from coqs.results import Problem

T = TypeVar("T")


@attrs.frozen
class Answer:
    """What one plugin answered when it was asked to rate."""

    plugin: str
    """Name of the plugin."""
    value: RatedColumns | None
    """What it returned; None where it abstains on everything, or had a problem."""
    problem: Problem | None
    """What went wrong; None where nothing did."""


@attrs.frozen
class Outcome(Generic[T]):
    """What a call gave: a value, or a failure as an error of ours with the type name of what was raised."""

    value: T | None
    failure: PluginError | None = None
    exception_type: str = ""

    def problem(self, *, strict: bool) -> Problem | None:
        """Turn a failure into a problem, or raise it; None where there was none."""
        if self.failure is None:
            return None
        if strict:
            raise self.failure
        return Problem(self.failure.plugin, self.failure.hook or "", self.exception_type)


def call(implementation: Implementation, check: Callable[[object], T], **arguments: object) -> Outcome[T]:
    """Call an implementation with the arguments it asks for; `check` passes the value or raises TypeError."""
    wanted = {name: arguments[name] for name in implementation.wanted}
    try:
        returned = implementation.function(**wanted)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a stranger's code may raise anything
        failure = _call_error(implementation, error)
        # Without data there were no customer's words to repeat, and an author wants to see the cause.
        failure.__cause__ = None if arguments else error
        return Outcome(None, failure, type(error).__name__)
    try:
        return Outcome(check(returned))
    except TypeError as error:
        message = f"plugin {implementation.plugin!r}: {implementation.hook} must return {error}"
    broken = PluginContractError(message, plugin=implementation.plugin, hook=implementation.hook)
    return Outcome(None, broken, PluginContractError.__name__)


def reason(failure: PluginError) -> str:
    """Give the message of a failure without the name of the plugin, for a row that shows the name."""
    return failure.message.removeprefix(f"plugin {failure.plugin!r}: ")


def rated_columns(returned: object) -> RatedColumns | None:
    """Check what `coqs_rate` returned."""
    if returned is None or type(returned) is RatedColumns:
        return returned
    raise TypeError(f"RatedColumns or None, got {_kind(returned)}")


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _call_error(implementation: Implementation, error: BaseException) -> PluginCallError:
    message = (
        f"plugin {implementation.plugin!r}: {implementation.hook} must not raise, "
        f"got {type(error).__name__}{place_of(error)}"
    )
    return PluginCallError(message, plugin=implementation.plugin, hook=implementation.hook)


def place_of(error: BaseException, *, through: tuple[str, ...] = ()) -> str:
    """Say on which line the plugin's own code was, beyond rooms of ours that it was called `through`."""
    # The first frame is the caller's, the next is the plugin's own: the line its author must look at.
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    while frames is not None and str(frames.tb_frame.f_globals.get("__name__")).startswith(through or "\0"):
        frames = frames.tb_next
    if frames is None:
        return ""
    path = PurePath(frames.tb_frame.f_code.co_filename)
    return f" at line {frames.tb_lineno} of {'/'.join(path.parts[-2:])}"
