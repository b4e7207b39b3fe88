"""Rows that drawn examples seldom meet, on which scorers once differed."""

from __future__ import annotations

import coqs
from coqs.model import Stage
from coqs.rubric import Gate, Level, SingleChoice

YES_NO = SingleChoice((Level("no", 0), Level("yes", 1)))


def test_an_open_gate_on_a_bonus_refuses_a_sheet_of_errors() -> None:
    gate = Gate("customer", ("no",))
    rubric = coqs.Rubric(
        id="door",
        version="1",
        stages=(Stage("greeting"),),
        criteria=(
            coqs.Criterion("kept", "greeting", YES_NO, record_only=True, gate=gate),
            coqs.Criterion("more", "greeting", YES_NO, bonus=True, gate=gate),
        ),
    )
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "kept": ["yes"], "more": [None]}, rubric)
    policy = coqs.Policy(combine="error_accuracy", unanswered="refuse")
    scores = coqs.Scorer(rubric, policy=policy)(ratings)
    assert list(scores.verdict) == ["unscored"]
    assert list(scores.reason) == ["unanswered"]


def test_a_form_whose_stages_have_no_weight_is_unscored() -> None:
    bonus = coqs.Criterion("more", "greeting", YES_NO, bonus=True)
    rubric = coqs.Rubric(id="door", version="1", stages=(Stage("greeting", weight=0),), criteria=(bonus,))
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "more": ["yes"]}, rubric)
    for effect in ("verdict_only", "zero"):
        policy = coqs.Policy(
            combine="weighted_points", not_applicable="drop_equal", gate_scope="stage", gate_effect=effect
        )
        assert list(coqs.Scorer(rubric, policy=policy)(ratings).verdict) == ["unscored"]
