"""Ties: how deep each customer's relationship is, and how far it keeps to one provider."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.printed import PrintedTable, texts
from coqs.journeys.relationships.visits import DAY, Floats, Places, Visits
from coqs.kernels import mean_interval, ratio_interval
from coqs.kernels.continuity import continuity_of_care, usual_provider_continuity

DEPTHS = (("1", 1, 1), ("2", 2, 2), ("3 to 5", 3, 5), ("6 and more", 6, None))
"""What relationships are called, from and to how many visits."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class CustomerTable(PrintedTable):
    """One row a customer, the deepest relationship first.

    Columns: `customer`; `n` interactions, `n_scored` of them, `mean` of their scores; `first` and `last`, and
    `span_days` between them; `providers` who served them, and `usual_provider`, who served them most often,
    None where two did equally; `usual_share`, the share of their interactions that whoever had most of them
    had (UPC); `continuity`, whether two of them drawn at random have one provider (Bice and Boxerman). Both
    are of interactions whose provider is known; one interaction has no continuity.
    """


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class DepthTable(PrintedTable):
    """One row a depth: what relationships of so many interactions come to.

    Columns: `depth`, how many interactions a customer has; `customers`; `n` interactions; `score` and, where
    one is given, `outcome`, their means with intervals that allow for customers; `usual_share` and
    `continuity`, means over customers.
    """

    confidence: float
    """Coverage of each interval."""


def usual_of(visits: Visits) -> tuple[Places, Places]:
    """Return (customers, providers) visits to each provider, and (customers,) the usual one, -1 without."""
    counts = np.zeros((len(visits.customers), len(visits.provider.categories)), np.int64)
    known = visits.provider.codes >= 0
    np.add.at(counts, (visits.customer[known], visits.provider.codes[known]), 1)
    if not counts.size:
        return counts, np.full(len(counts), -1)
    most = counts.max(axis=1)
    clear = (most > 0) & ((counts == most[:, None]).sum(axis=1) == 1)
    return counts, np.where(clear, counts.argmax(axis=1), -1)


def customers_of(visits: Visits) -> CustomerTable:
    """Return the customers, the deepest relationship first."""
    counts, usual = usual_of(visits)
    depth, size = visits.depth, len(visits.customers)
    ends = np.cumsum(depth)
    first, last = visits.at[ends - depth], visits.at[ends - 1]
    scored = ~np.isnan(visits.score)
    n_scored = np.bincount(visits.customer[scored], minlength=size)
    total = np.bincount(visits.customer[scored], visits.score[scored], size)
    enough = counts.sum(axis=1) >= 2
    columns: dict[str, Any] = {
        "customer": texts(visits.customers),
        "n": depth,
        "n_scored": n_scored,
        "mean": np.where(n_scored > 0, total / np.maximum(n_scored, 1), np.nan),
        "first": first,
        "last": last,
        "span_days": (last - first) / DAY,
        "providers": (counts > 0).sum(axis=1),
        "usual_provider": texts(visits.provider.categories[each] if each >= 0 else None for each in usual),
        "usual_share": np.where(enough, usual_provider_continuity(counts), np.nan),
        "continuity": continuity_of_care(counts),
    }
    order = np.lexsort((np.arange(size), -depth))
    return CustomerTable(columns={name: column[order] for name, column in columns.items()})


def depths_of(visits: Visits, outcome: Floats | None, confidence: float) -> DepthTable:
    """Return what relationships of each depth come to."""
    counts, _ = usual_of(visits)
    depth = visits.depth
    shares = np.where(counts.sum(axis=1) >= 2, usual_provider_continuity(counts), np.nan)
    indices = continuity_of_care(counts)
    rows = []
    for name, low, high in DEPTHS:
        mine = (depth >= low) & (depth <= (depth.max(initial=0) if high is None else high))
        inside = mine[visits.customer]
        row: dict[str, Any] = {"depth": name, "customers": int(mine.sum()), "n": int(inside.sum())}
        row |= _clustered("score", visits.score[inside], visits.customer[inside], confidence)
        if outcome is not None:
            row |= _clustered("outcome", outcome[inside], visits.customer[inside], confidence)
        row |= _mean("usual_share", shares[mine], confidence)
        rows.append(row | _mean("continuity", indices[mine], confidence))
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return DepthTable(columns=columns | {"depth": texts(columns["depth"])}, confidence=confidence)


def _limits(name: str, value: float, low: float, high: float) -> dict[str, float]:
    return {name: float(value), f"{name}_low": float(low), f"{name}_high": float(high)}


def _clustered(name: str, values: Floats, customer: Places, confidence: float) -> dict[str, float]:
    """Return a mean over interactions, with an interval over customers."""
    told = ~np.isnan(values)
    if not told.any():
        return _limits(name, np.nan, np.nan, np.nan)
    _, place, n = np.unique(customer[told], return_inverse=True, return_counts=True)
    mean = values[told].mean()
    squares = ((np.bincount(place.reshape(-1), values[told]) - mean * n) ** 2).sum()
    if 0 <= mean <= 1:
        low, high = ratio_interval([mean], [squares], [float(n.sum())], [len(n)], confidence=confidence)
    else:
        sd = np.sqrt(squares / max(len(n) - 1, 1)) * len(n) / n.sum()
        low, high = mean_interval([mean], [sd], [len(n)], confidence=confidence)
    return _limits(name, mean, low[0], high[0])


def _mean(name: str, values: Floats, confidence: float) -> dict[str, float]:
    told: npt.NDArray[np.float64] = values[~np.isnan(values)]
    n = len(told)
    mean, sd = (told.mean() if n else np.nan), (told.std(ddof=1) if n > 1 else np.nan)
    low, high = mean_interval([mean], [sd], [n], confidence=confidence)
    return _limits(name, mean, low[0], high[0])
