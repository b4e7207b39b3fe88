"""What is special to a shop: who its customers are, what is nobody's fault, and what may not be pressed."""

from __future__ import annotations

import functools
import tomllib
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

import coqs
from coqs.plugins import retail

RUBRIC = retail.coqs_rubrics()[0]
GOLDEN: dict[str, dict[str, Any]] = {
    each["id"]: each for each in tomllib.loads((files(retail) / "golden.toml").read_text("utf-8"))["golden"]
}
SHOPPING = {
    "situation": "routine",
    "contact": "floor",
    "payment": "none",
    "age_restricted": "false",
    "safety_risk": "false",
    "name_known": "false",
    "promise_due": "false",
}


def ratings_of(*sheets: dict[str, Any]) -> coqs.Ratings:
    """Lay sheets out as a wide table; each is a set, facts and answers in one."""
    columns = {name for sheet in sheets for name in sheet}
    table = {name: [sheet.get(name) for sheet in sheets] for name in columns}
    return coqs.Ratings.from_table({"interaction": [f"I-{n}" for n in range(len(sheets))]} | table, RUBRIC)


@functools.cache
def account(id: str, *changes: tuple[str, str]) -> Any:
    """Explain a golden interaction, with some of its answers changed."""
    return coqs.explain(coqs.score(ratings_of(sheet(id) | dict(changes))), "I-0")


def sheet(id: str) -> dict[str, Any]:
    """Return a golden interaction as one row of a table."""
    golden = GOLDEN[id]
    answers = {key: "|".join(it) if isinstance(it, list) else it for key, it in golden["answers"].items()}
    return {"customer_set": golden.get("customer_set"), **golden.get("facts", {}), **answers}


def asked(customer_set: str = "client", **facts: str) -> set[str]:
    """Return what is asked of an interaction in the shop, no answer being known."""
    scores = coqs.score(ratings_of({"customer_set": customer_set} | SHOPPING | facts))
    return {item.criterion for item in coqs.explain(scores, "I-0").items if item.answer != "not_asked"}


# ------------------------------------------------------------------------------------ what is asked


ASKED_WHERE = {
    "age_checked": {"age_restricted": "true"},
    "payment_data": {"payment": "card"},
    "safety_told": {"safety_risk": "true"},
    "name_used": {"name_known": "true"},
    "promise_kept": {"promise_due": "true"},
    "apology": {"situation": "complaint"},
    "remedy": {"situation": "complaint"},
    "returns_rule": {"situation": "complaint"},
    "suspicion": {"situation": "suspected_theft"},
    "stayed_with": {"situation": "distress"},
}


@pytest.mark.parametrize(("criterion", "facts"), ASKED_WHERE.items(), ids=list(ASKED_WHERE))
def test_what_only_some_visits_call_for_is_asked_of_those_alone(criterion, facts):
    assert criterion not in asked()
    assert criterion in asked(**facts)


@pytest.mark.parametrize("contact", ["phone", "chat"])
def test_eyes_are_not_to_be_met_where_nobody_can_see_them(contact):
    assert asked() - asked(contact=contact) == {"eye_contact"}


@pytest.mark.parametrize(("payment", "kept"), [("none", 0), ("cash", 0), ("card", 1), ("account", 1)])
def test_payment_details_are_asked_about_where_there_are_some(payment, kept):
    assert len(asked(payment=payment) & {"payment_data"}) == kept


def test_goods_are_asked_about_only_of_shoppers_and_of_those_who_come_for_them():
    goods = {"found_out", "stock_available", "intent"}
    assert goods <= asked("client")
    assert goods <= asked("employees")
    assert not goods & (asked("visitors") | asked("co_workers") | asked("self"))


def test_unwanted_approaches_pressure_and_offers_after_a_refusal_are_asked_of_every_shopper():
    asking = {"space_given", "decision_left", "offers_after_refusal"}
    for situation in ("browsing", "routine", "complaint"):
        assert asking <= asked(situation=situation)


def test_a_transcript_without_a_customer_set_is_asked_what_words_show_and_what_gates_stand_on():
    assert not [each.id for each in RUBRIC.criteria if each.applies_to and (each.detect or each.gate)]


def test_words_of_a_chat_are_rated_by_the_signals_that_it_names():
    said = [
        "Good morning! How can I help?",
        "I will send it tomorrow. Is there anything else I can do for you?",
        "Thank you, and do come back soon.",
    ]
    turns = [{"speaker": "provider", "text": text} for text in said]
    interactions = coqs.Interactions.from_records([{"id": "I-1", "turns": turns}])
    plugins = coqs.load_plugins(only=["phrases", "retail"])
    heard = coqs.rate(interactions, plugins.rubric("retail"), raters=["phrases"], plugins=plugins)
    items = coqs.explain(coqs.score(heard), "I-1").items
    answers = {item.criterion: item.answer for item in items if item.answer in item_levels(item.criterion)}
    assert answers == {
        "greeted": "greeted",
        "offer_of_help": "offered",
        "anything_else": "asked",
        "thanked": "thanked",
        "invited_back": "invited",
        "news_shared": "not_mentioned",
        "next_step": "undertaken",
    }


def item_levels(criterion: str) -> tuple[str, ...]:
    """Return the levels or options of a criterion."""
    return RUBRIC.criterion(criterion).scale.ids


# ------------------------------------------------------------------------------- what is whose doing


def test_a_missing_article_is_the_system_s_and_what_was_made_of_it_the_person_s():
    control = {each.id: each.controlled_by for each in RUBRIC.criteria}
    assert (control["stock_available"], control["stock_out_handled"]) == ("system", "person")
    assert (control["returns_rule"], control["remedy"]) == ("policy", "person")


@pytest.mark.parametrize(
    ("id", "everyone_s", "person_s"),
    [
        ("last-coat-found-elsewhere", "815/816", "49/48"),
        ("kettle-a-day-too-late", "6/7", "183/208"),
    ],
)
def test_a_person_s_score_leaves_out_the_shelf_the_rule_and_the_queue(id, everyone_s, person_s):
    scores = coqs.score(ratings_of(sheet(id)))
    (everyone,) = scores.by("interaction")["mean"]
    (person,) = scores.by("interaction", controlled_by="person")["mean"]
    assert everyone == pytest.approx(float(Fraction(everyone_s)), abs=1e-12)
    assert person == pytest.approx(float(Fraction(person_s)), abs=1e-12)


def test_how_a_missing_article_was_handled_is_asked_only_where_one_was_missing():
    missing, there = (
        account("last-coat-found-elsewhere", ("stock_available", answer))
        for answer in ("out_of_stock", "in_stock")
    )
    answers = [{item.criterion: item.answer for item in each.items} for each in (missing, there)]
    assert [each["stock_out_handled"] for each in answers] == ["put_by", "not_asked"]


# ------------------------------------------------------------------------------ what fails a verdict


def test_what_a_shop_cannot_take_back():
    irreversible = {each.id for each in RUBRIC.criteria if each.irreversible}
    assert irreversible == {"age_checked", "safety_told", "suspicion", "stayed_with"}


@pytest.mark.parametrize(
    ("id", "criterion", "gates"),
    [
        ("wine-for-a-boy-in-a-suit", "age_checked", ["compliance"]),
        ("nuts-said-to-be-fine", "safety_told", []),
        ("bag-gone-through-at-the-door", "suspicion", ["ethics"]),
    ],
)
def test_what_cannot_be_undone_fails_a_high_score_with_or_without_a_gate(id, criterion, gates):
    told = account(id)
    assert told.overall > told.pass_mark
    assert [item.criterion for item in told.items if item.irreversible_failed] == [criterion]
    assert [item.gate for item in told.items if item.gate] == gates
    assert told.verdict == "fail"


@pytest.mark.parametrize("answer", ["plainly_older", "proven", "refused", "asked_ahead"])
def test_every_lawful_way_with_an_age_limit_passes(answer):
    assert account("wine-for-a-boy-in-a-suit", ("age_checked", answer)).verdict == "pass"


def test_a_document_whose_date_was_not_read_fails_without_a_gate():
    told = account("wine-for-a-boy-in-a-suit", ("age_checked", "unread"))
    assert (told.verdict, [item.gate for item in told.items if item.gate]) == ("fail", [])


@pytest.mark.parametrize(
    ("answer", "share", "gates", "verdict"),
    [
        ("worn_down", 0, ["customer"], "fail"),
        ("repeated", Fraction(1, 5), [], "pass"),
        ("let_rest", Fraction(4, 5), [], "pass"),
        ("good_word", 1, [], "pass"),
    ],
)
def test_each_offer_after_a_refusal_costs_and_the_second_fails_a_high_score(answer, share, gates, verdict):
    told = account("store-card-until-she-left", ("offers_after_refusal", answer))
    (item,) = [item for item in told.items if item.criterion == "offers_after_refusal"]
    assert item.share == share
    assert told.overall > told.pass_mark
    assert ([each.gate for each in told.items if each.gate], told.verdict) == (gates, verdict)


def test_asking_again_steering_and_one_more_offer_cost_the_mark_together():
    kept = {"space_given": "left_alone", "decision_left": "left_open", "offers_after_refusal": "let_rest"}
    assert account("asked-twice-at-the-lamps").verdict == "fail"
    for spared in kept.items():
        assert account("asked-twice-at-the-lamps", spared).verdict == "fail"
    assert account("asked-twice-at-the-lamps", *kept.items(), ("tone", "easy")).verdict == "pass"


def test_each_kind_of_ethics_gate_has_its_own_ground():
    gates = {each.id: each.gate.kind for each in RUBRIC.criteria if each.gate and each.gate.kind}
    assert gates == {
        "honest": "unethical",
        "decision_left": "immoral",
        "equal_service": "immoral",
        "suspicion": "illegal",
    }


def test_softness_for_distress_and_firmness_without_accusation_for_a_theft():
    best = dict(RUBRIC.criterion("tone").ideal.best)
    assert (best["distress"], best["browsing"], best["suspected_theft"]) == ("soothing", "easy", "firm")
