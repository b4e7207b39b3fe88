"""The `coqs` command, on a core install.

Floor 6, above io and report. This file, `arguments` with the options that it gathers, and `text` import
nothing of the house but `errors`, so that help answers at once; each command imports its rooms when it runs.
Only this room reads the environment, and only it prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from argparse import Namespace
from collections.abc import Sequence

from coqs.cli.arguments import parsed
from coqs.cli.text import tell
from coqs.errors import CoqsError

__all__ = ["main"]

UNUSABLE = 2
INTERRUPTED = 128 + 2  # as shells report a process that SIGINT ended
BROKEN_PIPE = 128 + 13  # and one that SIGPIPE ended
_OPTIONS = (
    (re.compile(r"\bcolumns=\{(?:\.\.\.|…)\}"), "--columns OURS=THEIRS"),
    (re.compile(r"\babsences=\{(?:\.\.\.|…)\}"), "--absence THEIRS=OURS"),
    (re.compile(r"\bseparator='(\w+)'"), r"--separator \1"),
    (re.compile(r"(?<=\bwith )(encoding|rater|reason)=(?!\w)"), r"--\1"),
    (re.compile(r"(?<=\bgive )(tz|format)=(?!\w)"), r"--\1"),
    (re.compile(r"(?<=\braise )max_line_bytes\b"), "--max-line-bytes"),
)
"""What a cure of the library names, and what the shell calls it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    0 is done, 1 findings that the caller asked to fail on, 2 unusable input with one message on
    standard error and nothing half-written; 130 interrupted, 141 nobody reads the output any more.
    """
    _replace_closed_streams()
    _spare_odd_terminals()
    try:
        code = _run(parsed(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except SystemExit as stop:  # argparse ends so, after help and after an error
        return stop.code if isinstance(stop.code, int) else 0
    except BrokenPipeError:
        _let_go_of_output()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED
    except (CoqsError, OSError) as error:
        tell(_message(error))
        _let_go_of_output_if_broken()
        return UNUSABLE
    except MemoryError:
        tell("memory: must hold the whole input, got too much of it; give less at a time")
        return UNUSABLE
    return code


def _run(arguments: Namespace) -> int:
    """Import the room of the command and run it."""
    match arguments.command:
        case "demo":
            from coqs.cli.demo import demo as run
        case "score":
            from coqs.cli.score import score as run
        case "rate":
            from coqs.cli.rate import rate as run
        case "explain":
            from coqs.cli.explain import explain as run
        case "compare":
            from coqs.cli.compare import compare as run
        case "backtest":
            from coqs.cli.backtest import backtest as run
        case "survey":
            from coqs.cli.survey import survey as run
        case "promises":
            from coqs.cli.promises import promises as run
        case "journey":
            from coqs.cli.journey import journey as run
        case "issues":
            from coqs.cli.issues import issues as run
        case "questionnaire":
            from coqs.cli.questionnaire import questionnaire as run
        case "rubric":
            from coqs.cli.rubric import rubric as run
        case "policy":
            from coqs.cli.policy import policy as run
        case _:
            from coqs.cli.plugins import plugins as run
    return run(arguments)


def _message(error: CoqsError | OSError) -> str:
    if isinstance(error, CoqsError):
        return _in_words_of_the_shell(str(error))
    problem = (error.strerror or type(error).__name__).lower()
    return f"{error.filename or 'output'}: must be usable, got {problem!r}; check the path"


def _in_words_of_the_shell(message: str) -> str:
    """Name the options where a cure of the library names the arguments of a function."""
    for pattern, option in _OPTIONS:
        message = pattern.sub(option, message)
    return message


def _replace_closed_streams() -> None:
    """Let what nobody can read go nowhere: a shell may start a command with its outputs closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            from pathlib import Path  # not on the way to help

            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end


def _spare_odd_terminals() -> None:
    """Let a character that the terminal's encoding lacks be shown as an escape, not break the command."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _let_go_of_output_if_broken() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _let_go_of_output()


def _let_go_of_output() -> None:
    """Keep the interpreter from writing to a broken output once more on its way out."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
