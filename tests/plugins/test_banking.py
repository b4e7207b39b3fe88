"""A distribution of its own, built and installed as its author's users would, offline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import coqs

BANKING = Path(__file__).parent / "banking"
RUBRIC = coqs.Rubric.from_toml(BANKING / "coqs_banking" / "rubric.toml")
GOLDEN = tomllib.loads((BANKING / "coqs_banking" / "golden.toml").read_text("utf-8"))["golden"]
USE = """
import json, sys
import coqs

listed = {info.name: info.state for info in coqs.list_plugins()}
unimported = "coqs_banking" not in sys.modules
plugins = coqs.load_plugins(only=["banking"], strict=True)
info = next(info for info in plugins.listing() if info.name == "banking")
rubric = plugins.rubric("banking")
table = {"interaction": ["C-1", "C-2"], "discreet": ["discreet", "overheard"], "next_step": ["arranged"] * 2}
scores = coqs.score(coqs.Ratings.from_table(table, rubric))
print(json.dumps({
    "listed": listed["banking"],
    "unimported": unimported,
    "info": [info.distribution, info.version, info.state, info.hooks],
    "origin": [rubric.origin.plugin, rubric.origin.distribution, rubric.origin.version],
    "verdict": list(scores.verdict),
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the distribution into an empty folder."""
    folder = tmp_path_factory.mktemp("banking")
    source = shutil.copytree(BANKING, folder / "source")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *offline, "--target", folder / "site", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_an_installed_plugin_is_listed_loaded_and_used(site: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", USE],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "listed": "available",
        "unimported": True,
        "info": ["coqs-banking", "1.2", "loaded", ["coqs_rubrics"]],
        "origin": ["banking", "coqs-banking", "1.2"],
        "verdict": ["pass", "fail"],
    }


def test_an_installed_plugin_brings_its_golden_interactions_along(site: Path) -> None:
    assert {path.name for path in (site / "coqs_banking").glob("*.toml")} == {"golden.toml", "rubric.toml"}


def test_the_rubric_is_without_lint() -> None:
    assert list(RUBRIC.lint()) == []


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["id"])
def test_a_golden_interaction_scores_as_worked_by_hand(golden: dict[str, Any]) -> None:
    answers = {
        id: "|".join(each) if isinstance(each, list) else each for id, each in golden["answers"].items()
    }
    row = {"interaction": golden["id"], "customer_set": golden["customer_set"], **golden["facts"], **answers}
    scores = coqs.score(coqs.Ratings.from_table({name: [value] for name, value in row.items()}, RUBRIC))
    expect = golden["expect"]
    assert scores.overall[0] == pytest.approx(float(Fraction(expect["overall"])))
    assert list(scores.verdict) == [expect["verdict"]]
    assert scores.coverage[0] == pytest.approx(float(Fraction(expect["coverage"])))
    fired = {error_class: int(count[0]) for error_class, count in scores.gates.items() if count[0]}
    assert fired == expect["gates"]
    for stage, share in expect["stages"].items():
        assert scores.stages[stage][0] == pytest.approx(float(Fraction(share))), stage
