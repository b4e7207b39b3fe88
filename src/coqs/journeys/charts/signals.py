"""The signals of a chart, one row each, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.results.html import html_table
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Column = npt.NDArray[Any]
TEXTS = ("group", "period", "rule", "side", "words")
NUMBERS = ("value", "limit")
SIDES = MappingProxyType({1: "above", -1: "below", 2: "either"})


@attrs.frozen(slots=True, eq=False, repr=False)
class SignalTable(Tabular):
    """One row a signal: who, when, by which rule, on which side, the value, the limit, and words.

    Columns: `group`, `period`, `rule`, `side` (above, below, or either for patterns without a side),
    `value`, `limit` (NaN where the rule has none), `words`. Periods stand in their order, groups in theirs.
    """

    columns: Mapping[str, Column] = attrs.field(converter=read_only)

    def __eq__(self, other: object) -> bool:
        return self.rows() == other.rows() if isinstance(other, SignalTable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<SignalTable: {len(self)} signals of {len(set(self.columns['group'].tolist()))} groups>"

    def __str__(self) -> str:
        return "\n".join(self.columns["words"].tolist()) if len(self) else "no signals"

    def _repr_html_(self) -> str:
        rows = [
            [row["group"], row["period"], row["rule"], row["side"], f"{row['value']:.4g}"]
            for row in self.rows()
        ]
        return html_table(["group", "period", "rule", "side", "value"], rows, caption="Signals")

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.columns),)


def _again(columns: dict[str, Column]) -> SignalTable:
    return SignalTable({name: freeze(column) for name, column in columns.items()})


def signal_table(rows: list[dict[str, Any]]) -> SignalTable:
    """Return a table of rows that have every column."""
    texts = {name: np.array([row[name] for row in rows], object) for name in TEXTS}
    numbers = {name: np.array([row[name] for row in rows], np.float64) for name in NUMBERS}
    columns = {**texts, **numbers}
    order = ("group", "period", "rule", "side", "value", "limit", "words")
    return _again({name: columns[name] for name in order})
