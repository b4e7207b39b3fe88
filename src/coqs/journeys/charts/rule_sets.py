"""Rule sets as data: which patterns of points are a signal; named ones, and those of the caller.

What completes a pattern is the business of `coqs.kernels.run_rules`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Self

import attrs

from coqs.errors import NotFoundError, PolicyError, suggest
from coqs.kernels.run_rules import RunRule

SHAPES = ("beyond", "outside", "within", "run", "trend", "alternating")
ZONED = ("beyond", "outside", "within")
LONGEST_WINDOW = 60
RULE_KEYS = ("name", "shape", "points", "of", "zone")


def _refuse(where: str, must: str, value: object, cure: str) -> None:
    raise PolicyError(f"{where}: {must}, got {value!r}; {cure}", choice=where, value=value)


@attrs.frozen(slots=True, kw_only=True)
class Rule:
    """A pattern of points that is a signal.

    Raises
    ------
    PolicyError
        There is no such shape, or the numbers make no pattern.
    """

    name: str
    """What it is called in its set."""
    shape: str
    """`beyond` a zone on one side, `outside` it on either, `within` it; `run` on one side of the centre,
    `trend` and `alternating` have no zone."""
    points: int
    """How many points must keep to it."""
    of: int
    """Of how many in a row; the last of them completes the pattern."""
    zone: float = 0.0
    """Standard deviations from the centre. A point on the line is not beyond it."""

    def __attrs_post_init__(self) -> None:
        if self.shape not in SHAPES:
            _refuse("rule.shape", "must be a shape that there is", self.shape, suggest(self.shape, SHAPES))
        if not 1 <= self.points <= self.of <= LONGEST_WINDOW:
            _refuse(
                "rule.points", f"must lie between 1 and of, at most {LONGEST_WINDOW}", self.points, "mend it"
            )
        if self.shape != "beyond" and self.points != self.of:
            _refuse(
                "rule.points", f"must be all of {self.of} for a shape {self.shape}", self.points, "mend it"
            )
        if self.shape in ("trend", "alternating") and self.of < 3:
            _refuse("rule.of", "must be 3 or more in a trend or alternation", self.of, "mend it")
        if not (self.zone > 0 if self.shape in ZONED else self.zone == 0):
            _refuse(
                "rule.zone", f"must be above 0 for {', '.join(ZONED)}, and 0 for others", self.zone, "mend it"
            )

    @property
    def pattern(self) -> RunRule:
        """The pattern as the kernels know it."""
        return RunRule(kind=self.shape, of=self.of, k=self.points, zone=self.zone)

    @property
    def words(self) -> str:
        """Say the pattern."""
        many = f"{self.points} of {self.of} points" if self.points < self.of else f"{self.of} points in a row"
        if self.of == 1:
            many = "a point"
        match self.shape:
            case "run":
                return f"{many} on one side of the centre"
            case "trend":
                return f"{many} steadily rising or falling"
            case "alternating":
                return f"{many} going up and down by turns"
            case "within":
                return f"{many} within {self.zone:.3g} sigma of the centre"
            case "outside":
                return f"{many} beyond {self.zone:.3g} sigma on either side"
            case _:
                side = "" if self.of == 1 else " on one side"
                return f"{many} beyond {self.zone:.3g} sigma{side}"


def _known_keys(values: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in values:
        if key not in known:
            raise NotFoundError("key", key, known, where=where)


@attrs.frozen(slots=True, kw_only=True)
class RuleSet:
    """Rules that are asked together, with where they come from.

    Examples
    --------
    >>> [rule.name for rule in RuleSet.named("health_care").rules]
    ['point', 'shift', 'trend', 'near limit']
    """

    name: str
    title: str = ""
    source: str = ""
    rules: tuple[Rule, ...]

    def __attrs_post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        if not names or len(set(names)) < len(names):
            _refuse("rules", "must be one or more, each under a name of its own", len(names), "name each")

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the sets that there are."""
        return tuple(_shipped())

    @classmethod
    def named(cls, name: str) -> Self:
        """Return a set that ships: `nelson`, `western_electric`, `health_care` or `limits`.

        Raises
        ------
        NotFoundError
            There is no such set.
        """
        sets = _shipped()
        if name not in sets:
            raise NotFoundError("rule set", name, sets, where="rules")
        return cls.from_dict({"name": name, **sets[name]})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return a set from plain values, as `to_dict` gives them.

        Raises
        ------
        NotFoundError
            A key is not known.
        PolicyError
            A value is missing or cannot be.
        """
        _known_keys(values, ("name", "title", "source", "rules"), "rules")
        rules = values.get("rules")
        if not isinstance(rules, Sequence) or isinstance(rules, str):
            raise PolicyError("rules: must be a list of rules, got none; give one or more", choice="rules")
        return cls(
            name=str(values.get("name", "own")),
            title=str(values.get("title", "")),
            source=str(values.get("source", "")),
            rules=tuple(_rule(each, place) for place, each in enumerate(rules)),
        )

    @classmethod
    def from_toml(cls, text: str, name: str) -> Self:
        """Return the set of this name from a TOML text of the form of those that ship.

        Raises
        ------
        PolicyError
            The text is not TOML.
        NotFoundError
            It has no such set.
        """
        try:
            sets = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"rules: must be TOML, got {error}; mend the text", choice="rules") from None
        if name not in sets:
            raise NotFoundError("rule set", name, sets, where="rules")
        return cls.from_dict({"name": name, **sets[name]})

    def to_dict(self) -> dict[str, Any]:
        """Return the set as plain values."""
        return {**attrs.asdict(self), "rules": [attrs.asdict(rule) for rule in self.rules]}

    @property
    def longest(self) -> int:
        """Points in the longest pattern."""
        return max(rule.of for rule in self.rules)


def _rule(values: Any, place: int) -> Rule:
    where = f"rules[{place}]"
    if not isinstance(values, Mapping):
        raise PolicyError(f"{where}: must be a table, got {type(values).__name__}; mend it", choice=where)
    _known_keys(values, RULE_KEYS, where)
    missing = [key for key in RULE_KEYS[:4] if key not in values]
    if missing:
        raise PolicyError(f"{where}: must have {missing[0]}, got none; give it", choice=where)
    numbers = {"points": values["points"], "of": values["of"], "zone": values.get("zone", 0.0)}
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int if key != "zone" else (int, float)):
            _refuse(f"{where}.{key}", "must be a number", value, "mend it")
    return Rule(name=str(values["name"]), shape=str(values["shape"]), **numbers)


def _shipped() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "rules.toml").read_text("utf-8"))
