"""The batch, and the view of one interaction of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, Spot
from coqs.facts import FactColumn, fact_at, same_facts, take_fact
from coqs.interactions.records import columns_of_records
from coqs.model import Provider
from coqs.tables import TIME_UNIT, Encoded, Times, frozen_array, read_only, times_array


@attrs.frozen(slots=True)
class Turn:
    """One turn of a dialogue. Its repr does not show the words."""

    speaker: str
    """provider, customer, or another role in lower case."""
    text: str = attrs.field(repr=lambda text: f"<{len(text)} characters>")
    at: dt.datetime | None = None
    """When it began, in UTC."""


def _offsets(values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    return frozen_array(values, np.int64)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(slots=True, repr=False, eq=False)
class Interactions:
    """A batch of n interactions with m turns, held as columns; arrays are read-only.

    Made by `coqs.read_interactions` or `Interactions.from_records`. `batch[3]` and `batch["I-7"]`
    are views of one interaction.
    """

    ids: tuple[str, ...] = attrs.field(converter=_texts)
    """n unique ids."""
    context: Mapping[str, Encoded] = attrs.field(converter=read_only)
    """provider, provider_grade, customer, customer_set, site, channel, issue: (n,) each."""
    at: Times = attrs.field(converter=times_array)
    """(n,) datetime64[us] in UTC, NaT where unknown."""
    facts: Mapping[str, FactColumn] = attrs.field(converter=read_only)
    """What was recorded of each interaction: (n,) texts (booleans as true and false) or floats."""
    turn_offsets: npt.NDArray[np.int64] = attrs.field(converter=_offsets)
    """(n + 1,): the turns of interaction i are rows offsets[i] to offsets[i + 1] of the turn columns."""
    turn_speaker: Encoded
    """(m,) who spoke."""
    turn_text: tuple[str, ...] = attrs.field(converter=_texts)
    """(m,) what was said."""
    turn_at: Times = attrs.field(converter=times_array)
    """(m,) datetime64[us] in UTC, NaT where unknown."""
    tz: str | None = None
    """The zone in which its days begin, such as Europe/Madrid, for words like "tomorrow"; None for UTC."""

    @classmethod
    def from_records(cls, records: Iterable[Mapping[str, Any]], *, tz: str | None = None) -> Interactions:
        """Build a batch from mappings with `id` and `turns`, and what else is known.

        Parameters
        ----------
        records
            Mappings with the keys id, at, provider, provider_grade, customer, customer_set, site,
            channel, issue, turns (mappings with speaker, text, at) and facts (name to value). A
            speaker is `provider`, `customer` or another role in lower case, such as `system`.
        tz
            The zone of times that state none, such as "Europe/Madrid"; without it they are refused. Its days
            are those that promises such as "by tomorrow" speak of.

        Raises
        ------
        RecordError
            Some records cannot be used, or `tz` is no zone; `failures` lists the first, with place and
            key path.
        MissingDependencyError
            `tz` names a zone, and this machine has no zone data; the extra `zones` brings it.
        """
        placed = ((Spot(f"record {n}"), record) for n, record in enumerate(records))
        return cls.from_placed_records(placed, tz=tz)

    @classmethod
    def from_placed_records(
        cls, records: Iterable[tuple[Spot, Any]], *, tz: str | None = None
    ) -> Interactions:
        """Build a batch from records and where each stands, such as a line.

        A `RecordError` in the place of a record says why that one cannot be used, and is collected with
        the others.
        """
        return cls(**columns_of_records(records, tz=tz), tz=tz)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Interaction]:
        return (Interaction(self, row) for row in range(len(self)))

    def __getitem__(self, key: int | str) -> Interaction:
        """Return a view of one interaction, by row number or by id."""
        if isinstance(key, str):
            if key not in self.ids:
                raise NotFoundError("interaction", key, self.ids)
            return Interaction(self, self.ids.index(key))
        if not -len(self) <= key < len(self):
            raise IndexError(f"interactions: must have a row {key}, got {len(self)} rows; count from 0")
        return Interaction(self, key % len(self))

    def rows(self, start: int, stop: int) -> Interactions:
        """Return the interactions from row `start` up to `stop` as a batch of their own."""
        start, stop, _ = slice(start, stop).indices(len(self))
        stop = max(start, stop)
        first, last = int(self.turn_offsets[start]), int(self.turn_offsets[stop])
        return Interactions(
            ids=self.ids[start:stop],
            context={name: column.take(slice(start, stop)) for name, column in self.context.items()},
            at=self.at[start:stop],
            facts={name: take_fact(column, slice(start, stop)) for name, column in self.facts.items()},
            turn_offsets=self.turn_offsets[start : stop + 1] - first,
            turn_speaker=self.turn_speaker.take(slice(first, last)),
            turn_text=self.turn_text[first:last],
            turn_at=self.turn_at[first:last],
            tz=self.tz,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Interactions):
            return NotImplemented
        return (
            self.ids == other.ids
            and self.context == other.context
            and np.array_equal(self.at, other.at, equal_nan=True)
            and same_facts(self.facts, other.facts)
            and np.array_equal(self.turn_offsets, other.turn_offsets)
            and self.turn_speaker == other.turn_speaker
            and self.turn_text == other.turn_text
            and np.array_equal(self.turn_at, other.turn_at, equal_nan=True)
            and self.tz == other.tz
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        facts = ", ".join(self.facts) or "none"
        return f"<Interactions: {len(self)} with {len(self.turn_text)} turns; facts: {facts}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Interactions, tuple(getattr(self, field.name) for field in attrs.fields(Interactions))


@attrs.frozen(slots=True, repr=False)
class Interaction:
    """A view of one interaction of a batch."""

    batch: Interactions
    row: int

    @property
    def id(self) -> str:
        """Its id."""
        return self.batch.ids[self.row]

    @property
    def provider(self) -> Provider | None:
        """Who served, with the grade at that time; None where unknown."""
        id = self.batch.context["provider"][self.row]
        return None if id is None else Provider(id, self.batch.context["provider_grade"][self.row])

    @property
    def customer(self) -> str | None:
        """Who was served; None where unknown."""
        return self.batch.context["customer"][self.row]

    @property
    def customer_set(self) -> str | None:
        """Which customer set they belong to; None where unknown."""
        return self.batch.context["customer_set"][self.row]

    @property
    def site(self) -> str | None:
        """Where it took place; None where unknown."""
        return self.batch.context["site"][self.row]

    @property
    def channel(self) -> str | None:
        """By which channel; None where unknown."""
        return self.batch.context["channel"][self.row]

    @property
    def issue(self) -> str | None:
        """Which issue it belongs to; None for none."""
        return self.batch.context["issue"][self.row]

    @property
    def at(self) -> dt.datetime | None:
        """When it began, in UTC."""
        return utc_datetime(self.batch.at[self.row])

    @property
    def facts(self) -> dict[str, str | float]:
        """The facts that were recorded of it."""
        values = {name: fact_at(column, self.row) for name, column in self.batch.facts.items()}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns in order."""
        batch = self.batch
        start, stop = batch.turn_offsets[self.row : self.row + 2]
        return tuple(
            Turn(batch.turn_speaker[turn] or "", batch.turn_text[turn], utc_datetime(batch.turn_at[turn]))
            for turn in range(start, stop)
        )

    def __repr__(self) -> str:
        start, stop = self.batch.turn_offsets[self.row : self.row + 2]
        return f"<Interaction {self.id!r}: {stop - start} turns>"


def utc_datetime(value: np.datetime64) -> dt.datetime | None:
    """Return a column's time as a datetime in UTC, None where it is not a time."""
    plain = value.astype(TIME_UNIT).item()
    return None if plain is None else plain.replace(tzinfo=dt.UTC)
