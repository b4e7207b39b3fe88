"""Visits: the interactions of customers that are known, each with its place in their relationship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.of_scores import OVERALL, measures_of_scores, observations_of_scores
from coqs.results import Scores
from coqs.tables import Encoded, Times

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
BEHAVIOURS = (
    "name_used",
    "detail_remembered",
    "preference_noticed",
    "beyond_request",
    "customer_first",
    "never_a_disruption",
)
"""The six behaviours of a relationship, as the general rubric asks for them."""
DAY = np.timedelta64(1, "D")


@attrs.frozen(slots=True, eq=False)
class Visits:
    """(n,) each, in the order of customers and, of one customer, of time."""

    customers: tuple[str, ...]
    customer: Places
    """Place of each among the customers."""
    number: Places
    """Which of the customer's visits that were seen it is, from 1."""
    at: Times
    interaction: Encoded
    provider: Encoded
    score: Floats
    behaviours: Mapping[str, Floats]
    """Criterion to the share of raters that saw it met; NaN where it was not told."""
    n_unknown: int
    """Interactions of customers that nobody knows."""
    untimed: int
    """Interactions without a time."""

    @property
    def days(self) -> Floats:
        """When each was, in days from the first one."""
        if not len(self.at):
            return np.zeros(0)
        found: Floats = (self.at - self.at.min()) / DAY
        return found

    @property
    def depth(self) -> Places:
        """(customers,) how many visits each has."""
        return np.bincount(self.customer, minlength=len(self.customers))


def behaviours_of(scores: Scores, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the criteria that are asked for, or those of the six that the rubric has."""
    known = scores.scorer.applied_rubric.criterion_ids
    if asked is None:
        return tuple(name for name in BEHAVIOURS if name in known)
    for name in asked:
        if name not in known:
            raise NotFoundError("criterion", name, known, where="behaviours")
    return tuple(asked)


def visits_of(scores: Scores, behaviours: Sequence[str]) -> Visits:
    """Return the visits of customers."""
    measures = measures_of_scores(scores, (OVERALL, *behaviours))
    seen = observations_of_scores(scores, ("customer",), measures)
    named = np.array([label[0] is not None for label in seen.labels] + [False])
    known = np.flatnonzero(named[seen.group])
    rows = known[np.argsort(seen.group[known], kind="stable")]
    customer = seen.group[rows]
    starts = np.searchsorted(customer, customer)
    return Visits(
        customers=tuple(label[0] for label in seen.labels if label[0] is not None),
        customer=customer,
        number=np.arange(len(rows)) - starts + 1,
        at=seen.at[rows],
        interaction=seen.interaction.take(rows),
        provider=seen.context["provider"].take(rows),
        score=seen.measure(OVERALL)[rows],
        behaviours={name: seen.measure(name)[rows] for name in behaviours},
        n_unknown=len(seen) - len(rows),
        untimed=seen.untimed,
    )


def outcome_of(scores: Scores, visits: Visits, outcome: str) -> Floats:
    """Return (n,) a fact of each visit as a number, its rows averaged; true is 1, false 0.

    Raises
    ------
    NotFoundError
        No such fact.
    PolicyError
        It is neither a number nor true or false.
    """
    facts = scores.ratings.facts
    if outcome not in facts:
        raise NotFoundError("fact", outcome, facts, where="outcome")
    column = facts[outcome]
    values = _yes_or_no(outcome, column) if isinstance(column, Encoded) else column
    codes = scores.ratings.interaction.codes
    told = ~np.isnan(values)
    size = len(scores.ratings.interaction.categories)
    n = np.bincount(codes[told], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(codes[told], values[told], size) / n
    found: Floats = mean[visits.interaction.codes]
    return found


def _yes_or_no(outcome: str, column: Encoded) -> Floats:
    numbers = {"true": 1.0, "false": 0.0}
    if not set(column.categories) <= set(numbers):
        raise PolicyError(
            f"outcome: fact {outcome!r} must be a number, or true or false, got texts; choose another",
            choice="outcome",
            value=outcome,
        )
    return np.array([*map(numbers.__getitem__, column.categories), np.nan])[column.codes]
