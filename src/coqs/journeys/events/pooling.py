"""One effect of several events: each is held against its own others, and people count once.

What is pooled are differences of people, after less before; whence they come is settled in `before_after`.
"""

from __future__ import annotations

import math

import attrs
import numpy as np
import numpy.typing as npt

from coqs.kernels.intervals import student_t_quantile

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
FEWEST = 3
"""People on each side below which nothing is told."""


@attrs.frozen(slots=True, eq=False)
class Differences:
    """People's differences, one row a person and event."""

    value: Floats
    """(rows,) the person's mean after the event less that before it."""
    person: Places
    event: Places
    concerned: Mask
    """(rows,) whether the event was about the person."""

    def take(self, rows: Mask) -> Differences:
        """Return some rows."""
        return Differences(self.value[rows], self.person[rows], self.event[rows], self.concerned[rows])


@attrs.frozen(slots=True, kw_only=True)
class Pooled:
    """The effect with its interval, and of how many people it is told; NaN where it cannot be told."""

    effect: float
    low: float
    high: float
    n_people: int
    n_others: int
    others_changed: float
    """By how much the others changed, weighted as the events are."""
    n_alone: int
    """Events that were left out of the effect, since nobody could be compared with in them."""


def pooled_effect(given: Differences, confidence: float) -> Pooled:
    """Return how much more those concerned changed than the others did around the same event.

    Parameters
    ----------
    given
        Differences of those who were seen on both sides of each event.
    confidence
        Coverage of the interval.

    Notes
    -----
    Each difference of someone concerned has the mean difference of the others around the same event taken
    off it, so that what moved everybody just then cannot pass for an effect; the effect is the mean of what
    is left. Where some events have others and some have not, the latter are left out. A person's rows are
    taken together, concerned or not (clusters; K.-Y. Liang and S. L. Zeger, "Longitudinal data analysis using
    generalized linear models", Biometrika 73 (1986), 13-22), and degrees of freedom are those of B. L. Welch,
    "The generalization of 'Student's' problem when several different population variances are involved",
    Biometrika 34 (1947), 28-35, with as many people as their weights amount to (L. Kish). Of one event it is
    Welch's interval exactly.
    """
    used, n_alone = _comparable(given)
    mine, others = used.take(used.concerned), used.take(~used.concerned)
    weight = np.bincount(mine.event, minlength=_size(given.event)) / max(len(mine.value), 1)
    means = _means(others, len(weight))
    has_others = bool(len(others.value))
    shift = means[mine.event] if has_others else 0.0
    beyond = mine.value - shift
    effect = float(beyond.mean()) if len(beyond) else math.nan
    low, high = _interval(beyond, mine, others, weight, means, _size(given.person), confidence)
    return Pooled(
        effect=effect,
        low=low,
        high=high,
        n_people=len(np.unique(mine.person)),
        n_others=len(np.unique(others.person)),
        others_changed=float(np.nansum(weight * means)) if has_others and len(beyond) else math.nan,
        n_alone=n_alone,
    )


def _size(places: Places) -> int:
    return int(places.max()) + 1 if len(places) else 1


def _means(rows: Differences, n: int) -> Floats:
    """Return (events,) the mean difference; NaN without any."""
    count = np.bincount(rows.event, minlength=n)
    found: Floats = np.where(count > 0, np.bincount(rows.event, rows.value, n) / np.maximum(count, 1), np.nan)
    return found


def _comparable(given: Differences) -> tuple[Differences, int]:
    """Return the rows of events with enough others, if there is one; else of those with any, or all."""
    n = _size(given.event)
    mine, others = (
        np.bincount(given.event[each], minlength=n) for each in (given.concerned, ~given.concerned)
    )
    for fewest in (2, 1):
        kept = (mine > 0) & (others >= fewest)
        if kept.any():
            return given.take(kept[given.event]), int(((mine > 0) & ~kept).sum())
    return given.take(given.concerned), 0


@attrs.frozen(slots=True, eq=False)
class _Side:
    """Those concerned, or the others: how much each person pulls the effect."""

    pull: Floats
    """(people,)"""
    people: int
    amount: float
    """How many people their weights amount to."""

    @classmethod
    def of(cls, away: Floats, part: Floats, person: Places, n: int) -> _Side:
        """Return a side of residuals, the part that each has in the effect, and whose they are."""
        share, pull = (np.bincount(person, each, n).astype(np.float64) for each in (part, away * part))
        amount = float(share.sum() ** 2 / (share**2).sum())
        return cls(pull, int((share > 0).sum()), amount)


def _interval(
    beyond: Floats,
    mine: Differences,
    others: Differences,
    weight: Floats,
    means: Floats,
    n_people: int,
    confidence: float,
) -> tuple[float, float]:
    """Return the interval of the mean of what is beyond the others' change; NaN of too few people."""
    if not len(beyond):
        return math.nan, math.nan
    effect = float(beyond.mean())
    sides = [_Side.of(beyond - effect, np.full(len(beyond), 1 / len(beyond)), mine.person, n_people)]
    if len(others.value):
        count = np.bincount(others.event, minlength=len(weight))[others.event]
        wider = np.sqrt(count / np.where(count > 1, count - 1, np.nan))
        away = -wider * (others.value - means[others.event])
        sides.append(_Side.of(away, weight[others.event] / count, others.person, n_people))
    if any(side.people < FEWEST for side in sides):
        return math.nan, math.nan
    first = sides[0].amount
    pulls = [sides[0].pull * math.sqrt(first / (first - 1)), *(side.pull for side in sides[1:])]
    variance = float((np.sum(pulls, axis=0) ** 2).sum())
    parts = [float((pull**2).sum()) for pull in pulls]
    if not variance > 0:
        return math.nan, math.nan
    df = sum(parts) ** 2 / sum(v**2 / (side.amount - 1) for v, side in zip(parts, sides, strict=True))
    half = float(student_t_quantile(confidence, [df])[0]) * math.sqrt(variance)
    return effect - half, effect + half
