"""Values of a foreign record, taken with their kind; what is of another is refused with its key path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

import attrs

import coqs

T = TypeVar("T")
OTHERS = "*"
"""Whom the caller says everybody is who is not named."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NAMES = MappingProxyType(
    {str: "a text", list: "a list", dict: "an object", int: "a whole number", bool: "true or false"}
)


def refuse(path: str, problem: str) -> NoReturn:
    """Raise what says that a record cannot be used, and where in it."""
    failure = coqs.errors.Failure(problem, path=path)
    raise coqs.RecordError(f"{path}: {problem}", failures=[failure])


@attrs.frozen
class Fields:
    """An object of a record, and the key path that it lies at."""

    held: dict[str, Any]
    path: str = "$"

    @classmethod
    def of(cls, value: Any, path: str = "$") -> Fields:
        """Take an object."""
        return cls(taken(value, dict, path), path)

    def take(self, key: str, kind: type[T]) -> T:
        """Return the value of a key, which must be there."""
        return taken(self.held.get(key), kind, f"{self.path}.{key}")

    def maybe(self, key: str, kind: type[T]) -> T | None:
        """Return the value of a key that may be missing."""
        return None if self.held.get(key) is None else self.take(key, kind)

    def within(self, key: str) -> Fields:
        """Return the object at a key; an empty one where there is none."""
        return Fields.of(self.maybe(key, dict) or {}, f"{self.path}.{key}")

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield the items of a list, each with its key path."""
        for position, item in enumerate(self.take(key, list)):
            yield f"{self.path}.{key}[{position}]", item

    def identity(self, key: str) -> str:
        """Return an id: a text that is not empty, or a whole number."""
        value = self.held.get(key)
        return str(self.take(key, int)) if isinstance(value, int) else self.take(key, str)


def taken(value: Any, kind: type[T], path: str) -> T:
    """Return a value of a kind; true and false are no numbers."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        got = "nothing" if value is None else f"a value of type {type(value).__name__}"
        refuse(path, f"must be {NAMES[kind]}, got {got}; mend the record")
    return value


def moment(seconds: Any, path: str) -> dt.datetime:
    """Return a time from the seconds since 1970."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        refuse(path, f"must be a number of seconds, got a value of type {type(seconds).__name__}; mend it")
    try:
        return EPOCH + dt.timedelta(microseconds=round(seconds * 1_000_000))
    except (OverflowError, ValueError):
        refuse(path, "must be a time of the calendar, got one beyond; mend it")


def role(name: Any, roles: dict[str, str], path: str, file: Any) -> str:
    """Return who a speaker is."""
    found = (file.role(name, roles) or file.role(OTHERS, {})) if isinstance(name, str) else None
    if found is None:
        known = ", ".join(sorted(roles))
        got = "another text" if isinstance(name, str) else f"a value of type {type(name).__name__}"
        refuse(path, f"must be one of {known}, got {got}; mend the record, or say who it is with speakers")
    return str(found)
