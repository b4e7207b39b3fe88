"""Put the numbers of policies and rubrics exactly where rows are, and make rows that a policy cares about."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import attrs
from naive import NaiveScore

import coqs
from coqs.model import Band
from coqs.rubric import SingleChoice

F = Fraction


def with_more_that_does_not_apply(table: dict[str, Any], rubric: coqs.Rubric, seed: int) -> dict[str, Any]:
    """Return the table with a fifth of its answers, and a stage of many a row, not applicable."""
    rnd = random.Random(seed)
    without = [rnd.choice([*rubric.stage_ids, None]) for _ in table["interaction"]]
    said = {
        each.id: [
            "not_applicable" if each.stage == gone or rnd.random() < 0.2 else cell
            for gone, cell in zip(without, table[each.id], strict=True)
        ]
        for each in rubric.criteria
    }
    return table | said


def always_asked(rubric: coqs.Rubric) -> coqs.Rubric:
    """Return the rubric without branches, and with criteria in every stage: whatever is answered counts."""
    stages = itertools.cycle(rubric.stage_ids)
    plain = [attrs.evolve(each, when=None, applies_to=(), stage=next(stages)) for each in rubric.criteria]
    weights = [stage.weight or F(place + 1, 3) for place, stage in enumerate(rubric.stages)]
    weighed = [attrs.evolve(x, weight=weight) for x, weight in zip(rubric.stages, weights, strict=True)]
    return attrs.evolve(rubric, criteria=tuple(plain), stages=tuple(weighed))


def that_only_takes(rubric: coqs.Rubric) -> coqs.Rubric:
    """Return the rubric with single choices of which no level earns anything, as deductions have them."""

    def taking(criterion: coqs.Criterion) -> coqs.Criterion:
        scale = criterion.scale
        if not isinstance(scale, SingleChoice) or criterion.ideal or scale.levels[0].points is None:
            return criterion
        most = max(level.points for level in scale.levels) + (criterion.weight > 1)
        levels = [attrs.evolve(level, points=level.points - most) for level in scale.levels]
        return attrs.evolve(criterion, scale=SingleChoice(tuple(levels)))

    return attrs.evolve(rubric, criteria=tuple(map(taking, rubric.criteria)))


def with_what_rows_attain(
    rubric: coqs.Rubric, policy: coqs.Policy, table: dict[str, Any], seed: int
) -> tuple[coqs.Rubric, coqs.Policy]:
    """Put the policy's numbers, marks and bands exactly where some of these rows are."""
    rnd = random.Random(seed)
    n = len(table["interaction"])
    rows = [{name: column[row] for name, column in table.items()} for row in rnd.sample(range(n), min(12, n))]
    policy = _with_numbers_attained(policy, [NaiveScore(rubric, row, policy) for row in rows], rnd)
    return _with_marks_attained(rubric, [NaiveScore(rubric, row, policy) for row in rows], rnd), policy


def _shares(scores: Any) -> list[Fraction]:
    return sorted({score for score in scores if score is not None and 0 <= score <= 1})


def _with_numbers_attained(policy: coqs.Policy, found: list[NaiveScore], rnd: random.Random) -> coqs.Policy:
    scores = _shares(x for each in found for x in (each.exact_overall, *each.moved.values()))
    shares = [x for x in _shares(share for each in found for share, _ in each.own.values()) if x]
    taken = {"gate_cap": scores, "floor": scores, "stage_floor": scores, "trigger_share": shares}
    chosen = {
        name: rnd.choice(among)
        for name, among in taken.items()
        if among and getattr(policy, name) is not None and rnd.random() < 0.5
    }
    return attrs.evolve(policy, **chosen)


def _with_marks_attained(rubric: coqs.Rubric, found: list[NaiveScore], rnd: random.Random) -> coqs.Rubric:
    overall = _shares(each.exact_overall for each in found)
    stages = {id: _shares(each.reported[id] for each in found) for id in rubric.stage_ids}
    own = {id: _shares(each.own.get(id, (None,))[0] for each in found) for id in rubric.criterion_ids}

    def marked(part: Any, scores: list[Fraction]) -> dict[str, Any]:
        mark = rnd.choice(scores) if scores and rnd.random() < 0.7 else part.pass_mark
        return {"pass_mark": mark, "bands": _bands(scores, rnd)}

    return attrs.evolve(
        rubric,
        **marked(rubric, overall),
        stages=tuple(attrs.evolve(stage, **marked(stage, stages[stage.id])) for stage in rubric.stages),
        criteria=tuple(attrs.evolve(each, bands=_bands(own[each.id], rnd)) for each in rubric.criteria),
    )


def _bands(scores: list[Fraction], rnd: random.Random) -> tuple[Band, ...]:
    """Make up bands of which some begin where a score is; sometimes none at all."""
    if rnd.random() < 0.3:
        return ()
    known = [*scores, F(3, 5), F(9, 10), F(0), F(1, 10**20)]
    lows = sorted(set(rnd.sample(known, rnd.randint(1, min(3, len(known))))))
    return tuple(Band(f"band{place}", low) for place, low in enumerate([None, *lows]))
