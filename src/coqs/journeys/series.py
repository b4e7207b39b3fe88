"""One measure of many groups over the calendar, held time-major: a row a period, a column a group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, RecordError
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.journeys.periods import Starts, ordinals_of_starts, period_ordinals, period_starts
from coqs.results.buckets import check_every
from coqs.tables import frozen_array

Floats = npt.NDArray[np.float64]
LONGEST = 200_000
"""Periods; more is a mistyped year, or hours over decades."""


def _floats(values: npt.ArrayLike) -> Floats:
    return frozen_array(np.ascontiguousarray(values, np.float64), np.float64)


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Series:
    """One measure of G groups over P consecutive periods; arrays are (P, G) and read-only.

    Examples
    --------
    >>> series = Series.of_arrays([[3, 1], [2, 0]], [[10, 10], [8, 0]], kind="share", groups=["a", "b"])
    >>> series
    <Series of value (share): 2 groups over 2 days from 2026-01-01 (UTC), 1 gap>
    >>> series.value
    array([[0.3 , 0.1 ],
           [0.25,  nan]])
    """

    measure: Yardstick
    """What the numbers are."""
    keys: tuple[str, ...]
    """What groups are named by."""
    groups: tuple[str, ...]
    """What each group is called."""
    every: str
    """The stretch of time: hour, day, week, month, quarter or year."""
    tz: str
    """The zone in which days begin."""
    periods: Starts
    """(P,) the local day on which each period began, `datetime64[D]`; of hours the hour in UTC."""
    n: Floats = attrs.field(converter=_floats)
    """(P, G) interactions, trials or exposure; 0 in a gap."""
    total: Floats = attrs.field(converter=_floats)
    """(P, G) sum of the values: of scores, of successes, of events."""
    sd: Floats = attrs.field(converter=_floats)
    """(P, G) standard deviation of single values within the period, n - 1 in the denominator; NaN where it
    is not known, or n is below 2."""

    @property
    def value(self) -> Floats:
        """(P, G) the mean, share or rate; NaN in a gap."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return _floats(np.where(self.n > 0, self.total / self.n, np.nan))

    @property
    def kind(self) -> str:
        """What the numbers are: score, share, rate or value."""
        return self.measure.kind

    @property
    def is_gap(self) -> npt.NDArray[np.bool_]:
        """(P, G) whether nothing was observed."""
        return frozen_array(self.n == 0, np.bool_)

    @property
    def shape(self) -> tuple[int, int]:
        """Periods and groups."""
        return len(self.periods), len(self.groups)

    @classmethod
    def of_arrays(
        cls,
        total: npt.ArrayLike,
        n: npt.ArrayLike = 1.0,
        *,
        kind: str = "share",
        sd: npt.ArrayLike | None = None,
        groups: Sequence[str] | None = None,
        every: str = "day",
        start: str = "2026-01-01",
        measure: str | Yardstick = "value",
        keys: Sequence[str] = ("group",),
        tz: str = "UTC",
    ) -> Series:
        """Return a series of arrays that are there already.

        Parameters
        ----------
        total
            (P, G) or (P,) sums of the values: successes, events, or sums of scores.
        n
            The same shape, or one number for all: what they are sums over; 0 is a gap.
        kind
            What the numbers are, as in `Yardstick`; unused where `measure` is one.
        sd
            The same shape: the spread of single values within each period.
        groups
            What each column is called; left out, g1, g2 …
        every, start, tz
            The calendar: the stretch of time, a day in the first one, and the zone.

        Raises
        ------
        RecordError
            The shapes differ, or a number is not finite, or an n is below 0.
        PolicyError
            There is no such stretch of time, or no such kind.
        """
        check_every(every)
        sums = _columns(total)
        count, spread = (_like(sums, each) for each in (n, np.nan if sd is None else sd))
        _check_numbers(sums, count)
        first = ordinals_of_starts(np.array([start], "datetime64"), every)[0]
        return cls(
            measure=measure if isinstance(measure, Yardstick) else Yardstick(name=measure, kind=kind),
            keys=tuple(keys),
            groups=_names(groups, sums.shape[1]),
            every=every,
            tz=tz,
            periods=_starts(first, len(sums), every),
            n=count,
            total=np.where(count > 0, sums, 0.0),
            sd=spread,
        )

    def place(self, group: str) -> int:
        """Return the column of a group.

        Raises
        ------
        NotFoundError
            No such group.
        """
        if group not in self.groups:
            raise NotFoundError("group", group, self.groups, where="series")
        return self.groups.index(group)

    def take(self, *groups: str) -> Series:
        """Return the series of some groups, in this order."""
        return self._columns_at([self.place(group) for group in groups])

    def _columns_at(self, places: Sequence[int]) -> Series:
        return attrs.evolve(
            self,
            groups=tuple(self.groups[place] for place in places),
            n=self.n[:, places],
            total=self.total[:, places],
            sd=self.sd[:, places],
        )

    def within(self, start: int, stop: int) -> Series:
        """Return the periods from place `start` up to, not with, `stop`."""
        cut = slice(start, stop)
        return attrs.evolve(
            self, periods=self.periods[cut], n=self.n[cut], total=self.total[cut], sd=self.sd[cut]
        )

    def period_names(self) -> list[str]:
        """Return what each period is called: the day, or hour, on which it began."""
        return [str(each) for each in self.periods]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Series):
            return NotImplemented
        plain = ("measure", "keys", "groups", "every", "tz")
        arrays = ("periods", "n", "total", "sd")
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True) for name in arrays
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        periods, groups = self.shape
        first = f" from {self.periods[0]}" if periods else ""
        gaps = int(self.is_gap.sum())
        return (
            f"<Series of {self.measure.name} ({self.measure.kind}): {_counted(groups, 'group')} over "
            f"{_counted(periods, self.every)}{first} ({self.tz}), {_counted(gaps, 'gap')}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, ({name: getattr(self, name) for name in attrs.fields_dict(Series)},)


def _again(parts: dict[str, Any]) -> Series:
    return Series(**parts | {"periods": frozen_array(parts["periods"], parts["periods"].dtype)})


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def _columns(values: npt.ArrayLike) -> Floats:
    array = np.asarray(values, np.float64)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise RecordError(f"series: must have periods and groups, got {array.ndim} dimensions; pass (P, G)")
    return array


def _check_numbers(sums: Floats, count: Floats) -> None:
    if not np.isfinite(count).all() or (count < 0).any() or not np.isfinite(sums[count > 0]).all():
        raise RecordError("series: numbers must be finite, and n 0 or more; put n = 0 where none is known")


def _names(groups: Sequence[str] | None, n: int) -> tuple[str, ...]:
    names = [f"g{place + 1}" for place in range(n)] if groups is None else list(groups)
    if len(names) != n or len(set(names)) < n:
        raise RecordError(f"series: must have a name a group, got {len(names)} for {n}; name each once")
    return tuple(names)


def _like(sums: Floats, values: npt.ArrayLike) -> Floats:
    """Return values in the shape of the sums."""
    array = _columns(values) if np.ndim(values) else np.asarray(values, np.float64)
    if array.ndim and array.shape != sums.shape:
        raise RecordError(f"series: arrays must have one shape, got {array.shape} and {sums.shape}; mend one")
    return np.broadcast_to(array, sums.shape)


def _starts(first: int, n: int, every: str) -> Starts:
    starts = period_starts(np.arange(first, first + n, dtype=np.int64), every)
    return frozen_array(starts, starts.dtype)


def series_of(seen: Observations, measure: Yardstick, *, every: str, tz: str, zone: dt.tzinfo) -> Series:
    """Return what observations come to in each period of the calendar.

    Periods run from the first to the last in which anything was observed, of whatever measure; those in
    between in which a group has nothing are gaps.

    Raises
    ------
    RecordError
        The periods would be more than anybody can follow: a year is mistyped.
    """
    values = seen.measure(measure.name)
    ordinals = period_ordinals(seen.at, every, zone)
    first, n_periods = _span(ordinals, every)
    shape = n_periods, len(seen.labels)
    n, total, sd = sums_of_cells(seen, values, (ordinals - first) * shape[1] + seen.group, shape)
    return Series(
        measure=measure,
        keys=seen.keys,
        groups=seen.groups,
        every=every,
        tz=tz,
        periods=_starts(first, n_periods, every),
        n=n,
        total=total,
        sd=sd,
    )


def sums_of_cells(
    seen: Observations, values: Floats, cell: npt.NDArray[np.int64], shape: tuple[int, int]
) -> tuple[Floats, Floats, Floats]:
    """Return n, the sum and the spread of the known values in each cell, in this shape."""
    known = ~np.isnan(values)
    of, each, rows = cell[known], values[known], seen.n[known]
    n, total = _sums(of, rows, shape), _sums(of, each, shape)
    return n, total, _spread(rows, each, seen.within[known], of, n, total)


def _span(ordinals: npt.NDArray[np.int64], every: str) -> tuple[int, int]:
    if not len(ordinals):
        return 0, 0
    first, last = int(ordinals.min()), int(ordinals.max())
    if last - first >= LONGEST:
        raise RecordError(
            f"journeys: must span at most {LONGEST:,} periods, got {last - first + 1:,} by {every}; mend a "
            "mistyped year, or take longer periods"
        )
    return first, last - first + 1


def _sums(cell: npt.NDArray[np.int64], values: Floats, shape: tuple[int, int]) -> Floats:
    found: Floats = np.bincount(cell, values, shape[0] * shape[1]).astype(np.float64)
    return found.reshape(shape)


def _spread(
    n: Floats, values: Floats, within: Floats, cell: npt.NDArray[np.int64], count: Floats, total: Floats
) -> Floats:
    """Return (P, G) the spread of single values: within the rows, and of the rows about their cell's mean."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total / count).ravel()[cell]
        squares = _sums(cell, within + n * (values / n - mean) ** 2, count.shape)
        return np.where(count >= 2, np.sqrt(squares / (count - 1)), np.nan)
