"""Dials and histories with matplotlib: a page for a team, readable small."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coqs.journeys.clock.dial import CANNOT_TELL, Scale
from coqs.journeys.moments import moment
from coqs.journeys.series import Series
from coqs.results.plots import INK, INTERVAL, SOFT, new_axes
from coqs.tables.tabular import Tabular

ACROSS, CELL = 4, 2.2
"""Dials in a row, and the room of each."""


class Drawable(Protocol):
    """What pictures need of a clock."""

    @property
    def series(self) -> Series: ...
    @property
    def scale(self) -> Scale: ...
    @property
    def confidence(self) -> float: ...
    @property
    def level(self) -> npt.NDArray[np.float64]: ...
    def interval(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
    def readings(self) -> Tabular: ...
    def words(self, group: str) -> str: ...


def draw_dials(clock: Drawable, groups: Sequence[str], *, ax: Any = None) -> Any:
    """Draw a dial for each group into one axes, and return it."""
    last = clock.readings().rows()
    rows = [last[clock.series.place(group)] for group in groups] if last else []
    across = max(1, min(ACROSS, len(rows)))
    down = max(1, math.ceil(len(rows) / across))
    ax = new_axes(ax, width=1.75 * across, height=2.05 * down)
    for place, row in enumerate(rows):
        _dial(ax, row, (place % across) * CELL, -(place // across) * CELL * 1.15)
    ax.set_xlim(-1.1, across * CELL - 1.1)
    ax.set_ylim(-(down - 1) * CELL * 1.15 - 1.55, 1.15)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _dial(ax: Any, row: dict[str, Any], x: float, y: float) -> None:
    from matplotlib.patches import Circle

    ax.add_patch(Circle((x, y), 1.0, fill=False, edgecolor=INK, linewidth=1.2))
    for minute in range(0, 60, 15):
        inner, outer = _at(minute, 0.86), _at(minute, 1.0)
        width = 3 if minute == 45 else 1.2  # where to stay
        ax.plot([x + inner[0], x + outer[0]], [y + inner[1], y + outer[1]], color=INK, linewidth=width)
    if row["side"] == CANNOT_TELL or row["from_noon"] is None:
        ax.text(x, y, "?", ha="center", va="center", fontsize="x-large", color=SOFT)
    elif row["minute"] is None:
        for minute in (row["from_noon"], 60 - row["from_noon"]):
            end = _at(minute, 0.8)
            ax.plot([x, x + end[0]], [y, y + end[1]], color=SOFT, linewidth=1.5, linestyle=":")
        left, right = _at(60 - row["from_noon"], 1.0), _at(row["from_noon"], 1.0)
        ax.plot([x + left[0], x + right[0]], [y + left[1], y + right[1]], color=INTERVAL, linewidth=1.5)
    else:
        end = _at(row["minute"], 0.8)
        ax.plot([x, x + end[0]], [y, y + end[1]], color=INK, linewidth=3, solid_capstyle="round")
    ax.text(x, y - 1.12, row["group"], ha="center", va="top", fontsize="small")
    ax.text(x, y - 1.36, row["side"], ha="center", va="top", fontsize="x-small", color=SOFT)


def _at(minute: float, radius: float) -> tuple[float, float]:
    angle = minute / 30 * math.pi
    return radius * math.sin(angle), radius * math.cos(angle)


def draw_history(
    clock: Drawable, group: str, *, events: Sequence[tuple[Any, str]] = (), ax: Any = None
) -> Any:
    """Draw a group's values, its level with the interval, and the target; what happened as upright lines."""
    place, series = clock.series.place(group), clock.series
    ax = new_axes(ax, width=7, height=3.2)
    at = series.periods.astype("datetime64[s]").astype(object)
    ax.set_title(f"{group}: {clock.words(group)}", fontsize="medium")
    ax.set_ylabel(series.measure.name)
    low, high = (each[:, place] for each in clock.interval())
    if not len(at):
        return ax
    ax.fill_between(
        at, low, high, color=INTERVAL, alpha=0.3, linewidth=0, label=f"{clock.confidence:.0%} interval"
    )
    ax.plot(at, clock.level[:, place], color=INTERVAL, linewidth=2, label="level")
    ax.plot(at, series.value[:, place], "o", color=INK, markersize=3.5, label=f"each {series.every}")
    ax.step(
        at, clock.scale.target[:, place], where="mid", color=INK, linestyle="--", linewidth=1, label="target"
    )
    for when, label in events:
        at_event = moment(when, series.tz, "events").astype("datetime64[s]").astype(object)
        ax.axvline(at_event, color=SOFT, linewidth=1)
        ax.annotate(label, (at_event, 1), xycoords=("data", "axes fraction"), xytext=(3, -11),
                    textcoords="offset points", fontsize="x-small")  # fmt: skip
    ax.legend(frameon=False, fontsize="x-small", loc="best")
    ax.figure.autofmt_xdate(rotation=30)
    return ax
