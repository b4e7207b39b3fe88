"""Before and after an event, within people: what those who stayed did, and who came and went."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError, suggest
from coqs.journeys.events.crowd import Crowd
from coqs.journeys.events.pooling import FEWEST, Differences, pooled_effect
from coqs.journeys.events.register import EventRegister, utc
from coqs.journeys.moments import text_of
from coqs.journeys.observations import Observations
from coqs.model.events import EVERYBODY, Event
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
PARTS = ("stayed", "shifted", "joined", "left", "unnamed")
Whose = Literal["about", "site"]


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class BeforeAfter(Tabular):
    """What changed around events of one kind, one row an event, and all of them together.

    Columns: `at`, `kind`, `about`; `n_before`, `n_after` interactions of those concerned; `before`, `after`,
    their means; `change`, which is the sum of five parts: `stayed`, what people present on both sides did
    differently; `shifted`, that some of them had more or less to do; `joined` and `left`, who came and went;
    `unnamed`, interactions of which nobody wrote down whose they were; `n_people` who stayed, `n_others` who
    stayed and were not concerned.
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
    n_alone: int = 0
    """Events that are not in the effect, since in them there was nobody to compare with, as in others."""
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
        parts = ", ".join(f"{name} {_signed(row[name])}" for name in _told_parts(row))
        change = "cannot tell" if row["change"] is None else f"{row['change']:+.3f} = {parts}"
        yield f"{row['kind']} at {row['at']} about {row['about']}: {change}"
    against = f"beyond {found.n_others} others" if found.n_others else "with nobody to compare with"
    if found.can_tell:
        told = f"{found.effect:+.3f} ({found.ci_low:+.3f} to {found.ci_high:+.3f})"
    else:
        told = f"cannot tell; it takes {FEWEST} people who stayed, and as many others where there are any"
    yield f"people who stayed, {found.n_people}, {against}: {told}"
    if found.n_alone:
        yield f"left out, since there was nobody to compare with: {found.n_alone} of {len(found)} events"


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}"  # never -0.000


def _told_parts(row: Mapping[str, Any]) -> list[str]:
    """Return the parts that are to be told; nothing is said of the unnamed where there are none."""
    return [name for name in PARTS if row[name] is not None and (name != "unnamed" or row[name])]


def before_after(
    seen: Observations,
    register: EventRegister,
    *,
    measure: str,
    span_days: float = 28,
    confidence: float = 0.95,
    whose: Whose = "about",
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
    whose
        Whose change is told: "about", of those whom an event is about; "site", of everybody at their sites,
        for events that move others too, such as somebody's leaving.

    Raises
    ------
    PolicyError
        The span is not above 0, the confidence is none, there is no event, or no such word for `whose`.
    NotFoundError
        No such measure.

    Notes
    -----
    Each person who was seen on both sides has one difference, the mean after less the mean before, so that
    leavers and joiners cannot pass for a change. Those whom an event was about are held against the others in
    the same span (a difference in differences); whom another of the events was about within it is none of
    the others. Several events are pooled, and people counted once, as `coqs.journeys.events.pooling` says.
    Of two events about one person that lie within a span of each other, either finds what the other did. The
    five parts of the raw change add up to it exactly.
    """
    _check(register, span_days, confidence, whose)
    values = seen.measure(measure)
    if "provider" not in seen.context:
        raise NotFoundError("column", "provider", seen.context, where="before_after: journeys of a table")
    events = [each for each in register if each.justified is not False]
    told = [_Around.of(seen, values, event, events, span_days, whose) for event in events]
    return _together(told, events, measure=measure, span_days=span_days, confidence=confidence)


def _check(register: EventRegister, span_days: float, confidence: float, whose: str) -> None:
    known = get_args(Whose)
    if whose not in known:
        raise PolicyError(
            f"whose: must be one of those that there are, got {whose!r}; {suggest(str(whose), known)}",
            choice="whose",
            value=whose,
        )
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

    people: tuple[str | None, ...]
    concerned: Mask
    others: Mask
    """(people,) who was concerned neither by this event nor by another within the span."""
    n: Floats
    """(2, people) interactions before and after."""
    total: Floats

    @classmethod
    def of(
        cls,
        seen: Observations,
        values: Floats,
        event: Event,
        events: Sequence[Event],
        span_days: float,
        whose: str,
    ) -> _Around:
        at, span = utc(event.at), np.timedelta64(round(span_days * 86_400), "s")
        near = ~np.isnan(values) & (seen.at >= at - span) & (seen.at < at + span)
        rows = seen.take(near)
        crowd = Crowd.of(rows)
        n_people = len(crowd.people)
        cell = (rows.at >= at) * n_people + crowd.of_row
        n, total = (
            np.bincount(cell, weight, 2 * n_people).astype(np.float64).reshape(2, -1)
            for weight in (rows.n, values[near])
        )
        concerned = crowd.concerned(event.about, whose)
        others = ~concerned
        for each in events:
            if each.about != EVERYBODY and abs(utc(each.at) - at) < span:
                others &= ~crowd.concerned(each.about, whose)
        return cls(crowd.people, concerned, others, n, total)

    @property
    def named(self) -> Mask:
        return np.array([name is not None for name in self.people])

    @property
    def stayed(self) -> Mask:
        return (self.n > 0).all(axis=0) & self.named

    def differences(self) -> Floats:
        """Return (people,) the mean after less the mean before; NaN of who was not seen on both sides."""
        mean = self.total / np.maximum(self.n, 1)
        return np.where(self.stayed, mean[1] - mean[0], np.nan)

    def parts(self) -> dict[str, float]:
        """Return the change of all who are concerned, and the five parts that add up to it."""
        n, total = self.n[:, self.concerned], self.total[:, self.concerned]
        counts = n.sum(axis=1)
        if not counts.all():
            return dict.fromkeys(("before", "after", "change", *PARTS), math.nan)
        level, weight = total.sum(axis=1) / counts, n / counts[:, None]
        mean = total / np.maximum(n, 1) - level.mean()
        named = self.named[self.concerned]
        both, once = (n > 0).all(axis=0) & named, ~(n > 0).all(axis=0) & named
        return {
            "before": float(level[0]),
            "after": float(level[1]),
            "change": float(level[1] - level[0]),
            "stayed": float((weight.mean(axis=0) * (mean[1] - mean[0]))[both].sum()),
            "shifted": float(((weight[1] - weight[0]) * mean.mean(axis=0))[both].sum()),
            "joined": float((weight[1] * mean[1])[once].sum()),
            "left": float(-(weight[0] * mean[0])[once].sum()),
            "unnamed": float((weight[1] * mean[1] - weight[0] * mean[0])[~named].sum()),
        }


def _together(told: list[_Around], events: list[Event], **how: Any) -> BeforeAfter:
    pooled = pooled_effect(_differences(told), how["confidence"])
    rows = [_row(around, event) for around, event in zip(told, events, strict=True)]
    texts = ("at", "kind", "about")
    columns = {
        name: freeze(np.array([row[name] for row in rows], object if name in texts else None))
        for name in rows[0]
    }
    return BeforeAfter(
        columns=columns,
        effect=pooled.effect,
        ci_low=pooled.low,
        ci_high=pooled.high,
        n_people=pooled.n_people,
        n_others=pooled.n_others,
        others_changed=pooled.others_changed,
        n_alone=pooled.n_alone,
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
        "n_others": int((stayed & around.others).sum()),
    }


def _differences(told: list[_Around]) -> Differences:
    """Return the differences of all who stayed, one row a person and event."""
    known: dict[str | None, int] = {}
    value, person, event, concerned = [], [], [], []
    for place, around in enumerate(told):
        changes = around.differences()
        for who in np.flatnonzero(around.stayed & (around.concerned | around.others)).tolist():
            value.append(changes[who])
            person.append(known.setdefault(around.people[who], len(known)))
            event.append(place)
            concerned.append(around.concerned[who])
    return Differences(
        np.array(value, np.float64),
        np.array(person, np.int64),
        np.array(event, np.int64),
        np.array(concerned, np.bool_),
    )
