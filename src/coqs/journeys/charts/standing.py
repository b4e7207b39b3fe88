"""Where each point stands: its centre, and the size of one standard deviation there.

Given a baseline, nothing is estimated here: only what the period itself brings (its n, what all groups do
in it, and the deviation of the period before) is taken in.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.dispersion import shared_movement, shift_of
from coqs.journeys.series import Series

Floats = npt.NDArray[np.float64]
COUNTED = ("np", "c")
"""Charts of the counts themselves."""


@attrs.frozen(slots=True, eq=False)
class Standing:
    """(P, G) arrays: what is plotted, its centre, and one standard deviation of it."""

    value: Floats
    centre: Floats
    unit: Floats

    @property
    def z(self) -> Floats:
        """(P, G) standard deviations from the centre; NaN in gaps and where nothing can be told."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.unit > 0, (self.value - self.centre) / self.unit, _still(self))


def _still(standing: Standing) -> Floats:
    """Where nothing is expected to vary, a point on the centre is 0 from it, and another infinitely far."""
    away = standing.value - standing.centre
    return np.where(away == 0, 0.0, np.sign(away) * np.inf)


def ground_of(kind: str, measure_kind: str) -> str:
    """Return what points vary by: "binomial", "poisson", "mean" of n values, or "point"."""
    if kind in ("p", "np", "p′"):
        return "binomial"
    if kind in ("c", "u", "u′"):
        return "poisson"
    if kind in ("ewma", "cusum"):
        return {"share": "binomial", "rate": "poisson"}.get(measure_kind, "point")
    return "mean" if kind == "xbar" else "point"


def standing_of(series: Series, baseline: Baseline, centre: Floats, sigma: Floats) -> Standing:
    """Return where each point of a series stands; centre and sigma are the (G,) ones of its groups."""
    ground = ground_of(baseline.kind, series.kind)
    lines = np.broadcast_to(centre, series.shape)
    if baseline.shared:
        lines = moved_centres(series, centre)
    unit = chance_unit(ground, lines, series.n) * sigma
    standing = Standing(series.value, lines, unit)
    if baseline.memory:
        standing = foreseen(standing, baseline.memory)
    if baseline.kind in COUNTED:
        n = np.where(series.n > 0, series.n, np.nan)
        standing = Standing(standing.value * n, standing.centre * n, standing.unit * n)
    return standing


def chance_unit(ground: str, centre: Floats, n: Floats) -> Floats:
    """Return (P, G) one standard deviation by chance alone, for a spread of 1; NaN in gaps."""
    size = np.where(n > 0, n, np.nan)
    with np.errstate(invalid="ignore"):
        match ground:
            case "binomial":
                found: Floats = np.sqrt(centre * (1 - centre) / size)
            case "poisson":
                found = np.sqrt(centre / size)
            case "mean":
                found = 1 / np.sqrt(size)
            case _:
                found = np.where(n > 0, 1.0, np.nan)
    return found


def moved_centres(series: Series, centre: Floats) -> Floats:
    """Return (P, G) each group's centre, moved by what all groups did in that period."""
    there, back = shift_of(series.kind)
    movement = shared_movement(series.total, series.n, centre, kind=series.kind)
    with np.errstate(divide="ignore", over="ignore"):
        moved: Floats = back(there(centre) + movement[:, None])
    return moved


def foreseen(standing: Standing, memory: float) -> Standing:
    """Move centres by what the period before lets expect; the unit is that of what is news.

    A deviation is kept by `memory` from one period to the next; over a gap it fades, and what is not known
    grows. Before the first point nothing is known but the long run.
    """
    value, lines, unit = standing.value, standing.centre, standing.unit
    centre, spread = lines.copy(), unit.copy()
    kept = np.zeros(value.shape[1])
    unknown = np.full(value.shape[1], 1 / (1 - memory**2))
    for row in range(len(value)):
        centre[row] = lines[row] + kept * unit[row]
        spread[row] = unit[row] * np.sqrt(unknown)
        with np.errstate(invalid="ignore", divide="ignore"):
            away = (value[row] - lines[row]) / unit[row]
        seen = np.isfinite(away)
        kept = memory * np.where(seen, away, kept)
        unknown = 1 + memory**2 * np.where(seen, 0.0, unknown)
    return Standing(value, centre, spread)
