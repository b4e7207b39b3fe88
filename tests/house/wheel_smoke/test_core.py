"""A core install, without any extra, does its work and says what an extra is for.

These tests need neither the checkout nor its conftest: .ci/run copies them away and runs them
against the installed wheel.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import coqs
from coqs.rubric import SingleChoice


def shell(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coqs", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_built_in_plugins_load() -> None:
    states = {info.name: info.state for info in coqs.load_plugins().listing()}
    assert (
        states.items()
        >= dict.fromkeys(["coqs", "healthcare", "phrases", "retail", "security"], "loaded").items()
    )


@pytest.mark.parametrize("rubric", ["coqs", "healthcare", "retail", "security"])
def test_a_built_in_rubric_scores_one_interaction(rubric: str) -> None:
    asked = coqs.load_plugins().rubric(rubric)
    scores = coqs.score(coqs.Ratings.from_table({"interaction": ["I-1"]}, asked))
    assert list(scores.verdict) == ["unscored"]
    assert "I-1" in str(coqs.explain(scores, "I-1"))


@pytest.mark.parametrize("name", ["ratings.csv", "ratings.csv.gz", "ratings.jsonl"])
def test_ratings_are_read_as_they_were_written(tmp_path: Path, name: str) -> None:
    ratings = coqs.make_sample(n=50)
    coqs.write_ratings(ratings, tmp_path / name)
    assert coqs.read_ratings(tmp_path / name, ratings.rubric) == ratings


def test_scores_are_summed_up_saved_and_read_again(tmp_path: Path) -> None:
    ratings = coqs.make_sample(n=50)
    scores = coqs.score(ratings)
    scores.save(tmp_path / "scores.coqs")
    assert coqs.Scores.load(tmp_path / "scores.coqs") == scores
    by_batches = scores.scorer.batches([ratings.take(range(20)), ratings.take(range(20, len(ratings)))])
    tally = coqs.Tally.merge(coqs.Tally.of(each, "rater") for each in by_batches)
    assert tally.table() == scores.by("rater")


def test_one_interaction_is_scored_under_a_policy_of_ones_own() -> None:
    rubric = coqs.load_plugins().rubric("coqs")
    scorer = coqs.Scorer(
        rubric, policy=coqs.Policy(combine="pooled_points", rounding="down", rounding_digits=0)
    )
    best = {each.id: each.scale.ids[-1] for each in rubric.criteria if isinstance(each.scale, SingleChoice)}
    one = scorer.score_one(best)
    batch = scorer(
        coqs.Ratings.from_table({"interaction": ["I-1"]} | {id: [it] for id, it in best.items()}, rubric)
    )
    assert (one.overall, one.verdict) == (batch.overall[0], batch.verdict[0])


def test_the_shell_lists_rubrics(tmp_path: Path) -> None:
    done = shell("rubric", "list", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "security" in done.stdout


def test_the_shell_refuses_a_missing_file_in_one_message(tmp_path: Path) -> None:
    done = shell("score", "nowhere.csv", "--rubric", "security", cwd=tmp_path)
    assert done.returncode == 2
    assert "nowhere.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
