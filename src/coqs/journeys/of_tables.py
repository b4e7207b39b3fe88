"""Observations from a table of any library: a row a group and a time, with a value and an n."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError, Spot, suggest
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations, in_order, relabelled
from coqs.results.grouping import group_rows
from coqs.tables import (
    Column,
    Encoded,
    Place,
    Refusals,
    Times,
    freeze,
    number_column,
    open_table,
    text_column,
    time_column,
)

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ROUNDING = 1e-9


@attrs.frozen(slots=True, kw_only=True)
class Headers:
    """What the columns of a table are called."""

    group: tuple[str, ...]
    at: str
    value: str
    n: str | None = None
    sd: str | None = None

    def check(self, names: Sequence[str]) -> None:
        """Refuse headers that the table does not have."""
        asked = {f"group {place + 1}": name for place, name in enumerate(self.group)}
        asked |= {"at": self.at, "value": self.value, "n": self.n or self.value, "sd": self.sd or self.value}
        for what, name in asked.items():
            if name not in names:
                raise RecordError(
                    f"table: {what} must be one of its columns, got {name!r}; {suggest(str(name), names)}"
                )
        if not self.group:
            raise RecordError("table: group must name one or more columns, got none; name who is followed")


@attrs.define(slots=True)
class _Reading:
    """A table at the door, and what is wrong with it."""

    columns: Mapping[str, Column]
    refused: Refusals = attrs.Factory(Refusals)

    def place(self, name: str) -> Place:
        return lambda row: Spot(f"row {row + 1}, column {name!r}", line=row + 1, path=name)

    def texts(self, name: str) -> Encoded:
        return text_column(self.columns[name], self.refused, place=self.place(name))

    def numbers(self, name: str) -> Floats:
        return number_column(self.columns[name], self.refused, place=self.place(name))

    def times(self, name: str, tz: str | None) -> Times:
        found = time_column(self.columns[name], self.refused, place=self.place(name), tz=tz)
        self.refuse(name, np.isnat(found) & self.columns[name].empty(), "must be a time, got nothing; add it")
        return found

    def refuse(self, name: str, bad: Mask, problem: str) -> None:
        rows = np.flatnonzero(bad).tolist()
        self.refused.add_rows(rows, lambda _: problem, place=self.place(name))


def observations_of_table(
    table: Any, headers: Headers, measure: Yardstick, *, tz: str | None
) -> Observations:
    """Read the rows of a table.

    Raises
    ------
    RecordError
        A column is not there, or cells cannot be used: all counted, the first ten named by row and column.
    MissingDependencyError
        The library that reads such a table is not installed.
    """
    given = open_table(table, names={})
    headers.check(given.names)
    read = _Reading(given.read())
    columns = [read.texts(name) for name in headers.group]
    at, value = read.times(headers.at, tz), read.numbers(headers.value)
    n = np.ones(len(value)) if headers.n is None else read.numbers(headers.n)
    sd = None if headers.sd is None else read.numbers(headers.sd)
    _check(read, headers, measure, value, n, sd)
    if read.refused.count:
        raise read.refused.error("journeys")
    kept = ~np.isnan(n) & (n > 0)
    return _observations(headers, measure, columns, at, value, n, sd, kept)


def _check(
    read: _Reading, headers: Headers, measure: Yardstick, value: Floats, n: Floats, sd: Floats | None
) -> None:
    name = headers.n or headers.value
    read.refuse(name, n < 0, "must be 0 or more, got a number below 0; mend it")
    if measure.kind in ("share", "rate"):
        read.refuse(headers.value, value < 0, "must be 0 or more, got a number below 0; mend it")
    if measure.kind == "share":
        read.refuse(headers.value, value > n, "must be at most n, got more; mend it, or swap the two columns")
    if measure.kind == "rate":
        nowhere = (n == 0) & (value > 0)
        read.refuse(headers.value, nowhere, "must be 0 where n is 0, got more; say what it happened in")
    if measure.kind == "score":
        outside = value > (measure.ceiling or np.inf) + ROUNDING
        read.refuse(headers.value, outside, "must be at most the ceiling, got more; mend it")
    if sd is not None and headers.sd is not None:
        read.refuse(headers.sd, sd < 0, "must be 0 or more, got a number below 0; mend it")


def _observations(
    headers: Headers,
    measure: Yardstick,
    columns: Sequence[Encoded],
    at: Times,
    value: Floats,
    n: Floats,
    sd: Floats | None,
    kept: Mask,
) -> Observations:
    group, labels = group_rows(columns, len(value))
    names = list(zip(*(column.to_list() for column in labels.columns), strict=True))
    places, found = relabelled(group[kept], names)
    sums = value if measure.kind in ("share", "rate") else value * n
    rows = int(kept.sum())
    return in_order(
        Observations(
            keys=headers.group,
            labels=found,
            group=places,
            at=at[kept],
            interaction=Encoded.missing(rows),
            values={measure.name: freeze(sums[kept])},
            n=n[kept],
            within=freeze(_within(n[kept], None if sd is None else sd[kept])),
            context={},
        )
    )


def _within(n: Floats, sd: Floats | None) -> Floats:
    """Return each row's sum of squares about its own mean; a row of one has none."""
    if sd is None:
        return np.where(n == 1, 0.0, np.nan)
    return np.where(n <= 1, 0.0, (n - 1) * sd**2)
