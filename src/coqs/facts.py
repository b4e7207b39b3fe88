"""Columns of facts: what was recorded of interactions before they were rated.

Floor 1: texts and booleans are encoded, numbers are floats; a column never mixes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, overload

import numpy as np

from coqs.tables import (
    Encoded,
    Floats,
    Place,
    Refusals,
    as_number,
    frozen_array,
    is_missing,
    kind_of,
    number_column,
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
    values: Sequence[Any], refused: Refusals, *, place: Place, kind: str | None = None
) -> FactColumn:
    """Read a column of facts: numbers, or texts and booleans encoded, never mixed.

    `kind` is the kind that a rubric declares; without it the values decide.
    """
    kinds = {_fact_kind(value) for value in values} - {"missing"}
    if kind == "number" or (kind is None and kinds == {"number"}):
        return number_column(values, refused, place=place)
    wanted = kind or ("boolean" if kinds == {"boolean"} else "category")
    cleaned: list[str | None] = []
    for row, value in enumerate(values):
        text = _fact_text(value, wanted)
        if text is None and _fact_kind(value) != "missing":
            problem = f"must be of one kind ({wanted}), got {kind_of(value)}; {CURES[wanted]}"
            refused.add(problem, at=place(row))
        cleaned.append(text)
    return Encoded.from_values(cleaned)


def _fact_kind(value: Any) -> str:
    if is_missing(value):
        return "missing"
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
