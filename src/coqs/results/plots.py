"""Pictures of scores, with matplotlib: intervals, never a bare mean, and what was not seen is hatched.

Each method draws into the axes that it is given, or into new ones, and returns them; nothing is shown
or saved, and no setting of matplotlib is changed. Marks differ by shape or by their words as well as by
colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import MissingDependencyError
from coqs.results.buckets import WEEKDAYS
from coqs.results.groups import GroupTable
from coqs.results.measures import Scored
from coqs.results.tally import stage_table, whole_table

INK, INTERVAL, SOFT, UNSEEN = "#1b1f24", "#5586c2", "#8a929b", "///"
ROW_INCHES, LEAST_INCHES = 0.34, 1.6
DARK_FROM = 0.6
"""From here on a cell of the map is dark, and its number white."""


class Drawable(Scored, Protocol):
    """What pictures need of scores."""

    @property
    def by(self) -> Callable[..., GroupTable]: ...
    @property
    def stages_by(self) -> Callable[..., GroupTable]: ...


def new_axes(ax: Any, *, width: float, height: float) -> Any:
    """Return the axes that were given, or new ones of this size in inches.

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed; the extra `plot` brings it.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure  # knows no window and keeps no list, so that nothing leaks
    except ImportError:
        raise MissingDependencyError("plots", library="matplotlib", extra="plot") from None
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


@attrs.frozen(slots=True)
class ScoresPlot:
    """Pictures of scores; reached as `scores.plot`. Every method returns the axes it drew into.

    Give `ax` to draw into a figure of your own; `axes.figure.savefig(path)` saves what is returned.
    Needs matplotlib (the extra `plot`).

    Examples
    --------
    >>> import coqs
    >>> scores = coqs.score(coqs.make_sample(n=60))
    >>> axes = scores.plot.stages()
    >>> [label.get_text() for label in axes.get_yticklabels()][:2]
    ['greeting', 'determining']
    """

    scores: Drawable

    def stages(self, *, confidence: float = 0.95, ax: Any = None) -> Any:
        """Draw the mean of each stage with its interval, and the overall mean as a dashed line."""
        return draw_intervals(stage_table(self.scores, confidence=confidence), self._whole(), ax=ax)

    def by(self, *keys: str, confidence: float = 0.95, ax: Any = None, **how: Any) -> Any:
        """Draw the mean of each group of `scores.by(…)` with its interval, in the order of the keys.

        What else `scores.by` takes (every, tz, cluster …) goes through.
        """
        table = self.scores.by(*keys, confidence=confidence, **how)
        return draw_intervals(table, self._whole(), ax=ax)

    def sets_by_stage(self, *, ax: Any = None) -> Any:
        """Draw the mean score of each customer set in each stage; what was never observed is hatched."""
        rubric = self.scores.ratings.rubric
        sets, stages = rubric.set_ids, rubric.stage_ids
        means = {(row["customer_set"], row["stage"]): row["mean"] for row in self._set_rows()}
        grid = np.array([[means.get((each, stage)) for stage in stages] for each in sets], np.float64)
        ax = new_axes(ax, width=1.6 + 1.1 * len(stages), height=max(LEAST_INCHES, 0.6 * len(sets)))
        _draw_grid(ax, grid, rows=sets, columns=stages, words="{:.0%}", ceiling=1.0)
        ax.set_title("Mean score by customer set and stage; hatched: not observed", fontsize="medium")
        return ax

    def coverage(self, *, tz: str | None = None, ax: Any = None) -> Any:
        """Draw how many interactions were observed in each hour of the week; none is hatched."""
        counts = hours_by_days(self.scores, tz=tz)
        ax = new_axes(ax, width=9, height=3)
        grid = np.where(counts > 0, counts, np.nan)
        _draw_grid(ax, grid, rows=WEEKDAYS, columns=[f"{hour:02}" for hour in range(24)], words="{:.0f}")
        ax.set_xlabel(f"hour of the day ({tz or 'UTC'})")
        ax.set_title("Interactions observed; hatched: none", fontsize="medium")
        return ax

    def distribution(self, *, bins: int = 20, ax: Any = None) -> Any:
        """Draw how the scores of the rows are spread, with the pass mark as a dashed line."""
        values = self.scores.overall[~np.isnan(self.scores.overall)]
        ax = new_axes(ax, width=6, height=3)
        ax.hist(values, bins=bins, color=INTERVAL, edgecolor="white")
        mark = self.scores.ratings.rubric.pass_mark
        if mark is not None:
            ax.axvline(float(mark), color=INK, linestyle="--", label="pass mark")
            ax.legend(frameon=False)
        ax.set_xlabel("score")
        ax.set_ylabel("ratings")
        ax.set_title(f"{len(values):,} of {len(self.scores.ratings):,} ratings are scored", fontsize="medium")
        return ax

    def _whole(self) -> float | None:
        mean: float | None = whole_table(self.scores).rows()[0]["mean"]
        return mean

    def _set_rows(self) -> list[dict[str, Any]]:
        return self.scores.stages_by("customer_set").rows()


def hours_by_days(scores: Drawable, *, tz: str | None = None) -> npt.NDArray[np.int64]:
    """Return (7, 24) how many interactions were observed in each hour of the week, from Monday."""
    counts = np.zeros((len(WEEKDAYS), 24), np.int64)
    table = scores.by("weekday", "hour_of_day", tz=tz)
    for day, hour, n in zip(table["weekday"], table["hour_of_day"], table["n"], strict=True):
        if day is not None:
            counts[WEEKDAYS.index(day), int(hour)] += n
    return counts


def draw_intervals(table: GroupTable, whole: float | None = None, *, ax: Any = None) -> Any:
    """Draw each group's mean with its interval, one row a group; what cannot be told has no mark.

    `whole` is drawn as a dashed line.
    """
    labels, rows = table.labels(), np.arange(len(table))
    ax = new_axes(ax, width=7, height=max(LEAST_INCHES, ROW_INCHES * len(table) + 0.8))
    told = table["can_tell"]
    ax.hlines(
        rows[told], table["ci_low"][told], table["ci_high"][told], color=INTERVAL, linewidth=6, alpha=0.75
    )
    ax.plot(table["mean"][told], rows[told], "|", color=INK, markersize=11, markeredgewidth=2)
    untold = ~told & ~np.isnan(table["mean"])
    if untold.any():
        ax.plot(table["mean"][untold], rows[untold], "o", color=SOFT, mfc="none", label="cannot tell")
    if whole is not None:
        ax.axvline(whole, color=INK, linestyle="--", linewidth=1, label="all interactions")
    ax.set_yticks(rows, labels)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(f"mean score, {table.confidence:.0%} interval")
    if untold.any() or whole is not None:
        ax.legend(frameon=False, fontsize="small", loc="best")
    return ax


def _draw_grid(
    ax: Any,
    grid: Any,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    words: str,
    ceiling: float | None = None,
) -> None:
    """Draw numbers as shades with their words in them; where there is none, a hatch."""
    from matplotlib.patches import Rectangle

    top = ceiling or max(float(np.nanmax(grid)) if (~np.isnan(grid)).any() else 1.0, 1e-9)
    ax.pcolormesh(grid, cmap="Blues", vmin=0, vmax=top, edgecolors="white", linewidth=1)
    for (row, column), value in np.ndenumerate(grid):
        if np.isnan(value):
            box = Rectangle((column, row), 1, 1, fill=False, hatch=UNSEEN, edgecolor=SOFT, linewidth=0)
            ax.add_patch(box)
            continue
        color = "white" if value > DARK_FROM * top else INK
        ax.text(
            column + 0.5,
            row + 0.5,
            words.format(value),
            ha="center",
            va="center",
            color=color,
            fontsize="small",
        )
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.invert_yaxis()
    ax.tick_params(length=0)
