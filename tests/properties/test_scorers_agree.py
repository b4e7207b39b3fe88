"""Three scorers, one truth: by columns, in rationals, and naively from the meaning of each choice."""

from __future__ import annotations

from typing import Any

import pytest
from agreement import differences, of_columns, of_exact, of_naive
from depth import examples
from hypothesis import given, settings
from naive import NaiveScore
from policies import Case, cases
from telling import compact

import coqs
from coqs.scoring.exact import score_sheet


def check_exact_against_naive(case: Case) -> None:
    ratings = case.ratings
    for place, row in enumerate(case.rows):
        exact = of_exact(score_sheet(case.rubric, ratings.sheet(place), case.policy), case.rubric)
        differ = differences(exact, of_naive(NaiveScore(case.rubric, row, case.policy)))
        assert not differ, f"exact, and naive:\n{differ}{case.told(place)}"


def check_columns_against_exact(case: Case) -> None:
    ratings = case.ratings
    scores = coqs.Scorer(case.rubric, policy=case.policy)(ratings)
    for place, found in enumerate(of_columns(scores)):
        exact = of_exact(score_sheet(case.rubric, ratings.sheet(place), case.policy), case.rubric)
        differ = differences(found, exact)
        assert not differ, f"by columns, and exact:\n{differ}{case.told(place)}"


@settings(max_examples=examples(60))
@given(cases(12))
def test_the_exact_scorer_equals_one_written_from_the_meaning_of_each_choice(case: Case) -> None:
    check_exact_against_naive(case)


@settings(max_examples=examples(20))
@given(cases(12, policy=coqs.Policy()))
def test_the_exact_scorer_equals_the_naive_one_under_the_coqs_policy(case: Case) -> None:
    check_exact_against_naive(case)


@pytest.mark.slow
@settings(max_examples=examples(400))
@given(cases(40, most=9))
def test_many_thousand_rows_in_rationals_equal_the_naive_ones(case: Case) -> None:
    check_exact_against_naive(case)


@settings(max_examples=examples(60))
@given(cases(25))
def test_scores_by_columns_equal_the_exact_ones_on_every_row(case: Case) -> None:
    check_columns_against_exact(case)


@settings(max_examples=examples(20))
@given(cases(25, policy=coqs.Policy()))
def test_scores_by_columns_equal_the_exact_ones_under_the_coqs_policy(case: Case) -> None:
    check_columns_against_exact(case)


RARE = [
    {"not_applicable": "drop_equal", "combine": "stage_percent", "baseline": None, "ceiling": None},
    {"not_applicable": "drop_equal", "combine": "weighted_points", "baseline": None, "ceiling": None},
    {"not_applicable": "drop_equal", "gate_trigger": "below_best", "trigger_share": None}
    | {"gate_scope": "criterion", "gate_effect": "zero", "gate_cap": None, "strikes": 0},
    {"rounding": "half_even", "rounding_digits": 0, "rounding_of": "both"},
]
"""Choices that drawn policies seldom make together."""


@pytest.mark.parametrize("wanted", RARE, ids=compact)
def test_all_scorers_agree_where_choices_seldom_meet(wanted: dict[str, Any]) -> None:
    @settings(max_examples=examples(12))
    @given(cases(25, most=8, **wanted))
    def check(case: Case) -> None:
        check_exact_against_naive(case)
        check_columns_against_exact(case)

    check()


@pytest.mark.slow
@settings(max_examples=examples(1500))
@given(cases(70, most=9))
def test_a_hundred_thousand_rows_by_columns_equal_the_exact_ones(case: Case) -> None:
    check_columns_against_exact(case)
