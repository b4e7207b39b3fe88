"""The command in a folder of its own: called in this process, or started as a stranger would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from coqs.cli import main

DESK = """
schema = 1
id = "desk"
version = "1"
title = "Front desk"
title_es = "Recepción"
pass_mark = "1/2"
stages = [{ id = "greeting", text = "Welcome" }]

[facts]
weather = ["dry", "wet"]
queue = "number"

[sets]
visitors = "Whoever comes in"

[[criteria]]
id = "greets"
stage = "greeting"
text = "Greets"
text_es = "Saluda"
detect = { signal = "greeting", present = "yes", absent = "no" }
gate = { class = "ethics", kind = "immoral", on = ["insults"] }
levels = [
  { id = "insults", points = 0, is = "below", text = "Insults the visitor" },
  { id = "no", points = 0, is = "below", text = "Says nothing" },
  { id = "yes", points = 1, is = "meets", text = "Greets" },
]

[[criteria]]
id = "wait_seconds"
stage = "greeting"
text = "Wait"
unit = "seconds"
applies_to = ["visitors"]
levels = [{ id = "prompt", below = 10, points = 1 }, { id = "slow", from = 10, points = 0 }]
[criteria.when]
and = [
  { not = { fact = "weather", in = ["wet"] } },
  { or = [{ fact = "queue", below = 9 }, { criterion = "greets", in = ["yes"] }] },
]

[[criteria]]
id = "offers"
stage = "greeting"
text = "Offers"
record_only = true
options = [{ id = "map", points = 1 }, { id = "seat", points = 1 }]
"""
RATINGS = """\
interaction,rater,provider,customer_set,weather,queue,greets,wait_seconds
I-1,ann,sam,visitors,dry,3,yes,4
I-1,bob,sam,visitors,dry,3,no,4
I-2,ann,bea,visitors,dry,3,yes,30
I-3,ann,bea,client,wet,,insults,
I-4,ann,bea,client,wet,,abstained,
"""
DIALOGUES = """\
{"id": "-7", "provider": "@sam", "facts": {"domain": "+34", "weather": "dry"}, \
"turns": [{"speaker": "provider", "text": "Good morning"}]}
{"id": "I-2", "provider": "bea", "facts": {"domain": "=1"}, "turns": [{"speaker": "customer", "text": "Hi"}]}
"""


@attrs.frozen
class Done:
    """What came of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a rubric, ratings and dialogues, and the command's place to run in."""
    files = {"desk.toml": DESK, "ratings.csv": RATINGS, "dialogues.jsonl": DIALOGUES}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("COQS_PLUGINS", "COQS_BLOCK_PLUGINS"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture
def coqs_command(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., Done]:  # noqa: ARG001
    """Run the command in this process."""

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def shell(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Start the command in a process of its own."""

    def run(*arguments: str, env: dict[str, str] | None = None, **how) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "coqs", *arguments]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
        return subprocess.run(
            command, cwd=folder, env=os.environ | (env or {}), text=True, check=False, timeout=60, **streams
        )

    return run
