"""Genesys Cloud: forms become rubrics that score as the forms do, or are refused with the place."""

from __future__ import annotations

import copy
import json
import math
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import coqs
from coqs.plugins.forms.genesys import READER
from coqs.rubric import CriterionIn, SeveralChoice, Some

VECTORS = Path(__file__).parents[1] / "vectors" / "forms"
FORM = json.loads((VECTORS / "genesys_form.json").read_text(encoding="utf-8"))
CASES = json.loads((VECTORS / "genesys_cases.json").read_text(encoding="utf-8"))
# The attributes of EvaluationFormResponse, EvaluationQuestionGroup, EvaluationQuestion, AnswerOption and
# VisibilityCondition in PureCloudPlatformClientV2 269.0.0, as their JSON names them.
MODELS = {
    "form": "id name division modifiedDate published contextId questionGroups weightMode "
    "evaluationSettings publishedVersions latestVersionFormName aiScoring dialect selfUri",
    "group": "id contextId name type defaultAnswersToHighest defaultAnswersToNA naEnabled weight "
    "manualWeight questions visibilityCondition defaultAnswersTo",
    "question": "id contextId text helpText type naEnabled commentsRequired visibilityCondition "
    "answerOptions multipleSelectOptionQuestions defaultAnswer automatedScoringFocus isKill isCritical",
    "answer": "id contextId builtInType text value assistanceConditions",
    "condition": "combiningOperation predicates",
}
OPEN, SOLVE = "$.questionGroups[0]", "$.questionGroups[1]"
GREET, KILL, STEPS, FOLLOW = f"{OPEN}.questions[0]", *(f"{SOLVE}.questions[{place}]" for place in range(3))
OPTION = f"{STEPS}.multipleSelectOptionQuestions[0]"


def read(document: Any, **choices: Any) -> coqs.ImportedForm:
    return coqs.read_form(document, reader=READER, **choices)


def changed(path: str, value: Any = ...) -> Any:
    document = copy.deepcopy(FORM)
    keys = [int(place) if place else name for name, place in re.findall(r"\.([\w-]+)|\[(\d+)\]", path)]
    holder = document
    for key in keys[:-1]:
        holder = holder[key]
    if value is ...:
        del holder[keys[-1]]
    else:
        holder[keys[-1]] = value
    return document


def refusal(document: Any) -> str:
    with pytest.raises(coqs.RubricError) as caught:
        read(document)
    return str(caught.value)


def ratings(form: coqs.ImportedForm, cases: list[Any]) -> coqs.Ratings:
    """Write the answers of the cases, by their ids, as a table of ours."""
    table: dict[str, list[Any]] = {"interaction": [f"I-{place}" for place in range(len(cases))]}
    for question in form.questions:
        ours = {**dict(question.answers), "N/A": "not_applicable"}
        said = [case["answers"].get(question.id) for case in cases]
        table[question.criterion] = [
            "|".join(ours[id] for id in each) if isinstance(each, list) else ours.get(each) for each in said
        ]
    return coqs.Ratings.from_table(table, form.rubric)


def test_every_case_scores_as_it_was_worked_out() -> None:
    form = read(FORM)
    scores = coqs.score(ratings(form, CASES))
    stage = {each.id: each.stages[0] for each in form.sections}
    for row, case in enumerate(CASES):
        assert scores.overall[row] * 100 == pytest.approx(case["form"], abs=1e-9)
        for group, share in case["groups"].items():
            assert scores.stages[stage[group]][row] * 100 == pytest.approx(share, abs=1e-9)
    assert scores.gates_fired.tolist() == [0, 0, 1]


def test_the_critical_score_is_that_of_the_critical_questions_alone() -> None:
    form = read(FORM)
    assert form.critical is not None
    scored = [each.id for each in form.critical.criteria if not each.record_only]
    assert scored == ["lasting_g_greet", "lasting_g_follow"]
    sheet = coqs.Ratings.from_table(ratings(form, CASES).to_table(), form.critical)
    assert coqs.score(sheet).overall[0] == 1.0


def critical_case(**second: Any) -> tuple[coqs.ImportedForm, coqs.Ratings]:
    """Return groups of weight 40 and 20, the critical question of the one right, of the other wrong."""
    answers = [{"id": "yes", "value": 1}, {"id": "no", "value": 0}]
    asked = {"type": "multipleChoiceQuestion", "answerOptions": answers}
    first = [
        {"id": "greets", "text": "Greets", "isCritical": True, **asked},
        {"id": "asks", "text": "Asks", "isKill": True, **asked},
    ]
    then = [{"id": "solves", "text": "Solves", "isCritical": True, **asked, **second}]
    groups = [
        {"id": "one", "name": "One", "weight": 40, "questions": first},
        {"id": "two", "name": "Two", "weight": 20, "questions": then},
    ]
    form = read({"id": "form", "name": "Form", "weightMode": "SCALED", "questionGroups": groups})
    assert form.critical is not None
    sheet = {"interaction": ["I-1"], "greets": ["yes"], "asks": ["no"], "solves": ["no"]}
    return form, coqs.Ratings.from_table(sheet, form.critical)


def test_the_critical_score_has_no_weights_of_groups_and_no_fails_of_other_questions() -> None:
    form, sheet = critical_case()
    scores = coqs.score(sheet)
    assert scores.overall[0] == 0.5  # 1 of 2 points, though the fatal question, not critical, is wrong
    assert scores.gates_fired[0] == 0
    assert [each.place for each in form.findings if each.code == "F113"] == ["$.questionGroups"]


def test_a_fatal_critical_question_fails_the_critical_score() -> None:
    assert coqs.score(critical_case(isKill=True)[1]).overall[0] == 0.0


def test_weights_of_groups_are_told_only_where_the_critical_score_could_hang_on_them() -> None:
    form, _ = critical_case(isCritical=False)
    assert [each.code for each in form.findings if each.code == "F113"] == []


def test_a_form_becomes_a_rubric_of_its_preset_that_survives_its_file_and_pickling() -> None:
    form = read(FORM)
    assert form.rubric.policy == coqs.Policy.named("genesys-cloud")
    assert coqs.Rubric.from_toml_text(form.rubric.to_toml()) == form.rubric
    assert pickle.loads(pickle.dumps(form)) == form
    assert [(each.id, each.weight) for each in form.rubric.stages] == [("g_open", 40), ("g_solve", 20)]
    assert form.left_out == ("g-text",)


def test_ids_that_last_over_versions_are_those_of_the_rubric() -> None:
    form = read(FORM)
    assert (form.rubric.id, form.rubric.version) == ("service-form", "0f6a2c1e-form")
    assert (form.questions[0].id, form.questions[0].criterion) == ("g-greet", "lasting_g_greet")


def test_a_fatal_question_is_a_gate_below_the_highest_score_and_a_predicate_a_condition() -> None:
    rubric = read(FORM, error_class="customer").rubric
    assert rubric.criterion("lasting_g_solved").gate == coqs.Gate("customer", ("solved-part", "solved-no"))
    found = rubric.criterion("lasting_g_follow").when
    assert found == Some(
        (CriterionIn("lasting_g_solved", ("solved-part",)), CriterionIn("lasting_g_asks", ("asks-not",)))
    )
    assert isinstance(rubric.criterion("g_steps").scale, SeveralChoice)


def test_a_condition_of_a_group_holds_for_all_its_questions() -> None:
    condition = {"combiningOperation": "AND", "predicates": ["/form/questionGroup/0/question/0/answer/0"]}
    rubric = read(changed(f"{SOLVE}.visibilityCondition", condition)).rubric
    assert rubric.criterion("g_steps").when == CriterionIn("lasting_g_greet", ("greet-yes",))


def test_without_weights_or_with_weights_off_every_group_weighs_the_same() -> None:
    off = read(changed("$.weightMode", "OFF"))
    assert {each.weight for each in off.rubric.stages} == {1}
    assert [each.place for each in off.findings if each.code == "F203"] == [
        f"{OPEN}.weight",
        f"{SOLVE}.weight",
    ]
    unsaid = read(changed("$.weightMode"))
    assert [each.place for each in unsaid.findings if each.code == "F107"] == ["$.weightMode"]
    assert [each.weight for each in unsaid.rubric.stages] == [40, 20]


def test_the_form_within_an_evaluation_is_the_same_form_but_its_answers_are_not_read() -> None:
    assert read({"evaluationForm": FORM}).rubric == read(FORM).rubric
    with pytest.raises(coqs.RecordError, match="which knows forms only"):
        coqs.read_evaluations({"evaluationForm": FORM}, reader=READER)


def test_what_stands_beside_the_form_within_an_evaluation_is_told() -> None:
    form = read({"evaluationForm": FORM, "weightMode": "OFF", "surprise": 1, "answers": {"totalScore": 1}})
    told = [(each.code, each.message) for each in form.findings if each.place == "$"]
    assert told == [("F301", "not known are 'weightMode', 'surprise'"), ("F202", "left out are 'answers'")]
    assert [each.weight for each in form.rubric.stages] == [40, 20]


@pytest.mark.parametrize("path", [f"{OPEN}.weight", f"{GREET}.answerOptions[0].value"])
def test_a_number_of_no_sensible_size_is_refused_with_its_path(path: str) -> None:
    for number in (1e308, 10**400, 10**5000, math.nan, math.inf, -math.inf, 5e-324):
        assert f"{path}: must be a number of sensible size" in refusal(changed(path, number))


def test_an_unknown_key_is_told_and_a_known_one_that_is_left_out_too() -> None:
    form = read(changed(f"{GREET}.novelty", 1))
    assert [each.place for each in form.findings if each.code == "F301"] == [GREET]
    assert GREET in [each.place for each in form.findings if each.code == "F202"]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (f"{OPEN}.weight", ..., f"{OPEN}.weight: must be given, as others are"),
        (f"{OPEN}.weight", -1, f"{OPEN}.weight: must be a number of at least 0"),
        ("$.weightMode", "AUTO", "$.weightMode: must be one of"),
        (f"{GREET}.id", "g-asks", "questions[1].id: must be unique in the form"),
        (f"{GREET}.type", "slider", f"{GREET}.type: must be one of"),
        (f"{GREET}.answerOptions[0].value", ..., f"{GREET}.answerOptions[0].value: must be given"),
        (f"{GREET}.answerOptions[0].value", 0, f"{GREET}.answerOptions: must have an answer that earns more"),
        (
            f"{GREET}.answerOptions[0].id",
            "greet-no",
            f"{GREET}.answerOptions[0].id: must be given, and unique",
        ),
        (f"{STEPS}.isKill", True, f"{STEPS}.isKill: must not be fatal with several choices"),
        (f"{OPTION}.isKill", True, f"{OPTION}.isKill: must be left out of an option of several choices"),
        (f"{OPTION}.naEnabled", True, f"{OPTION}.naEnabled: must be left out"),
        (
            f"{OPTION}.answerOptions[1].value",
            1,
            f"{OPTION}.answerOptions[1].value: must be 0 where an option",
        ),
        (f"{OPTION}.answerOptions[0].value", -1, f"{OPTION}.answerOptions[0].value: must be at least 0"),
        (f"{OPTION}.answerOptions", [], f"{OPTION}.answerOptions: must hold Selected and Unselected"),
        (
            f"{FOLLOW}.visibilityCondition.predicates[0]",
            "../question/9/answer/0",
            "predicates[0]: must be an answer",
        ),
        (
            f"{FOLLOW}.visibilityCondition.predicates[0]",
            "../question/0/answer/3",
            "predicates[0]: must be an answer",
        ),
        (
            f"{FOLLOW}.visibilityCondition.predicates[0]",
            "elsewhere",
            "predicates[0]: must be the path of an answer",
        ),
        (
            f"{FOLLOW}.visibilityCondition.predicates[0]",
            "../question/2/answer/0",
            "must not depend on itself",
        ),
        (
            f"{FOLLOW}.visibilityCondition.combiningOperation",
            ...,
            "combiningOperation: must be given with several",
        ),
        ("$.questionGroups", [], "$.questionGroups: must hold a question"),
        ("$.questionGroups", {}, "$.questionGroups: must be a list"),
        ("$.dialect", "Klingon", "$.dialect: must be a language code"),
        ("$.dialect", "the caller said 4000 1234", "$.dialect: must be a language code, got a text of 25"),
    ],
)
def test_what_a_rubric_cannot_carry_is_refused_with_its_path(path: str, value: Any, told: str) -> None:
    assert told in refusal(changed(path, value))


def test_ten_thousand_questions_are_refused() -> None:
    question = FORM["questionGroups"][0]["questions"][1]
    many = [{**question, "id": f"q{number}"} for number in range(10_000)]
    assert "must hold at most 1000 questions" in refusal(changed(f"{OPEN}.questions", many))


def test_the_fixture_has_no_attribute_that_the_models_do_not_have() -> None:
    def check(value: Any, model: str) -> None:
        assert set(value) <= set(MODELS[model].split())

    check(FORM, "form")
    for group in FORM["questionGroups"]:
        check(group, "group")
        for question in group["questions"]:
            check(question, "question")
            check(question.get("visibilityCondition", {}), "condition")
            choices = question.get("multipleSelectOptionQuestions", [])
            for each in (question, *choices):
                check(each, "question")
                for answer in each.get("answerOptions", []):
                    check(answer, "answer")
