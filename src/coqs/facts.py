"""Columns of facts: what was recorded of interactions before they were rated.

Floor 1: texts and booleans are encoded, numbers are floats; a column never mixes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, overload

import numpy as np

from coqs.tables import (
    Coded,
    Column,
    Encoded,
    Floats,
    Numbers,
    Place,
    Problem,
    Refusals,
    as_number,
    coded,
    column_of,
    freeze,
    frozen_array,
    kind_of,
    number_column,
    refuse_cells,
)

FactColumn = Encoded | Floats
CURES = MappingProxyType({"boolean": "write true or false", "category": "write texts only"})


def fact_at(column: FactColumn, row: int) -> str | float | None:
    """Return one value of a fact's column, None where it is missing."""
    if isinstance(column, Encoded):
        return column[row]
    value = float(column[row])
    return None if np.isnan(value) else value


@overload
def take_fact(column: Encoded, rows: Any) -> Encoded: ...
@overload
def take_fact(column: Floats, rows: Any) -> Floats: ...
def take_fact(column: FactColumn, rows: Any) -> FactColumn:
    """Return a fact's column at some rows, read-only."""
    return column.take(rows) if isinstance(column, Encoded) else frozen_array(column[rows], np.float64)


def same_facts(left: Mapping[str, FactColumn], right: Mapping[str, FactColumn]) -> bool:
    """Tell whether two sets of fact columns hold the same."""
    if left.keys() != right.keys():
        return False
    return all(_same_column(left[name], right[name]) for name in left)


def _same_column(left: FactColumn, right: FactColumn) -> bool:
    if isinstance(left, Encoded) or isinstance(right, Encoded):
        return isinstance(left, Encoded) and left == right
    return bool(np.array_equal(left, right, equal_nan=True))


def fact_column(
    values: Sequence[Any] | Column, refused: Refusals, *, place: Place, kind: str | None = None
) -> FactColumn:
    """Read a column of facts: numbers, or texts and booleans encoded, never mixed.

    `kind` is the kind that a rubric declares; without it the values decide.
    """
    column = column_of(values)
    if isinstance(column, Numbers) and kind in (None, "number") and not column.empty().all():
        return number_column(column, refused, place=place)
    column = coded(column).tight()
    kinds = {"category"} if column.is_text else {_fact_kind(cell) for cell in column.values}
    if kind == "number" or (kind is None and kinds == {"number"}):
        return number_column(column, refused, place=place)
    wanted = kind or ("boolean" if kinds == {"boolean"} else "category")
    return _encoded(column, wanted, refused, place)


def _other_kind(kind: str, value: Any) -> str:
    return f"must be of one kind ({kind}), got {kind_of(value)}; {CURES[kind]}"


def _encoded(column: Coded, kind: str, refused: Refusals, place: Place) -> Encoded:
    if column.is_text and kind == "category":
        return Encoded(freeze(column.codes), column.values)
    texts: dict[str, int] = {}
    places = np.full(len(column.values) + 1, -1, np.int32)
    bad: dict[int, Problem] = {}
    for code, value in enumerate(column.values):
        text = _fact_text(value, kind)
        if text is None:
            bad[code] = partial(_other_kind, kind, value)
        else:
            places[code] = texts.setdefault(text, len(texts))
    refuse_cells(refused, column.codes, bad, place=place)
    return Encoded(freeze(places.take(column.codes)), tuple(texts))


def _fact_kind(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "boolean"
    return "category" if isinstance(value, str) else "number"


def _fact_text(value: Any, kind: str) -> str | None:
    if kind == "boolean":
        number = as_number(value)
        text = (
            str(value).lower()
            if isinstance(value, str | bool | np.bool_)
            else {0.0: "false", 1.0: "true"}.get(-1.0 if number is None else number)
        )
        return text if text in ("true", "false") else None
    return str(value) if isinstance(value, str) and value else None
