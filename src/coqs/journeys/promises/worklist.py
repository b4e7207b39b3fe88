"""The worklist: what is still owed, to whom, by whom and by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.results.html import html_table
from coqs.tables import freeze, read_only, zone_named
from coqs.tables.tabular import Tabular

Columns = Mapping[str, npt.NDArray[Any]]
SHOWN = 20
"""Rows that are printed."""
_AS_THEY_ARE = ("customer", "site", "issue", "kind", "interaction", "made", "due", "age_days")


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Worklist(Tabular):
    """Promises that are still owed, by due date, the most overdue first; then those without, oldest first.

    Columns: `promise`; `owner`, the provider who made it; `customer`, `site`, `issue`; `kind`;
    `interaction` in which it was made; `made` and `due`, in UTC; `age_days`; `overdue`; `days_overdue`, 0
    where it is not yet due, NaN where it has no date; `state`; `turn`, `start` and `end` of the place where
    it was heard. No word that was said is in it. `coqs.write_worklist` writes it as a file.
    """

    columns: Columns = attrs.field(converter=read_only)
    as_of: np.datetime64
    """The moment that it is looked at from, in UTC."""
    tz: str | None = None
    """The zone in which due days are printed; UTC unless told."""

    def of(self, owner: str | None) -> Worklist:
        """Return what one person owes; None for promises without a known owner."""
        kept = np.array([each == owner for each in self.columns["owner"].tolist()], np.bool_)
        return attrs.evolve(self, columns={name: each[kept] for name, each in self.columns.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Worklist):
            return NotImplemented
        same = (str(self.as_of), self.tz) == (str(other.as_of), other.tz)
        return same and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Worklist: {len(self):,} promises owed, {int(self.columns['overdue'].sum()):,} overdue>"

    def __str__(self) -> str:
        cells = self._printed()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [[text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in cells]
        more = [f"and {len(self) - SHOWN:,} more"] if len(self) > SHOWN else []
        return "\n".join([*("  ".join(line).rstrip() for line in lines), *more])

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        return html_table(heads, rows, caption=repr(self)[1:-1])

    def _printed(self) -> list[list[str]]:
        heads = ["promise", "owner", "customer", "due", "age (days)", "overdue (days)", "state"]
        kept = {name: each[:SHOWN] for name, each in self.columns.items()}
        zone = zone_named(self.tz) or dt.UTC
        return [heads, *(_printed_row(row, zone) for row in attrs.evolve(self, columns=kept).rows())]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.columns), str(self.as_of), self.tz)


def _again(columns: dict[str, npt.NDArray[Any]], as_of: str, tz: str | None) -> Worklist:
    frozen = {name: freeze(column) for name, column in columns.items()}
    return Worklist(columns=frozen, as_of=np.datetime64(as_of, "us"), tz=tz)


def _printed_row(row: Mapping[str, Any], zone: dt.tzinfo) -> list[str]:
    due, age, late = row["due"], row["age_days"], row["days_overdue"]
    return [
        row["promise"],
        row["owner"] or "-",
        row["customer"] or "-",
        "no date" if due is None else str(due.replace(tzinfo=dt.UTC).astimezone(zone).date()),
        "-" if age is None else f"{age:.1f}",
        f"{late:.1f}" if row["overdue"] else "-",
        row["state"],
    ]


def worklist_of(columns: Columns, *, as_of: np.datetime64, tz: str | None) -> Worklist:
    """Return what is still owed, sorted."""
    due = columns["due"]
    overdue = due < as_of
    late = np.where(overdue, (as_of - due).astype("timedelta64[us]").astype(np.float64) / 86_400e6, 0.0)
    found = {
        "promise": columns["promise"],
        "owner": columns["provider"],
        **{name: columns[name] for name in _AS_THEY_ARE},
        "overdue": overdue,
        "days_overdue": np.where(np.isnat(due), np.nan, late),
        **{name: columns[name] for name in ("state", "turn", "start", "end")},
    }
    rank = np.argsort(np.argsort(columns["promise"].astype(str), kind="stable"), kind="stable")
    order = np.lexsort((rank, columns["made"], np.isnat(columns["made"]), due, np.isnat(due)))
    return Worklist(columns={name: each[order] for name, each in found.items()}, as_of=as_of, tz=tz)
