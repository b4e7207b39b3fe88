"""Customers as what promises hang together by, and what that adds to the errors of a curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coqs.kernels import aalen_johansen, student_t_quantile
from coqs.tables import Encoded

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
PARTS = 40
"""Parts of the customers, each of which is left out once."""


def numbered(customer: npt.NDArray[np.object_]) -> Places:
    """Number customers, in alphabetical order; one who is not known is one for each promise."""
    column = Encoded.from_values(customer.tolist())
    rank = np.empty(len(column.categories) + 1, np.int64)
    rank[np.argsort(np.array(column.categories, str), kind="stable")] = np.arange(len(column.categories))
    codes = rank[column.codes]
    alone = ~column.present
    codes[alone] = len(column.categories) + np.arange(int(alone.sum()))
    return codes


def clustered_errors(
    days: Floats, cause: Places, kinds: int, customer: Places, times: Floats, *, confidence: float
) -> Floats:
    """Return (T, kinds) standard errors of cumulative incidences where promises hang together by customer.

    They are widened by Student's t over the normal quantile, since they come from few parts; NaN where there
    are fewer than two customers.

    Notes
    -----
    A delete-a-group jackknife over `PARTS` parts of the customers: P. S. Kott, "The delete-a-group
    jackknife", Journal of Official Statistics 17 (2001), 521-526.
    """
    distinct, place = np.unique(customer, return_inverse=True)
    parts = min(PARTS, len(distinct))
    if parts < 2:
        return np.full((len(times), kinds), np.nan)
    part = place.reshape(-1) % parts
    whole = _incidence(days, cause, kinds, times)
    squares = np.zeros_like(whole)
    for left_out in range(parts):
        kept = part != left_out
        squares += (_incidence(days[kept], cause[kept], kinds, times) - whole) ** 2
    wider = float(student_t_quantile(confidence, parts - 1)) / float(student_t_quantile(confidence, 1e9))
    errors: Floats = np.sqrt(squares * (parts - 1) / parts) * wider
    return errors


def _incidence(days: Floats, cause: Places, kinds: int, times: Floats) -> Floats:
    """Return the incidences at some times, the last ones beyond what was followed."""
    found = aalen_johansen(days, cause, kinds)
    steps = np.concatenate([np.zeros((1, kinds)), found.incidence])
    at: Floats = steps[np.searchsorted(found.times, times, side="right")]
    return at


def hang_together(customer: Places) -> bool:
    """Tell whether any customer has several promises."""
    return len(customer) > 0 and int(np.bincount(customer).max()) > 1
