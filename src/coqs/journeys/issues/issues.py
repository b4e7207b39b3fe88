"""Issues: how many matters were right the first time, by whom, and how surely that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.journeys.issues.contacts import Contacts, Planned, contacts_of
from coqs.journeys.issues.linking import LINKS, Linked, linked
from coqs.journeys.issues.outcomes import CONFIRMED, FAILED, REASONS, STATES, UNKNOWN, Outcomes, outcomes_of
from coqs.journeys.moments import moment_of
from coqs.journeys.observations import NO_KEY
from coqs.kernels import kaplan_meier, wilson_interval
from coqs.kernels.survival import KaplanMeier
from coqs.results import Scores
from coqs.results.html import html_table
from coqs.results.plots import INK, INTERVAL, new_axes
from coqs.tables import Encoded, freeze, read_only
from coqs.tables.tabular import Tabular

Column = npt.NDArray[Any]
FEW = 10
"""Issues that must be followed below which no share under censoring is told."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class IssueTable(Tabular):
    """One row a group, as columns; NaN in an interval means "cannot tell".

    Columns: the keys; `n` issues, of which `confirmed`, `failed` and `unknown`; `net_share` of those that are
    settled, with `net_ci_low` and `net_ci_high`, where planned returns do not count against it; `gross_share`
    with its interval, where every return does; `bound_low` and `bound_high`, the net share of all issues if
    every unknown one failed, and if every one is right; `curve_share`, what share is right at the end of the
    window as far as those that were followed tell, with `curve_ci_low` and `curve_ci_high`.
    """

    keys: tuple[str, ...]
    columns: Mapping[str, Column] = attrs.field(converter=read_only)
    window: float
    """Days."""
    confidence: float

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IssueTable):
            return NotImplemented
        same = (self.keys, self.window, self.confidence) == (other.keys, other.window, other.confidence)
        return same and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"<IssueTable by {', '.join(self.keys) or 'nothing'}: {len(self)} groups, {self.window:g} days>"
        )

    def __str__(self) -> str:
        heads, *rows = self._printed()
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in (heads, *rows)
        )

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        return html_table(heads, rows, caption=repr(self))

    def _printed(self) -> list[list[str]]:
        heads = [" / ".join(self.keys) or "all", "issues", "right", "failed", "unknown", "net", "interval",
                 "gross", "bounds", "under censoring"]  # fmt: skip
        return [heads, *(self._printed_row(row) for row in self.rows())]

    def _printed_row(self, row: Mapping[str, Any]) -> list[str]:
        name = " / ".join(NO_KEY if row[key] is None else str(row[key]) for key in self.keys) or "all"
        counts = [f"{row[each]:,}" for each in ("n", "confirmed", "failed", "unknown")]
        curve = _share(row["curve_share"])
        if row["curve_share"] is not None:
            curve += f" ({_interval(row['curve_ci_low'], row['curve_ci_high'])})"
        return [
            name,
            *counts,
            _share(row["net_share"]),
            _interval(row["net_ci_low"], row["net_ci_high"]),
            _share(row["gross_share"]),
            _interval(row["bound_low"], row["bound_high"]),
            curve,
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        return _table_again, ({name: getattr(self, name) for name in attrs.fields_dict(IssueTable)},)


def _table_again(parts: dict[str, Any]) -> IssueTable:
    return IssueTable(**parts)


def _share(value: float | None) -> str:
    return "cannot tell" if value is None else f"{value:.1%}"


def _interval(low: float | None, high: float | None) -> str:
    return "cannot tell" if low is None or high is None else f"{low:.1%} to {high:.1%}"


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Issues(Tabular):
    """Issues, one row each, in the order of their first contacts; made by `coqs.issues`.

    Columns: `issue`, the id that was given, or that of the first interaction; `link`, how it was linked
    (given, customer, none); `first`, the interaction; `first_at`, `last_at`; `n` contacts, of which
    `n_planned` returns; `state` (confirmed, failed, unknown) and `gross_state`, where planned returns count
    too; `reason`; `days` from the contact before it to what failed, or from the last contact to the end of
    what was seen, and `event`, whether they end with a failure.
    """

    contacts: Contacts
    links: Linked
    outcomes: Outcomes
    window: float
    """Days without an unplanned return after which an issue is settled."""
    until: np.datetime64
    """The end of what was observed, in UTC."""
    confidence: float

    @property
    def columns(self) -> Mapping[str, Column]:  # type: ignore[override]
        """Column name to (issues,) values."""
        found, first = self.outcomes, self.links.first
        ids = np.array(self.contacts.interaction.take(first).to_list(), object)
        given = np.array(self._names(), object)
        return read_only(
            {
                "issue": freeze(np.where(given == None, ids, given)),  # noqa: E711
                "link": freeze(np.array(LINKS, object)[self.links.how]),
                "first": freeze(ids),
                "first_at": freeze(self.contacts.at[first]),
                "last_at": freeze(self.contacts.at[self.links.last]),
                "n": freeze(found.n),
                "n_planned": freeze(found.n_planned),
                "state": freeze(np.array(STATES, object)[found.state]),
                "gross_state": freeze(np.array(STATES, object)[found.gross]),
                "reason": freeze(np.array(REASONS, object)[found.reason]),
                "days": freeze(found.days),
                "event": freeze(found.event),
            }
        )

    def by(self, *keys: str) -> IssueTable:
        """Tell how many were right the first time, by who or where the first contact was.

        Parameters
        ----------
        keys
            Context columns, or facts that are texts; none for all together.

        Raises
        ------
        NotFoundError
            No such column.
        """
        columns = [self.contacts.column(key).take(self.links.first) for key in keys]
        group, labels = _groups(columns, len(self))
        parts = [self._shares(group == place) for place in range(len(labels))]
        told = {name: np.array([part[name] for part in parts]) for name in (parts[0] if parts else _NO_ROWS)}
        names = {key: np.array([label[place] for label in labels], object) for place, key in enumerate(keys)}
        frozen = {name: freeze(each) for name, each in (names | told).items()}
        return IssueTable(keys=keys, columns=frozen, window=self.window, confidence=self.confidence)

    def curve(self, which: npt.NDArray[np.bool_] | None = None) -> KaplanMeier:
        """Return the share of issues that are still right over the days since the contact before.

        The clock begins anew at each planned return.

        Issues that nobody could follow (not linked, not rated, without a time) are left out; those that are
        followed too briefly count for as long as they were.

        Parameters
        ----------
        which
            (issues,) those to take; all unless told.
        """
        known = ~np.isnan(self.outcomes.days)
        rows = known if which is None else known & which
        return kaplan_meier(self.outcomes.days[rows], self.outcomes.event[rows], confidence=self.confidence)

    def _names(self) -> list[str | None]:
        """Return the id that was given to each issue; None of those that have none."""
        column = self.contacts.context["issue"]
        named = np.flatnonzero(column.present)
        codes = np.full(len(self), -1, np.int64)
        codes[self.links.issue[named]] = column.codes[named]
        return Encoded(codes, column.categories).to_list()

    def _shares(self, which: npt.NDArray[np.bool_]) -> dict[str, float | int]:
        state, gross = self.outcomes.state[which], self.outcomes.gross[which]
        n, right, failed = len(state), int((state == CONFIRMED).sum()), int((state == FAILED).sum())
        unknown = int((state == UNKNOWN).sum())
        net = _wilson(right, right + failed, self.confidence)
        total = _wilson(int((gross == CONFIRMED).sum()), int((gross != UNKNOWN).sum()), self.confidence)
        curve = self._curve_at_window(which)
        return {
            "n": n,
            "confirmed": right,
            "failed": failed,
            "unknown": unknown,
            **dict(zip(("net_share", "net_ci_low", "net_ci_high"), net, strict=True)),
            **dict(zip(("gross_share", "gross_ci_low", "gross_ci_high"), total, strict=True)),
            "bound_low": right / n if n else np.nan,
            "bound_high": (right + unknown) / n if n else np.nan,
            **dict(zip(("curve_share", "curve_ci_low", "curve_ci_high"), curve, strict=True)),
        }

    def _curve_at_window(self, which: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
        known = ~np.isnan(self.outcomes.days) & which
        share, se, _, _ = (float(each[0]) for each in self.curve(which).at([self.window]))
        if known.sum() < FEW or np.isnan(share):
            return np.nan, np.nan, np.nan
        whole = self.outcomes.event[known] | (self.outcomes.days[known] >= self.window)
        n = share * (1 - share) / se**2 if se > 0 else float(whole.sum())
        low, high = wilson_interval([share * n], [n], confidence=self.confidence)
        return share, float(low[0]), float(high[0])

    def plot(self, *, ax: Any = None) -> Any:
        """Draw the share still right over the days, with its band and the window's end; needs matplotlib."""
        curve = self.curve()
        ax = new_axes(ax, width=6.5, height=3.4)
        days = np.concatenate([[0.0], curve.times])
        ax.step(days, np.concatenate([[1.0], curve.survival]), where="post", color=INK, linewidth=1.5)
        ax.fill_between(
            curve.times, curve.ci_low, curve.ci_high, step="post", color=INTERVAL, alpha=0.35, lw=0
        )
        ax.axvline(self.window, color=INK, linestyle="--", linewidth=1)
        ax.annotate("settled", (self.window, 0), xytext=(3, 3), textcoords="offset points", fontsize="small")
        ax.set_xlim(0, max(2 * self.window, 1))
        ax.set_ylim(0, 1)
        ax.set_xlabel("days since the contact before")
        ax.set_ylabel("share still right")
        ax.set_title(
            f"Right the first time: {len(self):,} issues, {self.confidence:.0%} band", fontsize="medium"
        )
        return ax

    def __len__(self) -> int:
        return len(self.links.first)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Issues):
            return NotImplemented
        same = (self.window, self.until, self.confidence) == (other.window, other.until, other.confidence)
        return same and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        counts = np.bincount(self.outcomes.state, minlength=len(STATES))
        told = ", ".join(f"{n:,} {name}" for n, name in zip(counts.tolist(), STATES, strict=True))
        return f"<Issues: {len(self):,} of {len(self.contacts):,} interactions; {told}; {self.window:g} days>"

    def __str__(self) -> str:
        return str(self.by())


_NO_ROWS = ("n", "confirmed", "failed", "unknown", "net_share", "net_ci_low", "net_ci_high", "gross_share",
            "gross_ci_low", "gross_ci_high", "bound_low", "bound_high", "curve_share", "curve_ci_low",
            "curve_ci_high")  # fmt: skip


def _groups(columns: Sequence[Encoded], n: int) -> tuple[npt.NDArray[np.int64], list[tuple[str | None, ...]]]:
    """Return (n,) the group of each row, and the labels in alphabetical order, a missing key last."""
    if not columns:
        return np.zeros(n, np.int64), [()]
    rows = list(zip(*(column.to_list() for column in columns), strict=True))
    labels = sorted(set(rows), key=lambda label: [(key is None, key or "") for key in label])
    places = {label: place for place, label in enumerate(labels)}
    return np.array([places[row] for row in rows], np.int64), labels


def _wilson(successes: int, n: int, confidence: float) -> tuple[float, float, float]:
    low, high = wilson_interval([float(successes)], [float(n)], confidence=confidence)
    return successes / n if n else np.nan, float(low[0]), float(high[0])


def _check_how(window: float, confidence: float) -> None:
    if not window > 0 or not np.isfinite(window):
        raise PolicyError(
            f"window: must be above 0 days, got {window}; use for example 14", choice="window", value=window
        )
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )


def issues(
    scores: Scores,
    *,
    window: float = 14,
    matter: str | Sequence[str] = (),
    planned: Planned | None = None,
    until: Any = None,
    tz: str | None = None,
    confidence: float = 0.95,
) -> Issues:
    """Link interactions into issues, and tell which were right the first time.

    An issue is *failed* if in any of its contacts a gate failed or something went wrong that cannot be
    undone, or if the customer had to come back, unplanned, on the same matter. It is *confirmed* right if
    none of that was seen for the whole window after its last contact; otherwise it is *unknown*.

    Parameters
    ----------
    scores
        Interactions that name an `issue` are one; others go with the same `customer`'s contact before, on the
        matter, if that is no longer ago than the window.
    window
        Days without an unplanned return after which an issue is settled; above 0.
    matter
        Columns in which contacts of one matter agree; none for whatever the customer comes with.
    planned
        Facts that say that a return was planned or invited, or a mapping of a fact to the words that say so;
        `planned` and `promise_due` unless told, where the ratings have them.
    until
        The end of what was observed: a time, or a date in `tz` (or UTC); the last contact unless told.
    confidence
        Coverage of the intervals.

    Raises
    ------
    PolicyError, NotFoundError, RecordError
        The window or the confidence is none; no such column or fact; `until` is no moment, or lies before a
        contact.

    Notes
    -----
    Settled issues alone make too bad a share near the end of the data, since failures settle at once and
    successes late; `curve_share` is Kaplan and Meier's (1958), which takes for granted that those who were
    followed briefly are like the others. Its interval is Wilson's on as many issues as have its error: K. J.
    Rothman, Journal of Chronic Diseases 31 (1978), 557-560.
    """
    _check_how(window, confidence)
    contacts = contacts_of(scores, planned)
    names = (matter,) if isinstance(matter, str) else tuple(matter)
    links = linked(contacts, matter=names, window=float(window))
    end = moment_of(contacts.at, until, tz)
    outcomes = outcomes_of(contacts, links, window=float(window), until=end)
    return Issues(
        contacts=contacts,
        links=links,
        outcomes=outcomes,
        window=float(window),
        until=end,
        confidence=confidence,
    )
