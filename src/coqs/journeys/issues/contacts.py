"""Interactions as contacts on a matter: when, of whom, what went wrong, and whether they were planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.facts import FactColumn
from coqs.journeys.of_scores import unit_times
from coqs.ratings import Ratings
from coqs.results import VERDICTS, Scores
from coqs.results.units import Units, units_column
from coqs.tables import Encoded, Times, freeze

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Planned = str | Sequence[str] | Mapping[str, Sequence[str]]
UNSCORED = VERDICTS.index("unscored")
PLANNED = ("planned", "promise_due")
"""Facts that tell of a planned return, unless others are named; as far as the ratings have them."""
YES = ("true", "yes", "1")


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Contacts:
    """Interactions, in the order of time; those without a time come last. (n,) each."""

    interaction: Encoded
    at: Times
    context: Mapping[str, Encoded]
    gate: Mask
    """Whether a gate failed, in the eyes of any rater."""
    irreversible: Mask
    """Whether something went wrong that cannot be undone."""
    rated: Mask
    """Whether anybody came to a verdict."""
    planned: Mask
    """Whether the customer came back as was agreed, or for a cause that is not the service's."""
    facts: Mapping[str, FactColumn]

    def __len__(self) -> int:
        return len(self.at)

    def column(self, name: str) -> Encoded:
        """Return a context column or a fact that is a text."""
        found = self.context.get(name, self.facts.get(name))
        if not isinstance(found, Encoded):
            known = (*self.context, *(key for key, each in self.facts.items() if isinstance(each, Encoded)))
            raise NotFoundError("column", name, known, where="issues")
        return found


def contacts_of(scores: Scores, planned: Planned | None) -> Contacts:
    """Return the interactions of scores, each once, its raters put together."""
    ratings = scores.ratings
    units = Units.of(np.zeros(len(ratings), np.int64), ratings.interaction.codes, 1)
    at = unit_times(ratings.at, units)
    ids = units_column(units, ratings.interaction)
    order = np.lexsort((_alphabetical(ratings.interaction)[ids], at))  # so that equal times have one order
    failed = sum(
        (np.asarray(each, np.int64) for each in scores.gates.values()), np.zeros(len(ratings), np.int64)
    )
    return Contacts(
        interaction=_texts(units, ratings.interaction, order),
        at=freeze(at[order]),
        context={name: _texts(units, each, order) for name, each in ratings.context.items()},
        gate=_any(units, failed > 0)[order],
        irreversible=_any(units, scores.irreversible > 0)[order],
        rated=_any(units, scores.verdict_codes != UNSCORED)[order],
        planned=_any(units, _is_planned(ratings, planned))[order],
        facts={name: _fact(units, each, order) for name, each in ratings.facts.items()},
    )


def _alphabetical(column: Encoded) -> Places:
    """Return the place of each text in the alphabet."""
    rank = np.empty(len(column.categories), np.int64)
    rank[np.argsort(np.array(column.categories, object), kind="stable")] = np.arange(len(rank))
    return rank


def _texts(units: Units, column: Encoded, order: Places) -> Encoded:
    return Encoded(freeze(units_column(units, column)[order].astype(np.int32)), column.categories)


def _fact(units: Units, column: FactColumn, order: Places) -> FactColumn:
    if isinstance(column, Encoded):
        return _texts(units, column, order)
    return freeze(units.mean(column, ~np.isnan(column))[order])


def _any(units: Units, rows: Mask) -> Mask:
    return rows if units.of_row is None else np.bincount(units.of_row, rows, len(units)) > 0


def _is_planned(ratings: Ratings, planned: Planned | None) -> Mask:
    """Return (rows,) where one of the facts says that the return was planned."""
    found = np.zeros(len(ratings), np.bool_)
    for name, words in _planned_words(ratings, planned).items():
        column = ratings.facts.get(name, ratings.context.get(name))
        if column is None:
            raise NotFoundError("fact", name, (*ratings.facts, *ratings.context), where="planned")
        found |= _says(column, words)
    return found


def _planned_words(ratings: Ratings, planned: Planned | None) -> dict[str, Sequence[str]]:
    if planned is None:
        return {name: YES for name in PLANNED if name in ratings.facts}
    if isinstance(planned, Mapping):
        return {name: (words,) if isinstance(words, str) else tuple(words) for name, words in planned.items()}
    return dict.fromkeys((planned,) if isinstance(planned, str) else planned, YES)


def _says(column: Any, words: Sequence[str]) -> Mask:
    if not isinstance(column, Encoded):
        return np.nan_to_num(np.asarray(column, np.float64)) > 0
    meant = np.array([*(text.casefold() in words or text in words for text in column.categories), False])
    found: Mask = meant[column.codes]
    return found
