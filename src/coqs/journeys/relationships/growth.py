"""Growth: whether a relationship gets better as it goes on, each customer held against itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from coqs.journeys.pictures import draw_rows, rows_axes
from coqs.journeys.printed import CANNOT_TELL, PrintedTable, texts
from coqs.journeys.relationships.ties import usual_of
from coqs.journeys.relationships.visits import Floats, Visits
from coqs.kernels.cluster_robust import within_slopes
from coqs.results.plots import INK

SCORE = "score"
FURTHER, FURTHER_IN_TIME = "each further interaction", "each further interaction, time allowed for"
LATER, USUAL = "later against first", "usual provider against others"
UP_TO = 10
"""Further interactions that count; those after the tenth count as the tenth, since else the few customers who
come all the time would decide alone."""
FEWEST_DF = 4
"""Degrees of freedom below which an interval of clusters does not hold, and nothing is told."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class GrowthTable(PrintedTable):
    """One row a comparison, within customers.

    Columns: `of`, the score or the outcome; `comparison`; `change`, what it comes with, with `change_low` and
    `change_high`, which allow for customers; `n` interactions; `customers` that say something, those within
    whom it varies; `df`, degrees of freedom; `says`: `better` or `worse` where the whole interval is above or
    below 0, else `cannot tell`.

    Of further interactions, those after the tenth count as the tenth. The usual provider is held against
    others with what sets providers apart allowed for.
    """

    confidence: float
    """Coverage of each interval, by itself."""

    def plot(self, *, of: str = SCORE, ax: Any = None) -> Any:
        """Draw the changes of the score, or of the outcome, with their intervals; return the axes.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        rows = self.columns["of"] == of
        ax = rows_axes(self.columns["comparison"][rows].tolist(), ax, width=8)
        change, low, high = (self.columns[name][rows] for name in ("change", "change_low", "change_high"))
        draw_rows(ax, change, low, high, self.columns["says"][rows] != CANNOT_TELL)
        ax.axvline(0, color=INK, linestyle="--", linewidth=1)
        ax.set_xlabel(f"change of the {of}, {self.confidence:.0%} interval")
        return ax


def growth_of(visits: Visits, outcome: Floats | None, used: Floats, confidence: float) -> GrowthTable:
    """Return how each customer's interactions compare with each other.

    `used` is (n,) 1 where a detail on record was used, 0 where it was not, NaN where there was none.
    """
    rows = list(_rows(visits, SCORE, visits.score, confidence))
    if outcome is not None:
        rows += _rows(visits, "outcome", outcome, confidence)
        # A behaviour is part of the score, so that only the outcome can tell what it does.
        met = {f"{name} met against not": values for name, values in visits.behaviours.items()}
        told = met | {"a detail on record used against not": used}
        rows += [
            _row("outcome", name, visits, values[:, None], outcome, confidence)
            for name, values in told.items()
        ]
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    columns |= {name: texts(columns[name]) for name in ("of", "comparison", "says")}
    return GrowthTable(columns=columns, confidence=confidence)


def _rows(visits: Visits, of: str, values: Floats, confidence: float) -> Iterator[dict[str, Any]]:
    number: Floats = np.minimum(visits.number, UP_TO).astype(np.float64)
    _, usual = usual_of(visits)
    with_usual = np.where(
        (usual >= 0)[visits.customer] & (visits.provider.codes >= 0),
        visits.provider.codes == usual[visits.customer],
        np.nan,
    )
    timed: Floats = np.stack([number, visits.days], axis=1)
    yield _row(of, FURTHER, visits, number[:, None], values, confidence)
    yield _row(of, FURTHER_IN_TIME, visits, timed, values, confidence)
    later: Floats = (number[:, None] > 1).astype(np.float64)
    yield _row(of, LATER, visits, later, values, confidence)
    who = (visits.provider.codes[:, None] == np.arange(len(visits.provider.categories))) * 1.0
    yield _row(of, USUAL, visits, with_usual[:, None], values, confidence, allowing=who)


def _row(
    of: str,
    name: str,
    visits: Visits,
    columns: Floats,
    values: Floats,
    confidence: float,
    *,
    allowing: Floats | None = None,
) -> dict[str, Any]:
    told = ~np.isnan(values) & ~np.isnan(columns).any(axis=1)
    _, cluster = np.unique(visits.customer[told], return_inverse=True)
    beside = None if allowing is None else allowing[told]
    found = within_slopes(columns[told], values[told], cluster.reshape(-1), allowing=beside)
    low, high = (float(each[0]) for each in found.interval(confidence))
    df = float(found.df[0])
    if not (df >= FEWEST_DF and found.error[0] > 0):
        low = high = float("nan")
    return {
        "of": of,
        "comparison": name,
        "change": float(found.slope[0]),
        "change_low": low,
        "change_high": high,
        "n": int(told.sum()),
        "customers": found.clusters,
        "df": df,
        "says": "better" if low > 0 else "worse" if high < 0 else CANNOT_TELL,
    }
