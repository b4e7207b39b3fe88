"""The five stages of one interaction; a rubric may weigh, mark and add stages."""

from __future__ import annotations

from fractions import Fraction

import attrs

from coqs.model.bands import Band, as_bands
from coqs.model.exact import exact, exact_or_none
from coqs.model.words import Words


@attrs.frozen(slots=True)
class Stage:
    """A part of an interaction that gets a score of its own."""

    id: str
    """Stable id."""
    weight: Fraction = attrs.field(default=Fraction(1), converter=exact)
    """Share of the overall score, relative to the other stages; at least 0."""
    pass_mark: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """The stage's score below which an interaction fails, as a share."""
    words: Words = Words()
    """What the stage is about."""
    bands: tuple[Band, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)
    """Names for stretches of the stage's score, from the lowest up."""


STAGES: tuple[Stage, ...] = (
    Stage("greeting", words=Words("The presence is acknowledged at once, and sincerely")),
    Stage("determining", words=Words("The need is found out with undivided attention")),
    Stage("responding", words=Words("The need is fulfilled, or directed to who can fulfil it")),
    Stage("concluding", words=Words("The interaction is brought to a warm and complete end")),
    Stage("future", words=Words("There is something to look forward to")),
)
