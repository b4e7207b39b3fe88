"""Files that a command writes: looked over before the work, written together after it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from coqs.errors import CoqsError, MissingDependencyError
from coqs.io import behind, scores_columns, table_in
from coqs.results import Scores
from coqs.whole_file import opened_whole_binary

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


def report_of(scores: Scores, *, tz: str | None = None, journey: str | None = None) -> Write:
    """Return what writes the report; its room is imported only where a report is asked for."""
    from coqs.report import write_report

    return lambda path: write_report(scores, path, tz=tz, journey=journey)


def write_together(*outputs: tuple[str, Write]) -> None:
    """Write files so that either all of them appear or none does.

    Each is made in a folder apart, then copied beside its place; only when every one stands there are
    they put in place.
    """
    with contextlib.ExitStack() as places:
        for target, write in outputs:
            write_beside(places, target, write)


def write_beside(places: contextlib.ExitStack, target: str, write: Write) -> None:
    """Write a file beside its place, where it is put when the places are left."""
    with tempfile.TemporaryDirectory(prefix="coqs-") as folder:
        draft = Path(folder, f"draft{''.join(Path(target).suffixes[-2:])}")  # a name may tell the format
        write(draft)
        file = places.enter_context(opened_whole_binary(target))
        with draft.open("rb") as made:
            shutil.copyfileobj(made, file)


@contextlib.contextmanager
def scores_beside(
    places: contextlib.ExitStack, target: str | None, names: Sequence[str] | None
) -> Iterator[Callable[[Scores], None]]:
    """Yield what takes scores, batch after batch, and writes them beside their place.

    `names` are the columns of the file that the ratings came from, where they are known.
    """
    if target is None:
        yield lambda _scores: None
        return

    def columns_of(scores: Scores) -> None:
        write(scores_columns(scores, names))

    place = places.enter_context(opened_whole_binary(target))
    shows_at_once = Path(target).exists() and not Path(target).is_file()  # as devices do
    with tempfile.TemporaryFile() if shows_at_once else contextlib.nullcontext(place) as file:
        with table_in(file, target) as write, behind(columns_of) as take:
            yield take
        if shows_at_once:
            file.seek(0)
            shutil.copyfileobj(file, place)
