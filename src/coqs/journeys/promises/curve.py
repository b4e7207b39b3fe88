"""The share of promises kept, and not kept, by days since they were made."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.promises.customers import clustered_errors, hang_together, numbered
from coqs.journeys.promises.moments import days_between
from coqs.journeys.promises.shares import check_confidence
from coqs.kernels import AalenJohansen, aalen_johansen, log_log_interval
from coqs.results.html import html_table
from coqs.results.plots import INK, INTERVAL, SOFT, new_axes
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Columns = Mapping[str, npt.NDArray[Any]]
KEPT, NOT_KEPT, CANCELLED = 1, 2, 3
CAUSES = MappingProxyType({"kept": KEPT, "not_kept": NOT_KEPT, "cancelled": CANCELLED})
"""How a promise ends; the customer's own ending competes with both of the provider's."""
SHOWN_DAYS = (1, 7, 14, 30, 60, 90)
"""Days after which the curve is printed."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class PromiseCurve(Tabular):
    """Shares of promises ended in each way, by days since they were made; one row a time of an ending.

    Columns: `days`; `at_risk`, how many were followed and not ended just before; `kept` (in time),
    `not_kept` (broken, or not kept by their due moment) and `cancelled` (by the customer): the share of all
    promises that ended so up to then, each with `_ci_low` and `_ci_high`, NaN where there is nothing to tell
    an interval from; `going`, the share that had not ended. The four shares make 1.
    """

    columns: Columns = attrs.field(converter=read_only)
    confidence: float
    """Coverage of the intervals, at each time for itself."""
    n: int
    """Promises that were followed."""
    untimed: int
    """Promises whose time is not known, which are left out."""
    last: float
    """The most days that any was followed; NaN for none."""
    followed: bool
    """Whether all that came later was seen. If not, shares are of what was seen: each is the least that it
    can be, and `going` holds also what ended unseen."""

    def at(self, days: npt.ArrayLike) -> dict[str, npt.NDArray[np.float64]]:
        """Return the shares and their limits after so many days; NaN beyond what was followed."""
        where = np.asarray(days, np.float64)
        place = np.searchsorted(self.columns["days"], where, side="right")
        ended = len(self) > 0 and self.columns["going"][-1] <= 1e-12
        known = (where >= 0) & ((where <= self.last) | ended)
        found = {}
        for name, column in self.columns.items():
            if name in ("days", "at_risk"):
                continue
            first = 1.0 if name == "going" else np.nan if "_ci_" in name else 0.0
            found[name] = np.where(known, np.concatenate([[first], column])[place], np.nan)
        return found

    def plot(self, *, ax: Any = None) -> Any:
        """Draw the shares kept and not kept as steps, each in its interval; returns the axes.

        Kept is a full line, not kept a broken one. Needs matplotlib (the extra `plot`).
        """
        ax = new_axes(ax, width=7, height=3.6)
        for name, line, colour, words in _LINES:
            _draw(ax, self, name, line, colour, words if self.followed else f"seen to be {words}")
        ax.set_xlim(left=0)
        ax.set_ylim(0, 1)
        ax.set_xlabel("days since the promise was made")
        ax.set_ylabel(f"share of {self.n:,}, {self.confidence:.0%} interval")
        if not len(self):
            ax.set_title("cannot tell: nothing was seen to end", fontsize="medium")
        elif not self.followed:
            ax.set_title("At the least: what was not seen may have been kept", fontsize="medium")
        ax.legend(frameon=False, fontsize="small", loc="best")
        return ax

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PromiseCurve):
            return NotImplemented
        return _told(self) == _told(other) and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        whole = "followed" if self.followed else "not all followed: shares are the least that they can be"
        return f"<PromiseCurve: {self.n:,} promises, {whole}; {len(self):,} times>"

    def __str__(self) -> str:
        heads, *rows = self._printed()
        return "\n".join("  ".join(f"{text:>22}" for text in row).rstrip() for row in [heads, *rows])

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        return html_table(heads, rows, caption=repr(self)[1:-1])

    def _printed(self) -> list[list[str]]:
        days = [each for each in SHOWN_DAYS if each <= self.last]
        found = self.at(days)
        rows = [[str(day), *(_cell(found, name, k) for name in CAUSES)] for k, day in enumerate(days)]
        return [["days", "kept in time", "not kept", "cancelled"], *rows]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.columns), *_parts(self))


_LINES = (("kept", "-", INTERVAL, "kept in time"), ("not_kept", "--", INK, "not kept in time"))


def _draw(ax: Any, curve: PromiseCurve, name: str, line: str, colour: str, words: str) -> None:
    end = curve.last if np.isfinite(curve.last) else 1.0
    days = np.concatenate([[0.0], curve["days"], [end]])
    share = np.concatenate([[0.0], curve[name]])
    ax.step(days, np.append(share, share[-1]), line, where="post", color=colour, label=words)
    low, high = (np.concatenate([[np.nan], curve[f"{name}_ci_{side}"]]) for side in ("low", "high"))
    ax.fill_between(
        days,
        np.append(low, low[-1]),
        np.append(high, high[-1]),
        step="post",
        color=colour if name == "kept" else SOFT,
        alpha=0.25,
        linewidth=0,
    )


def _cell(found: Mapping[str, npt.NDArray[np.float64]], name: str, place: int) -> str:
    share, low, high = (found[f"{name}{each}"][place] for each in ("", "_ci_low", "_ci_high"))
    limits = "cannot tell" if np.isnan(low) else f"{low:.0%} to {high:.0%}"
    return f"{share:.1%} ({limits})"


def _parts(curve: PromiseCurve) -> tuple[Any, ...]:
    return curve.confidence, curve.n, curve.untimed, curve.last, curve.followed


def _told(curve: PromiseCurve) -> str:
    return repr(_parts(curve))


def _again(columns: dict[str, npt.NDArray[Any]], *parts: Any) -> PromiseCurve:
    frozen = {name: freeze(column) for name, column in columns.items()}
    names = ("confidence", "n", "untimed", "last", "followed")
    return PromiseCurve(columns=frozen, **dict(zip(names, parts, strict=True)))


def curve_of(columns: Columns, *, confidence: float) -> PromiseCurve:
    """Return the curve of promises.

    Notes
    -----
    O. O. Aalen and S. Johansen, "An empirical transition matrix for non-homogeneous Markov chains based on
    censored observations", Scandinavian Journal of Statistics 5 (1978), 141-150. Where all that followed is
    seen, a promise that is not kept by its due moment ends there, also if it is kept later: so whether it had
    ended by some day is known on that day, and looking later does not change it. Where a customer has several
    promises, errors come from leaving out parts of the customers; see `clustered_errors`.
    """
    check_confidence(confidence)
    timed = ~np.isnat(columns["made"])
    days, cause = _endings({name: each[timed] for name, each in columns.items()})
    found = _estimated(days, cause, numbered(columns["customer"][timed]), confidence)
    shares: dict[str, npt.NDArray[Any]] = {"days": found.times, "at_risk": found.at_risk}
    for name, place in CAUSES.items():
        shares[name] = found.incidence[:, place - 1]
        shares[f"{name}_ci_low"] = found.ci_low[:, place - 1]
        shares[f"{name}_ci_high"] = found.ci_high[:, place - 1]
    shares["going"] = found.survival
    return PromiseCurve(
        columns=shares,
        confidence=confidence,
        n=int(timed.sum()),
        untimed=int((~timed).sum()),
        last=found.last,
        followed=bool(columns["followed"][timed].all()),
    )


def _estimated(
    days: npt.NDArray[np.float64],
    cause: npt.NDArray[np.int64],
    customer: npt.NDArray[np.int64],
    confidence: float,
) -> AalenJohansen:
    """Return the incidences, with limits that allow for customers with several promises."""
    found = aalen_johansen(days, cause, len(CAUSES), confidence=confidence)
    if not hang_together(customer):
        return found
    se = clustered_errors(days, cause, len(CAUSES), customer, found.times, confidence=confidence)
    low, high = log_log_interval(found.incidence, se, confidence=confidence)
    return found._replace(se=se, ci_low=low, ci_high=high)


def _endings(columns: Columns) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return (promises,) the days that each was followed, and how it ended, 0 where it did not."""
    state = columns["state"]
    cause = np.zeros(len(state), np.int64)
    for name, ending in (
        ("kept", KEPT),
        ("late", NOT_KEPT),
        ("broken", NOT_KEPT),
        ("lapsed", NOT_KEPT),
        ("cancelled", CANCELLED),
    ):
        cause[state == name] = ending
    days = np.where(cause > 0, columns["days_to_settle"], columns["age_days"])
    due = days_between(columns["made"], columns["due"])
    past = columns["followed"] & (days > due)
    return np.where(past, due, days), np.where(past, NOT_KEPT, cause)
