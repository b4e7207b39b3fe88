"""Streaks: how many in a row meet what is expected, as far as everything in between was observed."""

from __future__ import annotations

from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.habits.lapses import CLEAN, LAPSE, UNKNOWN, Person, Standing, check_mark
from coqs.journeys.printed import PrintedTable, texts
from coqs.journeys.series import Series

Marks = npt.NDArray[np.bool_]


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class StreakTable(PrintedTable):
    """One row a group: its current and its longest streak.

    Columns: `group`; `n` observed, `n_unknown` that cannot be told, gaps among them, `n_excused` by an
    exception, which neither lengthen nor end a streak; `current`, the streak that lasts, NaN where the last
    one cannot be told; `current_at_least`, whether it may be longer, since what was before it is not known;
    `since` when; `longest`, with `longest_at_least`, `longest_from` and `longest_until`.
    """

    measure: str
    """What is met."""
    of: str
    """What is counted: interactions, or periods such as week."""

    def _title(self) -> str:
        return f"StreakTable: {len(self)} groups, {self.measure} by {self.of}"


class _Streak(NamedTuple):
    """A streak from one place up to, not with, another."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def streaks_of_people(everybody: list[Person], measure: str) -> StreakTable:
    """Return the streaks of observations."""
    found = [_row(each.name, each.standing, each.at, each.n_excused) for each in everybody]
    return _table(found, measure, "interaction")


def streaks_of_series(series: Series, mark: float | None) -> StreakTable:
    """Return the streaks of periods whose value is as good as the mark; a gap cannot be told.

    Raises
    ------
    PolicyError
        There is no mark.
    """
    level = check_mark(series.measure, mark)
    value = series.value
    bad = value < level if series.measure.better == "higher" else value > level
    standing = np.where(series.is_gap, UNKNOWN, np.where(bad, LAPSE, CLEAN)).astype(np.int8)
    at = series.periods.astype("datetime64[us]")
    found = [_row(name, standing[:, place], at, 0) for place, name in enumerate(series.groups)]
    return _table(found, series.measure.name, series.every)


def _row(name: str, standing: Standing, at: Any, n_excused: int) -> dict[str, Any]:
    never = np.datetime64("NaT", "us")
    known = _streaks(standing == CLEAN)
    longest = max(known, key=lambda each: each.length, default=_Streak(0, 0))
    current = _current(standing, known)
    told = bool((standing != UNKNOWN).any())
    return {
        "group": name,
        "n": int((standing != UNKNOWN).sum()),
        "n_unknown": int((standing == UNKNOWN).sum()),
        "n_excused": n_excused,
        "current": np.nan if current is None else float(current.length),
        "current_at_least": bool(current and current.length and _is_open(standing, current.start - 1)),
        "since": at[current.start] if current and current.length else never,
        "longest": float(longest.length) if told else np.nan,
        "longest_at_least": told and _may_be_longer(standing, longest.length),
        "longest_from": at[longest.start] if longest.length else never,
        "longest_until": at[longest.stop - 1] if longest.length else never,
    }


def _streaks(good: Marks) -> list[_Streak]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    return [_Streak(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _current(standing: Standing, known: list[_Streak]) -> _Streak | None:
    """Return the streak that lasts, an empty one after a lapse; None where the last one cannot be told."""
    n = len(standing)
    if not n or standing[-1] == UNKNOWN:
        return None
    return known[-1] if standing[-1] == CLEAN else _Streak(n, n)


def _is_open(standing: Standing, place: int) -> bool:
    """Tell whether what stands here does not end a streak: nothing, or what cannot be told."""
    return not 0 <= place < len(standing) or standing[place] == UNKNOWN


def _may_be_longer(standing: Standing, longest: int) -> bool:
    """Tell whether some streak may be longer than the longest that is known.

    So it is where a stretch without a known lapse is longer, or reaches the edge of the data and is as long.
    """
    for each in _streaks(standing != LAPSE):
        at_edge = each.start == 0 or each.stop == len(standing)
        if each.length > longest or (at_edge and each.length == longest):
            return True
    return False


def _table(found: list[dict[str, Any]], measure: str, of: str) -> StreakTable:
    empty = _row("", np.zeros(0, np.int8), np.zeros(0, "datetime64[us]"), 0)
    columns = {name: np.array([row[name] for row in found], _dtype(empty[name])) for name in empty}
    columns["group"] = texts(row["group"] for row in found)
    return StreakTable(columns=columns, measure=measure, of=of)


def _dtype(value: Any) -> Any:
    return np.asarray(value).dtype
