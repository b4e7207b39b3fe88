"""An explanation accounts for its score to the last fraction."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction

from hypothesis import given
from strategies import rated

import coqs
from coqs.results import Explanation


def explained(scores: coqs.Scores) -> list[Explanation]:
    ratings = scores.ratings
    ids, raters = ratings.interaction.to_list(), ratings.rater.to_list()
    return [coqs.explain(scores, id or "", rater=rater or "") for id, rater in zip(ids, raters, strict=True)]


@given(rated(n=6))
def test_contributions_sum_to_the_score_exactly(ratings: coqs.Ratings) -> None:
    scores = coqs.score(ratings)
    for row, account in enumerate(explained(scores)):
        total = sum((item.contribution for item in account.items), Fraction(0))
        assert total == (account.overall or 0)
        assert (account.overall is not None) == scores.is_scored[row]
        assert account.verdict == scores.verdict[row]
        applied = sum((item.applied_weight for item in account.items), Fraction(0))
        assert applied == (0 if account.overall is None else 1)
        assert sum(stage.applied_weight for stage in account.stages) == applied


@given(rated(n=4))
def test_an_explanation_is_told_as_text_and_as_json(ratings: coqs.Ratings) -> None:
    for account in explained(coqs.score(ratings)):
        told = json.loads(account.to_json())
        assert len(told["items"]) == len(ratings.rubric.criteria)
        if account.overall is not None:
            assert Fraction(told["overall"]["exact"]) == account.overall
        for item in account.items:
            assert f"  {item.criterion}: {item.answer}" in str(account)
        assert len(repr(account)) < 300
        assert pickle.loads(pickle.dumps(account)) == account


@given(rated(n=6))
def test_an_explanation_of_what_one_party_controls_explains_that_score(ratings: coqs.Ratings) -> None:
    scores = coqs.Scorer(ratings.rubric).controlled_by("person")(ratings)
    for row, account in enumerate(explained(scores)):
        assert (account.overall is not None) == scores.is_scored[row]
        if account.overall is not None:
            assert abs(float(account.overall) - scores.overall[row]) <= 1e-12 * max(1, abs(account.overall))
        assert account.verdict == scores.verdict[row]
