"""Amazon Connect: forms become rubrics that score as the forms do, or are refused with the place."""

from __future__ import annotations

import copy
import io
import json
import math
import pickle
import re
import time
from pathlib import Path
from typing import Any

import pytest

import coqs
from coqs.plugins import forms
from coqs.plugins.forms.amazon import READER
from coqs.rubric import CriterionIn, Every, Negation, Numeric, SeveralChoice, Some

VECTORS = Path(__file__).parents[1] / "vectors" / "forms"
PLUGINS = coqs.load_plugins(only=[], plugins={"ours": forms})
SECRET = "4000 1234"
MODES = ("questions", "sections", "points")


def fixture(name: str) -> Any:
    return json.loads((VECTORS / f"amazon_{name}.json").read_text(encoding="utf-8"))


FORMS = {mode: fixture(mode) for mode in MODES}
EVALUATIONS = {mode: fixture(f"{mode}_evaluations") for mode in MODES}


def read(document: Any, **choices: Any) -> coqs.ImportedForm:
    return coqs.read_form(document, reader=READER, **choices)


def evaluations(documents: Any, **choices: Any) -> coqs.ImportedEvaluations:
    return coqs.read_evaluations(documents, reader=READER, **choices)


def changed(document: Any, path: str, value: Any = ...) -> Any:
    """Return a copy with another value at a path such as ``$.a[0].b``; without a value nothing is there."""
    document = copy.deepcopy(document)
    keys = [int(place) if place else name for name, place in re.findall(r"\.([\w-]+)|\[(\d+)\]", path)]
    keys = [key if key != "" else 0 for key in keys]
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
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return str(caught.value)


def found(form: coqs.ImportedForm, code: str) -> list[str]:
    return [each.place for each in form.findings if each.code == code]


FORM = "$.EvaluationForm"
GREET = f"{FORM}.Items[0].Section.Items[0].Question"
BREAKS = f"{FORM}.Items[1].Section.Items[0].Question"
VERIFY = f"{FORM}.Items[1].Section.Items[1].Section"
FOLLOW = f"{FORM}.Items[1].Section.Items[2].Section.Items[1].Question"
RULE = f"{FOLLOW}.Enablement.Condition.Operands[0].Expression"
NEED = f"{FORM}.Items[1].Section.Items[2].Section.Items[0].Question"
ID_OPTIONS = f"{VERIFY}.Items[0].Question.QuestionTypeProperties.SingleSelect.Options"

STRATEGY = f"{FORM}.ScoringStrategy"
RANGES = f"{BREAKS}.QuestionTypeProperties.Numeric.Options"
INNER = f"{FORM}.Items[0].Section.Items[2].Section"
TOLD, WOW = f"{FORM}.Items[0].Section.Items[1].Question", f"{FORM}.Items[1].Section.Items[1].Question"
WOW_OPTIONS = f"{WOW}.QuestionTypeProperties.SingleSelect.Options"

# Numbers


@pytest.mark.parametrize("mode", MODES)
def test_every_printed_score_is_ours(mode: str) -> None:
    read_in = evaluations(EVALUATIONS[mode])
    table = read_in.compare(coqs.score(read_in.ratings))
    assert table.differing(1e-9).rows() == []
    printed = sum(len(each) for each in read_in.printed)
    assert len(table) == printed == sum(len(each["Evaluation"]["Scores"]) + 1 for each in EVALUATIONS[mode])
    assert 0 < sum(not math.isnan(each) for each in table["printed"]) < printed


@pytest.mark.parametrize("mode", MODES)
def test_the_exact_account_says_what_the_columns_say(mode: str) -> None:
    ratings = evaluations(EVALUATIONS[mode]).ratings
    scores = coqs.score(ratings)
    for row in range(len(ratings)):
        exact = coqs.explain(scores, str(ratings.interaction[row])).overall
        assert exact is not None
        assert float(exact) == pytest.approx(scores.overall[row], abs=1e-12)


def test_a_score_that_differs_is_found_with_its_item() -> None:
    document = changed(EVALUATIONS["questions"][2], "$.Evaluation.Scores.s-verify.Percentage", 1.0)
    document = changed(document, "$.Evaluation.Scores.q-law.AutomaticFail", True)
    read_in = evaluations(document)
    table = read_in.compare(coqs.score(read_in.ratings))
    rows = {row["item"]: row for row in table.differing().rows()}
    assert set(rows) == {"s-verify", "q-law"}
    assert rows["s-verify"]["difference"] == pytest.approx(-0.01)
    assert (rows["q-law"]["printed_fail"], rows["q-law"]["our_fail"]) == (True, False)
    assert pickle.loads(pickle.dumps(table)) == table
    assert repr(table) == "<FormScores: 15 items, 2 differ>"


def test_scores_of_other_ratings_are_not_compared() -> None:
    read_in = evaluations(EVALUATIONS["questions"])
    other = evaluations(EVALUATIONS["questions"][:1])
    with pytest.raises(coqs.ComparisonError, match="got those of others"):
        read_in.compare(coqs.score(other.ratings))


# What a form becomes


@pytest.mark.parametrize("mode", MODES)
def test_a_form_becomes_a_rubric_of_its_preset_that_survives_its_file_and_pickling(mode: str) -> None:
    form = read(FORMS[mode])
    preset = {"questions": "amazon-connect"}.get(mode, f"amazon-connect-{mode}")
    assert form.rubric.policy == coqs.Policy.named(preset)
    again = coqs.Rubric.from_toml_text(form.rubric.to_toml())
    assert again == form.rubric
    assert pickle.loads(pickle.dumps(form)) == form
    assert [each for each in form.rubric.lint() if each.severity == "error"] == []


def test_the_form_within_an_evaluation_is_the_same_form() -> None:
    assert read(EVALUATIONS["questions"][0]).rubric == read(FORMS["questions"]).rubric
    assert read(FORMS["questions"]["EvaluationForm"]).rubric == read(FORMS["questions"]).rubric


def test_sections_hold_the_stages_and_criteria_within_them() -> None:
    sections = {each.id: each for each in read(FORMS["questions"]).sections}
    assert sections["s-verify"].parent == "s-handle"
    assert sections["s-handle"].stages == ("s_handle", "s_verify", "s_solve")
    assert sections["s-handle"].criteria == ("q_breaks", "q_id", "q_steps", "q_need", "q_follow")
    inner = {each.id: each for each in read(FORMS["sections"]).sections}
    assert inner["c-first"].stages == ("c_first",)
    assert (inner["c-inner"].stages, inner["c-inner"].criteria) == ((), ("c_tone", "c_speed"))


def test_an_automatic_fail_takes_down_the_stages_of_its_section_or_the_whole_form() -> None:
    rubric = read(FORMS["questions"], error_class="customer").rubric
    gates = {each.id: each.gate for each in rubric.criteria if each.gate}
    assert gates["q_id"] == coqs.Gate("customer", ("id-no",), stages=("s_verify",))
    assert gates["q_follow"].stages == ("s_handle", "s_verify", "s_solve")
    assert gates["q_law"] == coqs.Gate("customer", ("law-no",))


def test_ranges_of_whole_numbers_become_levels_that_begin_and_end_with_them() -> None:
    scale = read(FORMS["questions"]).rubric.criterion("q_breaks").scale
    assert isinstance(scale, Numeric)
    assert [(each.id, each.low, each.high, each.points) for each in scale.levels] == [
        ("0_to_0", 0, 1, 10),
        ("1_to_4", 1, 5, 5),
        ("5_to_10", 5, 11, 1),
    ]


def test_conditions_of_a_section_and_of_comparators_become_conditions_on_answers() -> None:
    rubric = read(FORMS["sections"]).rubric
    two = Every((CriterionIn("c_topics", ("t-a",)), CriterionIn("c_topics", ("t-b",))))
    exact = Every((*two.conditions, Negation(CriterionIn("c_topics", ("t-c",)))))
    both = Every((CriterionIn("c_topics", ("t-a",)), CriterionIn("c_topics", ("t-c",))))
    no_sale = Negation(CriterionIn("c_kind", ("kind-sale",)))
    assert rubric.criterion("c_offer").when == Negation(Every((no_sale, Some((exact, both)))))
    assert read(FORMS["questions"]).rubric.criterion("q_follow").when == CriterionIn("q_need", ("need-yes",))


def test_points_have_a_cap_of_the_question_and_a_bonus_stands_outside() -> None:
    rubric = read(FORMS["points"]).rubric
    scale = rubric.criterion("p_facts").scale
    assert isinstance(scale, SeveralChoice)
    assert scale.cap == 15
    assert rubric.criterion("p_wow").bonus
    assert rubric.criterion("p_out").record_only


def test_thresholds_become_bands_of_the_form_the_stages_and_the_criteria() -> None:
    rubric = read(FORMS["questions"]).rubric
    assert [(each.id, each.low) for each in rubric.bands] == [
        ("needs_improvement", None),
        ("meets_expectations", coqs.Band("x", "3/5").low),
        ("exceeds_expectations", coqs.Band("x", "9/10").low),
    ]
    assert [each.id for each in rubric.stage("s_open").bands] == ["needs_improvement", "meets_expectations"]
    greet = rubric.criterion("q_greet")
    assert [each.id for each in greet.bands] == ["meets_expectations", "exceeds_expectations"]


# What is told


def test_text_questions_and_what_no_score_hangs_on_are_told_with_their_path() -> None:
    form = read(FORMS["questions"])
    assert form.left_out == ("q-free",)
    assert found(form, "F201") == [f"{FORM}.Items[0].Section.Items[1].Question"]
    assert found(form, "F202")[0] == FORM
    assert len(found(form, "F102")) == 3


@pytest.mark.parametrize(
    ("code", "path", "value", "place"),
    [
        ("F301", f"{GREET}.Importance", 3, GREET),
        ("F301", f"{FORM}.Novelty", {}, FORM),
        ("F101", f"{GREET}.QuestionTypeProperties.SingleSelect.Options[0].Score", 8, "Options"),
        ("F106", f"{FORM}.ScoringStrategy", ..., f"{FORM}.ScoringStrategy"),
        ("F106", f"{FORM}.ScoringStrategy.Status", "DISABLED", f"{FORM}.ScoringStrategy.Status"),
        ("F105", f"{FOLLOW}.Enablement.DefaultAction", ..., f"{FOLLOW}.Enablement.DefaultAction"),
        ("F112", f"{GREET}.Weight", 25.0, f"{GREET}.Weight"),
        ("F203", f"{FORM}.Items[0].Section.Weight", 20.0, f"{FORM}.Items[0].Section.Weight"),
        ("F204", f"{FORM}.ScoringStrategy.ScoreThresholds[1].MaxScorePercentage", 99.5, "MaxScorePercentage"),
        (
            "F204",
            f"{FORM}.Items[1].Section.ScoreThresholds",
            [{}],
            f"{FORM}.Items[1].Section.ScoreThresholds",
        ),
        ("F110", f"{BREAKS}.QuestionTypeProperties.Numeric.MaxValue", 12, "MaxValue"),
        ("F103", f"{VERIFY}.IsExcludedFromScoring", True, f"{VERIFY}.Items[0].Question"),
    ],
)
def test_what_is_assumed_or_has_no_effect_is_a_finding(code: str, path: str, value: Any, place: str) -> None:
    form = read(changed(FORMS["questions"], path, value))
    assert any(each.endswith(place) for each in found(form, code))


def test_a_form_without_weights_weighs_its_questions_equally_and_says_so() -> None:
    document = json.loads(
        re.sub(r'"Weight": [\d.]+,?', "", json.dumps(FORMS["questions"])).replace(", }", "}")
    )
    form = read(document)
    assert {each.weight for each in form.rubric.criteria} == {1}
    assert len(found(form, "F107")) == 1


def test_a_form_that_is_not_scored_is_recorded_only() -> None:
    form = read(changed(FORMS["questions"], f"{FORM}.ScoringStrategy.Status", "DISABLED"))
    assert all(each.record_only for each in form.rubric.criteria)


def test_an_excluded_section_is_recorded_only() -> None:
    form = read(changed(FORMS["questions"], f"{FORM}.Items[1].Section.IsExcludedFromScoring", True))
    recorded = [each.id for each in form.rubric.criteria if each.record_only]
    assert recorded == ["q_breaks", "q_id", "q_steps", "q_need", "q_follow", "q_fyi"]


def test_ids_that_are_not_ours_are_made_ours_and_kept() -> None:
    document = json.loads(
        json.dumps(FORMS["questions"]).replace('"q-greet"', '"7F Grün"').replace('"greet-full"', '"5"')
    )
    question = read(document).questions[0]
    assert (question.id, question.criterion) == ("7F Grün", "q_7f_gr_n")
    assert question.answers[0] == ("5", "option_5")


# What is refused


REFUSED = [
    ("questions", GREET, "Weight", ..., ".Weight: must be given, as others are"),
    ("questions", GREET, "Weight", -1, ".Weight: must be a number from 0 to 100"),
    ("questions", GREET, "Weight", "20", ".Weight: must be a number, got a value of type str"),
    ("questions", GREET, "RefId", None, ".RefId: must be a text, got nothing"),
    ("questions", GREET, "QuestionType", "SLIDER", ".QuestionType: must be one of"),
    ("questions", GREET, "QuestionTypeProperties", {}, ": must say its options under SingleSelect"),
    ("questions", GREET, "QuestionTypeProperties", [], ".QuestionTypeProperties: must be an object"),
    ("questions", GREET, "NotApplicableEnabled", "yes", ".NotApplicableEnabled: must be true or false"),
    ("questions", ID_OPTIONS, "[0].Score", 11, "[0].Score: must be a number from 0 to 10"),
    ("questions", ID_OPTIONS, "[0].Score", 2.5, "[0].Score: must be a whole number"),
    ("questions", ID_OPTIONS, "[0].Score", ..., "[0].Score: must be given, as other options"),
    ("questions", ID_OPTIONS, "[0].Score", 0, ": must have an option that earns"),
    ("questions", ID_OPTIONS, "[1].Score", 10, ": must not all earn the same"),
    ("questions", ID_OPTIONS, "[1].RefId", "id-yes", "[1].RefId: must be unique in its question"),
    ("questions", ID_OPTIONS, "[0].AutomaticFail", True, ": must all take down the same section"),
    ("questions", ID_OPTIONS, "[0]", "yes", "[0]: must be an object, got a value of type str"),
    ("questions", RANGES, "[1].MinValue", 2, "[1].MinValue: must begin where the range before it ends, at 1"),
    ("questions", RANGES, "[1].MaxValue", 5, "[2].MinValue: must begin where the range before it ends, at 6"),
    ("questions", RANGES, "[1].MaxValue", 0, "[1]: must say MinValue, and a MaxValue not below it"),
    ("questions", RULE, "Comparator", "GREATER_THAN", ".Comparator: must compare sets of options"),
    ("questions", RULE, "Comparator", "LIKE", ".Comparator: must be one of"),
    ("questions", RULE, "Source.Type", "CONTACT", ".Source.Type: must be QUESTION_REF_ID, got CONTACT"),
    ("questions", RULE, "Source.RefId", "q-free", ".Source.RefId: must be a single or multiple selection"),
    ("questions", RULE, "Values", [], ".Values: must hold an option or more"),
    ("questions", RULE, "Values[0].RefId", "gone", ".Values[0].RefId: must be an option of the question"),
    ("questions", RULE, "Values[0].Type", "STRING_VALUE", ".Values[0].Type: must be OPTION_REF_ID"),
    ("questions", FOLLOW, "Enablement.DefaultAction", "ENABLE", ".Enablement.DefaultAction: must be the opp"),
    ("questions", STRATEGY, "Mode", "AVERAGE", ".Mode: must be one of"),
    (
        "questions",
        STRATEGY,
        "ScoreThresholds[0].MaxScorePercentage",
        95,
        ".ScoreThresholds: must not overlap",
    ),
    (
        "questions",
        FORM,
        "LanguageConfiguration.FormLanguage",
        "Klingon",
        ".LanguageConfiguration.FormLanguage: ",
    ),
    ("questions", FORM, "Items", [], ".Items: must hold a question"),
    ("questions", FORM, "Items[0]", {}, ".Items[0]: must hold either a section or a question"),
    (
        "questions",
        FORM,
        "Items[0]",
        {"Question": {"RefId": "x"}},
        ".Items[0].Question: must stand in a section",
    ),
    ("questions", FORM, "EvaluationFormVersion", "3", ".EvaluationFormVersion: must be a number"),
    ("sections", FORM, "Items[0].Section.Weight", ..., ".Items[0].Section.Weight: must be given"),
    ("sections", INNER, "Weight", 30.0, ".Weight: must be left out of a section within a section"),
    ("points", TOLD, "ScoringConfiguration.PointsConfiguration.MinPointValue", 2, "must be 0 or left out"),
    ("points", WOW, "ScoringConfiguration.PointsConfiguration.MaxPointValue", 9, "of the options, 5, got 9"),
    ("points", WOW_OPTIONS, "[0].PointsConfiguration.IsBonus", True, "must not be a bonus option"),
]


@pytest.mark.parametrize(("mode", "part", "key", "value", "told"), REFUSED)
def test_what_a_rubric_cannot_carry_is_refused_with_its_path(
    mode: str, part: str, key: str, value: Any, told: str
) -> None:
    path = part + key if key.startswith("[") else f"{part}.{key}"
    message = refusal(changed(FORMS[mode], path, value))
    assert (part + told if told.startswith((".", "[", ":")) else told) in message


def test_what_stands_once_must_not_stand_twice_and_what_is_named_must_be_there() -> None:
    twice = changed(FORMS["questions"], f"{GREET}.RefId", "q-law")
    assert "RefId: must be unique, got 'q-law' again" in refusal(twice)
    gone = changed(FORMS["questions"], f"{ID_OPTIONS}[1].AutomaticFailConfiguration.TargetSection", "s-none")
    assert "Question: must fail a section of the form, got 's-none'" in refusal(gone)
    again = changed(
        FORMS["questions"], f"{STRATEGY}.ScoreThresholds[1].PerformanceCategory", "NEEDS_IMPROVEMENT"
    )
    assert f"{STRATEGY}.ScoreThresholds: must name each category once" in refusal(again)
    uneven = changed(FORMS["sections"], f"{FORM}.Items[0].Section.Items[0].Question.Weight", 30.0)
    assert f"{FORM}.Items[0].Section: must be the same for all questions" in refusal(uneven)
    assert f"{FORM}: must be an object, got a value of type list" in refusal(
        changed(FORMS["points"], FORM, [])
    )


def test_a_bonus_needs_points_and_no_automatic_fail() -> None:
    assert "must stand with mode POINTS_BASED" in refusal(
        changed(FORMS["questions"], f"{GREET}.ScoringConfiguration.PointsConfiguration", {"IsBonus": True})
    )
    wow = f"{FORM}.Items[1].Section.Items[1].Question"
    fails = changed(
        FORMS["points"], f"{wow}.QuestionTypeProperties.SingleSelect.Options[1].AutomaticFail", True
    )
    assert f"{wow}: must have no automatic fail on a bonus question" in refusal(fails)


def test_a_section_within_one_stage_is_not_failed_alone() -> None:
    path = f"{INNER}.Items[1].Question.QuestionTypeProperties.SingleSelect.Options[1]"
    option = {"RefId": "speed-no", "Text": "No", "Score": 0, "AutomaticFail": True}
    option["AutomaticFailConfiguration"] = {"TargetSection": "c-inner"}
    told = refusal(changed(FORMS["sections"], path, option))
    assert "must fail a whole section where sections are weighed, got a section within one, 'c-inner'" in told


def test_all_refusals_are_told_at_once() -> None:
    document = changed(FORMS["questions"], f"{GREET}.Weight", "20")
    document = changed(document, f"{RULE}.Values[0].RefId", "gone")
    told = refusal(changed(document, f"{ID_OPTIONS}[0].Score", 11))
    assert "problems" in told
    assert all(each in told for each in (f"{GREET}.Weight", f"{RULE}.Values[0]", f"{ID_OPTIONS}[0].Score"))


def test_conditions_in_a_circle_are_refused_by_the_path_of_the_form() -> None:
    back = copy.deepcopy(
        FORMS["questions"]["EvaluationForm"]["Items"][1]["Section"]["Items"][2]["Section"]["Items"]
    )
    rule = back[1]["Question"]["Enablement"]
    rule["Condition"]["Operands"][0]["Expression"]["Source"]["RefId"] = "q-follow"
    rule["Condition"]["Operands"][0]["Expression"]["Values"][0]["RefId"] = "follow-yes"
    told = refusal(changed(FORMS["questions"], f"{NEED}.Enablement", rule))
    assert f"{NEED}.Enablement: must not depend on itself, got q_need -> q_follow -> q_need" in told
    section = f"{FORM}.Items[1].Section.Items[2].Section.Enablement"
    own = FORMS["questions"]["EvaluationForm"]["Items"][1]["Section"]["Items"][2]["Section"]["Items"][1][
        "Question"
    ]
    assert "must not depend on itself" in refusal(changed(FORMS["questions"], section, own["Enablement"]))


def test_conditions_deeper_than_anybody_reads_are_refused() -> None:
    condition: dict[str, Any] = {"Operands": []}
    for _ in range(300):
        condition = {"Operands": [{"Condition": condition}]}
    told = refusal(changed(FORMS["questions"], f"{FOLLOW}.Enablement.Condition", condition))
    assert "must not lie more than 20 conditions deep" in told


def test_sections_within_sections_within_sections_are_refused() -> None:
    deep = {"Section": {"Title": "", "RefId": "deep", "Items": []}}
    told = refusal(changed(FORMS["questions"], f"{VERIFY}.Items[0]", deep))
    assert f"{VERIFY}.Items[0].Section: must not be a section within a section within a section" in told


def test_ten_thousand_questions_are_refused_quickly() -> None:
    question = FORMS["questions"]["EvaluationForm"]["Items"][0]["Section"]["Items"][0]
    many = [{"Question": {**question["Question"], "RefId": f"q{number}"}} for number in range(10_000)]
    begun = time.perf_counter()
    told = refusal(changed(FORMS["questions"], f"{FORM}.Items[0].Section.Items", many))
    assert "must be one of at most 1000 items" in told
    assert time.perf_counter() - begun < 2


SAID = "the caller said 4000 1234"
HUGE = (10**400, 10**5000, 1e308, math.nan, math.inf, 5e-324)
HUGE_IDS = [f"huge{place}" for place in range(len(HUGE))]  # pytest would write 5000 digits


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            f"{FORM}.LanguageConfiguration.FormLanguage",
            "must be a language code, got a text of 25 characters",
        ),
        (f"{RULE}.Source.RefId", "must be a single or multiple selection of the form, got a text of 25"),
        (f"{RULE}.Values[0].RefId", "must be an option of the question that is read, got a text of 25"),
        (f"{ID_OPTIONS}[1].AutomaticFailConfiguration.TargetSection", "got a text of 25 characters"),
    ],
)
def test_words_in_the_place_of_an_id_stand_in_no_message(path: str, told: str) -> None:
    document = changed(FORMS["questions"], f"{FORM}.LanguageConfiguration", {"FormLanguage": "en"})
    message = refusal(changed(document, path, SAID))
    assert told in message
    assert SECRET not in message


def test_words_that_stand_twice_as_an_id_are_not_told() -> None:
    document = changed(FORMS["questions"], f"{GREET}.RefId", SAID)
    document = changed(document, f"{BREAKS}.RefId", SAID)
    message = refusal(document)
    assert f"{BREAKS}.RefId: must be unique, got a text of 25 characters again" in message
    assert SECRET not in message


@pytest.mark.parametrize("number", HUGE, ids=HUGE_IDS)
def test_a_number_of_no_sensible_size_is_refused_with_its_path(number: float) -> None:
    for path in (f"{FORM}.EvaluationFormVersion", f"{GREET}.Weight", f"{RANGES}[0].MaxValue"):
        assert f"{path}: must be a number of sensible size" in refusal(
            changed(FORMS["questions"], path, number)
        )


VALUES = (None, 7, SECRET, [], {}, [{}], {"x": 1}, [None], True, -1.5, "1" * 5000)
TURNS = [pytest.param(turn, marks=[pytest.mark.slow] if turn else []) for turn in range(len(VALUES))]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_value_anywhere_is_read_or_refused_and_nothing_else(mode: str, turn: int) -> None:
    for place, path in enumerate(paths_of(FORMS[mode])[:: 1 if turn else 4]):
        try:
            read(changed(FORMS[mode], path, VALUES[(place + turn) % len(VALUES)]))
        except coqs.RubricError as error:
            assert len(str(error)) < 20_000  # noqa: PT017  # no raise is as good


def paths_of(value: Any, path: str = "$") -> list[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [(each, f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}") for key, each in items]
    return [path for _, path in inner] + [deeper for each, path in inner for deeper in paths_of(each, path)]


# Evaluations


def test_evaluations_become_ratings_with_who_and_whom_and_the_answers() -> None:
    read_in = evaluations(EVALUATIONS["questions"])
    ratings = read_in.ratings
    assert len(ratings) == 5
    assert ratings.interaction[0] == "contact-1"
    assert str(ratings.rater[0]).endswith("agent/maria")
    assert ratings.context["provider"][0] == "agent-2"
    assert ratings.facts["evaluation_status"][0] == "SUBMITTED"
    table = ratings.to_table()
    assert table["q_steps"][0] == "step-a|step-c"
    assert table["q_breaks"][2] == 7.0
    assert table["q_greet"][1] == "not_applicable"
    assert pickle.loads(pickle.dumps(read_in)) == read_in


def test_evaluations_are_read_from_lines_lists_and_files_alike(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps(each) for each in EVALUATIONS["questions"]), encoding="utf-8")
    whole = evaluations(VECTORS / "amazon_questions_evaluations.json")
    assert evaluations(lines).ratings == whole.ratings == evaluations(EVALUATIONS["questions"]).ratings
    apart = [io.BytesIO(json.dumps(each).encode()) for each in EVALUATIONS["questions"]]
    assert evaluations(apart).ratings == whole.ratings


def test_evaluations_of_another_version_of_the_form_are_read_apart() -> None:
    other = changed(EVALUATIONS["questions"][1], f"{FORM}.EvaluationFormVersion", 4)
    with pytest.raises(
        coqs.RecordError, match=r"evaluations\[1\]: must be of form 'form-questions' version '3'"
    ):
        evaluations([EVALUATIONS["questions"][0], other])
    with pytest.raises(coqs.RecordError, match="must be of form 'form-sections'"):
        evaluations(EVALUATIONS["questions"], form=read(FORMS["sections"]))


def test_evaluations_without_their_form_are_read_with_one_that_is_given() -> None:
    bare = [{"Evaluation": each["Evaluation"]} for each in EVALUATIONS["points"]]
    assert evaluations(bare, form=read(FORMS["points"])).ratings == evaluations(EVALUATIONS["points"]).ratings
    with pytest.raises(coqs.RubricError, match=r"Items: must be a list, got nothing"):
        evaluations(bare)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("$.Evaluation", ..., "$.Evaluation: must hold the evaluation"),
        (
            "$.Evaluation.Metadata.ContactId",
            ...,
            "$.Evaluation.Metadata.ContactId: must be a text, got nothing",
        ),
        (
            "$.Evaluation.Answers.q-gone",
            {},
            "$.Evaluation.Answers.q-gone: must answer a question of the form",
        ),
        (
            "$.Evaluation.Answers.q-greet.Value",
            {"StringValue": SECRET},
            "StringValue: must be the id of an option",
        ),
        (
            "$.Evaluation.Answers.q-greet.Value",
            {"NumericValue": 3},
            "StringValue: must be the id of an option",
        ),
        ("$.Evaluation.Answers.q-steps.Value", {"StringValue": SECRET}, "Value: must hold StringValues"),
        ("$.Evaluation.Answers.q-steps.Value", {"StringValues": [SECRET]}, "StringValues[0]: must be the id"),
        ("$.Evaluation.Answers.q-breaks.Value", {"NumericValue": 11}, "NumericValue: must lie in a range"),
        ("$.Evaluation.Answers.q-breaks.Value", {"StringValue": SECRET}, "Value: must hold a NumericValue"),
        ("$.Evaluation.Answers.q-breaks", SECRET, "q-breaks: must be an object, got a value of type str"),
        ("$.Evaluation.Scores.q-gone", {}, "$.Evaluation.Scores.q-gone: must be of an item of the form"),
        ("$.Evaluation.Scores.q-greet.Percentage", SECRET, "Percentage: must be a number"),
        (
            "$.Evaluation.Answers.q-greet.Value",
            {"StringValue": SECRET, "StringValues": [SECRET], "NotApplicable": True},
            "q-greet.Value: must hold one answer, got 'StringValue', 'StringValues', 'NotApplicable'",
        ),
        (
            "$.Evaluation.Answers.q-breaks.Value",
            {"NumericValue": 0, "DateTimeValue": SECRET},
            "q-breaks.Value: must hold one answer, got 'NumericValue', 'DateTimeValue'",
        ),
        (
            "$.Evaluation.Answers.q-steps.Value",
            {"StringValues": ["step-a", "step-c", "step-a"]},
            "q-steps.Value.StringValues[2]: must name each option once",
        ),
        ("$.Evaluation.Status", SECRET, "got another text; mend the evaluation"),
        ("$.Evaluation.Metadata.ContactId", 7, "got a value of type int; mend the evaluation"),
    ],
)
def test_an_evaluation_that_cannot_be_used_is_refused_without_its_words(
    path: str, value: Any, told: str
) -> None:
    with pytest.raises(coqs.RecordError) as caught:
        evaluations(changed(EVALUATIONS["questions"][0], path, value))
    assert "evaluations[0]: " in str(caught.value)
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.failures)


@pytest.mark.parametrize("number", HUGE, ids=HUGE_IDS)
def test_a_number_of_no_sensible_size_in_an_evaluation_is_refused_with_its_path(number: float) -> None:
    for path in ("Answers.q-breaks.Value.NumericValue", "Scores.q-greet.Percentage"):
        with pytest.raises(coqs.RecordError) as caught:
            evaluations(changed(EVALUATIONS["questions"][0], f"$.Evaluation.{path}", number))
        told = f"$.Evaluation.{path}: must be a number of sensible size, got another; mend the evaluation"
        assert told in str(caught.value)


def test_words_in_the_place_of_keys_are_told_by_their_place_only() -> None:
    whole = EVALUATIONS["questions"][0]
    strange = [{SAID: 1}, {7: 1}, {"novelty": 1}]
    for held in ("Answers", "Scores"):
        for each in strange[:2]:
            own = whole["Evaluation"]
            document = {**whole, "Evaluation": {**own, held: {**own[held], **each}}}
            with pytest.raises(coqs.RecordError) as caught:
                evaluations(document)
            assert f"$.Evaluation.{held}.<key {len(own[held])}>: must " in str(caught.value)
            assert SECRET not in str(caught.value)
    unknown = {key: value for each in strange for key, value in each.items()}
    read_in = evaluations({**whole, "Evaluation": {**whole["Evaluation"], **unknown}})
    (finding,) = [each for each in read_in.findings if each.code == "F301"]
    told = "not known are a text of 25 characters, a value of type int, 'novelty'"
    assert finding.message == told


def test_what_stands_beside_an_evaluation_and_its_form_is_told() -> None:
    for form in (None, read(FORMS["questions"])):
        read_in = evaluations({**EVALUATIONS["questions"][0], "surprise": 1}, form=form)
        (finding,) = [each for each in read_in.findings if each.code == "F301"]
        assert finding.place == "evaluation 'evaluation-1', $"
        assert "'surprise'" in finding.message


def test_nothing_is_no_answer_and_an_empty_list_is_none_chosen() -> None:
    path = "$.Evaluation.Answers.q-steps.Value.StringValues"
    cells = [
        evaluations(changed(EVALUATIONS["questions"][0], path, value)).ratings.to_table()["q_steps"][0]
        for value in (None, [])
    ]
    unanswered = changed(EVALUATIONS["questions"][0], "$.Evaluation.Answers.q-steps")
    assert cells[0] == evaluations(unanswered).ratings.to_table()["q_steps"][0]
    assert cells[0] != cells[1]


def test_a_calibration_is_a_row_and_told() -> None:
    document = changed(EVALUATIONS["questions"][0], "$.Evaluation.EvaluationType", "CALIBRATION")
    read_in = evaluations([document, EVALUATIONS["questions"][1]])
    assert len(read_in.ratings) == 2
    (finding,) = [each for each in read_in.findings if each.code == "F403"]
    assert finding.severity == "warning"
    assert finding.place == "evaluation 'evaluation-1', $.Evaluation.EvaluationType"


@pytest.mark.parametrize("turn", TURNS)
def test_a_wrong_value_anywhere_in_an_evaluation_tells_no_words(turn: int) -> None:
    whole = EVALUATIONS["questions"][0]
    form = read(whole)
    paths = [
        each for each in paths_of({"Evaluation": whole["Evaluation"]}) if not each.endswith("EvaluationId")
    ]
    for place, path in enumerate(paths[:: 1 if turn else 2]):
        try:
            read_in = evaluations(changed(whole, path, VALUES[(place + turn) % len(VALUES)]), form=form)
        except (coqs.RecordError, coqs.RubricError) as error:
            assert SECRET not in str(error)  # noqa: PT017  # no raise is as good
        else:
            assert SECRET not in str(read_in.findings) + repr(read_in)


def test_a_number_that_is_not_whole_is_read_and_told_with_its_evaluation() -> None:
    document = changed(EVALUATIONS["questions"][0], "$.Evaluation.Answers.q-breaks.Value.NumericValue", 4.5)
    (finding,) = [each for each in evaluations(document).findings if each.code == "F402"]
    assert finding.place == "evaluation 'evaluation-1', $.Evaluation.Answers.q-breaks.Value.NumericValue"


def test_an_evaluation_twice_is_refused() -> None:
    with pytest.raises(coqs.RecordError, match="evaluation 'evaluation-1'"):
        evaluations([EVALUATIONS["questions"][0]] * 2)


# The interface


def test_the_fixtures_are_what_the_interface_gives() -> None:
    """Hold them against the service model, in which every member has its type and needed ones are there."""
    loaders = pytest.importorskip("botocore.loaders")
    from botocore.model import ServiceModel
    from botocore.validate import ParamValidator

    service = ServiceModel(loaders.Loader().load_service_model("connect", "service-2"))
    shapes = {"": "DescribeEvaluationFormResponse", "_evaluations": "DescribeContactEvaluationResponse"}
    for mode in MODES:
        for ending, shape in shapes.items():
            documents = fixture(f"{mode}{ending}")
            for document in documents if isinstance(documents, list) else [documents]:
                report = ParamValidator().validate(document, service.shape_for(shape))
                assert not report.has_errors(), report.generate_report()
                assert unknown(document, service.shape_for(shape)) == []


def unknown(value: Any, shape: Any, path: str = "$") -> list[str]:
    """Name the keys that a shape does not have."""
    if shape.type_name == "structure":
        strange = [f"{path}.{key}" for key in value if key not in shape.members]
        known = [(key, value[key]) for key in value if key in shape.members]
        return strange + [
            each for key, held in known for each in unknown(held, shape.members[key], f"{path}.{key}")
        ]
    if shape.type_name == "list":
        return [
            each
            for place, held in enumerate(value)
            for each in unknown(held, shape.member, f"{path}[{place}]")
        ]
    if shape.type_name == "map":
        return [each for key, held in value.items() for each in unknown(held, shape.value, f"{path}.{key}")]
    return []
