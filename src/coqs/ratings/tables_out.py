"""Write ratings as plain columns, wide or long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coqs.facts import FactColumn
from coqs.model import Absence
from coqs.rubric import Criterion, Rubric
from coqs.tables import TIME_UNIT, Encoded, Times


class RatedRows(Protocol):
    """The columns of ratings."""

    @property
    def rubric(self) -> Rubric: ...
    @property
    def interaction(self) -> Encoded: ...
    @property
    def rater(self) -> Encoded: ...
    @property
    def context(self) -> Mapping[str, Encoded]: ...
    @property
    def at(self) -> Times: ...
    @property
    def facts(self) -> Mapping[str, FactColumn]: ...
    @property
    def codes(self) -> Mapping[str, npt.NDArray[np.int8]]: ...
    @property
    def numbers(self) -> Mapping[str, npt.NDArray[np.float64]]: ...
    @property
    def choices(self) -> Mapping[str, npt.NDArray[np.uint64]]: ...


def context_table(ratings: RatedRows) -> dict[str, list[Any]]:
    """Return the ids, and the context and facts that any row has."""
    table: dict[str, list[Any]] = {"interaction": ratings.interaction.to_list()}
    columns = {"rater": ratings.rater, **ratings.context}
    table |= {name: column.to_list() for name, column in columns.items() if column.present.any()}
    if not np.isnat(ratings.at).all():
        table["at"] = times_as_text(ratings.at)
    for name, fact in ratings.facts.items():
        table[name] = (
            fact.to_list() if isinstance(fact, Encoded) else [None if np.isnan(x) else float(x) for x in fact]
        )
    return table


def times_as_text(times: Times) -> list[str | None]:
    """Return times as ISO 8601 in UTC, None where there is none."""
    plain = times.astype(TIME_UNIT).tolist()
    return [None if each is None else f"{each.isoformat()}Z" for each in plain]


def wide_table(ratings: RatedRows) -> dict[str, list[Any]]:
    """Return one row a pair, one column a criterion."""
    return context_table(ratings) | {each.id: cells_of(ratings, each) for each in ratings.rubric.criteria}


def long_table(ratings: RatedRows) -> dict[str, list[Any]]:
    """Return one row a pair and criterion; unanswered ones are None."""
    context, criteria = context_table(ratings), ratings.rubric.criteria
    cells = [cells_of(ratings, criterion) for criterion in criteria]
    table = {name: [value for value in values for _ in criteria] for name, values in context.items()}
    rows = range(len(ratings.interaction))
    table["criterion"] = [criterion.id for _ in rows for criterion in criteria]
    table["level"] = [column[row] for row in rows for column in cells]
    return table


def cells_of(ratings: RatedRows, criterion: Criterion) -> list[str | float | None]:
    """Return one criterion's column as it is written in a table."""
    codes, id, ids = ratings.codes[criterion.id].tolist(), criterion.id, criterion.scale.ids
    if id in ratings.numbers:
        numbers = ratings.numbers[id].tolist()
        return [numbers[row] if code >= 0 else _absent(code) for row, code in enumerate(codes)]
    if id in ratings.choices:
        bits = ratings.choices[id].tolist()
        return [
            options_text(bits[row], ids) if code >= 0 else _absent(code) for row, code in enumerate(codes)
        ]
    return [ids[code] if code >= 0 else _absent(code) for code in codes]


def _absent(code: int) -> str | None:
    absence = Absence.from_code(code)
    return None if absence is Absence.UNANSWERED else str(absence)


def options_text(bits: int, ids: tuple[str, ...]) -> str:
    """Return chosen options as a table of ratings has them; `|` alone where none is chosen."""
    return "|".join(id for place, id in enumerate(ids) if bits >> place & 1) or "|"
