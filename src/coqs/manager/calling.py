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
from coqs.rubric import Rubric
from coqs.rubric.questionnaire import Questionnaire

T = TypeVar("T")
D = TypeVar("D", Rubric, Questionnaire)


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


def rubric_list(returned: object) -> tuple[Rubric, ...]:
    """Check what `coqs_rubrics` returned."""
    return _list_of(Rubric, "rubrics", returned)


def questionnaire_list(returned: object) -> tuple[Questionnaire, ...]:
    """Check what `coqs_questionnaires` returned."""
    return _list_of(Questionnaire, "questionnaires", returned)


def _list_of(kind: type[D], what: str, returned: object) -> tuple[D, ...]:
    """Check a list of what is declared; no subclass passes, as its code would run outside the `try`."""
    if type(returned) is not list and type(returned) is not tuple:
        raise TypeError(f"a list of {kind.__name__}, got {_kind(returned)}")
    for position, each in enumerate(returned):
        if type(each) is not kind:
            raise TypeError(f"a list of {kind.__name__}, got {_kind(each)} at position {position}")
    ids = [each.id for each in returned]
    for id in ids:
        if ids.count(id) > 1:
            raise TypeError(f"{what} with ids of their own, got {id!r} twice")
    return tuple(returned)


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
        f"got {type(error).__name__}{_place(error)}"
    )
    return PluginCallError(message, plugin=implementation.plugin, hook=implementation.hook)


def _place(error: BaseException) -> str:
    # The first frame is `call`, the next is the plugin's own: the line its author must look at.
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    if frames is None:
        return ""
    path = PurePath(frames.tb_frame.f_code.co_filename)
    return f" at line {frames.tb_lineno} of {'/'.join(path.parts[-2:])}"
