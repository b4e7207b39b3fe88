"""Turn a table, wide or long, into the columns of answers; every problem with row and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from coqs.answers.cells import Codes, ItemColumn, item_column
from coqs.errors import RecordError, Spot, suggest
from coqs.facts import FactColumn
from coqs.model import CONTEXT, Absence
from coqs.ratings.cells import absence_names
from coqs.ratings.incoming import Incoming
from coqs.ratings.long_in import LongForm, Pairs, gathered, spread_columns
from coqs.rubric.questionnaire import Questionnaire
from coqs.tables import (
    Column,
    Encoded,
    Place,
    Refusals,
    Times,
    freeze,
    open_table,
)

LONG = ("item", "answer")
IDS = ("interaction", "respondent")


@attrs.frozen(slots=True, eq=False, repr=False)
class IncomingAnswers(Incoming):
    """A table of answers at the door, and what was asked."""

    questionnaire: Questionnaire = attrs.field(kw_only=True)


def columns_of_answers(
    table: Any,
    questionnaire: Questionnaire,
    *,
    columns: Mapping[str, str] | None = None,
    absences: Mapping[str, str] | None = None,
    facts: Iterable[str] = (),
    tz: str | None = None,
    place: Place,
) -> dict[str, Any]:
    """Return the parts of an `Answers` from a table, or raise for all problems."""
    given = open_table(table, names=columns or {})
    words = absence_names(absences)
    kept = (facts,) if isinstance(facts, str) else tuple(facts)
    long = all(name in given.names for name in LONG)
    _check_headers(given.names, questionnaire, kept, long=long)
    read = IncomingAnswers(given.read(), words, kept, tz, place, Refusals(), questionnaire=questionnaire)
    parts = _long_parts(read) if long else _wide_parts(read)
    if read.refused.count:
        raise read.refused.error("answers")
    return parts


def _check_headers(
    names: Sequence[str], questionnaire: Questionnaire, facts: tuple[str, ...], *, long: bool
) -> None:
    items = LONG if long else questionnaire.item_ids
    known = {*IDS, "at", *CONTEXT, *items, *facts}
    if not set(IDS) & set(names):
        near = suggest("interaction", names)
        raise RecordError(
            f"table: must have a column 'interaction' or 'respondent', got neither; "
            f"name one with columns={{...}} ({near})"
        )
    unknown = [name for name in names if name not in known]
    if unknown:
        refused = Refusals()
        refused.add_rows(
            range(len(unknown)),
            lambda at: f"must be an item, a context column or a fact; {suggest(unknown[at], known)}",
            place=lambda at: Spot(f"column {unknown[at][:60]!r}", path=unknown[at]),
        )
        raise refused.error("table")
    for name in facts:
        if name in {*IDS, "at", *CONTEXT, *questionnaire.item_ids}:
            raise RecordError(f"facts: must not name an item or a context column, got {name!r}; drop it")
        if name not in names:
            raise RecordError(f"facts: must name columns of the table, got {name!r}; {suggest(name, names)}")


def _wide_parts(read: IncomingAnswers) -> dict[str, Any]:
    texts = read.texts(*IDS)
    _check_sheets(read, texts)
    items = {item.id: _column(read, item.id) for item in read.questionnaire.items}
    return _parts(texts, read.times(), _facts(read), items)


def _column(read: IncomingAnswers, id: str) -> ItemColumn:
    """Read an item's column; a table without one never asked."""
    if id not in read.columns:
        return ItemColumn(freeze(np.full(read.n, Absence.NOT_ASKED.code, np.int8)))
    return _cells(read, id, read.columns[id], read.cell(id))


def _cells(read: IncomingAnswers, id: str, values: Column, place: Place) -> ItemColumn:
    item = read.questionnaire.item(id)
    return item_column(item, values, read.refused, place=place, absences=read.absences)


def _long_parts(read: IncomingAnswers) -> dict[str, Any]:
    texts = read.texts(*IDS)
    sheets = Pairs.of(texts["interaction"], texts["respondent"])
    _check_ids(read, texts, sheets.first)
    form = LongForm(
        *LONG,
        read.questionnaire.item_ids,
        one="an item",
        whole="the questionnaire",
        act="answer",
        pair="interaction and respondent",
    )
    items = spread_columns(read, sheets, form, lambda id, values, place: _cells(read, id, values, place))
    wide = {name: gathered(read, name, column, sheets) for name, column in texts.items()}
    at = gathered(read, "at", read.times(), sheets)
    facts = {name: gathered(read, name, column, sheets) for name, column in _facts(read).items()}
    return _parts(wide, at, facts, items)


def _facts(read: IncomingAnswers) -> dict[str, FactColumn]:
    return {name: read.fact(name) for name in dict.fromkeys(read.facts)}


def _check_ids(read: IncomingAnswers, texts: Mapping[str, Encoded], rows: Any) -> None:
    """Refuse sheets of which nobody can say to what, or of whom, they are."""
    nameless = rows[~(texts["interaction"].present[rows] | texts["respondent"].present[rows])]
    for name in IDS:  # where a cell of another kind was refused already, once is enough
        if name in read.columns:
            nameless = nameless[read.columns[name].empty()[nameless]]
    problem = "must have an interaction or a respondent, got neither; give each sheet one of them"
    read.refused.add_rows(nameless.tolist(), lambda _: problem, place=read.place)


def _check_sheets(read: IncomingAnswers, texts: Mapping[str, Encoded]) -> None:
    _check_ids(read, texts, np.arange(read.n))
    sheets = Pairs.of(texts["interaction"], texts["respondent"])
    first = sheets.first[sheets.of_row]
    known = texts["interaction"].present | texts["respondent"].present
    repeated = np.flatnonzero((first != np.arange(read.n)) & known)
    read.refused.add_rows(
        repeated.tolist(),
        lambda row: (
            "must be the only row of its interaction and respondent, "
            f"got them again (first in {read.place(int(first[row]))}); keep one, or name the respondents"
        ),
        place=read.place,
    )


def _parts(
    texts: dict[str, Encoded], at: Times, facts: Mapping[str, FactColumn], items: Mapping[str, ItemColumn]
) -> dict[str, Any]:
    codes: dict[str, Codes] = {id: column.codes for id, column in items.items()}
    ids = {name: texts.pop(name) for name in IDS}
    return {**ids, "context": texts, "at": at, "facts": facts, "codes": codes}
