"""The table of a comparison of policies: one row a row of ratings, as columns, and how it prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.comparisons.policies.account import PolicyAccount, account_of
from coqs.comparisons.policies.players import Player
from coqs.comparisons.policies.shapley import MOST_EXACT, PAIRS
from coqs.ratings import Ratings
from coqs.results.html import html_table
from coqs.rubric import Policy
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]
SHOWN_ROWS = 10


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class PolicyComparison(Tabular):
    """One row a row of ratings, as columns; flipped verdicts first, then the largest differences.

    Columns: `interaction`, `rater`; `a` and `b`, the score under each policy; `difference`, the second less
    the first; a column for each name in `choices`, which holds its part of the difference; `verdict_a`,
    `verdict_b` and `flipped`, whether they differ. NaN where there is no score, and so no difference; and
    in the parts where some mix of the two policies leaves the row unscored, so that it cannot be parted.
    Made by `coqs.compare_policies`.
    """

    ratings: Ratings
    """What was scored."""
    a: Policy
    b: Policy
    players: tuple[Player, ...]
    """The choices that differ, joined where one cannot move without the other."""
    columns: Mapping[str, Column] = attrs.field(converter=read_only)
    standard_errors: Mapping[str, Floats] = attrs.field(converter=read_only)
    """Choice to (n,) standard error of its part, where the parts are estimates; empty where `exact`."""
    seed: int = 0
    """Of the orders that estimates are made from."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The names of what differs, in the policy's order; `x + y` is two that move together."""
        return tuple(each.name for each in self.players)

    @property
    def exact(self) -> bool:
        """Whether the parts are Shapley's; otherwise estimates from some of the orders of the choices."""
        return sum(not each.idle for each in self.players) <= MOST_EXACT

    @property
    def flips(self) -> int:
        """How many verdicts differ."""
        return int(self.columns["flipped"].sum())

    @property
    def is_scored(self) -> npt.NDArray[np.bool_]:
        """(n,) whether there is a score under both policies, and so a difference."""
        return freeze(~np.isnan(self.columns["difference"]))

    @property
    def is_parted(self) -> npt.NDArray[np.bool_]:
        """(n,) whether the difference is parted among the choices."""
        parted = self.is_scored.copy()
        for name in self.choices:
            parted &= ~np.isnan(self.columns[name])
        return freeze(parted)

    @property
    def counts(self) -> dict[str, int]:
        """Rows: all of them; scored under both, under `a` or `b` only, under neither; and not parted."""
        a, b = ~np.isnan(self.columns["a"]), ~np.isnan(self.columns["b"])
        return {
            "rows": len(self),
            "scored_under_both": int((a & b).sum()),
            "scored_under_a_only": int((a & ~b).sum()),
            "scored_under_b_only": int((b & ~a).sum()),
            "scored_under_neither": int((~a & ~b).sum()),
            "not_parted": int((self.is_scored & ~self.is_parted).sum()),
        }

    def means(self) -> dict[str, float | None]:
        """Return the mean difference and the mean part of each choice, which sum to it.

        Over the rows whose difference is parted, each counting the same; None where there is none.
        """
        parted = self.is_parted
        return {
            name: float(self.columns[name][parted].mean()) if parted.any() else None
            for name in ("difference", *self.choices)
        }

    def turned(self) -> dict[tuple[str, str], int]:
        """Return how many verdicts turned from one into another, for each pair that occurs."""
        flipped = self.columns["flipped"]
        pairs = zip(
            *(self.columns[name][flipped].tolist() for name in ("verdict_a", "verdict_b")), strict=True
        )
        found = dict[tuple[str, str], int]()
        for pair in pairs:
            found[pair] = found.get(pair, 0) + 1
        return dict(sorted(found.items()))

    def account(self, interaction: str, *, rater: str | None = None) -> PolicyAccount:
        """Account for one row in fractions, whose parts sum to the difference exactly.

        Parameters
        ----------
        interaction
            Its id.
        rater
            Which rater's row; needed where several rated the interaction. An empty text asks for the
            rater without a name.

        Raises
        ------
        NotFoundError
            No such interaction, no such rater of it, or several raters and none was named.
        """
        row = self.ratings.row_of(interaction, rater=rater)
        rubric, sheet = self.ratings.rubric, self.ratings.sheet(row)
        return account_of(rubric, (self.a, self.b), self.players, sheet, seed=self.seed)

    def to_dict(self) -> dict[str, Any]:
        """Return what is told of all rows together, in plain values; the rows are in `rows`."""
        means = self.means()
        return {
            "a": self.a.to_mapping(),
            "b": self.b.to_mapping(),
            "choices": {each.name: each.said(self.a, self.b) for each in self.players},
            "counts": self.counts,
            "mean_difference": means.pop("difference"),
            "mean_parts": means,
            "exact": self.exact,
            "flips": self.flips,
            "turned": [{"from": old, "to": new, "n": n} for (old, new), n in self.turned().items()],
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PolicyComparison):
            return NotImplemented
        names = ("a", "b", "players", "seed", "columns", "standard_errors", "ratings")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<PolicyComparison: {_caption(self)}>"

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        heads, *rows = _cells(self)
        return html_table(heads, rows, caption=_caption(self))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(PolicyComparison)}
        return _rebuild, ({name: dict(x) if isinstance(x, Mapping) else x for name, x in parts.items()},)


def _rebuild(parts: dict[str, Any]) -> PolicyComparison:
    return PolicyComparison(**parts)


def _caption(table: PolicyComparison) -> str:
    n = f"{table.flips:,} verdict{' flips' if table.flips == 1 else 's flip'}"
    return f"{len(table):,} rows under a ({table.a.name}) and b ({table.b.name}); {n}"


def _lines(table: PolicyComparison) -> Iterator[str]:
    """Yield the counts, the mean difference with its parts, the verdicts that flip, and the first rows."""
    yield _caption(table)
    yield f"  {_counts(table)}"
    yield from _means(table)
    if table.flips:
        turned = (f"{old} -> {new} {n:,}" for (old, new), n in table.turned().items())
        yield f"  verdicts: {', '.join(turned)}"
    if len(table):
        yield ""
        yield from _aligned(list(_cells(table)))
    if len(table) > SHOWN_ROWS:
        yield f"and {len(table) - SHOWN_ROWS:,} more rows"


def _counts(table: PolicyComparison) -> str:
    counts = {name.replace("_", " "): n for name, n in table.counts.items() if name != "rows"}
    both = counts.pop("scored under both")
    return ", ".join([f"scored under both {both:,}", *(f"{name} {n:,}" for name, n in counts.items() if n)])


def _means(table: PolicyComparison) -> Iterator[str]:
    means = table.means()
    difference = means.pop("difference")
    if difference is None:
        yield "  no difference that could be parted"
        return
    estimates = "" if table.exact else f", parts estimated from {2 * PAIRS} orders of the choices"
    yield f"  mean of b - a, in per cent points: {_points(difference)}{estimates}"
    rows = [[each.name, _points(means[each.name]), _said(each, table)] for each in table.players]
    yield from (f"    {line}" for line in _aligned(rows))


def _said(player: Player, table: PolicyComparison) -> str:
    idle = "; moves no score under this rubric" if player.idle else ""
    return f"{player.said(table.a, table.b)}{idle}"


def _cells(table: PolicyComparison) -> Iterator[list[str]]:
    """Yield the heads, then the first rows."""
    moving = [each.name for each in table.players if not each.idle]
    yield ["interaction", "rater", "a", "b", "b - a", *moving, "verdict"]
    head = {name: column[:SHOWN_ROWS].tolist() for name, column in table.columns.items()}
    for row in (dict(zip(head, values, strict=True)) for values in zip(*head.values(), strict=True)):
        old, new = row["verdict_a"], row["verdict_b"]
        yield [
            row["interaction"] or "-",
            row["rater"] or "-",
            _per_cent(row["a"]),
            _per_cent(row["b"]),
            *(_points(row[name]) for name in ("difference", *moving)),
            f"{old} -> {new}" if row["flipped"] else old,
        ]


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _per_cent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.1%}"


def _points(share: float | None) -> str:
    return "-" if share is None or np.isnan(share) else f"{round(share * 100, 2) + 0.0:+.2f}"
