"""Rows by key: which group each row is of, by integers alone; only the labels are texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.ratings import Ratings
from coqs.results.buckets import CYCLES, time_key
from coqs.tables import Encoded

Places = npt.NDArray[np.int64]
MANY = 1 << 16


def known_keys(ratings: Ratings) -> tuple[str, ...]:
    """Name what ratings can be grouped by."""
    return (*columns_to_group_by(ratings), *CYCLES)


def columns_to_group_by(ratings: Ratings) -> tuple[str, ...]:
    """Name the columns among them."""
    return ("interaction", "rater", *ratings.context, *ratings.facts)


def needs_zone(ratings: Ratings, key: str) -> bool:
    """Tell whether a key is a time of day or week; a fact of that name goes before it."""
    return key in CYCLES and key not in ratings.facts


def key_column(ratings: Ratings, key: str, zone: dt.tzinfo | None = None) -> Encoded:
    """Return the column of a key: ids, context, a fact, or where in the day or week."""
    if key in ("interaction", "rater"):
        found: Encoded = getattr(ratings, key)
        return found
    if key in ratings.context:
        return ratings.context[key]
    if key in ratings.facts:
        fact = ratings.facts[key]
        return fact if isinstance(fact, Encoded) else numbers_as_texts(fact)
    if zone is not None and key in CYCLES:
        return time_key(ratings.at, key, zone)
    raise NotFoundError("key", key, known_keys(ratings), where="by")


def numbers_as_texts(values: npt.NDArray[np.float64]) -> Encoded:
    """Write numbers as texts: 1.0 as 1; missing where NaN."""
    known = ~np.isnan(values)
    codes = np.full(len(values), -1, np.int32)
    distinct, codes[known] = np.unique(values[known], return_inverse=True)
    return Encoded(codes, [f"{value:.15g}" for value in distinct.tolist()])


def group_rows(columns: Sequence[Encoded], n: int) -> tuple[Places, Labels]:
    """Return (n,) the group of each row, and the labels of the groups: missing where a key is."""
    group: Places = np.zeros(n, np.int64)
    labels = Labels((), 1)
    for column in columns:
        group, labels = split_groups(group, labels, column.codes, column.categories)
    return group, labels


def split_groups(
    group: Places, labels: Labels, codes: npt.NDArray[Any], categories: Sequence[str]
) -> tuple[Places, Labels]:
    """Return groups parted by one key more, whose texts are the last of their labels."""
    size = len(categories) + 1
    parted, distinct = dense(group * size + (codes + 1), len(labels) * size)
    texts, place = _texts(categories, distinct % size - 1)
    wholes = tuple(column.take(distinct // size) for column in labels.columns)
    if len(set(texts)) == len(texts):
        return parted, Labels((*wholes, Encoded(place, texts)), len(distinct))
    merged = Encoded.from_values(texts)  # two numbers may be written alike
    longer = Labels((*wholes, Encoded(np.append(merged.codes, -1)[place], merged.categories)), len(distinct))
    whole, labels = longer.merged()
    return whole[parted], labels


def dense(codes: Places, size: int) -> tuple[Places, Places]:
    """Renumber codes below `size` from 0 without holes; return them, and the code of each number."""
    if size <= max(MANY, 4 * len(codes)):
        present = np.zeros(size, np.bool_)
        present[codes] = True
        return (np.cumsum(present) - 1)[codes], np.flatnonzero(present)
    distinct, numbers = np.unique(codes, return_inverse=True)
    return numbers.reshape(-1), distinct


def _texts(categories: Sequence[str], codes: Places) -> tuple[list[str], Places]:
    """Decode the codes; of many categories only those that occur. Return them and each code's place."""
    place, distinct = dense(codes + 1, len(categories) + 1)
    used = distinct[distinct > 0] - 1
    texts = [*categories] if 2 * len(used) > len(categories) else None  # at once, where most are needed
    found = [(categories if texts is None else texts)[code] for code in used.tolist()]
    return found, place - (len(distinct) - len(used))


@attrs.frozen(slots=True)
class Labels:
    """What groups are called: a column a key, a row a group; missing where a key is."""

    columns: tuple[Encoded, ...]
    n: int

    def __len__(self) -> int:
        return self.n

    def __add__(self, other: Labels) -> Labels:
        """Return the labels of both, one after the other."""
        joined = tuple(_joined(*pair) for pair in zip(self.columns, other.columns, strict=True))
        return Labels(joined, self.n + other.n)

    def merged(self) -> tuple[Places, Labels]:
        """Put groups of one label together; return (groups,) where each then is, and the labels."""
        group, count = np.zeros(self.n, np.int64), 1
        for column in self.columns:
            size = len(column.categories) + 1
            group, distinct = dense(group * size + (column.codes + 1), count * size)
            count = len(distinct)
        first = np.empty(count, np.int64)
        first[group] = np.arange(self.n)
        return group, self.take(first)

    def take(self, rows: Places) -> Labels:
        """Return the labels of some groups."""
        return Labels(tuple(column.take(rows) for column in self.columns), len(rows))


def _joined(left: Encoded, right: Encoded) -> Encoded:
    if left.categories == right.categories:
        return Encoded(np.concatenate([left.codes, right.codes]), left.categories)
    known = {text: place for place, text in enumerate(left.categories)}
    places = [known.setdefault(text, len(known)) for text in right.categories]
    codes = np.array([*places, -1], np.int32)[right.codes]
    return Encoded(np.concatenate([left.codes, codes]), tuple(known))
