"""Measures of answers: published numbers, sheets worked by hand, a naive loop, edges and groups."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.kernels import mean_interval, ratio_interval, tango_interval, wilson_interval
from coqs.model import Words
from coqs.rubric import Option
from coqs.rubric.questionnaire import Choice, Measure, Rating, SurveyItem, YesNo

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "surveys.json").read_text(encoding="utf-8"))
LABELS = Words("worst"), Words("best")


def ask(items: list[SurveyItem], *measures: Measure) -> coqs.Questionnaire:
    return coqs.Questionnaire(id="q", version="1", items=tuple(items), measures=measures)


def score(asked: coqs.Questionnaire, columns: dict[str, list[Any]], **how: Any) -> coqs.SurveyScores:
    n = len(next(iter(columns.values())))
    table = {"respondent": [f"R{row}" for row in range(n)], **columns}
    return coqs.score_answers(coqs.Answers.from_table(table, asked), **how)


def counted(answers: dict[str, int]) -> list[str]:
    return [answer for answer, n in answers.items() for _ in range(n)]


# Published numbers

RECOMMEND = SurveyItem("recommend", Rating(0, 10, *LABELS))
NPS = Measure("nps", "nps", ("recommend",))


@pytest.mark.parametrize("row", VECTORS["nps"]["rows"], ids=lambda row: row["source"][:20])
def test_a_net_promoter_score_is_the_published_one(row: dict[str, Any]) -> None:
    said = [10] * row["promoters"] + [8] * row["passives"] + [3] * row["detractors"]
    found = score(ask([RECOMMEND], NPS), {"recommend": said}).row("nps")
    assert round(100 * found["estimate"], row["nps_digits"]) == pytest.approx(row["nps"], abs=1e-8)
    if "margin" in row:
        half = 100 * (found["ci_high"] - found["ci_low"]) / 2
        assert round(half, row["margin_digits"]) == row["margin"]


def test_a_uniform_scale_gives_the_published_net_promoter_score() -> None:
    found = score(ask([RECOMMEND], NPS), {"recommend": list(range(11))}).row("nps")
    assert 100 * found["estimate"] == pytest.approx(-45.45454545454545)


def test_a_linear_mean_and_a_top_box_are_those_of_hcahps() -> None:
    case = VECTORS["hcahps"]
    item = SurveyItem("listen", Choice([Option(id, points=n) for n, id in enumerate(("never", "sometimes", "usually", "always"))]))  # fmt: skip
    linear, top = (
        Measure("linear", "mean", ("listen",), points="min_max"),
        Measure("top", "top_box", ("listen",), top=1),
    )
    found = score(ask([item], linear, top), {"listen": counted(case["answers"])})
    assert 100 * found.row("linear")["estimate"] == pytest.approx(case["linear_mean"])
    assert 100 * found.row("top")["estimate"] == pytest.approx(case["top_box"])


def test_satisfaction_by_both_definitions_is_the_reference() -> None:
    case = VECTORS["csat"]
    item = SurveyItem("satisfied", Rating(1, 5, *LABELS))
    share = Measure("share", "csat", ("satisfied",), statistic="share", top=2)
    mean = Measure("mean", "csat", ("satisfied",), statistic="mean", points="raw")
    found = score(ask([item], share, mean), {"satisfied": counted(case["answers"])})
    row = found.row("share")
    assert (row["estimate"], row["unit"]) == (case["top2"], "share")
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(case["wilson"])
    assert found.row("mean")["estimate"] == pytest.approx(case["mean"])
    assert found.row("mean")["unit"] == "points"


@pytest.mark.parametrize("row", VECTORS["acsi"]["rows"], ids=str)
def test_an_index_of_three_items_is_the_published_formula(row: dict[str, Any]) -> None:
    items = [SurveyItem(f"q{n}", Rating(1, 10, *LABELS)) for n in range(3)]
    measure = Measure("index", "mean", ("q0", "q1", "q2"), points="min_max", over="respondents", at_least=3)
    found = score(ask(items, measure), {f"q{n}": [value] for n, value in enumerate(row["answers"])})
    assert 100 * found.row("index")["estimate"] == pytest.approx(row["score"])


# By hand

ITEMS = [
    SurveyItem("received", Rating(1, 5, *LABELS), not_applicable=True),
    SurveyItem("waited", Rating(1, 5, *LABELS), reverse=True),
    SurveyItem("solved", YesNo()),
]
THREE = ("received", "waited", "solved")
SHEETS: dict[str, list[Any]] = {
    "received": [5, 3, "not_applicable", None],
    "waited": [1, 5, 2, None],
    "solved": ["yes", None, "not_asked", None],
}


def test_reversed_points_are_turned_round() -> None:
    """Waiting 1, 5, 2 too long is worth 5, 1, 4: a mean of 10/3."""
    raw = Measure("raw", "ces", ("waited",), statistic="mean", points="raw")
    low = Measure("low", "ces", ("waited",), statistic="share", top=2)
    found = score(ask(ITEMS, raw, low), SHEETS)
    assert found.row("raw")["estimate"] == pytest.approx(10 / 3)
    assert found.row("low")["estimate"] == pytest.approx(2 / 3)  # of 1, 5, 2 the boxes 1 and 2


def test_over_respondents_every_sheet_counts_once() -> None:
    """1, 1, 1; then 1/2, 0; then 3/4: sheets of 1, 1/4 and, where one answer does, 3/4."""
    one = Measure("one", "mean", THREE, points="min_max", over="respondents", at_least=1)
    two = Measure("two", "mean", THREE, points="min_max", over="respondents", at_least=2)
    found = score(ask(ITEMS, one, two), SHEETS)
    assert found.row("one")["estimate"] == pytest.approx((1 + 0.25 + 0.75) / 3)
    assert found.row("two")["estimate"] == pytest.approx((1 + 0.25) / 2)
    names = ("n", "n_asked", "n_answered", "n_not_applicable", "n_unanswered", "n_not_asked")
    assert [found.row("one")[name] for name in names] == [4, 4, 3, 0, 1, 0]
    assert [found.row("two")[name] for name in names] == [4, 4, 2, 1, 1, 0]


def test_over_answers_every_answer_counts_once() -> None:
    pooled = Measure("pooled", "mean", THREE, points="min_max", over="answers")
    row = score(ask(ITEMS, pooled), SHEETS).row("pooled")
    assert row["estimate"] == pytest.approx((1 + 1 + 1 + 0.5 + 0 + 0.75) / 6)
    names = ("n", "n_asked", "n_answered", "n_not_applicable", "n_unanswered", "n_not_asked")
    assert [row[name] for name in names] == [4, 11, 6, 1, 4, 1]
    squares = [(3 - 3 * 4.25 / 6) ** 2, (0.5 - 2 * 4.25 / 6) ** 2, (0.75 - 4.25 / 6) ** 2]
    low, high = ratio_interval([4.25 / 6], [sum(squares)], [6.0], [3])
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(low[0]), pytest.approx(high[0]))


def test_named_boxes_count_in_place_of_the_top_ones() -> None:
    middle = Measure("middle", "top_box", ("received",), boxes=("2", "3", "4"))
    assert score(ask(ITEMS, middle), SHEETS).row("middle")["estimate"] == 0.5


# Against a loop


def naive(values: list[float | None], kind: str) -> tuple[float, float, float]:
    known = [value for value in values if value is not None]
    n = len(known)
    if not n:
        return (math.nan,) * 3
    mean = sum(known) / n
    if kind == "share":
        low, high = wilson_interval([sum(known)], [n])
    elif kind == "net":
        low, high = tango_interval([known.count(1)], [known.count(-1)], [n])
    else:
        sd = math.sqrt(sum((value - mean) ** 2 for value in known) / (n - 1)) if n > 1 else 0
        low, high = mean_interval([mean], [sd], [n])
    return mean, float(low[0]), float(high[0])


def plain(answer: Any, kind: str) -> float | None:
    if answer is None:
        return None
    if kind == "net":
        return float((answer >= 9) - (answer <= 6))
    return float(answer >= 8) if kind == "share" else answer / 10


@pytest.mark.parametrize("seed", range(3))
def test_every_group_equals_a_loop_over_its_sheets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = [None if value > 10 else int(value) for value in rng.integers(0, 13, 200)]
    provider = [None if value == 5 else f"P{value}" for value in rng.integers(0, 6, 200)]
    kinds = {
        "share": Measure("share", "top_box", ("recommend",), top=3),
        "net": NPS,
        "mean": Measure("mean", "mean", ("recommend",), points="min_max"),
    }
    found = score(ask([RECOMMEND], *kinds.values()), {"recommend": said, "provider": provider}).by("provider")
    assert found["provider"].tolist()[::3] == ["P0", "P1", "P2", "P3", "P4", None]
    for row in found.rows():
        kind = {"nps": "net"}.get(row["measure"], row["measure"])
        mine = [answer for answer, who in zip(said, provider, strict=True) if who == row["provider"]]
        expected = naive([plain(answer, kind) for answer in mine], kind)
        got = [row[name] for name in ("estimate", "ci_low", "ci_high")]
        np.testing.assert_allclose(got, expected, rtol=1e-12)
        assert row["n"] == len(mine)
        assert row["n_unanswered"] == mine.count(None)


# Nobody, one, all the same

MEAN = Measure("mean", "mean", ("recommend",), points="raw")
TOP = Measure("top", "top_box", ("recommend",), top=2)


@pytest.mark.parametrize("said", [[], [None, None]])
def test_of_nobody_there_is_no_number(said: list[Any]) -> None:
    for row in score(ask([RECOMMEND], NPS, MEAN, TOP), {"recommend": said}).rows():
        assert [row[name] for name in ("estimate", "ci_low", "ci_high", "can_tell")] == [
            None,
            None,
            None,
            False,
        ]
        assert (row["n"], row["n_answered"]) == (len(said), 0)


def test_of_one_a_mean_cannot_tell_and_the_shares_are_wide() -> None:
    rows = {row["measure"]: row for row in score(ask([RECOMMEND], NPS, MEAN, TOP), {"recommend": [9]}).rows()}
    assert [rows[name]["estimate"] for name in ("nps", "mean", "top")] == [1, 9, 1]
    assert [rows[name]["can_tell"] for name in ("nps", "mean", "top")] == [True, False, True]
    assert rows["nps"]["ci_low"] < 0
    assert rows["top"]["ci_low"] < 0.25


def test_where_all_agree_no_interval_is_without_width_and_none_leaves_the_scale() -> None:
    found = score(ask([RECOMMEND], NPS, MEAN, TOP), {"recommend": [10] * 8})
    for row in found.rows():
        assert row["ci_low"] < row["estimate"] == pytest.approx(row["ci_high"])
    assert found.row("mean")["ci_high"] == pytest.approx(10)


def test_a_raw_mean_stays_within_its_own_scale() -> None:
    item = SurveyItem("q", Rating(-2, 2, *LABELS))
    measure = Measure("m", "mean", ("q",), points="raw")
    row = score(ask([item], measure), {"q": [-2, -2, -1, 0]}).row("m")
    assert row["estimate"] == pytest.approx(-1.25)
    assert -2 <= row["ci_low"] < row["estimate"] < row["ci_high"] <= 2


# Groups, results, refusals

ANSWERS = coqs.Answers.from_table(
    {
        "respondent": ["a", "b", "c", "d"],
        "provider": ["Bo", "Ana", "Ana", "Bo"],
        "at": ["2026-01-05T23:30:00Z", "2026-01-05T10:00:00Z", "2026-01-14T10:00:00Z", None],
        "recommend": [9, 10, 3, None],
    },
    ask([RECOMMEND], NPS, TOP),
)


def test_groups_come_by_key_then_by_measure_and_time_by_when_it_begins() -> None:
    found = coqs.score_answers(ANSWERS)
    by = found.by("provider")
    assert [*zip(by["provider"], by["measure"], strict=True)] == [("Ana", "nps"), ("Ana", "top"), ("Bo", "nps"), ("Bo", "top")]  # fmt: skip
    assert by.labels() == ["Ana", "Ana", "Bo", "Bo"]
    weeks = found.by(every="week", tz="UTC")
    assert weeks["week"].tolist()[::2] == ["2026-01-05", "2026-01-12", None]
    assert found.by(every="day", tz="Europe/Madrid")["day"].tolist()[::2] == ["2026-01-05", "2026-01-06", "2026-01-14", None]  # fmt: skip
    assert found.by("weekday")["weekday"].tolist()[::2] == ["Monday", "Wednesday", None]


def test_a_group_of_few_is_only_counted() -> None:
    by = coqs.score_answers(ANSWERS, minimum_n=2).by("provider")
    assert by["n_answered"].tolist() == [2, 2, 1, 1]
    assert np.isnan(by["estimate"]).tolist() == [False, False, True, True]


def test_results_pickle_compare_and_show_no_answers() -> None:
    for found in (coqs.score_answers(ANSWERS), coqs.score_answers(ANSWERS).by("provider")):
        again = pickle.loads(pickle.dumps(found))
        assert again == found
        with pytest.raises(ValueError, match="read-only"):
            again.columns["estimate"][0] = 1
    assert coqs.score_answers(ANSWERS) != coqs.score_answers(ANSWERS, confidence=0.9)
    assert repr(coqs.score_answers(ANSWERS)).startswith(
        "<SurveyScores: 2 measures of 4 sheets, 95% intervals"
    )
    assert "cannot tell" in str(coqs.score_answers(ANSWERS, minimum_n=5))


def test_a_table_of_measures_goes_to_other_libraries() -> None:
    pl = pytest.importorskip("polars")
    found = coqs.score_answers(ANSWERS, minimum_n=2).by("provider")
    for table in (found.to_table("polars"), pl.DataFrame(found)):
        assert table["estimate"].to_list() == [0.0, 0.5, None, None]
        assert table["provider"].cast(pl.String).to_list() == ["Ana", "Ana", "Bo", "Bo"]


@pytest.mark.parametrize("confidence", [0, 1, "0.9", math.nan])
def test_a_confidence_that_is_none_is_refused(confidence: Any) -> None:
    with pytest.raises(coqs.PolicyError, match="score_answers: confidence must lie between 0 and 1"):
        coqs.score_answers(ANSWERS, confidence=confidence)


def test_unknown_keys_and_measures_are_refused_with_the_nearest() -> None:
    found = coqs.score_answers(ANSWERS)
    with pytest.raises(coqs.NotFoundError, match="did you mean 'provider'"):
        found.by("provder")
    with pytest.raises(coqs.PolicyError, match="keys must differ, got 'site' twice"):
        found.by("site", "site")
    with pytest.raises(coqs.PolicyError, match="every: must be a stretch of time"):
        found.by(every="fortnight")
    with pytest.raises(coqs.NotFoundError, match="did you mean 'nps'"):
        found.row("npz")
    with pytest.raises(coqs.NotFoundError, match="a row for each provider"):
        found.by("provider").row("nps")
    with pytest.raises(coqs.NotFoundError, match="no column 'n_answerd'"):
        found["n_answerd"]


def test_a_questionnaire_without_measures_gives_no_rows() -> None:
    found = score(ask([RECOMMEND]), {"recommend": [1]})
    assert (len(found), found.rows()) == (0, [])
