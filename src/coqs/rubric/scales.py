"""The three kinds of scale: single choice, numeric ranges and several choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from coqs.model import Standing, Words, exact_or_none


@attrs.frozen(slots=True)
class Level:
    """One answer of a single choice, or one range of a numeric scale."""

    id: str
    """Stable id, unique within its criterion."""
    points: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """What the level earns; None where an ideal point or a record-only criterion needs none."""
    standing: Standing | None = None
    """How it stands to what the customer expects (`is` in the file)."""
    words: Words = Words()
    """The anchor: what an observer sees at this level."""
    low: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """Numeric only (`from`): the lowest value that belongs here; None is unbounded."""
    high: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """Numeric only (`below`): the first value that no longer belongs here; None is unbounded."""


@attrs.frozen(slots=True)
class Option:
    """One option of a several choice."""

    id: str
    """Stable id, unique within its criterion."""
    points: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """What choosing it adds; may be negative."""
    words: Words = Words()
    """What an observer sees."""


def _levels(values: Iterable[Level]) -> tuple[Level, ...]:
    return tuple(values)


def _options(values: Iterable[Option]) -> tuple[Option, ...]:
    return tuple(values)


@attrs.frozen(slots=True)
class SingleChoice:
    """Ordered levels of which one is chosen."""

    levels: tuple[Level, ...] = attrs.field(converter=_levels)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the level ids in order."""
        return tuple(level.id for level in self.levels)


@attrs.frozen(slots=True)
class Numeric:
    """Contiguous ranges of a number, each of which is a level.

    Values and edges are compared as 64-bit floats, so that a value typed as an edge belongs to it.
    """

    levels: tuple[Level, ...] = attrs.field(converter=_levels)
    unit: str = ""
    """What is counted or measured, for people to read."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the ranges in ascending order."""
        return tuple(level.id for level in self.levels)

    def position(self, value: float) -> int | None:
        """Return which range holds `value`, or None where none does.

        >>> fast = Level("fast", high=Fraction(10))
        >>> slow = Level("slow", low=Fraction(10))
        >>> Numeric((fast, slow)).position(10.0)
        1
        """
        for place, level in enumerate(self.levels):
            above = level.low is None or value >= float(level.low)
            if above and (level.high is None or value < float(level.high)):
                return place
        return None


@attrs.frozen(slots=True)
class SeveralChoice:
    """Options of which any number may be chosen."""

    options: tuple[Option, ...] = attrs.field(converter=_options)
    meets_at: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """Share of the criterion from which the answer meets expectation."""
    exceeds_at: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """Share of the criterion from which the answer exceeds expectation."""
    cap: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """The most points that the options can earn together; None for what they add up to."""

    @property
    def ceiling(self) -> Fraction:
        """The most points that can be chosen: of the options that earn together, up to the cap; 0 of none."""
        total = sum((each.points for each in self.options if each.points and each.points > 0), Fraction(0))
        return total if self.cap is None else min(total, self.cap)

    def points(self, chosen: Sequence[int]) -> Fraction:
        """Return the points of the chosen options together, up to the cap; `chosen` are their places."""
        total = sum((self.options[place].points or Fraction(0) for place in chosen), Fraction(0))
        return total if self.cap is None else min(total, self.cap)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the option ids in order."""
        return tuple(option.id for option in self.options)

    def standing(self, share: Fraction) -> Standing | None:
        """Return how a share of this criterion stands to expectation; None where it does not say."""
        if self.exceeds_at is not None and share >= self.exceeds_at:
            return Standing.EXCEEDS
        if self.meets_at is None:
            return None
        return Standing.MEETS if share >= self.meets_at else Standing.BELOW


Scale = SingleChoice | Numeric | SeveralChoice
