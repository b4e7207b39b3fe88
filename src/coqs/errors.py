"""Every error that coqs raises on purpose, and how its message is formed.

Floor 0: the standard library only, and little of it, since help must answer at once. The tree::

    CoqsError(Exception)
    ├─ RecordError(ValueError)      a record cannot be used           .path .line .failures
    ├─ RubricError(ValueError)      a rubric contradicts itself       .rubric .criterion
    ├─ PolicyError(ValueError)      a policy contradicts itself       .choice .value
    ├─ ComparisonError(ValueError)  two results must not be compared  .left .right
    ├─ NotFoundError(KeyError)      no such rubric, stage, column     .name .available
    ├─ PluginError                  a plugin is at fault              .plugin .hook
    │  ├─ PluginLoadError           it could not be imported
    │  ├─ PluginContractError       it does not keep to a hook's contract
    │  └─ PluginCallError           its implementation raised
    └─ MissingDependencyError(ImportError)                            .extra

`RecordError.failures` are `Failure`s, each with its own line and key path. A message reads
``where: what must hold, got value; what to do``. Parts live on the exception, so nobody has to
parse prose. Words of a customer never appear in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

SHOWN_FAILURES = 10
SHOWN_NAMES = 5
MOST_COMPARED = 5000


class CoqsError(Exception):
    """Root of every error that coqs raises on purpose."""

    def __init__(self, message: str, **parts: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in parts.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


def _rebuild(kind: type[CoqsError], message: str, parts: dict[str, Any]) -> CoqsError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(parts)
    return error


class Failure(NamedTuple):
    """One problem of a record or a table; its text is the whole message."""

    message: str
    """What is shown to people, with the place in front."""
    line: int | None = None
    """The line of the file, from 1; None where there is no file."""
    path: str = ""
    """The key path in a record, such as ``$.turns[0].speaker``, or the column of a table."""

    def __str__(self) -> str:
        return self.message


class Spot(NamedTuple):
    """Where a problem is: in words for people, as line and key path for programs."""

    words: str
    """As it stands in a message, such as ``line 12, $.id``."""
    line: int | None = None
    path: str = ""
    """The key path in a record, or the column of a table."""

    def within(self, words: str, *, path: str | None = None) -> Spot:
        """Return a spot within this one; the words are its path unless told."""
        return Spot(f"{self.words}, {words}", self.line, words if path is None else path)

    def on_line(self, line: int) -> Spot:
        """Return the spot of another line of the same file."""
        return Spot(self.words.replace(f"line {self.line}", f"line {line}", 1), line, self.path)

    def __str__(self) -> str:
        return self.words


class RecordError(CoqsError, ValueError):
    """A record or a table cannot be used; `failures` holds the first problems."""

    path: str
    """The file; empty where there is none."""
    line: int | None
    """The line that is at fault; None where there is none, or more than one."""
    failures: tuple[Failure, ...]
    """The first problems, each with its own line and key path."""

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        line: int | None = None,
        failures: Iterable[Failure | str] = (),
    ) -> None:
        kept = tuple(each if isinstance(each, Failure) else Failure(each) for each in failures)
        super().__init__(message, path=path, line=line, failures=kept or (Failure(message, line),))


class RubricError(CoqsError, ValueError):
    """A rubric contradicts itself, or its file holds what does not belong."""

    rubric: str
    criterion: str | None

    def __init__(self, message: str, *, rubric: str = "", criterion: str | None = None) -> None:
        super().__init__(message, rubric=rubric, criterion=criterion)


class PolicyError(CoqsError, ValueError):
    """A scoring policy contradicts itself or asks for what is not there."""

    choice: str
    value: Any

    def __init__(self, message: str, *, choice: str = "", value: Any = None) -> None:
        super().__init__(message, choice=choice, value=value)


class ComparisonError(CoqsError, ValueError):
    """Two results must not be compared."""

    left: Any
    right: Any

    def __init__(self, message: str, *, left: Any = None, right: Any = None) -> None:
        super().__init__(message, left=left, right=right)


class NotFoundError(CoqsError, KeyError):
    """Nothing has this name; `available` lists what there is."""

    name: str
    available: tuple[str, ...]

    def __init__(
        self, what: str, name: str, available: Iterable[str], *, where: str = "", problem: str = ""
    ) -> None:
        """Say that there is no `what` of this name, or what else the `problem` is."""
        known = tuple(available)
        place = f"{where}: " if where else ""
        message = f"{place}{problem or f'no {what} {name!r}'}; {suggest(str(name), known)}"
        super().__init__(message, name=name, available=known)


class PluginError(CoqsError):
    """A plugin is at fault."""

    plugin: str
    hook: str | None

    def __init__(self, message: str, *, plugin: str, hook: str | None = None) -> None:
        super().__init__(message, plugin=plugin, hook=hook)


class PluginLoadError(PluginError):
    """A plugin could not be imported."""


class PluginContractError(PluginError):
    """A plugin does not keep to a hook's contract."""


class PluginCallError(PluginError):
    """A plugin's implementation raised while it was called."""


class MissingDependencyError(CoqsError, ImportError):
    """An optional library is not installed; `extra` names the extra that brings it.

    It is empty for a library that is only there to be handed to, and is installed by itself.
    """

    extra: str

    def __init__(self, what: str, *, library: str, extra: str = "") -> None:
        wanted = f"'coqs[{extra}]'" if extra else library
        message = f"{what} needs {library}, which is not installed; run: pip install {wanted}"
        super().__init__(message, extra=extra)


def nearest(name: str, available: Iterable[str]) -> list[str]:
    """List `available` with the names nearest to `name` first, `SHOWN_NAMES` at most."""
    known = sorted({str(each) for each in available})
    close = _close(name, known, SHOWN_NAMES)
    return (close + [other for other in known if other not in close])[:SHOWN_NAMES]


def suggest(name: str, available: Iterable[str]) -> str:
    """Say what could have been meant by `name`.

    >>> suggest("anser", ["answer", "absence"])
    "did you mean 'answer'?"
    >>> suggest("zzz", ["answer", "absence"])
    "known are 'absence', 'answer'"
    """
    known = sorted({str(each) for each in available})  # members of an enumeration are shown as their texts
    if not known:
        return "there are none"
    close = _close(name, known, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(repr(other) for other in known[:SHOWN_NAMES])
    return f"known are {shown}" + (
        f" and {len(known) - SHOWN_NAMES} more" if len(known) > SHOWN_NAMES else ""
    )


def _close(name: str, known: Sequence[str], n: int) -> list[str]:
    import difflib  # only where something is wrong

    if len(known) > MOST_COMPARED:  # comparing takes its time; among so many, only what begins alike
        start = name[: len(name) // 2]
        known = [each for each in known if each.startswith(start)][:MOST_COMPARED]
    return difflib.get_close_matches(name, known, n=n, cutoff=0.6)


def many_failures(where: str, failures: Sequence[Failure | str], *, count: int | None = None) -> str:
    """Join failures into one message: all counted, the first `SHOWN_FAILURES` shown."""
    total = len(failures) if count is None else count
    if total == 1:
        return f"{where}: {failures[0]}" if where else str(failures[0])
    shown = failures[:SHOWN_FAILURES]
    head = f"{where}: " if where else ""
    tail = [] if total <= len(shown) else [f"  and {total - len(shown)} more"]
    return "\n".join([f"{head}{total} problems", *(f"  {failure}" for failure in shown), *tail])
