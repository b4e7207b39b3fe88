"""`coqs policy`, and `--policy` by name, from a plugin and from a file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import coqs
from coqs.cli import main

RUBRIC = """
schema = 1
id = "form"
version = "1"
stages = [{ id = "a", weight = 1 }, { id = "b", weight = 3 }]
[[criteria]]
id = "long"
stage = "a"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 9 }]
[[criteria]]
id = "short"
stage = "b"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COQS_PLUGINS", raising=False)
    monkeypatch.delenv("COQS_BLOCK_PLUGINS", raising=False)
    Path("form.toml").write_text(RUBRIC, encoding="utf-8")
    Path("ratings.csv").write_text("interaction,long,short\nI-1,yes,no\n", encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_every_policy_is_listed_with_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "policy", "list")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["policy", *coqs.Policy.names()]


def test_a_policy_is_shown_with_what_differs_what_is_assumed_and_where_it_is_stated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = run(capsys, "policy", "show", "zendesk-qa")
    lines = [line.split() for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert ["trigger_share", "1/2", "none"] in lines
    assert [heading for (heading,) in (line for line in lines if len(line) == 1)] == [
        "ASSUMED",
        "LIMITS",
        "SOURCES",
    ]


def test_the_policy_that_is_ours_differs_in_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "policy", "show", "coqs") == (0, "coqs\n\n  every choice is that of coqs\n", "")


def test_what_is_shown_as_toml_is_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "policy", "show", "verint", "--toml")
    assert coqs.Policy.from_mapping(tomllib.loads(out, parse_float=str)) == coqs.Policy.named("verint")


@pytest.mark.parametrize(
    ("policy", "score"), [("maestroqa-points", "9/10"), ("coqs", "1/4"), ("house.toml", "1/2")]
)
def test_scores_follow_the_policy_that_is_named(
    capsys: pytest.CaptureFixture[str], policy: str, score: str
) -> None:
    Path("house.toml").write_text('combine = "mean_of_stage_means"\n', encoding="utf-8")
    told = ("explain", "ratings.csv", "--rubric", "form.toml", "--interaction", "I-1", "--policy", policy)
    code, out, _ = run(capsys, *told)
    assert code == 0
    assert out.startswith(f"I-1: {score} = ")


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("zendesk", "no policy 'zendesk'; did you mean 'zendesk-qa'"),
        ("house.toml", "house.toml: must be a readable file"),
    ],
)
def test_an_unknown_policy_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str], policy: str, message: str
) -> None:
    code, out, err = run(capsys, "score", "ratings.csv", "--rubric", "form.toml", "--policy", policy)
    assert (code, out) == (2, "")
    assert message in err
