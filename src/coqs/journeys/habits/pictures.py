"""Pictures of consistency, slips and contagion, with matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.journeys.pictures import draw_rows, rows_axes
from coqs.results.plots import INK, SOFT

Columns = Mapping[str, npt.NDArray[Any]]


def draw_consistency(columns: Columns, mark: float, measure: str, ax: Any) -> Any:
    """Draw means with their intervals, and the usual bad one beside each."""
    ax = rows_axes(columns["group"].tolist(), ax)
    told = columns["verdict"] != "cannot tell"
    draw_rows(ax, columns["mean"], columns["mean_low"], columns["mean_high"], told)
    rows = np.arange(len(columns["mean"])) + 0.25
    ax.hlines(rows, columns["usual_bad_low"], columns["usual_bad_high"], color=SOFT, linewidth=1)
    ax.plot(columns["usual_bad"], rows, "<", color=INK, markersize=5, label="a usual bad one")
    ax.axvline(mark, color=INK, linestyle="--", linewidth=1, label="mark")
    ax.set_xlabel(f"{measure}: mean, and a usual bad one, with intervals")
    ax.legend(frameon=False, fontsize="small", loc="best")
    return ax


def draw_slips(columns: Columns, ax: Any) -> Any:
    """Draw a row a person, and on it a dot a slip, the larger the more lapses followed."""
    names = sorted(set(columns["group"].tolist()))
    ax = rows_axes(names, ax)
    places = {name: place for place, name in enumerate(names)}
    rows = np.array([places[name] for name in columns["group"]], float)
    ax.hlines(np.arange(len(names)), 0, 1, transform=ax.get_yaxis_transform(), color=SOFT, linewidth=0.5)
    sizes = 20 + 40 * columns["lapses_after"]
    ax.scatter(columns["at"].astype("datetime64[s]"), rows, s=sizes, color=INK, alpha=0.7)
    ax.set_xlabel("slips in time; the larger, the more lapses followed")
    ax.figure.autofmt_xdate()
    return ax


def draw_contagion(columns: Columns, whole: Mapping[str, Any], ax: Any) -> Any:
    """Draw the ratio of all and of each group, with intervals; who has too few slips is only named."""
    joined = {
        name: np.concatenate([[np.nan if whole[name] is None else whole[name]], columns[name]]).astype(float)
        for name in ("ratio", "ratio_low", "ratio_high")
    }
    says = [whole["clusters"], *columns["clusters"].tolist()]
    groups = [whole["group"], *columns["group"].tolist()]
    few = "cannot tell"
    ax = rows_axes(
        [f"{name}: {few}" if say == few else name for name, say in zip(groups, says, strict=True)], ax
    )
    told = np.array([say != few for say in says])
    draw_rows(ax, joined["ratio"], joined["ratio_low"], joined["ratio_high"], told)
    ax.axvline(1, color=INK, linestyle="--", linewidth=1)
    ax.set_xlim(left=0)
    ax.set_xlabel("lapses after a slip, for each that is expected")
    return ax
