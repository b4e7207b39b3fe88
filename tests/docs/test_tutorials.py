"""A tutorial does what it says, from top to bottom: its shell and its Python, in the order of the page.

The convention, which a tutorial keeps everywhere:

* a fence of `sh` is pasted into a shell whole, and leaves with 0;
* a fence of `text` right after it is all that it prints, to the letter, but for the version of coqs and the
  seconds that tests take; a line
  `...` stands for any lines. One that opens with `coqs: ` is a refusal, and the code is 2;
* the block that installs is the first one, and the only one that is not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.parsers.myst import PythonCodeBlockParser

PROJECT = Path(__file__).resolve().parents[2]
TUTORIALS = sorted((PROJECT / "docs" / "tutorials").glob("*.md"))
SHELL = re.compile(
    r"^```sh\n(?P<script>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.DOTALL | re.MULTILINE
)
VERSION = re.compile(r"\bcoqs \d+[\w.+]*")
SECONDS = re.compile(r"\bin \d+\.\d+s\b")  # as pytest tells them
REFUSED = 2
# The command and the interpreter are those that the tests run on, whatever the path says.
ACTIVATED = 'set -e\ncoqs() { "$PYTHON" -m coqs "$@"; }\npython() { "$PYTHON" "$@"; }\n'


def installs(script: str) -> bool:
    return "pip install" in script


def shell_blocks(document: Document) -> Iterable[Region]:
    for found in SHELL.finditer(document.text):
        yield Region(found.start(), found.end(), (found["script"], found["output"]), run_shell)


def run_shell(example: Example) -> None:
    """Run a block as it is pasted, in the folder that the tests stand in, and compare what it prints."""
    script, expected = example.parsed
    if installs(script):
        return
    done = subprocess.run(
        ["sh", "-c", ACTIVATED + script],
        env=os.environ | {"PYTHON": sys.executable, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    wanted, printed = (
        SECONDS.sub("in a moment", VERSION.sub("coqs VERSION", each))
        for each in (expected or "", done.stdout)
    )
    place = f"line {example.line}"
    assert done.returncode == (REFUSED if wanted.startswith("coqs: ") else 0), f"{place}: {printed}"
    if expected is not None:
        assert OutputChecker().check_output(wanted, printed, ELLIPSIS), f"{place} prints:\n{done.stdout}"


READER = Sybil(parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS), shell_blocks])


def run(path: Path) -> None:
    document = READER.parse(path)
    document.namespace["DOCUMENT"] = document.text  # for a hidden block that lays out a file it shows
    for example in document.examples():
        example.evaluate()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("COQS_PLUGINS", "COQS_BLOCK_PLUGINS", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


LONG = ("from-transcripts-to-a-report", "write-your-own-rubric")
"""Tutorials that start many processes."""


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem in LONG)) for path in TUTORIALS],
)
def test_a_tutorial_runs_from_top_to_bottom(path: Path) -> None:
    run(path)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_no_command_of_a_tutorial_escapes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = list(SHELL.finditer(text))
    assert blocks
    assert len(re.findall(r"^\s*(?:`{3,}|~{3,}) ?(?:sh|bash|shell|console)\b", text, re.MULTILINE)) == len(
        blocks
    )
    outputs = sum(found["output"] is not None for found in blocks)
    assert len(re.findall(r"^\s*(?:`{3,}|~{3,}) ?text\b", text, re.MULTILINE)) == outputs
    assert not any(installs(found["script"]) for found in blocks[1:])
    assert not any("coqs " in found["script"] for found in blocks if installs(found["script"]))


@pytest.mark.parametrize(
    "page",
    [
        "```sh\ncoqs rubric show no-such-rubric\n```\n",
        "```sh\nfalse\ntrue\n```\n",
        "```sh\necho one\n```\n\n```text\ntwo\n```\n",
        "```sh\necho one\n```\n\n```text\n```\n",
        "```sh\necho coqs: none\n```\n\n```text\ncoqs: none\n```\n",
    ],
    ids=["a code of 2", "a code in the middle", "another output", "an output too many", "no refusal"],
)
def test_a_page_that_does_not_do_what_it_says_is_found(folder: Path, page: str) -> None:
    (folder / "page.md").write_text(page, encoding="utf-8")
    with pytest.raises(AssertionError):
        run(folder / "page.md")


def test_a_page_that_does_what_it_says_passes(folder: Path) -> None:
    refused = "coqs: no rubric 'retial'; did you mean 'retail'?"
    page = (
        "```sh\npip install nothing-of-that-name\n```\n\n"
        "```sh\necho 1 > a\necho 2 >> a\n```\n\n"
        "```python\n>>> from pathlib import Path\n>>> Path('a').read_text().split()\n['1', '2']\n```\n\n"
        "```sh\ncat a\ncoqs --version\n```\n\n```text\n...\n2\ncoqs 9.9.9\n```\n\n"
        f"```sh\ncoqs rubric show retial\n```\n\n```text\n{refused}\n```\n"
    )
    (folder / "page.md").write_text(page, encoding="utf-8")
    run(folder / "page.md")
