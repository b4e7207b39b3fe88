"""A table at the door, whatever its rows answer: its ids, context, times and facts are read in one way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from coqs.facts import FactColumn, fact_column
from coqs.model import CONTEXT
from coqs.tables import (
    TIME_UNIT,
    Coded,
    Column,
    Encoded,
    Place,
    Refusals,
    Times,
    freeze,
    text_column,
    time_column,
    zone_named,
)

PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,15})?")
"""As programs write numbers; 007 and 1e5 may be somebody's codes."""


@attrs.frozen(slots=True, eq=False, repr=False)
class Incoming:
    """A table at the door: its columns, and what is needed to read them."""

    columns: Mapping[str, Column]
    absences: Mapping[str, int]
    facts: tuple[str, ...]
    tz: str | None
    place: Place
    refused: Refusals

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values()), ()))

    def cell(self, name: str) -> Place:
        """Return what names a cell of a column in messages."""
        return lambda row: self.place(row).within(f"column {name!r}", path=name)

    def texts(self, *ids: str) -> dict[str, Encoded]:
        """Return the ids and the context, missing where the table has no such column."""
        return {
            name: text_column(self.columns[name], self.refused, place=self.cell(name))
            if name in self.columns
            else Encoded.missing(self.n)
            for name in (*ids, *CONTEXT)
        }

    def times(self) -> Times:
        """Return the times in UTC; a zone that is none is refused even where there are no times."""
        if "at" not in self.columns:
            zone_named(self.tz)
            return freeze(np.full(self.n, "NaT", TIME_UNIT))
        return time_column(self.columns["at"], self.refused, place=self.cell("at"), tz=self.tz)

    def fact(self, name: str, kind: str | None = None) -> FactColumn:
        """Return a fact; of one that nobody declared the kind is what all its cells are."""
        values = self.columns[name] if kind else _texts_as_numbers(self.columns[name])
        return fact_column(values, self.refused, place=self.cell(name), kind=kind)


def _texts_as_numbers(column: Column) -> Column:
    """Let texts be a number column where every cell is one (as in CSV)."""
    if isinstance(column, Coded) and all(map(_is_plain_number, column.values)):
        return Coded(column.codes, [float(value) for value in column.values], column.is_tight)
    return column


def _is_plain_number(value: Any) -> bool:
    return isinstance(value, str) and PLAIN_NUMBER.fullmatch(value) is not None
