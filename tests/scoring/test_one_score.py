"""One interaction at a time: `Scorer.score_one`."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import pytest

import coqs

TEXT = """
schema = 1
id = "door"
version = "1"
pass_mark = "3/5"
facts.urgent = "boolean"
stages = [{ id = "greeting", weight = 2 }, { id = "responding", weight = "10/3", pass_mark = "1/4" }]

[[criteria]]
id = "greeted"
stage = "greeting"
weight = "3/2"
levels = [{ id = "no", points = 0 }, { id = "late", points = 2 }, { id = "at_once", points = 3 }]

[[criteria]]
id = "wait"
stage = "greeting"
unit = "minutes"
levels = [{ id = "short", below = "2.5", points = 2 }, { id = "long", from = "2.5", below = 60, points = 0 }]

[[criteria]]
id = "offers"
stage = "responding"
options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }, { id = "shrug", points = -1 }]

[[criteria]]
id = "lawful"
stage = "responding"
gate = { class = "ethics", kind = "illegal", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]

[[criteria]]
id = "badge"
stage = "responding"
applies_to = ["employees"]
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""
RUBRIC = coqs.Rubric.from_toml_text(TEXT)
WHEN = 'when = { fact = "urgent", in = [true] }'
BRANCHED = coqs.Rubric.from_toml_text(TEXT.replace('id = "badge"', f'id = "badge"\n{WHEN}'))
SCORER = coqs.Scorer(RUBRIC)
ANSWERS = {"greeted": "late", "wait": 1, "offers": "map|escort", "lawful": "yes"}


def in_bulk(scorer: coqs.Scorer, answers: dict[str, Any], **context: Any) -> coqs.Scores:
    row = {"interaction": "a", **context, **answers}
    return scorer(coqs.Ratings.from_table({name: [value] for name, value in row.items()}, scorer.rubric))


def test_a_score_with_its_verdict_stages_and_details() -> None:
    score = SCORER.score_one(ANSWERS)
    assert (score.verdict, score.reason, score.is_scored) == ("pass", "", True)
    greeting = Fraction(3, 2) * Fraction(2, 3) / Fraction(5, 2) + 1 / Fraction(5, 2)
    assert score.stages == {"greeting": float(greeting), "responding": 1.0}
    overall = (2 * greeting + Fraction(10, 3)) / Fraction(16, 3)
    assert score.overall == pytest.approx(float(overall), abs=1e-12)
    assert (score.points, score.coverage, score.gates["ethics"]) == (8.0, 1.0, 0)
    assert (score.gates_fired, score.gates_unobserved, score.irreversible) == (0, 0, 0)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"greeted": 0},
        {"greeted": "N/A", "lawful": None},
        {"greeted": "2", "wait": "59.5"},
        {"wait": 2.5, "offers": []},
        {"wait": -7, "offers": ["shrug", "map"]},
        {"wait": float("nan"), "offers": {"escort"}},
        {"offers": "|", "lawful": 1.0},
        {"greeted": "", "lawful": "failed", "badge": "no"},
        {"greeted": "at_once", "lawful": "no", "badge": "yes"},
        {"greeted": coqs.Absence.ABSTAINED},
    ],
)
@pytest.mark.parametrize("customer_set", [None, "employees", "visitors"])
def test_answers_of_every_kind_score_as_in_a_batch(answers: dict[str, Any], customer_set: str | None) -> None:
    score = SCORER.score_one(answers, customer_set=customer_set)
    bulk = in_bulk(SCORER, {"greeted": None} | answers, customer_set=customer_set)
    assert (score.verdict, score.reason) == (bulk.verdict[0], bulk.reason[0])
    assert score.overall == (pytest.approx(bulk.overall[0], abs=1e-12) if bulk.is_scored[0] else None)
    assert score.gates == {name: int(column[0]) for name, column in bulk.gates.items()}


def test_facts_open_branches() -> None:
    scorer = coqs.Scorer(BRANCHED)
    answers = ANSWERS | {"badge": "no"}
    asked = scorer.score_one(answers, customer_set="employees", facts={"urgent": True})
    hidden = scorer.score_one(answers, customer_set="employees", facts={"urgent": False})
    assert asked.overall < hidden.overall == SCORER.score_one(ANSWERS).overall
    assert hidden == scorer.score_one(answers, facts={"urgent": None})
    assert SCORER.score_one(ANSWERS, facts={"urgent": True}) == SCORER.score_one(ANSWERS)


def test_a_score_on_the_mark_passes_and_one_just_below_fails() -> None:
    text = """
        schema = 1
        id = "thirds"
        version = "1"
        pass_mark = "{mark}"
        stages = [{{ id = "one", weight = "1/3" }}, {{ id = "two", weight = "7/11" }}]
        [[criteria]]
        id = "a"
        stage = "one"
        levels = [{{ id = "no", points = 0 }}, {{ id = "yes", points = 1 }}]
        [[criteria]]
        id = "b"
        stage = "two"
        levels = [{{ id = "no", points = 0 }}, {{ id = "yes", points = 1 }}]
    """
    mark = Fraction(1, 3) / (Fraction(1, 3) + Fraction(7, 11))
    answers = {"a": "yes", "b": "no"}
    for each, verdict in ((mark, "pass"), (mark + Fraction(1, 10**20), "fail")):
        scorer = coqs.Scorer(coqs.Rubric.from_toml_text(text.format(mark=each)))
        assert scorer.score_one(answers).verdict == verdict


def test_a_narrowed_scorer_scores_what_its_controller_is_answerable_for() -> None:
    rubric = coqs.Rubric.from_toml_text(TEXT.replace('id = "wait"', 'id = "wait"\ncontrolled_by = "system"'))
    scorer = coqs.Scorer(rubric).controlled_by("person")
    answers = {"greeted": "at_once", "wait": 30}
    score, bulk = scorer.score_one(answers), in_bulk(scorer, answers)
    assert score.overall == bulk.overall[0] == 1.0
    assert score.coverage == bulk.coverage[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"gretted": "no"},
            "answers: must be a criterion of the rubric, got 'gretted'; did you mean 'greeted'",
        ),
        ({"rater": "no"}, "got 'rater'"),
        ({3: "no"}, "got a value of type int"),
        ({"greeted": "at once"}, r"column 'greeted': .*got a text of 7 characters; did you mean 'at_once'\?"),
        ({"greeted": True}, "column 'greeted': .*got a value of type bool"),
        ({"greeted": 3}, "column 'greeted': must be a position from 0 to 2"),
        ({"greeted": ["no"]}, "column 'greeted': .*got a value of type list"),
        ({"wait": 60}, "column 'wait': must lie in one of the ranges"),
        ({"wait": "a while"}, "column 'wait': must be a finite number, got a text of 7 characters"),
        ({"offers": "map|taxi"}, "column 'offers': must be options"),
        ("greeted", "answers: must be a mapping by id, got a text of 7 characters"),
        (None, "answers: must be a mapping by id, got nothing"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(given: Any, message: str) -> None:
    with pytest.raises(coqs.RecordError, match=message) as refused:
        SCORER.score_one(given)
    assert refused.value.__context__ is None, "what was raised before it may hold the answer's words"
    for word in ("at once", "a while", "taxi"):
        assert word not in str(refused.value)


def test_a_number_too_large_for_a_float_is_refused_as_in_a_batch() -> None:
    open_ended = coqs.Scorer(coqs.Rubric.from_toml_text(TEXT.replace("below = 60, ", "")))
    assert open_ended.score_one({"wait": 10**300}).stages["greeting"] == 0
    for score in (open_ended.score_one, lambda answers: in_bulk(open_ended, answers)):
        with pytest.raises(coqs.RecordError, match="column 'wait': must be a finite number"):
            score({"wait": 10**400})


def test_unknown_sets_and_facts_are_refused() -> None:
    with pytest.raises(coqs.RecordError, match="customer_set"):
        SCORER.score_one(ANSWERS, customer_set="everybody")
    with pytest.raises(coqs.RecordError, match="facts: must be a fact of the rubric, got 'urgnt'"):
        SCORER.score_one(ANSWERS, facts={"urgnt": True})
    with pytest.raises(coqs.RecordError, match="2 problems"):
        SCORER.score_one({"greeted": "soon", "lawful": "maybe"})


def test_a_score_is_a_value_that_travels() -> None:
    for scorer in (SCORER, coqs.Scorer(BRANCHED)):
        score = scorer.score_one(ANSWERS)
        assert pickle.loads(pickle.dumps(score)) == score
        with pytest.raises(AttributeError):
            score.overall = 1.0
        with pytest.raises(TypeError):
            score.stages["greeting"] = 1.0
    assert pickle.loads(pickle.dumps(SCORER)).score_one(ANSWERS) == SCORER.score_one(ANSWERS)
    assert repr(SCORER.score_one({})) == "<OneScore: unscored (unanswered), unscored>"


def test_threads_may_share_a_scorer() -> None:
    scorer = coqs.Scorer(RUBRIC)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(scorer.score_one, [ANSWERS] * 200))
    assert all(each == found[0] for each in found)


def test_a_several_choice_with_many_options_is_scored_in_full() -> None:
    options = ", ".join(f'{{ id = "o{place}", points = 1 }}' for place in range(20))
    text = 'schema = 1\nid = "many"\nversion = "1"\n[[criteria]]\nid = "which"\nstage = "greeting"\n'
    scorer = coqs.Scorer(coqs.Rubric.from_toml_text(f"{text}options = [{options}]\n"))
    assert scorer.score_one({"which": ["o1", "o19"]}).overall == 0.1
