"""What missing answers could still make of a score: by columns, in rationals, and by trying them all."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import attrs
import pytest
from agreement import agree
from depth import examples
from hypothesis import assume, given, settings
from policies import Case, cases

import coqs
from coqs.ratings import Answer, Sheet
from coqs.rubric import SeveralChoice
from coqs.scoring.exact import score_sheet
from coqs.scoring.exact_bounds import exact_bounds

MOST_COMPLETIONS = 400


def check_columns_against_exact(case: Case) -> None:
    ratings = case.ratings
    bounds = coqs.Scorer(case.rubric, policy=case.policy)(ratings).bounds().tolist()
    for place, found in enumerate(bounds):
        expected = exact_bounds(case.rubric, ratings.sheet(place), case.policy) or (None, None)
        values = [None if math.isnan(value) else value for value in found]
        both = all(agree("bounds", *pair) for pair in zip(values, expected, strict=True))
        assert both, f"by columns {found}, exact {expected}{case.told(place)}"


def every_answer(criterion: coqs.Criterion) -> list[Answer]:
    """List every answer that a criterion can have."""
    places = range(len(criterion.scale.ids))
    if not isinstance(criterion.scale, SeveralChoice):
        return [Answer(position=place) for place in places]
    chosen = itertools.chain.from_iterable(itertools.combinations(places, k) for k in range(len(places) + 1))
    return [Answer(chosen=each) for each in chosen]


def completions(rubric: coqs.Rubric, sheet: Sheet) -> list[Sheet]:
    """Fill in the missing answers of a sheet in every way that there is; nothing where there are many."""
    still_open = [id for id, answer in sheet.answers.items() if answer.is_open]
    ways = list(
        itertools.islice(
            itertools.product(*(every_answer(rubric.criterion(id)) for id in still_open)),
            MOST_COMPLETIONS + 1,
        )
    )
    filled = ({**sheet.answers, **dict(zip(still_open, way, strict=True))} for way in ways)
    return (
        [attrs.evolve(sheet, answers=answers) for answers in filled] if len(ways) <= MOST_COMPLETIONS else []
    )


def check_exact_against_every_completion(case: Case) -> int:
    """Return how many rows had few enough ways to try them all."""
    ratings, tried = case.ratings, 0
    for place in range(len(ratings)):
        sheet = ratings.sheet(place)
        sheets = completions(case.rubric, sheet)
        scores = [score_sheet(case.rubric, filled, case.policy).overall for filled in sheets]
        attained = [score for score in scores if score is not None]
        expected: tuple[Fraction, Fraction] | None = (min(attained), max(attained)) if attained else None
        if sheets:
            found = exact_bounds(case.rubric, sheet, case.policy)
            assert found == expected, case.told(place, exact=found, by_trying=expected)
            tried += 1
    return tried


@settings(max_examples=examples(40))
@given(cases(6, most=5))
def test_bounds_by_columns_equal_the_exact_ones_on_every_row(case: Case) -> None:
    check_columns_against_exact(case)


@settings(max_examples=examples(40))
@given(cases(4, most=3, absent=0.6))
def test_bounds_equal_the_extremes_over_every_completion(case: Case) -> None:
    assume(check_exact_against_every_completion(case))


@pytest.mark.slow
@settings(max_examples=examples(200))
@given(cases(10, most=6))
def test_thousands_of_bounds_by_columns_equal_the_exact_ones(case: Case) -> None:
    check_columns_against_exact(case)


@pytest.mark.slow
@settings(max_examples=examples(200))
@given(cases(4, most=4, absent=0.6))
def test_hundreds_of_bounds_equal_the_extremes_over_every_completion(case: Case) -> None:
    assume(check_exact_against_every_completion(case))
