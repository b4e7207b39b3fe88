"""Score one sheet in rationals: the truth that the columnar scorer must equal.

Slow and plain on purpose: it follows the semantics sentence by sentence and builds the account that
`coqs.explain` shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

import attrs

from coqs.model import Absence, Standing
from coqs.ratings import Answer, Sheet
from coqs.rubric import (
    Condition,
    Criterion,
    CriterionIn,
    Every,
    FactBetween,
    FactIn,
    Negation,
    Policy,
    Rubric,
    SeveralChoice,
    Some,
)
from coqs.scoring.worth import Worth, level_worths, options_worth

HIDDEN = Answer(absence=Absence.NOT_ASKED)
MISSING = (Absence.UNANSWERED, Absence.ABSTAINED, Absence.FAILED)


@attrs.frozen(slots=True)
class Settled:
    """What was asked of a sheet, settled criterion by criterion."""

    answers: dict[str, Answer]
    """The answers that count: those to criteria that were not asked are hidden."""
    unknown: set[str]
    """Criteria that were hidden because something could not be known."""
    ignored: set[str]
    """Criteria that were answered though they were not asked."""


@attrs.frozen(slots=True)
class ExactScore:
    """The exact result for one sheet."""

    answers: Mapping[str, Answer]
    """The answers that count: those to criteria that were not asked are hidden."""
    settled: Settled
    """What was asked, and why the rest was hidden."""
    worths: Mapping[str, Worth]
    """The worth of each answer that counts."""
    stages: Mapping[str, Fraction | None]
    overall: Fraction | None
    verdict: str
    reason: str
    gates: Mapping[str, str]
    """Criterion to the error class of the gate that it triggered."""
    gates_unobserved: int
    irreversible: tuple[str, ...]
    """Irreversible criteria below what is expected."""
    missed: tuple[str, ...]
    """The marks that were missed: stage ids, and "overall"."""


def score_sheet(rubric: Rubric, sheet: Sheet) -> ExactScore:
    """Score one sheet under the `coqs` policy."""
    settled = settle_sheet(rubric, sheet)
    answers = {id: settled.answers[id] for id in rubric.criterion_ids}
    worths = {
        criterion.id: worth_of(criterion, answers[criterion.id], sheet)
        for criterion in rubric.criteria
        if answers[criterion.id].absence is None
    }
    stages = {stage.id: _stage_score(rubric, stage.id, worths) for stage in rubric.stages}
    overall = _overall(rubric, stages)
    gates = _gates(rubric, answers)
    irreversible = tuple(
        each.id
        for each in rubric.criteria
        if each.irreversible and each.id in worths and worths[each.id].standing is Standing.BELOW
    )
    missed = _missed(rubric, stages, overall)
    failed = bool(gates or irreversible or missed)
    return ExactScore(
        answers=answers,
        settled=settled,
        worths=worths,
        stages=stages,
        overall=overall,
        verdict="fail" if failed else "unscored" if overall is None else "pass",
        reason="" if overall is not None else reason_unscored(rubric, answers),
        gates=gates,
        gates_unobserved=sum(answers[each.id].absence in MISSING for each in rubric.criteria if each.gate),
        irreversible=irreversible,
        missed=missed,
    )


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
            return _answer_in(rubric.criterion(criterion), settled.answers[criterion], ids) if known else None
        case Negation(inner):
            value = holds(inner, rubric, sheet, settled)
            return None if value is None else not value
        case Every(parts):
            return _every([holds(part, rubric, sheet, settled) for part in parts])
        case Some(parts):
            truths = [holds(part, rubric, sheet, settled) for part in parts]
            return True if True in truths else None if None in truths else False


def _answer_in(criterion: Criterion, answer: Answer, ids: tuple[str, ...]) -> bool | None:
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


def worth_of(criterion: Criterion, answer: Answer, sheet: Sheet) -> Worth:
    """Return what an answer is worth."""
    if isinstance(criterion.scale, SeveralChoice):
        return options_worth(criterion, Policy(), answer.chosen)
    return level_worths(criterion, best=best_place(criterion, sheet))[answer.position]


def stage_weight(rubric: Rubric, stage: str, worths: Mapping[str, Worth]) -> Fraction:
    """Return the weight of what was scored in a stage: the denominator of its score."""
    return sum(
        (
            each.weight
            for each in rubric.criteria
            if each.stage == stage and each.is_scoring and each.id in worths
        ),
        Fraction(0),
    )


def _stage_score(rubric: Rubric, stage: str, worths: Mapping[str, Worth]) -> Fraction | None:
    whole = stage_weight(rubric, stage, worths)
    if not whole:
        return None
    earned = sum(
        (
            each.weight * (worths[each.id].share or 0)
            for each in rubric.criteria
            if each.stage == stage and not each.record_only and each.id in worths
        ),
        Fraction(0),
    )
    return earned / whole


def scored_stages_weight(rubric: Rubric, stages: Mapping[str, Fraction | None]) -> Fraction:
    """Return the weight of the stages that were scored: the denominator of the overall score."""
    return sum((stage.weight for stage in rubric.stages if stages[stage.id] is not None), Fraction(0))


def _overall(rubric: Rubric, stages: Mapping[str, Fraction | None]) -> Fraction | None:
    whole = scored_stages_weight(rubric, stages)
    if not whole:
        return None
    return sum((stage.weight * (stages[stage.id] or 0) for stage in rubric.stages), Fraction(0)) / whole


def _gates(rubric: Rubric, answers: Mapping[str, Answer]) -> dict[str, str]:
    return {
        each.id: each.gate.error_class
        for each in rubric.criteria
        if each.gate and answers[each.id].absence is None and _answer_in(each, answers[each.id], each.gate.on)
    }


def _missed(
    rubric: Rubric, stages: Mapping[str, Fraction | None], overall: Fraction | None
) -> tuple[str, ...]:
    marks = [(stage.id, stages[stage.id], stage.pass_mark) for stage in rubric.stages]
    marks.append(("overall", overall, rubric.pass_mark))
    return tuple(
        name for name, score, mark in marks if score is not None and mark is not None and score < mark
    )


def reason_unscored(rubric: Rubric, answers: Mapping[str, Answer]) -> str:
    """Say why nothing was scored, from the criteria that could have been."""
    weights = {stage.id: stage.weight for stage in rubric.stages}
    absences = [
        answers[each.id].absence for each in rubric.criteria if each.is_scoring and weights[each.stage]
    ]
    missing = {absence for absence in absences if absence in MISSING}
    if len(missing) == 1:
        return str(missing.pop())
    if missing:
        return "missing"
    if Absence.NOT_APPLICABLE in absences:
        return "not_applicable"
    return "no_weight" if any(answer.absence is None for answer in answers.values()) else "not_asked"


def counts_of(result: ExactScore, ids: Collection[str]) -> dict[str, int]:
    """Count some criteria by kind of answer or absence, and their answers by standing."""
    absences = [answer.absence for id, answer in result.answers.items() if id in ids]
    standings = [worth.standing for id, worth in result.worths.items() if id in ids]
    counts = {"answered": absences.count(None)}
    counts |= {str(name): absences.count(name) for name in COUNTED}
    counts["ignored"] = len(result.settled.ignored)
    return counts | {str(name): standings.count(name) for name in Standing}


COUNTED = (
    Absence.NOT_APPLICABLE,
    Absence.NOT_ASKED,
    Absence.UNANSWERED,
    Absence.ABSTAINED,
    Absence.FAILED,
)
