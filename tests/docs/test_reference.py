"""The reference leaves nothing out: every public name, every hook with its signature."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import tomllib
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

import coqs
import coqs.testing
from coqs import errors, raters
from coqs.cli import arguments, inputs
from coqs.plugins import phrases
from coqs.rubric.criteria import ERROR_CLASSES, ETHICS_KINDS
from coqs.rubric.policy_rules import CHOICES
from coqs.rubric.questionnaire import KINDS

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = PROJECT / "docs" / "reference"
NAMES = sorted(set(coqs.__all__) - {"__version__"})


def reference() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(REFERENCE.rglob("*.md")))


def hooks() -> list[str]:
    """Name every hook that `coqs.hookspecs` declares, without importing it."""
    tree = ast.parse((PROJECT / "src" / "coqs" / "hookspecs.py").read_text(encoding="utf-8"))
    found = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sorted(name for name in found if name.startswith("coqs_"))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_in_the_reference(name: str) -> None:
    directive = rf"^\.\. (auto\w+|py:decorator):: coqs\.{name}$"
    assert re.search(directive, reference(), re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_has_a_docstring(name: str) -> None:
    thing = getattr(coqs, name)
    if inspect.isclass(thing) or inspect.isroutine(thing):
        assert (inspect.getdoc(thing) or "").partition("\n")[0].endswith(".")


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_is_documented_with_its_exact_signature(hook: str) -> None:
    names = inspect.signature(getattr(import_module("coqs.hookspecs"), hook)).parameters
    assert f"{hook}({', '.join(name for name in names if name != 'self')})" in reference()


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_has_a_test_named_after_it(hook: str) -> None:
    tests = (PROJECT / "tests" / "plugins").glob("*.py")
    assert any(f"def test_{hook}" in path.read_text(encoding="utf-8") for path in tests)


def test_every_finding_of_lint_is_in_the_reference_of_the_rubric_file() -> None:
    written = (PROJECT / "src" / "coqs" / "rubric" / "lint.py").read_text(encoding="utf-8")
    told = (REFERENCE / "rubric-file.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (R\d{3}) \|", told, re.MULTILINE) == sorted(
        set(re.findall(r'"(R\d{3})"', written))
    )


def test_every_finding_on_questionnaires_is_in_the_reference_of_their_file() -> None:
    room = PROJECT / "src" / "coqs" / "rubric" / "questionnaire"
    told = (REFERENCE / "questionnaire-file.md").read_text(encoding="utf-8")
    written = set(re.findall(r'"(Q\d{3})"', (room / "lint.py").read_text(encoding="utf-8")))
    assert re.findall(r"^\| (Q\d{3}) \|", told, re.MULTILINE) == sorted(written)


def test_every_kind_of_measure_is_in_the_reference_of_the_questionnaire_file() -> None:
    told = section("questionnaire-file.md", "## Measures")
    table = told[told.index("| kind | what it is") :]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == KINDS


def test_the_policy_page_states_every_choice_of_the_coqs_policy() -> None:
    told = (REFERENCE / "policy.md").read_text(encoding="utf-8").partition("\n## ")[0]
    stated = re.findall(r"^\| `(\w+)` \| `([\w, ]+)` \|", told, re.MULTILINE)
    assert dict(stated) == coqs.Policy.named("coqs").choices()


def test_the_policy_page_states_the_choices_and_the_assumptions_of_every_preset() -> None:
    told = section("policy.md", "## Policies of other systems")
    usual = coqs.Policy().choices()
    stated = re.findall(r"^\| `([\w-]+)` \| (.+) \| (.+) \| (.+) \|$", told, re.MULTILINE)
    assert [name for name, *_ in stated] == list(coqs.Policy.names()[1:])
    for name, text, differs, assumed in stated:
        policy = coqs.Policy.named(name)
        own = [f"`{key} = {value}`" for key, value in policy.choices().items() if value != usual[key]]
        assert policy.about is not None
        assert (text, differs) == (policy.about.text, ", ".join(own))
        assert assumed == ", ".join(f"`{choice}`" for choice, _ in policy.about.assumed)


@pytest.mark.parametrize("choice", sorted(CHOICES))
def test_the_policy_page_has_a_row_for_every_value_of_a_choice(choice: str) -> None:
    told = (REFERENCE / "policy.md").read_text(encoding="utf-8")
    start = told.index(f"\n| `{choice}` | ", told.index("\n## "))
    table = told[start + 1 :].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted([choice, *CHOICES[choice]])


def test_the_policy_in_a_file_that_the_page_shows_can_be_read() -> None:
    told = section("policy.md", "## Write a policy")
    (shown,) = re.findall(r"```toml\n(.*?)```", told, re.DOTALL)
    policy = coqs.Policy.from_mapping(tomllib.loads(shown, parse_float=str)["policy"])
    assert (policy.name, policy.gate_cap, len(policy.overrides)) == ("our house", Fraction(1, 2), 1)


def test_the_bands_in_a_file_that_the_page_shows_can_be_read() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", section("rubric-file.md", "### Bands"), re.DOTALL)
    head = 'schema = 1\nid = "x"\nversion = "1"\n'
    asked = '[[criteria]]\nid = "y"\nstage = "greeting"\n'
    asked += 'levels = [{ id = "a", points = 0 }, { id = "b", points = 1 }]'
    rubric = coqs.Rubric.from_toml_text(head + shown + asked)
    assert [band.id for band in rubric.bands] == ["needs_improvement", "meets", "exceeds"]


def test_the_signals_of_the_reference_are_those_that_phrases_knows() -> None:
    told = section("rubric-file.md", "### Detection")
    assert tuple(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == phrases.SIGNALS


def test_the_hooks_page_tells_the_size_of_a_block() -> None:
    assert f"at most {raters.BLOCK:,} interactions" in section("hooks.md", "## `coqs_rate(")


@pytest.mark.parametrize("name", coqs.testing.__all__)
def test_every_name_of_testing_is_on_its_page(name: str) -> None:
    told = (REFERENCE / "testing.md").read_text(encoding="utf-8")
    assert re.search(rf"^\.\. auto\w+:: coqs\.testing\.{name}$", told, re.MULTILINE)


@pytest.mark.parametrize(
    ("keys", "heading"),
    [(coqs.testing.golden.KEYS, "| `id` |"), (coqs.testing.golden.EXPECTED, "| `overall` |")],
)
def test_the_keys_of_golden_interactions_are_on_the_page(keys: tuple[str, ...], heading: str) -> None:
    told = (REFERENCE / "testing.md").read_text(encoding="utf-8")
    table = told[told.index(heading) :].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(keys)


def test_every_command_of_the_shell_and_its_options_are_on_the_page() -> None:
    told = (REFERENCE / "shell.md").read_text(encoding="utf-8")
    commands = dict(subcommands(arguments._parser(), "coqs"))
    assert sorted(re.findall(r"^\| \[`(coqs [\w ]+)`\]", told, re.MULTILINE)) == sorted(commands)
    reading = section("shell.md", "## `coqs score`")
    for command, parser in commands.items():
        own = section("shell.md", f"## `coqs {command.split()[1]}`")
        place = own + reading if "read as by `coqs score`" in own else own
        lacking = [option for option in options(parser) if f"`{option}" not in place and option not in own]
        assert lacking == [], command


def test_the_page_of_the_shell_names_no_option_that_there_is_not() -> None:
    known = {"--help", "--version"}
    known |= {option for _, parser in subcommands(arguments._parser(), "coqs") for option in options(parser)}
    told = (REFERENCE / "shell.md").read_text(encoding="utf-8")
    assert set(re.findall(r"--[a-z][a-z0-9-]*[a-z0-9]|--[a-z]\b", told)) - known == set()


def test_the_variables_that_the_shell_reads_are_on_its_page() -> None:
    read = set(re.findall(r'"(COQS_\w+)"', inspect.getsource(inputs)))
    assert (
        set(re.findall(r"^\| `(COQS_\w+)` \|", section("shell.md", "## Environment"), re.MULTILINE)) == read
    )


def section(page: str, heading: str) -> str:
    """Return a section of a page of the reference, to the next heading of its level or above."""
    told = (REFERENCE / page).read_text(encoding="utf-8")
    start = told.index(f"\n{heading}") + 1
    depth = len(heading) - len(heading.lstrip("#"))
    end = re.compile(rf"^#{{1,{depth}}} ", re.MULTILINE).search(told, start + len(heading))
    return told[start : end.start() if end else len(told)]


def subcommands(parser: argparse.ArgumentParser, name: str) -> list[tuple[str, argparse.ArgumentParser]]:
    """List every command that can be typed, with its parser."""
    parts = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not parts:
        return [(name, parser)]
    return [found for word, each in parts[0].choices.items() for found in subcommands(each, f"{name} {word}")]


def options(parser: argparse.ArgumentParser) -> list[str]:
    return [
        each for action in parser._actions for each in action.option_strings if each not in ("-h", "--help")
    ]


def test_the_page_on_reports_goes_through_every_section_in_order(tmp_path: Path) -> None:
    scores = coqs.score(coqs.make_sample(n=20, seed=1))
    coqs.write_report(scores, tmp_path / "report.html", journey="week")
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", (tmp_path / "report.html").read_text(encoding="utf-8"))
    told = (PROJECT / "docs" / "how-to" / "read-a-report.md").read_text(encoding="utf-8")
    assert len(headings) > 10
    assert re.findall(r"^## (.*)$", told, re.MULTILINE) == [*headings, "What a report cannot say"]


def test_the_errors_page_draws_the_tree_and_has_a_section_for_every_class() -> None:
    told = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    tree = [line for line in inspect.getdoc(errors).splitlines() if line.startswith("    ")]
    drawn = [line.removeprefix("    ") for line in tree]
    assert re.search(r"```text\n(.*?)```", told, re.DOTALL)[1].splitlines() == drawn
    classes = [each for each in vars(errors).values() if inspect.isclass(each)]
    raised = [each.__name__ for each in classes if issubclass(each, errors.CoqsError)]
    assert re.findall(r"^## `(\w+)`$", told, re.MULTILINE) == raised


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("Error")])
def test_the_errors_page_tells_what_each_class_is_and_carries(name: str) -> None:
    told, kind = section("errors.md", f"## `{name}`"), getattr(coqs, name)
    parts = [part for each in kind.__mro__ for part in vars(each).get("__annotations__", ())]
    assert [part for part in parts if f"`{part}`" not in told] == []
    builtin = [each.__name__ for each in kind.__bases__ if not issubclass(each, errors.CoqsError)]
    assert [each for each in builtin if f"`{each}`" not in told] == []


def glossary() -> list[str]:
    told = (REFERENCE / "glossary.md").read_text(encoding="utf-8")
    return re.findall(r"^(\S.*)\n  \S", told, re.MULTILINE)


def test_the_glossary_tells_each_word_once_and_in_the_order_of_the_alphabet() -> None:
    terms = glossary()
    assert len(terms) == len(set(terms))
    assert terms == sorted(terms, key=lambda term: term.casefold().replace("-", " "))


def test_the_glossary_holds_the_words_of_the_model() -> None:
    words = [each.id for each in (*coqs.CUSTOMER_SETS, *coqs.STAGES)]
    words += [*coqs.Standing, *coqs.Absence, *ERROR_CLASSES, *ETHICS_KINDS, "unscored"]
    told = {term.replace("-", " ") for term in glossary()}
    assert [word for word in words if word.replace("_", " ") not in told] == []


def test_the_words_of_the_house_are_in_the_glossary() -> None:
    words = """
        customer set, provider, interaction, stage, criterion, scale, rubric, policy, rater, rating, score,
        verdict, journey, promise, finding, problem, coverage, bounds, gate, fingerprint, provenance, tally
    """
    assert {word.strip() for word in words.split(",")} - set(glossary()) == set()
