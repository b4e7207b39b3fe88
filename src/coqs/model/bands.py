"""Bands: names for ranges of a score, such as needs improvement, meets, exceeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from coqs.model.exact import exact_or_none
from coqs.model.words import Words


@attrs.frozen(slots=True)
class Band:
    """A range of a score that has a name; it ends where the next begins."""

    id: str
    """Stable id."""
    low: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """The lowest score that belongs to it (`from` in the file); None of the first, which is unbounded."""
    words: Words = Words()
    """What the band means."""


def as_bands(values: Iterable[Band]) -> tuple[Band, ...]:
    """Return several bands as a tuple."""
    return tuple(values)


def band_of(bands: Sequence[Band], score: Fraction) -> int:
    """Return the place of the band that a score lies in: the last whose `low` it reaches.

    >>> band_of([Band("poor"), Band("fair", "1/2"), Band("good", "4/5")], Fraction(4, 5))
    2
    """
    return max(place for place, band in enumerate(bands) if band.low is None or band.low <= score)
