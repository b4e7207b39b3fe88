"""How much each set, hour, day or post was observed, overall and period by period, and what never was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.blind_spots.clusters import cluster_places, cluster_squares, clustered_limits
from coqs.journeys.blind_spots.shares import check_shares
from coqs.journeys.of_scores import unit_times
from coqs.journeys.periods import Starts, period_ordinals, period_starts
from coqs.kernels import wilson_interval
from coqs.results import Scores
from coqs.results.buckets import CYCLES, EVERY, WEEKDAYS, check_every
from coqs.results.grouping import key_column, known_keys
from coqs.results.plots import INK, SOFT, UNSEEN, new_axes
from coqs.results.units import Units, units_column
from coqs.tables import Encoded, freeze, frozen_array, read_only, zone_named
from coqs.tables.tabular import Tabular

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NO_SHARES: Mapping[str, float] = MappingProxyType({})
STATES = ("never seen", "too little", "enough", "too much", "cannot tell", "seen")
ARRAYS = ("periods", "counts", "n", "squares", "clusters")
NEVER, LITTLE, ENOUGH, MUCH, CANNOT_TELL, SEEN = STATES


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class BlindSpots(Tabular):
    """One row a set, hour, day or post, as columns.

    Columns: `value`; `n` interactions and their `share` of all, with `ci_low` and `ci_high`; `expected`, the
    share it should have (NaN: none was stated); `state`: *never seen* (a blind spot), *too little* or *too
    much* (the whole interval lies below or above what is expected), *enough* (the interval holds it, and is
    at most half as wide as it), *cannot tell*, or *seen* where nothing was stated; `unseen_for`, periods in a
    row up to the last in which it was not seen, and `last_seen`. What was never seen may still have up to
    `ci_high` of the interactions, as many as would leave it unseen so often by chance.
    """

    by: str
    """What is looked at: customer_set, hour_of_day, weekday, or another column."""
    values: tuple[str, ...]
    periods: Starts
    """(P,) when each period began."""
    every: str
    tz: str
    counts: Counts
    """(P, values) interactions in each period."""
    n: Counts
    """(values,) interactions, those without a time among them."""
    unknown: int
    """Interactions of which it was not recorded."""
    expected: Mapping[str, float] = attrs.field(converter=read_only)
    confidence: float = 0.95
    cluster: str | None = None
    """What hangs together, such as the interactions of one day."""
    squares: Floats = attrs.field(factory=lambda: np.zeros((0, 0)))
    """(P + 1, values) how far clusters differ, in each period and last overall; empty where none do."""
    clusters: Counts = attrs.field(factory=lambda: np.zeros(0, np.int64))
    """(P + 1,) how many of them there are."""

    @property
    def columns(self) -> Mapping[str, npt.NDArray[Any]]:  # type: ignore[override]
        """Column name to (values,) numbers and texts."""
        low, high = self._interval()
        total = max(int(self.n.sum()), 1)
        expected = np.array([self.expected.get(value, np.nan) for value in self.values], np.float64)
        columns = {
            "value": np.array(self.values, object),
            "n": self.n,
            "share": np.where(self.n.sum() > 0, self.n / total, np.nan),
            "ci_low": low,
            "ci_high": high,
            "expected": expected,
            "state": np.array([*self._states(expected, low, high)], object),
            "unseen_for": self._unseen_for(),
            "last_seen": np.array([*self._last_seen()], object),
        }
        return read_only({name: freeze(np.array(each)) for name, each in columns.items()})

    def over_time(self) -> dict[str, npt.NDArray[Any]]:
        """Return `period`, `value`, `n`, `of`, `share`, `ci_low`, `ci_high`: a row a period and value."""
        of = np.repeat(self.counts.sum(axis=1), len(self.values))
        n = self.counts.ravel()
        low, high = self._limits_over_time()
        names = np.array([str(each) for each in self.periods], object)
        return {
            "period": np.repeat(names, len(self.values)),
            "value": np.tile(np.array(self.values, object), len(self.periods)),
            "n": n,
            "of": of,
            "share": np.where(of > 0, n / np.maximum(of, 1), np.nan),
            "ci_low": low,
            "ci_high": high,
        }

    def blind(self) -> tuple[str, ...]:
        """Return what was never seen."""
        return tuple(value for value, n in zip(self.values, self.n.tolist(), strict=True) if not n)

    def plot(self, *, ax: Any = None) -> Any:
        """Draw how much of each was observed in each period; what was not is hatched. Needs matplotlib."""
        from matplotlib.patches import Rectangle

        ax = new_axes(ax, width=1.8 + 0.32 * max(len(self.periods), 8), height=0.8 + 0.28 * len(self.values))
        of = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shares = (self.counts / of).T
        ax.pcolormesh(
            shares, cmap="Blues", vmin=0, vmax=max(shares.max(initial=0), 1e-9), edgecolors="white", lw=1
        )
        for row, column in zip(*np.nonzero(self.counts.T == 0), strict=True):
            box = Rectangle((column, row), 1, 1, fill=False, hatch=UNSEEN, edgecolor=SOFT, linewidth=0)
            ax.add_patch(box)
        step = max(1, len(self.periods) // 8)
        ticks = np.arange(0, len(self.periods), step)
        ax.set_xticks(ticks + 0.5, [str(self.periods[place]) for place in ticks], rotation=30, ha="right")
        ax.set_yticks(np.arange(len(self.values)) + 0.5, self.values)
        ax.invert_yaxis()
        ax.tick_params(length=0)
        title = f"Share of each {self.every}'s interactions; hatched: none observed"
        ax.set_title(title, fontsize="medium", color=INK)
        return ax

    def _interval(self) -> tuple[Floats, Floats]:
        """Return the limits; of what was never seen the most that chance may well have hidden."""
        total = int(self.n.sum())
        if self.cluster is None:
            low, high = wilson_interval(self.n, np.full(len(self.n), total), confidence=self.confidence)
        else:
            whole = (self.n[None, :], self.squares[-1:], self.clusters[-1:])
            low, high = (limit[0] for limit in clustered_limits(*whole, self.confidence))
            total = int(self.clusters[-1])
        hidden = 1 - (1 - self.confidence) ** (1 / total) if total else np.nan
        return low, np.where(self.n == 0, hidden, high)

    def _limits_over_time(self) -> tuple[Floats, Floats]:
        if self.cluster is None:
            of = np.repeat(self.counts.sum(axis=1), len(self.values))
            return wilson_interval(self.counts.ravel(), of, confidence=self.confidence)
        limits = clustered_limits(self.counts, self.squares[:-1], self.clusters[:-1], self.confidence)
        return limits[0].ravel(), limits[1].ravel()

    def _states(self, expected: Floats, low: Floats, high: Floats) -> Iterator[str]:
        for n, goal, least, most in zip(self.n.tolist(), expected, low, high, strict=True):
            if not n:
                yield NEVER
            elif np.isnan(goal):
                yield SEEN
            elif most < goal:
                yield LITTLE
            elif least > goal:
                yield MUCH
            else:
                yield ENOUGH if most - least <= goal / 2 else CANNOT_TELL

    def _unseen_for(self) -> Counts:
        seen = self.counts > 0
        last = (
            np.where(seen.any(axis=0), len(self.periods) - 1 - np.argmax(seen[::-1], axis=0), -1)
            if len(self.periods)
            else np.full(len(self.values), -1)
        )
        return len(self.periods) - 1 - last

    def _last_seen(self) -> Iterator[str | None]:
        for gone in self._unseen_for().tolist():
            yield str(self.periods[len(self.periods) - 1 - gone]) if gone < len(self.periods) else None

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BlindSpots):
            return NotImplemented
        names = ("by", "values", "every", "tz", "unknown", "expected", "confidence", "cluster")
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        return same and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in ARRAYS)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        unseen, n = len(self.blind()), int(self.n.sum())
        return f"<BlindSpots by {self.by}: {unseen} of {len(self)} never seen in {n:,}>"

    def __str__(self) -> str:
        width = max((len(value) for value in self.values), default=0)
        return "\n".join(f"{row['value']:<{width}}  {_told(row, self.every)}" for row in self.rows())

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, ({name: getattr(self, name) for name in attrs.fields_dict(BlindSpots)},)


def _again(parts: dict[str, Any]) -> BlindSpots:
    frozen = {name: frozen_array(parts[name], parts[name].dtype) for name in ARRAYS}
    return BlindSpots(**parts | frozen)


def _told(row: Mapping[str, Any], every: str) -> str:
    if row["share"] is None:
        return "nothing was observed at all"
    goal = "" if row["expected"] is None else f", expected {row['expected']:.1%}"
    if not row["n"]:
        return f"never seen{goal}; may have up to {row['ci_high']:.1%}"
    gone = row["unseen_for"]
    since = f"; not seen for {gone} {every}s" if gone > 1 else ""
    state = "" if row["state"] == SEEN else f"; {row['state']}"
    told = row["ci_low"] is not None
    limits = f"{row['ci_low']:.1%} to {row['ci_high']:.1%}" if told else f"{CANNOT_TELL} how surely"
    return f"{row['share']:.1%} ({limits}){goal}{state}{since}"


def blind_spots(
    scores: Scores,
    *,
    by: str = "customer_set",
    every: str = "week",
    tz: str | None = None,
    expected: Mapping[str, float] = NO_SHARES,
    cluster: str | None = None,
    confidence: float = 0.95,
) -> BlindSpots:
    """Tell how much each set, hour, day or post was observed, and what never was.

    Parameters
    ----------
    scores
        What `coqs.score` returned; each interaction counts once.
    by
        customer_set, hour_of_day, weekday, site, or any column or fact that tells posts apart.
    every, tz
        The stretch of time, and the zone in which days begin; UTC unless told.
    expected
        Value to the share of the interactions that it should have, from 0 to 1. What is named here and never
        seen is a blind spot.
    cluster
        What hangs together where observers come for a while and see one post or one set many times: "day" or
        another stretch of time, rater, or any other column. Intervals are then wider.
    confidence
        Coverage of the intervals, each by itself.

    Raises
    ------
    NotFoundError
        No such column, or a share for a set, an hour or a day that there is not.
    RecordError
        A share is none, or there is no such zone.
    PolicyError
        There is no such stretch of time, or the confidence is none.

    Notes
    -----
    Shares have Wilson's interval. Of what was never seen in n interactions, the upper limit is
    1 - (1 - confidence)^(1/n), about 3/n at 95 %: J. A. Hanley and A. Lippman-Hand, "If nothing goes wrong,
    is everything all right?", Journal of the American Medical Association 249 (1983), 1743-1745.
    Both take interactions for draws that are independent of each other. With clusters, the interval is
    `coqs.kernels.clustered_share_interval`, and n in the upper limit is the number of clusters.

    Examples
    --------
    >>> import coqs
    >>> coqs.blind_spots(coqs.score(coqs.make_sample(n=300))).blind()
    ('self',)
    """
    _check(scores, by, every, cluster, confidence)
    return _counted(scores, by, every, tz or "UTC", expected, cluster, confidence)


def _counted(
    scores: Scores,
    by: str,
    every: str,
    tz: str,
    expected: Mapping[str, float],
    cluster: str | None,
    confidence: float,
) -> BlindSpots:
    zone = zone_named(tz)
    assert zone is not None
    ratings = scores.ratings
    units = Units.of(np.zeros(len(ratings), np.int64), ratings.interaction.codes, 1)
    column = key_column(ratings, by, zone)
    values = _values(scores, by, column, expected)
    place = _places(column, values)[units_column(units, column)]
    at = unit_times(ratings.at, units)
    timed = ~np.isnat(at) & (place >= 0)
    ordinals = period_ordinals(at[timed], every, zone)
    first = int(ordinals.min()) if len(ordinals) else 0
    n_periods = int(ordinals.max()) - first + 1 if len(ordinals) else 0
    cell = (ordinals - first) * len(values) + place[timed]
    shape = (n_periods, len(values))
    hanging = {}
    if cluster is not None:
        together = cluster_places(scores, units, cluster, at, tz)
        hanging = _hanging(ordinals - first, timed, place, together, shape)
    starts = period_starts(np.arange(first, first + n_periods), every)
    return BlindSpots(
        by=by,
        values=values,
        periods=frozen_array(starts, starts.dtype),
        every=every,
        tz=tz,
        counts=freeze(np.bincount(cell, minlength=n_periods * len(values)).reshape(shape)),
        n=freeze(np.bincount(place[place >= 0], minlength=len(values))),
        unknown=int((place < 0).sum()),
        expected={name: float(share) for name, share in expected.items()},
        confidence=confidence,
        cluster=cluster,
        **hanging,
    )


def _hanging(
    period: Counts, timed: npt.NDArray[np.bool_], place: Counts, cluster: Counts, shape: tuple[int, int]
) -> dict[str, npt.NDArray[Any]]:
    """Return how far clusters differ, and how many there are, in each period and last overall."""
    known = place >= 0
    parts = cluster_squares(period, cluster[timed], place[timed], shape)
    whole = cluster_squares(np.zeros(int(known.sum()), np.int64), cluster[known], place[known], (1, shape[1]))
    squares, clusters = (np.concatenate(each) for each in zip(parts, whole, strict=True))
    return {"squares": freeze(squares), "clusters": freeze(clusters)}


def _check(scores: Scores, by: str, every: str, cluster: str | None, confidence: float) -> None:
    check_every(every)
    clusters = (*known_keys(scores.ratings), *EVERY)
    if cluster is not None and cluster not in clusters:
        raise NotFoundError("cluster", cluster, clusters, where="blind_spots")
    if by not in known_keys(scores.ratings):
        raise NotFoundError("key", by, known_keys(scores.ratings), where="blind_spots")
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )


def _values(scores: Scores, by: str, column: Encoded, expected: Mapping[str, float]) -> tuple[str, ...]:
    """Return what the rubric or the calendar knows of, else what was seen or is expected."""
    if by == "customer_set":
        known: Sequence[str] = scores.rubric.set_ids
    elif by in CYCLES:
        known = WEEKDAYS if by == "weekday" else [f"{hour:02}" for hour in range(24)]
    elif by in scores.rubric.fact_ids and scores.rubric.fact(by).allowed:
        known = scores.rubric.fact(by).allowed
    else:
        used = {column.categories[code] for code in np.unique(column.codes[column.codes >= 0]).tolist()}
        known = sorted({*used, *expected})
    check_shares(expected, known, what=by.replace("_", " "))
    return tuple(known)


def _places(column: Encoded, values: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the place of each category among the values, -1 where it is none, and last for missing."""
    known = {value: place for place, value in enumerate(values)}
    return np.array([*(known.get(text, -1) for text in column.categories), -1], np.int64)
