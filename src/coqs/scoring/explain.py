"""The exact account of one score: every item's share, weight, contribution and rule."""

from __future__ import annotations

import importlib.metadata
from fractions import Fraction

import attrs

from coqs.errors import RubricError
from coqs.ratings import Answer, Sheet
from coqs.results import Explanation, Item, Provenance, Scores, StageAccount, Step
from coqs.rubric import Criterion, Numeric, Policy, Rubric, SeveralChoice
from coqs.rubric.reach import ZERO
from coqs.scoring.counterfactual import counterfactual_of
from coqs.scoring.exact import ExactScore, Term, counts_of, score_sheet
from coqs.scoring.exact_bounds import exact_bounds
from coqs.scoring.finish import Spread
from coqs.scoring.fired import areas_of, fired_by
from coqs.scoring.moves import full_weights, moved_weights
from coqs.scoring.rules import rule_of, step_rule
from coqs.scoring.stage_gates import with_gates_of_stages

Evidence = dict[str, tuple[tuple[int, int, int], ...]]


def explain(scores: Scores, interaction: str, *, rater: str | None = None) -> Explanation:
    """Explain one interaction's score exactly, item by item.

    Its counterfactual is looked for briefly; `coqs.counterfactual` looks longer.

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
    told = account(rubric, ratings.sheet(row), scores.provenance, evidence)
    return attrs.evolve(told, counterfactual=counterfactual_of(scores, row))


@attrs.frozen(slots=True)
class Case:
    """One sheet that is explained, with its score."""

    rubric: Rubric
    policy: Policy
    sheet: Sheet
    result: ExactScore

    @property
    def spread(self) -> Spread:
        """How the overall score is made of the stages; of nothing where there is none."""
        nothing = (ZERO,) * len(self.rubric.stages)
        return self.result.finished.spread or Spread(ZERO, nothing, nothing, nothing)


def account(
    rubric: Rubric, sheet: Sheet, provenance: Provenance | None = None, evidence: Evidence | None = None
) -> Explanation:
    """Return the exact account of one sheet under the policy that its provenance names."""
    provenance = provenance or _own_provenance(rubric)
    policy = provenance.policy
    result = score_sheet(rubric, sheet, policy)
    case = Case(rubric, policy, sheet, result)
    items = _items(case, evidence or {})
    applied = {item.criterion: item.applied_weight for item in items}
    added = {item.criterion: item.contribution for item in items}
    return Explanation(
        interaction=sheet.interaction,
        rater=sheet.rater,
        overall=result.overall,
        verdict=result.verdict,
        reason=result.reason,
        because=_because(case),
        stages=tuple(_stage_account(case, place) for place in range(len(rubric.stages))),
        items=items,
        moved=moved_weights(rubric, policy, result, applied),
        fired=fired_by(rubric, policy, result, added),
        steps=tuple(_told(step, case) for step in result.finished.steps),
        bounds=_bounds(rubric, sheet, policy),
        counts=counts_of(result, _counted(rubric, provenance)),
        pass_mark=rubric.pass_mark,
        band=result.band,
        points=result.points,
        provenance=provenance,
    )


def _counted(rubric: Rubric, provenance: Provenance) -> tuple[str, ...]:
    """Return the criteria that are counted: those of the controller that the score is narrowed to."""
    controller = provenance.controlled_by
    return tuple(each.id for each in rubric.criteria if controller in (None, each.controlled_by))


def _bounds(rubric: Rubric, sheet: Sheet, policy: Policy) -> tuple[Fraction, Fraction] | None:
    try:
        return exact_bounds(rubric, sheet, policy)
    except RubricError:  # too many ways to try; the rest of the account stands without them
        return None


def _own_provenance(rubric: Rubric) -> Provenance:
    return Provenance.of(rubric, rubric.policy or Policy(), coqs_version=importlib.metadata.version("coqs"))


def _because(case: Case) -> tuple[str, ...]:
    rubric, result = case.rubric, case.result
    reasons = [f"gate {class_} triggered by {id}" for id, class_ in _failing_gates(case).items()]
    reasons += [f"irreversible {id} is below what is expected" for id in result.irreversible]
    scores = dict(zip(rubric.stage_ids, result.finished.exact_stages, strict=True))
    for name in result.missed:
        mark = rubric.pass_mark if name == "overall" else rubric.stage(name).pass_mark
        score = result.finished.exact_overall if name == "overall" else scores[name]
        reasons.append(f"{name} {score} is below its pass mark {mark}")
    return tuple(reasons)


def _failing_gates(case: Case) -> dict[str, str]:
    """Return the gates that fail the verdict: of an area with too many, and of ethics always."""
    found = {}
    for each in case.rubric.criteria:
        fires = each.id in case.result.gates_fired
        fails = fires and any(area in case.result.areas_fired for area in areas_of(each, case.policy))
        if each.gate and (fails or case.result.gates.get(each.id) == "ethics"):
            found[each.id] = each.gate.error_class
    return found


def _stage_account(case: Case, place: int) -> StageAccount:
    stage = case.rubric.stages[place]
    return StageAccount(
        stage=stage.id,
        weight=stage.weight,
        applied_weight=case.spread.applied[place],
        score=case.result.stages[stage.id],
        pass_mark=stage.pass_mark,
        missed=stage.id in case.result.missed,
        band=case.result.stage_bands[stage.id],
    )


def _told(step: Step, case: Case) -> Step:
    """Say of a step which rule it follows."""
    down: tuple[str, ...] = ()
    if step.name == "override":
        rules = with_gates_of_stages(case.rubric, case.policy).overrides
        pairs = zip(rules, case.result.sums.overrides, strict=True)
        first = next(place for place, (rule, holds) in enumerate(pairs) if holds and rule.stage == step.stage)
        if first < len(case.policy.overrides):
            step = attrs.evolve(step, override=first)
        else:  # it is no rule of the policy, but what a gate says of a stage that it names
            step, down = attrs.evolve(step, name="gate"), (step.stage or "",)
    return attrs.evolve(step, rule=step_rule(step, case.policy, down))


def _items(case: Case, evidence: Evidence) -> tuple[Item, ...]:
    full = full_weights(case.rubric, case.policy)
    return tuple(_item(case, each, full[each.id], evidence.get(each.id, ())) for each in case.rubric.criteria)


def _item(
    case: Case, criterion: Criterion, full: Fraction, evidence: tuple[tuple[int, int, int], ...]
) -> Item:
    id, result = criterion.id, case.result
    term, worth = result.terms[id], result.worths.get(id)
    applied, contribution = _applied(case, term)
    return Item(
        criterion=id,
        stage=criterion.stage,
        text=criterion.words.text,
        answer=_shown(criterion, result.answers[id]),
        weight=criterion.weight,
        points=worth.points if worth else None,
        share=worth.share if worth else None,
        counted_share=term.counted.share if term.counted and term.counts else None,
        full_weight=full,
        applied_weight=applied,
        contribution=contribution,
        standing=worth.standing if worth else None,
        gate=result.gates.get(id) or (_gate_class(criterion) if term.fired else None),
        irreversible_failed=id in result.irreversible,
        band=result.criterion_bands[id],
        evidence=evidence,
        rule=rule_of(criterion, case.rubric, case.policy, case.sheet, result),
    )


def _gate_class(criterion: Criterion) -> str | None:
    return criterion.gate.error_class if criterion.gate else None


def _applied(case: Case, term: Term) -> tuple[Fraction, Fraction]:
    """Return the share of the overall score that a criterion carried, and what it added."""
    place = case.rubric.stage_ids.index(term.criterion.stage)
    per_earned, per_share = case.spread.per_earned[place], case.spread.per_share[place]
    if term.counted is None:
        return ZERO, ZERO
    if term.counts != "possible":
        return ZERO, per_earned * term.earned
    applied = per_earned * term.possible + per_share
    return applied, per_earned * term.earned + per_share * (term.counted.share or ZERO)


def _shown(criterion: Criterion, answer: Answer) -> str:
    if answer.absence is not None:
        return str(answer.absence)
    ids = criterion.scale.ids
    if isinstance(criterion.scale, SeveralChoice):
        return "|".join(ids[place] for place in answer.chosen) or "none of the options"
    if isinstance(criterion.scale, Numeric):
        return f"{answer.number:.15g} ({ids[answer.position]})"
    return ids[answer.position]
