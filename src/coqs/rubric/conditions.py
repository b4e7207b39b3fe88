"""Conditions on facts and answers, under which a criterion is asked.

A condition has three values: true, false and None for what cannot be known, combined by
Kleene's strong logic (S. C. Kleene, Introduction to Metamathematics, 1952, section 64).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from coqs.model import exact_or_none


@attrs.frozen(slots=True)
class FactIn:
    """The fact has one of these values; a boolean fact has the values 'true' and 'false'."""

    fact: str
    values: tuple[str, ...]


@attrs.frozen(slots=True)
class FactBetween:
    """The number lies at or above `low` and below `high`, compared as 64-bit floats."""

    fact: str
    low: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    high: Fraction | None = attrs.field(default=None, converter=exact_or_none)


@attrs.frozen(slots=True)
class CriterionIn:
    """The answer to another criterion is one of these levels (or has one of these options)."""

    criterion: str
    ids: tuple[str, ...]


@attrs.frozen(slots=True)
class Negation:
    """The condition is not met."""

    condition: Condition


@attrs.frozen(slots=True)
class Every:
    """All of the conditions are met."""

    conditions: tuple[Condition, ...]


@attrs.frozen(slots=True)
class Some:
    """At least one of the conditions is met."""

    conditions: tuple[Condition, ...]


Condition = FactIn | FactBetween | CriterionIn | Negation | Every | Some


def leaves(condition: Condition | None) -> Iterator[FactIn | FactBetween | CriterionIn]:
    """Yield the tests on facts and answers within a condition, in the order written."""
    match condition:
        case None:
            return
        case Negation(inner):
            yield from leaves(inner)
        case Every(inner) | Some(inner):
            for part in inner:
                yield from leaves(part)
        case _:
            yield condition


def nodes(condition: Condition | None) -> Iterator[Condition]:
    """Yield a condition and every condition within it."""
    if condition is None:
        return
    yield condition
    match condition:
        case Negation(inner):
            yield from nodes(inner)
        case Every(inner) | Some(inner):
            for part in inner:
                yield from nodes(part)


def criteria_read(condition: Condition | None) -> tuple[str, ...]:
    """Return the ids of the criteria whose answers a condition reads."""
    return tuple(dict.fromkeys(leaf.criterion for leaf in leaves(condition) if isinstance(leaf, CriterionIn)))
