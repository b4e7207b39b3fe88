"""Errors: one tree, parts that travel, and names suggested nearest first."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

from coqs import errors

RAISED = [
    errors.CoqsError("door: must be open, got shut; open it", handle="left"),
    errors.RecordError("line 12, $.id: must be unique", path="$.id", line=12, failures=("a", "b")),
    errors.RubricError("criteria[4].scale: unknown", rubric="r", criterion="c"),
    errors.PolicyError("policy.bonus: unknown", choice="bonus", value="x"),
    errors.ComparisonError("fingerprints differ", left="a", right="b"),
    errors.NotFoundError("rubric", "secrity", ["security", "retail"], where="plugins"),
    errors.PluginError("is at fault", plugin="p", hook="coqs_rate"),
    errors.PluginLoadError("does not import", plugin="p"),
    errors.PluginContractError("returned a list", plugin="p", hook="coqs_rate"),
    errors.PluginCallError("raised KeyError", plugin="p", hook="coqs_rate"),
    errors.MissingDependencyError("the report", library="jinja2", extra="report"),
]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "travel", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy]
)
def test_an_error_travels_with_its_parts(error: errors.CoqsError, travel) -> None:
    again = travel(error)
    assert type(again) is type(error)
    assert (str(again), vars(again), again.args) == (str(error), vars(error), error.args)


def test_the_tree_is_the_one_that_is_drawn() -> None:
    drawn = re.findall(r"(\w+Error)(?:\((\w+)\))?", errors.__doc__ or "")
    classes = {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.CoqsError)
    }
    assert {name for name, _ in drawn if name in classes} == set(classes)
    for name, builtin in drawn:
        if name in classes and builtin:
            assert builtin in {base.__name__ for base in classes[name].__mro__}


def test_every_error_is_a_coqs_error_and_has_its_parts() -> None:
    by_class = {type(error): vars(error) for error in RAISED}
    assert by_class[errors.RecordError]["failures"] == (errors.Failure("a"), errors.Failure("b"))
    assert by_class[errors.NotFoundError]["available"] == ("security", "retail")
    assert by_class[errors.MissingDependencyError]["extra"] == "report"
    assert all(isinstance(error, errors.CoqsError) for error in RAISED)


def test_a_record_error_without_failures_holds_its_own_message() -> None:
    error = errors.RecordError("no id", line=3)
    assert error.failures == (errors.Failure("no id", line=3),)
    assert str(error.failures[0]) == str(error)


def test_a_failure_travels_with_its_line_and_key_path() -> None:
    failure = errors.Failure("line 3, $.id: must be unique", line=3, path="$.id")
    error = errors.RecordError("two problems", failures=[failure, failure])
    for travelled in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert travelled.failures == (failure, failure)
        assert (travelled.failures[0].line, travelled.failures[0].path) == (3, "$.id")
    with pytest.raises(AttributeError):
        failure.line = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("anser", ["answer", "absence"], "did you mean 'answer'?"),
        ("zzz", ["b", "a"], "known are 'a', 'b'"),
        ("zzz", [], "there are none"),
        ("", ["a"], "known are 'a'"),
        ("zzz", list("abcdefgh"), "known are 'a', 'b', 'c', 'd', 'e' and 3 more"),
    ],
)
def test_a_name_is_suggested(name: str, known: list[str], said: str) -> None:
    assert errors.suggest(name, known) == said


def test_many_failures_are_counted_and_capped() -> None:
    message = errors.many_failures("ratings", [f"row {n}" for n in range(30)], count=99)
    assert message.splitlines()[0] == "ratings: 99 problems"
    assert len(message.splitlines()) == errors.SHOWN_FAILURES + 2
    assert message.endswith("and 89 more")
    assert errors.many_failures("ratings", ["row 1"]) == "ratings: row 1"
    assert errors.many_failures("", ["row 1"]) == "row 1"


def test_a_name_among_a_hundred_thousand_still_has_its_nearest() -> None:
    known = [f"I-{number}" for number in range(100_000)]
    assert errors.suggest("I-99999x", known) == "did you mean 'I-99999'?"
    assert errors.suggest("zzz", known).endswith("and 99995 more")
