"""Turn a table, wide or long, into the columns of ratings; every problem with row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from coqs.errors import RecordError, Spot, suggest
from coqs.facts import FactColumn, fact_column
from coqs.model import CONTEXT
from coqs.ratings.cells import absence_names, criterion_column
from coqs.rubric import Rubric
from coqs.tables import (
    Encoded,
    Place,
    Refusals,
    columns_of,
    is_missing,
    kind_of,
    text_column,
    time_column,
)

LONG = ("criterion", "level")
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,15})?")
"""As programs write numbers; 007 and 1e5 may be somebody's codes."""


def row_number(row: int) -> Spot:
    """Name a row of a table by its number from 0."""
    return Spot(f"row {row}")


@attrs.define(slots=True)
class _Table:
    """A table at the door: its columns, and what is needed to read them."""

    columns: dict[str, Sequence[Any]]
    rubric: Rubric
    absences: dict[str, int]
    facts: tuple[str, ...]
    tz: str | None
    place: Place
    refused: Refusals
    level_rows: Mapping[tuple[int, str], int] | None = None
    """Of a long table made wide: (pair, criterion) to the row that the level came from."""
    place_of_row: Place = row_number

    def column(self, name: str) -> Sequence[Any]:
        found = self.columns.get(name)
        return [None] * self.n if found is None else found

    def cell(self, name: str) -> Place:
        """Return what names a cell of a column in messages."""
        rows = self.level_rows
        if rows is None or name not in self.rubric.criterion_ids:
            return lambda row: self.place(row).within(f"column {name!r}", path=name)
        words = f"column 'level' of {name!r}"
        return lambda pair: self.place_of_row(rows[pair, name]).within(words, path="level")

    @property
    def n(self) -> int:
        return len(next(iter(self.columns.values()), ()))


def columns_of_ratings(
    table: Mapping[str, Any],
    rubric: Rubric,
    *,
    columns: Mapping[str, str] | None,
    absences: Mapping[str, str] | None,
    facts: Iterable[str],
    tz: str | None,
    place: Place = row_number,
) -> dict[str, Any]:
    """Return the parts of a `Ratings` from a table, or raise for all problems."""
    read = _Table(
        columns_of(table, names=columns or {}),
        rubric,
        absence_names(absences),
        (facts,) if isinstance(facts, str) else tuple(facts),
        tz,
        place,
        Refusals(),
    )
    long = all(name in read.columns for name in LONG) and not set(LONG) & set(rubric.criterion_ids)
    _check_headers(read, long=long)
    if long:
        read = _widened(read)
    parts = _parts(read)
    if read.refused.count:
        raise read.refused.error("ratings")
    return parts


def _check_headers(read: _Table, *, long: bool) -> None:
    criteria = LONG if long else read.rubric.criterion_ids
    known = ["interaction", "rater", "at", *CONTEXT, *criteria, *read.rubric.fact_ids, *read.facts]
    if "interaction" not in read.columns:
        near = suggest("interaction", read.columns)
        raise RecordError(
            f"table: must have a column 'interaction', got none; name it with columns={{...}} ({near})"
        )
    unknown = [name for name in read.columns if name not in known]
    if unknown:
        problem = "must be a criterion, a context column or a fact"
        for name in unknown:
            at = Spot(f"column {name[:60]!r}", path=name)
            read.refused.add(f"{problem}; {suggest(name, known)}", at=at)
        raise read.refused.error("table")


def _parts(read: _Table) -> dict[str, Any]:
    text = {
        name: text_column(read.columns[name], read.refused, place=read.cell(name))
        if name in read.columns
        else Encoded.missing(read.n)
        for name in ("interaction", "rater", *CONTEXT)
    }
    interaction, rater = text.pop("interaction"), text.pop("rater")
    _check_pairs(read, interaction, rater)
    _check_sets(read, text["customer_set"])
    answers = {
        criterion.id: criterion_column(
            criterion,
            read.column(criterion.id),
            read.refused,
            place=read.cell(criterion.id),
            absences=read.absences,
        )
        for criterion in read.rubric.criteria
    }
    return {
        "interaction": interaction,
        "rater": rater,
        "context": text,
        "at": time_column(read.column("at"), read.refused, place=read.cell("at"), tz=read.tz),
        "facts": _facts(read),
        "codes": {id: column.codes for id, column in answers.items()},
        "numbers": {id: column.numbers for id, column in answers.items() if column.numbers is not None},
        "choices": {id: column.choices for id, column in answers.items() if column.choices is not None},
    }


def _check_pairs(read: _Table, interaction: Encoded, rater: Encoded) -> None:
    for row in np.flatnonzero(~interaction.present):
        at = read.cell("interaction")(int(row))
        read.refused.add("must be an id, got an empty cell; give each row its interaction", at=at)
    pairs = interaction.codes.astype(np.int64) * (len(rater.categories) + 1) + rater.codes + 1
    _, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
    repeated = np.flatnonzero(first[inverse.reshape(-1)] != np.arange(len(pairs)))
    for row in repeated[interaction.present[repeated]]:
        earlier = read.place(int(first[inverse.reshape(-1)[row]]))
        read.refused.add(
            f"must be the only row of its interaction and rater, "
            f"got {interaction[row]!r} again (first in {earlier}); keep one",
            at=read.place(int(row)),
        )


def _check_sets(read: _Table, sets: Encoded) -> None:
    for code, name in enumerate(sets.categories):
        if name not in read.rubric.set_ids:
            row = int(np.flatnonzero(sets.codes == code)[0])
            read.refused.add(
                f"must be a customer set of the rubric, "
                f"got a text of {len(name)} characters; {suggest(name, read.rubric.set_ids)}",
                at=read.cell("customer_set")(row),
            )


def _facts(read: _Table) -> dict[str, FactColumn]:
    declared = {fact.id: fact for fact in read.rubric.facts}
    names = dict.fromkeys([*(id for id in declared if id in read.columns), *read.facts])
    found: dict[str, FactColumn] = {}
    for name in names:
        if name in ("interaction", "rater", "at", *CONTEXT, *read.rubric.criterion_ids):
            raise RecordError(f"facts: must not name a criterion or a context column, got {name!r}; drop it")
        if name not in read.columns:
            raise RecordError(
                f"facts: must name columns of the table, got {name!r}; {suggest(name, read.columns)}"
            )
        fact = declared.get(name)
        kind = fact.kind if fact else None
        values = _texts_as_numbers(read.columns[name], kind)
        column = fact_column(values, read.refused, place=read.cell(name), kind=kind)
        found[name] = column
        if fact and isinstance(column, Encoded):
            _check_fact(read, name, column, fact.allowed)
    return found


def _texts_as_numbers(values: Sequence[Any], kind: str | None) -> Sequence[Any]:
    """Let a fact that no rubric declares be a number column where every cell is one (as in CSV)."""
    if kind is None and all(is_missing(value) or _plain_number(value) for value in values):
        return [None if is_missing(value) else float(value) for value in values]
    return values


def _plain_number(value: Any) -> bool:
    return isinstance(value, str) and PLAIN_NUMBER.fullmatch(value) is not None


def _check_fact(read: _Table, name: str, column: Encoded, allowed: tuple[str, ...]) -> None:
    for code, value in enumerate(column.categories):
        if value not in allowed:
            row = int(np.flatnonzero(column.codes == code)[0])
            read.refused.add(
                f"must be a value that the rubric declares, "
                f"got a text of {len(value)} characters; {suggest(value, allowed)}",
                at=read.cell(name)(row),
            )


def _widened(read: _Table) -> _Table:
    """Make a long table wide: one row a pair, context and facts from its first row that has them."""
    pairs: dict[tuple[Any, Any], int] = {}
    interactions, raters = read.column("interaction"), read.column("rater")
    pair_of = [
        pairs.setdefault((_key(i), _key(r)), len(pairs)) for i, r in zip(interactions, raters, strict=True)
    ]
    first = {pair: row for row, pair in reversed(list(enumerate(pair_of)))}
    wide: dict[str, Any] = {}
    for name, values in read.columns.items():
        if name not in LONG:
            wide[name] = _gathered(read, name, values, pair_of, len(pairs))
    spread: dict[str, list[Any]] = {id: [None] * len(pairs) for id in read.rubric.criterion_ids}
    rows = _spread(read, spread, pair_of)
    return attrs.evolve(
        read,
        columns=wide | spread,
        place=lambda pair: read.place(first[pair]),
        level_rows=rows,
        place_of_row=read.place,
    )


def _spread(
    read: _Table, spread: dict[str, list[Any]], pair_of: Sequence[int]
) -> Mapping[tuple[int, str], int]:
    """Put each row's level into its criterion's column; return the row of each (pair, criterion)."""
    rows: dict[tuple[int, str], int] = {}
    cells = zip(pair_of, read.column("criterion"), read.column("level"), strict=True)
    for row, (pair, id, level) in enumerate(cells):
        if not isinstance(id, str) or id not in spread:
            near = suggest(id, spread) if isinstance(id, str) else suggest("", spread)
            problem = f"must be a criterion of the rubric, got {kind_of(id)}; {near}"
            read.refused.add(problem, at=read.cell("criterion")(row))
        elif rows.setdefault((pair, id), row) != row:
            earlier = read.place(rows[pair, id])
            problem = f"must rate {id!r} once for its interaction and rater, as {earlier} did; keep one"
            read.refused.add(problem, at=read.place(row))
        else:
            spread[id][pair] = level
    return rows


def _gathered(read: _Table, name: str, values: Sequence[Any], pair_of: list[int], n: int) -> list[Any]:
    gathered: list[Any] = [None] * n
    for row, (pair, value) in enumerate(zip(pair_of, values, strict=True)):
        if is_missing(value):
            continue
        if gathered[pair] is None:
            gathered[pair] = value
        elif gathered[pair] != value:
            problem = f"must agree with the pair's earlier rows, got {kind_of(value)}; mend one of them"
            read.refused.add(problem, at=read.cell(name)(row))
    return gathered


def _key(value: Any) -> Any:
    """Return what tells one id from another: texts and whole numbers; other kinds are refused later."""
    if isinstance(value, bool) or not isinstance(value, str | int | np.integer):
        return None if is_missing(value) else repr(type(value))
    return str(value) or None
