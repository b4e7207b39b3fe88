"""What is asked of a customer, and the answers that are offered: boxes in order, or words of their own."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from coqs.model import Words
from coqs.rubric.scales import Option

Points = tuple[Fraction | None, ...]


def _options(values: Iterable[Option]) -> tuple[Option, ...]:
    return tuple(values)


@attrs.frozen(slots=True)
class Choice:
    """Options of which one is chosen, in the order in which they rise."""

    options: tuple[Option, ...] = attrs.field(converter=_options)

    @property
    def boxes(self) -> tuple[str, ...]:
        """Return the ids of the options in their order."""
        return tuple(option.id for option in self.options)

    @property
    def points(self) -> Points:
        """Return the points of each option; None where the file gives none."""
        return tuple(option.points for option in self.options)


@attrs.frozen(slots=True)
class Rating:
    """Whole numbers from `low` to `high`, whose ends are labelled.

    >>> Rating(1, 5).boxes
    ('1', '2', '3', '4', '5')
    """

    low: int
    high: int
    low_words: Words = Words()
    """What the lowest number means."""
    high_words: Words = Words()
    """What the highest number means."""

    @property
    def boxes(self) -> tuple[str, ...]:
        """Return the numbers as texts."""
        return tuple(str(number) for number in range(self.low, self.high + 1))

    @property
    def points(self) -> Points:
        """Return the numbers."""
        return tuple(Fraction(number) for number in range(self.low, self.high + 1))


@attrs.frozen(slots=True)
class YesNo:
    """No or yes; yes is one point."""

    @property
    def boxes(self) -> tuple[str, ...]:
        """Return no and yes, in this order."""
        return ("no", "yes")

    @property
    def points(self) -> Points:
        """Return 0 and 1."""
        return (Fraction(0), Fraction(1))


@attrs.frozen(slots=True)
class FreeText:
    """Words of the customer's own: never scored, never kept, never shown."""

    @property
    def boxes(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    @property
    def points(self) -> Points:
        """Return none."""
        return ()


ItemScale = Choice | Rating | YesNo | FreeText


def _about(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(slots=True)
class SurveyItem:
    """One question of a questionnaire."""

    id: str
    """Stable id, also the name of its column."""
    scale: ItemScale
    """The answers that are offered."""
    words: Words = Words()
    """The question as the customer reads it."""
    reverse: bool = False
    """Whether the first box is the best one: agreeing that "I waited too long" is bad news."""
    not_applicable: bool = False
    """Whether the customer is offered to say that it does not apply."""
    about: tuple[str, ...] = attrs.field(default=(), converter=_about)
    """The stages or criteria of a rubric that it corresponds to."""

    @property
    def is_scored(self) -> bool:
        """Tell whether there is anything to score: words never are."""
        return not isinstance(self.scale, FreeText)

    @property
    def best_first(self) -> tuple[str, ...]:
        """Return the boxes from the best to the worst."""
        return self.scale.boxes if self.reverse else self.scale.boxes[::-1]

    @property
    def span(self) -> tuple[Fraction, Fraction] | None:
        """Return the fewest and the most points; None where a box has none."""
        known = [each for each in self.scale.points if each is not None]
        if not known or len(known) < len(self.scale.points):
            return None
        return min(known), max(known)

    def top(self, k: int) -> tuple[str, ...]:
        """Return the best `k` boxes.

        >>> SurveyItem("waited", Rating(1, 5), reverse=True).top(2)
        ('1', '2')
        """
        return self.best_first[:k]

    def shares(self) -> tuple[Fraction, ...]:
        """Return the points of each box as a share of the way from the worst to the best.

        >>> SurveyItem("waited", Rating(1, 5), reverse=True).shares()[1]
        Fraction(3, 4)
        """
        span = self.span
        if span is None or span[0] == span[1]:
            return ()
        low, high = span
        rising = [(points - low) / (high - low) for points in self.scale.points if points is not None]
        return tuple(1 - share if self.reverse else share for share in rising)
