"""The unit of every summary: an interaction within a group, its raters averaged."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.results.grouping import dense
from coqs.tables import Encoded

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@attrs.frozen(slots=True, eq=False)
class Units:
    """Interactions within groups. An interaction whose raters name two groups is a unit of each."""

    of_row: Places | None
    """(n,) the unit of each row; None where each row is a unit of its own."""
    group: Places
    """(units,) the group of each."""
    n_rows: Places
    """(units,) how many rows each has."""
    groups: int

    @classmethod
    def of(cls, group: Places, interaction: npt.NDArray[np.integer[Any]], groups: int) -> Units:
        """Return the units of rows, each in a group and of an interaction."""
        number, distinct = dense(interaction.astype(np.int64) + 1, int(interaction.max(initial=-1)) + 2)
        if len(distinct) == len(group):
            return cls(None, group, np.ones(len(group), np.int64), groups)
        of_interaction = np.empty(len(distinct), np.int64)
        of_interaction[number] = group
        if (of_interaction[number] == group).all():
            return cls(number, of_interaction, np.bincount(number), groups)
        _, first, unit, rows = np.unique(
            number * groups + group, return_index=True, return_inverse=True, return_counts=True
        )
        return cls(unit.reshape(len(group)), group[first], rows, groups)

    def __len__(self) -> int:
        return len(self.group)

    def regrouped(self, group: Places, groups: int) -> Units:
        """Return the same units in other groups."""
        return attrs.evolve(self, group=group, groups=groups)

    def mean(self, values: npt.NDArray[Any], known: Mask | None = None) -> Floats:
        """Average the known rows of each unit; NaN where none is. The order of the rows never shows."""
        if self.of_row is None:
            numbers = values.astype(np.float64)
            return numbers if known is None else np.where(known, numbers, np.nan)
        unit = self.of_row if known is None else self.of_row[known]
        numbers = values if known is None else values[known]
        n = np.bincount(unit, minlength=len(self))
        unit, numbers = _in_one_order(unit, numbers, n)
        total = np.bincount(unit, numbers, len(self))
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    def any_row(self, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Count the units of each group in which some row has more than none."""
        hit = values > 0 if self.of_row is None else np.bincount(self.of_row, values, len(self)) > 0
        return self.count(hit)

    def count(self, which: Mask) -> npt.NDArray[np.int64]:
        """Count units within each group."""
        if self.groups == 1:
            return np.array([np.count_nonzero(which)])
        return np.bincount(self.group[which], minlength=self.groups)

    def rows_total(self, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Sum whole numbers over the rows of each group, every rater's counting."""
        if self.groups == 1:
            return np.array([values.sum(dtype=np.int64)])
        group = self.group if self.of_row is None else self.group[self.of_row]
        return np.bincount(group, values, self.groups).astype(np.int64)

    def n(self) -> npt.NDArray[np.int64]:
        """Count the units of each group."""
        return np.array([len(self)]) if self.groups == 1 else np.bincount(self.group, minlength=self.groups)

    def ratings(self) -> npt.NDArray[np.int64]:
        """Count the rows of each group."""
        if self.groups == 1:
            return np.array([self.n_rows.sum()])
        return np.bincount(self.group, self.n_rows, self.groups).astype(np.int64)


def _in_one_order(unit: Places, values: npt.NDArray[Any], n: Places) -> tuple[Places, npt.NDArray[Any]]:
    """Sort fractions where a unit has three or more: two can be added either way, three not always."""
    if values.dtype.kind != "f" or n.max(initial=0) < 3:
        return unit, values
    order = np.lexsort((values, unit))
    return unit[order], values[order]


def units_column(units: Units, column: Encoded) -> Places:
    """Return (units,) the place of each unit's text among the categories, -1 where it is missing.

    Where raters of one interaction differ, the text that comes first in the alphabet holds.
    """
    codes = column.codes.astype(np.int64)
    if units.of_row is None:
        return codes
    found = np.full(len(units), -1, np.int64)
    known = codes >= 0
    found[units.of_row[known]] = codes[known]
    differs = known & (found[units.of_row] != codes)
    least: dict[int, str] = {}
    for row in np.flatnonzero(differs).tolist():
        unit, code = int(units.of_row[row]), int(codes[row])
        text = column.categories[code]
        if text < least.setdefault(unit, column.categories[int(found[unit])]):
            least[unit], found[unit] = text, code
    return found
