"""Every Python block of the README and of the docs runs, top to bottom, as a reader would run it."""

from __future__ import annotations

import re
from doctest import ELLIPSIS
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

import coqs

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
# There is no skip parser, so no document can leave a block out.
READER = Sybil(parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_python_block_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one document in a folder of its own, where its blocks may leave files for later blocks."""
    document = READER.parse(path)
    document.namespace["DOCUMENT"] = document.text  # for a hidden block that lays out a file it shows
    monkeypatch.chdir(tmp_path)
    for example in document.examples():
        example.evaluate()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_python_block_escapes_the_reader(path: Path) -> None:
    """Find fences that read as Python to a person but not to the reader."""
    text = path.read_text(encoding="utf-8")
    fences = [line.strip() for line in text.splitlines() if line.strip().startswith(("```", "~~~", ":::"))]
    odd = ("py", "python3", "pycon", "ipython", "{code-block}", "{code-block} python", "{doctest}")
    assert [fence for fence in fences if fence.lstrip("`~:").strip() in odd] == []
    read = {example.line for example in READER.parse(path).examples()}
    for fence in re.finditer(r"^```python\n.*?^```$", text, re.DOTALL | re.MULTILINE):
        first = text.count("\n", 0, fence.start()) + 1
        assert read & set(range(first, first + fence[0].count("\n")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_rubric_that_is_shown_reads_without_an_error(path: Path) -> None:
    for block in fenced(path, "toml"):
        if block.startswith("schema = "):
            rubric = coqs.Rubric.from_toml_text(block)
            assert [finding for finding in rubric.lint() if finding.severity == "error"] == []


def fenced(path: Path, language: str) -> list[str]:
    """List the code blocks of a document that are in this language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_readme_sets_everything_up_in_its_first_two_shell_blocks() -> None:
    blocks = fenced(DOCUMENTS[0], "sh")
    assert blocks[0].splitlines()[-1].endswith("coqs demo")
    assert blocks[1].splitlines()[-1].endswith("-m pytest")
