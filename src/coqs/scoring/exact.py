"""Score one sheet in rationals: the truth that the columnar scorer must equal.

Slow and plain on purpose: it follows the semantics sentence by sentence and keeps what the account
needs that `coqs.explain` shows. What was asked is settled in `exact_asking`, what an answer is worth in
`worth`; `finish` goes from the sums of the stages to the scores.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

import attrs

from coqs.model import Absence, Band, Standing, band_of
from coqs.ratings import Answer, Sheet
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.reach import ZERO, counts_in, possible, weighs
from coqs.scoring.exact_asking import Settled, best_place, holds, settle_sheet
from coqs.scoring.finish import Finished, StageSums, Sums, finish
from coqs.scoring.stage_gates import with_gates_of_stages
from coqs.scoring.worth import (
    COQS,
    Worth,
    answer_worth,
    does_not_apply,
    earned,
    filled_worth,
    fires,
    hits,
    lowered,
    names_stages,
)

MISSING = (Absence.UNANSWERED, Absence.ABSTAINED, Absence.FAILED)
COUNTED = (Absence.NOT_APPLICABLE, Absence.NOT_ASKED, *MISSING)


@attrs.frozen(slots=True)
class Term:
    """What one criterion brings to the sums of its stage."""

    criterion: Criterion
    counts: str
    """"possible", "bonus", or empty where it adds nothing."""
    own: Worth | None
    """The worth of the answer; None without one."""
    counted: Worth | None
    """What counts in the score: lowered by its own gate, or filled in for an absence; None where it left."""
    fired: bool
    """Whether its gate fires under the policy's trigger."""
    hit: bool
    """Whether the answer is one that its gate names."""
    possible: Fraction = ZERO
    earned: Fraction = ZERO
    dropped: Fraction = ZERO
    """What it could have earned, where it left as not applicable."""

    @property
    def breaks_ethics(self) -> bool:
        """Whether the answer is one that a gate of class ethics names."""
        gate = self.criterion.gate
        return self.hit and gate is not None and gate.error_class == "ethics"

    @property
    def stages_down(self) -> tuple[str, ...]:
        """The stages that its gate names and takes down."""
        gate = self.criterion.gate
        return gate.stages if gate is not None and self.fired else ()

    @property
    def is_irreversible(self) -> bool:
        """Whether the answer is below what is expected, and cannot be made good."""
        below = self.own is not None and self.own.standing is Standing.BELOW
        return below and self.criterion.irreversible

    def brings(self, policy: Policy) -> StageSums:
        """Return what it adds to the sums of its stage."""
        counts = self.counts == "possible" and self.counted is not None
        watched = self.own is not None and is_watched(self.criterion, policy)
        return StageSums(
            earned=self.earned,
            possible=self.possible,
            dropped=self.dropped,
            count=int(counts),
            shares=(self.counted.share or ZERO) if counts and self.counted else ZERO,
            fired=int(self.fired and not names_stages(self.criterion)),
            errors=int(watched and self.fired),
            watched=int(watched),
        )

    def points(self, policy: Policy) -> Fraction:
        """Return its raw points, before any gate lowers them; under `deduction` what it adds to the score."""
        if policy.combine == "deduction":
            return self.earned
        worth = self.own or self.counted
        return ZERO if worth is None or self.criterion.record_only else worth.points or ZERO


@attrs.frozen(slots=True, kw_only=True)
class ExactScore:
    """The exact result for one sheet under a policy."""

    answers: Mapping[str, Answer]
    """The answers that count: those to criteria that were not asked are hidden."""
    settled: Settled
    """What was asked, and why the rest was hidden."""
    worths: Mapping[str, Worth]
    """The worth of each answer that counts."""
    terms: Mapping[str, Term]
    """What each criterion brings to the sums."""
    sums: Sums
    finished: Finished
    """The scores with the steps that led to them, before and after rounding."""
    stages: Mapping[str, Fraction | None]
    """As they are reported."""
    overall: Fraction | None
    """As it is reported."""
    verdict: str
    reason: str
    points: Fraction
    """Raw points of what counts; under `deduction` with the baseline."""
    gates: Mapping[str, str]
    """Criterion to the error class of the gate that was hit, whatever the policy."""
    gates_fired: tuple[str, ...]
    """Criteria whose gates fire under the policy's trigger."""
    areas_fired: tuple[str, ...]
    """Where more gates fired than the policy tolerates: "overall", or ids of stages or criteria."""
    gates_unobserved: int
    irreversible: tuple[str, ...]
    """Irreversible criteria below what is expected."""
    missed: tuple[str, ...]
    """The marks that were missed: stage ids, and "overall"."""
    band: str
    """The id of the band of the overall score; empty without one."""
    stage_bands: Mapping[str, str]
    criterion_bands: Mapping[str, str]

    @property
    def possible(self) -> Fraction:
        """The denominator of the overall score; 0 where nothing was scored."""
        return self.finished.possible


def score_sheet(rubric: Rubric, sheet: Sheet, policy: Policy = COQS) -> ExactScore:
    """Score one sheet under a policy."""
    policy = with_gates_of_stages(rubric, policy)
    settled = settle_sheet(rubric, sheet)
    answers = {id: settled.answers[id] for id in rubric.criterion_ids}
    terms = {
        each.id: term_of(each, answers[each.id], policy, best_place(each, sheet)) for each in rubric.criteria
    }
    sums = Sums(
        stages=tuple(_stage_sums(stage.id, policy, terms) for stage in rubric.stages),
        overrides=tuple(holds(rule.when, rubric, sheet, settled) is True for rule in policy.overrides),
        refused=_is_refused(rubric, policy, answers),
    )
    finished = finish(rubric, policy, sums)
    return _result(rubric, policy, settled, terms, sums, finished)


def _result(
    rubric: Rubric,
    policy: Policy,
    settled: Settled,
    terms: Mapping[str, Term],
    sums: Sums,
    finished: Finished,
) -> ExactScore:
    answers = {id: settled.answers[id] for id in rubric.criterion_ids}
    gates = {
        id: term.criterion.gate.error_class for id, term in terms.items() if term.hit and term.criterion.gate
    }
    areas, missed = _areas_fired(rubric, policy, terms, sums), marks_missed(rubric, finished)
    irreversible = tuple(id for id, term in terms.items() if term.is_irreversible)
    failed = bool(areas or irreversible or missed or any(term.breaks_ethics for term in terms.values()))
    return ExactScore(
        answers=answers,
        settled=settled,
        worths={id: term.own for id, term in terms.items() if term.own is not None},
        terms=terms,
        sums=sums,
        finished=finished,
        stages=dict(zip(rubric.stage_ids, finished.stages, strict=True)),
        overall=finished.overall,
        verdict="fail" if failed else "unscored" if finished.overall is None else "pass",
        reason="" if finished.overall is not None else _reason(rubric, policy, answers),
        points=_points(policy, terms, finished),
        gates=gates,
        gates_fired=tuple(id for id, term in terms.items() if term.fired),
        areas_fired=areas,
        gates_unobserved=sum(answers[each.id].absence in MISSING for each in rubric.criteria if each.gate),
        irreversible=irreversible,
        missed=missed,
        band=_band(rubric.bands, finished.exact_overall),
        stage_bands={
            stage.id: _band(stage.bands, score)
            for stage, score in zip(rubric.stages, finished.exact_stages, strict=True)
        },
        criterion_bands={
            id: _band(term.criterion.bands, term.own.share if term.own else None)
            for id, term in terms.items()
        },
    )


def _points(policy: Policy, terms: Mapping[str, Term], finished: Finished) -> Fraction:
    """Return the raw points; nobody starts with any where nothing was scored."""
    start = ZERO if finished.overall is None else policy.baseline or ZERO
    return start + sum((term.points(policy) for term in terms.values()), ZERO)


def term_of(criterion: Criterion, answer: Answer, policy: Policy, best: int | None) -> Term:
    """Return what a criterion brings to the sums, given its answer or why there is none."""
    counts, most = counts_in(criterion, policy), possible(criterion, policy)
    own: Worth | None = None
    counted: Worth | None = None
    fired, hit = False, False
    if answer.absence is None:
        said = answer.chosen if isinstance(criterion.scale, SeveralChoice) else answer.position
        own = answer_worth(criterion, policy, said, best)
        fired, hit = fires(criterion, policy, said, best), hits(criterion, said)
        counted = lowered(criterion, policy, own) if fired else own
    else:
        counted = filled_worth(criterion, policy, answer.absence, best)
    leaves = counted is None and does_not_apply(policy, answer.absence)
    return Term(
        criterion=criterion,
        counts=counts,
        own=own,
        counted=None if criterion.record_only else counted,
        fired=fired,
        hit=hit,
        possible=most if counts == "possible" and counted is not None else ZERO,
        earned=earned(criterion, policy, counted) if counts and counted is not None else ZERO,
        dropped=most if counts == "possible" and leaves else ZERO,
    )


def _stage_sums(stage: str, policy: Policy, terms: Mapping[str, Term]) -> StageSums:
    parts = [term.brings(policy) for term in terms.values() if term.criterion.stage == stage]
    return sum(parts, StageSums())


def is_watched(criterion: Criterion, policy: Policy) -> bool:
    """Tell whether a gate is one whose errors `error_accuracy` counts."""
    return criterion.gate is not None and policy.error_class in (None, criterion.gate.error_class)


def could_score(rubric: Rubric, policy: Policy) -> tuple[Criterion, ...]:
    """Return the criteria on which it hangs whether there is a score, in the order of the sheet."""
    if policy.combine == "error_accuracy":
        return tuple(each for each in rubric.criteria if is_watched(each, policy))
    weight = dict(zip(rubric.stage_ids, weighs(rubric, policy), strict=True))
    return tuple(
        each for each in rubric.criteria if counts_in(each, policy) == "possible" and weight[each.stage]
    )


def demanded(rubric: Rubric, policy: Policy) -> tuple[Criterion, ...]:
    """Return the criteria without whose answers the policy refuses to score.

    Nobody is asked to fill in a bonus, unless errors are counted and its gate is one of them.
    """
    if policy.unanswered != "refuse":
        return ()
    errors = policy.combine == "error_accuracy"
    return tuple(each for each in could_score(rubric, policy) if errors or not each.bonus)


def _is_refused(rubric: Rubric, policy: Policy, answers: Mapping[str, Answer]) -> bool:
    """Tell whether an open answer leaves the sheet unscored."""
    return any(answers[each.id].is_open for each in demanded(rubric, policy))


def _areas_fired(rubric: Rubric, policy: Policy, terms: Mapping[str, Term], sums: Sums) -> tuple[str, ...]:
    down = {id for term in terms.values() for id in term.stages_down}
    if policy.gate_scope == "stage":
        pairs = zip(rubric.stage_ids, sums.stages, strict=True)
        down |= {id for id, stage in pairs if stage.fired > policy.strikes}
    found = tuple(id for id in rubric.stage_ids if id in down)
    if policy.gate_scope == "criterion":
        return (*(id for id, term in terms.items() if term.fired and not term.stages_down), *found)
    whole = policy.gate_scope == "interaction" and sum(stage.fired for stage in sums.stages) > policy.strikes
    return ("overall", *found) if whole else found


def marks_missed(rubric: Rubric, finished: Finished) -> tuple[str, ...]:
    """Return which marks the scores are below: ids of stages, and "overall"."""
    scores = (*finished.exact_stages, finished.exact_overall)
    marks = (*(stage.pass_mark for stage in rubric.stages), rubric.pass_mark)
    return tuple(
        name
        for name, score, mark in zip((*rubric.stage_ids, "overall"), scores, marks, strict=True)
        if score is not None and mark is not None and score < mark
    )


def _band(bands: tuple[Band, ...], score: Fraction | None) -> str:
    return bands[band_of(bands, score)].id if bands and score is not None else ""


def _reason(rubric: Rubric, policy: Policy, answers: Mapping[str, Answer]) -> str:
    absences = {answers[each.id].absence for each in could_score(rubric, policy)}
    return reason_unscored(absences, answered=any(answer.absence is None for answer in answers.values()))


def reason_unscored(absences: Collection[Absence | None], *, answered: bool) -> str:
    """Say why nothing was scored.

    `absences` are those of the criteria that could have been scored; `answered` tells whether any was
    answered at all.
    """
    missing = [absence for absence in MISSING if absence in absences]
    if missing:
        return str(missing[0]) if len(missing) == 1 else "missing"
    if Absence.NOT_APPLICABLE in absences:
        return "not_applicable"
    return "no_weight" if answered else "not_asked"


def counts_of(result: ExactScore, ids: Collection[str]) -> dict[str, int]:
    """Count some criteria by kind of answer or absence, and their answers by standing."""
    absences = [answer.absence for id, answer in result.answers.items() if id in ids]
    standings = [worth.standing for id, worth in result.worths.items() if id in ids]
    counts = {"answered": absences.count(None)}
    counts |= {str(name): absences.count(name) for name in COUNTED}
    counts["ignored"] = len(result.settled.ignored)
    return counts | {str(name): standings.count(name) for name in Standing}
