"""Questionnaires and answers of any kind: nothing is lost in a file, and numbers obey their laws."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from depth import examples
from hypothesis import given, settings, strategies as st

import coqs
from coqs.model import Words
from coqs.rubric import Option
from coqs.rubric.questionnaire import Choice, FreeText, Measure, Rating, SurveyItem, YesNo

pytest.importorskip("tomli_w")

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
WORDS = st.builds(
    lambda text, es: Words(text, translations=(("es", es),) if es is not None else ()),
    TEXTS,
    st.none() | st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
)
RATINGS = st.builds(
    lambda low, size, *words: Rating(low, low + size, *words),
    st.integers(-3, 1),
    st.integers(1, 10),
    WORDS,
    WORDS,
)
FRACTIONS = st.fractions(-5, 5, max_denominator=7)


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    points = sorted(draw(st.lists(FRACTIONS, min_size=2, max_size=5, unique=True)))
    bare = draw(st.booleans())
    return Choice(
        [
            Option(f"o{place}", points=None if bare else each, words=draw(WORDS))
            for place, each in enumerate(points)
        ]
    )


@st.composite
def items(draw: st.DrawFn, place: int) -> SurveyItem:
    scale = draw(st.one_of(choices(), RATINGS, st.just(YesNo()), st.just(FreeText())))
    about = draw(st.lists(st.sampled_from(["greeting", "responding"]), unique=True))
    reverse = draw(st.booleans()) and not isinstance(scale, FreeText)
    return SurveyItem(f"q{place}", scale, draw(WORDS), reverse, draw(st.booleans()), about)


def spread(item: SurveyItem) -> bool:
    return item.span is not None


@st.composite
def measures(draw: st.DrawFn, asked: list[SurveyItem]) -> list[Measure]:
    found = []
    for item in (each for each in asked if each.is_scored):
        top = draw(st.integers(1, len(item.scale.boxes) - 1))
        found.append(Measure(f"top_{item.id}", "top_box", (item.id,), top=top, words=draw(WORDS)))
        if spread(item):
            points = draw(st.sampled_from(["raw", "min_max"]))
            found.append(Measure(f"mean_{item.id}", "ces", (item.id,), statistic="mean", points=points))
        if isinstance(item.scale, Rating) and not item.reverse:
            low, high = item.scale.low, item.scale.high
            cut = draw(st.integers(low, high - 1))
            found.append(Measure(f"nps_{item.id}", "nps", (item.id,), promoters=cut + 1, detractors=cut))
    several = tuple(item.id for item in asked if item.is_scored and spread(item))
    if len(several) > 1:
        least = draw(st.integers(1, len(several)))
        found += [
            Measure("pooled", "mean", several, points="min_max", over="answers"),
            Measure("each", "mean", several, points="min_max", over="respondents", at_least=least),
        ]
    return found


@st.composite
def questionnaires(draw: st.DrawFn, most: int = 4) -> coqs.Questionnaire:
    asked = [draw(items(place)) for place in range(draw(st.integers(1, most)))]
    return coqs.Questionnaire(
        id="any",
        version="1",
        items=asked,
        measures=draw(measures(asked)),
        rubric=draw(st.none() | st.just("coqs")),
        title=draw(WORDS),
        words=draw(WORDS),
    )


def cell(draw: st.DrawFn, item: SurveyItem) -> Any:
    absences = ["unanswered", "not_asked", None, *(["not_applicable"] if item.not_applicable else [])]
    return draw(st.sampled_from([*(item.scale.boxes or ("some words",)), *absences]))


@st.composite
def sheets(draw: st.DrawFn) -> coqs.Answers:
    asked, n = draw(questionnaires()), draw(st.integers(0, 12))
    table: dict[str, list[Any]] = {"respondent": [f"r{row}" for row in range(n)]}
    table["provider"] = [draw(st.sampled_from(["Ana", "Ben", None])) for _ in range(n)]
    table |= {item.id: [cell(draw, item) for _ in range(n)] for item in asked.items}
    return coqs.Answers.from_table(table, asked)


def check_round_trip(asked: coqs.Questionnaire) -> None:
    again = coqs.Questionnaire.from_toml_text(asked.to_toml())
    assert again == asked
    assert again.fingerprint == asked.fingerprint
    assert hash(again) == hash(asked)
    assert coqs.Questionnaire.from_mapping(asked.to_mapping()) == asked
    assert pickle.loads(pickle.dumps(asked)) == asked


@given(questionnaires())
def test_a_questionnaire_is_read_back_as_it_was_written(asked: coqs.Questionnaire) -> None:
    check_round_trip(asked)


@pytest.mark.slow
@settings(max_examples=examples(1000))
@given(questionnaires(most=9))
def test_many_questionnaires_are_read_back_as_they_were_written(asked: coqs.Questionnaire) -> None:
    check_round_trip(asked)


@given(questionnaires())
def test_lint_of_any_questionnaire_names_places_that_there_are(asked: coqs.Questionnaire) -> None:
    for finding in asked.lint():
        assert finding.place.split("[")[0] in ("items", "measures", "title", "text")
        assert finding.code[0] == "Q"


@given(sheets(), st.sampled_from(["wide", "long"]))
def test_answers_are_read_back_as_they_were_written(answers: coqs.Answers, layout: Any) -> None:
    if layout == "long" and not len(answers):
        return  # a long table of nobody cannot say what was asked of nobody
    again = coqs.Answers.from_table(answers.to_table(layout), answers.questionnaire)
    assert again == answers
    assert pickle.loads(pickle.dumps(answers)) == answers


@given(sheets(), st.randoms(use_true_random=False))
def test_the_order_of_sheets_changes_nothing(answers: coqs.Answers, random: Any) -> None:
    rows = np.array(random.sample(range(len(answers)), len(answers)), np.int64)
    for keys in ((), ("provider",)):
        left, right = (coqs.score_answers(each) for each in (answers, answers.take(rows)))
        if keys:
            left, right = left.by(*keys), right.by(*keys)
        assert left.columns == right.columns  # to the last bit


@given(sheets())
def test_groups_add_up_to_the_whole(answers: coqs.Answers) -> None:
    whole, parts = coqs.score_answers(answers), coqs.score_answers(answers).by("provider")
    for row in whole.rows():
        mine = [part for part in parts.rows() if part["measure"] == row["measure"]]
        for name in ("n", "n_asked", "n_answered", "n_not_applicable", "n_unanswered", "n_not_asked"):
            assert sum(part[name] for part in mine) == row[name]
        told = [(part["n_answered"], part["estimate"]) for part in mine if part["estimate"] is not None]
        if row["estimate"] is None:
            assert told == []
        else:
            mean = sum(n * estimate for n, estimate in told) / row["n_answered"]
            assert math.isclose(mean, row["estimate"], rel_tol=1e-9, abs_tol=1e-9)


@given(sheets())
def test_every_sheet_or_answer_is_in_one_state_and_every_number_within_its_scale(
    answers: coqs.Answers,
) -> None:
    for row in coqs.score_answers(answers).rows():
        measure = answers.questionnaire.measure(row["measure"])
        counted = len(answers) * (len(measure.items) if measure.is_pooled else 1)
        assert row["n_asked"] + row["n_not_asked"] == counted
        span = answers.questionnaire.item(measure.items[0]).span
        ends = {"share": (0.0, 1.0), "net": (-1.0, 1.0), "points": tuple(map(float, span or (0, 0)))}
        low, high = ends[row["unit"]]
        for name in ("estimate", "ci_low", "ci_high"):
            assert row[name] is None or low - 1e-9 <= row[name] <= high + 1e-9
        if row["can_tell"]:
            assert row["ci_low"] - 1e-9 <= row["estimate"] <= row["ci_high"] + 1e-9


@given(choices(), st.booleans())
def test_turning_a_scale_round_and_reversing_it_cancel_out(scale: Choice, reverse: bool) -> None:
    """The share of a box from the worst to the best is turned round by `reverse`, and by nothing else."""
    straight, turned = SurveyItem("q", scale), SurveyItem("q", scale, reverse=True)
    assert straight.best_first == turned.best_first[::-1]
    assert [1 - share for share in straight.shares()] == list(turned.shares())
    item = turned if reverse else straight
    if item.shares():
        best = item.scale.boxes.index(item.top(1)[0])
        assert item.shares()[best] == Fraction(1)
