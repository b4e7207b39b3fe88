"""How often promises are kept, for each person, site or the like, with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.promises.customers import numbered
from coqs.kernels import clustered_share_interval
from coqs.model import PROMISE_STATES
from coqs.model.context import CONTEXT
from coqs.results.grouping import group_rows
from coqs.results.html import html_table
from coqs.tables import Encoded, freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
Columns = Mapping[str, npt.NDArray[Any]]
KEYS = (*CONTEXT, "kind", "source", "interaction")
"""Columns that promises can be grouped by."""
NOT_KEPT = ("broken", "lapsed")
SETTLED = ("kept", "late", *NOT_KEPT)
"""What the shares are of: not what the customer cancelled, nor what nobody saw, nor what is still open."""
NO_KEY = "(none)"


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class PromiseGroups(Tabular):
    """What became of promises, one row a group; NaN means "cannot tell".

    Columns: the keys; `n` promises, of which `kept`, `late`, `broken`, `cancelled`, `lapsed`, `unobservable`
    and `open`; `n_settled`, which are kept, late, broken or lapsed; `n_customers` to whom these were made;
    `kept_share` (in time) of the settled with `kept_ci_low` and `kept_ci_high`; `n_unknown`, which may have
    been settled unseen: the unobservable, and in a sample those that are open and have no date; `kept_least`
    and `kept_most`, what the share would be if all of these were unkept, and if all were kept;
    `not_kept_share` (broken or lapsed) with `not_kept_ci_low` and `not_kept_ci_high`; `can_tell`, whether
    there are intervals; `open_age_days`, the median age of those still open.
    """

    keys: tuple[str, ...]
    """What was grouped by."""
    columns: Columns = attrs.field(converter=read_only)
    confidence: float
    """Coverage of the intervals."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PromiseGroups):
            return NotImplemented
        same = (self.keys, self.confidence) == (other.keys, other.confidence)
        return same and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def labels(self) -> list[str]:
        """Return what to call each group: its keys, `(none)` for one that is missing."""
        if not self.keys:
            return ["all"] * len(self)
        named = zip(*(self.columns[key].tolist() for key in self.keys), strict=True)
        return [" / ".join(NO_KEY if key is None else key for key in each) for each in named]

    def __repr__(self) -> str:
        told = int(self.columns["can_tell"].sum())
        by = ", ".join(self.keys) or "nothing"
        return f"<PromiseGroups by {by}: {len(self)} groups, {told} of which can be told of>"

    def __str__(self) -> str:
        cells = self._printed()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [[text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in cells]
        return "\n".join("  ".join(line).rstrip() for line in lines)

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        return html_table(heads, rows, caption=f"What became of promises; {self.confidence:.0%} intervals")

    def _printed(self) -> list[list[str]]:
        heads = [" / ".join(self.keys) or "all", "n", *PROMISE_STATES, "kept in time", "interval", "bounds"]
        rows = zip(self.labels(), self.rows(), strict=True)
        return [heads, *(_printed_row(label, row) for label, row in rows)]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.keys, dict(self.columns), self.confidence)


def _again(keys: tuple[str, ...], columns: dict[str, npt.NDArray[Any]], confidence: float) -> PromiseGroups:
    frozen = {name: freeze(column) for name, column in columns.items()}
    return PromiseGroups(keys=keys, columns=frozen, confidence=confidence)


def _printed_row(label: str, row: Mapping[str, Any]) -> list[str]:
    share, low, high = (row[name] for name in ("kept_share", "kept_ci_low", "kept_ci_high"))
    least, most = row["kept_least"], row["kept_most"]
    return [
        label,
        f"{row['n']:,}",
        *(f"{row[state]:,}" for state in PROMISE_STATES),
        "-" if share is None else f"{share:.1%}",
        "cannot tell" if low is None or high is None else f"{low:.1%} to {high:.1%}",
        "-" if least is None else f"{least:.1%} to {most:.1%}",
    ]


def check_confidence(confidence: float) -> None:
    """Refuse a coverage that no interval can have."""
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )


def shares_of(columns: Columns, keys: Sequence[str], *, confidence: float) -> PromiseGroups:
    """Return what became of promises in each group.

    Raises
    ------
    NotFoundError
        No such column to group by.
    PolicyError
        The confidence does not lie between 0 and 1.
    """
    check_confidence(confidence)
    for key in keys:
        if key not in KEYS:
            raise NotFoundError("key", key, KEYS, where="by")
    n = len(columns["state"])
    group, labels = group_rows([Encoded.from_values(columns[key].tolist()) for key in keys], n)
    groups = len(labels) if n or not keys else 0
    found = {key: _texts(column) for key, column in zip(keys, labels.columns, strict=True)}
    found["n"] = np.bincount(group, minlength=groups)
    for state in PROMISE_STATES:
        found[state] = np.bincount(group[columns["state"] == state], minlength=groups)
    found |= _shares(columns, group, groups, found, confidence)
    found["open_age_days"] = _open_ages(columns, group, groups)
    order = sorted(
        range(groups), key=lambda row: [(found[key][row] is None, found[key][row]) for key in keys]
    )
    return PromiseGroups(
        keys=tuple(keys), columns={name: each[order] for name, each in found.items()}, confidence=confidence
    )


def _texts(column: Encoded) -> npt.NDArray[Any]:
    found = np.empty(len(column), object)
    found[:] = column.to_list()
    return found


def _shares(
    columns: Columns,
    group: npt.NDArray[np.int64],
    groups: int,
    counts: Columns,
    confidence: float,
) -> dict[str, npt.NDArray[Any]]:
    counted = np.isin(columns["state"].astype(str), SETTLED)
    cluster, customers = _clusters(columns["customer"][counted], group[counted], groups)
    n = np.bincount(group[counted], minlength=groups).astype(np.float64)
    found: dict[str, npt.NDArray[Any]] = {"n_settled": n.astype(np.int64), "n_customers": customers}
    for name, states in (("kept", ("kept",)), ("not_kept", NOT_KEPT)):
        hit = np.isin(columns["state"][counted].astype(str), states).astype(np.float64)
        share = np.bincount(group[counted], hit, groups) / np.where(n > 0, n, np.nan)
        squares = _residual_squares(hit, share, cluster, group[counted], groups)
        low, high = clustered_share_interval(share, n, squares, customers, confidence=confidence)
        found |= {f"{name}_share": share, f"{name}_ci_low": low, f"{name}_ci_high": high}
    found["n_unknown"] = unknown = np.bincount(group[_unknown(columns)], minlength=groups)
    most = np.where(n + unknown > 0, n + unknown, np.nan)
    found["kept_least"], found["kept_most"] = counts["kept"] / most, (counts["kept"] + unknown) / most
    found["can_tell"] = ~np.isnan(found["kept_ci_low"])
    return found


def _unknown(columns: Columns) -> npt.NDArray[np.bool_]:
    """Return which may have been settled unseen: unobservable, or open without a date and not followed."""
    undated = (columns["state"] == "open") & np.isnat(columns["due"]) & ~columns["followed"]
    unknown: npt.NDArray[np.bool_] = undated | (columns["state"] == "unobservable")
    return unknown


def _clusters(
    customer: npt.NDArray[Any], group: npt.NDArray[np.int64], groups: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number each customer of each group, one who is not known for each promise; and count them."""
    codes = numbered(customer)
    cell = group * (int(codes.max(initial=0)) + 1) + codes
    distinct, cluster = np.unique(cell, return_inverse=True)
    whose = np.zeros(len(distinct), np.int64)
    whose[cluster.reshape(-1)] = group
    return cluster.reshape(-1), np.bincount(whose, minlength=groups)


def _residual_squares(
    hit: Floats, share: Floats, cluster: npt.NDArray[np.int64], group: npt.NDArray[np.int64], groups: int
) -> Floats:
    """Return (groups,) the sum over customers of what their promises are off the share, squared."""
    off = np.bincount(cluster, hit - share[group])
    whose = np.zeros(len(off), np.int64)
    whose[cluster] = group
    squares: Floats = np.bincount(whose, off**2, groups).astype(np.float64)
    return squares


def _open_ages(columns: Columns, group: npt.NDArray[np.int64], groups: int) -> Floats:
    ages = np.full(groups, np.nan)
    is_open = (columns["state"] == "open") & ~np.isnan(columns["age_days"])
    for place in np.unique(group[is_open]).tolist():
        ages[place] = np.median(columns["age_days"][is_open & (group == place)])
    return ages
