"""The vocabulary: five absences, three standings, five sets, five stages."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest

import coqs
from coqs.model import CUSTOMER_SETS, STAGES, Absence, Provider, Stage, Standing, Words, exact


def test_the_five_absences_have_five_codes_and_come_back_from_them() -> None:
    assert [absence.code for absence in Absence] == [-1, -2, -3, -4, -5]
    assert [Absence.from_code(absence.code) for absence in Absence] == list(Absence)
    assert [str(absence) for absence in Absence] == [
        "unanswered",
        "not_applicable",
        "not_asked",
        "abstained",
        "failed",
    ]


def test_there_are_five_customer_sets_and_five_stages() -> None:
    assert [each.id for each in CUSTOMER_SETS] == ["client", "employees", "co_workers", "visitors", "self"]
    assert [each.id for each in STAGES] == ["greeting", "determining", "responding", "concluding", "future"]
    assert all(each.words for each in (*CUSTOMER_SETS, *STAGES))


def test_standings_are_below_meets_and_exceeds() -> None:
    assert [str(each) for each in Standing] == ["below", "meets", "exceeds"]


def test_words_fall_back_to_the_original_and_sort_their_translations() -> None:
    words = Words("Hello", translations=(("fr", "Bonjour"), ("es", "Hola")))
    assert words.in_language("fr") == "Bonjour"
    assert words.in_language("de") == "Hello"
    assert words == Words("Hello", translations=(("es", "Hola"), ("fr", "Bonjour")))
    assert not Words()


@pytest.mark.parametrize("value", [*CUSTOMER_SETS, *STAGES, Provider("p1", "lead")])
def test_what_the_model_holds_is_frozen_and_pickles(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    with pytest.raises(AttributeError):
        value.id = "other"  # type: ignore[attr-defined]


def test_the_front_door_has_the_model() -> None:
    assert coqs.Absence is Absence
    assert coqs.Stage is type(STAGES[0])


@pytest.mark.parametrize("value", [0.1, True, None, "one", "1/0", float("nan"), [1]])
def test_a_number_of_a_rubric_is_exact_or_refused(value: object) -> None:
    with pytest.raises(coqs.RubricError, match="must be an integer, a fraction or a decimal"):
        Stage("greeting", weight=value)  # type: ignore[arg-type]


def test_whole_numbers_and_decimal_texts_become_fractions() -> None:
    stage = Stage("greeting", weight=2, pass_mark="0.8")
    assert (stage.weight, stage.pass_mark) == (Fraction(2), Fraction(4, 5))
    assert coqs.Level("good", points="1/3").points == Fraction(1, 3)


@pytest.mark.parametrize("value", ["1e999999999", "1e-999999999", "1e101", 10**100, Fraction(1, 10**100)])
def test_a_number_of_more_digits_than_any_rubric_needs_is_refused_at_once(value: object) -> None:
    with pytest.raises(coqs.RubricError, match="100 digits at most"):
        exact(value)
