"""Answers carried from one version of a rubric to another by stable ids, and what cannot be carried.

Nothing is guessed: where the other version asks what nobody was asked, the answer is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.comparisons.versions.sharing import same_branches
from coqs.facts import FactColumn
from coqs.model import Absence
from coqs.ratings import EvidenceTable, Ratings
from coqs.rubric import Criterion, Numeric, Rubric, SeveralChoice, SingleChoice
from coqs.scoring.bulk.asking import OPEN, Answers, asked_codes, settle
from coqs.tables import Encoded

Codes = npt.NDArray[np.int8]
UNANSWERED, NOT_ASKED = Absence.UNANSWERED.code, Absence.NOT_ASKED.code
LOSSES = MappingProxyType(
    {
        "": "",
        "added": "nobody was asked",
        "scale_changed": "the scale is of another kind",
        "level_gone": "the level is no more",
        "options_added": "there are options that nobody was asked about",
        "out_of_range": "no range holds the number",
        "not_asked": "it was not asked of this interaction",
        "hidden": "it was answered, and is not asked any more",
        "unknowable": "it was answered, and whether it is asked cannot be known",
    }
)
"""Why an answer could not be carried, and how that is said."""
GIVEN = ("scale_changed", "level_gone", "options_added", "out_of_range")
"""Of answers that somebody gave."""
_NUMBER = MappingProxyType({name: np.int8(place) for place, name in enumerate(LOSSES)})


@attrs.frozen(slots=True)
class Answer:
    """One criterion's answers: as columns of ratings hold them, and why some are open."""

    codes: Codes
    numbers: npt.NDArray[np.float64] | None
    choices: npt.NDArray[np.uint64] | None
    lost: Codes
    """(n,) the place in `LOSSES` of why the answer was lost; 0 where it was not."""


@attrs.frozen(slots=True)
class Carried:
    """Ratings under another version, and why some of their answers are open."""

    ratings: Ratings
    lost: Mapping[str, Codes]
    """Criterion id to (n,) places in `LOSSES`."""
    whole: tuple[str, ...]
    """The criteria that answers could be carried to at all."""
    unknown: Mapping[str, npt.NDArray[np.bool_]]
    """Criterion id to (n,) whether it cannot be known that it is asked; those that may be hidden."""

    def losses(self, before: Mapping[str, Codes], after: Mapping[str, Codes]) -> dict[str, dict[str, int]]:
        """Count, by criterion and reason, the answers that were lost where they are asked for.

        `before` and `after` are the answers once it is settled what either version asks.
        """
        return {id: found for id in self.lost if (found := self._losses(id, before.get(id), after[id]))}

    def lost_in_row(self, after: Mapping[str, Codes]) -> npt.NDArray[np.int64]:
        """Count, row by row, the answers that somebody gave and that were lost where they may count."""
        given = [_NUMBER[name] for name in GIVEN]
        found = np.zeros(len(self.ratings), np.int64)
        for id, lost in self.lost.items():
            found += np.isin(lost, given) & (after[id] == UNANSWERED)
            found += self.unknowable(id) & (self.ratings.codes[id] >= 0)
        return found

    def unknowable(self, id: str) -> npt.NDArray[np.bool_]:
        """Return (n,) whether it cannot be known that a criterion is asked, such as for want of a fact."""
        nowhere = np.zeros(len(self.ratings), np.bool_)
        return self.unknown.get(id, nowhere)

    def _losses(self, id: str, before: Codes | None, after: Codes) -> dict[str, int]:
        lost = np.where(after == UNANSWERED, self.lost[id], 0)
        counts = np.bincount(lost, minlength=len(LOSSES)).tolist()
        if before is not None:
            gone = (before >= 0) & (self.ratings.codes[id] >= 0) & (after == NOT_ASKED)
            counts[_NUMBER["hidden"]] = int((gone & ~self.unknowable(id)).sum())
            counts[_NUMBER["unknowable"]] = int((gone & self.unknowable(id)).sum())
        return {name: n for name, n in zip(LOSSES, counts, strict=True) if name and n}


def carried(ratings: Ratings, rubric: Rubric) -> Carried:
    """Carry ratings over to another version of their rubric."""
    answers = {each.id: _answer(ratings, each) for each in rubric.criteria}
    same = same_branches(ratings.rubric, rubric)
    open_ones = {id: found if id in same else _reopened(ratings, id, found) for id, found in answers.items()}
    made = made_for(
        ratings,
        rubric,
        {id: found.codes for id, found in open_ones.items()},
        {id: found.numbers for id, found in open_ones.items() if found.numbers is not None},
        {id: found.choices for id, found in open_ones.items() if found.choices is not None},
    )
    lost = {id: found.lost for id, found in open_ones.items()}
    whole = tuple(each.id for each in rubric.criteria if not _why_not(ratings.rubric, each))
    return Carried(made, lost, whole, settle(rubric, Answers.given(made)).unknown)


def made_for(
    ratings: Ratings,
    rubric: Rubric,
    codes: Mapping[str, Codes],
    numbers: Mapping[str, Any] | None = None,
    choices: Mapping[str, Any] | None = None,
) -> Ratings:
    """Return ratings under another rubric, with its answers; facts of another kind stay behind.

    Numbers and choices are those of the ratings unless they are given. Evidence does not travel, since it
    names criteria by their place.
    """
    numbers = ratings.numbers if numbers is None else numbers
    choices = ratings.choices if choices is None else choices
    return attrs.evolve(
        ratings,
        rubric=rubric,
        codes=codes,
        numbers={id: column for id, column in numbers.items() if id in codes},
        choices={id: column for id, column in choices.items() if id in codes},
        facts={id: column for id, column in ratings.facts.items() if _fits(id, column, rubric)},
        evidence=EvidenceTable.empty(),
    )


def _fits(id: str, column: FactColumn, rubric: Rubric) -> bool:
    if id in rubric.criterion_ids:
        return False
    kind = next((each.kind for each in rubric.facts if each.id == id), None)
    return kind is None or (kind == "number") != isinstance(column, Encoded)


def _why_not(old: Rubric, criterion: Criterion) -> str:
    """Say why no answer can be carried to a criterion; empty where some can."""
    if criterion.id not in old.criterion_ids:
        return "added"
    before, after = old.criterion(criterion.id).scale, criterion.scale
    if type(before) is not type(after):
        return "scale_changed"
    if isinstance(after, SeveralChoice) and not set(after.ids) <= set(before.ids):
        return "options_added"
    return ""


def _answer(ratings: Ratings, criterion: Criterion) -> Answer:
    """Carry the answers to one criterion, each by the id of its level or option, or by its number."""
    id, n = criterion.id, len(ratings)
    why = _why_not(ratings.rubric, criterion)
    given = np.full(n, UNANSWERED, np.int8) if why == "added" else np.array(ratings.codes[id])
    answered = given >= 0
    lost = np.zeros(n, np.int8)
    if why:
        lost[answered | (why == "added")] = _NUMBER[why]
        codes, numbers, choices = np.where(answered, np.int8(UNANSWERED), given), None, None
    else:
        codes, numbers, choices = _moved(ratings, criterion, given)
        gone = answered & (codes < 0)
        numeric = isinstance(criterion.scale, Numeric)
        lost[gone] = _NUMBER["out_of_range" if numeric else "level_gone"]
    if isinstance(criterion.scale, Numeric):
        numbers = np.where(codes >= 0, np.nan if numbers is None else numbers, np.nan)
    if isinstance(criterion.scale, SeveralChoice):
        choices = np.zeros(n, np.uint64) if choices is None else choices
    return Answer(codes, numbers, choices, lost)


def _moved(ratings: Ratings, criterion: Criterion, given: Codes) -> tuple[Codes, Any, Any]:
    """Return the codes, numbers and choices under the other scale, which is of the same kind."""
    before, after = ratings.rubric.criterion(criterion.id).scale, criterion.scale
    if isinstance(after, Numeric):
        numbers = ratings.numbers[criterion.id]
        return np.where(given >= 0, _ranges(after, numbers), given).astype(np.int8), numbers, None
    places = [after.ids.index(id) if id in after.ids else UNANSWERED for id in before.ids]
    if isinstance(after, SingleChoice):
        table = np.array([*places, *range(-len(Absence), 0)], np.int8)  # absences, by their negative codes
        return table[given], None, None
    bits, moved = ratings.choices[criterion.id], np.zeros(len(given), np.uint64)
    for place, target in enumerate(places):
        if target >= 0:
            moved |= ((bits >> np.uint64(place)) & np.uint64(1)) << np.uint64(target)
    return given, None, moved


def _ranges(scale: Numeric, numbers: npt.NDArray[np.float64]) -> Codes:
    """Return (n,) the range of each number, unanswered where none holds it."""
    found = np.full(len(numbers), UNANSWERED, np.int8)
    for place, level in enumerate(scale.levels):
        inside = np.ones(len(numbers), np.bool_)
        if level.low is not None:
            inside &= numbers >= float(level.low)
        if level.high is not None:
            inside &= numbers < float(level.high)
        found[inside & ~np.isnan(numbers)] = place
    return found


def _reopened(ratings: Ratings, id: str, found: Answer) -> Answer:
    """Open the answers that a branch hid, where the other version asks by another branch.

    That is for the other branch to decide; what a rater hid stays hidden.
    """
    if id not in ratings.rubric.criterion_ids:
        return found
    given = ratings.codes[id]
    unhidden = np.where(given == NOT_ASKED, np.int8(UNANSWERED), given)
    asked = asked_codes(ratings.rubric, attrs.evolve(ratings, codes={**ratings.codes, id: unhidden}))[id]
    hidden = (asked == NOT_ASKED) & np.isin(unhidden, OPEN)
    return attrs.evolve(
        found,
        codes=np.where(hidden & (given == NOT_ASKED), np.int8(UNANSWERED), found.codes),
        lost=np.where(hidden, _NUMBER["not_asked"], found.lost),
    )
