"""One thing that is asked of an interaction, with all that may be said of it."""

from __future__ import annotations

from fractions import Fraction

import attrs

from coqs.model import Band, Words, as_bands, exact, exact_each
from coqs.rubric.conditions import Condition
from coqs.rubric.scales import Scale, SeveralChoice

ERROR_CLASSES = ("customer", "business", "compliance", "ethics")
ETHICS_KINDS = ("unethical", "illegal", "immoral")
CONTROLLERS = ("person", "team", "system", "policy", "customer")


@attrs.frozen(slots=True)
class Gate:
    """A critical error: an answer on which the interaction fails, whatever its score."""

    error_class: str
    """customer, business, compliance or ethics."""
    on: tuple[str, ...]
    """The level or option ids that trigger it."""
    kind: str | None = None
    """Of an ethics gate: unethical, illegal or immoral."""
    stages: tuple[str, ...] = ()
    """The stages that it takes down, whatever scope the policy has; empty for the policy's own scope."""


@attrs.frozen(slots=True)
class Ideal:
    """The best level depends on a fact; too much and too little both lose."""

    fact: str
    best: tuple[tuple[str, str], ...]
    """(fact value, level id) pairs."""
    points: tuple[Fraction, ...] = attrs.field(converter=exact_each)
    """Points by distance from the best level: 0, 1, 2 … levels away."""


@attrs.frozen(slots=True)
class Detect:
    """What shows a machine rater that the behaviour is there."""

    signal: str
    """Name of a signal in the machine rater's vocabulary."""
    present: str
    """The level that the signal shows."""
    absent: str | None = None
    """The level that the signal's absence shows; None where absence shows nothing."""


@attrs.frozen(slots=True)
class Criterion:
    """One question of a rubric."""

    id: str
    """Stable across versions of the rubric."""
    stage: str
    """The stage that it belongs to."""
    scale: Scale
    """The answers that can be given."""
    weight: Fraction = attrs.field(default=Fraction(1), converter=exact)
    """Weight within its stage; at least 0."""
    words: Words = Words()
    """What an observer is to look for."""
    applies_to: tuple[str, ...] = ()
    """The customer sets that it is asked of; empty for all."""
    when: Condition | None = None
    """The condition under which it is asked; None for always."""
    record_only: bool = False
    """Reported, never scored."""
    bonus: bool = False
    """Adds to the score without adding to what can be reached."""
    irreversible: bool = False
    """Below *meets* it fails the verdict for good."""
    gate: Gate | None = None
    ideal: Ideal | None = None
    controlled_by: str = "person"
    """Who controls the outcome: person, team, system, policy or customer."""
    detect: Detect | None = None
    bands: tuple[Band, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)
    """Names for stretches of the answer's share, from the lowest up."""

    @property
    def is_scoring(self) -> bool:
        """Tell whether the criterion is part of what a full score is made of."""
        return not (self.record_only or self.bonus) and self.weight > 0

    def points_of(self, position: int) -> Fraction | None:
        """Return the points of a level or option of this scale as the file states them."""
        scale = self.scale
        return (scale.options if isinstance(scale, SeveralChoice) else scale.levels)[position].points
