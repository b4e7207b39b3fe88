"""The register of events: in the order of time, by kind and by whom they are about."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import attrs
import numpy as np

from coqs.errors import NotFoundError, RecordError, Spot, suggest
from coqs.journeys.moments import moment, text_of
from coqs.model.events import EVERYBODY, Event
from coqs.tables import (
    Coded,
    Encoded,
    Place,
    Refusals,
    Times,
    coded,
    column_of,
    open_table,
    text_column,
    time_column,
)
from coqs.tables.columns import refuse_cells
from coqs.whole_file import write_whole

SCHEMA = 1
COLUMNS = ("at", "kind", "about", "justified", "fixed_at", "note")
WORDS = MappingProxyType({"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False})


def _in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda each: (each.at, each.kind, each.about)))


@attrs.frozen(slots=True, repr=False)
class EventRegister:
    """Events in the order of time.

    Examples
    --------
    >>> table = {"at": ["2026-03-30", "2026-04-27"], "kind": ["training", "leaver"]}
    >>> table["about"] = ["Brandt", "Dray"]
    >>> register = EventRegister.from_table(table, tz="Europe/Madrid")
    >>> register
    <EventRegister: 2 events; leaver 1, training 1>
    >>> register.marks("Brandt")
    [('2026-03-29T22:00:00Z', 'training')]
    """

    events: tuple[Event, ...] = attrs.field(converter=_in_order, default=())

    @classmethod
    def from_table(cls, table: Any, *, tz: str | None = None) -> Self:
        """Read events from a table of any library.

        Parameters
        ----------
        table
            Columns `at` and `kind`, and as far as there is anything to tell `about`, `justified` (true,
            false), `fixed_at` and `note`.
        tz
            The zone of times and dates that state none.

        Raises
        ------
        RecordError
            A column is unknown, or cells cannot be used: all counted, the first ten named by row and column.
        """
        return cls.from_placed_table(table, place=lambda row: Spot(f"row {row + 1}", row + 1), tz=tz)

    @classmethod
    def from_placed_table(cls, table: Any, *, place: Place, tz: str | None = None) -> Self:
        """Read events from a table whose rows have places of their own, as lines."""
        given = open_table(table, names={})
        _check_headers(given.names)
        columns, refused = dict(given.read()), Refusals()
        if "justified" in columns:
            columns["justified"] = _words(columns["justified"])

        def cell(name: str) -> Place:
            return lambda row: place(row).within(f"column {name!r}", path=name)

        texts: dict[str, Encoded] = {
            name: text_column(columns[name], refused, place=cell(name))
            for name in ("kind", "about", "note", "justified")
            if name in columns
        }
        times: dict[str, Any] = {
            name: time_column(columns[name], refused, place=cell(name), tz=tz)
            for name in ("at", "fixed_at")
            if name in columns
        }
        for name in COLUMNS[:2]:
            empty = np.flatnonzero(column_of(columns[name]).empty()).tolist()
            refused.add_rows(empty, lambda _: "must say something, got nothing; fill it in", place=cell(name))
        if "fixed_at" in times:
            _check_order(times["at"], times["fixed_at"], refused, cell("fixed_at"))
        for name, column in texts.items():
            _check_words(column, name, refused, cell(name))
        if refused.count:
            raise refused.error("events")
        return cls(_event(texts, times, row) for row in range(len(times["at"])))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read the JSON file that `save` wrote.

        Raises
        ------
        RecordError
            It is no register, or of another schema.
        OSError
            The file cannot be read.
        """
        try:
            record = json.loads(Path(path).read_text("utf-8"))
        except (UnicodeDecodeError, ValueError):
            raise RecordError(
                f"{path}: must be JSON, got something else; write it with save", path=str(path)
            ) from None
        if not isinstance(record, dict) or record.get("schema") != SCHEMA:
            raise RecordError(
                f"{path}: must be a register of schema {SCHEMA}; read it with a newer coqs", path=str(path)
            )
        rows = record.get("events")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RecordError(f"{path}: events must be a list of objects; write it with save", path=str(path))
        names = dict.fromkeys([*COLUMNS[:2], *(name for row in rows for name in row)])
        return cls.from_table({name: [row.get(name) for row in rows] for name in names})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the register as a JSON file, whole or not at all; notes go with it.

        Raises
        ------
        OSError
            The file cannot be written; nothing is left behind.
        """
        record = {"schema": SCHEMA, "events": [_plain(each) for each in self.events]}
        write_whole(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")

    def of_kind(self, *kinds: str) -> Self:
        """Return the events of some kinds.

        Raises
        ------
        NotFoundError
            No event is of such a kind.
        """
        for kind in kinds:
            if kind not in self.kinds:
                raise NotFoundError("kind", kind, self.kinds, where="events")
        return attrs.evolve(self, events=[each for each in self.events if each.kind in kinds])

    def about(self, *names: str) -> Self:
        """Return the events about some providers or sites, and those about everybody."""
        return attrs.evolve(self, events=[each for each in self.events if each.about in (*names, EVERYBODY)])

    def between(self, since: Any, until: Any, *, tz: str | None = None) -> Self:
        """Return the events from a moment up to, not with, another."""
        start, end = (moment(each, tz or "UTC", name) for name, each in (("since", since), ("until", until)))
        return attrs.evolve(self, events=[each for each in self.events if start <= utc(each.at) < end])

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that there are, in alphabetical order."""
        return tuple(sorted({each.kind for each in self.events}))

    def marks(self, group: str | None = None) -> list[tuple[str, str]]:
        """Return (time in UTC, kind) of each event for a picture; those that concern a group, if named."""
        chosen = self.events if group is None else self.about(group).events
        return [(text_of(utc(each.at)), each.kind) for each in chosen]

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __add__(self, other: EventRegister) -> Self:
        return attrs.evolve(self, events=[*self.events, *other.events])

    def __repr__(self) -> str:
        counts = {kind: sum(each.kind == kind for each in self.events) for kind in self.kinds}
        told = ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "none"
        return f"<EventRegister: {len(self)} events; {told}>"


def utc(at: dt.datetime) -> np.datetime64:
    """Return a time with a zone as UTC."""
    return np.datetime64(at.astimezone(dt.UTC).replace(tzinfo=None), "us")


def _check_headers(names: Iterable[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            raise RecordError(f"events: columns must be known, got {name[:60]!r}; {suggest(name, COLUMNS)}")
    for name in ("at", "kind"):
        if name not in names:
            raise RecordError(f"events: must have a column {name!r}, got none; add it")


def _words(column: Any) -> Coded:
    """Return a column in which true and false are words, as they are in files of text."""
    found = coded(column_of(column)).tight()
    return Coded(
        found.codes, [str(each) if isinstance(each, bool | np.bool_) else each for each in found.values]
    )


def _check_order(at: Times, fixed: Times, refused: Refusals, place: Place) -> None:
    rows = np.flatnonzero(fixed < at).tolist()
    refused.add_rows(rows, lambda _: "must not be before at, got an earlier time; mend one", place=place)


def _check_words(column: Encoded, name: str, refused: Refusals, place: Place) -> None:
    bad = {
        code: partial(_wrong, name)
        for code, text in enumerate(column.categories)
        if (text.casefold() not in WORDS if name == "justified" else not text.strip() and name != "note")
    }
    codes = np.where(column.codes < 0, len(column.categories), column.codes)
    refuse_cells(refused, codes, bad, place=place)


def _wrong(name: str) -> str:
    if name == "justified":
        return "must be true or false, got another text; write one, or leave it empty"
    return "must be a name, got blanks; write one"


def _event(texts: Mapping[str, Encoded], times: Mapping[str, Any], row: int) -> Event:
    told = {name: column[row] for name, column in texts.items()}
    word = told.get("justified")
    fixed = times["fixed_at"][row] if "fixed_at" in times else np.datetime64("NaT")
    return Event(
        at=_time(times["at"][row]),
        kind=told["kind"] or "",
        about=told.get("about") or EVERYBODY,
        justified=None if word is None else WORDS[word.casefold()],
        fixed_at=None if np.isnat(fixed) else _time(fixed),
        note=told.get("note") or "",
    )


def _time(at: np.datetime64) -> dt.datetime:
    found: dt.datetime = at.astype("datetime64[us]").item()
    return found.replace(tzinfo=dt.UTC)


def _plain(event: Event) -> dict[str, Any]:
    record = {
        "at": event.at.astimezone(dt.UTC).isoformat(),
        "kind": event.kind,
        "about": event.about,
        "justified": None if event.justified is None else str(event.justified).lower(),
        "fixed_at": None if event.fixed_at is None else event.fixed_at.astimezone(dt.UTC).isoformat(),
        "note": event.note or None,
    }
    return {name: value for name, value in record.items() if value is not None}
