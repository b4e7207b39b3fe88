"""Read a file line by line: UTF-8 unless told, gzip where the name says so, no line longer than allowed."""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from coqs.errors import RecordError
from coqs.io.dialect import UTF_8
from coqs.io.recoding import MARKS, Recoded
from coqs.tables import kind_of

MAX_LINE_BYTES = 16 * 2**20
"""The longest line that is read unless the caller says otherwise."""
LINES_A_REPORT = 256
BOM = b"\xef\xbb\xbf"

Source = str | os.PathLike[str] | BinaryIO
Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all); all is 0 where it cannot be known."""


@attrs.define
class Input:
    """An open binary file, and what messages and progress need to know of it."""

    name: str
    """What it is called in messages."""
    file: Any
    """What to read from; reading may put what decodes it in its place."""
    size: int = 0
    """Bytes in all, as they lie on the disk; 0 where unknown."""
    position: Callable[[], int] = lambda: 0
    """Tells how many of them were read."""

    def refusal(self, problem: str, *, line: int | None = None) -> RecordError:
        """Make the error that names this file, and the line where one is at fault."""
        place = self.name if line is None else f"{self.name}: line {line}"
        return RecordError(f"{place}: {problem}", path=self.name, line=line)

    def named(self, error: RecordError) -> RecordError:
        """Return an error of the rooms below with the name of this file before it."""
        message = f"{self.name}: {error.message}"
        return RecordError(message, path=self.name, line=error.line, failures=error.failures)


@contextlib.contextmanager
def opened(source: Source) -> Iterator[Input]:
    """Open a path for reading, or take a binary file, which stays open."""
    if isinstance(source, str | os.PathLike):
        with _file_at(Path(source)) as raw:
            size = os.fstat(raw.fileno()).st_size if raw.seekable() else 0
            file = gzip.GzipFile(fileobj=raw) if Path(source).suffix == ".gz" else raw
            yield Input(os.fspath(source), file, size, raw.tell if size else lambda: 0)
    elif isinstance(source, io.RawIOBase):
        buffered = io.BufferedReader(source)  # one byte at a time otherwise
        try:
            yield Input(_name_of(source), buffered)
        finally:
            buffered.detach()
    elif hasattr(source, "readline"):
        yield Input(_name_of(source), source)
    else:
        raise RecordError(f"file: must be a path or a binary file, got {kind_of(source)}; open it with 'rb'")


def _file_at(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        name, problem = str(path), problem_of(error)
        raise RecordError(
            f"{name}: must be a readable file, got {problem!r}; check the path", path=name
        ) from None


def _name_of(file: object) -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and name else "file"


def problem_of(error: Exception) -> str:
    """Say what went wrong below, in words that hold nothing of the file."""
    return str(getattr(error, "strerror", None) or type(error).__name__).lower()


def text_lines(
    given: Input,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
    encoding: str | None = UTF_8,
    first: int = 1,
) -> Iterator[tuple[int, str]]:
    """Yield each line, its end included, with its number; one that is too long is refused unread.

    Parameters
    ----------
    given
        What to read.
    max_line_bytes
        The longest line, as UTF-8.
    progress
        Called now and then with (bytes done, bytes in all).
    encoding
        How it is written; None for UTF-8, or UTF-16 where its byte-order mark says so.
    first
        The number of the first line; from the second on no byte-order mark is looked for.
    """
    if max_line_bytes < 1:
        raise RecordError(f"max_line_bytes: must be at least 1, got {max_line_bytes}; raise it")
    if first == 1 and encoding not in (None, UTF_8):
        given.file = Recoded(given.file, encoding)
    for number in itertools.count(first):
        line = _line(given, number, max_line_bytes, encoding)
        if number == 1 and encoding is None and line.startswith(MARKS):
            given.file = Recoded(given.file, "utf-16", line)
            line = _line(given, number, max_line_bytes, "utf-16")
        if not line:
            break
        yield number, _decoded(given, number, line, encoding)
        if progress is not None and number % LINES_A_REPORT == 0:
            progress(given.position(), given.size)
    if progress is not None:
        progress(given.size, given.size)


def _line(given: Input, number: int, longest: int, encoding: str | None) -> bytes:
    try:
        line = given.file.readline(longest + len(b"\r\n"))
    except UnicodeError:
        problem = f"must be {encoding or 'UTF-16'}, got another encoding"
        raise given.refusal(f"{problem}; name the file's own with encoding=", line=number) from None
    except (OSError, EOFError, zlib.error) as error:
        problem = f"must be readable to its end, got {problem_of(error)!r}; fetch the file again"
        raise given.refusal(problem, line=number) from None
    if not isinstance(line, bytes):
        raise given.refusal(f"must be open in binary, got lines of {type(line).__name__}; open it with 'rb'")
    if len(line.rstrip(b"\r\n")) > longest:
        problem = f"must be at most {longest} bytes long, got more; check the file, or raise max_line_bytes"
        raise given.refusal(problem, line=number)
    return line


def _decoded(given: Input, number: int, line: bytes, encoding: str | None) -> str:
    skipped = len(BOM) if number == 1 and line.startswith(BOM) else 0
    try:
        return line[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        byte = skipped + error.start + 1
        problem = f"must be UTF-8, got another encoding at byte {byte} of the line; save the file as UTF-8"
        cure = ", or name its own with encoding=" if encoding is None else ""
        raise given.refusal(f"{problem}{cure}", line=number) from None
