"""How the command behaves among others: outputs whole or not at all, pipes, interrupts, terminals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coqs.cli.outputs import write_together
from coqs.cli.text import aligned

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, signals and terminals of POSIX")
SCORE = ("score", "ratings.csv", "--rubric", "desk.toml")
RATE = ("rate", "dialogues.jsonl", "--rubric", "desk.toml", "--out", "rated.csv")


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def test_files_written_together_all_appear(tmp_path: Path) -> None:
    targets = [str(tmp_path / name) for name in "ab"]
    write_together(*((target, lambda path: put(path, "año\r\n")) for target in targets))
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == ["año\r\n".encode()] * 2


def test_files_written_together_do_not_appear_when_one_fails(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        put(path, "half")
        raise ValueError("stop")

    put(tmp_path / "a", "as it was")
    with pytest.raises(ValueError, match="stop"):
        write_together((str(tmp_path / "a"), lambda path: put(path, "new")), (str(tmp_path / "b"), fail))
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("a", "as it was")]


def test_a_place_that_goes_away_takes_the_other_files_with_it(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone" / "b")
    with pytest.raises(FileNotFoundError) as caught:
        write_together(
            (str(tmp_path / "a"), lambda path: put(path, "new")), (gone, lambda path: put(path, "new"))
        )
    assert caught.value.filename == gone
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*SCORE, "--out", "ratings.csv"), "ratings.csv: must not be an input as well"),
        ((*SCORE, "--out", "desk.toml"), "desk.toml: must not be an input as well"),
        ((*SCORE, "--report", "desk.toml"), "desk.toml: must not be an input as well"),
        ((*SCORE, "--out", "./x", "--report", "x"), "x: must not be another output as well"),
        ((*SCORE, "--out", "no/s.csv"), "no: must be usable, got 'no such folder'"),
        ((*SCORE, "--out", "."), ".: must be usable, got 'is a directory'"),
        ((*SCORE, "--out", "s.csv", "--report", "no/r.html"), "no: must be usable, got 'no such folder'"),
        ((*RATE, "--evidence", "rated.csv"), "rated.csv: must not be another output as well"),
        (
            ("rate", "dialogues.jsonl", "--rubric", "coqs", "--out", "dialogues.jsonl"),
            "must not be an input",
        ),
        (("demo", "--out", "no"), "no: must be usable, got 'no such folder'"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_any_work(
    coqs_command, folder, arguments, message
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = coqs_command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_older_output_is_replaced(coqs_command, folder: Path) -> None:
    put(folder / "s.csv", "old")
    assert coqs_command(*SCORE, "--out", "s.csv").code == 0
    assert (folder / "s.csv").read_text("utf-8").startswith("interaction,")


def test_devices_stay_devices(coqs_command) -> None:
    assert coqs_command(*SCORE, "--out", os.devnull, "--report", os.devnull).code == 0
    assert Path(os.devnull).is_char_device()


@posix
def test_a_closed_pipe_ends_the_command_quietly(folder: Path) -> None:
    command = [sys.executable, "-m", "coqs", "rubric", "show", "security"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_output_is_told_in_one_message(shell) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = shell("rubric", "list", stdout=full)
    assert done.returncode == 2
    assert done.stderr == "coqs: output: must be usable, got 'no space left on device'; check the path\n"


@posix
def test_an_interrupt_ends_the_command_quietly_and_leaves_nothing(folder: Path) -> None:
    os.mkfifo(folder / "slow")
    command = [sys.executable, "-m", "coqs", "rate", "slow", "--rubric", "desk.toml", "--out", "rated.csv"]
    # Where this runs in the background, interrupts are ignored, and children inherit that.
    process = subprocess.Popen(
        command,
        cwd=folder,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads
    )
    with (folder / "slow").open("wb"):  # opens only when the command reads
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1] == b"coqs: interrupted\n"
    assert process.returncode == 130
    assert not (folder / "rated.csv").exists()


def test_a_terminal_without_the_letters_shows_escapes(shell, folder: Path) -> None:
    put(folder / "odd.csv", "interaction,provider,greets\na,Iñaki,yes\n")
    environment = {"PYTHONIOENCODING": "ascii"}
    done = shell("score", "odd.csv", "--rubric", "desk.toml", "--by", "provider", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "I\\xf1aki" in done.stdout


def on_a_terminal(folder: Path, *setup: str) -> tuple[int, str]:
    """Run the command with a terminal as its standard error; return its code and what the terminal got."""
    import pty

    mine, theirs = pty.openpty()
    code = "; ".join([*setup, "import sys; from coqs.cli import main; sys.exit(main(sys.argv[1:]))"])
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *RATE],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    process.communicate(timeout=60)
    said = b""
    try:
        while part := os.read(mine, 4096):
            said += part
    except OSError:  # the other side is closed
        pass
    os.close(mine)
    return process.returncode, said.decode()


@posix
def test_long_work_shows_a_bar_where_standard_error_is_a_terminal(folder: Path) -> None:
    pytest.importorskip("rich")
    code, said = on_a_terminal(folder)
    assert code == 0
    assert "reading dialogues" in said
    assert "rating" in said


@posix
def test_without_rich_there_is_no_bar(folder: Path) -> None:
    assert on_a_terminal(folder, "import sys; sys.modules['rich'] = None") == (0, "")


def test_without_a_terminal_there_is_no_bar(shell) -> None:
    done = shell(*RATE)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_rows_align_to_no_lines() -> None:
    assert aligned([]) == []


def test_a_command_whose_outputs_are_closed_ends_without_a_traceback(folder: Path) -> None:
    command = f"{sys.executable} -m coqs"
    deaf = ["sh", "-c", f"{command} plugins >&-"]
    quiet = subprocess.run(deaf, cwd=folder, capture_output=True, check=False)
    assert (quiet.returncode, quiet.stderr) == (0, b"")
    blind = ["sh", "-c", f"{command} score none.csv --rubric desk.toml 2>&-"]
    assert subprocess.run(blind, cwd=folder, capture_output=True, check=False).returncode == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--seed", "-1"], "must be a whole number from 0"),
        (["--n", "99999999999999"], "memory: must hold the whole input"),
    ],
)
def test_a_demo_that_cannot_be_made_is_told_in_one_message(shell, asked: list[str], said: str) -> None:
    done = shell("demo", *asked)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without an end")
def test_a_rubric_without_an_end_is_refused(shell) -> None:
    done = shell("rubric", "check", "/dev/zero")
    assert (done.returncode, done.stdout) == (2, "")
    assert "must be a rubric of at most 16777216 bytes" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("interaction;greets\na;yes\n", "give --separator semicolon"),
        ("id,greets\na,yes\n", "--columns OURS=THEIRS"),
        ("interaction,at,greets\na,2026-05-12T09:30:00,yes\n", "or give --tz"),
        ("interaction,rater,greets\na,x,yes\na,y,no\n", "name one with --rater"),
    ],
)
def test_a_cure_names_the_option_and_not_an_argument_of_python(coqs_command, folder, text, told):
    (folder / "own.csv").write_text(text, encoding="utf-8")
    done = coqs_command("explain", "own.csv", "--rubric", "desk.toml", "--interaction", "a")
    assert done.code == 2
    assert told in done.err
    assert not re.search(r"\b(?:separator|columns|tz|rater)=", done.err)


def test_a_table_of_turns_is_asked_for_its_layout(coqs_command, folder):
    (folder / "talks.csv").write_text("call,who,said\n1,ann,hello\n", encoding="utf-8")
    done = coqs_command("rate", "talks.csv", "--rubric", "desk.toml", "--out", "out.csv")
    assert done.code == 2
    assert "--from" in done.err
    assert not (folder / "out.csv").exists()
