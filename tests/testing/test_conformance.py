"""The conformance suite: built-in plugins pass it, and it cannot go green by running nothing."""

from __future__ import annotations

import pytest

import coqs
from coqs.testing import Check, parametrize_plugin_checks, plugin_checks
from coqs.testing.conformance import _demand, _form_checks, _policy_checks, _reader_checks

FEWEST = {
    "coqs": 9,
    "forms": 15,
    "healthcare": 9,
    "security": 9,
    "phrases": 3,
    "retail": 9,
    "transcripts": 57,
}


@parametrize_plugin_checks("coqs")
def test_the_general_rubric_conforms(check):
    check()


@parametrize_plugin_checks("forms")
def test_the_readers_of_forms_conform(check):
    check()


@parametrize_plugin_checks("healthcare")
def test_the_healthcare_rubric_conforms(check):
    check()


@parametrize_plugin_checks("retail")
def test_the_retail_rubric_conforms(check):
    check()


@parametrize_plugin_checks("security")
def test_the_security_rubric_conforms(check):
    check()


@parametrize_plugin_checks("phrases")
def test_the_phrase_rater_conforms(check):
    check()


@parametrize_plugin_checks("transcripts")
def test_the_readers_of_transcripts_conform(check):
    check()


@pytest.mark.parametrize("plugin", sorted(FEWEST))
def test_the_number_of_checks_has_a_floor(plugin):
    checks = plugin_checks(plugin)
    assert len(checks) >= FEWEST[plugin]
    assert len({check.name for check in checks}) == len(checks)


def test_an_unknown_plugin_is_not_found_with_the_nearest_name():
    with pytest.raises(coqs.NotFoundError, match="did you mean 'security'"):
        plugin_checks("securty")


def broken(file):
    return file.each(lambda value: {"id": value["id"], "turns": []})


def wordy(file):
    for number, line in file.lines():
        yield file.place(number), coqs.RecordError(f"must be ours, got {line}")


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda file: file.each(dict), "does not pickle"),
        (broken, "reader 'odd' must not raise, got TypeError at line"),
        (wordy, "a message holds words of the file"),
    ],
)
def test_a_reader_that_falls_short_does_not_conform(read, message):
    reader = coqs.Reader(name="odd", text="Odd files", read=read)
    failed = []
    for check in _reader_checks(reader):
        try:
            check()
        except AssertionError as error:
            failed.append(str(error))
    assert any(message in each for each in failed)


def said_again(document, _choices):
    raise coqs.RubricError(f"must be ours, got {list(document)} {list(document.values())}")


@pytest.mark.parametrize(
    ("read_form", "message"),
    [
        (lambda *_: None, "does not pickle"),
        (lambda document, _: document["form"], "reader 'odd' must not raise, got KeyError at line"),
        (lambda *_: coqs.ImportedForm(rubric=coqs.load_plugins().rubric("retail")), "reads what is no form"),
        (said_again, "a message holds words of the file"),
    ],
)
def test_a_reader_of_forms_that_falls_short_does_not_conform(read_form, message):
    failed = []
    for check in _form_checks(coqs.FormReader(name="odd", text="Odd forms", read_form=read_form)):
        try:
            check()
        except AssertionError as error:
            failed.append(str(error))
    assert any(message in each for each in failed)


def test_a_check_that_falls_short_raises():
    with pytest.raises(AssertionError, match="not so"):
        Check("c", lambda: _demand(holds=False, message="not so"))()


def test_a_policy_that_does_not_say_what_it_is_falls_short() -> None:
    told = coqs.Policy(name="house", combine="stage_points", about={"text": "Our house"})
    for check in _policy_checks(told):
        check()
    says, survives = _policy_checks(coqs.Policy(name="house", combine="stage_points"))
    survives()
    with pytest.raises(AssertionError, match="house: does not say what it is"):
        says()
