"""The parts of an account: what each criterion and stage did, what fired, and where weight went."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from coqs.model import Standing
from coqs.results.counterfactual import Counterfactual
from coqs.results.provenance import Provenance
from coqs.tables import read_only


@attrs.frozen(slots=True, kw_only=True)
class Item:
    """What one criterion did to the score."""

    criterion: str
    stage: str
    text: str
    """What was asked, in the rubric's words."""
    answer: str
    """Level or option ids, a number, or the name of an absence."""
    weight: Fraction
    """As the rubric states it."""
    points: Fraction | None = None
    """Raw points of the answer."""
    share: Fraction | None = None
    """The answer's share of the criterion."""
    counted_share: Fraction | None = None
    """The share that went into the score: perhaps lowered by a gate, or filled in for an absence; None
    where none did."""
    full_weight: Fraction = Fraction(0)
    """Share of the overall score that it carries where every criterion counts."""
    applied_weight: Fraction = Fraction(0)
    """Share of the overall score that it carried, after redistribution."""
    contribution: Fraction = Fraction(0)
    """What it added to the overall score; with the steps the contributions sum to it exactly."""
    standing: Standing | None = None
    gate: str | None = None
    """Error class of its gate, where that was hit or fires under the policy."""
    irreversible_failed: bool = False
    band: str = ""
    """The band that the answer's share lies in; empty without one."""
    evidence: tuple[tuple[int, int, int], ...] = ()
    """(turn, start, end) of what a machine rater saw."""
    rule: str = ""
    """Which rule was applied, in words."""


@attrs.frozen(slots=True, kw_only=True)
class StageAccount:
    """What one stage did to the score."""

    stage: str
    weight: Fraction
    applied_weight: Fraction = Fraction(0)
    """Share of the overall score, after the weight of unscored stages was redistributed."""
    score: Fraction | None = None
    """None where nothing in it was scored."""
    pass_mark: Fraction | None = None
    missed: bool = False
    band: str = ""
    """The band that its score lies in; empty without one."""


@attrs.frozen(slots=True)
class Gain:
    """What one criterion got of a weight that went."""

    criterion: str
    amount: Fraction
    """Share of the overall score."""


@attrs.frozen(slots=True, kw_only=True)
class Moved:
    """The weight of one criterion that did not count, and who got it."""

    criterion: str
    stage: str
    why: str
    """The name of the absence."""
    amount: Fraction
    """Share of the overall score that it carries where every criterion counts; the gains sum to it."""
    how: str
    """`in proportion`, or `in equal parts`."""
    gains: tuple[Gain, ...]
    """In the order of the sheet."""


@attrs.frozen(slots=True, kw_only=True)
class Fired:
    """A gate that fires, or a bonus that was earned: what one criterion set off."""

    name: str
    """gate or bonus."""
    criterion: str
    stage: str
    before: Fraction | None = None
    """The criterion's share before its gate lowered it (its points under `deduction`), or the overall
    score before the bonus; None where a gate leaves the share as it is."""
    after: Fraction | None = None
    """The same, after it."""
    error_class: str = ""
    """Of the gate."""
    trigger: str = ""
    """The policy's `gate_trigger`."""
    scope: str = ""
    """The policy's `gate_scope`."""
    effect: str = ""
    """The policy's `gate_effect`."""
    tolerated: bool = False
    """Whether the policy's strikes cover the gate, so that it neither fails nor lowers anything."""
    rule: str = ""
    """Why, in words."""


@attrs.frozen(slots=True)
class Step:
    """A change of the overall score that no single criterion made."""

    name: str
    """baseline, errors, floor, gate, override, clamp or rounding."""
    stage: str | None
    """The stage that it changed first; None where it changed the overall score."""
    amount: Fraction
    """What it added to the overall score."""
    rule: str = ""
    """Why, in words."""
    before: Fraction | None = attrs.field(default=None, kw_only=True)
    """The score of the stage, or the overall score, before it."""
    after: Fraction | None = attrs.field(default=None, kw_only=True)
    """The same score after it."""
    override: int | None = attrs.field(default=None, kw_only=True)
    """Which of the policy's `overrides` it is, from 0; None where it is none."""


@attrs.frozen(slots=True, kw_only=True, repr=False)
class Account:
    """How one interaction got its score, as plain values."""

    interaction: str
    rater: str | None
    overall: Fraction | None
    verdict: str
    reason: str
    """Why it is unscored; empty where it is scored."""
    because: tuple[str, ...]
    """What failed the verdict, in words."""
    stages: tuple[StageAccount, ...]
    items: tuple[Item, ...]
    moved: tuple[Moved, ...] = ()
    """The weights of criteria that did not count, and who got them. What each criterion carries where all
    count, and its gains, are its applied weight. None where nothing was scored, and under `deduction`
    and `error_accuracy`, which have no weights to hand on."""
    fired: tuple[Fired, ...] = ()
    """Gates that fire, then bonuses that were earned, each in the order of the sheet."""
    steps: tuple[Step, ...] = ()
    """Changes of the score that no single criterion made, in their order."""
    bounds: tuple[Fraction, Fraction] | None
    """Lowest and highest score that the missing answers allow; None where they allow none, and where
    there are too many ways to try them."""
    counts: Mapping[str, int] = attrs.field(converter=read_only)
    """How many criteria were answered, not applicable, not asked and so on."""
    pass_mark: Fraction | None
    counterfactual: Counterfactual | None = None
    """The fewest changes of answers that would flip the verdict; None where nobody looked for them."""
    band: str = ""
    """The band that the overall score lies in; empty without one."""
    points: Fraction = Fraction(0)
    """Raw points of what counts."""
    provenance: Provenance

    @property
    def events(self) -> tuple[Fired | Step, ...]:
        """Everything that fired, in the order in which it did: gates, bonuses, then the steps.

        What was in force and changed nothing, such as a floor below the score, is not among them.
        """
        starts = tuple(step for step in self.steps if step.name == "baseline")
        return (*starts, *self.fired, *self.steps[len(starts) :])

    @property
    def coverage(self) -> Fraction | None:
        """Share of the asked criteria that were answered; None where none was asked."""
        missing = self.counts["unanswered"] + self.counts["abstained"] + self.counts["failed"]
        asked = self.counts["answered"] + missing
        return Fraction(self.counts["answered"], asked) if asked else None
