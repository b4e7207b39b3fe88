"""Before and after an event, within people: what those who stayed did, and who came and went."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.events.register import EventRegister, utc
from coqs.journeys.moments import text_of
from coqs.journeys.observations import NO_KEY, Observations
from coqs.kernels.intervals import student_t_quantile
from coqs.model.events import EVERYBODY, Event
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
DAY = np.timedelta64(1, "D")
FEWEST = 3
"""People on each side below which nothing is told."""
PARTS = ("stayed", "shifted", "joined", "left")


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class BeforeAfter(Tabular):
    """What changed around events of one kind, one row an event, and all of them together.

    Columns: `at`, `kind`, `about`; `n_before`, `n_after` interactions of those concerned; `before`, `after`,
    their means; `change`, which is the sum of four parts: `stayed`, what people present on both sides did
    differently; `shifted`, that some of them had more or less to do; `joined` and `left`, who came and went;
    `n_people` who stayed, `n_others` who stayed and were not concerned.
    """

    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)
    effect: float
    """How much more those concerned changed than the others did; without others, how much they changed."""
    ci_low: float
    ci_high: float
    n_people: int
    """People who stayed, over all events."""
    n_others: int
    """Of those who were not concerned; 0 where there is nobody to compare with."""
    others_changed: float
    """By how much they changed; NaN without any."""
    span_days: float
    measure: str
    confidence: float

    @property
    def can_tell(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.ci_low)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BeforeAfter):
            return NotImplemented
        return str(self) == str(other) and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<BeforeAfter of {len(self)} events: {self.measure}, {self.n_people} people who stayed>"

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {name: getattr(self, name) for name in attrs.fields_dict(BeforeAfter)}
        return _again, (parts | {"columns": dict(self.columns)},)


def _again(parts: dict[str, Any]) -> BeforeAfter:
    columns = {name: freeze(each) for name, each in parts["columns"].items()}
    return BeforeAfter(**parts | {"columns": columns})


def _lines(found: BeforeAfter) -> Iterator[str]:
    for row in found.rows():
        parts = ", ".join(f"{name} {_signed(row[name])}" for name in PARTS if row[name] is not None)
        change = "cannot tell" if row["change"] is None else f"{row['change']:+.3f} = {parts}"
        yield f"{row['kind']} at {row['at']} about {row['about']}: {change}"
    against = f"beyond {found.n_others} others" if found.n_others else "with nobody to compare with"
    if found.can_tell:
        told = f"{found.effect:+.3f} ({found.ci_low:+.3f} to {found.ci_high:+.3f})"
    else:
        told = f"cannot tell; it takes {FEWEST} people who stayed, and as many others where there are any"
    yield f"people who stayed, {found.n_people}, {against}: {told}"


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}"  # never -0.000


def before_after(
    seen: Observations,
    register: EventRegister,
    *,
    measure: str,
    span_days: float = 28,
    confidence: float = 0.95,
) -> BeforeAfter:
    """Tell what changed from before events to after them, within people.

    Parameters
    ----------
    seen
        What was observed, with providers and sites.
    register
        The events, most often of one kind; complaints that were not justified are left out.
    measure
        What is held against.
    span_days
        Days that are looked at on either side; above 0.
    confidence
        Coverage of the interval.

    Raises
    ------
    PolicyError
        The span is not above 0, the confidence is none, or there is no event.
    NotFoundError
        No such measure.

    Notes
    -----
    Each person who was seen on both sides has one difference, the mean after less the mean before, so that
    leavers and joiners cannot pass for a change; a person's differences in several events are averaged.
    Those whom the event was about are held against the others in the same spans (a difference in
    differences); the interval is Welch's over people: B. L. Welch, "The generalization of 'Student's'
    problem", Biometrika 34 (1947), 28-35. The four parts of the raw change add up to it exactly.
    """
    _check(register, span_days, confidence)
    values = seen.measure(measure)
    if "provider" not in seen.context:
        raise NotFoundError("column", "provider", seen.context, where="before_after: journeys of a table")
    events = [each for each in register if each.justified is not False]
    told = [_Around.of(seen, values, event, span_days) for event in events]
    return _together(told, events, measure=measure, span_days=span_days, confidence=confidence)


def _check(register: EventRegister, span_days: float, confidence: float) -> None:
    if not span_days > 0 or not math.isfinite(span_days):
        raise PolicyError(
            f"span_days: must be above 0, got {span_days}; use for example 28",
            choice="span_days",
            value=span_days,
        )
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )
    if not any(each.justified is not False for each in register):
        raise PolicyError(
            "events: must be one at least, got none; name a kind that occurs", choice="events", value=0
        )


@attrs.frozen(slots=True, eq=False)
class _Around:
    """What was observed around one event, by person: sums and numbers before and after."""

    people: tuple[str, ...]
    concerned: npt.NDArray[np.bool_]
    n: Floats
    """(2, people) interactions before and after."""
    total: Floats

    @classmethod
    def of(cls, seen: Observations, values: Floats, event: Event, span_days: float) -> _Around:
        at, span = utc(event.at), np.timedelta64(round(span_days * 86_400), "s")
        near = ~np.isnan(values) & (seen.at >= at - span) & (seen.at < at + span)
        rows = seen.take(near)
        provider = rows.context["provider"]
        people = (*provider.categories, NO_KEY)
        who = np.where(provider.codes < 0, len(people) - 1, provider.codes).astype(np.int64)
        cell = (rows.at >= at) * len(people) + who
        n, total = (
            np.bincount(cell, weight, 2 * len(people)).astype(np.float64).reshape(2, -1)
            for weight in (rows.n, values[near])
        )
        return cls(people, _concerned(rows, event, who, len(people)), n, total)

    @property
    def stayed(self) -> npt.NDArray[np.bool_]:
        known = np.array([name != NO_KEY for name in self.people])
        return (self.n > 0).all(axis=0) & known

    def differences(self) -> Floats:
        """Return (people,) the mean after less the mean before; NaN of who was not seen on both sides."""
        mean = self.total / np.maximum(self.n, 1)
        return np.where(self.stayed, mean[1] - mean[0], np.nan)

    def parts(self) -> dict[str, float]:
        """Return the change of all who are concerned, and the four parts that add up to it."""
        n, total = self.n[:, self.concerned], self.total[:, self.concerned]
        counts = n.sum(axis=1)
        if not counts.all():
            return dict.fromkeys(("before", "after", "change", *PARTS), math.nan)
        level, weight = total.sum(axis=1) / counts, n / counts[:, None]
        mean = total / np.maximum(n, 1) - level.mean()
        both = (n > 0).all(axis=0)
        return {
            "before": float(level[0]),
            "after": float(level[1]),
            "change": float(level[1] - level[0]),
            "stayed": float((weight.mean(axis=0) * (mean[1] - mean[0]))[both].sum()),
            "shifted": float(((weight[1] - weight[0]) * mean.mean(axis=0))[both].sum()),
            "joined": float((weight[1] * mean[1])[~both].sum()),
            "left": float(-(weight[0] * mean[0])[~both].sum()),
        }


def _concerned(rows: Observations, event: Event, who: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.bool_]:
    """Return (people,) whom the event is about: the person, those mostly at the site, or everybody."""
    if event.about == EVERYBODY:
        return np.ones(n, np.bool_)
    provider, site = rows.context["provider"], rows.context["site"]
    if event.about in provider.categories:
        own: npt.NDArray[np.bool_] = np.arange(n) == provider.categories.index(event.about)
        return own
    there = np.zeros(len(rows), np.bool_)
    if event.about in site.categories:
        there = site.codes == site.categories.index(event.about)
    found: npt.NDArray[np.bool_] = 2 * np.bincount(who[there], minlength=n) > np.bincount(who, minlength=n)
    return found


def _together(told: list[_Around], events: list[Event], **how: Any) -> BeforeAfter:
    mine, others = _by_person(told, concerned=True), _by_person(told, concerned=False)
    effect, low, high = _effect(mine, others, how["confidence"])
    rows = [_row(around, event) for around, event in zip(told, events, strict=True)]
    texts = ("at", "kind", "about")
    columns = {
        name: freeze(np.array([row[name] for row in rows], object if name in texts else None))
        for name in rows[0]
    }
    return BeforeAfter(
        columns=columns,
        effect=effect,
        ci_low=low,
        ci_high=high,
        n_people=len(mine),
        n_others=len(others),
        others_changed=float(others.mean()) if len(others) else math.nan,
        **how,
    )


def _row(around: _Around, event: Event) -> dict[str, Any]:
    stayed = around.stayed
    counts = around.n[:, around.concerned].sum(axis=1)
    return {
        "at": text_of(utc(event.at)),
        "kind": event.kind,
        "about": event.about,
        "n_before": counts[0],
        "n_after": counts[1],
        **around.parts(),
        "n_people": int((stayed & around.concerned).sum()),
        "n_others": int((stayed & ~around.concerned).sum()),
    }


def _by_person(told: list[_Around], *, concerned: bool) -> Floats:
    """Return each person's difference, averaged over the events."""
    found: dict[str, list[float]] = {}
    for around in told:
        changes = around.differences()
        for place in np.flatnonzero(~np.isnan(changes) & (around.concerned == concerned)).tolist():
            found.setdefault(around.people[place], []).append(float(changes[place]))
    return np.array([np.mean(each) for each in found.values()], np.float64)


def _effect(mine: Floats, others: Floats, confidence: float) -> tuple[float, float, float]:
    """Return the difference in differences with Welch's interval."""
    if len(mine) < FEWEST or 0 < len(others) < FEWEST:
        effect = mine.mean() - (others.mean() if len(others) else 0.0) if len(mine) else math.nan
        return float(effect), math.nan, math.nan
    variances = [each.var(ddof=1) / len(each) for each in (mine, others) if len(each)]
    sizes = [len(each) for each in (mine, others) if len(each)]
    effect = float(mine.mean() - (others.mean() if len(others) else 0.0))
    whole = sum(variances)
    if not whole > 0:
        return effect, math.nan, math.nan
    df = whole**2 / sum(v**2 / (n - 1) for v, n in zip(variances, sizes, strict=True))
    half = float(student_t_quantile(confidence, [df])[0]) * math.sqrt(whole)
    return effect, effect - half, effect + half
