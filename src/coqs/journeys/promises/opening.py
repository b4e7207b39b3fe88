"""What opens a promise: an answer of raters, a sentence that a machine rater heard, or the caller.

The same promise may be told of in all three ways. Of one interaction and kind the closest account holds: the
caller's rows, else what was heard, else the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.promises.encounters import Encounters
from coqs.journeys.promises.given import Given
from coqs.model import PROMISE_KINDS
from coqs.model.promises import ANNOUNCEMENT, INVITATION, PROMISE
from coqs.ratings import PromiseTable
from coqs.results import Scores
from coqs.rubric import Rubric
from coqs.tables import TIME_UNIT, Times

Places = npt.NDArray[np.int64]
Opens = Mapping[str, Mapping[str, str]]
"""Criterion to level to the kind of promise that such an answer opens."""
OPENS: Opens = MappingProxyType(
    {
        "next_step": MappingProxyType(
            {"told": PROMISE, "undertaken": PROMISE, "dated": PROMISE, "overpromised": PROMISE}
        ),
        "invited_back": MappingProxyType(
            {"invited": INVITATION, "with_a_reason": INVITATION, "made_easier": INVITATION}
        ),
        "news_shared": MappingProxyType({"told": ANNOUNCEMENT}),
    }
)
"""What opens a promise in the rubrics that ship; a rubric that asks for less opens less."""
SOURCES = ("caller", "heard", "raters")
"""Who tells of a promise, the closest account first."""
CALLER, HEARD, RATERS = range(3)
NO_SPAN = -1


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Opened:
    """Promises that were made, one a place."""

    unit: Places
    """Place of the interaction."""
    kind: Places
    """Place in `PROMISE_KINDS`."""
    source: Places
    """Place in `SOURCES`."""
    due: Times
    """The last moment that was promised, NaT where none was said."""
    turn: Places
    """Where it was heard; -1 where it was not."""
    start: Places
    end: Places

    @classmethod
    def plain(cls, unit: Places, kind: Any, source: int, due: Times | None = None) -> Opened:
        """Return promises of which it is not known where in a dialogue they stand."""
        n = len(unit)
        nowhere = np.full(n, NO_SPAN)
        return cls(
            unit=unit.astype(np.int64),
            kind=np.broadcast_to(np.asarray(kind, np.int64), n),
            source=np.full(n, source),
            due=np.full(n, "NaT", TIME_UNIT) if due is None else due,
            turn=nowhere,
            start=nowhere,
            end=nowhere,
        )

    def take(self, rows: Any) -> Opened:
        """Return some of them."""
        return Opened(**{name: getattr(self, name)[rows] for name in attrs.fields_dict(Opened)})


def opened(scores: Scores, encounters: Encounters, given: Given, opens: Opens | None) -> Opened:
    """Return the promises that were made, by interaction, kind and where they were heard.

    Raises
    ------
    NotFoundError
        `opens` names a criterion, a level or a kind that there is not.
    PolicyError
        It names a criterion whose answers are no levels.
    """
    answered = list(_answered(scores, encounters, opens))
    every = [
        Opened.plain(given.unit, given.kind, CALLER, given.at),
        _heard(scores.ratings.promises, encounters),
        *answered,
    ]
    whole = Opened(
        **{
            name: np.concatenate([getattr(each, name) for each in every])
            for name in attrs.fields_dict(Opened)
        }
    )
    return _closest(whole)


def _answered(scores: Scores, encounters: Encounters, opens: Opens | None) -> Iterator[Opened]:
    """Yield the interactions of which at least half of the raters say, by a criterion, that one was made."""
    rubric = scores.scorer.applied_rubric
    for criterion, levels in applicable(rubric, opens, OPENS).items():
        codes = scores.answers.codes[criterion]
        n = encounters.votes(codes >= 0)
        ids = level_ids(rubric, criterion)
        for kind in dict.fromkeys(levels.values()):
            meant = [ids.index(level) for level, each in levels.items() if each == kind]
            yes = encounters.votes(np.isin(codes, meant))
            made = np.flatnonzero((yes > 0) & (2 * yes >= n))
            yield Opened.plain(made, _kind(kind), RATERS)


def _kind(name: str) -> int:
    if name not in PROMISE_KINDS:
        raise NotFoundError("kind of promise", name, PROMISE_KINDS, where="opens")
    return PROMISE_KINDS.index(name)


def applicable(rubric: Rubric, asked: Opens | None, usual: Opens, *, what: str = "opens") -> Opens:
    """Return what of the usual the rubric has, or what was asked for, if the rubric has all of it.

    Raises
    ------
    NotFoundError
        What was asked for names a criterion or a level that there is not.
    PolicyError
        It names a criterion whose answers are no levels.
    """
    if asked is not None:
        for criterion, levels in asked.items():
            if criterion not in rubric.criterion_ids:
                raise NotFoundError("criterion", criterion, rubric.criterion_ids, where=what)
            known = level_ids(rubric, criterion)
            if not known:
                raise PolicyError(
                    f"{what}: criterion {criterion!r} must be answered by one of several levels, got another "
                    "scale; name one that is",
                    choice=what,
                    value=criterion,
                )
            for level in levels:
                if level not in known:
                    raise NotFoundError("level", level, known, where=f"{what}, criterion {criterion!r}")
        return asked
    return {
        criterion: {level: kind for level, kind in levels.items() if level in level_ids(rubric, criterion)}
        for criterion, levels in usual.items()
        if criterion in rubric.criterion_ids
    }


def level_ids(rubric: Rubric, criterion: str) -> tuple[str, ...]:
    """Return the ids of a criterion's levels, in the order of their codes; none where it has no levels."""
    levels = getattr(rubric.criterion(criterion).scale, "levels", ())
    return tuple(each.id for each in levels)


def _heard(table: PromiseTable, encounters: Encounters) -> Opened:
    """Return what machine raters heard; sentences of one turn that overlap are one promise."""
    of_row = encounters.of_rows(table.row)
    order = np.lexsort((table.end, table.start, table.turn, of_row))
    unit, turn, start, end = (each[order] for each in (of_row, table.turn, table.start, table.end))
    first = _apart(unit, turn, start, end)
    if not len(first):
        return Opened.plain(first, 0, HEARD)
    due: Times = np.fmin.reduceat(table.due[order], first)  # the first that was named
    plain = Opened.plain(unit[first], PROMISE_KINDS.index(PROMISE), HEARD, due)
    return attrs.evolve(plain, turn=turn[first], start=start[first], end=np.maximum.reduceat(end, first))


def _apart(unit: Places, turn: Places, start: Places, end: Places) -> Places:
    """Return the first row of each run of places that overlap, in sorted rows."""
    first: list[int] = []
    last, reach = (NO_SPAN, NO_SPAN), NO_SPAN
    columns = (each.tolist() for each in (unit, turn, start, end))
    for row, (whose, where, begin, close) in enumerate(zip(*columns, strict=True)):
        if (whose, where) == last and begin < reach:
            reach = max(reach, close)
            continue
        first.append(row)
        last, reach = (whose, where), close
    return np.array(first, np.int64)


def _closest(whole: Opened) -> Opened:
    """Keep of each interaction and kind the closest account, in the order of interactions."""
    cell = whole.unit * len(PROMISE_KINDS) + whole.kind
    closest = np.full(int(cell.max(initial=-1)) + 1, len(SOURCES))
    np.minimum.at(closest, cell, whole.source)
    kept = whole.take(np.flatnonzero(whole.source == closest[cell]))
    return kept.take(np.lexsort((kept.start, kept.turn, kept.due, kept.kind, kept.unit)))
