"""Messages: their form, and that an error keeps its parts wherever it travels."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

import coqs

SOURCE = Path(coqs.__file__).parent
RAISED = [
    coqs.CoqsError("rubric 'r': must have a stage, got none; add one", detail=1),
    coqs.RecordError("must have an id, got none", path="$.id", line=12, failures=("a", "b")),
    coqs.RubricError("criteria[4].scale: unknown", rubric="r", criterion="c"),
    coqs.PolicyError("policy.across: unknown", choice="across", value="x"),
    coqs.ComparisonError("fingerprints differ", left="a", right="b"),
    coqs.NotFoundError("rubric", "secrity", ["security", "retail"]),
    coqs.PluginError("is at fault", plugin="p", hook="coqs_rate"),
    coqs.PluginLoadError("does not import", plugin="p"),
    coqs.PluginContractError("returned a list", plugin="p", hook="coqs_rate"),
    coqs.PluginCallError("raised KeyError", plugin="p", hook="coqs_rate"),
    coqs.MissingDependencyError("the report", library="jinja2", extra="report"),
]


def raised_messages(path: Path) -> Iterator[str]:
    """Yield the literal messages that a file raises, with `{}` for what is filled in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            message = node.exc.args[0]
            if isinstance(message, ast.Constant) and isinstance(message.value, str):
                yield message.value
            elif isinstance(message, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in message.values)
                yield "".join(map(str, parts))


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_message_is_in_lower_case_without_a_full_stop(path: Path) -> None:
    messages = list(raised_messages(path))
    assert [message for message in messages if message.rstrip().endswith(".") or opens_upper(message)] == []


def opens_upper(message: str) -> bool:
    """Tell whether a message opens like a sentence, and not with the name of a class."""
    word = message.split(maxsplit=1)[0] if message.split() else ""
    return word[:1].isupper() and word not in coqs.__all__


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_pickles_with_its_parts(error: coqs.CoqsError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_has_the_one_root_and_is_tested_here() -> None:
    errors = set(coqs._ROOMS["errors"])
    assert {type(error).__name__ for error in RAISED} == errors
    assert all(isinstance(error, coqs.CoqsError) for error in RAISED)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (coqs.RecordError, ValueError),
        (coqs.RubricError, ValueError),
        (coqs.ComparisonError, ValueError),
        (coqs.NotFoundError, KeyError),
        (coqs.MissingDependencyError, ImportError),
    ],
)
def test_an_error_is_also_the_builtin_that_a_caller_expects(
    error: type[Exception], expected: type[Exception]
) -> None:
    assert issubclass(error, expected)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    error = coqs.NotFoundError("rubric", "secrity", ["security", "retail"])
    assert str(error) == "no rubric 'secrity'; did you mean 'security'?"
    assert (error.name, error.available) == ("secrity", ("security", "retail"))


def test_at_most_five_known_names_are_listed() -> None:
    error = coqs.NotFoundError("rubric", "zzzz", [f"r{number}" for number in range(9)])
    assert str(error).count("'r") == 5
    assert str(error).endswith("and 4 more")


def test_a_missing_library_names_the_extra_that_brings_it() -> None:
    error = coqs.MissingDependencyError("the report", library="jinja2", extra="report")
    assert "pip install 'coqs[report]'" in str(error)
