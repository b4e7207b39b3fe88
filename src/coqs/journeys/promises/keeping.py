"""Promises from scores: opened, linked to what came later, and told apart by what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError, suggest
from coqs.journeys.promises.encounters import NOWHERE, Encounters
from coqs.journeys.promises.given import OUTCOMES, Given, given_outcomes, given_promises
from coqs.journeys.promises.ledger import Moment, Promises
from coqs.journeys.promises.moments import days_between, moment_of
from coqs.journeys.promises.opening import SOURCES, Opened, Opens, opened
from coqs.journeys.promises.settling import NOTHING, Settled, settled
from coqs.model import PROMISE_KINDS, Promise
from coqs.results import Scores
from coqs.tables import Encoded, Times, zone_named

Mask = npt.NDArray[np.bool_]
OBSERVED = ("all", "sample")
UNTIMED, UNLINKED, SAMPLE = "untimed", "unlinked", "sample"


def promises(
    scores: Scores,
    *,
    opens: Opens | None = None,
    settles: Opens | None = None,
    promised: Any | Iterable[Promise] | None = None,
    outcomes: Any | None = None,
    observed: str | Collection[str] = "sample",
    matter: str | Sequence[str] = (),
    at: Moment | None = None,
    tz: str | None = None,
) -> Promises:
    """Tell which promises were made, a row each, and what became of them.

    Whatever tells of a promise first settles it: a later interaction of its issue (else of its customer), or
    the caller. Kept after its due moment is late.

    Parameters
    ----------
    scores
        What `coqs.score` returned. A promise was made if at least half of the raters who answered say so,
        and became what most say, of as many the worse.
    opens
        Criterion to level to "promise", "invitation" or "announcement"; else those of the rubrics that ship.
    settles
        Criterion to level to "kept", "late", "broken" or "cancelled"; left out, `promise_kept` of the rubrics
        that ship. An answer tells of what is due by then or undated, else of what is due later.
    promised
        A table with `interaction`, and maybe `due` (a date lasts until its end) and `kind`, or `coqs.Promise`
        records. They go before what machine raters heard there, and that before answers.
    outcomes
        A table with `interaction` (where it was promised), `state` (as in `settles`), `at`, maybe `kind`.
    observed
        "all" if every interaction is here, the ids of customers of whom it is so, or "sample". A promise
        lapses only where all that followed was seen; elsewhere it is unobservable.
    matter, at, tz
        Facts that part the matters of a customer where there is no issue; the moment to look from, that of
        the last record unless told; the zone of dates and of times that state none.

    Raises
    ------
    NotFoundError, PolicyError, RecordError
        A name or an `observed` that there is not; cells that cannot be used.

    Examples
    --------
    >>> import coqs
    >>> made = coqs.promises(coqs.score(coqs.make_sample()))
    >>> made.counts()["kept"], made.counts()["broken"]
    (1, 1)
    """
    share = _share(observed, tz)
    encounters = Encounters.of(scores, matter=matter)
    told = given_outcomes(outcomes, encounters, tz=tz)
    as_of = _as_of(at, tz, encounters, told)
    every = opened(scores, encounters, given_promises(promised, encounters, tz=tz), opens)
    made = _by_then(every, encounters, as_of)
    found = settled(scores, encounters, made, told, settles, as_of)
    columns = _columns(encounters, made, found, _unseen(encounters, made, observed, told), as_of)
    return Promises(columns=columns, as_of=as_of, observed=share, unmatched=found.unmatched, tz=tz)


def _by_then(made: Opened, encounters: Encounters, as_of: np.datetime64) -> Opened:
    at = encounters.at[made.unit]
    return made.take(np.flatnonzero(np.isnat(at) | (at <= as_of)))


def _share(observed: str | Collection[str], tz: str | None) -> str:
    """Return what the ledger tells of how much was observed; refuse a zone that there is not."""
    zone_named(tz)
    if not isinstance(observed, str):
        return "some"
    if observed not in OBSERVED:
        raise PolicyError(
            f"observed: must be 'all', 'sample' or the ids of customers, got {observed!r}; "
            f"{suggest(observed, OBSERVED)}",
            choice="observed",
            value=observed,
        )
    return observed


def _as_of(at: Any, tz: str | None, encounters: Encounters, outcomes: Given) -> np.datetime64:
    if at is not None:
        return moment_of(at, what="at", tz=tz, end=True)
    times = np.concatenate([encounters.at, outcomes.at])
    known = times[~np.isnat(times)]
    last: np.datetime64 = known.max() if len(known) else np.datetime64("NaT", "us")
    return last


def _unseen(encounters: Encounters, made: Opened, observed: str | Collection[str], told: Given) -> Any:
    """Return (promises,) why what followed was not all seen; None where it was."""
    customer = encounters.context["customer"].take(made.unit)
    if isinstance(observed, str):
        seen = np.full(len(made.unit), observed == "all")
    else:
        wanted = set(observed)
        seen = np.array([*(text in wanted for text in customer.categories), False])[customer.codes]
    linked = (encounters.matter[made.unit] != NOWHERE) | (len(told.unit) > 0)
    timed = ~np.isnat(encounters.at[made.unit])
    reason = np.full(len(made.unit), None, object)
    reason[~seen] = SAMPLE
    reason[~linked] = UNLINKED
    reason[~timed] = UNTIMED
    return reason


def _states(made: Opened, found: Settled, why: Any, as_of: np.datetime64) -> Any:
    """Return (promises,) what became of each."""
    state = np.full(len(made.unit), "open", object)
    past = made.due < as_of
    blind = (why == UNLINKED) | (why == UNTIMED)
    state[past & (why == None)] = "lapsed"  # noqa: E711  # of each of them
    state[(past & (why == SAMPLE)) | blind] = "unobservable"
    told = np.flatnonzero(found.outcome != NOTHING)
    state[told] = np.array(OUTCOMES, object)[found.outcome[told]]
    late = told[found.at[told] > made.due[told]]
    state[late[state[late] == "kept"]] = "late"
    return state


def _columns(
    encounters: Encounters, made: Opened, found: Settled, why: Any, as_of: np.datetime64
) -> dict[str, npt.NDArray[Any]]:
    state, made_at = _states(made, found, why, as_of), encounters.at[made.unit]
    settled_at = np.where(state == "lapsed", made.due, found.at)
    by = encounters.interaction.take(np.maximum(found.by, 0)).to_list() if len(encounters) else []
    columns: dict[str, Any] = {
        "promise": _ids(encounters.interaction, made),
        "kind": np.array(PROMISE_KINDS, object)[made.kind],
        "source": np.array(SOURCES, object)[made.source],
        "interaction": _objects(encounters.interaction.take(made.unit).to_list()),
        **{name: _objects(each.take(made.unit).to_list()) for name, each in encounters.context.items()},
        "made": made_at,
        "due": made.due,
        **{name: _positions(getattr(made, name)) for name in ("turn", "start", "end")},
        "state": state,
        "reason": np.where(state == "unobservable", why, None),
        "followed": np.array([each is None for each in why], np.bool_),
        "settled_at": settled_at,
        "settled_by": _objects(
            [each if place != NOWHERE else None for each, place in zip(by, found.by, strict=True)]
        ),
        "age_days": days_between(made_at, np.broadcast_to(as_of, made_at.shape)),
        "days_to_settle": days_between(made_at, settled_at),
    }
    order = _order(made_at, columns["promise"])
    return {name: column[order] for name, column in columns.items()}


def _ids(interaction: Encoded, made: Opened) -> npt.NDArray[Any]:
    """Name each promise after its interaction and its place among those made there, from 1."""
    first = np.searchsorted(made.unit, made.unit, side="left")
    texts = interaction.take(made.unit).to_list()
    places = (np.arange(len(made.unit)) - first + 1).tolist()
    return _objects([f"{text}/{place}" for text, place in zip(texts, places, strict=True)])


def _order(made: Times, ids: npt.NDArray[Any]) -> Any:
    """Return the order of time, then of ids; what has no time is last."""
    rank = np.argsort(np.argsort(ids.astype(str), kind="stable"), kind="stable")
    return np.lexsort((rank, made, np.isnat(made)))


def _positions(values: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.where(values < 0, np.nan, values.astype(np.float64))


def _objects(values: list[Any]) -> npt.NDArray[Any]:
    """Return texts as a column, without a guess at their kind."""
    column = np.empty(len(values), object)
    column[:] = values
    return column
