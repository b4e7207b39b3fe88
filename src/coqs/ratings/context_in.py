"""Read the columns of a table that are no answers: ids, context, times and facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from coqs.errors import RecordError, suggest
from coqs.facts import FactColumn, fact_column
from coqs.model import CONTEXT
from coqs.rubric import Rubric
from coqs.tables import (
    TIME_UNIT,
    Coded,
    Column,
    Encoded,
    Place,
    Refusals,
    Times,
    freeze,
    refuse_cells,
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
    rubric: Rubric
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


def texts_of(read: Incoming) -> dict[str, Encoded]:
    """Return the ids and the context, missing where the table has no such column."""
    texts = {
        name: text_column(read.columns[name], read.refused, place=read.cell(name))
        if name in read.columns
        else Encoded.missing(read.n)
        for name in ("interaction", "rater", *CONTEXT)
    }
    _check_declared(
        read, "customer_set", texts["customer_set"], read.rubric.set_ids, "a customer set of the rubric"
    )
    return texts


def times_of(read: Incoming) -> Times:
    """Return the times in UTC; a zone that is none is refused even where there are no times."""
    if "at" not in read.columns:
        zone_named(read.tz)
        return freeze(np.full(read.n, "NaT", TIME_UNIT))
    return time_column(read.columns["at"], read.refused, place=read.cell("at"), tz=read.tz)


def facts_of(read: Incoming) -> dict[str, FactColumn]:
    """Return the facts that the rubric declares or the caller names."""
    declared = {fact.id: fact for fact in read.rubric.facts}
    taken = {"interaction", "rater", "at", *CONTEXT, *read.rubric.criterion_ids}
    names = dict.fromkeys([*(id for id in declared if id in read.columns), *read.facts])
    found: dict[str, FactColumn] = {}
    for name in names:
        if name in taken:
            raise RecordError(f"facts: must not name a criterion or a context column, got {name!r}; drop it")
        if name not in read.columns:
            raise RecordError(
                f"facts: must name columns of the table, got {name!r}; {suggest(name, read.columns)}"
            )
        fact = declared.get(name)
        values = read.columns[name] if fact else texts_as_numbers(read.columns[name])
        column = fact_column(values, read.refused, place=read.cell(name), kind=fact.kind if fact else None)
        found[name] = column
        if fact and isinstance(column, Encoded):
            _check_declared(read, name, column, fact.allowed, "a value that the rubric declares")
    return found


def texts_as_numbers(column: Column) -> Column:
    """Let a fact that no rubric declares be a number column where every cell is one (as in CSV)."""
    if isinstance(column, Coded) and all(map(_is_plain_number, column.values)):
        return Coded(column.codes, [float(value) for value in column.values], column.is_tight)
    return column


def _is_plain_number(value: Any) -> bool:
    return isinstance(value, str) and PLAIN_NUMBER.fullmatch(value) is not None


def _check_declared(read: Incoming, name: str, column: Encoded, known: Sequence[str], what: str) -> None:
    """Refuse texts that are none of those that the rubric knows."""
    allowed = set(known)
    strange = {code: text for code, text in enumerate(column.categories) if text not in allowed}
    bad = {code: partial(_undeclared, text, known, what) for code, text in strange.items()}
    refuse_cells(read.refused, column.codes, bad, place=read.cell(name))


def _undeclared(text: str, known: Sequence[str], what: str) -> str:
    return f"must be {what}, got a text of {len(text)} characters; {suggest(text, known)}"
