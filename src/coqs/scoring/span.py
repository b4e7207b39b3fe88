"""The lowest and the highest score that any answers to a rubric could get under a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import attrs

from coqs.model import Absence
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.reach import ONE, STRUCTURED, ZERO, counts_in, possible, weighs
from coqs.scoring.finish import rounded
from coqs.scoring.stage_gates import with_gates_of_stages
from coqs.scoring.worth import COQS, Worth, earned, filled_worth, level_worths, lower, lowered, options_worth

Ends = tuple[Fraction, Fraction]
"""The lowest and the highest value."""


@attrs.frozen(slots=True)
class Part:
    """The least and the most that a criterion can add, and what it adds to the denominator."""

    least: Fraction
    most: Fraction
    possible: Fraction
    counts: str


def score_range(rubric: Rubric, policy: Policy = COQS) -> tuple[float, float]:
    """Return the lowest and highest overall score.

    They are [0, 1] unless there is a bonus, negative points, a floor or a deduction; where gates and set
    rules change scores, they may be wider than what answers can reach.
    """
    policy = with_gates_of_stages(rubric, policy)
    low, high = _before_rules(rubric, policy)
    if policy.bonus.endswith("clamped"):
        low, high = min(low, ONE), min(high, ONE)
    gates = any(each.gate for each in rubric.criteria) and policy.gate_scope == "interaction"
    ends = _after_rules((low, high), policy, None, policy.floor, gates=gates)
    if policy.rounding_of in ("overall", "both"):
        ends = _each(ends, lambda value: rounded(value, policy))
    return float(ends[0]), float(ends[1])


def _before_rules(rubric: Rubric, policy: Policy) -> Ends:
    if policy.combine == "error_accuracy":
        return ZERO, ONE
    weights = dict(zip(rubric.stage_ids, weighs(rubric, policy), strict=True))
    if policy.combine in STRUCTURED:
        spans = [_stage_span(rubric, id, policy) for id, weight in weights.items() if weight]
        return _hull([each for each in spans if each is not None])
    parts = [
        _times(_part(each, policy), weights[each.stage]) for each in rubric.criteria if weights[each.stage]
    ]
    if policy.combine == "deduction":
        return _deduction_span(parts, policy)
    pooled = _span_of_means(parts) or (ZERO, ONE)
    own = [_stage_span(rubric, id, policy) for id, weight in weights.items() if weight]
    return _hull([pooled, *_beside_bonus([each for each in own if each is not None], parts)])


def _beside_bonus(spans: Sequence[Ends], parts: Sequence[Part]) -> list[Ends]:
    """Return the spans of stages, widened by what the bonus of other stages can add to the whole form."""
    lost, won = _bonus(parts)
    lightest = min((each.possible for each in parts if each.possible), default=ONE)
    return [(low + lost / lightest, high + won / lightest) for low, high in spans]


def _hull(spans: Sequence[Ends]) -> Ends:
    return min((low for low, _ in spans), default=ZERO), max((high for _, high in spans), default=ONE)


def _stage_span(rubric: Rubric, id: str, policy: Policy) -> Ends | None:
    """Return the ends of what a stage brings into the overall score; None if it is never scored."""
    members = [each for each in rubric.criteria if each.stage == id]
    ends = _span_of_means([_part(each, policy) for each in members])
    if ends is None:
        return None
    gates = any(each.gate for each in members) and policy.gate_scope == "stage"
    ends = _after_rules(ends, policy, id, policy.stage_floor, gates=gates)
    if policy.combine in STRUCTURED and policy.rounding_of in ("stages", "both"):
        ends = _each(ends, lambda value: rounded(value, policy))
    return ends


def _after_rules(
    ends: Ends, policy: Policy, stage: str | None, floor: Fraction | None, *, gates: bool
) -> Ends:
    """Return what floors, gates that may fire and set rules that may hold make of the ends."""
    low, high = ends
    sets = [rule.score for rule in policy.overrides if rule.stage == stage]
    for name in policy.precedence:
        if name == "floor" and floor is not None:
            low, high = max(low, floor), max(high, floor)
        elif name == "gate" and gates:
            low = min(low, lower(low, policy))
        elif name == "override":
            low, high = min([low, *sets]), max([high, *sets])
    return low, high


def _each(ends: Ends, change: Callable[[Fraction], Fraction]) -> Ends:
    return change(ends[0]), change(ends[1])


def _span_of_means(parts: Sequence[Part]) -> Ends | None:
    """Return the lowest and highest mean: one criterion scored, and every bonus lost or won.

    Scoring another criterion beside it takes a mean with that one's own share, which is no extreme.
    """
    scoring = [each for each in parts if each.counts == "possible" and each.possible > 0]
    if not scoring:
        return None
    lost, won = _bonus(parts)
    return (
        min((each.least + lost) / each.possible for each in scoring),
        max((each.most + won) / each.possible for each in scoring),
    )


def _bonus(parts: Sequence[Part]) -> Ends:
    """Return the least and the most that all bonus criteria can add together."""
    bonus = [each for each in parts if each.counts == "bonus"]
    lost = sum((min(each.least, ZERO) for each in bonus), ZERO)
    return lost, sum((max(each.most, ZERO) for each in bonus), ZERO)


def _deduction_span(parts: Sequence[Part], policy: Policy) -> Ends:
    """Return the lowest and highest of (baseline + points) / ceiling, over what may count and what not."""
    parts = [each for each in parts if each.counts]
    start = policy.baseline or ZERO
    if policy.ceiling is not None:
        lost = sum((min(each.least, ZERO) for each in parts), ZERO)
        won = sum((max(each.most, ZERO) for each in parts), ZERO)
        return (start + lost) / policy.ceiling, (start + won) / policy.ceiling
    if not start:
        return _span_of_means(parts) or (ZERO, ONE)
    lowest = _least_ratio(start, [(each.least, each.possible) for each in parts])
    return lowest, -_least_ratio(start, [(-each.most, each.possible) for each in parts], sign=-1)


def _least_ratio(start: Fraction, pairs: Sequence[tuple[Fraction, Fraction]], *, sign: int = 1) -> Fraction:
    """Return the least (sign * start + sum of firsts) / (start + sum of seconds) over all choices of pairs.

    By Dinkelbach's iteration (On nonlinear fractional programming, Management Science 13, 1967): from any
    ratio, take the pairs that lie below it, until nothing changes.
    """
    ratio = _ratio(start, pairs, sign)
    while True:
        below = [pair for pair in pairs if pair[0] - ratio * pair[1] < 0]
        better = _ratio(start, below, sign)
        if better >= ratio:
            return ratio
        ratio = better


def _ratio(start: Fraction, pairs: Sequence[tuple[Fraction, Fraction]], sign: int) -> Fraction:
    above = sign * start + sum((first for first, _ in pairs), ZERO)
    return above / (start + sum((second for _, second in pairs), ZERO))


def _times(part: Part, factor: Fraction) -> Part:
    return Part(part.least * factor, part.most * factor, part.possible * factor, part.counts)


def _part(criterion: Criterion, policy: Policy) -> Part:
    counts = counts_in(criterion, policy)
    if not counts:
        return Part(ZERO, ZERO, ZERO, counts)
    sums = [earned(criterion, policy, worth) for worth in _worths(criterion, policy)]
    most = possible(criterion, policy) if counts == "possible" else ZERO
    return Part(min(sums), max(sums), most, counts)


def _worths(criterion: Criterion, policy: Policy) -> Iterator[Worth]:
    """Yield the worths among which the extremes are: of answers, gates and absences."""
    for worth in _answers(criterion, policy):
        yield worth
        if criterion.gate:
            yield lowered(criterion, policy, worth)
    best = 0 if criterion.ideal else None
    for absence in (Absence.NOT_APPLICABLE, Absence.UNANSWERED):
        filled = filled_worth(criterion, policy, absence, best)
        if filled is not None:
            yield filled


def _answers(criterion: Criterion, policy: Policy) -> Iterator[Worth]:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        for sign in (1, -1):
            chosen = [place for place, option in enumerate(scale.options) if (option.points or 0) * sign > 0]
            yield options_worth(criterion, policy, chosen)
    elif criterion.ideal:
        for _, level in criterion.ideal.best:
            yield from level_worths(criterion, policy, scale.ids.index(level))
    else:
        yield from level_worths(criterion, policy)
