"""Where the weight of what did not count went: how much, to whom, exactly.

The weight that a criterion carries where everything counts is its full weight. A criterion that leaves
gives it to the others of its *area*: those that count in its stage where stages are averaged, those of
the whole form otherwise. What leaves in equal parts gives each the same; what leaves in proportion gives
each by the weight that it carries in the end. A stage of which nothing counts gives to the other stages
by the same two rules, and a stage hands on what it gets by the weights that its criteria carry. So each
criterion's full weight and its gains are the weight that was applied, to the last fraction, however many
leave at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from coqs.results import Gain, Moved
from coqs.rubric import Policy, Rubric
from coqs.rubric.reach import STRUCTURED, ZERO, shares
from coqs.scoring.exact import ExactScore
from coqs.scoring.worth import does_not_apply

Amounts = dict[str, Fraction]
"""Share of the overall score, by criterion."""


def full_weights(rubric: Rubric, policy: Policy) -> Amounts:
    """Return the share of the overall score that each criterion carries where every one counts.

    0 for what is only recorded, for a bonus that counts outside, and where a score is no sum of shares.
    """
    reached = shares(rubric, policy) or {}
    outside = policy.bonus.startswith("outside")
    return {
        each.id: ZERO if each.bonus and outside else reached.get(each.id, ZERO) for each in rubric.criteria
    }


def moved_weights(
    rubric: Rubric, policy: Policy, result: ExactScore, applied: Mapping[str, Fraction]
) -> tuple[Moved, ...]:
    """Return the weights that went, in the order of the sheet; none where nothing was scored."""
    if result.finished.spread is None:
        return ()
    carried = dict.fromkeys(rubric.stage_ids, ZERO)
    for each in rubric.criteria:
        carried[each.stage] += applied[each.id]
    moves = _Moves(rubric, policy, result, applied, carried)
    return tuple(
        moves.of(id, amount)
        for id, amount in full_weights(rubric, policy).items()
        if amount and result.terms[id].counted is None
    )


@attrs.frozen(slots=True)
class _Moves:
    """What decides who gets a weight that went."""

    rubric: Rubric
    policy: Policy
    result: ExactScore
    applied: Mapping[str, Fraction]
    carried: Amounts
    """Share of the overall score, by stage."""

    def of(self, id: str, amount: Fraction) -> Moved:
        """Return the move of one criterion's weight."""
        stage, absence = self.rubric.criterion(id).stage, self.result.answers[id].absence
        away = self.policy.not_applicable == "drop_equal" and does_not_apply(self.policy, absence)
        if self.policy.combine not in STRUCTURED:
            equal, parts = away, _parts(self._counting(None), self.applied, equal=away)
        elif self.carried[stage]:
            equal, parts = away, self._within(stage, equal=away)
        else:
            equal = self._leaves_as_a_whole(stage)
            to_stages = _parts(
                [each for each, share in self.carried.items() if share], self.carried, equal=equal
            )
            parts = {
                each: part * own
                for to, part in to_stages.items()
                for each, own in self._within(to, equal=False).items()
            }
        gains = tuple(
            Gain(each, amount * parts[each]) for each in self.rubric.criterion_ids if parts.get(each)
        )
        how = "in equal parts" if equal else "in proportion"
        return Moved(criterion=id, stage=stage, why=str(absence), amount=amount, how=how, gains=gains)

    def _counting(self, stage: str | None) -> list[str]:
        """Return the criteria that count, in a stage or in every stage that weighs anything."""
        return [
            id
            for id, term in self.result.terms.items()
            if term.counts == "possible" and term.counted is not None
            if (term.criterion.stage == stage if stage else self.carried[term.criterion.stage])
        ]

    def _within(self, stage: str, *, equal: bool) -> Amounts:
        return _parts(self._counting(stage), self.applied, equal=equal)

    def _leaves_as_a_whole(self, stage: str) -> bool:
        """Tell whether a stage that lost all of its criteria gives its weight in equal parts."""
        place = self.rubric.stage_ids.index(stage)
        return self.policy.not_applicable == "drop_equal" and self.result.sums.stages[place].dropped > 0


def _parts(names: list[str], weights: Mapping[str, Fraction], *, equal: bool) -> Amounts:
    """Return the part that each of some gets: the same, or by its weight."""
    if equal:
        return dict.fromkeys(names, Fraction(1, len(names)))
    total = sum((weights[name] for name in names), ZERO)
    return {name: weights[name] / total for name in names}
