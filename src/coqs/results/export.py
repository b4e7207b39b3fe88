"""Scores as one table of columns, beside the ids, context and facts of their ratings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coqs.ratings import Ratings
from coqs.ratings.columns_out import Columns, context_columns
from coqs.results.columns import REASONS, VERDICTS, Codes, DetailColumns, Floats
from coqs.rubric import Rubric
from coqs.tables import Encoded, freeze


class Exported(Protocol):
    """What a table of scores is made from."""

    @property
    def ratings(self) -> Ratings: ...
    @property
    def rubric(self) -> Rubric: ...
    @property
    def details(self) -> DetailColumns: ...
    @property
    def overall(self) -> Floats: ...
    @property
    def is_scored(self) -> npt.NDArray[np.bool_]: ...
    @property
    def verdict_codes(self) -> Codes: ...
    @property
    def coverage(self) -> Floats: ...
    @property
    def stages(self) -> Mapping[str, Floats]: ...


def plain_table(scores: Exported) -> dict[str, Any]:
    """Return lists and arrays by name, as `Scores.to_table` does where no kind is given."""
    table = {name: _texts(column) for name, column in score_columns(scores).items()}
    return _beside(scores.ratings.context_table(), table) | table


def export_columns(scores: Exported) -> Columns:
    """Return the same columns with their texts encoded and their times as times."""
    table = score_columns(scores)
    return _beside(context_columns(scores.ratings), table) | table


def _beside(columns: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the facts that bear the name of a column of scores."""
    return dict(zip(names_apart(columns, table, "fact_"), columns.values(), strict=True))


def names_apart(names: Collection[str], taken: Iterable[str], prefix: str) -> list[str]:
    """Return names that differ from those taken, and stay apart; with a prefix where they need one.

    Databases take Mean and mean for one name, and hand out the first.

    >>> names_apart(["site", "Mean", "by_mean"], ["mean", "n"], "by_")
    ['site', 'by_by_Mean', 'by_mean']
    """
    others = {name.casefold() for name in taken}
    used = others | {name.casefold() for name in names}
    found = []
    for name in names:
        free = name
        while name.casefold() in others and free.casefold() in used:
            free = prefix + free
        used.add(free.casefold())
        found.append(free)
    return found


def score_columns(scores: Exported) -> Columns:
    """Return what was worked out, one column a number; bands where the rubric has them."""
    details = scores.details
    table: Columns = {"overall": scores.overall, "is_scored": scores.is_scored}
    table["reason"] = Encoded(details.reason_codes - 1, REASONS[1:])  # none where scored
    table["verdict"] = Encoded(scores.verdict_codes, VERDICTS)
    table |= {"coverage": scores.coverage, "points": details.points, "possible": details.possible}
    table |= {f"stage_{id}": column for id, column in scores.stages.items()}
    table |= _bands(scores.rubric, details)
    table |= {f"gate_{name}": column for name, column in details.gates.items()}
    table |= {"gates_fired": details.gates_fired, "gates_unobserved": details.gates_unobserved}
    table["irreversible"] = details.irreversible
    return table | {f"n_{name}": column for name, column in details.counts.items()}


def _bands(rubric: Rubric, details: DetailColumns) -> Columns:
    banded = [("band", "overall", rubric.bands)]
    banded += [(f"stage_band_{each.id}", f"stage {each.id}", each.bands) for each in rubric.stages]
    banded += [(f"criterion_band_{each.id}", f"criterion {each.id}", each.bands) for each in rubric.criteria]
    return {
        name: Encoded(details.bands[place], [band.id for band in bands])
        for name, place, bands in banded
        if bands
    }


def _texts(column: Encoded | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return encoded texts as texts, empty where there is none."""
    if not isinstance(column, Encoded):
        return column
    return freeze(np.array([*column.categories, ""])[column.codes])
