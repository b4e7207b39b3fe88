"""Numbers that other systems' documentation prints, through the public names with a preset or a policy."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
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
    on = tuple(map(name, question.get("on", points[:1])))
    return coqs.Criterion(
        f"q{place}",
        question["stage"],
        scale,
        weight=question["weight"],
        gate=coqs.Gate(question["gate"], on=on) if "gate" in question else None,
        bonus=question.get("bonus", False),
    )


def name(points: Any) -> str:
    return f"p{points}".replace(".", "_")


def cell(answer: Any) -> str | None:
    if isinstance(answer, list):
        return "|".join(map(name, answer))
    if answer == "unanswered":
        return None
    return "n/a" if answer is None else name(answer)


def scored(case: Case) -> coqs.Scores:
    stages = [coqs.Stage(id, weight=weight) for id, weight in case["stages"].items()]
    criteria = [criterion(place, question) for place, question in enumerate(case["form"])]
    rubric = coqs.Rubric(id="form", version="1", stages=stages, criteria=criteria)
    sheets = case["sheets"]
    table = {f"q{place}": [cell(sheet[place]) for sheet in sheets] for place in range(len(criteria))}
    table |= {"interaction": [f"I-{row}" for row in range(len(sheets))], "provider": ["one"] * len(sheets)}
    return coqs.score(coqs.Ratings.from_table(table, rubric), policy=policy_of(case))


def policy_of(case: Case) -> coqs.Policy:
    """Return the preset, with what the form adds to it; or the policy that is spelt out."""
    if case["preset"] is None:
        return coqs.Policy.from_mapping({"name": case["id"], **case["policy"]})
    own = coqs.Policy.from_mapping(coqs.Policy.named(case["preset"]).to_mapping() | case["policy"])
    return attrs.evolve(
        coqs.Policy.named(case["preset"]), **{key: getattr(own, key) for key in case["policy"]}
    )


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


def test_every_preset_of_another_system_has_a_number() -> None:
    assert {case["preset"] for case in CASES} - {None} >= set(coqs.Policy.names()) - WITHOUT_A_NUMBER


WITHOUT_A_NUMBER = {
    "coqs",  # ours
    "copc",  # as its three classes, for all at once
    "copc-business",
    "copc-compliance",
    "evaluagent-na-passes-keeps-score",  # two choices that have a number each
}


def test_the_page_shows_every_number_with_inputs_policy_and_source() -> None:
    assert PAGE.read_text(encoding="utf-8").partition(OPENS)[2].partition(CLOSES)[0] == tables()


OPENS, CLOSES = "<!-- the cases, system by system -->\n", "<!-- so far the cases -->"


def tables() -> str:
    """Write the tables of the page, one a system."""
    systems = dict.fromkeys(case["system"] for case in CASES)
    return "".join(f"\n### {each}\n\n{HEADS}{rows(each)}\n" for each in systems) + "\n"


HEADS = "| case | what went in | policy | of | documented | coqs | source |\n|---|---|---|---|--:|--:|---|\n"


def rows(system: str) -> str:
    return "\n".join(row(case) for case in CASES if case["system"] == system)


def row(case: Case) -> str:
    """Write a case as its row in a table of the page."""
    source = case["source"]
    source = f"[{case['status']}]({source})" if "://" in source else f"{case['status']}: {source}"
    note = f"; {case['note']}" if case["note"] else ""
    documented = ", ".join(number(each) for each in case["expected"])
    ours = ", ".join(number(each) for each in figures(case))
    cells = [f"`{case['id']}`", went_in(case) + note, said(case), case["of"], documented, ours, source]
    return f"| {' | '.join(cells)} |"


def number(value: Any) -> str:
    return "none" if value is None else f"{float(value):.4f}".rstrip("0").rstrip(".")


def said(case: Case) -> str:
    own = ", ".join(f"`{key} = {plain(value)}`" for key, value in case["policy"].items())
    preset = f"`{case['preset']}`" if case["preset"] else ""
    return ", ".join(each for each in (preset, own) if each)


def plain(value: Any) -> Any:
    return "a set rule" if isinstance(value, list) else value


def went_in(case: Case) -> str:
    """Write what was answered, of what could be, with the weights that are not 1."""
    sheets = case["sheets"][:1] if case["of"] == "mean" else case["sheets"]
    told = "; ".join(sheet_of(case, sheet) for sheet in sheets[:2])
    more = (
        f"; and {len(case['sheets']) - len(sheets[:2])} more" if len(case["sheets"]) > len(sheets[:2]) else ""
    )
    return told + more


def sheet_of(case: Case, sheet: list[Any]) -> str:
    parts = []
    for stage, weight in case["stages"].items():
        answers = [
            answered(question, answer)
            for question, answer in zip(case["form"], sheet, strict=True)
            if question["stage"] == stage
        ]
        factor = f"{weight} × " if str(weight) != "1" else ""
        parts.append(f"{factor}({', '.join(answers)})")
    return " + ".join(parts)


def answered(question: Case, answer: Any) -> str:
    points = question.get("points", question.get("options"))
    weight = f" × {question['weight']}" if str(question["weight"]) != "1" else ""
    if answer is None or answer == "unanswered":
        return f"{'n/a' if answer is None else 'open'}{weight}"
    if isinstance(answer, list):
        return f"{' + '.join(map(str, answer))} of [{' '.join(map(str, points))}]{weight}"
    lowest = f"{points[0]} to " if float(points[0]) else ""
    return f"{answer} of {lowest}{points[-1]}{weight}"
