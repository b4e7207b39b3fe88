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


def shell(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coqs", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_built_in_plugins_load() -> None:
    states = {info.name: info.state for info in coqs.load_plugins().listing()}
    assert states.items() >= {"coqs": "loaded", "phrases": "loaded", "security": "loaded"}.items()


@pytest.mark.parametrize("rubric", ["coqs", "security"])
def test_a_built_in_rubric_scores_one_interaction(rubric: str) -> None:
    asked = coqs.load_plugins().rubric(rubric)
    scores = coqs.score(coqs.Ratings.from_table({"interaction": ["I-1"]}, asked))
    assert list(scores.verdict) == ["unscored"]
    assert "I-1" in str(coqs.explain(scores, "I-1"))


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
