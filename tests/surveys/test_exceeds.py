"""Whether what exceeds is what customers felt, with every denominator; and answers as facts of ratings."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.kernels import kendall_tau_b, mover_interval, wilson_interval

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
[[criteria]]
id = "greeted"
stage = "greeting"
levels = [
  { id = "no", points = 0, is = "below" },
  { id = "yes", points = 4, is = "meets" },
  { id = "name", points = 5, is = "exceeds" },
]
""")
ASKED = coqs.Questionnaire.from_toml_text("""
schema = 1
id = "door"
version = "1"
[[items]]
id = "pleased"
text = "How pleased are you?"
rating = { low = 1, high = 5 }
[[items]]
id = "recommend"
text = "How likely are you to recommend us?"
rating = { low = 0, high = 10 }
[[measures]]
id = "csat"
kind = "csat"
statistic = "share"
items = ["pleased"]
top = 2
[[measures]]
id = "mood"
kind = "mean"
points = "raw"
items = ["pleased"]
[[measures]]
id = "nps"
kind = "nps"
items = ["recommend"]
""")


def rated(levels: list[Any], **columns: list[Any]) -> coqs.Scores:
    table = {"interaction": [f"I-{n}" for n in range(len(levels))], "greeted": levels} | columns
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


def answered(pleased: list[Any], **columns: list[Any]) -> coqs.Answers:
    table = {"interaction": [f"I-{n}" for n in range(len(pleased))], "pleased": pleased} | columns
    return coqs.Answers.from_table(table, ASKED)


def test_interactions_are_told_apart_by_what_was_expected_and_by_how_they_felt() -> None:
    check = coqs.exceeds_check(
        rated(["no", "no", "yes", "yes", "yes", "name", "name", None]),
        answered([1, 2, 4, 3, None, 5, 5, 5]),
        measure="csat",
    )
    assert check["standing"].tolist() == ["below", "meets", "exceeds"]
    assert check["n"].tolist() == [2, 3, 2]
    assert check["n_answered"].tolist() == [2, 2, 2]
    assert check["estimate"].tolist() == [0, 0.5, 1]
    low, high = wilson_interval([0, 1, 2], [2, 2, 2])
    np.testing.assert_allclose(check["ci_low"], low)
    np.testing.assert_allclose(check["ci_high"], high)
    difference = mover_interval((1, low[2], high[2]), (0.5, low[1], high[1]))
    assert check.difference == (0.5, pytest.approx(difference[0]), pytest.approx(difference[1]))
    assert check.verdict == "cannot tell"


def test_every_denominator_is_told() -> None:
    scores = rated(["no", "yes", "name", None])
    answers = coqs.Answers.from_table(
        {
            "interaction": ["I-0", "I-1", "I-3", "X-9", None],
            "respondent": [None, None, None, None, "r"],
            "pleased": [1, None, 5, 5, 5],
        },
        ASKED,
    )
    assert dict(coqs.exceeds_check(scores, answers, measure="csat").counts) == {
        "interactions": 4,
        "scored": 3,
        "matched": 1,
        "sheets": 5,
        "sheets_without_interaction": 1,
        "sheets_elsewhere": 1,
        "sheets_without_value": 1,
    }


@pytest.mark.parametrize(
    ("meets", "exceeds", "verdict"),
    [
        ([2] * 30, [5] * 30, "felt better"),
        ([5] * 30, [2] * 30, "felt worse"),
        ([4] * 30, [4] * 30, "cannot tell"),
    ],
)
def test_the_verdict_is_told_where_the_interval_leaves_0_out(
    meets: list[int], exceeds: list[int], verdict: str
) -> None:
    scores = rated(["yes"] * len(meets) + ["name"] * len(exceeds))
    check = coqs.exceeds_check(scores, answered(meets + exceeds), measure="csat")
    assert check.verdict == verdict
    assert verdict in str(check)
    assert repr(check).endswith(f"60 of 60 scored interactions answered; exceeding {verdict}>")


def test_raters_and_respondents_of_one_interaction_are_averaged_first() -> None:
    """One rater says name and one no: a mean of 1/2, below the 4/5 that was expected."""
    table = {"interaction": ["a", "a", "b"], "rater": ["x", "y", "x"], "greeted": ["name", "no", "yes"]}
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    answers = coqs.Answers.from_table(
        {"interaction": ["a", "a", "b"], "respondent": ["r", "s", "r"], "pleased": [5, 2, 5]}, ASKED
    )
    check = coqs.exceeds_check(scores, answers, measure="csat")
    assert check["n"].tolist() == [1, 1, 0]
    assert check["estimate"].tolist()[:2] == [0.5, 1]
    assert check.counts["matched"] == 2


def test_a_difference_is_in_the_unit_of_its_measure() -> None:
    scores = rated(["yes", "yes", "name", "name", "name"])
    answers = answered([3, 4, 4, 5, 5], recommend=[6, 8, 9, 10, 9])
    mood = coqs.exceeds_check(scores, answers, measure="mood")
    assert mood["estimate"].tolist()[1:] == [3.5, pytest.approx(14 / 3)]
    assert mood.difference[0] == pytest.approx(14 / 3 - 3.5)
    nps = coqs.exceeds_check(scores, answers, measure="nps")
    assert (nps["estimate"].tolist()[1:], nps.difference[0]) == ([-0.5, 1], 1.5)
    assert "+150.0" in str(nps)


def test_tau_is_that_of_score_and_feeling() -> None:
    levels, pleased = ["no", "yes", "name", "yes", "no", "name"], [1, 4, 5, 3, 3, 4]
    check = coqs.exceeds_check(rated(levels), answered(pleased), measure="mood")
    worth = {"no": 0, "yes": 0.8, "name": 1}
    assert check.tau == pytest.approx(kendall_tau_b([worth[level] for level in levels], pleased))


def test_of_nobody_nothing_can_be_told() -> None:
    nobody = coqs.Answers.from_table({"interaction": [], "pleased": []}, ASKED)
    for scores, answers in (
        (rated(["yes", "name"]), nobody),
        (rated([]), answered([5])),
        (rated([None]), answered([5])),
    ):
        check = coqs.exceeds_check(scores, answers, measure="csat")
        assert check.counts["matched"] == 0
        assert all(map(math.isnan, (*check.difference, *check.tau)))
        assert check.verdict == "cannot tell"
        assert "cannot tell" in str(check)


def test_a_check_pickles_compares_and_is_a_table() -> None:
    check = coqs.exceeds_check(rated(["yes", "name", "no"]), answered([4, 5, 1]), measure="csat")
    again = pickle.loads(pickle.dumps(check))
    assert again == check
    with pytest.raises(ValueError, match="read-only"):
        again.columns["n"][0] = 1
    assert check.rows()[2]["standing"] == "exceeds"
    assert check != coqs.exceeds_check(rated(["yes", "name", "no"]), answered([4, 5, 5]), measure="csat")


def test_a_measure_must_be_named_where_there_are_several() -> None:
    scores, answers = rated(["yes"]), answered([5])
    with pytest.raises(coqs.NotFoundError, match="3 measures: name one with measure="):
        coqs.exceeds_check(scores, answers)
    with pytest.raises(coqs.NotFoundError, match="did you mean 'csat'"):
        coqs.exceeds_check(scores, answers, measure="cast")
    with pytest.raises(coqs.PolicyError, match="exceeds_check: confidence"):
        coqs.exceeds_check(scores, answers, measure="csat", confidence=1)


# Answers as facts


def test_what_was_felt_becomes_a_fact_to_group_scores_by() -> None:
    scores = rated(["no", "yes", "name", "yes"])
    joined = coqs.join_answers(scores.ratings, answered([2, 5, 5], recommend=[3, 9, 8]))
    assert joined.facts["csat"][:3].tolist() == [0, 1, 1]
    assert joined.facts["mood"][:3].tolist() == [2, 5, 5]
    assert joined.facts["nps"][:3].tolist() == [-1, 1, 0]
    assert math.isnan(joined.facts["csat"][3])
    table = coqs.score(joined).by("csat")
    assert table["csat"].tolist() == ["0", "1", None]
    assert table["mean"].tolist() == pytest.approx([0, 0.9, 0.8])
    assert coqs.score(joined).overall.tolist() == scores.overall.tolist()


def test_measures_can_be_chosen_and_must_not_hide_what_is_there() -> None:
    ratings = rated(["yes"]).ratings
    joined = coqs.join_answers(ratings, answered([5]), "csat")
    assert list(joined.facts) == ["csat"]
    with pytest.raises(coqs.RecordError, match="must have a name of its own, got 'csat', which the ratings"):
        coqs.join_answers(joined, answered([5]), "csat")
    with pytest.raises(coqs.NotFoundError, match="no measure 'cast'"):
        coqs.join_answers(ratings, answered([5]), "cast")


def test_several_respondents_of_one_interaction_are_averaged() -> None:
    answers = coqs.Answers.from_table(
        {"interaction": ["I-0", "I-0"], "respondent": ["r", "s"], "pleased": [5, 2]}, ASKED
    )
    assert coqs.join_answers(rated(["yes"]).ratings, answers, "csat").facts["csat"].tolist() == [0.5]
