"""What was expected: any rubric under any policy has it, and a sheet that meets gets it."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from depth import examples
from hypothesis import given, settings
from policies import Case, cases
from strategies import rated

import coqs
from coqs.model import Standing
from coqs.rubric import SingleChoice
from coqs.scoring.expected import expected_scores


def check_there_is_one(case: Case) -> None:
    scores = coqs.Scorer(case.rubric, policy=case.policy)(case.ratings)
    low, high = expected_scores(scores)
    assert (np.isnan(low) >= ~scores.is_scored).all()
    assert (np.isnan(low) == np.isnan(high)).all()


@settings(max_examples=examples(60))
@given(cases(12))
def test_any_rubric_under_any_policy_has_an_expectation(case: Case) -> None:
    check_there_is_one(case)


@pytest.mark.slow
@settings(max_examples=examples(500))
@given(cases(20, most=9))
def test_many_rubrics_under_many_policies_have_an_expectation(case: Case) -> None:
    check_there_is_one(case)


def plain(rubric: coqs.Rubric) -> coqs.Rubric:
    """Return the rubric with single choices that are asked of all, and nothing that hangs on them."""
    criteria = tuple(
        attrs.evolve(each, when=None, applies_to=(), gate=None)
        for each in rubric.criteria
        if isinstance(each.scale, SingleChoice) and each.ideal is None
    )
    return rubric.with_criteria(criteria)


@settings(max_examples=examples(60))
@given(rated())
def test_a_sheet_that_meets_all_that_was_answered_scores_what_was_expected(ratings: coqs.Ratings) -> None:
    rubric = plain(ratings.rubric)
    if not rubric.criteria:
        return
    codes = {each.id: np.array(ratings.codes[each.id]) for each in rubric.criteria}
    for end, which in ((min, 0), (max, 1)):
        met = dict(codes)
        for each in rubric.criteria:
            places = [k for k, level in enumerate(each.scale.levels) if level.standing is Standing.MEETS]
            if places and not each.record_only:
                chosen = end(places, key=lambda k, each=each: each.scale.levels[k].points or 0)
                met[each.id] = np.where(codes[each.id] >= 0, chosen, codes[each.id])
        sheets = [
            attrs.evolve(ratings, rubric=rubric, codes=rows, numbers={}, choices={}) for rows in (codes, met)
        ]
        given, meeting = (coqs.Scorer(rubric, policy="coqs")(each) for each in sheets)
        np.testing.assert_array_equal(expected_scores(given)[which], meeting.overall)
