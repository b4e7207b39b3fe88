"""Turn records, one mapping an interaction, into the columns of a batch; problems keep their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from coqs.errors import RecordError, many_failures, suggest
from coqs.facts import FactColumn, fact_column
from coqs.tables import Encoded, Refusals, digits_of, frozen_array, kind_of, time_column

CONTEXT = ("provider", "provider_grade", "customer", "customer_set", "site", "channel", "issue")
KEYS = ("id", "at", *CONTEXT, "turns", "facts")
NOT_FACTS = ("interaction", "rater", "at", *CONTEXT)
TURN_KEYS = ("speaker", "text", "at")


def columns_of_records(records: Iterable[tuple[str, Any]], *, tz: str | None) -> dict[str, Any]:
    """Return the columns of a batch from (place, record) pairs; the place stands in messages."""
    builder = _Builder(tz)
    for place, record in records:
        builder.add(place, record)
    return builder.columns()


class _Builder:
    """Collects records into columns, and every problem with its place."""

    def __init__(self, tz: str | None) -> None:
        self.tz = tz
        self.refused = Refusals()
        self.places: list[str] = []
        self.seen: dict[str, str] = {}
        self.plain: dict[str, list[Any]] = {name: [] for name in ("at", *CONTEXT)}
        self.facts: list[Mapping[str, Any]] = []
        self.offsets = [0]
        self.turns: dict[str, list[Any]] = {name: [] for name in TURN_KEYS}
        self.turn_places: list[str] = []

    def add(self, place: str, record: Any) -> None:
        """Take one record, or note why it cannot be used."""
        if not isinstance(record, Mapping):
            self.refused.add(f"{place}, $: must be an object, got {kind_of(record)}")
            return
        for key in record:
            if key not in KEYS:
                self.refused.add(f"{place}, $.{_name(key)}: must be a known key; {suggest(str(key), KEYS)}")
        if self._id(place, record.get("id")) and self._turns(place, record.get("turns")):
            self.places.append(place)
            self.plain["at"].append(record.get("at"))
            for name in CONTEXT:
                self.plain[name].append(self._text(place, f"$.{name}", record.get(name)))
            self.facts.append(self._facts(place, record.get("facts")))

    def _id(self, place: str, id: Any) -> bool:
        text = id if isinstance(id, str) else digits_of(id)
        if not isinstance(text, str) or not text.strip():
            self.refused.add(f"{place}, $.id: must be a text that is not empty, got {kind_of(id)}")
            return False
        if text in self.seen:
            self.refused.add(
                f"{place}, $.id: must be unique, got {_name(text)!r} again (first in {self.seen[text]})"
            )
            return False
        self.seen[text] = place
        return True

    def _turns(self, place: str, turns: Any) -> bool:
        if not isinstance(turns, Sequence) or isinstance(turns, str):
            self.refused.add(f"{place}, $.turns: must be a list, got {kind_of(turns)}")
            return False
        for number, turn in enumerate(turns):
            self._turn(f"{place}, $.turns[{number}]", turn)
        self.offsets.append(len(self.turn_places))
        return True

    def _turn(self, place: str, turn: Any) -> None:
        if not isinstance(turn, Mapping):
            self.refused.add(f"{place}: must be an object, got {kind_of(turn)}")
            return
        for key in turn:
            if key not in TURN_KEYS:
                self.refused.add(f"{place}.{_name(key)}: must be a known key; {suggest(str(key), TURN_KEYS)}")
        for key in ("speaker", "text"):
            value = turn.get(key)
            if not isinstance(value, str) or (key == "speaker" and not value):
                self.refused.add(f"{place}.{key}: must be a text, got {kind_of(value)}")
                value = ""
            self.turns[key].append(value)
        self.turns["at"].append(turn.get("at"))
        self.turn_places.append(place)

    def _text(self, place: str, path: str, value: Any) -> str | None:
        if value is None or value == "":
            return None
        text = value if isinstance(value, str) else digits_of(value)
        if text is None:
            self.refused.add(f"{place}, {path}: must be a text, got {kind_of(value)}")
        return text

    def _facts(self, place: str, facts: Any) -> Mapping[str, Any]:
        if facts is None:
            return {}
        if not isinstance(facts, Mapping):
            self.refused.add(f"{place}, $.facts: must be an object, got {kind_of(facts)}")
            return {}
        for name, value in facts.items():
            if not isinstance(name, str) or name in NOT_FACTS:
                self.refused.add(
                    f"{place}, $.facts.{_name(name)}: must not be named like a column; rename the fact"
                )
            if not isinstance(value, str | bool | int | float | None):
                self.refused.add(
                    f"{place}, $.facts.{_name(name)}: must be a plain value, got {kind_of(value)}"
                )
        return facts

    def columns(self) -> dict[str, Any]:
        """Return the columns, or raise once for every problem."""
        columns = self._columns() if not self.refused.count else {}
        if self.refused.count:
            message = many_failures("interactions", self.refused.kept, count=self.refused.count)
            raise RecordError(message, failures=self.refused.kept)
        return columns

    def _columns(self) -> dict[str, Any]:
        places, turn_places = self.places, self.turn_places
        at = time_column(self.plain["at"], self.refused, place=lambda row: f"{places[row]}, $.at", tz=self.tz)
        turn_at = time_column(
            self.turns["at"], self.refused, place=lambda row: f"{turn_places[row]}.at", tz=self.tz
        )
        names = dict.fromkeys(name for facts in self.facts for name in facts)
        return {
            "ids": tuple(self.seen),
            "context": {name: Encoded.from_values(self.plain[name]) for name in CONTEXT},
            "at": at,
            "facts": {name: self._fact_column(name) for name in names},
            "turn_offsets": frozen_array(self.offsets, np.int64),
            "turn_speaker": Encoded.from_values(self.turns["speaker"]),
            "turn_text": tuple(self.turns["text"]),
            "turn_at": turn_at,
        }

    def _fact_column(self, name: str) -> FactColumn:
        values = [facts.get(name) for facts in self.facts]
        path = f"$.facts.{_name(name)}"
        return fact_column(values, self.refused, place=lambda row: f"{self.places[row]}, {path}")


def _name(key: Any) -> str:
    """Show a key of a record: it is a header, but of a foreign file, so its length is bounded."""
    return str(key)[:40]
