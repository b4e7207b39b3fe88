"""Relationships: what customers who come again find, as one result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from coqs.errors import PolicyError
from coqs.journeys.relationships.growth import LATER, SCORE, GrowthTable, growth_of
from coqs.journeys.relationships.remembered import (
    USABLE,
    BehaviourTable,
    DetailUse,
    behaviours_told,
    detail_use,
    record_states,
)
from coqs.journeys.relationships.ties import CustomerTable, DepthTable, customers_of, depths_of
from coqs.journeys.relationships.visits import behaviours_of, outcome_of, visits_of
from coqs.model import Detail
from coqs.results import Scores

DETAIL = "detail_remembered"


@attrs.frozen(slots=True, repr=False, kw_only=True)
class Relationships:
    """What was seen of customers who come again; five tables, and what could not be placed."""

    customers: CustomerTable
    """Depth and continuity, one row a customer."""
    depths: DepthTable
    """Scores, continuity and the outcome by depth."""
    growth: GrowthTable
    """Whether later interactions, and those with the usual provider, are better; within customers."""
    behaviours: BehaviourTable
    """How often the behaviours of a relationship are met."""
    details: DetailUse
    """Whether details that were on record were used."""
    outcome: str | None
    """The fact that is the outcome; None without one."""
    n_unknown: int
    """Interactions of customers that nobody knows: in no relationship."""
    untimed: int
    """Interactions without a time: in none either."""

    __hash__ = None  # type: ignore[assignment]

    @property
    def later_is(self) -> str:
        """Whether later interactions score `better` or `worse` than the first, or `cannot tell`."""
        rows = zip(self.growth["of"], self.growth["comparison"], self.growth["says"], strict=True)
        return next(str(says) for of, name, says in rows if (of, name) == (SCORE, LATER))

    def plot(self, *, ax: Any = None) -> Any:
        """Draw how the score changes within customers, with intervals; return the axes.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        return self.growth.plot(ax=ax)

    def __repr__(self) -> str:
        n = int(self.customers["n"].sum())
        again = int((self.customers["n"] > 1).sum())
        return (
            f"<Relationships: {n:,} interactions of {len(self.customers):,} customers, {again:,} of whom "
            f"came again; later ones score: {self.later_is}>"
        )

    def __str__(self) -> str:
        parts = [
            repr(self)[1:-1],
            f"without a known customer: {self.n_unknown:,}; without a time: {self.untimed:,}",
            f"by depth\n{self.depths}",
            f"within customers\n{self.growth}",
        ]
        if len(self.behaviours):
            parts.append(f"behaviours\n{self.behaviours}")
        parts.append(f"details on record\n{self.details}")
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        tables = (self.depths, self.growth, self.behaviours, self.details)
        return "".join(each._repr_html_() for each in tables)


def relationships(
    scores: Scores,
    *,
    behaviours: Sequence[str] | None = None,
    details: Sequence[Detail] = (),
    detail: str = DETAIL,
    outcome: str | None = None,
    confidence: float = 0.95,
) -> Relationships:
    """Tell how deep relationships are, who keeps them up, and whether they get better as they go on.

    The interactions of one customer are a relationship; the raters of an interaction are averaged. Whether
    later interactions are better is told within customers, so that it does not matter whether those who come
    again are other people than those who do not.

    Parameters
    ----------
    scores
        What `coqs.score` returned, of ratings that name customers and times.
    behaviours
        Criteria that make a relationship; those of the six of the general rubric that the rubric has, unless
        told.
    details
        Records of what is remembered of customers. A detail can be used once it is recorded and agreed to,
        and until it expires.
    detail
        The criterion that says whether a detail was used.
    outcome
        A fact, a number or true or false, that relationships are compared with; what customers answered
        becomes one with `coqs.join_answers`.
    confidence
        Coverage of each interval.

    Raises
    ------
    NotFoundError
        There is no such criterion or fact.
    PolicyError
        The confidence does not lie between 0 and 1, a behaviour does not say what is below expectation, or
        the outcome is no number.

    Notes
    -----
    Continuity: Breslau and Reeb's UPC and Bice and Boxerman's COC (`coqs.kernels.continuity`). Comparisons
    take off each customer's own level, with errors clustered by customer (CR2) and Satterthwaite's degrees
    of freedom (`coqs.kernels.cluster_robust`); where these are below 4, nothing is told. The first
    interaction that was seen may not be the customer's first.

    Examples
    --------
    >>> import coqs
    >>> found = coqs.relationships(coqs.score(coqs.make_sample(n=300)))
    >>> bool(found.customers["n"].max() > 1)
    True
    """
    _check(confidence)
    met = behaviours_of(scores, behaviours)
    return _told(scores, met, details, detail, outcome, confidence)


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )


def _told(
    scores: Scores,
    met: tuple[str, ...],
    details: Sequence[Detail],
    detail: str,
    outcome: str | None,
    confidence: float,
) -> Relationships:
    asked = detail in scores.scorer.applied_rubric.criterion_ids
    if details and not asked:
        behaviours_of(scores, (detail,))  # which refuses it, and says what there is
    extra = (detail,) if asked and detail not in met else ()
    visits = visits_of(scores, (*met, *extra))
    used = visits.behaviours.get(detail, np.full(len(visits.customer), np.nan))
    visits = attrs.evolve(visits, behaviours={name: visits.behaviours[name] for name in met})
    states = record_states(visits, details)
    result = None if outcome is None else outcome_of(scores, visits, outcome)
    on_record: Any = np.where(states == USABLE, used, np.nan)
    return Relationships(
        customers=customers_of(visits),
        depths=depths_of(visits, result, confidence),
        growth=growth_of(visits, result, on_record, confidence),
        behaviours=behaviours_told(visits, confidence),
        details=detail_use(visits, states, used, confidence),
        outcome=outcome,
        n_unknown=visits.n_unknown,
        untimed=visits.untimed,
    )
