"""Numbers as people read them: per cent, counts, and intervals as text and as small bars."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import attrs

from coqs.model import Words
from coqs.rubric import Rubric

CANNOT_TELL = "cannot tell"
NOT_RECORDED = "not recorded"
HARD_SPACE = "\N{NO-BREAK SPACE}"
CONFIDENCE = f"95{HARD_SPACE}% interval"
BAR_WIDTH = 200
"""Units of a bar's drawing, from the axis' low end to its high end."""


def per_cent(share: float | None, *, sign: bool = True) -> str:
    """Write a share as per cent, to one decimal.

    >>> per_cent(0.8164, sign=False), per_cent(-0.0001, sign=False), per_cent(None)
    ('81.6', '0.0', 'cannot tell')
    """
    if share is None or math.isnan(share):
        return CANNOT_TELL
    return f"{round(share * 100, 1) + 0.0:.1f}" + (f"{HARD_SPACE}%" if sign else "")


def round_per_cent(share: Fraction | float) -> str:
    r"""Write a mark or a limit as per cent, with no more digits than it needs.

    >>> round_per_cent(Fraction(4, 5)), round_per_cent(Fraction(2, 3))
    ('80\xa0%', '66.67\xa0%')
    """
    return f"{float(share) * 100:.4g}{HARD_SPACE}%"


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun.

    >>> counted(1, "gate"), counted(1200, "gate"), counted(0, "criterion", "criteria")
    ('1 gate', '1,200 gates', '0 criteria')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def part_of(part: int, whole: int) -> str:
    """Write how many of how many.

    >>> part_of(3, 1200)
    '3 of 1,200'
    """
    return f"{part:,} of {whole:,}"


@attrs.frozen(slots=True)
class Said:
    """A text of the rubric, and the language it is in where that is not the page's."""

    text: str
    language: str | None = None


def said(words: Words, rubric: Rubric, id: str) -> Said:
    """Return a text in English where there is one, else as the rubric has it, else the id."""
    text = words.in_language("en")
    if not text:
        return Said(id)
    english = rubric.language == "en" or "en" in dict(words.translations)
    return Said(text, None if english else rubric.language)


@attrs.frozen(slots=True)
class Axis:
    """What the two ends of every bar on the page stand for."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Iterable[float | None]) -> Axis:
        """Return an axis from 0 to 1, or wider where bonus or signed points lead out of it."""
        known = [value for value in values if value is not None]
        return cls(math.floor(min([0.0, *known]) * 10) / 10, math.ceil(max([1.0, *known]) * 10) / 10)

    def place(self, value: float | None) -> float | None:
        """Return how far along a bar a value stands."""
        if value is None:
            return None
        return round((value - self.low) / (self.high - self.low) * BAR_WIDTH, 1)


@attrs.frozen(slots=True)
class Bar:
    """An interval as a drawing, with the words that say the same."""

    label: str
    at: float | None
    start: float | None
    width: float
    reference: float | None


@attrs.frozen(slots=True)
class Estimate:
    """A mean or a share with its interval, and what it is a mean of."""

    value: str
    interval: str
    n: int
    bar: Bar


def estimate(
    value: float | None,
    interval: tuple[float | None, float | None],
    n: int,
    axis: Axis,
    *,
    reference: float | None = None,
) -> Estimate:
    """Return an estimate as texts and as a bar on the page's axis."""
    text = interval_text(*interval)
    start, end = (axis.place(limit) for limit in interval)
    bar = Bar(
        label=f"{per_cent(value)}, {CONFIDENCE} {text}, n = {n:,}",
        at=axis.place(value),
        start=start,
        width=0.0 if start is None or end is None else round(max(end - start, 1.0), 1),
        reference=axis.place(reference),
    )
    return Estimate(per_cent(value), text, n, bar)


def interval_text(low: float | None, high: float | None) -> str:
    """Write an interval, or that it cannot be told."""
    if low is None or high is None:
        return CANNOT_TELL
    return f"{per_cent(low, sign=False)} to {per_cent(high)}"
