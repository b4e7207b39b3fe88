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


def test_a_backtest_follows_a_policy_file_too_and_never_writes_over_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("house.toml").write_text('name = "house"\ncombine = "mean_of_stage_means"\n', encoding="utf-8")
    told = ("backtest", "ratings.csv", "--rubric", "form.toml", "--to", "form.toml", "--policy", "house.toml")
    code, out, err = run(capsys, *told)
    assert (code, err) == (0, "")
    assert out.startswith("backtest: 1 rating, form 1 (policy house) -> form 1 (policy house)")
    code, _, err = run(capsys, *told, "--out", "house.toml")
    assert code == 2
    assert "must not be an input as well" in err


@pytest.mark.parametrize(
    "command",
    [
        ("score", "--out"),
        ("explain", "--interaction", "I-1", "--html"),
        ("compare", "--with", "coqs", "--out"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("file", ["house.toml", "form.toml"])
def test_no_command_writes_over_its_policy_or_its_rubric(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], file: str
) -> None:
    Path("house.toml").write_text('combine = "mean_of_stage_means"\n', encoding="utf-8")
    before = Path(file).read_bytes()
    name, *options = command
    told = (name, "ratings.csv", "--rubric", "form.toml", "--policy", "house.toml", *options, file)
    code, _, err = run(capsys, *told)
    assert code == 2
    assert "must not be an input as well" in err
    assert Path(file).read_bytes() == before
