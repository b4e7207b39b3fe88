"""What callers know themselves: promises that were made, and what became of them, as tables or records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError, Spot, suggest
from coqs.journeys.promises.encounters import Encounters
from coqs.journeys.promises.moments import whole_days
from coqs.model import PROMISE_KINDS, Promise
from coqs.tables import Column, Encoded, Place, Refusals, Times, open_table, text_column, time_column

Places = npt.NDArray[np.int64]
OUTCOMES = ("broken", "late", "cancelled", "kept")
"""What may be said of a promise, the worst first: where as many raters say one as the other, the worse."""


@attrs.frozen(slots=True, eq=False)
class Given:
    """Rows of a caller's table, each of an interaction that was scored."""

    unit: Places
    """(rows,) place of the interaction."""
    kind: Places
    """(rows,) place in `PROMISE_KINDS`."""
    at: Times
    """(rows,) when it is due (NaT where that is not said), or when it was settled."""
    outcome: Places
    """(rows,) place in `OUTCOMES`; -1 in a table of promises."""

    @classmethod
    def none(cls) -> Given:
        """Return no rows."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing, np.empty(0, "datetime64[us]"), nothing)


@attrs.define(slots=True)
class _Reading:
    """A table at the door, and what is wrong with it."""

    what: str
    columns: Mapping[str, Column]
    refused: Refusals = attrs.Factory(Refusals)

    def place(self, name: str) -> Place:
        return lambda row: Spot(f"row {row + 1}, column {name!r}", line=row + 1, path=name)

    def refuse(self, name: str, bad: npt.NDArray[np.bool_], problem: str) -> None:
        rows = np.flatnonzero(bad).tolist()
        self.refused.add_rows(rows, lambda _: problem, place=self.place(name))

    def texts(self, name: str) -> Encoded:
        return text_column(self.columns[name], self.refused, place=self.place(name))

    def words(self, name: str, known: tuple[str, ...]) -> Places:
        """Return the place of each cell among the words that there are; -1 where it is empty."""
        column = self.texts(name)
        places = {word: place for place, word in enumerate(known)}
        found = np.array([*(places.get(each, -2) for each in column.categories), -1])[column.codes]
        self.refuse(name, found == -2, f"must be one of {', '.join(known)}, got another word; write it so")
        return found

    def units(self, name: str, encounters: Encounters) -> Places:
        column, places = self.texts(name), encounters.place_of()
        found = np.array([*(places.get(each, -1) for each in column.categories), -1])[column.codes]
        problem = "must be an interaction that was scored, got none; leave the row out, or score it"
        self.refuse(name, found < 0, problem)
        return found

    def times(self, name: str, tz: str | None) -> Times:
        return time_column(self.columns[name], self.refused, place=self.place(name), tz=tz)

    def kinds(self, n: int) -> Places:
        """Return the kinds; what has none is a promise."""
        if "kind" not in self.columns:
            return np.zeros(n, np.int64)
        return np.maximum(self.words("kind", PROMISE_KINDS), 0)

    def done(self) -> None:
        if self.refused.count:
            raise self.refused.error(self.what)


def given_promises(promised: Any, encounters: Encounters, *, tz: str | None) -> Given:
    """Read promises that the caller knows of: a table, or `Promise` records.

    Raises
    ------
    RecordError
        A column is not there, an interaction was not scored, or a cell cannot be used.
    """
    if promised is None:
        return Given.none()
    table = _table(promised) if _is_records(promised) else promised
    read = _opened(table, "promised", needed=("interaction",), known=("interaction", "kind", "due"))
    unit = read.units("interaction", encounters)
    kind = read.kinds(len(unit))
    due = read.times("due", tz) if "due" in read.columns else np.full(len(unit), "NaT", "datetime64[us]")
    due = whole_days(due, tz)
    inside = np.maximum(unit, 0)
    early = (due < encounters.at[inside]) & (unit >= 0) if len(encounters) else np.zeros(len(unit), np.bool_)
    read.refuse("due", early, "must not lie before the interaction, got an earlier time; mend it")
    read.done()
    return Given(unit, kind, due, np.full(len(unit), -1))


def given_outcomes(outcomes: Any, encounters: Encounters, *, tz: str | None) -> Given:
    """Read what the caller knows of what became of promises.

    Raises
    ------
    RecordError
        A column is not there, an interaction was not scored, or a cell cannot be used.
    """
    if outcomes is None:
        return Given.none()
    needed = ("interaction", "state", "at")
    read = _opened(outcomes, "outcomes", needed=needed, known=(*needed, "kind"))
    unit, outcome, at = (
        read.units("interaction", encounters),
        read.words("state", OUTCOMES),
        whole_days(read.times("at", tz), tz),
    )
    kind = read.kinds(len(unit))
    read.refuse("state", outcome == -1, f"must be one of {', '.join(OUTCOMES)}, got nothing; write it")
    read.refuse("at", np.isnat(at) & read.columns["at"].empty(), "must be a time, got nothing; add it")
    if len(encounters):
        early = (at < encounters.at[np.maximum(unit, 0)]) & (unit >= 0)
        read.refuse("at", early, "must not lie before the interaction, got an earlier time; mend it")
    read.done()
    return Given(unit, kind, at, outcome)


def _is_records(promised: Any) -> bool:
    is_plain = isinstance(promised, list | tuple)
    return is_plain and all(isinstance(each, Promise) for each in promised)


def _table(promised: Iterable[Promise]) -> dict[str, list[Any]]:
    made = list(promised)
    return {name: [getattr(each, name) for each in made] for name in ("interaction", "kind", "due")}


def _opened(table: Any, what: str, *, needed: tuple[str, ...], known: tuple[str, ...]) -> _Reading:
    given = open_table(table, names={})
    for name in needed:
        if name not in given.names:
            raise RecordError(
                f"{what}: must have a column {name!r}, got none; {suggest(name, given.names)}", path=name
            )
    columns = given.read()
    return _Reading(what, {name: columns[name] for name in known if name in columns})
