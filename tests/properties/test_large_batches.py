"""Large batches go by tables and blocks: they must say of a row what a small batch says of it."""

from __future__ import annotations

import numpy as np
import pytest
from depth import examples
from hypothesis import given, settings
from policies import Case, cases

import coqs
from coqs.scoring.bulk.columns import BLOCK, FEW


def repeated(ratings: coqs.Ratings, n: int) -> coqs.Ratings:
    """Return n rows or a few more, the same ones again and again."""
    times = -(-n // len(ratings))
    return ratings.take(np.tile(np.arange(len(ratings)), times))


def check_many_against_few(case: Case, n: int) -> None:
    scorer = coqs.Scorer(case.rubric, policy=case.policy)
    few, many = scorer(case.ratings), scorer(repeated(case.ratings, n))
    for own, large in ((few.columns, many.columns), (few.details, many.details)):
        for name, column in own.arrays().items():
            found = large.arrays()[name].reshape(-1, len(column))
            if column.dtype.kind == "f":
                size = np.nan_to_num(np.abs(column))
                near = np.abs(found - column) <= 1e-12 * np.maximum(1, size)
                same = near | (np.isnan(found) & np.isnan(column))
            else:
                same = found == column
            assert same.all(), f"{name}: {column[~same.all(axis=0)][:3]}{case.told(0)}"


@settings(max_examples=2)
@given(cases(25))
def test_a_row_scores_the_same_among_many_as_among_few(case: Case) -> None:
    check_many_against_few(case, FEW + 1)


@settings(max_examples=1)
@given(cases(25, policy=coqs.Policy()))
def test_a_row_scores_the_same_among_many_under_the_coqs_policy(case: Case) -> None:
    check_many_against_few(case, FEW + 1)


@pytest.mark.slow
@settings(max_examples=2)
@given(cases(25))
def test_bounds_are_the_same_among_many_as_among_few(case: Case) -> None:
    scorer = coqs.Scorer(case.rubric, policy=case.policy)
    few, many = scorer(case.ratings).bounds(), scorer(repeated(case.ratings, FEW + 1)).bounds()
    expected = np.tile(few, (len(many) // len(few), 1))
    np.testing.assert_allclose(many, expected, rtol=1e-12, atol=1e-12, equal_nan=True)


@pytest.mark.slow
@settings(max_examples=examples(30))
@given(cases(50, most=9))
def test_rows_score_the_same_in_many_large_batches(case: Case) -> None:
    check_many_against_few(case, FEW + 1)


@pytest.mark.slow
@settings(max_examples=examples(3))
@given(cases(50))
def test_rows_score_the_same_in_every_block(case: Case) -> None:
    check_many_against_few(case, BLOCK + 1)
