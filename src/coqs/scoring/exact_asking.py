"""What was asked of one sheet: customer sets, ideals and branches, settled criterion by criterion."""

from __future__ import annotations

import attrs

from coqs.model import Absence
from coqs.ratings import Answer, Sheet
from coqs.rubric import (
    Condition,
    Criterion,
    CriterionIn,
    Every,
    FactBetween,
    FactIn,
    Negation,
    Rubric,
    SeveralChoice,
    Some,
)

HIDDEN = Answer(absence=Absence.NOT_ASKED)


@attrs.frozen(slots=True)
class Settled:
    """What was asked of a sheet, settled criterion by criterion."""

    answers: dict[str, Answer]
    """The answers that count: those to criteria that were not asked are hidden."""
    unknown: set[str]
    """Criteria that were hidden because something could not be known."""
    ignored: set[str]
    """Criteria that were answered though they were not asked."""


def settle_sheet(rubric: Rubric, sheet: Sheet) -> Settled:
    """Decide what was asked, in asking order."""
    settled = Settled({}, set(), set())
    for id in rubric.asking_order:
        asked = is_asked(rubric.criterion(id), rubric, sheet, settled)
        settled.answers[id] = sheet.answers[id] if asked else HIDDEN
        if asked is None:
            settled.unknown.add(id)
        if not asked and sheet.answers[id].absence is None:
            settled.ignored.add(id)
    return settled


def is_asked(criterion: Criterion, rubric: Rubric, sheet: Sheet, settled: Settled) -> bool | None:
    """Tell whether a criterion is asked, given what was settled before; None where it cannot be known."""
    truths: list[bool | None] = []
    if criterion.applies_to:
        known = sheet.customer_set is not None
        truths.append(sheet.customer_set in criterion.applies_to if known else None)
    if criterion.ideal:
        fact = sheet.facts.get(criterion.ideal.fact)
        truths.append(None if fact is None else best_place(criterion, sheet) is not None)
    if criterion.when is not None:
        truths.append(holds(criterion.when, rubric, sheet, settled))
    return _every(truths)


def _every(truths: list[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def holds(condition: Condition, rubric: Rubric, sheet: Sheet, settled: Settled) -> bool | None:
    """Evaluate a condition: true, false, or None for what cannot be known."""
    match condition:
        case FactIn(fact, values):
            value = sheet.facts.get(fact)
            return None if value is None else value in values
        case FactBetween(fact, low, high):
            number = sheet.facts.get(fact)
            if not isinstance(number, float):
                return None
            return (low is None or number >= float(low)) and (high is None or number < float(high))
        case CriterionIn(criterion, ids):
            known = criterion not in settled.unknown
            return answer_in(rubric.criterion(criterion), settled.answers[criterion], ids) if known else None
        case Negation(inner):
            value = holds(inner, rubric, sheet, settled)
            return None if value is None else not value
        case Every(parts):
            return _every([holds(part, rubric, sheet, settled) for part in parts])
        case Some(parts):
            truths = [holds(part, rubric, sheet, settled) for part in parts]
            return True if True in truths else None if None in truths else False


def answer_in(criterion: Criterion, answer: Answer, ids: tuple[str, ...]) -> bool | None:
    """Tell whether an answer is one of these levels or options; None where it is open."""
    if answer.absence is not None:
        return None if answer.is_open else False
    places = answer.chosen if isinstance(criterion.scale, SeveralChoice) else (answer.position,)
    return any(criterion.scale.ids[place] in ids for place in places)


def best_place(criterion: Criterion, sheet: Sheet) -> int | None:
    """Return the place of the best level of an ideal-point criterion; None where it is unknown."""
    if criterion.ideal is None:
        return None
    fact = sheet.facts.get(criterion.ideal.fact)
    best = dict(criterion.ideal.best).get(fact) if isinstance(fact, str) else None
    return None if best is None else criterion.scale.ids.index(best)
