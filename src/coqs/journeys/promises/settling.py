"""What became of promises: said by a later interaction of the same matter, or by the caller.

Whatever settles a promise first, holds. An answer tells of what is due by then: of the promises of its
matter that were made before, are not settled, and are due or have no date; where there is none of these, of
those that are due later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.journeys.promises.encounters import NOWHERE, Encounters
from coqs.journeys.promises.given import OUTCOMES, Given
from coqs.journeys.promises.opening import Opened, Opens, applicable, level_ids
from coqs.model import PROMISE_KINDS
from coqs.model.promises import PROMISE
from coqs.results import Scores
from coqs.tables import TIME_UNIT, Times

Places = npt.NDArray[np.int64]
SETTLES: Opens = MappingProxyType(
    {
        "promise_kept": MappingProxyType(
            {"kept": "kept", "kept_early": "kept", "late_told": "late", "broken": "broken"}
        )
    }
)
"""Criterion to level to what such an answer says of an earlier promise, in the rubrics that ship."""
NOTHING = -1
SAID, ANSWERED, MADE = range(3)


@attrs.frozen(slots=True, eq=False)
class Settled:
    """What became of each promise, as it was said."""

    outcome: Places
    """Place in `OUTCOMES`, -1 where nothing was said."""
    at: Times
    """When, NaT where nothing was said."""
    by: Places
    """Place of the interaction that says so; -1 where the caller does, or nothing was said."""
    unmatched: int
    """Answers that tell of an earlier promise where none that is open was seen to be made."""


class _Event(NamedTuple):
    """Something that opens or settles promises; events are sorted by their fields, as these stand here."""

    at: int
    rank: int
    """The caller's word before an answer, and an answer before what is promised at the same time."""
    outcome: int
    """Place in `OUTCOMES`, the worst first; of a promise that is made, its own place."""
    id: str
    """Of the interaction: the order in which rows came never shows."""
    unit: int
    kind: int


def settled(
    scores: Scores,
    encounters: Encounters,
    made: Opened,
    outcomes: Given,
    settles: Opens | None,
    as_of: np.datetime64,
) -> Settled:
    """Return what became of promises up to a moment.

    Raises
    ------
    NotFoundError
        `settles` names a criterion, a level or an outcome that there is not.
    PolicyError
        It names a criterion whose answers are no levels.
    """
    told = (
        *_of_caller(encounters, outcomes),
        *_answers(scores, encounters, settles),
        *_made(encounters, made),
    )
    last = int(as_of.astype(np.int64))
    return _Ledger(encounters, made).run(sorted(each for each in told if each.at <= last))


def _made(encounters: Encounters, made: Opened) -> Iterator[_Event]:
    """Yield the promises that a later interaction can tell of: those whose time and matter are known."""
    kind = PROMISE_KINDS.index(PROMISE)
    at = encounters.at[made.unit]
    linked = (made.kind == kind) & ~np.isnat(at) & (encounters.matter[made.unit] != NOWHERE)
    for place in np.flatnonzero(linked).tolist():
        unit = int(made.unit[place])
        yield _Event(int(at[place].astype(np.int64)), MADE, place, encounters.id(unit), unit, kind)


def _answers(scores: Scores, encounters: Encounters, settles: Opens | None) -> list[_Event]:
    """Return what each interaction says of earlier promises: what most raters say, of as many the worse."""
    rubric = scores.scorer.applied_rubric
    votes = np.zeros((len(encounters), len(OUTCOMES)), np.int64)
    for criterion, levels in applicable(rubric, settles, SETTLES, what="settles").items():
        codes, ids = scores.answers.codes[criterion], level_ids(rubric, criterion)
        for level, outcome in levels.items():
            if outcome not in OUTCOMES:
                raise NotFoundError("outcome", outcome, OUTCOMES, where="settles")
            votes[:, OUTCOMES.index(outcome)] += encounters.votes(codes == ids.index(level))
    said = votes.argmax(axis=1)
    told = np.flatnonzero((votes.sum(axis=1) > 0) & ~np.isnat(encounters.at))
    times = encounters.at.astype(np.int64)
    return [
        _Event(int(times[unit]), ANSWERED, int(said[unit]), encounters.id(unit), unit, 0)
        for unit in told.tolist()
    ]


def _of_caller(encounters: Encounters, outcomes: Given) -> Iterator[_Event]:
    columns = (outcomes.at.astype(np.int64), outcomes.unit, outcomes.kind, outcomes.outcome)
    for at, unit, kind, outcome in zip(*(each.tolist() for each in columns), strict=True):
        yield _Event(at, SAID, outcome, encounters.id(unit), unit, kind)


class _Ledger:
    """The promises that are open while time goes on."""

    def __init__(self, encounters: Encounters, made: Opened) -> None:
        n = len(made.unit)
        self.matter = encounters.matter
        self.due: list[int] = made.due.astype(np.int64).tolist()
        self.dated: list[bool] = (~np.isnat(made.due)).tolist()
        self.outcome, self.by = np.full(n, NOTHING), np.full(n, NOWHERE)
        self.at = np.full(n, "NaT", TIME_UNIT)
        self.open_in: dict[int, list[int]] = defaultdict(list)
        self.of_unit: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, key in enumerate(zip(made.unit.tolist(), made.kind.tolist(), strict=True)):
            self.of_unit[key].append(place)

    def run(self, events: Iterable[_Event]) -> Settled:
        """Go through what happened, in the order of time."""
        unmatched = 0
        for event in events:
            if event.rank == MADE:
                self.open_in[int(self.matter[event.unit])].append(event.outcome)
                continue
            told = self._told_of(event)
            unmatched += event.rank == ANSWERED and not told
            self._settle(told, event)
        return Settled(self.outcome, self.at, self.by, unmatched)

    def _told_of(self, event: _Event) -> list[int]:
        """Return the promises that an event settles."""
        if event.rank == SAID:
            return [each for each in self.of_unit[event.unit, event.kind] if self.outcome[each] == NOTHING]
        matter = int(self.matter[event.unit])
        mine = self.open_in[matter] = [each for each in self.open_in[matter] if self.outcome[each] == NOTHING]
        by_now = [each for each in mine if not self.dated[each] or self.due[each] <= event.at]
        return by_now or mine

    def _settle(self, told: list[int], event: _Event) -> None:
        self.outcome[told] = event.outcome
        self.at[told] = np.datetime64(event.at, "us")
        self.by[told] = event.unit if event.rank == ANSWERED else NOWHERE
