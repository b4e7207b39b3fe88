"""Why these scores: the accounts of the few interactions that most need one."""

from __future__ import annotations

import attrs
import numpy as np

from coqs.report.figures import NOT_RECORDED
from coqs.results import Scores
from coqs.scoring.explain import explain

SHOWN = 3
"""Ratings that are accounted for."""


@attrs.frozen(slots=True)
class AccountOf:
    """The account of one rating."""

    interaction: str
    rater: str
    told: str
    """Its verdict, and what would flip it."""
    html: str
    """The account as a fragment, every text of it escaped."""


def accounts_of(scores: Scores) -> tuple[AccountOf, ...]:
    """Return the accounts of ratings that failed: those that hit a gate of ethics, then the lowest scores."""
    return tuple(_account(scores, int(row)) for row in _rows(scores))


def _rows(scores: Scores) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    failed = np.flatnonzero(scores.verdict == "fail")
    lowest = np.nan_to_num(scores.overall[failed], nan=-np.inf)
    order = np.lexsort((failed, lowest, scores.gates["ethics"][failed] == 0))
    return failed[order][:SHOWN]


def _account(scores: Scores, row: int) -> AccountOf:
    ratings = scores.ratings
    told = explain(scores, ratings.interaction[row] or "", rater=ratings.rater[row] or "")
    return AccountOf(
        interaction=ratings.interaction[row] or NOT_RECORDED,
        rater=ratings.rater[row] or NOT_RECORDED,
        told=str(told.counterfactual),
        html=told.to_html(),
    )
