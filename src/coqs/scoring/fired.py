"""What single criteria set off: gates that fire, and bonuses that were earned, in the order of the sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from coqs.results import Fired
from coqs.rubric import Criterion, Gate, Policy, Rubric
from coqs.rubric.reach import ZERO
from coqs.scoring.exact import ExactScore, Term
from coqs.scoring.rules import gate_rule
from coqs.scoring.worth import Worth


def areas_of(criterion: Criterion, policy: Policy) -> tuple[str, ...]:
    """Return where the gate of a criterion counts: the stages that it names, or the policy's scope."""
    if criterion.gate is not None and criterion.gate.stages:
        return criterion.gate.stages
    return ({"interaction": "overall", "stage": criterion.stage}.get(policy.gate_scope, criterion.id),)


def fired_by(
    rubric: Rubric, policy: Policy, result: ExactScore, contributions: Mapping[str, Fraction]
) -> tuple[Fired, ...]:
    """Return what fired: first the gates, then the bonuses that count outside."""
    gates = [_gate(each.gate, result.terms[each.id], policy, result) for each in rubric.criteria if each.gate]
    return (*(each for each in gates if each), *_bonuses(rubric, result, contributions))


def _gate(gate: Gate, term: Term, policy: Policy, result: ExactScore) -> Fired | None:
    criterion = term.criterion
    if not (term.fired or term.breaks_ethics):
        return None
    failing = term.fired and any(area in result.areas_fired for area in areas_of(criterion, policy))
    tolerated = not failing and not term.breaks_ethics
    before, after = _number(term.own, policy), _number(term.counted, policy)
    lowered = before != after and after is not None
    return Fired(
        name="gate",
        criterion=criterion.id,
        stage=criterion.stage,
        before=before if lowered else None,
        after=after if lowered else None,
        error_class=gate.error_class,
        trigger="chosen_levels" if gate.stages else policy.gate_trigger,
        scope="stage" if gate.stages else policy.gate_scope,
        effect=policy.gate_effect,
        tolerated=tolerated,
        rule=gate_rule(term, policy, failing=failing, lowered=lowered),
    )


def _number(worth: Worth | None, policy: Policy) -> Fraction | None:
    """Return what of an answer's worth goes into the score."""
    if worth is None:
        return None
    return worth.points if policy.combine == "deduction" else worth.share


def _bonuses(rubric: Rubric, result: ExactScore, contributions: Mapping[str, Fraction]) -> Iterator[Fired]:
    """Yield each bonus that changes the overall score, with the score before and after it.

    What all the others contribute comes first, with what everybody starts with.
    """
    terms = result.terms
    started = (step.amount for step in result.finished.steps if step.name == "baseline")
    plain = (amount for id, amount in contributions.items() if terms[id].counts != "bonus")
    score = sum(started, ZERO) + sum(plain, ZERO)
    for each in rubric.criteria:
        if terms[each.id].counts != "bonus" or not contributions[each.id]:
            continue
        before, score = score, score + contributions[each.id]
        yield Fired(
            name="bonus",
            criterion=each.id,
            stage=each.stage,
            before=before,
            after=score,
            rule="a bonus adds to what was earned, never to what can be reached",
        )
