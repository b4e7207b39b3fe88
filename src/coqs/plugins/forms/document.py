"""An object of a foreign form, its values taken with their kind; whatever is wrong with it is gathered.

Nothing here raises at once, so that all that is wrong with a form is told together: a value of the wrong
kind is noted with its path, and reads as if it were not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

import attrs

import coqs

UNKNOWN = "F301"
LEAST, MOST = 1e-30, 1e15
"""How near to 0, and how far from it, a number of a form may lie."""
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_STEPS = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,80}")


def shown(value: object) -> str:
    """Return an id for a message; of any other text, which may be anybody's words, its length only."""
    if not isinstance(value, str):
        return f"a value of type {type(value).__name__}"
    return repr(value) if _ID.fullmatch(value) else f"a text of {len(value)} characters"


def named(values: Sequence[object], most: int = 8) -> str:
    """Return names for a message: the first few, and how many more."""
    first = ", ".join(shown(each) for each in values[:most])
    return first if len(values) <= most else f"{first} and {len(values) - most} more"


@attrs.define
class Told:
    """What is to be told of a form: findings, and what it is refused for."""

    findings: dict[coqs.Finding, None] = attrs.field(factory=dict)
    """Each once, in the order in which they were met: a section is asked again for each of its questions."""
    refusals: dict[str, None] = attrs.field(factory=dict)
    subject: str = "form"
    """What is to be mended."""

    def refuse(self, path: str, problem: str) -> None:
        """Note what the form is refused for."""
        self.refusals[f"{path}: {problem}"] = None

    @property
    def refused(self) -> list[str]:
        """What the form is refused for."""
        return list(self.refusals)

    def note(self, code: str, path: str, message: str, cure: str) -> None:
        """Note what is assumed, or is not known, and may matter."""
        self.findings[coqs.Finding(code, "warning", path, message, cure)] = None

    def mention(self, code: str, path: str, message: str, cure: str) -> None:
        """Note what hangs together with no number."""
        self.findings[coqs.Finding(code, "info", path, message, cure)] = None

    def close(self, rubric: str = "") -> None:
        """Raise once for all that the form is refused for."""
        if self.refusals:
            self.stop(rubric)

    def stop(self, rubric: str = "") -> NoReturn:
        """Raise for all that the form is refused for."""
        raise coqs.RubricError(coqs.errors.many_failures("", self.refused), rubric=rubric)

    @property
    def sorted(self) -> tuple[coqs.Finding, ...]:
        """The findings, warnings first, else in the order of the form."""
        return tuple(sorted(self.findings, key=lambda each: each.severity != "warning"))


@attrs.frozen
class Node:
    """An object of the form, the path that it lies at, and where to note what is wrong with it."""

    held: Mapping[str, Any]
    path: str
    told: Told

    def at(self, key: Any) -> str:
        """Return the path of a key; a key that may be anybody's words is told by its place among the keys."""
        if isinstance(key, str) and _STEPS.fullmatch(key):
            return f"{self.path}.{key}"
        place = next((place for place, each in enumerate(self.held) if each == key), 0)
        return f"{self.path}.<key {place}>"

    def wrong(self, key: str, rule: str, value: Any) -> None:
        """Note that a value is not of its kind, without showing it."""
        got = "nothing" if value is None else f"a value of type {type(value).__name__}"
        self._refuse(key, f"must be {rule}, got {got}")

    def _refuse(self, key: str, problem: str) -> None:
        self.told.refuse(self.at(key), f"{problem}; mend the {self.told.subject}")

    def text(self, key: str, *, needed: bool = False) -> str:
        """Return a text, empty where there is none."""
        value = self.held.get(key)
        if isinstance(value, str) and (value or not needed):
            return value
        if value is not None or needed:
            self.wrong(key, "a text", value)
        return ""

    def flag(self, key: str) -> bool:
        """Return true or false; false where it is not said."""
        value = self.held.get(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, "true or false", value)
        return value is True

    def number(self, key: str, low: int | None = None, high: int | None = None) -> Fraction | None:
        """Return an exact number; a decimal of JSON is what it is written as."""
        value = self.held.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, "a number", value)
            return None
        if value != 0 and not LEAST <= abs(value) <= MOST:
            self._refuse(key, "must be a number of sensible size, got another")
            return None
        number = Fraction(repr(float(value)) if isinstance(value, float) else int(value))
        if (low is not None and number < low) or (high is not None and number > high):
            rule = f"from {low} to {high}" if high is not None else f"of at least {low}"
            self._refuse(key, f"must be a number {rule}, got another")
            return None
        return number

    def whole(self, key: str, low: int | None = None, high: int | None = None) -> int | None:
        """Return a whole number."""
        number = self.number(key, low, high)
        if number is not None and number.denominator != 1:
            self.wrong(key, "a whole number", self.held.get(key))
            return None
        return None if number is None else int(number)

    def choice(self, key: str, allowed: Sequence[str], *, needed: bool = False) -> str:
        """Return one of several texts, empty where there is none."""
        value = self.text(key, needed=needed)
        if value and value not in allowed:
            self._refuse(key, f"must be one of {named(allowed)}, got another text")
            return ""
        return value

    def language(self, key: str) -> str:
        """Return a language code, English where there is none; whether it is one, the rubric checks."""
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self._refuse(key, f"must be a language code, got {shown(value)}")
            return "en"
        return value or "en"

    def within(self, key: str) -> Node | None:
        """Return the object at a key; None where there is none."""
        value = self.held.get(key)
        if isinstance(value, Mapping):
            return Node(value, self.at(key), self.told)
        if value is not None:
            self.wrong(key, "an object", value)
        return None

    def values(self, key: str, *, needed: bool = False) -> list[Any]:
        """Return the items of a list; none where there is none."""
        value = self.held.get(key)
        if isinstance(value, list | tuple):
            return list(value)
        if value is not None or needed:
            self.wrong(key, "a list", value)
        return []

    def items(self, key: str, *, needed: bool = False) -> Iterator[Node]:
        """Yield the objects of a list."""
        for place, value in enumerate(self.values(key, needed=needed)):
            if isinstance(value, Mapping):
                yield Node(value, f"{self.at(key)}[{place}]", self.told)
            else:
                self.wrong(f"{key}[{place}]", "an object", value)

    def said(self, key: str) -> bool:
        """Tell whether a key holds anything."""
        return self.held.get(key) not in (None, [], {}, "")

    def close(self, carried: Sequence[str], passed: Sequence[str] = ()) -> None:
        """Tell which keys are left out, and which are not known at all."""
        out = [key for key in passed if self.said(key)]
        if out:
            self.told.mention("F202", self.path, f"left out are {named(out)}", "no score hangs on them")
        strange = [key for key in self.held if key not in carried and key not in passed]
        if strange:
            cure = "see whether a score hangs on them before you trust the numbers"
            self.told.note(UNKNOWN, self.path, f"not known are {named(strange)}", cure)


def words_of(title: str, more: str = "") -> Any:
    """Return a title, and behind it what else is said, as the words of a part of a rubric."""
    return coqs.model.Words(f"{title}\n\n{more}" if title and more else title or more)


def rubric_of(parts: Mapping[str, Any], paths: Sequence[str], places: Mapping[str, str]) -> coqs.Rubric:
    """Make a rubric; what contradicts itself is told by the paths of the form.

    `paths` are those of the questions that the criteria were, `places` those of the rubric's other keys, and
    of keys of a criterion, which begin with a dot.
    """

    def question(found: re.Match[str]) -> str:
        key = found[2] or ""
        return paths[int(found[1])] + places.get(key, key)

    def other(found: re.Match[str]) -> str:
        return found[1] + places.get(found[2], found[2])

    try:
        return coqs.Rubric(**parts)
    except coqs.RubricError as error:
        message = re.sub(r"\bcriteria\[(\d+)\](\.\w+)?", question, error.message)
        message = re.sub(r"(?m)^(\s*)([a-z]+)(?=[:\[])", other, message)
        raise coqs.RubricError(message, rubric=parts["id"], criterion=error.criterion) from None
