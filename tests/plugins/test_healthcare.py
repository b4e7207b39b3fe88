"""What is special to health care: what guards a patient, what an emergency sets aside, whose a wait is."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

import coqs
from coqs.plugins import healthcare, phrases

(RUBRIC,) = healthcare.coqs_rubrics()
GOLDEN = tomllib.loads((files(healthcare) / "golden.toml").read_text("utf-8"))["golden"]
FACTS = {
    "situation": "routine",
    "setting": "ward",
    "medication": False,
    "procedure": False,
    "discharge": False,
    "name_known": True,
    "interpreter_needed": False,
}


def account_of(answers=(), customer_set="client", **facts):
    """Score one interaction of the ward, or of where `facts` say, and explain it."""
    row = {"interaction": "I-1", "customer_set": customer_set} | FACTS | facts | dict(answers)
    table = {name: [value] for name, value in row.items() if value is not None}
    return coqs.explain(coqs.score(coqs.Ratings.from_table(table, RUBRIC)), "I-1")


def asked(customer_set="client", **facts):
    """Return the criteria that are asked where these facts are recorded."""
    account = account_of(customer_set=customer_set, **facts)
    return {item.criterion for item in account.items if item.answer != "not_asked"}


def worst(id):
    """Return the levels of a criterion that are below."""
    return {level.id for level in RUBRIC.criterion(id).scale.levels if level.standing == "below"}


# ------------------------------------------------------------------------------ what guards a patient


def test_medicine_consent_and_a_call_for_help_cannot_be_undone():
    irreversible = {each.id for each in RUBRIC.criteria if each.irreversible}
    assert irreversible == {"medicine_right", "consent", "help_called"}


@pytest.mark.parametrize(
    ("id", "error_class"),
    [
        ("identity", "compliance"),
        ("allergy_checked", "compliance"),
        ("privacy", "compliance"),
        ("hands_clean", "compliance"),
        ("medicine_right", "customer"),
        ("pain_asked", "customer"),
        ("relief_briefed", "customer"),
        ("next_step", "business"),
    ],
)
def test_a_gate_stands_on_what_must_never_go_wrong(id, error_class):
    assert RUBRIC.criterion(id).gate.error_class == error_class


@pytest.mark.parametrize(
    ("id", "kind"), [("consent", "illegal"), ("dignity", "immoral"), ("true_record", "unethical")]
)
def test_an_ethics_gate_says_which_of_the_three_it_is(id, kind):
    assert RUBRIC.criterion(id).gate.kind == kind


def test_one_identifier_is_not_two():
    assert set(RUBRIC.criterion("identity").gate.on) == worst("identity")


def test_every_breach_of_privacy_is_a_gate_whoever_is_spoken_to():
    assert set(RUBRIC.criterion("privacy").gate.on) == worst("privacy")
    assert all("privacy" in asked(each.id) for each in coqs.CUSTOMER_SETS)


@pytest.mark.parametrize(
    ("facts", "owed"),
    [
        ({}, False),
        ({"medication": True}, True),
        ({"procedure": True}, True),
        ({"setting": "reception"}, True),
        ({"setting": "telephone"}, True),
        ({"situation": "emergency", "medication": True}, True),
    ],
)
def test_the_patient_is_identified_before_treatment_medicine_or_disclosure(facts, owed):
    assert ("identity" in asked(**facts)) is owed


@pytest.mark.parametrize("id", ["allergy_checked", "medicine_right"])
def test_a_medicine_is_asked_about_only_where_one_is_given(id):
    assert id in asked(medication=True)
    assert id not in asked(medication=False)
    assert id not in asked(medication=None)


# ------------------------------------------------------------------------ what an emergency sets aside

COURTESIES = {"greeted", "introduced", "heard_out", "answer_given", "wait_explained", "teach_back"}


def test_an_emergency_sets_courtesies_and_consent_aside_and_nothing_that_guards_the_patient():
    facts = {"medication": True, "procedure": True}
    before, then = asked(**facts), asked(situation="emergency", **facts)
    assert before - then == COURTESIES | {"consent", "anything_else"}
    assert then - before == {"help_called"}


@pytest.mark.parametrize("situation", ["distress", "bad_news", "aggression"])
def test_a_feeling_is_acknowledged_where_there_is_one(situation):
    assert "feeling_named" in asked(situation=situation)
    assert "feeling_named" not in asked()


def test_a_voice_is_lowest_for_bad_news_and_carries_in_an_emergency():
    tone = RUBRIC.criterion("tone")
    places = [tone.scale.ids.index(level) for _, level in tone.ideal.best]
    values = [value for value, _ in tone.ideal.best]
    assert sorted(values, key=dict(zip(values, places, strict=True)).get) == [
        "bad_news",
        "distress",
        "routine",
        "aggression",
        "emergency",
    ]
    assert "harsh" not in dict(tone.ideal.best).values()


# --------------------------------------------------------------------------------- whose a matter is


def test_the_wait_is_the_system_s_and_how_it_is_told_the_person_s():
    assert RUBRIC.criterion("delay_minutes").controlled_by == "system"
    assert RUBRIC.criterion("wait_explained").controlled_by == "person"
    assert {"delay_minutes", "wait_explained"} <= asked(setting="clinic")


def test_every_controller_holds_something():
    controllers = {each.controlled_by for each in RUBRIC.criteria}
    assert controllers == {"person", "team", "system", "policy", "customer"}


@pytest.mark.parametrize(
    ("known", "hidden"), [(True, "name_asked"), (None, "name_used"), (False, "name_used")]
)
def test_a_name_is_asked_for_once_and_used_when_it_is_known(known, hidden):
    assert hidden not in asked(name_known=known)
    told = account_of({"name_asked": "asked"}, name_known=False)
    assert "name_used" in {item.criterion for item in told.items if item.answer != "not_asked"}


def test_a_review_of_one_s_own_shift_asks_five_things():
    assert asked("self", setting="review") == {
        "fit_to_work",
        "privacy",
        "help_asked",
        "true_record",
        "self_lesson",
    }


def test_a_patient_sent_off_for_the_bed_loses_what_was_told():
    going = {
        item.criterion: item
        for item in account_of({"going_home": "medicines|whom_to_call|hurried_out"}, discharge=True).items
    }["going_home"]
    assert going.share == 0


def test_words_can_show_eight_of_its_criteria():
    signals = [each.detect.signal for each in RUBRIC.criteria if each.detect]
    assert len(signals) == len(set(signals)) == 8
    assert set(signals) <= set(phrases.SIGNALS)


# ------------------------------------------------------------------------------ golden interactions


@pytest.mark.parametrize(
    ("interaction", "failed", "gates"),
    [
        ("ten-times-the-dose", ["medicine_right"], ["customer"]),
        ("signed-before-it-was-explained", ["consent"], []),
    ],
)
def test_nothing_done_afterwards_takes_back_a_wrong_dose_or_an_uninformed_yes(interaction, failed, gates):
    golden = next(each for each in GOLDEN if each["id"] == interaction)
    answers = {id: "|".join(a) if isinstance(a, list) else a for id, a in golden["answers"].items()}
    account = account_of(answers, **golden["facts"])
    assert account.overall > account.pass_mark
    assert [item.criterion for item in account.items if item.irreversible_failed] == failed
    assert [item.gate for item in account.items if item.gate] == gates
    assert account.verdict == "fail"


def test_the_golden_interactions_see_every_gate_class_and_every_situation():
    assert {gate for each in GOLDEN for gate in each["expect"].get("gates", {})} == {
        "customer",
        "business",
        "compliance",
        "ethics",
    }
    assert {each["facts"]["situation"] for each in GOLDEN} == set(RUBRIC.fact("situation").allowed)
    assert {id for each in GOLDEN for id in each["answers"]} == set(RUBRIC.criterion_ids)
