"""The exact account of one score: every item's share, weight, contribution and rule."""

from __future__ import annotations

from fractions import Fraction

from coqs.errors import RubricError
from coqs.model import Absence
from coqs.ratings import Answer, Sheet
from coqs.results import Explanation, Item, Provenance, Scores, StageAccount
from coqs.results.provenance import installed_version
from coqs.rubric import Criterion, Numeric, Policy, Rubric, SeveralChoice
from coqs.scoring.exact import (
    ExactScore,
    best_place,
    counts_of,
    is_asked,
    score_sheet,
    scored_stages_weight,
    stage_weight,
)
from coqs.scoring.exact_bounds import exact_bounds

Evidence = dict[str, tuple[tuple[int, int, int], ...]]


def explain(scores: Scores, interaction: str, *, rater: str | None = None) -> Explanation:
    """Explain one interaction's score exactly, item by item.

    Parameters
    ----------
    scores
        The scores that it is among.
    interaction
        Its id.
    rater
        Which rater's row; needed where several rated the interaction. An empty text asks for the
        rater without a name.

    Raises
    ------
    NotFoundError
        No such interaction, no such rater of it, or several raters and none was named.
    """
    ratings, rubric = scores.ratings, scores.scorer.applied_rubric
    row = ratings.row_of(interaction, rater=rater)
    evidence = {
        id: tuple(ratings.evidence.spans(row, place)) for place, id in enumerate(ratings.rubric.criterion_ids)
    }
    return account(rubric, ratings.sheet(row), scores.provenance, evidence)


def account(
    rubric: Rubric, sheet: Sheet, provenance: Provenance | None = None, evidence: Evidence | None = None
) -> Explanation:
    """Return the exact account of one sheet under the `coqs` policy."""
    result = score_sheet(rubric, sheet)
    stages = tuple(_stage_account(rubric, result, id) for id in rubric.stage_ids)
    applied = {stage.stage: stage.applied_weight for stage in stages}
    return Explanation(
        interaction=sheet.interaction,
        rater=sheet.rater,
        overall=result.overall,
        verdict=result.verdict,
        reason=result.reason,
        because=_because(rubric, result),
        stages=stages,
        items=tuple(
            _item(each, rubric, sheet, result, applied[each.stage], (evidence or {}).get(each.id, ()))
            for each in rubric.criteria
        ),
        bounds=_bounds(rubric, sheet),
        counts=counts_of(result, _counted(rubric, provenance)),
        pass_mark=rubric.pass_mark,
        provenance=provenance or _own_provenance(rubric),
    )


def _counted(rubric: Rubric, provenance: Provenance | None) -> tuple[str, ...]:
    """Return the criteria that are counted: those of the controller that the score is narrowed to."""
    controller = provenance.controlled_by if provenance else None
    return tuple(each.id for each in rubric.criteria if controller in (None, each.controlled_by))


def _bounds(rubric: Rubric, sheet: Sheet) -> tuple[Fraction, Fraction] | None:
    try:
        return exact_bounds(rubric, sheet)
    except RubricError:  # too many ways to try; the rest of the account stands without them
        return None


def _own_provenance(rubric: Rubric) -> Provenance:
    return Provenance.of(rubric, rubric.policy or Policy(), coqs_version=installed_version())


def _because(rubric: Rubric, result: ExactScore) -> tuple[str, ...]:
    reasons = [f"gate {error_class} triggered by {id}" for id, error_class in result.gates.items()]
    reasons += [f"irreversible {id} is below what is expected" for id in result.irreversible]
    for name in result.missed:
        mark = rubric.pass_mark if name == "overall" else rubric.stage(name).pass_mark
        score = result.overall if name == "overall" else result.stages[name]
        reasons.append(f"{name} {score} is below its pass mark {mark}")
    return tuple(reasons)


def _stage_account(rubric: Rubric, result: ExactScore, id: str) -> StageAccount:
    stage, score = rubric.stage(id), result.stages[id]
    whole = scored_stages_weight(rubric, result.stages)
    return StageAccount(
        stage=id,
        weight=stage.weight,
        applied_weight=stage.weight / whole if whole and score is not None else Fraction(0),
        score=score,
        pass_mark=stage.pass_mark,
        missed=id in result.missed,
    )


def _item(
    criterion: Criterion,
    rubric: Rubric,
    sheet: Sheet,
    result: ExactScore,
    stage_applied: Fraction,
    evidence: tuple[tuple[int, int, int], ...],
) -> Item:
    id, answer = criterion.id, result.answers[criterion.id]
    worth = result.worths.get(id)
    whole = stage_weight(rubric, criterion.stage, result.worths)
    carries = worth is not None and not criterion.record_only and bool(whole)
    per_share = stage_applied * criterion.weight / whole if carries else Fraction(0)
    share = worth.share if worth else None
    return Item(
        criterion=id,
        stage=criterion.stage,
        text=criterion.words.text,
        answer=_shown(criterion, answer),
        weight=criterion.weight,
        points=worth.points if worth else None,
        share=share,
        applied_weight=per_share if criterion.is_scoring else Fraction(0),
        contribution=per_share * (share or 0),
        standing=worth.standing if worth else None,
        gate=result.gates.get(id),
        irreversible_failed=id in result.irreversible,
        evidence=evidence,
        rule=_rule(criterion, rubric, sheet, result),
    )


def _shown(criterion: Criterion, answer: Answer) -> str:
    if answer.absence is not None:
        return str(answer.absence)
    ids = criterion.scale.ids
    if isinstance(criterion.scale, SeveralChoice):
        return "|".join(ids[place] for place in answer.chosen) or "none of the options"
    if isinstance(criterion.scale, Numeric):
        return f"{answer.number:.15g} ({ids[answer.position]})"
    return ids[answer.position]


def _rule(criterion: Criterion, rubric: Rubric, sheet: Sheet, result: ExactScore) -> str:
    answer = result.answers[criterion.id]
    if answer.absence is not None:
        return _absence_rule(criterion, rubric, sheet, result, answer.absence)
    if criterion.record_only:
        return "recorded, never scored"
    whole = stage_weight(rubric, criterion.stage, result.worths)
    if criterion.bonus:
        return "bonus, adds without a weight of its own" if whole else "bonus with nothing scored to add to"
    if criterion.ideal:
        return f"ideal point, the best level depends on {criterion.ideal.fact}"
    if isinstance(criterion.scale, SeveralChoice):
        return "chosen points over the sum of the positive ones"
    return "(points - lowest) / (highest - lowest)"


def _absence_rule(
    criterion: Criterion, rubric: Rubric, sheet: Sheet, result: ExactScore, absence: Absence
) -> str:
    hidden = absence is Absence.NOT_ASKED
    why = f"{_hidden_rule(criterion, rubric, sheet, result)}; " if hidden else ""
    if not criterion.is_scoring:
        return f"{why}carries no weight"
    if stage_weight(rubric, criterion.stage, result.worths):
        return f"{why}its weight goes to the rest of {criterion.stage}, in proportion"
    if result.overall is None:
        return f"{why}nothing was scored"
    return f"{why}nothing in {criterion.stage} was scored, so the stage's weight goes to the other stages"


def _hidden_rule(criterion: Criterion, rubric: Rubric, sheet: Sheet, result: ExactScore) -> str:
    ignored = "; the answer given is ignored" if criterion.id in result.settled.ignored else ""
    if is_asked(criterion, rubric, sheet, result.settled):
        return "the rater marked it as not asked"
    if criterion.applies_to and sheet.customer_set not in criterion.applies_to:
        return f"asked only of {', '.join(criterion.applies_to)}{ignored}"
    if criterion.ideal and best_place(criterion, sheet) is None:
        return f"the fact {criterion.ideal.fact} is missing, or names no best level{ignored}"
    unknown = criterion.id in result.settled.unknown
    return f"its condition {'cannot be known' if unknown else 'is not met'}{ignored}"
