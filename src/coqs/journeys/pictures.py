"""Pictures that tables of journeys share: a row each, with its interval; what cannot be told is hollow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.results.plots import INK, INTERVAL, LEAST_INCHES, ROW_INCHES, SOFT, new_axes

Floats = npt.NDArray[np.float64]


def rows_axes(names: Sequence[str], ax: Any, *, width: float = 7) -> Any:
    """Return axes with a row a name, the first at the top."""
    found = new_axes(ax, width=width, height=max(LEAST_INCHES, ROW_INCHES * len(names) + 1.0))
    found.set_yticks(np.arange(len(names)), [name.replace("$", r"\$") for name in names])
    found.set_ylim(len(names) - 0.4, -0.6)
    return found


def draw_rows(ax: Any, value: Floats, low: Floats, high: Floats, told: npt.NDArray[np.bool_]) -> None:
    """Draw each value with its interval: a dot where it can be told, a hollow circle where not."""
    rows = np.arange(len(value))
    known = ~np.isnan(low) & ~np.isnan(high)
    ax.hlines(rows[known], low[known], high[known], color=INTERVAL, linewidth=6, alpha=0.75)
    told = told & known
    ax.plot(value[told], rows[told], "o", color=INK, markersize=6)
    ax.plot(value[~told], rows[~told], "o", color=SOFT, mfc="white", markersize=6, label="cannot tell")
    if (~told & ~np.isnan(value)).any():
        ax.legend(frameon=False, fontsize="small", loc="best")
