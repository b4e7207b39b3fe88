"""Files that are written whole or not at all.

Floor 0: the standard library only. What stands in a file is the business of the rooms that write it.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

__all__ = ["opened_whole", "opened_whole_binary", "write_whole"]


@contextlib.contextmanager
def opened_whole(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Open a UTF-8 text file that appears under its name only when the block ends well.

    Until then the text stands beside it under a name of its own; when the block raises it is removed,
    and a file that was there before stays as it was. Line ends are written as they are given.

    Raises
    ------
    OSError
        The folder is not there or cannot be written to, or the path is a folder; its `filename` is
        the path as it was given.
    """
    with opened_whole_binary(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
        finally:
            text.detach()


@contextlib.contextmanager
def opened_whole_binary(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file that appears under its name only when the block ends well; see `opened_whole`."""
    given = Path(path)
    if given.exists() and not given.is_file() and not given.is_dir():
        # A terminal, a pipe or a device cannot be replaced by a file, and must not be.
        with given.open("wb") as straight:
            yield straight
        return
    target = Path(os.path.realpath(path))  # a link keeps pointing at what it pointed at
    draft = target.with_name(f".coqs-{secrets.token_hex(8)}")
    try:
        with _named(path):
            file = draft.open("xb")
        with file:
            yield file
            with _named(path):
                file.flush()
                os.fsync(file.fileno())
        with _named(path):
            _put_in_place(draft, target)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _named(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let an error name the path that the caller knows, not the draft beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None


def _put_in_place(draft: Path, target: Path) -> None:
    if target.is_file():
        draft.chmod(stat.S_IMODE(target.stat().st_mode))
    draft.replace(target)


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write a text as a UTF-8 file, whole or not at all; see `opened_whole`."""
    with opened_whole(path) as file:
        file.write(text)
