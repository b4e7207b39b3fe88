"""The fewest changes that flip a verdict, in closed form, where scores are plain sums.

While what is asked stays as it is, a change adds the same to every score whatever else changes. Then
greed is exact. To pass, all that fails by itself must change; a stage below its mark takes its largest
gains until it reaches it, and the whole takes the largest that are left: within a stage what gains most
for the stage gains most for the whole, so no other set of that size reaches higher. To fail, one mark or
one gate is enough, and each takes the largest losses. Answers that branches read, and those without one
best way, are tried out around this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from coqs.ratings import Sheet
from coqs.rubric import Policy, Rubric
from coqs.rubric.reach import STRUCTURED, ZERO
from coqs.scoring.changes import (
    Changeable,
    Pick,
    Way,
    assignments,
    changed,
    count_assignments,
    goodness_of,
)
from coqs.scoring.exact import ExactScore, score_sheet
from coqs.scoring.finish import Finished, finish

Picks = tuple[Pick, ...]


@attrs.frozen(slots=True)
class Fewest:
    """What is known of the fewest changes."""

    picks: Picks | None
    """A set that flips the verdict; None where none was found."""
    at_least: int
    """No fewer changes do."""
    is_complete: bool
    """Whether nothing was left untried: without `picks` no set flips it."""


def is_plain(rubric: Rubric, policy: Policy) -> bool:
    """Tell whether every score is a plain sum of what single criteria add."""
    bent = policy.floor is not None or policy.stage_floor is not None or policy.overrides
    gates = policy.gate_effect != "verdict_only" and policy.gate_scope != "criterion"
    equal = policy.not_applicable == "drop_equal" and policy.combine not in STRUCTURED
    gates |= any(each.gate is not None and each.gate.stages for each in rubric.criteria)
    marks = any(stage.pass_mark is not None for stage in rubric.stages)
    return not (bent or gates or policy.combine == "error_accuracy" or (equal and marks))


def fewest(
    rubric: Rubric,
    policy: Policy,
    sheet: Sheet,
    found: Sequence[Changeable],
    flipped: str,
    most_cases: int,
) -> Fewest:
    """Return the fewest changes under a plain policy; at most so many answers of what decides are tried."""
    tangled = [each for each in found if _is_tangled(each, policy, flipped)]
    free = [each for each in found if each not in tangled]
    choices = [(each, each.towards(flipped)) for each in tangled]
    unclamped = attrs.evolve(policy, name="unclamped", bonus=policy.bonus.removesuffix("_clamped"))
    best: Picks | None = None
    cases = count_assignments([len(ways) for _, ways in choices], len(choices))
    for size, n in enumerate(cases):
        if best is not None and size >= len(best):
            break
        if sum(cases[:size]) + n > most_cases:
            return Fewest(best, size, is_complete=False)
        for picks in assignments(choices, size):
            case = _Case(rubric, policy, unclamped, score_sheet(rubric, changed(sheet, picks), policy))
            more = case.to_pass(free) if flipped == "pass" else case.to_fail(free)
            if more is not None and (best is None or len(picks) + len(more) < len(best)):
                best = (*picks, *more)
    return Fewest(best, len(best or ()), is_complete=True)


def _is_tangled(one: Changeable, policy: Policy, flipped: str) -> bool:
    """Tell whether what to change an answer to, or whether it helps, hangs on other answers."""
    if one.is_read or flipped == "fail":
        return one.is_read
    ways, now = one.towards(flipped), one.now.goodness()
    if len(ways) > 1 or (policy.strikes and one.now.term.fired):
        return True
    return bool(ways) and any(new < old for new, old in zip(ways[0].goodness(), now, strict=True))


@attrs.frozen(slots=True)
class _Case:
    """A sheet on which what is asked stays as it is."""

    rubric: Rubric
    policy: Policy
    unclamped: Policy
    result: ExactScore

    def to_pass(self, free: Iterable[Changeable]) -> Picks | None:
        """Return the fewest of these changes that make it pass; None where none do."""
        if self.result.overall is None:
            return None
        ways = {each.criterion.id: (each, each.towards("pass")[0]) for each in self._asked(free, "pass")}
        picks: list[Pick] = []
        for id, term in self.result.terms.items():
            if not self._fails(goodness_of(term)):
                continue
            if id not in ways or self._fails(ways[id][1].goodness()):
                return None
            picks.append(ways.pop(id))
        if self.policy.strikes and self.result.areas_fired:
            return None
        return self._reach_marks(picks, list(ways.values()))

    def _fails(self, goodness: Sequence[Fraction | bool]) -> bool:
        """Tell whether a criterion fails the verdict by itself."""
        _, _, calm, ethical, reversible = goodness
        return not (ethical and reversible and (calm or self.policy.strikes))

    def _reach_marks(self, picks: list[Pick], left: list[Pick]) -> Picks | None:
        for place, stage in enumerate(self.rubric.stages):
            own = [pick for pick in left if pick[0].criterion.stage == stage.id]
            more = self._until(picks, own, place, stage.pass_mark, sign=1)
            if more is None:
                return None
            picks, left = [*picks, *more], [pick for pick in left if pick not in more]
        more = self._until(picks, left, None, self.rubric.pass_mark, sign=1)
        return None if more is None else (*picks, *more)

    def to_fail(self, free: Iterable[Changeable]) -> Picks | None:
        """Return the fewest of these changes that make it fail; None where none do."""
        if self.result.verdict == "fail":
            return ()
        asked = self._asked(free, "fail")
        every = [(each, way) for each in asked for way in each.towards("fail")]
        single = [pick for pick in every if self._fails(pick[1].goodness())]
        if single:
            return (single[0],)
        found: list[tuple[Pick, ...]] = [tuple(enough) for enough in self._gates(every) if enough]
        marks = [(place, stage.pass_mark) for place, stage in enumerate(self.rubric.stages)]
        for place, mark in (*marks, (None, self.rubric.pass_mark)):
            if mark is None:
                continue
            own = [each for each in asked if place is None or each.criterion.stage == self._stage(place)]
            more = self._until([], [(each, self._lowest(each, place)) for each in own], place, mark, sign=-1)
            found += [tuple(more)] if more else []
        return min(found, key=len, default=None)

    def _lowest(self, one: Changeable, place: int | None) -> Way:
        """Return the way that takes most of a stage's score, or of the overall one."""
        ways = one.towards("fail")
        if len(ways) == 1:
            return ways[0]
        heights = [self._value(self._finished([(one.criterion.id, way)]), place) or ZERO for way in ways]
        return ways[heights.index(min(heights))]

    def _gates(self, every: Sequence[Pick]) -> list[list[Pick]]:
        """Return, for each area, as many gates as are too many; nothing where strikes are not told."""
        areas: dict[str, dict[str, Pick]] = {}
        by_stage = self.policy.gate_scope == "stage"
        for one, way in every:
            if way.term.fired and not one.now.term.fired:
                areas.setdefault(one.criterion.stage if by_stage else "", {})[one.criterion.id] = (one, way)
        fired = {
            id: sum(
                stage.fired
                for each, stage in zip(self.rubric.stage_ids, self.result.sums.stages, strict=True)
                if each == id or not by_stage
            )
            for id in areas
        }
        needed = {id: self.policy.strikes + 1 - fired[id] for id in areas}
        return [list(picks.values())[: needed[id]] for id, picks in areas.items() if len(picks) >= needed[id]]

    def _stage(self, place: int) -> str:
        return self.rubric.stages[place].id

    def _asked(self, free: Iterable[Changeable], flipped: str) -> list[Changeable]:
        return [
            each
            for each in free
            if self.result.answers[each.criterion.id].absence is None and each.towards(flipped)
        ]

    def _until(
        self,
        picks: Sequence[Pick],
        left: Sequence[Pick],
        place: int | None,
        mark: Fraction | None,
        *,
        sign: int,
    ) -> list[Pick] | None:
        """Return as few more as reach a mark (sign 1), or fall below it (-1); None where all do not."""
        if mark is None:
            return []
        value, now = (self._value(self._finished(_named(each)), place) for each in (picks, []))
        if value is None or now is None:
            return [] if sign > 0 else None
        gains = [
            (sign * ((self._value(self._finished(_named([each])), place) or ZERO) - now), each)
            for each in left
        ]
        more: list[Pick] = []
        for gain, pick in sorted(gains, key=lambda each: -each[0]):
            if value >= mark if sign > 0 else value < mark:
                break
            value, more = value + sign * gain, [*more, pick]
        return more if (value >= mark if sign > 0 else value < mark) else None

    def _value(self, finished: Finished, place: int | None) -> Fraction | None:
        return finished.exact_overall if place is None else finished.exact_stages[place]

    def _finished(self, ways: Sequence[tuple[str, Way]]) -> Finished:
        """Return the scores with some ways instead, before any clamp."""
        sums = self.result.sums
        stages = dict(zip(self.rubric.stage_ids, sums.stages, strict=True))
        for id, way in ways:
            old = self.result.terms[id].brings(self.policy)
            new, stage = way.term.brings(self.policy), way.term.criterion.stage
            stages[stage] = attrs.evolve(
                stages[stage],
                earned=stages[stage].earned + new.earned - old.earned,
                shares=stages[stage].shares + new.shares - old.shares,
            )
        return finish(self.rubric, self.unclamped, attrs.evolve(sums, stages=tuple(stages.values())))


def _named(picks: Iterable[Pick]) -> list[tuple[str, Way]]:
    return [(one.criterion.id, way) for one, way in picks]
