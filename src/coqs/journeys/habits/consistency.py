"""Consistency: whether a high mean is a habit, or high days and low ones."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.habits.lapses import check_mark
from coqs.journeys.habits.pictures import draw_consistency
from coqs.journeys.levels import levels_of
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.journeys.printed import CANNOT_TELL, PrintedTable, texts
from coqs.journeys.series import Series
from coqs.kernels import clustered_share_interval, mean_interval, mover_interval
from coqs.kernels.spread import mean_less_sd, sd_interval, spread_beyond_sampling

Floats = npt.NDArray[np.float64]
Three = tuple[float, float, float]
HABIT, UNEVEN, BELOW = "habit", "high but uneven", "below"
NAMES = (
    "n",
    "mean",
    "mean_low",
    "mean_high",
    "spread",
    "spread_low",
    "spread_high",
    "period_spread",
    "period_spread_low",
    "period_spread_high",
    "usual_bad",
    "usual_bad_low",
    "usual_bad_high",
)
PERIODS = ("periods", "meet", "miss", "undecided", "gaps")


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class ConsistencyTable(PrintedTable):
    """One row a group: how even its work is, and whether it is a habit; each with its interval.

    Columns: `group`; `n` observed; `mean`; `spread`, the standard deviation of single scores, NaN of
    shares, rates and sums, which have none; `period_spread`, how far the true levels of periods are apart,
    what sampling alone spreads them taken off; `usual_bad`, what one of the usual bad ones comes to: the mean
    less the spread (of periods, where there is none of single scores); `periods` observed, and how many
    `meet` the mark, `miss` it (the whole interval does) or are `undecided`, and `gaps` beside them;
    `meet_share`, those that meet it out of all observed; `verdict`:

    - `habit`: the mean is above the mark, and so is the usual bad one, both with their intervals;
    - `high but uneven`: the mean is, and the usual bad one is not, each with its interval;
    - `below`: the mean is below the mark with its interval;
    - `cannot tell`: any other.
    """

    measure: str
    """What is followed."""
    mark: float
    """What is good enough."""
    every: str
    """The periods."""
    confidence: float
    """Coverage of each interval."""

    def _title(self) -> str:
        return (
            f"ConsistencyTable: {len(self)} groups, {self.measure} by {self.every} against {self.mark:.3g}, "
            f"{self.confidence:.0%} intervals"
        )

    def plot(self, *, ax: Any = None) -> Any:
        """Draw means and usual bad ones with their intervals, and the mark; return the axes.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        return draw_consistency(self.columns, self.mark, self.measure, ax)


def consistency_of(
    seen: Observations, series: Series, *, mark: float | None, confidence: float
) -> ConsistencyTable:
    """Return how even the work of each group is.

    Raises
    ------
    PolicyError
        Nobody says what is good enough.
    """
    level = check_mark(series.measure, mark)
    singles = _singles(seen, series.measure)
    rows = [
        _row(series, place, None if singles is None else singles[place], level, confidence)
        for place in range(len(series.groups))
    ]
    columns: dict[str, Any] = {"group": texts(series.groups)}
    columns |= {name: np.array([row[name] for row in rows], np.float64) for name in NAMES}
    columns |= {name: np.array([row[name] for row in rows], np.int64) for name in PERIODS}
    with np.errstate(invalid="ignore", divide="ignore"):
        columns["meet_share"] = np.where(columns["periods"] > 0, columns["meet"] / columns["periods"], np.nan)
    columns["verdict"] = texts(row["verdict"] for row in rows)
    return ConsistencyTable(
        columns=columns,
        measure=series.measure.name,
        mark=level,
        every=series.every,
        confidence=confidence,
    )


def _singles(seen: Observations, measure: Yardstick) -> list[Floats] | None:
    """Return the single scores of each group; None where rows sum up several, or are no scores."""
    if measure.kind not in ("score", "value") or not bool((seen.n == 1).all()):
        return None
    values = seen.measure(measure.name)
    told = np.flatnonzero(~np.isnan(values))
    order = told[np.argsort(seen.group[told], kind="stable")]
    ends = np.searchsorted(seen.group[order], np.arange(1, len(seen.groups)))
    return np.split(values[order], ends)


def _row(series: Series, place: int, single: Floats | None, mark: float, confidence: float) -> dict[str, Any]:
    measure = series.measure
    n, total, sd = (each[:, place] for each in (series.n, series.total, series.sd))
    between = _between(measure, n, total, sd, confidence)
    if single is None:
        mean = _clustered(measure, n, total, confidence)
        spread, less = (np.nan,) * 3, _less(mean, between, measure)
    else:
        mean, spread, less = _of_singles(measure, single, confidence)
    found = dict(zip(NAMES, (float(n.sum()), *mean, *spread, *between, *less), strict=True))
    return (
        found | _periods(series, place, mark, confidence) | {"verdict": _verdict(measure, mean, less, mark)}
    )


def _of_singles(measure: Yardstick, single: Floats, confidence: float) -> tuple[Three, Three, Three]:
    """Return mean, spread and the usual bad one of single scores."""
    sign = 1.0 if measure.better == "higher" else -1.0
    mean = _mean(measure, single, confidence)
    spread = sd_interval(single, confidence=confidence)
    less, *limits = (sign * each for each in mean_less_sd(sign * single, confidence=confidence))
    flat = measure.kind == "score" and len(single) > 1 and spread[0] == 0
    if flat:  # as far apart as scores with such a mean can be
        worst = mean[1] if sign > 0 else mean[2]
        limits = [worst - sign * np.sqrt(max(worst * (1 - worst), 0)), mean[0]]
    return mean, spread, (less, min(limits), max(limits))


def _mean(measure: Yardstick, single: Floats, confidence: float) -> Three:
    if len(single) == 0:
        return np.nan, np.nan, np.nan
    n, total = np.array([float(len(single))]), np.array([single.sum()])
    sd = np.array([single.std(ddof=1) if len(single) > 1 else np.nan])
    found = levels_of(measure, total, n, sd, confidence=confidence)
    return float(found.value[0]), float(found.low[0]), float(found.high[0])


def _clustered(measure: Yardstick, n: Floats, total: Floats, confidence: float) -> Three:
    """Return the mean over all periods, with an interval that allows for periods that differ."""
    kept = n > 0
    if not kept.any():
        return np.nan, np.nan, np.nan
    size, value = n[kept].sum(), total[kept].sum() / n[kept].sum()
    squares = ((total - value * n)[kept] ** 2).sum()
    periods = np.array([float(kept.sum())])
    if measure.kind == "share":
        low, high = clustered_share_interval([value], [size], [squares], periods, confidence=confidence)
    else:
        spread = np.sqrt(squares / max(periods[0] - 1, 1)) * periods / size
        low, high = mean_interval(np.array([value + 2]), spread, periods, confidence=confidence)
        low, high = low - 2, high - 2  # two above, so that no number is taken for a share
        if measure.kind == "rate":
            low = np.maximum(low, 0)
    return float(value), float(low[0]), float(high[0])


def _between(measure: Yardstick, n: Floats, total: Floats, sd: Floats, confidence: float) -> Three:
    """Return how far the true levels of periods are apart."""
    kept = n > 0
    if not kept.any():
        return np.nan, np.nan, np.nan
    value = total[kept].sum() / n[kept].sum()
    match measure.kind:
        case "share":
            variance = value * (1 - value)
        case "rate":
            variance = value
        case _:
            told = kept & (n >= 2) & ~np.isnan(sd)
            free = (n[told] - 1).sum()
            variance = ((n[told] - 1) * sd[told] ** 2).sum() / free if free > 0 else 0.0
    return spread_beyond_sampling(total[kept] / n[kept], variance / n[kept], confidence=confidence)


def _less(mean: Three, spread: Three, measure: Yardstick) -> Three:
    """Return the mean less the spread of periods, for the worse."""
    sign = 1.0 if measure.better == "higher" else -1.0
    upright = mean if sign > 0 else (-mean[0], -mean[2], -mean[1])
    low, high = mover_interval(upright, spread)
    limits = sorted((sign * float(low), sign * float(high)))
    return sign * (upright[0] - spread[0]), limits[0], limits[1]


def _periods(series: Series, place: int, mark: float, confidence: float) -> dict[str, int]:
    """Count the periods whose whole interval meets the mark, misses it, and the others."""
    n, total, sd = (each[:, place] for each in (series.n, series.total, series.sd))
    found = levels_of(series.measure, total, n, sd, confidence=confidence)
    above, below = found.low >= mark, found.high < mark
    if series.measure.better == "lower":
        above, below = found.high <= mark, found.low > mark
    seen = n > 0
    meet, miss = int((above & seen).sum()), int((below & seen).sum())
    periods = int(seen.sum())
    return {
        "periods": periods,
        "meet": meet,
        "miss": miss,
        "undecided": periods - meet - miss,
        "gaps": int((~seen).sum()),
    }


def _verdict(measure: Yardstick, mean: Three, less: Three, mark: float) -> str:
    sign = 1.0 if measure.better == "higher" else -1.0
    worst, best = sorted((sign * mean[1], sign * mean[2]))
    bad_worst, bad_best = sorted((sign * less[1], sign * less[2]))
    if best < sign * mark:
        return BELOW
    if worst >= sign * mark and bad_worst >= sign * mark:
        return HABIT
    if worst >= sign * mark and bad_best < sign * mark:
        return UNEVEN
    return CANNOT_TELL
