"""Providers, by id and never ranked; where there are many, those that stand apart from the whole first.

Standing apart means that an interval that holds for all providers at once lies wholly above or below the
mean of all interactions: of thousands of providers some would otherwise stand apart by chance alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from coqs.report.figures import NOT_RECORDED, Axis, Estimate
from coqs.report.groups import Row, exceeds_of, passed_of, score_of
from coqs.results import GroupTable, Scores

MOST = 40
"""Providers up to which each has a row with all that is told; of more, only those that stand apart."""
ENDS = 10
"""Providers shown at either end, where many stand apart."""


@attrs.frozen(slots=True)
class ProviderRow:
    """One provider."""

    id: str
    n: int
    n_ratings: int
    score: Estimate
    passed: Estimate
    exceeds: Estimate
    gates: int
    """Interactions in which an ethics gate failed."""


@attrs.frozen(slots=True)
class Providers:
    """All providers, in one table or in several."""

    n: int
    rows: tuple[ProviderRow, ...]
    """All of them, where they are few."""
    above: tuple[ProviderRow, ...] = ()
    below: tuple[ProviderRow, ...] = ()
    above_n: int = 0
    """How many stand above the whole, shown or not."""
    below_n: int = 0
    rest: tuple[ProviderRow, ...] = ()
    """All of them by id, in short, where they are many."""


def providers_of(scores: Scores, table: GroupTable, axis: Axis, mean: float | None) -> Providers:
    """Return what is told of the providers."""
    if len(table) <= MOST:
        return Providers(len(table), _laid_out(table.rows(), axis, mean))
    wide = scores.by("provider", confidence=1 - 0.05 / len(table)).rows()
    told = [row for row in wide if mean is not None and row["can_tell"]]
    above = sorted((row for row in told if row["ci_low"] > mean), key=lambda row: -row["ci_low"])
    below = sorted((row for row in told if row["ci_high"] < mean), key=lambda row: row["ci_high"])
    return Providers(
        len(table),
        (),
        above=_laid_out(_by_id(above[:ENDS]), axis, mean),
        below=_laid_out(_by_id(below[:ENDS]), axis, mean),
        above_n=len(above),
        below_n=len(below),
        rest=_laid_out(table.rows(), axis, mean),
    )


def _by_id(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["provider"] is None, row["provider"]))


def _laid_out(rows: Sequence[Row], axis: Axis, mean: float | None) -> tuple[ProviderRow, ...]:
    return tuple(
        ProviderRow(
            id=row["provider"] or NOT_RECORDED,
            n=row["n"],
            n_ratings=row["n_ratings"],
            score=score_of(row, axis, reference=mean),
            passed=passed_of(row, axis),
            exceeds=exceeds_of(row, axis),
            gates=row["gates_ethics"],
        )
        for row in rows
    )
