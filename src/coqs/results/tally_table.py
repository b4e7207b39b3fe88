"""The table of a tally: its groups in order, each with its summary."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.results.buckets import CYCLES, order_of
from coqs.results.export import names_apart
from coqs.results.grouping import Labels
from coqs.results.groups import GroupTable
from coqs.results.measures import Measures
from coqs.results.summaries import Groups, summary
from coqs.results.tally_kind import TallyKind
from coqs.tables import Encoded, freeze

Places = npt.NDArray[np.int64]


def table_of(
    kind: TallyKind, labels: Labels, measures: Measures, *, confidence: float, minimum_n: int
) -> GroupTable:
    """Return the table of a tally; see `Tally.table`."""
    check_how(confidence, minimum_n)
    groups, labels = _groups(kind, labels, measures)
    order = _order(kind, labels)
    found = summary(groups, confidence=confidence, minimum_n=minimum_n)
    texts = [label_texts(column)[order] for column in labels.columns]
    names = names_apart(kind.keys, found, "by_")  # a fact may be called "mean"
    columns = dict(zip(names, texts, strict=True)) | {name: column[order] for name, column in found.items()}
    frozen = {name: freeze(column) for name, column in columns.items()}
    average = kind.policy.over_interactions if kind.of == "interactions" else "mean_of_scores"
    return GroupTable(tuple(names), frozen, confidence, minimum_n, kind.cluster, kind.tz, average)


def check_how(confidence: Any, minimum_n: Any, *, place: str = "by") -> None:
    """Refuse a confidence that is none, and a minimum that counts nothing; `place` stands in messages."""
    if not isinstance(confidence, Real) or not 0 < float(confidence) < 1:
        where = f"{place}: confidence must lie between 0 and 1"
        raise PolicyError(f"{where}, got {confidence!r}; use for example 0.95", choice="confidence")
    if isinstance(minimum_n, bool) or not isinstance(minimum_n, Integral) or minimum_n < 0:
        where = f"{place}: minimum_n must be a whole number from 0"
        raise PolicyError(f"{where}, got {minimum_n!r}; use for example 20", choice="minimum_n")


def _groups(kind: TallyKind, labels: Labels, measures: Measures) -> tuple[Groups, Labels]:
    if kind.cluster is None:
        return Groups.plain(measures), labels
    of_part, own = own_labels(kind, labels)
    return Groups.of_clusters(measures, of_part, len(own), ~labels.columns[-1].present), own


def own_labels(kind: TallyKind, labels: Labels) -> tuple[Places, Labels]:
    """Return the group of each part of a tally, and the labels of the groups, without clusters."""
    if kind.cluster is None:
        return np.arange(len(labels)), labels
    if not kind.keys:  # one group, also of nothing
        return np.zeros(len(labels), np.int64), Labels((), 1)
    return Labels(labels.columns[:-1], len(labels)).merged()


def label_texts(column: Encoded) -> npt.NDArray[np.object_]:
    """Return the labels of groups by one key; None where it is missing."""
    texts = np.empty(len(column.categories) + 1, dtype=object)
    texts[:-1] = column.categories
    return np.asarray(texts[column.codes], dtype=object)


def _order(kind: TallyKind, labels: Labels) -> Places:
    """Sort groups by the first key, then the next; missing last, times by when they begin."""
    if kind.of == "stages" or not kind.keys:
        return np.arange(len(labels))
    ranks = [ranks_of(column, _sorter(kind, place)) for place, column in enumerate(labels.columns)]
    return np.lexsort(ranks[::-1])


def _sorter(kind: TallyKind, place: int) -> Callable[[str], Any] | None:
    key = kind.keys[place]
    is_time = kind.tz is not None and (key in CYCLES or (key == kind.every and place == len(kind.keys) - 1))
    return partial(order_of, name=key) if is_time else None


def ranks_of(column: Encoded, sorter: Callable[[str], Any] | None) -> Places:
    """Return what sorts groups by one key, missing last; texts as they are where there is no sorter."""
    texts = [*column.categories]
    keys = texts if sorter is None else [*map(sorter, texts)]
    rank = np.full(len(texts) + 1, len(texts), np.int64)
    rank[sorted(range(len(texts)), key=keys.__getitem__)] = np.arange(len(texts))
    return np.asarray(rank[column.codes], np.int64)
