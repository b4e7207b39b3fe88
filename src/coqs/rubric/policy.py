"""How answers become a score: every choice that systems make differently, as one value.

What the choices mean stands in the reference page on the policy; which of them contradict each other
in `policy_rules`; which do not fit a rubric in `policy_fit`; the choices of other systems in `presets`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from coqs.errors import NotFoundError, PolicyError, RubricError, many_failures, suggest
from coqs.rubric.condition_tables import condition_from, condition_table
from coqs.rubric.conditions import Condition
from coqs.rubric.files import Readable, entries_of_toml, text_of_file
from coqs.rubric.keys import Keys, as_fraction, plain_number
from coqs.rubric.origin import Origin
from coqs.rubric.policy_about import About, as_about
from coqs.rubric.policy_rules import CHOICES, PRECEDENCE, problems
from coqs.rubric.presets import preset_names, preset_table

COQS, CUSTOM = "coqs", "custom"
UNSET = "none"
"""How a parameter that is not given is written, where it is written at all."""
NO_CHOICE = ("name", "about", "origin")
"""The fields that change no number."""


def _number(value: Any) -> Any:
    """Return an exact number, or the value as it is, for `problems` to name."""
    if value is None or isinstance(value, Fraction):
        return value
    try:
        return as_fraction(value, "")
    except RubricError:
        return value


def _share(_override: Override, _attribute: attrs.Attribute[Fraction], value: Any) -> None:
    if not isinstance(value, Fraction) or not 0 <= value <= 1:
        raise PolicyError(
            'policy.overrides: must set a share from 0 to 1, got another score; write for example "1/2"',
            choice="overrides",
            value=value,
        )


@attrs.frozen(slots=True)
class Override:
    """A set rule: where its condition is true, the score is what it says.

    >>> from coqs.rubric import FactIn
    >>> Override(FactIn("situation", ("incident",)), score="1/2").score
    Fraction(1, 2)
    """

    when: Condition = attrs.field(validator=attrs.validators.instance_of(Condition))
    """Where it is true; what cannot be known is not."""
    score: Fraction = attrs.field(converter=_number, validator=_share)
    """The score that it sets, a share."""
    stage: str | None = None
    """The stage whose score it sets; None for the overall score."""

    @classmethod
    def from_mapping(cls, entry: Any, path: str = "override") -> Override:
        """Read a set rule from a table with `when` (as a criterion's), `score` and perhaps `stage`."""
        keys = Keys(entry, path)
        when, score = keys.take("when"), keys.number("score")
        rule = cls(condition_from(when, keys.at("when")), score, stage=keys.optional_text("stage"))
        keys.close()
        return rule

    def to_mapping(self) -> dict[str, Any]:
        """Return the table that `from_mapping` reads."""
        own = {"when": condition_table(self.when), "score": plain_number(self.score)}
        return own | ({"stage": self.stage} if self.stage is not None else {})


def _overrides(values: Any) -> tuple[Override, ...]:
    try:
        return tuple(
            each if isinstance(each, Override) else Override.from_mapping(each, f"policy.overrides[{place}]")
            for place, each in enumerate(values)
        )
    except RubricError as error:
        raise PolicyError(error.message, choice="overrides") from None
    except TypeError:
        message = "policy.overrides: must be a list of tables, got another value; see the policy reference"
        raise PolicyError(message, choice="overrides", value=values) from None


def _names(values: Any) -> Any:
    return tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else values


def _parameter() -> Any:
    return attrs.field(default=None, converter=_number)


@attrs.frozen(slots=True, kw_only=True, repr=False)
class Policy:
    """Every choice by which the same answers become one number or another.

    The defaults are the `coqs` policy. Choices combine freely; those that contradict each other raise
    `PolicyError`, which names the choice. Numbers are exact: integers, fractions, or texts such as
    "10/3" and "0.1".

    >>> Policy(name="ours", gate_effect="cap", gate_cap="1/2").gate_cap
    Fraction(1, 2)
    """

    name: str = COQS
    """A short name, which travels with every score; `custom` for what is not `coqs` and has no other."""
    combine: str = "stage_percent"
    """How criteria and stages combine."""
    error_class: str | None = None
    """Of `error_accuracy`: the class of error that counts; None for any."""
    normalise: str = "min_max"
    """How a level's points become a share."""
    not_applicable: str = "drop_proportional"
    """Where the weight of a criterion goes that does not apply."""
    unanswered: str = "drop"
    """What an open answer counts as; always counted, whatever is chosen."""
    default_level: str | None = None
    """Of `default_level`: "best", "worst", or the id of a level or option."""
    several_choice: str = "sum_over_positives"
    """How the chosen options of a several choice become a share."""
    option_cap: Fraction | None = _parameter()
    """Of `capped_sum`: the most points that options can earn; None for the largest option's."""
    gate_trigger: str = "chosen_levels"
    """Which answers make a gate fire."""
    trigger_share: Fraction | None = _parameter()
    """Of `below_share`: the share below which a gate fires."""
    gate_scope: str = "interaction"
    """How far a gate that fires reaches."""
    gate_effect: str = "verdict_only"
    """What a gate that fires does to the score."""
    gate_cap: Fraction | None = _parameter()
    """Of `cap`: the highest score that is left, a share."""
    strikes: int = 0
    """How many gates may fire within their scope before they have any effect."""
    bonus: str = "outside"
    """Whether bonus counts in the denominator, and whether the score is clamped at 1."""
    baseline: Fraction | None = _parameter()
    """Of `deduction`: the points that everybody starts with."""
    ceiling: Fraction | None = _parameter()
    """Of `deduction`: the points that are a full score; None for the baseline and all that can be won."""
    floor: Fraction | None = _parameter()
    """The share below which the overall score never falls."""
    stage_floor: Fraction | None = _parameter()
    """The share below which no stage falls that was scored."""
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=_overrides)
    """Set rules; the first whose condition is true sets the score of its target."""
    precedence: tuple[str, ...] = attrs.field(default=PRECEDENCE, converter=_names)
    """The order in which floor, gate and override are applied; the last word wins."""
    rounding: str = "none"
    """How the score is rounded; marks and bands always compare before rounding."""
    rounding_digits: int | None = None
    """Digits of the per cent that are kept."""
    rounding_of: str = "overall"
    """Which scores are rounded."""
    over_interactions: str = "mean_of_scores"
    """How scores of many interactions average."""
    about: About | None = attrs.field(default=None, eq=False, converter=as_about)
    """Where the choices come from, and which of them are assumed; changes no number."""
    origin: Origin | None = attrs.field(default=None, eq=False)
    """The plugin that brought it, if one did."""

    def __attrs_post_init__(self) -> None:
        found = list(problems({field.name: getattr(self, field.name) for field in attrs.fields(Policy)}))
        if found:
            choice = found[0][0]
            message = many_failures("", [f"policy.{name}: {text}" for name, text in found])
            raise PolicyError(message, choice=choice, value=getattr(self, choice))
        if self.name == COQS and self._changed():
            object.__setattr__(self, "name", CUSTOM)  # nothing else may call itself coqs
        elif self.name in preset_names() and self != _preset(self.name):
            self._is_no_preset(_preset(self.name))

    def _is_no_preset(self, preset: Policy) -> None:
        """Say by the name that it is changed, and assume no longer what was chosen otherwise."""
        object.__setattr__(self, "name", f"{preset.name}, changed")
        if self.about is not None:
            kept = [
                (choice, why)
                for choice, why in self.about.assumed
                if getattr(self, choice, None) == getattr(preset, choice, None)
            ]
            object.__setattr__(self, "about", attrs.evolve(self.about, assumed=kept))

    def __repr__(self) -> str:
        said = {"name": self.name, **self._changed()}
        return f"Policy({', '.join(f'{name}={value!r}' for name, value in said.items())})"

    def _changed(self) -> dict[str, Any]:
        """Return the choices that are not those of `coqs`."""
        usual = {field.name: field.default for field in attrs.fields(Policy) if field.name not in NO_CHOICE}
        return {name: getattr(self, name) for name, value in usual.items() if getattr(self, name) != value}

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the built-in policies: `coqs`, then those of other systems, sorted."""
        return (COQS, *preset_names())

    @classmethod
    def named(cls, name: str) -> Policy:
        """Return a built-in policy.

        Raises
        ------
        NotFoundError
            No built-in policy has that name.

        Examples
        --------
        >>> Policy.named("coqs").combine
        'stage_percent'
        >>> Policy.named("amazon-connect").not_applicable
        'drop_proportional'
        """
        if name == COQS:
            return Policy()
        if name not in preset_names():
            raise NotFoundError("policy", name, cls.names())
        return _preset(name)

    @classmethod
    def from_mapping(cls, choices: Mapping[str, Any]) -> Policy:
        """Build a policy from a table of choices; those left out are those of `coqs`.

        A parameter may be None or "none" for not given. Override conditions are tables as those of a
        criterion's `when`.

        >>> Policy.from_mapping({"combine": "deduction", "baseline": 100}).baseline
        Fraction(100, 1)
        """
        fields = {field.name: field for field in attrs.fields(cls) if field.name != "origin"}
        for key in choices:
            if key not in fields:
                raise PolicyError(f"policy.{key}: must be a known choice; {suggest(key, fields)}", choice=key)
        said = {
            key: value
            for key, value in choices.items()
            if value is not None and not (fields[key].default is None and value == UNSET)
        }
        return cls(**{"name": CUSTOM, **said})

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | Readable) -> Policy:
        """Read a policy from a TOML file that holds the choices, a path or a resource of a package.

        Raises
        ------
        PolicyError
            The file cannot be read, is not TOML, or its choices contradict each other.
        """
        try:
            name, text = text_of_file(source, what="policy")
        except RubricError as error:
            raise PolicyError(error.message) from None
        try:
            return cls.from_mapping(entries_of_toml(text))
        except RubricError as error:
            raise PolicyError(f"{name}: {error.message}") from None
        except PolicyError as error:
            raise PolicyError(f"{name}: {error.message}", choice=error.choice, value=error.value) from None

    def to_mapping(self) -> dict[str, Any]:
        """Return the table that `from_mapping` reads, in plain values, without what is not given."""
        fields = [field.name for field in attrs.fields(Policy) if field.name != "origin"]
        values = {name: getattr(self, name) for name in fields}
        return {name: _plain(value) for name, value in values.items() if value is not None and value != ()}

    def choices(self) -> dict[str, str]:
        """Return every choice but the name as text, "none" for what is not given."""
        values = {field.name: getattr(self, field.name) for field in attrs.fields(Policy)}
        return {name: _text(value) for name, value in values.items() if name not in NO_CHOICE}


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return plain_number(value)
    if isinstance(value, About):
        return value.to_mapping()
    if isinstance(value, tuple):
        return [each.to_mapping() if isinstance(each, Override) else each for each in value]
    return value


def _text(value: Any) -> str:
    if value is None or value == ():
        return UNSET
    if isinstance(value, tuple):
        return f"{len(value)} set rules" if isinstance(value[0], Override) else ", ".join(value)
    return str(value)


@functools.cache
def _preset(name: str) -> Policy:
    policy = Policy.from_mapping(preset_table(name))
    object.__setattr__(policy, "name", name)  # only now, as a name of ours is compared with the preset
    return policy


__all__ = ["CHOICES", "Override", "Policy"]
