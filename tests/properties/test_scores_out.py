"""Scores leave and come back: any rubric, any policy, any ratings, through a file and through tables."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from policies import Case, cases
from strategies import rated

import coqs


@given(cases(8))
def test_saved_scores_come_back_equal_under_any_policy(case: Case) -> None:
    scores = coqs.score(case.ratings, policy=case.policy)
    with tempfile.TemporaryDirectory() as folder:
        scores.save(Path(folder, "a"))
        loaded = coqs.Scores.load(Path(folder, "a"))
        loaded.save(Path(folder, "b"))
        assert Path(folder, "a").read_bytes() == Path(folder, "b").read_bytes()
    assert loaded == scores
    assert loaded.details == scores.details
    assert (loaded.rubric, loaded.range) == (scores.rubric, scores.range)
    assert coqs.score(loaded.ratings, policy=loaded.policy) == loaded


@given(rated())
def test_ratings_come_back_equal_from_tables_of_another_library(ratings: coqs.Ratings) -> None:
    facts: dict[str, Any] = {"facts": [name for name in ratings.facts if name not in ratings.rubric.fact_ids]}
    for layout in ("wide", "long"):
        table = ratings.to_table(layout, kind="arrow")
        assert coqs.Ratings.from_table(table, ratings.rubric, **facts) == ratings
