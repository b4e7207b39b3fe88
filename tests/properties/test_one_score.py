"""One interaction scored at once equals the exact scorer, under every policy, however answers are given."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import attrs
import pytest
from depth import examples
from hypothesis import given, settings
from policies import Case, cases, fits
from strategies import ABSENT, FACTS

import coqs
from coqs.rubric import Criterion, Level, SeveralChoice, SingleChoice
from coqs.scoring.exact import ExactScore, counts_of, score_sheet
from coqs.scoring.one import OneScorer


def check(case: Case, scorer: OneScorer, *, seed: int = 0) -> None:
    ratings, rnd = case.ratings, random.Random(seed)
    for place, row in enumerate(case.rows):
        answers = {id: written(rnd, case.rubric.criterion(id), row[id]) for id in case.rubric.criterion_ids}
        facts = {fact.id: row[fact.id] for fact in FACTS if row.get(fact.id) is not None}
        needed = facts if hangs(case) or rnd.random() < 0.2 else None
        found = scorer.score(answers, row["customer_set"], needed)
        exact = score_sheet(case.rubric, ratings.sheet(place), case.policy)
        same(found, exact, case, place)


def written(rnd: random.Random, criterion: Criterion, cell: Any) -> Any:
    """Write an answer in another way that means the same."""
    if isinstance(criterion.scale, SeveralChoice) and isinstance(cell, str) and "|" in cell:
        names = [name for name in cell.split("|") if name]
        return rnd.choice([cell, names, tuple(names), set(names)])
    if isinstance(criterion.scale, SingleChoice) and cell in criterion.scale.ids:
        position = criterion.scale.ids.index(cell)
        return rnd.choice([cell, cell, cell, position, str(position), float(position)])
    if cell in ABSENT and cell is not None:
        return rnd.choice([cell, cell.upper()])
    return rnd.choice([None, "", float("nan"), "unanswered"]) if cell is None else cell


def hangs(case: Case) -> bool:
    criteria = case.rubric.criteria
    return bool(case.policy.overrides) or any(each.when or each.ideal for each in criteria)


def same(found: coqs.OneScore, exact: ExactScore, case: Case, place: int) -> None:
    told = case.told(place)
    assert found.verdict == exact.verdict, told
    assert found.reason == exact.reason, told
    assert near(found.overall, exact.overall), told
    assert found.stages.keys() == exact.stages.keys()
    assert all(near(found.stages[id], exact.stages[id]) for id in exact.stages), told
    failed = list(exact.gates.values())
    assert found.gates == {each: failed.count(each) for each in found.gates}, told
    assert found.gates_fired == len(exact.gates_fired), told
    assert found.gates_unobserved == exact.gates_unobserved, told
    assert found.irreversible == len(exact.irreversible), told
    assert near(found.points, exact.points), told
    counts = counts_of(exact, case.rubric.criterion_ids)
    asked = sum(counts[name] for name in ("answered", "unanswered", "abstained", "failed"))
    assert found.coverage == (counts["answered"] / asked if asked else None), told


def near(found: float | None, exact: Fraction | None) -> bool:
    if found is None or exact is None:
        return found is None and exact is None
    return abs(found - float(exact)) <= 1e-12 * max(1, abs(float(exact)))


def without_branches(case: Case) -> Case:
    """Take away what makes a criterion hang on others or on facts."""
    criteria = tuple(attrs.evolve(_plain(each), when=None) for each in case.rubric.criteria)
    rubric = attrs.evolve(case.rubric, criteria=criteria)
    policy = attrs.evolve(case.policy, overrides=())
    if not fits(rubric, policy):
        policy = coqs.Policy()
    return Case(rubric, policy, case.table)


def _plain(criterion: Criterion) -> Criterion:
    if criterion.ideal is None:
        return criterion
    levels = [attrs.evolve(level, points=place) for place, level in enumerate(criterion.scale.levels)]
    if criterion.irreversible:
        levels = [Level(each.id, each.points, each.standing or "meets") for each in levels]
    return attrs.evolve(criterion, scale=SingleChoice(levels), ideal=None)


@settings(max_examples=examples(60))
@given(cases(8))
def test_one_score_equals_the_exact_one_under_every_policy(case: Case) -> None:
    check(case, OneScorer.of(case.rubric, case.policy))


@settings(max_examples=examples(100))
@given(cases(8))
def test_one_score_from_tables_equals_the_exact_one_under_every_policy(case: Case) -> None:
    case = without_branches(case)
    check(case, OneScorer.of(case.rubric, case.policy))


@settings(max_examples=examples(40))
@given(cases(8, policy=coqs.Policy()))
def test_one_score_from_tables_equals_the_exact_one_under_the_coqs_policy(case: Case) -> None:
    case = without_branches(case)
    check(case, OneScorer.of(case.rubric, case.policy))


@pytest.mark.slow
@settings(max_examples=examples(250))
@given(cases(20, most=9))
def test_thousands_of_single_scores_equal_the_exact_ones(case: Case) -> None:
    case = without_branches(case)
    check(case, OneScorer.of(case.rubric, case.policy), seed=1)
