"""Who moves when a rubric changes: differences and flipped verdicts by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.comparisons.versions.differences import (
    Estimate,
    Floats,
    aligned,
    interval,
    mean_difference,
    mean_differences,
    points,
)
from coqs.ratings import Ratings
from coqs.results.grouping import Labels, group_rows, key_column
from coqs.results.html import html_table
from coqs.results.units import Units
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Column = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
NO_KEY = "(none)"


@attrs.frozen(slots=True, eq=False, repr=False)
class MoverTable(Tabular):
    """One row a group, as columns; who moves most, either way, stands first.

    Columns: the keys; `n` interactions that can be compared and `n_ratings`, all of them; `old`, `new`,
    `difference`, the mean of new less old, with `ci_low` and `ci_high` (NaN: cannot tell); `to_pass` and
    `to_fail`, interactions whose verdict flips (fractions where raters differ); `can_tell`, whether the
    interval leaves out 0.
    """

    keys: tuple[str, ...]
    """What was grouped by."""
    columns: Mapping[str, Column] = attrs.field(converter=read_only)
    confidence: float
    """Coverage of the intervals, of all rows together."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MoverTable):
            return NotImplemented
        same = (self.keys, self.confidence) == (other.keys, other.confidence)
        return same and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        told = int(self.columns["can_tell"].sum())
        return f"<MoverTable by {', '.join(self.keys)}: {len(self)} groups, {told} of which surely move>"

    def __str__(self) -> str:
        return "\n".join(aligned(self._printed(), indent=""))

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        caption = f"Movers by {', '.join(self.keys)}; {self.confidence:.0%} intervals, all at once"
        return html_table(heads, rows, caption=caption)

    def _printed(self) -> list[list[str]]:
        heads = [" / ".join(self.keys), "n", "old", "new", "points", "interval", "to pass", "to fail"]
        return [heads, *(_printed_row(row, self.keys) for row in self.rows())]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.keys, dict(self.columns), self.confidence)


def _again(keys: tuple[str, ...], columns: dict[str, Column], confidence: float) -> MoverTable:
    return MoverTable(keys, {name: freeze(column) for name, column in columns.items()}, confidence)


def _printed_row(row: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    name = " / ".join(NO_KEY if row[key] is None else row[key] for key in keys)
    if not row["n"]:
        return [name, "0", "-", "-", "-", interval(np.nan, np.nan), "-", "-"]
    low, high = (np.nan if row[end] is None else row[end] for end in ("ci_low", "ci_high"))
    return [
        name,
        f"{row['n']:,}",
        f"{row['old']:.1%}",
        f"{row['new']:.1%}",
        points(row["difference"]),
        interval(low, high),
        f"{row['to_pass']:g}",
        f"{row['to_fail']:g}",
    ]


@attrs.frozen(slots=True, eq=False)
class Moves:
    """Rows of ratings with both scores, and which can be compared."""

    ratings: Ratings
    old: Floats
    new: Floats
    comparable: Mask
    to_pass: Mask
    to_fail: Mask
    ends: tuple[float, float]
    """The least and the most by which the scores can differ."""

    def by(self, keys: Sequence[str], confidence: float) -> MoverTable:
        """Return the table of movers, by keys of the ratings."""
        columns = [key_column(self.ratings, key) for key in keys]
        group, labels = group_rows(columns, len(self.ratings))
        units = Units.of(group, self.ratings.interaction.codes, len(labels))
        found = self._of_groups(units, confidence)
        order = np.argsort(-np.abs(np.nan_to_num(found["difference"])), kind="stable")
        table = _key_columns(keys, labels) | found
        return MoverTable(
            tuple(keys), {name: freeze(column[order]) for name, column in table.items()}, confidence
        )

    def whole(self, confidence: float) -> tuple[Estimate, float, float]:
        """Return the mean difference over all interactions, and the two means."""
        units = Units.of(np.zeros(len(self.ratings), np.int64), self.ratings.interaction.codes, 1)
        old, new = (units.mean(each, self.comparable) for each in (self.old, self.new))
        known = ~np.isnan(old)
        told = mean_difference((new - old)[known], self.ends, confidence)
        if not known.any():
            return told, np.nan, np.nan
        return told, float(old[known].mean()), float(new[known].mean())

    def _of_groups(self, units: Units, confidence: float) -> dict[str, Column]:
        old, new, up, down = (
            units.mean(each, self.comparable) for each in (self.old, self.new, self.to_pass, self.to_fail)
        )
        known = ~np.isnan(old)
        group, groups = units.group[known], units.groups
        n = np.bincount(group, minlength=groups)
        each_at = 1 - (1 - confidence) / max(int((n > 1).sum()), 1)  # whoever reads a list looks at its top
        mean, low, high, _ = mean_differences((new - old)[known], group, groups, self.ends, each_at)
        sums = [np.bincount(group, values[known], groups) for values in (old, new, up, down)]
        return {
            "n": n,
            "n_ratings": units.ratings(),
            "old": np.where(n > 0, sums[0] / np.maximum(n, 1), np.nan),
            "new": np.where(n > 0, sums[1] / np.maximum(n, 1), np.nan),
            "difference": mean,
            "ci_low": low,
            "ci_high": high,
            "to_pass": sums[2],
            "to_fail": sums[3],
            "can_tell": (low > 0) | (high < 0),
        }


def _key_columns(keys: Sequence[str], labels: Labels) -> dict[str, Column]:
    return {key: np.array(column.to_list(), object) for key, column in zip(keys, labels.columns, strict=True)}
