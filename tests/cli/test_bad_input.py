"""What cannot be used: one message on standard error, code 2, nothing written, no word of a customer."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SECRET = "hunter2"
CYCLE = """
schema = 1
id = "cycle"
version = "1"
[[criteria]]
id = "a"
stage = "greeting"
when = { criterion = "b", in = ["y"] }
levels = [{ id = "x", points = 0 }, { id = "y", points = 1 }]
[[criteria]]
id = "b"
stage = "greeting"
when = { criterion = "a", in = ["y"] }
levels = [{ id = "x", points = 0 }, { id = "y", points = 1 }]
"""
NO_WEIGHT = """
schema = 1
id = "zero"
version = "1"
stages = [{ id = "greeting", weight = 0 }]
[[criteria]]
id = "a"
stage = "greeting"
levels = [{ id = "x", points = 0 }, { id = "y", points = 1 }]
"""
TURN = {"speaker": "customer", "text": SECRET}
SCORE = ("score", "bad.csv", "--rubric", "desk.toml", "--out", "out.csv", "--report", "out.html")
RATE = ("rate", "bad.jsonl", "--rubric", "desk.toml", "--out", "out.csv", "--evidence", "out-evidence.csv")
EXPLAIN = ("explain", "ratings.csv", "--rubric", "desk.toml", "--interaction")


def line_of(**record: object) -> str:
    return json.dumps({"id": "a", "turns": [TURN]} | record)


CSV = {
    "empty": ("", "bad.csv: must have a header and a row a pair, got an empty file"),
    "not UTF-8": (
        f"interaction,greets\n{SECRET},caf\xe9\n".encode("latin-1"),
        "bad.csv: line 2: must be UTF-8",
    ),
    "no header": (f"{SECRET},yes\n", "bad.csv: line 1: must be a header with a column 'interaction'"),
    "no id": (f"interaction,provider\n,{SECRET}\n", "line 2, column 'interaction': must be an id"),
    "same id": ("interaction\na\na\n", "got 'a' again (first in line 2)"),
    "unknown criterion": ("interaction,greet\na,yes\n", "did you mean 'greets'?"),
    "unknown level": (f"interaction,greets\na,{SECRET}\n", "line 2, column 'greets': must be a level"),
    "mixed": (f"interaction,queue\na,1\nb,{SECRET}\n", "line 3, column 'queue': must be a finite number"),
    "NaN": ("interaction,wait_seconds\na,NaN\n", "line 2, column 'wait_seconds': must be a finite number"),
    "inf": ("interaction,wait_seconds\na,inf\n", "line 2, column 'wait_seconds': must be a finite number"),
    "naive time": ("interaction,at\na,2026-05-12T09:30\n", "must be a time with a zone"),
    "unclosed quote": (f'interaction,provider\na,"{SECRET}\n', "bad.csv: line 2: must be CSV"),
    "ragged": (f"interaction,provider\na,b,{SECRET}\n", "bad.csv: line 2: must have 2 cells"),
}
JSONL = {
    "empty": ("", "bad.jsonl: must hold one interaction a line, got an empty file"),
    "not UTF-8": (
        line_of().replace("hunter", "h\xfcnter").encode("latin-1"),
        "bad.jsonl: line 1: must be UTF-8",
    ),
    "half a line": (f"{line_of()}\n{line_of()[:-9]}", "bad.jsonl: line 2: must be one whole JSON object"),
    "words": (f"{SECRET} said so", "bad.jsonl: line 1: must be one whole JSON object"),
    "no id": (json.dumps({"turns": [TURN]}), "line 1, $.id: must be a text"),
    "same id": (f"{line_of()}\n{line_of()}", "line 2, $.id: must be unique, got 'a' again (first in line 1)"),
    "mixed": (line_of(turns=[{"speaker": "customer", "text": [SECRET]}]), "$.turns[0].text: must be a text"),
    "NaN": (line_of(facts={"queue": float("nan")}), "must hold finite numbers only, got NaN"),
    "inf": (line_of(facts={"queue": float("inf")}), "must hold finite numbers only, got Infinity"),
    "naive time": (line_of(at="2026-05-12T09:30"), "must be a time with a zone"),
    "unknown set": (
        line_of(customer_set=SECRET),
        "interaction 'a', customer_set: must be known to the rubric",
    ),
    "unknown fact": (
        line_of(facts={"weather": SECRET}),
        "interaction 'a', weather: must be known to the rubric",
    ),
    "fact kind": (line_of(facts={"queue": SECRET}), "fact 'queue': must be a number"),
}
RUBRICS = {
    "no TOML": (f"id = {SECRET}", "bad.toml: line 1, column 6: must be TOML, got a syntax error"),
    "not UTF-8": ('id = "caf\xe9"'.encode("latin-1"), "bad.toml: must be UTF-8"),
    "cycle": (CYCLE, "bad.toml: "),
    "weights of 0": (NO_WEIGHT, "bad.toml: "),
}
ARGUMENTS = {
    "missing ratings": (
        ("score", "nowhere.csv", "--rubric", "security"),
        "nowhere.csv: must be a readable file",
    ),
    "missing dialogues": (
        ("rate", "nowhere", "--rubric", "coqs", "--out", "r.csv"),
        "nowhere: must be a readable",
    ),
    "folder": (("score", ".", "--rubric", "security"), ".: must be a readable file, got 'is a directory'"),
    "missing rubric": (("rubric", "check", "nowhere.toml"), "nowhere.toml: must be a readable file"),
    "unknown rubric": (
        ("score", "ratings.csv", "--rubric", "secrity"),
        "no rubric 'secrity'; did you mean 'security'?",
    ),
    "unknown interaction": ((*EXPLAIN, "I-11"), "no interaction 'I-11'; did you mean 'I-1'?"),
    "several raters": ((*EXPLAIN, "I-1"), "name one with --rater; known are 'ann', 'bob'"),
    "unknown policy": ((*EXPLAIN, "I-2", "--policy", "cops"), "no policy 'cops'; did you mean 'coqs'?"),
    "unknown zone": ((*EXPLAIN, "I-2", "--tz", "Europe/Madird"), "tz: must be a zone"),
    "unknown key": (
        ("score", "ratings.csv", "--rubric", "desk.toml", "--by", "sit"),
        "by: no key 'sit'; did you mean",
    ),
    "unknown column": (
        (*EXPLAIN, "I-2", "--columns", "site=place"),
        "columns: must name columns of the table",
    ),
    "unknown absence": ((*EXPLAIN, "I-2", "--absence", "NA=not_aplicable"), "did you mean 'not_applicable'?"),
    "unknown rater": (
        ("rate", "dialogues.jsonl", "--rubric", "desk.toml", "--out", "r.csv", "--rater", "phrase"),
        "no rater 'phrase'; did you mean 'phrases'?",
    ),
    "same rater": (
        (
            "rate",
            "dialogues.jsonl",
            "--rubric",
            "coqs",
            "--out",
            "r.csv",
            "--rater=phrases",
            "--rater=phrases",
        ),
        "raters: must name one or more different plugins",
    ),
    "unknown language": (
        ("rubric", "show", "desk.toml", "--language", "fr"),
        "no language 'fr'; known are 'en', 'es'",
    ),
    "unknown command": (("scor",), "no command 'scor'; did you mean 'score'?"),
    "unknown second command": (("rubric", "chekc"), "no command 'rubric chekc'; did you mean 'check'?"),
    "no command": ((), "arguments are required: COMMAND; see coqs --help"),
    "no second command": (("rubric",), "arguments are required: COMMAND; see coqs rubric --help"),
    "unknown option": (("plugins", "--jsno"), "unrecognized arguments: --jsno"),
    "no pair": ((*EXPLAIN, "I-2", "--columns", "site"), "must be two names with = between, got 'site'"),
    "same pair": ((*EXPLAIN, "I-2", "--columns=a=b", "--columns=a=c"), "--columns: must map each name once"),
    "no share": (
        ("score", "ratings.csv", "--rubric", "desk.toml", "--fail-under", "nan"),
        "must be a share from 0 to 1",
    ),
    "share over 1": (
        ("score", "ratings.csv", "--rubric", "desk.toml", "--fail-under", "80"),
        "must be a share",
    ),
    "no count": (("demo", "--n", "0"), "must be a whole number from 1, got '0'"),
}


@pytest.fixture
def refused(coqs_command, folder: Path) -> Callable[..., str]:
    """Run a command that must be refused, and return what it said."""

    def run(*arguments: str) -> str:
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        done = coqs_command(*arguments)
        assert done.code == 2
        assert done.out == ""
        assert done.err.startswith("coqs: ")
        assert done.err.count("coqs: ") == 1
        assert "Traceback" not in done.err
        assert SECRET not in done.err
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        return done.err

    return run


def put(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


@pytest.mark.parametrize(("content", "message"), CSV.values(), ids=CSV)
def test_ratings_that_cannot_be_used(refused, folder: Path, content, message: str) -> None:
    put(folder / "bad.csv", content)
    assert message in refused(*SCORE)


@pytest.mark.parametrize(("content", "message"), JSONL.values(), ids=JSONL)
def test_dialogues_that_cannot_be_used(refused, folder: Path, content, message: str) -> None:
    put(folder / "bad.jsonl", content)
    assert message in refused(*RATE)


@pytest.mark.parametrize(("content", "message"), RUBRICS.values(), ids=RUBRICS)
@pytest.mark.parametrize(
    "command",
    [("rubric", "check", "bad.toml"), ("score", "ratings.csv", "--rubric", "bad.toml", "--out", "s.csv")],
)
def test_rubrics_that_cannot_be_used(refused, folder: Path, content, message: str, command) -> None:
    put(folder / "bad.toml", content)
    assert message in refused(*command)


@pytest.mark.parametrize(("arguments", "message"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_that_cannot_be_used(refused, arguments, message: str) -> None:
    assert message in refused(*arguments)


def test_damaged_gzip_cannot_be_used(refused, folder: Path) -> None:
    put(folder / "bad.csv.gz", gzip.compress(b"interaction\na\n")[:-6])
    assert "must be readable to its end" in refused("score", "bad.csv.gz", "--rubric", "desk.toml")


def test_a_longer_line_than_was_allowed_cannot_be_used(refused) -> None:
    message = refused("score", "ratings.csv", "--rubric", "desk.toml", "--max-line-bytes", "20")
    assert "ratings.csv: line 1: must be at most 20 bytes long" in message


@pytest.mark.parametrize(
    "command", ["score big --rubric desk.toml --out out.csv", "rate big --rubric desk.toml --out out.csv"]
)
def test_a_line_of_a_gigabyte_is_refused_in_little_memory(folder: Path, shell, command: str) -> None:
    with (folder / "big").open("wb") as file:
        file.truncate(10**9)
    done = shell(*command.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("coqs: big: line 1: must be at most 16777216 bytes long, got more")
    assert not (folder / "out.csv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told in kB on Linux")
def test_the_memory_of_that_is_bounded(folder: Path) -> None:
    import subprocess

    with (folder / "big").open("wb") as file:
        file.truncate(10**9)
    code = (
        "import re, sys; from coqs.cli import main; main(sys.argv[1:])\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"  # its own alone
        "print(int(peak) // 1024)"
    )
    command = [sys.executable, "-c", code, "score", "big", "--rubric", "desk.toml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300


@pytest.mark.parametrize("arguments", [SCORE, RATE])
def test_no_traceback_reaches_a_shell(shell, folder: Path, arguments) -> None:
    put(folder / arguments[1], f"{SECRET}\n")
    done = shell(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("coqs: bad.")
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    assert not list(folder.glob("out*"))
