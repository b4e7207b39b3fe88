"""From signals to the levels of a rubric, by each criterion's `detect`.

What lives here: what a signal, found or not found, says of a criterion. What does not: finding it.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

import coqs
from coqs.plugins.phrases.matching import SignalTable
from coqs.plugins.phrases.turns import Ints


@attrs.frozen(slots=True)
class _Judged:
    """One criterion over the interactions that were judged on it."""

    criterion: str
    interaction: Ints
    level: list[str]
    turn: Ints
    start: Ints
    end: Ints


def rated(table: SignalTable, rubric: coqs.Rubric) -> coqs.RatedColumns:
    """Judge every criterion that says what shows it; all the others are left out, which is to abstain."""
    parts = list(_judged(table, rubric))
    none = np.empty(0, dtype=np.int64)
    return coqs.RatedColumns(
        interaction=np.concatenate([none, *(part.interaction for part in parts)]),
        criterion=[part.criterion for part in parts for _ in part.level],
        level=[level for part in parts for level in part.level],
        turn=np.concatenate([none, *(part.turn for part in parts)]),
        start=np.concatenate([none, *(part.start for part in parts)]),
        end=np.concatenate([none, *(part.end for part in parts)]),
    )


def _judged(table: SignalTable, rubric: coqs.Rubric) -> Iterator[_Judged]:
    for criterion in rubric.criteria:
        if criterion.detect is not None:
            yield _of_criterion(table, criterion.id, criterion.detect)


def _of_criterion(table: SignalTable, criterion: str, detect: coqs.Detect) -> _Judged:
    hits = table.hits(detect.signal)
    found, first = np.unique(table.interaction[hits], return_index=True)
    hits = hits[first]
    silent = table.observable(detect.signal).copy()
    silent[found] = False
    unseen = np.flatnonzero(silent) if detect.absent is not None else np.empty(0, dtype=np.int64)
    nowhere = np.full(len(unseen), -1)
    return _Judged(
        criterion=criterion,
        interaction=np.concatenate([found, unseen]),
        level=[detect.present] * len(found) + [detect.absent or ""] * len(unseen),
        turn=np.concatenate([table.turn[hits], nowhere]),
        start=np.concatenate([table.start[hits], nowhere]),
        end=np.concatenate([table.end[hits], nowhere]),
    )
