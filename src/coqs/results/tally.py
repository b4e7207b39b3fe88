"""Tallies: counts and exact sums by keys, which add up to what one pass over everything gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add
from typing import Any, Self

import attrs
import numpy as np

from coqs.errors import ComparisonError, NotFoundError, PolicyError
from coqs.results.buckets import check_every, time_key
from coqs.results.grouping import (
    Labels,
    columns_to_group_by,
    group_rows,
    key_column,
    known_keys,
    needs_zone,
    split_groups,
)
from coqs.results.groups import GroupTable
from coqs.results.measures import Measures, Scored, mean_measures, measures_of
from coqs.results.tally_kind import TallyKind
from coqs.results.tally_record import from_record, to_record
from coqs.results.tally_table import own_labels, table_of
from coqs.results.units import Units, units_column
from coqs.tables import Encoded, zone_named


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Tally:
    """Counts and sums of scores by keys, without any rounding: tallies add up to what one pass gives.

    However the rows are split into chunks, in whatever order and in however many processes the
    tallies are added, `table` gives the same to the last bit. All rows of one interaction must be
    in one chunk, since raters are averaged first; `Scorer.batches(…, whole_interactions=True)` keeps
    those together that follow each other. Made by `Tally.of`; immutable.

    Examples
    --------
    >>> import coqs
    >>> rubric = coqs.Rubric.from_toml_text('''
    ... schema = 1
    ... id = "door"
    ... version = "1"
    ... [[criteria]]
    ... id = "greets"
    ... stage = "greeting"
    ... levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
    ... ''')
    >>> scorer = coqs.Scorer(rubric)
    >>> monday = {"interaction": ["a", "b"], "provider": ["Ana", "Bo"], "greets": ["yes", "no"]}
    >>> tuesday = {"interaction": ["c"], "provider": ["Ana"], "greets": ["no"]}
    >>> days = [coqs.Ratings.from_table(day, rubric) for day in (monday, tuesday)]
    >>> tally = sum(coqs.Tally.of(scorer(day), "provider") for day in days)
    >>> tally
    <Tally by provider: 2 groups of 3 rows; rubric 'door', policy 'coqs'>
    >>> tally.table()["mean"]
    array([0.5, 0. ])
    """

    kind: TallyKind
    """What other tallies must have in common with this one to be added."""
    labels: Labels
    """What each group is called: its keys, and its cluster."""
    measures: Measures
    """What was counted and summed, by group."""
    edges: frozenset[str]
    """Digests of the first and the last interaction of each chunk, which no two chunks may share."""

    @classmethod
    def of(
        cls,
        scores: Scored,
        *keys: str,
        every: str | None = None,
        tz: str | None = None,
        cluster: str | None = None,
    ) -> Self:
        """Tally scores by keys; without a key, everything is one group.

        Parameters
        ----------
        scores
            Scores of all rows, or of a chunk of them.
        keys
            Context columns, facts, `interaction`, `rater`, `hour_of_day`, `weekday`.
        every
            A stretch of time as a last key: hour, day, week, month, quarter or year.
        tz
            The zone in which days begin, such as Europe/Madrid; UTC unless told.
        cluster
            A column whose interactions hang together, such as `customer`.

        Raises
        ------
        NotFoundError
            A key or the cluster is no column of the ratings.
        PolicyError
            There is no such stretch of time, or a key is given twice.
        RecordError
            There is no such zone.
        """
        kind = kind_of_tally(scores, tuple(map(str, keys)), every=every, tz=tz, cluster=cluster)
        ratings = scores.ratings
        group, labels = group_rows(columns_of(scores, kind), len(ratings))
        units = Units.of(group, ratings.interaction.codes, len(labels))
        if cluster is not None:
            column = key_column(ratings, cluster)
            within, labels = split_groups(units.group, labels, units_column(units, column), column.categories)
            units = units.regrouped(within, len(labels))
        bands = tuple(band.id for band in ratings.rubric.bands)
        return cls(
            kind=kind,
            labels=labels,
            measures=measures_of(scores, units, bands=bands, clustered=cluster is not None),
            edges=_edges(ratings.interaction),
        )

    @classmethod
    def of_stages(cls, scores: Scored) -> Self:
        """Tally the scores of each stage, in the rubric's order; each stage is a group."""
        stages, interaction = scores.stages, scores.ratings.interaction
        units = Units.of(np.zeros(len(interaction), np.int64), interaction.codes, 1)
        n = len(stages)
        each = [
            mean_measures(values, units).spread(np.array([place]), n)
            for place, values in enumerate(stages.values())
        ]
        return cls(
            kind=TallyKind.made_of(scores, of="stages", keys=("stage",)),
            labels=Labels((Encoded(np.arange(n), tuple(stages)),), n),
            measures=reduce(add, each),
            edges=_edges(interaction),
        )

    @classmethod
    def merge(cls, tallies: Iterable[Self]) -> Self:
        """Add up any number of tallies, of which never more than a few are held.

        Raises
        ------
        ComparisonError
            They are not of one kind, or one interaction is in two of them; or there is none.
        """
        held: list[tuple[int, Self]] = []
        for tally in tallies:
            rank, whole = 0, tally
            while held and held[-1][0] == rank:  # as a counter carries, so that each is added log-many times
                rank, whole = rank + 1, held.pop()[1] + whole
            held.append((rank, whole))
        if not held:
            raise ComparisonError("tallies: must be one at least, got none; tally what there is")
        whole = held.pop()[1]
        while held:
            whole = held.pop()[1] + whole
        return whole

    @property
    def keys(self) -> tuple[str, ...]:
        """What is tallied by, a stretch of time last."""
        return self.kind.keys

    @property
    def tz(self) -> str | None:
        """The zone of the keys that are times; None where none is."""
        return self.kind.tz

    @property
    def cluster(self) -> str | None:
        """What interactions hang together by."""
        return self.kind.cluster

    def table(self, *, confidence: float = 0.95, minimum_n: int = 0) -> GroupTable:
        """Return the summary of each group, with intervals.

        Parameters
        ----------
        confidence
            Coverage of the intervals.
        minimum_n
            Of groups with fewer scored interactions the counts are told, and nothing else.

        Raises
        ------
        PolicyError
            The confidence does not lie between 0 and 1, or the minimum is no whole number from 0.
        """
        return table_of(self.kind, self.labels, self.measures, confidence=confidence, minimum_n=minimum_n)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold, with a schema number; `from_dict` reads them."""
        return to_record(self.kind, self.labels, self.measures, self.edges)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the tally that `to_dict` wrote.

        Raises
        ------
        RecordError
            It is no tally, of another schema, or damaged.
        """
        return cls(**from_record(record))

    def __add__(self, other: Tally) -> Self:
        if not isinstance(other, Tally):
            return NotImplemented
        self.kind.check_same(other.kind)
        if self.measures.names != other.measures.names:  # as of another release
            raise ComparisonError("tallies: must hold the same sums, got others; tally both anew")
        self._check_apart(other)
        edges = self.edges | other.edges
        if self.labels == other.labels:
            return attrs.evolve(self, measures=self.measures + other.measures, edges=edges)
        places, labels = (self.labels + other.labels).merged()
        mine = self.measures.spread(places[: len(self)], len(labels))
        theirs = other.measures.spread(places[len(self) :], len(labels))
        return attrs.evolve(self, labels=labels, measures=mine + theirs, edges=edges)

    def __radd__(self, other: object) -> Self:
        return self if other == 0 and isinstance(other, int) else NotImplemented  # where `sum` begins

    def _check_apart(self, other: Tally) -> None:
        if self.edges & other.edges:
            raise ComparisonError(
                "tallies: must not share an interaction, got chunks that begin or end with the same one; "
                "tally each chunk once, and its rows together (batches(…, whole_interactions=True))"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        if self.kind != other.kind or len(self) != len(other):
            return False
        places, labels = (self.labels + other.labels).merged()
        mine, theirs = places[: len(self)], places[len(self) :]
        if len(labels) > len(self):
            return False
        where = np.empty(len(labels), np.int64)
        where[theirs] = np.arange(len(other))
        return self.measures == other.measures.at(where[mine])

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        by = ", ".join(self.keys) or "nothing"
        zone = f" ({self.tz})" if self.tz else ""
        groups = len(own_labels(self.kind, self.labels)[1])
        rows = int(self.measures.counts["n_ratings"].sum()) // (groups if self.kind.of == "stages" else 1)
        return (
            f"<Tally by {by}{zone}: {groups} groups of {rows} rows; "
            f"rubric {self.kind.rubric!r}, policy {self.kind.policy.name!r}>"
        )


def kind_of_tally(
    scores: Scored, names: tuple[str, ...], *, every: str | None, tz: str | None, cluster: str | None
) -> TallyKind:
    """Check the keys, and return what tallies by them have in common."""
    ratings = scores.ratings
    for key in names:
        if key not in known_keys(ratings):
            raise NotFoundError("key", key, known_keys(ratings), where="by")
    if cluster is not None and cluster not in (columns := columns_to_group_by(ratings)):
        raise NotFoundError("column", cluster, columns, where="cluster")
    if every is not None:
        check_every(every)
    keys = names if every is None else (*names, every)
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise PolicyError(f"by: keys must differ, got {key!r} twice; drop one", choice="keys", value=key)
    zone_named(tz)
    timed = every is not None or any(needs_zone(ratings, key) for key in names)
    zone = (tz or "UTC") if timed else None
    return TallyKind.made_of(scores, keys=keys, every=every, tz=zone, cluster=cluster)


def columns_of(scores: Scored, kind: TallyKind) -> list[Encoded]:
    """Return the columns of the keys."""
    ratings, zone = scores.ratings, zone_named(kind.tz)
    names = kind.keys if kind.every is None else kind.keys[:-1]
    columns = [key_column(ratings, key, zone) for key in names]
    if kind.every is not None and zone is not None:
        columns.append(time_key(ratings.at, kind.every, zone))
    return columns


def _edges(interaction: Encoded) -> frozenset[str]:
    """Return digests of the first and the last interaction: no text of the ratings travels."""
    ends = (interaction[0], interaction[-1]) if len(interaction) else ()
    return frozenset(hashlib.blake2b((each or "").encode(), digest_size=8).hexdigest() for each in ends)


def whole_table(scores: Scored, *, confidence: float = 0.95) -> GroupTable:
    """Summarise all rows as one group, which is there even where nobody was rated."""
    return Tally.of(scores).table(confidence=confidence)


def stage_table(scores: Scored, *, confidence: float = 0.95) -> GroupTable:
    """Summarise the score of each stage over all interactions, raters averaged first.

    One row a stage, in the rubric's order. Columns: `stage`, `n`, `n_ratings`, `n_scored`,
    `n_unscored`, `mean`, `ci_low`, `ci_high`, `sd`, `can_tell`.
    """
    return Tally.of_stages(scores).table(confidence=confidence)
