"""The interactions of scores, each once, in their matters: what a later one says is said of the same matter.

An interaction is of its issue; where none is recorded, of its customer, or of its customer and a fact that
names the matter. Where neither is known it is linked to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.journeys.of_scores import unit_times
from coqs.results import Scores
from coqs.results.grouping import dense, group_rows, key_column
from coqs.results.units import Units, units_column
from coqs.tables import Encoded, Times

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NOWHERE = -1


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Encounters:
    """Interactions, one a place, whatever the number of their raters."""

    units: Units
    interaction: Encoded
    """(units,) ids."""
    at: Times
    """(units,) when; the first, where raters differ; NaT where not known."""
    context: Mapping[str, Encoded]
    """provider, customer, site and the rest: (units,) each."""
    matter: Places
    """(units,) number of the matter, -1 where it is linked to nothing."""

    @classmethod
    def of(cls, scores: Scores, *, matter: str | Sequence[str]) -> Encounters:
        """Return the interactions of scores; `matter` names columns that part the matters of a customer.

        Raises
        ------
        NotFoundError
            There is no such fact or column.
        """
        ratings = scores.ratings
        units = Units.of(np.zeros(len(ratings), np.int64), ratings.interaction.codes, 1)
        context = {name: _texts(units, column) for name, column in ratings.context.items()}
        names = (matter,) if isinstance(matter, str) else matter
        named = [_texts(units, _matter_column(scores, each)) for each in names]
        return cls(
            units=units,
            interaction=_texts(units, ratings.interaction),
            at=unit_times(ratings.at, units),
            context=context,
            matter=_matters(context["issue"], context["customer"], named),
        )

    def __len__(self) -> int:
        return len(self.units)

    def id(self, place: int) -> str:
        """Return the id of an interaction."""
        return self.interaction[place] or ""

    def of_rows(self, rows: npt.NDArray[np.int64]) -> Places:
        """Return the interaction of each of these rows of the ratings."""
        return rows if self.units.of_row is None else self.units.of_row[rows]

    def place_of(self) -> dict[str, int]:
        """Return the place of each id."""
        return {id: place for place, id in enumerate(self.interaction.to_list()) if id is not None}

    def votes(self, says: Mask) -> Places:
        """Count for each interaction the rows that say so."""
        if self.units.of_row is None:
            return says.astype(np.int64)
        return np.bincount(self.units.of_row[says], minlength=len(self))


def _matter_column(scores: Scores, name: str) -> Encoded:
    ratings = scores.ratings
    known = (*ratings.facts, *ratings.context)
    if name not in known:
        raise NotFoundError("fact", name, known, where="matter")
    return key_column(ratings, name)


def _texts(units: Units, column: Encoded) -> Encoded:
    return Encoded(units_column(units, column).astype(np.int32), column.categories)


def _matters(issue: Encoded, customer: Encoded, named: Sequence[Encoded]) -> Places:
    """Number the matters: issues first, then customers, parted by what the matter is called."""
    parted, _ = group_rows([customer, *named], len(customer))
    own = np.where(customer.codes < 0, NOWHERE, parted)
    whose = np.where(own < 0, NOWHERE, own + len(issue.categories))
    found = np.where(issue.codes >= 0, issue.codes.astype(np.int64), whose)
    numbers, _ = dense(found + 1, int(found.max(initial=NOWHERE)) + 2)
    return numbers + NOWHERE if (found < 0).any() else numbers
