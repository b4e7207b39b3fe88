"""Laws that hold for every rubric and all ratings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from depth import examples
from hypothesis import assume, given, settings, strategies as st
from strategies import make_rows, rated, rubrics, seeds

import coqs
from coqs.model import Absence, Stage
from coqs.ratings import Answer
from coqs.rubric import Gate, Level, SeveralChoice, SingleChoice
from coqs.rubric.conditions import criteria_read
from coqs.scoring.exact import score_sheet


def same(left: dict[str, Any], right: dict[str, Any]) -> None:
    """Hold two sets of score columns to be equal."""
    assert left.keys() == right.keys()
    for name, column in left.items():
        np.testing.assert_array_equal(column, right[name], err_msg=name)


@given(rated(), seeds)
def test_permuting_rows_permutes_scores(ratings: coqs.Ratings, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(ratings))
    there = coqs.score(ratings).columns.arrays()
    same(
        {name: column[order] for name, column in there.items()},
        coqs.score(ratings.take(order)).columns.arrays(),
    )


@given(rated(), st.integers(0, 12))
def test_splitting_and_concatenating_agrees(ratings: coqs.Ratings, at: int) -> None:
    scorer = coqs.Scorer(ratings.rubric)
    parts = [scorer(ratings.take(part)) for part in (slice(0, at), slice(at, None))]
    whole = scorer(ratings)
    joined = {
        name: np.concatenate([part.columns.arrays()[name] for part in parts])
        for name in whole.columns.arrays()
    }
    same(joined, whole.columns.arrays())
    np.testing.assert_array_equal(np.concatenate([part.bounds() for part in parts]), whole.bounds())


@given(rated(), st.sampled_from([Fraction(3), Fraction(1, 7), Fraction(10**6, 3)]))
def test_weights_are_invariant_to_a_common_factor(ratings: coqs.Ratings, factor: Fraction) -> None:
    rubric = ratings.rubric
    heavier = attrs.evolve(
        rubric,
        criteria=tuple(attrs.evolve(each, weight=each.weight * factor) for each in rubric.criteria),
        stages=tuple(attrs.evolve(each, weight=each.weight * factor) for each in rubric.stages),
    )
    other = attrs.evolve(ratings, rubric=heavier)
    for row in range(len(ratings)):
        left, right = score_sheet(rubric, ratings.sheet(row)), score_sheet(heavier, ratings.sheet(row))
        assert (left.overall, left.verdict, left.stages) == (right.overall, right.verdict, right.stages)
    assert list(coqs.score(ratings).verdict) == list(coqs.score(other).verdict)


@given(rubrics(), seeds)
def test_a_record_only_criterion_never_changes_score_or_verdict(rubric: coqs.Rubric, seed: int) -> None:
    levels = (Level("no", Fraction(0)), Level("yes", Fraction(1)))
    more = coqs.Criterion(
        "more", rubric.stages[0].id, SingleChoice(levels), weight=Fraction(9), record_only=True
    )
    longer = attrs.evolve(rubric, criteria=(more, *rubric.criteria))
    table = make_rows(longer, seed, 12)
    with_it = coqs.score(coqs.Ratings.from_table(table, longer))
    without = coqs.score(
        coqs.Ratings.from_table({name: x for name, x in table.items() if name != "more"}, rubric)
    )
    np.testing.assert_array_equal(with_it.overall, without.overall)
    np.testing.assert_array_equal(with_it.verdict, without.verdict)
    np.testing.assert_array_equal(with_it.points, without.points)


@given(rated(), st.sampled_from(["unethical", "illegal", "immoral"]))
def test_an_ethics_gate_fails_the_verdict_whatever_else_is_said(ratings: coqs.Ratings, kind: str) -> None:
    levels = (Level("crossed", Fraction(0)), Level("kept", Fraction(1)))
    line = coqs.Criterion(
        "line",
        ratings.rubric.stages[0].id,
        SingleChoice(levels),
        gate=Gate("ethics", ("crossed",), kind),
        record_only=True,
    )
    rubric = attrs.evolve(ratings.rubric, criteria=(*ratings.rubric.criteria, line), pass_mark=Fraction(0))
    table = ratings.to_table() | {"line": ["crossed"] * len(ratings)}
    assert set(coqs.score(coqs.Ratings.from_table(table, rubric)).verdict) == {"fail"}


@settings(max_examples=examples(10))
@given(rated(absent=0.1))
def test_raising_a_rating_never_lowers_the_score(ratings: coqs.Ratings) -> None:
    rubric = ratings.rubric
    read = {id for each in rubric.criteria for id in criteria_read(each.when)}
    rising = [
        each.id
        for each in rubric.criteria
        if isinstance(each.scale, SingleChoice)
        and not each.ideal
        and each.id not in read
        and [level.points for level in each.scale.levels]
        == sorted(level.points or 0 for level in each.scale.levels)
    ]
    assume(rising)
    before = coqs.score(ratings).overall
    for id in rising:
        top = len(rubric.criterion(id).scale.ids) - 1
        codes = ratings.codes[id]
        raised = np.where((codes >= 0) & (codes < top), codes + 1, codes).astype(np.int8)
        after = coqs.score(attrs.evolve(ratings, codes={**ratings.codes, id: raised})).overall
        assert not (after < before - 1e-12 * np.maximum(1, np.abs(before))).any()


@given(rubrics(), st.sampled_from(list(Absence)))
def test_a_sheet_without_an_answer_is_unscored_and_says_why(rubric: coqs.Rubric, absence: Absence) -> None:
    table = {"interaction": ["a", "b"], "customer_set": ["visitors", None]}
    table |= {id: [str(absence)] * 2 for id in rubric.criterion_ids}
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    assert list(scores.verdict) == ["unscored", "unscored"]
    assert np.isnan(scores.overall).all()
    assert not scores.is_scored.any()
    assert set(scores.reason) <= {str(absence), "not_asked"}


@given(rated())
def test_scores_lie_within_their_range_and_bounds(ratings: coqs.Ratings) -> None:
    scores = coqs.score(ratings)
    low, high = scores.range
    found = scores.overall[scores.is_scored]
    slack = 1e-12 * max(1, abs(low), abs(high))
    assert ((found >= low - slack) & (found <= high + slack)).all()
    complete = scores.coverage == 1
    bounds = scores.bounds()
    np.testing.assert_allclose(bounds[complete, 0], scores.overall[complete], rtol=1e-12)
    np.testing.assert_allclose(bounds[complete, 1], scores.overall[complete], rtol=1e-12)
    inside = bounds[~np.isnan(bounds).any(axis=1)]
    assert (inside[:, 0] <= inside[:, 1]).all()
    assert ((inside >= low - slack) & (inside <= high + slack)).all()


@given(rubrics())
def test_every_answer_of_a_criterion_alone_lies_within_the_range(rubric: coqs.Rubric) -> None:
    low, high = coqs.score(coqs.Ratings.from_table({"interaction": []}, rubric)).range
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "customer_set": ["visitors"]}, rubric)
    for criterion in rubric.criteria:
        places = range(len(criterion.scale.ids))
        several = isinstance(criterion.scale, SeveralChoice)
        for place in places:
            answer = Answer(chosen=(place,)) if several else Answer(position=place)
            sheet = ratings.sheet(0)
            sheet = attrs.evolve(sheet, answers={**sheet.answers, criterion.id: answer})
            overall = score_sheet(rubric, sheet).overall
            assert overall is None or low - 1e-9 <= overall <= high + 1e-9


@pytest.mark.parametrize("column", ["unscored", "scored"])
def test_a_weight_of_zero_with_all_else_not_applicable_is_unscored(column: str) -> None:
    levels = SingleChoice((Level("no", Fraction(0)), Level("yes", Fraction(1))))
    rubric = coqs.Rubric(
        id="door",
        version="1",
        stages=(Stage("greeting"),),
        criteria=(
            coqs.Criterion("informative", "greeting", levels, weight=Fraction(0)),
            coqs.Criterion("counted", "greeting", levels),
        ),
    )
    counted = {"unscored": "not_applicable", "scored": "no"}[column]
    table = {"interaction": ["a"], "informative": ["yes"], "counted": [counted]}
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    assert list(scores.is_scored) == [column == "scored"]
    assert list(scores.verdict) == [{"unscored": "unscored", "scored": "pass"}[column]]
    assert list(scores.reason) == [{"unscored": "not_applicable", "scored": ""}[column]]


@given(rated())
def test_a_pass_mark_of_zero_is_honoured(ratings: coqs.Ratings) -> None:
    bare = tuple(attrs.evolve(each, gate=None, irreversible=False) for each in ratings.rubric.criteria)
    stages = tuple(attrs.evolve(stage, pass_mark=None) for stage in ratings.rubric.stages)
    rubric = attrs.evolve(ratings.rubric, criteria=bare, stages=stages, pass_mark=Fraction(0))
    scores = coqs.score(attrs.evolve(ratings, rubric=rubric))
    for row in range(len(ratings)):
        overall = score_sheet(rubric, ratings.sheet(row)).overall
        expected = "unscored" if overall is None else "pass" if overall >= 0 else "fail"
        assert scores.verdict[row] == expected
