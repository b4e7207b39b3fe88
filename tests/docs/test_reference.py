"""The reference leaves nothing out: every public name, every hook with its signature."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import coqs

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


def test_the_policy_page_states_every_choice_of_the_coqs_policy() -> None:
    told = (REFERENCE / "policy.md").read_text(encoding="utf-8")
    stated = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", told, re.MULTILINE)
    assert dict(stated) == coqs.Policy.named("coqs").choices()
