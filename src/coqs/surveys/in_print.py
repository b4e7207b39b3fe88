"""How survey scores read in print: each number with its denominators and its interval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

CANNOT_TELL = "cannot tell"
WIDTH = 17


class Told(Protocol):
    """A table of measures, by groups or not."""

    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def confidence(self) -> float: ...
    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a mapping of plain values."""

    def labels(self) -> list[str]:
        """Return what to call the group of each row."""


def told(table: Told) -> Iterator[str]:
    """Yield a line a row."""
    rows, labels = table.rows(), table.labels()
    title = " / ".join(table.keys)
    wide = max(map(len, [title, *labels])) + 1 if title else 0
    name = max(map(len, ["measure", *(row["measure"] for row in rows)]))
    heads = f"{'sheets':>6} {'asked':>5} {'answered':>8} {'estimate':>10}"
    interval = f"{table.confidence:.0%} interval"
    yield f"{title:<{wide}}{'measure':<{name}} {heads}   {interval:<{WIDTH}}".rstrip()
    for label, row in zip(labels, rows, strict=True):
        counts = f"{row['n']:>6} {row['n_asked']:>5} {row['n_answered']:>8}"
        shown = in_unit(row["estimate"], row["unit"])
        between = interval_text(row["ci_low"], row["ci_high"], row["unit"])
        group = f"{label if title else '':<{wide}}"
        yield f"{group}{row['measure']:<{name}} {counts} {shown:>10}   {between}".rstrip()


def in_unit(value: float | None, unit: str) -> str:
    """Show a number as people say it: a share in per cent, a net score in points from -100 to 100.

    >>> in_unit(0.125, "share"), in_unit(-0.09, "net"), in_unit(4.006, "points"), in_unit(None, "net")
    ('12.5%', '-9.0', '4.01', '-')
    """
    if value is None:
        return "-"
    if unit == "share":
        return f"{value:.1%}"
    return f"{100 * value:+.1f}" if unit == "net" else f"{value:.2f}"


def interval_text(low: float | None, high: float | None, unit: str) -> str:
    """Show an interval, or that it cannot be told."""
    if low is None or high is None:
        return CANNOT_TELL
    return f"{in_unit(low, unit):>6} to {in_unit(high, unit):>6}"
