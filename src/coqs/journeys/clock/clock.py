"""Clocks: readings of every moment, each from what was known by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.clock.dial import CANNOT_TELL, SIDES, Scale, hand, in_words, minutes_from_noon, sides_of
from coqs.journeys.series import Series
from coqs.kernels.intervals import student_t_quantile
from coqs.kernels.local_trend import LocalTrend
from coqs.results.html import html_table
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
MOST_GAP = 3
"""Periods without an observation after which nothing is told any more."""
TOO_EASY, SO_LONG = 0.995, 8
"""Height that is as good as perfect, and periods in a row for which it is a finding."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class ClockTable(Tabular):
    """One row a reading, as columns.

    Columns: `group`, `period`; `n`, what was observed in it; `level` with `level_low` and `level_high`;
    `p_better`, the chance that it is getting better; `height`: 0 the floor, 1/2 the target, 1 the ceiling;
    `side` (climbing, winding down, holding, cannot tell); `minute`, 0 to 60, NaN where the side is not told;
    `from_noon`, minutes of height on either side; `target`; `cycles` so far; `words`.
    """

    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)

    def __eq__(self, other: object) -> bool:
        return self.rows() == other.rows() if isinstance(other, ClockTable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<ClockTable: {len(self)} readings>"

    def __str__(self) -> str:
        width = max((len(name) for name in self.columns["group"]), default=0)
        return "\n".join(f"{row['group']:<{width}}  {row['period']}  {row['words']}" for row in self.rows())

    def _repr_html_(self) -> str:
        rows = [[row["group"], row["period"], row["words"]] for row in self.rows()]
        return html_table(["group", "period", "clock"], rows, caption=repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _table, (dict(self.columns),)


def _table(columns: dict[str, npt.NDArray[Any]]) -> ClockTable:
    return ClockTable(columns={name: freeze(each) for name, each in columns.items()})


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Clock:
    """The clocks of many journeys, read at the end of every period; (P, G) arrays throughout.

    A reading is a function of what was observed up to its moment: later data revise none. Made by
    `journeys.clock()`.

    Examples
    --------
    >>> import coqs
    >>> scores = coqs.score(coqs.make_sample(n=2600, weeks=13))
    >>> clock = coqs.Journeys.from_scores(scores, by="provider", every="week").clock()
    >>> print(clock.words("Brandt"))
    holding, 14 minutes from noon
    """

    series: Series
    trend: LocalTrend
    scale: Scale
    confidence: float = 0.95
    is_hindsight: bool = False
    """Whether earlier readings were revised by later data."""

    @property
    def level(self) -> Floats:
        """(P, G) what the journey stands at; NaN before there is anything to tell."""
        return self._possible(self.trend.level)

    def interval(self) -> tuple[Floats, Floats]:
        """Return (P, G) the limits of the level; NaN where it cannot be told."""
        half = student_t_quantile(self.confidence, np.minimum(self.trend.df, 1e9)) * self.trend.level_se
        return self._possible(self.trend.level - half), self._possible(self.trend.level + half)

    def _possible(self, level: Floats) -> Floats:
        """Keep levels within what a share or a rate can be; the filter knows no edges."""
        most = {"share": 1.0, "rate": np.inf}.get(self.series.kind)
        kept: Floats = level if most is None else np.clip(level, 0.0, most)
        return freeze(kept)

    @property
    def p_better(self) -> Floats:
        """(P, G) the chance that it is getting better."""
        return self.trend.p_rising if self.scale.rises else 1 - self.trend.p_rising

    @property
    def height(self) -> Floats:
        """(P, G) 0 at the floor, 1/2 at the target, 1 at the ceiling; NaN where there is no level."""
        return self.scale.height(self.trend.level)

    @property
    def spanned(self) -> Floats:
        """(P, G) minutes of height that the level's interval spans."""
        ends = [minutes_from_noon(self.scale.height(each)) for each in self.interval()]
        return np.abs(ends[0] - ends[1])

    @property
    def side_codes(self) -> npt.NDArray[np.int64]:
        """(P, G) places in `SIDES`: climbing, winding down, holding, cannot tell."""
        lost = unseen_for(self.series.is_gap) > MOST_GAP
        return sides_of(self.p_better, np.where(lost, np.nan, self.spanned))

    @property
    def side(self) -> npt.NDArray[Any]:
        """(P, G) climbing, winding down, holding, or cannot tell."""
        return np.array(SIDES, object)[self.side_codes]

    @property
    def minute(self) -> Floats:
        """(P, G) where the hand stands, 0 to 60; NaN where the side is not told."""
        return hand(self.side_codes, minutes_from_noon(self.height))

    @property
    def cycles(self) -> npt.NDArray[np.int64]:
        """(P, G) full turns so far, counted outside the joint confidence ellipse."""
        from coqs.journeys.clock.cycles import cycles_of

        return cycles_of(self.trend, self.scale.target, rises=self.scale.rises)

    def readings(self) -> ClockTable:
        """Return the last reading of each group."""
        return self._table(
            [(len(self.series.periods) - 1, place) for place in range(len(self.series.groups))]
        )

    def history(self, *groups: str) -> ClockTable:
        """Return every reading of some groups; of all unless told.

        Raises
        ------
        NotFoundError
            No such group.
        """
        places = [self.series.place(group) for group in groups or self.series.groups]
        return self._table(
            [(period, place) for place in places for period in range(len(self.series.periods))]
        )

    def words(self, group: str) -> str:
        """Say how a group's clock stands now.

        Raises
        ------
        NotFoundError
            No such group.
        """
        rows = self._table([(len(self.series.periods) - 1, self.series.place(group))]).rows()
        return str(rows[0]["words"]) if rows else CANNOT_TELL

    def findings(self) -> tuple[str, ...]:
        """Return what is remarkable: a perfect score, held for long, says that the rubric is too easy."""
        low, _ = self.interval() if self.scale.rises else self.interval()[::-1]
        perfect = self.scale.height(low) >= TOO_EASY
        value = self.series.value
        full = (value >= self.scale.ceiling) if self.scale.rises else (value <= self.scale.ceiling)
        perfect |= full & (self.scale.height(self.trend.level) >= TOO_EASY)
        found = []
        for place, group in enumerate(self.series.groups):
            run = _last_run(
                perfect[~self.series.is_gap[:, place], place]
            )  # a gap neither ends a run nor counts
            if run >= SO_LONG:
                found.append(f"{group}: at the ceiling for {run} periods in a row; the rubric is too easy")
        return tuple(found)

    def leads(self, *, most_lag: int = 4, seed: int = 1, permutations: int = 1999) -> Any:
        """Tell which clock moves before which; see `coqs.journeys.clock.leads.leads_of`."""
        from coqs.journeys.clock.leads import leads_of

        return leads_of(self.series, self.trend, most_lag=most_lag, seed=seed, permutations=permutations)

    def plot(self, *groups: str, ax: Any = None) -> Any:
        """Draw a dial for each group, a page for a team; needs matplotlib (the extra `plot`)."""
        from coqs.journeys.clock.pictures import draw_dials

        return draw_dials(self, groups or self.series.groups, ax=ax)

    def plot_history(self, group: str, *, events: Sequence[tuple[Any, str]] = (), ax: Any = None) -> Any:
        """Draw a group's level with its interval, target and what happened; needs matplotlib."""
        from coqs.journeys.clock.pictures import draw_history

        return draw_history(self, group, events=events, ax=ax)

    def to_svg(self, group: str, *, size: int = 96) -> str:
        """Return a group's dial as an SVG element, to be put into a page.

        Raises
        ------
        NotFoundError
            No such group.
        """
        from coqs.journeys.clock.svg import dial_svg

        rows = self._table([(len(self.series.periods) - 1, self.series.place(group))]).rows()
        return dial_svg(rows[0] if rows else {"group": group} | NOTHING_SEEN, size=size)

    def _table(self, cells: Sequence[tuple[int, int]]) -> ClockTable:
        if not len(self.series.periods):
            cells = []
        at = tuple(np.array(each, np.int64) for each in zip(*cells, strict=True)) if cells else (_NONE, _NONE)
        low, high = self.interval()
        from_noon = minutes_from_noon(self.height)
        names = np.array(self.series.period_names(), object)
        columns: dict[str, npt.NDArray[Any]] = {
            "group": np.array(self.series.groups, object)[at[1]],
            "period": names[at[0]],
            "n": self.series.n[at],
            "level": self.level[at],
            "level_low": low[at],
            "level_high": high[at],
            "p_better": self.p_better[at],
            "height": self.height[at],
            "side": self.side[at],
            "minute": self.minute[at],
            "from_noon": from_noon[at],
            "target": self.scale.target[at],
            "cycles": self.cycles[at],
        }
        columns["words"] = np.array([*_words(columns)], object)
        return ClockTable(columns={name: freeze(each) for name, each in columns.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Clock):
            return NotImplemented
        mine, theirs = ((each.series, each.confidence, each.is_hindsight) for each in (self, other))
        return mine == theirs and all(
            np.array_equal(left, right, equal_nan=True)
            for left, right in zip((*self.trend, *_edges(self)), (*other.trend, *_edges(other)), strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kind = "hindsight of " if self.is_hindsight else ""
        last = self.side_codes[-1] if len(self.series.periods) else _NONE
        counts = [f"{int((last == place).sum())} {name}" for place, name in enumerate(SIDES)]
        return f"<Clock: {kind}{len(self.series.groups)} groups; {', '.join(counts)}>"

    def __str__(self) -> str:
        return "\n".join([str(self.readings()), *self.findings()])

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, ({name: getattr(self, name) for name in attrs.fields_dict(Clock)},)


_NONE = np.empty(0, np.int64)
NOTHING_SEEN = MappingProxyType(
    {"side": CANNOT_TELL, "minute": None, "from_noon": None, "words": CANNOT_TELL}
)
"""What a dial shows before the first period."""


def _again(parts: dict[str, Any]) -> Clock:
    return Clock(**parts | {"trend": LocalTrend(*map(freeze, parts["trend"]))})


def _edges(clock: Clock) -> tuple[Floats, ...]:
    return np.array([clock.scale.floor, clock.scale.ceiling]), clock.scale.target


def _words(columns: Mapping[str, npt.NDArray[Any]]) -> Iterator[str]:
    for side, minute, from_noon in zip(columns["side"], columns["minute"], columns["from_noon"], strict=True):
        yield in_words(side, minute, from_noon)


def unseen_for(is_gap: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return (P, G) for how many periods, up to each, nothing was observed."""
    count, found = np.zeros(is_gap.shape[1], np.int64), np.zeros(is_gap.shape, np.int64)
    for period, gaps in enumerate(is_gap):
        count = np.where(gaps, count + 1, 0)
        found[period] = count
    return found


def _last_run(which: npt.NDArray[np.bool_]) -> int:
    """Return for how many periods up to the last one it was so."""
    missed = np.flatnonzero(~which)
    return len(which) if not len(missed) else len(which) - 1 - int(missed[-1])
