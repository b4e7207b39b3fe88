"""The picture of a chart: points, centre, limits that step with n, signals, gaps and events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coqs.errors import MissingDependencyError
from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.moments import moment
from coqs.journeys.periods import ordinals_of_starts, period_ordinals
from coqs.journeys.series import Series
from coqs.results.plots import INK, INTERVAL, SOFT, UNSEEN, new_axes
from coqs.tables import zone_named

Floats = npt.NDArray[np.float64]
SIGNAL = "#b3401f"
MOST = 12
"""Groups that are drawn where none is named."""
ACROSS = 3
DATE_INCHES = 0.95
"""What a date under the axis takes."""
WIDE, HIGH = 9.0, 3.4
SMALL_WIDE, SMALL_HIGH = 3.6, 2.3


class Drawable(Protocol):
    """What the picture needs of a chart."""

    @property
    def kind(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def series(self) -> Series: ...
    @property
    def baseline(self) -> Baseline: ...
    @property
    def value(self) -> Floats: ...
    @property
    def centre(self) -> Floats: ...
    @property
    def lower(self) -> Floats: ...
    @property
    def upper(self) -> Floats: ...
    @property
    def is_flagged(self) -> npt.NDArray[np.bool_]: ...
    @property
    def cannot_tell(self) -> tuple[str, ...]: ...
    @property
    def events(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def at(self) -> npt.NDArray[np.datetime64] | None: ...
    @property
    def groups(self) -> tuple[str, ...]: ...
    @property
    def flagged_groups(self) -> tuple[str, ...]: ...


def draw_chart(chart: Drawable, group: str | Sequence[str] | None, *, ax: Any = None) -> Any:
    """Draw one group into axes, or several as small multiples; see `Chart.plot`."""
    names = _names(chart, group)
    if len(names) == 1:
        return _one(chart, names[0], new_axes(ax, width=WIDE, height=HIGH), is_small=False)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependencyError("plots", library="matplotlib", extra="plot") from None
    across = min(ACROSS, len(names))
    down = math.ceil(len(names) / across)
    figure = Figure(figsize=(SMALL_WIDE * across, SMALL_HIGH * down + 0.5), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False)
    for place, each in enumerate(axes.ravel()):
        if place < len(names):
            _one(chart, names[place], each, is_small=True)
        else:
            each.set_axis_off()
    figure.suptitle(_heading(chart, len(names)), fontsize="medium")
    return axes


def _names(chart: Drawable, group: str | Sequence[str] | None) -> list[str]:
    if isinstance(group, str):
        group = [group]
    if group is not None:
        for each in group:
            chart.series.place(each)
        return list(group)
    flagged = set(chart.flagged_groups)
    return sorted(chart.groups, key=lambda name: name not in flagged)[:MOST]


def _heading(chart: Drawable, shown: int) -> str:
    rest = len(chart.groups) - shown
    more = f"; {rest:,} more groups are not drawn" if rest > 0 else ""
    return f"{chart.series.measure.name}: {chart.kind}, phase {chart.phase}{more}"


def _one(chart: Drawable, name: str, ax: Any, *, is_small: bool) -> Any:
    place = chart.series.place(name)
    rows = _rows(chart, place)
    value, flagged = chart.value[:rows, place], chart.is_flagged[:rows, place]
    x = np.arange(rows)
    if chart.at is None:
        _gaps(ax, chart.series.is_gap[:, place])
    _limits(ax, x, chart, place)
    size = 3 if is_small else 5
    ax.plot(x, value, "-", color=INTERVAL, linewidth=1)
    ax.plot(x[~flagged], value[~flagged], "o", color=INTERVAL, markersize=size)
    ax.plot(x[flagged], value[flagged], "D", color=SIGNAL, markersize=size + 3, label="signal")
    _left_out(ax, chart, name, value, size)
    _events(ax, chart, is_small)
    _dress(ax, chart, name, place, is_small)
    return ax


def _rows(chart: Drawable, place: int) -> int:
    """Return how many rows a group has: periods, or its own lapses."""
    return len(chart.value) if chart.at is None else int((~np.isnat(chart.at[:, place])).sum())


def _limits(ax: Any, x: npt.NDArray[np.int64], chart: Drawable, place: int) -> None:
    """Draw centre and limits as steps, one a period, so that they show how they change with n."""
    lines = (("centre", chart.centre, "-"), ("limits", chart.upper, "--"), (None, chart.lower, "--"))
    for label, array, style in lines:
        ax.plot(x, array[: len(x), place], style, color=INK, linewidth=1, drawstyle="steps-mid", label=label)


def _gaps(ax: Any, is_gap: npt.NDArray[np.bool_]) -> None:
    for start, stop in _stretches(is_gap):
        ax.axvspan(
            start - 0.5, stop - 0.5, facecolor="none", edgecolor=SOFT, hatch=UNSEEN, linewidth=0, alpha=0.5
        )


def _stretches(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where each run of true values begins, and where it has ended."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _left_out(ax: Any, chart: Drawable, name: str, value: Floats, size: int) -> None:
    if chart.at is not None or chart.phase != "I":
        return
    places = {period: row for row, period in enumerate(chart.series.period_names())}
    rows = [places[each.period] for each in chart.baseline.excluded if each.group in (None, name)]
    if rows:
        ax.plot(rows, value[rows], "x", color=SOFT, markersize=size + 4, markeredgewidth=2, label="left out")


def _row_of(series: Series, when: Any) -> int:
    """Return the period in which something happened, by the calendar of the series."""
    text = str(when) if isinstance(when, np.datetime64) else when
    at = np.array([moment(text, series.tz, "events")], "datetime64[us]")
    zone = zone_named(series.tz)
    assert zone is not None
    first = ordinals_of_starts(series.periods[:1], series.every)
    return int((period_ordinals(at, series.every, zone) - first)[0])


def _events(ax: Any, chart: Drawable, is_small: bool) -> None:
    if chart.at is not None or not len(chart.series.periods):
        return
    for when, words in chart.events:
        row = _row_of(chart.series, when)
        if not 0 <= row < len(chart.series.periods):
            continue
        ax.axvline(row, color=SOFT, linestyle=":", linewidth=1.5)
        if not is_small:
            ax.annotate(
                words,
                (row, 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -3),
                textcoords="offset points",
                va="top",
                fontsize="small",
                color=INK,
            )


def _dress(ax: Any, chart: Drawable, name: str, place: int, is_small: bool) -> None:
    rows = _rows(chart, place)
    wide = ax.figure.get_size_inches()[0] * ax.get_position().width
    _ticks(ax, chart, place, 3 if is_small else max(2, min(8, int(wide / DATE_INCHES))))
    ax.set_xlim(-0.6, max(rows - 0.4, 0.6))
    reason = chart.cannot_tell[place]
    if reason:
        ax.text(
            0.5,
            0.92,
            f"cannot tell: {reason}",
            transform=ax.transAxes,
            ha="center",
            va="top",
            fontsize="small",
        )
    ax.margins(y=0.12)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    if is_small:
        ax.set_title(name, fontsize="small")
        ax.tick_params(labelsize="x-small")
        return
    ax.set_title(f"{name}: {_heading(chart, len(chart.groups))}", fontsize="medium")
    ax.set_ylabel(_scale(chart))
    ax.legend(
        frameon=False, fontsize="small", ncols=4, loc="upper left", bbox_to_anchor=(0, -0.12), borderaxespad=0
    )


def _scale(chart: Drawable) -> str:
    words = {"g": "cases between lapses", "t": "days between lapses", "cusum": "sum, in sigmas"}
    return words.get(chart.kind, "sum" if chart.kind == "bernoulli" else chart.series.measure.name)


def _ticks(ax: Any, chart: Drawable, place: int, most: int) -> None:
    if chart.at is None:
        names = chart.series.period_names()
    else:
        names = [str(each)[:10] for each in chart.at[: _rows(chart, place), place].astype("datetime64[D]")]
    places = np.linspace(0, max(len(names) - 1, 0), min(most, len(names)))
    rows = np.unique(places.round().astype(np.int64)).tolist()
    ax.set_xticks(rows, [names[row] if names else "" for row in rows])
