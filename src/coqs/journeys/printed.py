"""Tables of journeys that print themselves: a number and its interval in one cell, or "cannot tell"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.results.html import html_table
from coqs.tables import freeze, is_missing, read_only
from coqs.tables.tabular import Tabular

Column = npt.NDArray[Any]
CANNOT_TELL = "cannot tell"
LOW, HIGH, AT_LEAST = "_low", "_high", "_at_least"


def frozen_columns(columns: Mapping[str, Any]) -> Mapping[str, Column]:
    """Return columns under names, read-only."""
    return read_only({name: freeze(np.array(column)) for name, column in columns.items()})


def texts(values: Any) -> Column:
    """Return a column of texts, None where one is missing."""
    return np.array([*values, None], object)[:-1]


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class PrintedTable(Tabular):
    """Columns that print as a table.

    A column NAME with NAME_low and NAME_high beside it prints with its interval, one with NAME_at_least as
    such. What is NaN or None cannot be told.
    """

    columns: Mapping[str, Column] = attrs.field(converter=frozen_columns)
    """Column name to (rows,) values, read-only."""

    def _others(self) -> dict[str, Any]:
        names = attrs.fields_dict(type(self))
        return {name: getattr(self, name) for name in names if name != "columns"}

    def _title(self) -> str:
        return f"{type(self).__name__}: {len(self)} rows"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, PrintedTable):
            return NotImplemented
        return self.rows() == other.rows() and self._others() == other._others()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._title()}>"

    def __str__(self) -> str:
        return "\n".join(aligned(self.printed()))

    def _repr_html_(self) -> str:
        heads, *rows = self.printed()
        return html_table(heads, rows, caption=self._title())

    def printed(self) -> list[list[str]]:
        """Return the heads, and then each row, as texts."""
        beside = {name for name in self.columns if _is_beside(name, self.columns)}
        shown = [name for name in self.columns if name not in beside]
        return [shown, *([_cell(name, row) for name in shown] for row in self.rows())]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), dict(self.columns), self._others())


def _again(kind: Any, columns: dict[str, Column], others: dict[str, Any]) -> PrintedTable:
    found: PrintedTable = kind(columns=columns, **others)
    return found


def aligned(rows: list[list[str]]) -> Iterator[str]:
    """Yield rows of texts as lines in which the columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _is_beside(name: str, columns: Mapping[str, Column]) -> bool:
    return any(name.endswith(end) and name[: -len(end)] in columns for end in (LOW, HIGH, AT_LEAST))


def _cell(name: str, row: Mapping[str, Any]) -> str:
    value = row[name]
    if is_missing(value):
        return CANNOT_TELL
    if row.get(name + AT_LEAST):
        return f"at least {_text(value)}"
    if name + LOW not in row:
        return _text(value)
    low, high = row[name + LOW], row[name + HIGH]
    if low is None or high is None:
        return f"{_text(value)} ({CANNOT_TELL} how surely)"
    return f"{_text(value)} ({_text(low)} to {_text(high)})"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
