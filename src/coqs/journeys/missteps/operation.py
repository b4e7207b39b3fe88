"""A misstep of operation: who was touched by a wrong procedure, and whom to contact again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.moments import moment, text_of
from coqs.model import Absence
from coqs.ratings import Ratings
from coqs.results import Scores
from coqs.tables import Encoded, Times, freeze, read_only
from coqs.tables.tabular import Tabular

Mask = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]
NOT_ASKED = Absence.NOT_ASKED.code


class Ledger(Protocol):
    """What is needed of a ledger of promises: its rows, with `interaction` and `state`."""

    def rows(self) -> list[dict[str, Any]]: ...


@attrs.frozen(slots=True, eq=False, repr=False)
class ContactTable(Tabular):
    """One row a customer to be contacted again, as columns; who was touched last stands first.

    Columns: `customer`; `n` interactions that were touched; `last_interaction`, `last_at`, `provider`, `site`
    and `channel` of the last of them; `open_promises` that were made in them.
    """

    columns: Mapping[str, Column] = attrs.field(converter=read_only)

    def __eq__(self, other: object) -> bool:
        return self.rows() == other.rows() if isinstance(other, ContactTable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<ContactTable: {len(self)} customers>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _contacts_again, (dict(self.columns),)


def _contacts_again(columns: dict[str, Column]) -> ContactTable:
    return ContactTable({name: freeze(each) for name, each in columns.items()})


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Misstep(Tabular):
    """Interactions that were touched by a wrong procedure, one row each, in the order of time.

    Columns: `interaction`, `at`, `provider`, `customer`, `site`, `channel`; `open_promises` made in it.
    """

    columns: Mapping[str, Column] = attrs.field(converter=read_only)
    since: str
    until: str | None
    untimed: int
    """Interactions that match but have no time, so that nobody knows whether they were touched."""
    unlinked: int
    """Touched interactions whose customer was not written down: nobody can be contacted again."""

    def contacts(self) -> ContactTable:
        """Return whom to contact again, who was touched last first."""
        rows = [row for row in self.rows() if row["customer"] is not None]
        last = {row["customer"]: row for row in rows}
        n: dict[str, int] = dict.fromkeys(last, 0)
        promised: dict[str, int] = dict.fromkeys(last, 0)
        for row in rows:
            n[row["customer"]] += 1
            promised[row["customer"]] += row["open_promises"]
        order = sorted(last, key=lambda each: (-last[each]["at"].timestamp(), each))
        names = {"last_interaction": "interaction", "last_at": "at", "provider": "provider", "site": "site",
                 "channel": "channel"}  # fmt: skip
        columns: dict[str, Column] = {
            "customer": np.array(order, object),
            "n": np.array([n[each] for each in order], np.int64),
        }
        for ours, theirs in names.items():
            kind = "datetime64[us]" if ours == "last_at" else object
            columns[ours] = np.array([last[each][theirs] for each in order], kind)
        columns["open_promises"] = np.array([promised[each] for each in order], np.int64)
        return ContactTable({name: freeze(each) for name, each in columns.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Misstep):
            return NotImplemented
        return str(self) == str(other) and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Misstep since {self.since}: {len(self)} interactions>"

    def __str__(self) -> str:
        until = "" if self.until is None else f" until {self.until}"
        people = len(self.contacts())
        return (
            f"touched since {self.since}{until}: {len(self):,} interactions of {people:,} customers; "
            f"{self.unlinked:,} without a customer, {self.untimed:,} more without a time"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {name: getattr(self, name) for name in attrs.fields_dict(Misstep)}
        return _misstep_again, (parts | {"columns": dict(self.columns)},)


def _misstep_again(parts: dict[str, Any]) -> Misstep:
    columns = {name: freeze(each) for name, each in parts["columns"].items()}
    return Misstep(**parts | {"columns": columns})


def misstep(
    scores: Scores,
    *,
    since: Any,
    until: Any = None,
    where: Mapping[str, str | Sequence[str]] | None = None,
    criterion: str | None = None,
    stage: str | None = None,
    promises: Ledger | None = None,
    tz: str | None = None,
) -> Misstep:
    """Tell which interactions were touched by a wrong procedure, and whom to contact again.

    Parameters
    ----------
    scores
        What `coqs.score` returned.
    since, until
        From when it was in force, and until when it was: times, or dates in `tz` (UTC unless told).
    where
        Column to the value, or values, that it was in force for: a site, a channel, a fact.
    criterion, stage
        Touched only where this, or a criterion of the stage, was asked by one of the raters at least.
    promises
        What `coqs.promises` returned, or anything whose `rows()` have an interaction and a state; those that
        are open are counted.

    Raises
    ------
    NotFoundError
        No such column, value, criterion or stage.
    PolicyError
        `until` is not after `since`.
    RecordError
        A moment is none.

    Examples
    --------
    >>> import coqs
    >>> scores = coqs.score(coqs.make_sample(n=300))
    >>> found = coqs.misstep(scores, since="2026-03-16", where={"site": "reception"})
    >>> set(found["site"])
    {'reception'}
    """
    start, end = _span(since, until, tz or "UTC")
    ratings = scores.ratings
    matching = _matching(ratings, where or {}) & _asked(scores, criterion, stage)
    at = ratings.at
    inside = matching & (at >= start) & (True if end is None else at < end)
    rows = _first_rows(ratings, inside)
    rows = rows[np.argsort(at[rows], kind="stable")]
    columns = _columns(ratings, rows, promises)
    return Misstep(
        columns=columns,
        since=text_of(start),
        until=None if end is None else text_of(end),
        untimed=len(_first_rows(ratings, matching)) - len(_first_rows(ratings, matching & ~np.isnat(at))),
        unlinked=sum(each is None for each in columns["customer"]),
    )


def _span(since: Any, until: Any, tz: str) -> tuple[np.datetime64, np.datetime64 | None]:
    start = moment(since, tz, "since")
    end = None if until is None else moment(until, tz, "until")
    if end is not None and end <= start:
        raise PolicyError(
            f"until: must be after since, got {text_of(end)} and {text_of(start)}; swap them",
            choice="until",
            value=text_of(end),
        )
    return start, end


def _matching(ratings: Ratings, where: Mapping[str, str | Sequence[str]]) -> Mask:
    found = np.ones(len(ratings), np.bool_)
    for name, wanted in where.items():
        column = ratings.context.get(name, ratings.facts.get(name))
        if not isinstance(column, Encoded):
            texts = (key for key, each in ratings.facts.items() if isinstance(each, Encoded))
            raise NotFoundError("column", name, (*ratings.context, *texts), where="where")
        values = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        for value in values:
            if value not in column.categories:
                raise NotFoundError("value", value, column.categories, where=f"where {name!r}")
        found &= np.array([*(text in values for text in column.categories), False])[column.codes]
    return found


def _asked(scores: Scores, criterion: str | None, stage: str | None) -> Mask:
    """Return (rows,) whether what is named was asked."""
    codes = scores.answers.codes if criterion is not None or stage is not None else {}
    found = np.ones(len(scores), np.bool_)
    if criterion is not None:
        if criterion not in codes:
            raise NotFoundError("criterion", criterion, codes, where="misstep")
        found &= codes[criterion] != NOT_ASKED
    if stage is not None:
        if stage not in scores.stages:
            raise NotFoundError("stage", stage, scores.stages, where="misstep")
        own = [each.id for each in scores.rubric.criteria if each.stage == stage]
        found &= np.any([codes[id] != NOT_ASKED for id in own], axis=0) if own else False
    return found


def _first_rows(ratings: Ratings, among: Mask) -> npt.NDArray[np.int64]:
    """Return the first row of each interaction among some rows."""
    rows = np.flatnonzero(among)
    _, first = np.unique(ratings.interaction.codes[rows], return_index=True)
    found: npt.NDArray[np.int64] = rows[np.sort(first)]
    return found


def _columns(ratings: Ratings, rows: npt.NDArray[np.int64], promises: Ledger | None) -> dict[str, Column]:
    texts = {name: ratings.context[name] for name in ("provider", "customer", "site", "channel")}
    ids = ratings.interaction.take(rows).to_list()
    at: Times = ratings.at[rows]
    open_ = _open_promises(promises)
    columns: dict[str, Column] = {"interaction": np.array(ids, object), "at": at}
    columns |= {name: np.array(each.take(rows).to_list(), object) for name, each in texts.items()}
    columns["open_promises"] = np.array([open_.get(id or "", 0) for id in ids], np.int64)
    return {name: freeze(np.array(each)) for name, each in columns.items()}


def _open_promises(promises: Ledger | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in [] if promises is None else promises.rows():
        if row["state"] == "open":
            found[row["interaction"]] = found.get(row["interaction"], 0) + 1
    return found
