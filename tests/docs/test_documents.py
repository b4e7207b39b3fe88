"""Every Python block of the README and of the docs runs, top to bottom, as a reader would run it.

So does every block of `coqs` commands whose output is shown beneath it, and the output is the one shown.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from doctest import ELLIPSIS
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

import coqs
from coqs.cli import main

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
SHOWN = re.compile(r"`{3}\n\n`{3}text\n(.*?)^`{3}$", re.DOTALL | re.MULTILINE)


def run_in_the_shell(example: Example) -> None:
    """Run commands of `coqs` and hold what they print, in either stream, to the text block right beneath."""
    shown = SHOWN.match(example.document.text, example.document.text.find("```\n", example.start))
    commands = example.parsed.strip().splitlines()
    if shown is None or any(not command.startswith(("coqs ", "echo $?")) for command in commands):
        return
    printed, code = io.StringIO(), 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        for command in commands:
            if command == "echo $?":
                printed.write(f"{code}\n")
            else:
                code = main(shlex.split(command)[1:])
    assert printed.getvalue() == shown[1]


# Tutorials run in `test_tutorials`, where their shell runs between their Python.
RUN_HERE = [path for path in DOCUMENTS if path.parent.name != "tutorials"]
# There is no skip parser, so no document can leave a block out.
READER = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS),
        CodeBlockParser(language="sh", evaluator=run_in_the_shell),
    ]
)

FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*(.*?)\s*$")
# What a reader would take for Python; a signature of the reference, without a colon, is none.
PYTHON = re.compile(
    r"^\s*(?:>>> |import \w+$|from [\w.]+ import |@\w[\w.]*|(?:def|class) .*:$)", re.MULTILINE
)


@pytest.mark.parametrize("path", RUN_HERE, ids=lambda path: str(path.relative_to(PROJECT)))
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
def test_every_fence_says_its_language_and_none_of_another_holds_python(path: Path) -> None:
    blocks = all_fenced(path.read_text(encoding="utf-8"))
    assert [block for language, block in blocks if not language] == []
    assert [block for language, block in blocks if language != "python" and PYTHON.search(block)] == []


def test_python_in_a_fence_without_a_language_would_be_caught() -> None:
    hook = "@coqs.hookimpl\ndef coqs_rubrics():\n    return []\n"
    assert all_fenced(f"Text\n\n```\n{hook}```\n\n~~~sh\nls\n~~~\n") == [("", hook), ("sh", "ls\n")]
    assert PYTHON.search(hook)
    assert PYTHON.search("import coqs\n")
    assert PYTHON.search(">>> 1 + 1\n2\n")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_rubric_and_questionnaire_that_is_shown_reads_without_an_error(path: Path) -> None:
    for block in fenced(path, "toml"):
        if block.startswith("schema = "):
            kind = coqs.Questionnaire if "[[items]]" in block else coqs.Rubric
            assert [each for each in kind.from_toml_text(block).lint() if each.severity == "error"] == []


def all_fenced(text: str) -> list[tuple[str, str]]:
    """List the language and the text of every fence, whatever it is made of."""
    found, mark, language, held = [], "", "", ""
    for line in text.splitlines(keepends=True):
        fence = FENCE.match(line)
        if not mark and fence:
            mark, language, held = fence[1], fence[2], ""
        elif mark and fence and fence[1].startswith(mark) and not fence[2]:
            found.append((language, held))
            mark = ""
        elif mark:
            held += line
    assert not mark, f"a fence is not closed: {language}"
    return found


def fenced(path: Path, language: str) -> list[str]:
    """List the code blocks of a document that are in this language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_readme_sets_everything_up_in_its_first_two_shell_blocks() -> None:
    blocks = fenced(DOCUMENTS[0], "sh")
    assert blocks[0].splitlines()[-1].endswith("coqs demo")
    assert blocks[1].splitlines()[-1].endswith("-m pytest -n auto")
