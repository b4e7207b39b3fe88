"""Files that a command writes: looked over before the work, written together after it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from coqs.errors import CoqsError, MissingDependencyError
from coqs.results import Scores
from coqs.whole_file import opened_whole

Write = Callable[[Path], None]


def check_places(*outputs: str | None, given: Sequence[str] = ()) -> None:
    """Refuse what could not be written, or would overwrite an input or another output, before any work."""
    taken = {os.path.realpath(each): "an input" for each in given}
    for output in outputs:
        if output is None:
            continue
        path = Path(os.path.realpath(output))
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output)
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(Path(output).parent))
        if path.exists() and not path.is_file():
            continue  # a terminal or a device may be named twice
        if str(path) in taken:
            raise CoqsError(f"{output}: must not be {taken[str(path)]} as well; choose another name")
        taken[str(path)] = "another output"


def check_report() -> None:
    """Refuse to begin work whose report could not be written for want of a library."""
    if find_spec("jinja2") is None:
        raise MissingDependencyError("the report", library="jinja2", extra="report")


def report_of(scores: Scores) -> Write:
    """Return what writes the report; its room is imported only where a report is asked for."""
    from coqs.report import write_report

    return lambda path: write_report(scores, path)


def write_together(*outputs: tuple[str, Write]) -> None:
    """Write files so that either all of them appear or none does.

    Each is made in a folder apart, then copied beside its place; only when every one stands there are
    they put in place.
    """
    with tempfile.TemporaryDirectory(prefix="coqs-") as folder, contextlib.ExitStack() as places:
        drafts = [(Path(folder, str(number)), target) for number, (target, _) in enumerate(outputs)]
        for (draft, _), (_, write) in zip(drafts, outputs, strict=True):
            write(draft)
        for draft, target in drafts:
            file = places.enter_context(opened_whole(target))
            with draft.open(encoding="utf-8", newline="") as made:
                shutil.copyfileobj(made, file)
