"""Numbers that other systems' documentation prints, through the public names with an explicit policy."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import coqs
from coqs.rubric import SeveralChoice, SingleChoice

TESTS = Path(__file__).resolve().parents[1]
CASES = json.loads(
    (TESTS / "vectors" / "vendor_scores.json").read_text(encoding="utf-8"), parse_float=Decimal
)["cases"]
PAGE = TESTS.parent / "docs" / "explanation" / "numbers-of-other-systems.md"
Case = dict[str, Any]


def criterion(place: int, question: Case) -> coqs.Criterion:
    """Write a question of a form as a criterion whose levels are called by their points."""
    points = question.get("points", question.get("options"))
    scale = (
        SeveralChoice([coqs.Option(name(each), points=each) for each in points])
        if "options" in question
        else SingleChoice([coqs.Level(name(each), points=each) for each in points])
    )
    gate = coqs.Gate(question["gate"], on=(name(points[0]),)) if "gate" in question else None
    return coqs.Criterion(f"q{place}", question["stage"], scale, weight=question["weight"], gate=gate)


def name(points: Any) -> str:
    return f"p{points}"


def cell(answer: Any) -> str:
    if isinstance(answer, list):
        return "|".join(map(name, answer))
    return "n/a" if answer is None else name(answer)


def scored(case: Case) -> coqs.Scores:
    stages = [coqs.Stage(id, weight=weight) for id, weight in case["stages"].items()]
    criteria = [criterion(place, question) for place, question in enumerate(case["form"])]
    rubric = coqs.Rubric(id="form", version="1", stages=stages, criteria=criteria)
    sheets = case["sheets"]
    table = {f"q{place}": [cell(sheet[place]) for sheet in sheets] for place in range(len(criteria))}
    table |= {"interaction": [f"I-{row}" for row in range(len(sheets))], "provider": ["one"] * len(sheets)}
    policy = coqs.Policy.from_mapping({"name": case["id"], **case["policy"]})
    return coqs.score(coqs.Ratings.from_table(table, rubric), policy=policy)


def figures(case: Case) -> list[float | None]:
    scores = scored(case)
    if case["of"] == "mean":
        return [100 * value for value in scores.by("provider")["mean"].tolist()]
    if case["of"] != "overall":
        return getattr(scores, case["of"]).tolist()
    told = zip(scores.overall.tolist(), scores.is_scored.tolist(), strict=True)
    return [100 * value if is_scored else None for value, is_scored in told]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_number_that_a_system_prints_is_the_number_that_coqs_gives(case: Case) -> None:
    for found, expected in zip(figures(case), case["expected"], strict=True):
        wanted = (
            None
            if expected is None
            else pytest.approx(float(expected), abs=max(float(case["tolerance"]), 1e-9))
        )
        assert found == wanted


def test_the_page_shows_every_number_with_its_policy_and_source() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == [row(case) for case in CASES]


def row(case: Case) -> str:
    """Write a case as its row in the table of the page."""
    policy = ", ".join(f"`{key} = {value}`" for key, value in case["policy"].items())
    numbers = ", ".join("none" if each is None else str(each) for each in case["expected"])
    source = (
        f"[{case['status']}]({case['source']})"
        if "://" in case["source"]
        else f"{case['status']}: {case['source']}"
    )
    return f"| `{case['id']}` | {policy} | {case['of']} | {numbers} | {source} |"
