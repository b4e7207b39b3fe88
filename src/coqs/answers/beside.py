"""What is recorded of interactions, put beside the answers that are about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coqs.facts import FactColumn
from coqs.interactions import Interactions
from coqs.model import CONTEXT
from coqs.ratings import Ratings
from coqs.tables import Encoded, freeze

Rows = npt.NDArray[np.int64]
Recorded = Interactions | Ratings


class Sheets(Protocol):
    """What answers have of their own."""

    @property
    def interaction(self) -> Encoded: ...
    @property
    def context(self) -> Mapping[str, Encoded]: ...
    @property
    def facts(self) -> Mapping[str, FactColumn]: ...
    @property
    def codes(self) -> Mapping[str, Any]: ...


def recorded_beside(answers: Sheets, recorded: Recorded) -> tuple[dict[str, Encoded], dict[str, FactColumn]]:
    """Return the context and the facts of answers, filled from what is recorded of their interactions."""
    of_row, of_sheet = same_ids(interaction_ids(recorded), answers.interaction)
    context = {
        name: _filled_texts(answers.context[name], recorded.context[name], of_row, of_sheet)
        for name in CONTEXT
    }
    facts: dict[str, FactColumn] = dict(answers.facts)
    for name, column in recorded.facts.items():
        if name not in facts and name not in answers.codes:
            facts[name] = _gathered(column, of_row, of_sheet)
    return context, facts


def interaction_ids(recorded: Recorded) -> Encoded:
    """Return (n,) the ids of the interactions that rows are about."""
    if isinstance(recorded, Ratings):
        return recorded.interaction
    return Encoded(np.arange(len(recorded.ids)), recorded.ids)


def same_ids(left: Encoded, right: Encoded) -> tuple[Rows, Rows]:
    """Return both columns as places in one list of ids, -1 where there is none."""
    known: dict[str, int] = {}
    tables = [
        np.array([*(known.setdefault(id, len(known)) for id in each.categories), -1])
        for each in (left, right)
    ]
    return tables[0][left.codes], tables[1][right.codes]


def _filled_texts(own: Encoded, column: Encoded, of_row: Rows, of_sheet: Rows) -> Encoded:
    if own.present.all():
        return own
    found = _gathered(column, of_row, of_sheet)
    assert isinstance(found, Encoded)
    left, right = same_ids(own, found)
    texts = tuple(dict.fromkeys([*own.categories, *found.categories]))
    return Encoded(freeze(np.where(left >= 0, left, right).astype(np.int32)), texts)


def _gathered(column: FactColumn, of_row: Rows, of_sheet: Rows) -> FactColumn:
    """Return what the first row of each sheet's interaction that says something says."""
    present = column.present if isinstance(column, Encoded) else ~np.isnan(column)
    said = np.flatnonzero(present & (of_row >= 0))
    size = int(max(of_row.max(initial=-1), of_sheet.max(initial=-1))) + 1
    first = np.full(size + 1, -1)  # the last one is for sheets that are about no interaction
    first[of_row[said[::-1]]] = said[::-1]  # of several writes to one place the last stays
    rows = first[of_sheet]
    if isinstance(column, Encoded):
        return Encoded(freeze(np.append(column.codes, -1)[rows].astype(np.int32)), column.categories)
    found: npt.NDArray[np.float64] = freeze(np.append(column, np.nan)[rows])
    return found
