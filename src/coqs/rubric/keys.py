"""Read a nested mapping strictly: every key known, every value of its kind, every error with its path.

And the way back: exact numbers as a file holds them, and entries without what is not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Any, TypeVar

from coqs.errors import RubricError, suggest
from coqs.model import Words

T = TypeVar("T")
LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?"
_FRACTION = re.compile(r"\s*[-+]?(?:\d{1,30}\.\d{1,30}|\d{1,99})(?:\s*/\s*\d{1,99})?\s*")


class Keys:
    """A table of a file, whose keys are taken one by one; `close` refuses what was not taken."""

    def __init__(self, entries: Any, path: str) -> None:
        self.path = path
        if not isinstance(entries, Mapping):
            raise self.wrong("", "must be a table", entries)
        self._said = entries
        self._entries = dict(entries)
        self._known: list[str] = []

    def wrong(
        self, key: str, rule: str, value: Any, cure: str = "see the reference of this file"
    ) -> RubricError:
        """Make the error for a value that does not fit."""
        return RubricError(f"{self.at(key)}: {rule}, got {shown(value)}; {cure}")

    def at(self, key: str) -> str:
        """Return the key path of an entry."""
        return f"{self.path}.{key}" if self.path and key else (self.path or key)

    def holds(self, key: str) -> bool:
        """Tell whether the table has the key and it was not taken yet."""
        self._known.append(key)
        return key in self._entries

    def said(self, key: str) -> str:
        """Return a text of the table as it stands in the file, taken or not, for messages."""
        return str(self._said.get(key, ""))

    def untaken(self) -> tuple[str, ...]:
        """Return the keys that nobody took yet."""
        return tuple(self._entries)

    def take(self, key: str) -> Any:
        """Take a raw value, None where it is left out."""
        self._known.append(key)
        return self._entries.pop(key, None)

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text; left out without a default is an error."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.wrong(key, "must be a text", value)
        return value

    def optional_text(self, key: str) -> str | None:
        """Take a text that may be left out."""
        value = self.take(key)
        return value if value is None else as_text(value, self.at(key))

    def flag(self, key: str) -> bool:
        """Take true or false; false where it is left out."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "must be true or false", value)
        return bool(value)

    def number(self, key: str) -> Fraction | None:
        """Take an exact number, None where it is left out."""
        value = self.take(key)
        return None if value is None else as_fraction(value, self.at(key))

    def each(self, key: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        """Take a list and read each entry with its path; empty where it is left out."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list", value)
        return tuple(read(entry, f"{self.at(key)}[{place}]") for place, entry in enumerate(value))

    def optional(self, key: str, read: Callable[[Any, str], T]) -> T | None:
        """Take an entry and read it with its path; None where it is left out."""
        value = self.take(key)
        return None if value is None else read(value, self.at(key))

    def table(self, key: str) -> Mapping[str, Any]:
        """Take a table; empty where it is left out."""
        value = self.take(key)
        if value is not None and not isinstance(value, Mapping):
            raise self.wrong(key, "must be a table", value)
        return value or {}

    def words(self, key: str = "text") -> Words:
        """Take a text with its translations: `text`, `text_es`, `text_fr` …."""
        text = self.text(key, default="")
        pattern = re.compile(rf"{key}_({LANGUAGE})")
        found = [(match[1], name) for name in sorted(self._entries) if (match := pattern.fullmatch(name))]
        return Words(text, translations=tuple((language, self.text(name)) for language, name in found))

    def close(self) -> None:
        """Refuse the keys that nobody took, naming the nearest known one."""
        if self._entries:
            key = next(iter(self._entries))
            raise RubricError(
                f"{self.at(key)}: must be a known key, got {key!r}; {suggest(key, self._known)}"
            )


def as_text(value: Any, path: str) -> str:
    """Return a text, or raise with its path."""
    if not isinstance(value, str):
        raise RubricError(f"{path}: must be a text, got {shown(value)}; put it in quotes")
    return value


def as_fraction(value: Any, path: str) -> Fraction:
    """Return an exact number from an integer, a decimal or a text such as '10/3'."""
    rule = 'must be a number such as 2, 1.5 or "10/3"'
    if isinstance(value, Decimal) and value.is_finite() and _is_sensible(value):
        return Fraction(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return Fraction(value)
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        above, _, below = value.partition("/")
        if not below or int(below):
            return Fraction(above.strip()) / Fraction(below.strip() or 1)
    raise RubricError(f"{path}: {rule}, got {shown(value)}; write it as one of these")


def _is_sensible(value: Decimal) -> bool:
    return abs(value.adjusted()) <= 30 and len(value.as_tuple().digits) <= 60


def shown(value: Any) -> str:
    """Show a value of a rubric file briefly: rubrics hold their author's words, no customer's."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"a list of {len(value)}"
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def filled(**entries: Any) -> dict[str, Any]:
    """Leave out what is not said: None, False and empty collections (but never a 0)."""
    return {
        key: value
        for key, value in entries.items()
        if (value is not None and value not in (False, "", [], {}))
        or (isinstance(value, int | Decimal) and not isinstance(value, bool))
    }


def plain_number(value: Fraction | None) -> int | Decimal | str | None:
    """Write an exact number as a file holds it: an integer, a decimal, or else a fraction as text."""
    if value is None:
        return None
    if value.denominator == 1:  # TOML promises 64 bits, no more
        return value.numerator if abs(value) < 2**63 else str(value.numerator)
    exact = Context(prec=28, traps=[Inexact])
    try:
        return exact.divide(Decimal(value.numerator), Decimal(value.denominator))
    except Inexact:
        return f"{value.numerator}/{value.denominator}"
