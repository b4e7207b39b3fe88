"""Three scorers, one truth: by columns, in rationals, and naively from the page on scoring."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from naive import NaiveScore
from strategies import make_rows, rubrics, seeds

import coqs
from coqs.ratings import Answer, Sheet
from coqs.rubric import SeveralChoice
from coqs.scoring.exact import ExactScore, counts_of, score_sheet
from coqs.scoring.exact_bounds import exact_bounds


def near(value: float, exact: Fraction | None) -> bool:
    """Tell whether a float is an exact number to 1e-12 (of its size, where that is above 1)."""
    if exact is None:
        return bool(np.isnan(value))
    return abs(value - float(exact)) <= 1e-12 * max(1, abs(exact))


def with_marks_that_are_hit(rubric: coqs.Rubric, table: dict[str, Any], seed: int) -> coqs.Rubric:
    """Put the marks of the form and of its stages on scores that some of these rows have exactly."""
    rnd = random.Random(seed)
    ratings = coqs.Ratings.from_table(table, rubric)
    results = [score_sheet(rubric, ratings.sheet(row)) for row in range(len(ratings))]

    def mark(scores: list[Fraction | None], otherwise: Fraction | None) -> Fraction | None:
        attained = [score for score in scores if score is not None and 0 <= score <= 1]
        return rnd.choice(attained) if attained and rnd.random() < 0.7 else otherwise

    stages = tuple(
        attrs.evolve(stage, pass_mark=mark([each.stages[stage.id] for each in results], stage.pass_mark))
        for stage in rubric.stages
    )
    own = mark([each.overall for each in results], rubric.pass_mark)
    return attrs.evolve(rubric, stages=stages, pass_mark=own)


def check_row(scores: coqs.Scores, row: int, exact: ExactScore) -> None:
    assert near(scores.overall[row], exact.overall)
    assert scores.verdict[row] == exact.verdict
    assert scores.reason[row] == exact.reason
    assert scores.is_scored[row] == (exact.overall is not None)
    for name, column in scores.gates.items():
        assert column[row] == list(exact.gates.values()).count(name)
    assert scores.gates_unobserved[row] == exact.gates_unobserved
    assert scores.irreversible[row] == len(exact.irreversible)
    counts = {name: int(column[row]) for name, column in scores.counts.items()}
    assert counts == counts_of(exact, scores.rubric.criterion_ids)
    for id, column in scores.stages.items():
        assert near(column[row], exact.stages[id])
    points = [
        worth.points
        for id, worth in exact.worths.items()
        if not scores.rubric.criterion(id).record_only and worth.points is not None
    ]
    assert near(scores.points[row], sum(points, Fraction(0)))


def check_columns_against_exact(rubric: coqs.Rubric, seed: int, n: int) -> None:
    table = make_rows(rubric, seed, n)
    rubric = with_marks_that_are_hit(rubric, table, seed)
    ratings = coqs.Ratings.from_table(table, rubric)
    scores = coqs.score(ratings)
    for row in range(n):
        check_row(scores, row, score_sheet(rubric, ratings.sheet(row)))


@given(rubrics(), seeds)
def test_scores_by_columns_equal_the_exact_ones_on_every_row(rubric: coqs.Rubric, seed: int) -> None:
    check_columns_against_exact(rubric, seed, 25)


@pytest.mark.slow
@settings(max_examples=1500)
@given(rubrics(most=9), seeds)
def test_a_hundred_thousand_rows_by_columns_equal_the_exact_ones(rubric: coqs.Rubric, seed: int) -> None:
    check_columns_against_exact(rubric, seed, 70)


@given(rubrics(most=8), seeds)
def test_the_exact_scorer_equals_one_written_from_the_page(rubric: coqs.Rubric, seed: int) -> None:
    table = make_rows(rubric, seed, 12)
    rubric = with_marks_that_are_hit(rubric, table, seed)
    ratings = coqs.Ratings.from_table(table, rubric)
    points = coqs.score(ratings).points
    for row in range(len(ratings)):
        exact = score_sheet(rubric, ratings.sheet(row))
        naive = NaiveScore(rubric, {name: column[row] for name, column in table.items()})
        assert exact.overall == naive.overall
        assert dict(exact.stages) == naive.stages
        assert exact.verdict == naive.verdict
        fired = list(exact.gates.values())
        assert {name: fired.count(name) for name in naive.gates()} == naive.gates()
        assert exact.gates_unobserved == naive.gates_unobserved()
        assert len(exact.irreversible) == naive.irreversible()
        assert counts_of(exact, rubric.criterion_ids) == naive.counts()
        assert near(points[row], naive.points())


@given(rubrics(most=5), seeds)
def test_bounds_by_columns_equal_the_exact_ones_on_every_row(rubric: coqs.Rubric, seed: int) -> None:
    ratings = coqs.Ratings.from_table(make_rows(rubric, seed, 6), rubric)
    bounds = coqs.score(ratings).bounds()
    for row in range(len(ratings)):
        exact = exact_bounds(rubric, ratings.sheet(row))
        low, high = exact if exact is not None else (None, None)
        assert near(bounds[row, 0], low)
        assert near(bounds[row, 1], high)


def every_answer(criterion: coqs.Criterion) -> list[Answer]:
    """List every answer that a criterion can have."""
    places = range(len(criterion.scale.ids))
    if not isinstance(criterion.scale, SeveralChoice):
        return [Answer(position=place) for place in places]
    chosen = itertools.chain.from_iterable(itertools.combinations(places, k) for k in range(len(places) + 1))
    return [Answer(chosen=each) for each in chosen]


def completions(rubric: coqs.Rubric, sheet: Sheet) -> list[Sheet]:
    """Fill in the missing answers of a sheet in every way that there is."""
    still_open = [id for id, answer in sheet.answers.items() if answer.is_open]
    ways = itertools.product(*(every_answer(rubric.criterion(id)) for id in still_open))
    filled = ({**sheet.answers, **dict(zip(still_open, way, strict=True))} for way in ways)
    return [attrs.evolve(sheet, answers=answers) for answers in filled]


@given(rubrics(most=3), seeds)
def test_bounds_equal_the_extremes_over_every_completion(rubric: coqs.Rubric, seed: int) -> None:
    ratings = coqs.Ratings.from_table(make_rows(rubric, seed, 4, absent=0.6), rubric)
    for row in range(len(ratings)):
        sheet = ratings.sheet(row)
        scores = [score_sheet(rubric, filled).overall for filled in completions(rubric, sheet)]
        attained = [score for score in scores if score is not None]
        expected = (min(attained), max(attained)) if attained else None
        assert exact_bounds(rubric, sheet) == expected
