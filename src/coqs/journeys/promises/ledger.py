"""The ledger: one row a promise, with what became of it and how old it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.journeys.promises.curve import PromiseCurve, curve_of
from coqs.journeys.promises.moments import moment_of
from coqs.journeys.promises.shares import PromiseGroups, shares_of
from coqs.journeys.promises.worklist import Worklist, worklist_of
from coqs.model import PROMISE_KINDS, PROMISE_STATES
from coqs.model.promises import PROMISE
from coqs.results.html import html_table
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Moment = dt.datetime | dt.date | np.datetime64 | str


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Promises(Tabular):
    """One row a promise, in the order of time; made by `coqs.promises`.

    Columns: `promise` (its id), `kind`, `source` (caller, heard, raters); `interaction` in which it was made,
    `provider`, `provider_grade`, `customer`, `customer_set`, `site`, `channel`, `issue`; `made` and `due`, in
    UTC; `turn`, `start` and `end` of the place where it was heard; `state`; `reason` why it is unobservable
    ("sample", "unlinked": no later interaction could be told to be of the same matter, "untimed");
    `followed`, whether all that came later is here; `settled_at`, and `settled_by`, the interaction that
    says so; `age_days` since it was made; `days_to_settle`.
    """

    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)
    as_of: np.datetime64
    """The moment that it is looked at from, in UTC."""
    observed: str
    """"all", "sample", or "some": customers who were named."""
    unmatched: int = 0
    """Answers that tell of an earlier promise where none that is open was seen to be made."""
    tz: str | None = None
    """The zone of dates."""

    def counts(self, *, kind: str = PROMISE) -> dict[str, int]:
        """Return how many promises of a kind are in each state.

        Raises
        ------
        NotFoundError
            No such kind.
        """
        state = self.of_kind(kind)["state"]
        return {each: int((state == each).sum()) for each in PROMISE_STATES}

    def of_kind(self, kind: str) -> Promises:
        """Return the promises of one kind.

        Raises
        ------
        NotFoundError
            No such kind.
        """
        if kind not in PROMISE_KINDS:
            raise NotFoundError("kind of promise", kind, PROMISE_KINDS, where="promises")
        return self.take(self.columns["kind"] == kind)

    def in_state(self, *states: str) -> Promises:
        """Return the promises in some states.

        Raises
        ------
        NotFoundError
            No such state.
        """
        for each in states:
            if each not in PROMISE_STATES:
                raise NotFoundError("state", each, PROMISE_STATES, where="promises")
        return self.take(np.isin(self.columns["state"].astype(str), states))

    def made_between(self, since: Moment, until: Moment | None = None) -> Promises:
        """Return the promises that were made from one moment on, and before another where it is given.

        Raises
        ------
        RecordError
            A moment is no time, or has no zone and the promises have no `tz`.
        """
        made = self.columns["made"]
        kept = made >= moment_of(since, what="since", tz=self.tz)
        if until is not None:
            kept &= made < moment_of(until, what="until", tz=self.tz)
        return self.take(kept)

    def take(self, rows: Any) -> Promises:
        """Return some promises, in their order (a mask, a slice, or rising places)."""
        return attrs.evolve(self, columns={name: each[rows] for name, each in self.columns.items()})

    def by(self, *keys: str, kind: str = PROMISE, confidence: float = 0.95) -> PromiseGroups:
        """Tell for each person, site or the like what became of promises.

        Parameters
        ----------
        keys
            provider, site, customer_set and other columns of texts; none for all together.
        kind
            Which promises.
        confidence
            Coverage of the intervals, between 0 and 1. Promises to one customer are not taken to be
            independent.

        Returns
        -------
        PromiseGroups
            A row a group.

        Raises
        ------
        NotFoundError
            No such column, or kind.
        PolicyError
            The confidence does not lie between 0 and 1.

        Examples
        --------
        >>> import coqs
        >>> made = coqs.promises(coqs.score(coqs.make_sample(n=2000, weeks=13)))
        >>> table = made.by("provider")
        >>> bool((table["n_settled"] <= table["n"]).all())
        True
        """
        return shares_of(self.of_kind(kind).columns, keys, confidence=confidence)

    def curve(self, *, kind: str = PROMISE, confidence: float = 0.95) -> PromiseCurve:
        """Tell the share that is kept, and the share that is not, by days since promises were made.

        Parameters
        ----------
        kind
            Which promises; those without a time are left out.
        confidence
            Coverage of the intervals, at each time for itself, between 0 and 1. Promises to one customer
            are not taken to be independent.

        Raises
        ------
        NotFoundError
            No such kind.
        PolicyError
            The confidence does not lie between 0 and 1.
        """
        return curve_of(self.of_kind(kind).columns, confidence=confidence)

    def plot(self, *, kind: str = PROMISE, confidence: float = 0.95, ax: Any = None) -> Any:
        """Draw the curve; see `PromiseCurve.plot`."""
        return self.curve(kind=kind, confidence=confidence).plot(ax=ax)

    def worklist(self, *, kinds: Iterable[str] = (PROMISE,), lapsed: bool = True) -> Worklist:
        """List what is still owed, the most overdue first.

        Parameters
        ----------
        kinds
            Which promises.
        lapsed
            Whether those are in it that came due unkept: they are owed still.

        Raises
        ------
        NotFoundError
            No such kind.
        """
        wanted = tuple(kinds)
        for each in wanted:
            self.of_kind(each)
        states = ("open", "unobservable", *(("lapsed",) if lapsed else ()))
        kept = np.isin(self.columns["kind"].astype(str), wanted)
        owed = self.take(kept).in_state(*states)
        return worklist_of(owed.columns, as_of=self.as_of, tz=self.tz)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Promises):
            return NotImplemented
        return _told(self) == _told(other) and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        state = self.columns["state"]
        told = ", ".join(f"{int((state == each).sum()):,} {each}" for each in PROMISE_STATES)
        return f"<Promises: {len(self):,} as of {_day(self.as_of)}; {told}>"

    def __str__(self) -> str:
        heads, *rows = self._printed()
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        lines = ["  ".join(map(str.rjust, row[1:], widths[1:])) for row in (heads, *rows)]
        names = [row[0].ljust(widths[0]) for row in (heads, *rows)]
        return "\n".join(f"{name}  {line}" for name, line in zip(names, lines, strict=True))

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        return html_table(heads, rows, caption=f"What became of promises, as of {_day(self.as_of)}")

    def _printed(self) -> list[list[str]]:
        counts = {kind: self.counts(kind=kind) for kind in PROMISE_KINDS}
        rows = [[kind, *(f"{each[state]:,}" for state in PROMISE_STATES)] for kind, each in counts.items()]
        return [["kind", *PROMISE_STATES], *rows]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.columns), *_told(self))


def _told(made: Promises) -> tuple[Any, ...]:
    """Return what is told of the whole, comparable also where the moment is not known."""
    return str(made.as_of), made.observed, made.unmatched, made.tz


def _again(
    columns: dict[str, npt.NDArray[Any]], as_of: str, observed: str, unmatched: int, tz: str | None
) -> Promises:
    frozen = {name: freeze(column) for name, column in columns.items()}
    moment = np.datetime64(as_of, "us")
    return Promises(columns=frozen, as_of=moment, observed=observed, unmatched=unmatched, tz=tz)


def _day(moment: np.datetime64) -> str:
    return "no moment" if np.isnat(moment) else str(moment.astype("datetime64[D]"))
