"""The table of groups: one row a group, as columns, and how it prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy.typing as npt

from coqs.results.html import html_table
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

NO_KEY = "(none)"


@attrs.frozen(slots=True, eq=False, repr=False)
class GroupTable(Tabular):
    """One row a group, as columns; NaN in an interval means "cannot tell".

    Columns: the keys; `n` interactions and `n_ratings` rows; `n_clusters`, where interactions are
    clustered, those with a scored one; `n_scored` and `n_unscored` interactions; `mean`, `ci_low`,
    `ci_high`, `sd` of the overall score; `can_tell`, whether there is an interval; `n_verdicts`,
    `pass_share`, `pass_ci_low`, `pass_ci_high`; `n_answers` answered criteria, and of them
    `exceeds_share` with `exceeds_ci_low`, `exceeds_ci_high`, `meets_share`, `below_share`;
    `coverage`; where the rubric has bands, `band_ID_share`, `band_ID_ci_low`, `band_ID_ci_high`;
    `gates_CLASS`, the interactions in which a gate of that class failed, and
    `gates_CLASS_observed`, those in which one was answered.
    """

    keys: tuple[str, ...]
    """What was grouped by."""
    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)
    """Column name to (groups,) values, read-only; keys are texts, None where missing."""
    confidence: float = 0.95
    """Coverage of the intervals."""
    minimum_n: int = 0
    """Fewer scored interactions than this cannot tell."""
    cluster: str | None = None
    """What interactions hang together by; None where each stands for itself."""
    tz: str | None = None
    """The zone of the keys that are times; None where none is."""
    average: str = "mean_of_scores"
    """How scores of many interactions became the mean: the policy's `over_interactions`."""

    def labels(self) -> list[str]:
        """Return what to call each group: its keys, `(none)` for one that is missing."""
        keys = [self.columns[key].tolist() for key in self.keys]
        named = [[NO_KEY if key is None else key for key in column] for column in keys]
        return [" / ".join(group) for group in zip(*named, strict=True)] if named else ["all"] * len(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GroupTable):
            return NotImplemented
        names = ("keys", "confidence", "minimum_n", "cluster", "tz", "average")
        if any(getattr(self, name) != getattr(other, name) for name in names):
            return False
        if list(self.columns) != list(other.columns):
            return False
        return self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        zone = f" ({self.tz})" if self.tz else ""
        clustered = f" clustered by {self.cluster}" if self.cluster else ""
        return (
            f"<GroupTable by {', '.join(self.keys)}{zone}: {len(self)} groups, "
            f"{self.average.replace('_', ' ')}, {self.confidence:.0%} intervals{clustered}>"
        )

    def __str__(self) -> str:
        usual = self.average == "mean_of_scores"
        return "\n".join([*_lines(self), *([] if usual else [f"score: {self.average.replace('_', ' ')}"])])

    def to_html(self, *, caption: str | None = None) -> str:
        """Return the table in HTML, for notebooks and pages: each number with its interval."""
        heads, *rows = _cells(self)
        return html_table(heads, rows, caption=caption or repr(self))

    def _repr_html_(self) -> str:
        return self.to_html()

    def __reduce__(self) -> tuple[Any, ...]:
        names = ("minimum_n", "cluster", "tz", "average")
        how = {name: getattr(self, name) for name in names}
        return _rebuild, (self.keys, dict(self.columns), self.confidence, how)


def _rebuild(
    keys: tuple[str, ...], columns: dict[str, npt.NDArray[Any]], confidence: float, how: dict[str, Any]
) -> GroupTable:
    frozen = {name: freeze(column) for name, column in columns.items()}  # they come back writeable
    return GroupTable(keys, frozen, confidence, **how)


WIDTH = 16
"""Of an interval in print."""
CANNOT_TELL = "cannot tell"


def _shares(table: GroupTable) -> list[str]:
    return [name for name in ("pass", "exceeds") if f"{name}_share" in table.columns]


def _cells(table: GroupTable) -> Iterator[list[str]]:
    """Yield the heads, then a row a group: each number with its interval, or that it cannot be told."""
    interval = f"{table.confidence:.0%} interval"
    heads = [head for name in ("score", *_shares(table)) for head in (name, interval)]
    yield [" / ".join(table.keys) or "all", "n", "scored", *heads]
    for label, row in zip(table.labels(), table.rows(), strict=True):
        told = _estimate(row["mean"], row["ci_low"], row["ci_high"])
        for name in _shares(table):
            told += _estimate(row[f"{name}_share"], row[f"{name}_ci_low"], row[f"{name}_ci_high"])
        yield [label, str(row["n"]), str(row["n_scored"]), *told]


def _lines(table: GroupTable) -> Iterator[str]:
    """Yield the cells as lines of text."""
    cells = list(_cells(table))
    width = max(len(row[0]) for row in cells)
    for label, n, scored, *told in cells:
        pairs = zip(told[::2], told[1::2], strict=True)
        numbers = "".join(f" {value:>8}   {interval:<{WIDTH}}" for value, interval in pairs)
        yield f"{label:<{width}} {n:>6} {scored:>6}{numbers}".rstrip()


def _estimate(value: float | None, low: float | None, high: float | None) -> list[str]:
    interval = CANNOT_TELL if low is None or high is None else f"{low:6.1%} to {high:6.1%}"
    return [_per_cent(value), interval]


def _per_cent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
