"""Turn records, one mapping an interaction, into the columns of a batch; problems keep their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError, Spot, suggest
from coqs.facts import FactColumn, fact_column
from coqs.model import CONTEXT, RESERVED
from coqs.tables import (
    Encoded,
    Place,
    Refusals,
    Times,
    digits_of,
    frozen_array,
    kind_of,
    time_column,
    times_array,
)

KEYS = ("id", "at", *CONTEXT, "turns", "facts")
TURN_KEYS = ("speaker", "text", "at")
SPEAKERS = ("provider", "customer")
"""Those whom raters know by name; others are roles of the caller's own."""


def columns_of_records(records: Iterable[tuple[Spot, Any]], *, tz: str | None) -> dict[str, Any]:
    """Return the columns of a batch from records and where each stands."""
    builder = _Builder(tz)
    for place, record in records:
        builder.add(place, record)
    return builder.columns()


class _Builder:
    """Collects records into columns, and every problem with its place."""

    def __init__(self, tz: str | None) -> None:
        self.tz = tz
        self.refused = Refusals()
        self.places: list[Spot] = []
        self.seen: dict[str, Spot] = {}
        self.plain: dict[str, list[Any]] = {name: [] for name in ("at", *CONTEXT)}
        self.facts: list[Mapping[str, Any]] = []
        self.offsets = [0]
        self.turns: dict[str, list[Any]] = {name: [] for name in TURN_KEYS}
        self.turn_places: list[tuple[Spot, int]] = []

    def add(self, place: Spot, record: Any) -> None:
        """Take one record, or note why it cannot be used; an error in its place says so itself."""
        if isinstance(record, RecordError):
            self._failed(place, record)
            return
        if not isinstance(record, Mapping):
            self._refuse(place, "$", f"must be an object, got {kind_of(record)}; give it id and turns")
            return
        self._keys(place, "$", record, KEYS)
        if self._id(place, record.get("id")) and self._turns(place, record.get("turns")):
            self.places.append(place)
            self.plain["at"].append(record.get("at"))
            for name in CONTEXT:
                self.plain[name].append(self._text(place, f"$.{name}", record.get(name)))
            self.facts.append(self._facts(place, record.get("facts")))

    def _failed(self, place: Spot, error: RecordError) -> None:
        for failure in error.failures:
            spot = place if failure.line is None else place.on_line(failure.line)
            self.refused.add(failure.message, at=spot.within(failure.path) if failure.path else spot)

    def _refuse(self, place: Spot, path: str, problem: str) -> None:
        self.refused.add(problem, at=place.within(path))

    def _keys(self, place: Spot, path: str, given: Mapping[Any, Any], known: Sequence[str]) -> None:
        for key in given:
            if key not in known:
                problem = f"must be a known key; {suggest(str(key), known)}"
                self._refuse(place, f"{path}.{_name(key)}", problem)

    def _id(self, place: Spot, id: Any) -> bool:
        text = id if isinstance(id, str) else digits_of(id)
        if not isinstance(text, str) or not text.strip():
            problem = f"must be a text that is not empty, got {kind_of(id)}; give each record an id"
            self._refuse(place, "$.id", problem)
            return False
        if text in self.seen:
            again = f"got {_name(text)!r} again (first in {self.seen[text]})"
            self._refuse(place, "$.id", f"must be unique, {again}; give each record its own")
            return False
        self.seen[text] = place
        return True

    def _turns(self, place: Spot, turns: Any) -> bool:
        if not isinstance(turns, Sequence) or isinstance(turns, str):
            problem = f"must be a list, got {kind_of(turns)}; write a list of turns, [] for none"
            self._refuse(place, "$.turns", problem)
            return False
        for number, turn in enumerate(turns):
            self._turn(place, number, turn)
        self.offsets.append(len(self.turn_places))
        return True

    def _turn(self, place: Spot, number: int, turn: Any) -> None:
        path = f"$.turns[{number}]"
        if not isinstance(turn, Mapping):
            problem = f"must be an object, got {kind_of(turn)}; give it speaker and text"
            self._refuse(place, path, problem)
            return
        self._keys(place, path, turn, TURN_KEYS)
        for key, cure in (("speaker", "say who spoke"), ("text", "write what was said")):
            value = turn.get(key)
            if not isinstance(value, str) or (key == "speaker" and not value):
                self._refuse(place, f"{path}.{key}", f"must be a text, got {kind_of(value)}; {cure}")
                value = ""
            self.turns[key].append(value)
        self._speaker(place, f"{path}.speaker", self.turns["speaker"][-1])
        self.turns["at"].append(turn.get("at"))
        self.turn_places.append((place, number))

    def _speaker(self, place: Spot, path: str, speaker: str) -> None:
        """Refuse what is almost a known speaker: raters would silently take it for another role."""
        if speaker not in SPEAKERS and (meant := speaker.strip().casefold()) in SPEAKERS:
            problem = f"must be in lower case without blanks around it, got {kind_of(speaker)}"
            self._refuse(place, path, f"{problem}; did you mean {meant!r}?")

    def _text(self, place: Spot, path: str, value: Any) -> str | None:
        if value is None or value == "":
            return None
        text = value if isinstance(value, str) else digits_of(value)
        if text is None:
            self._refuse(place, path, f"must be a text, got {kind_of(value)}; write it as a text")
        return text

    def _facts(self, place: Spot, facts: Any) -> Mapping[str, Any]:
        if facts is None:
            return {}
        if not isinstance(facts, Mapping):
            problem = f"must be an object, got {kind_of(facts)}; give each fact a name"
            self._refuse(place, "$.facts", problem)
            return {}
        for name, value in facts.items():
            path = f"$.facts.{_name(name)}"
            if not isinstance(name, str) or name in RESERVED:
                self._refuse(place, path, "must not be named like a column; rename the fact")
            if not isinstance(value, str | bool | int | float | None):
                cure = "write a text, a number, true or false"
                self._refuse(place, path, f"must be a plain value, got {kind_of(value)}; {cure}")
        return facts

    def columns(self) -> dict[str, Any]:
        """Return the columns, or raise once for every problem."""
        columns = self._columns() if not self.refused.count else {}
        if self.refused.count:
            raise self.refused.error("interactions")
        return columns

    def _columns(self) -> dict[str, Any]:
        at = time_column(self.plain["at"], self.refused, place=self._place_of("$.at"), tz=self.tz)
        turn_at = time_column(self.turns["at"], self.refused, place=self._turn_time, tz=self.tz)
        names = dict.fromkeys(name for facts in self.facts for name in facts)
        return {
            "ids": tuple(self.seen),
            "context": {name: Encoded.from_values(self.plain[name]) for name in CONTEXT},
            "at": begun(at, turn_at, np.asarray(self.offsets, np.int64)),
            "facts": {name: self._fact_column(name) for name in names},
            "turn_offsets": frozen_array(self.offsets, np.int64),
            "turn_speaker": Encoded.from_values(self.turns["speaker"]),
            "turn_text": tuple(self.turns["text"]),
            "turn_at": turn_at,
        }

    def _fact_column(self, name: str) -> FactColumn:
        values = [facts.get(name) for facts in self.facts]
        return fact_column(values, self.refused, place=self._place_of(f"$.facts.{_name(name)}"))

    def _place_of(self, path: str) -> Place:
        return lambda row: self.places[row].within(path)

    def _turn_time(self, row: int) -> Spot:
        place, number = self.turn_places[row]
        return place.within(f"$.turns[{number}].at")


def _name(key: Any) -> str:
    """Show a key of a record: it is a header, but of a foreign file, so its length is bounded."""
    return str(key)[:40]


def begun(at: Times, turn_at: Times, offsets: npt.NDArray[np.int64]) -> Times:
    """Return (n,) when each began: as stated, or else the time of its first turn that has one."""
    known = ~np.isnat(turn_at)
    whose = np.repeat(np.arange(len(at)), np.diff(offsets))[known]
    rows, first = np.unique(whose, return_index=True)
    earliest = np.full(len(at), np.datetime64("NaT"), at.dtype)
    earliest[rows] = turn_at[known][first]
    return times_array(np.where(np.isnat(at), earliest, at))
