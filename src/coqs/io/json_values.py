"""JSON values one at a time: those of one list, or those that follow each other, on lines or over them."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from typing import Any

from coqs.errors import RecordError, Spot
from coqs.io.dialect import UTF_8
from coqs.io.json_records import strict_value
from coqs.io.lines import BOM, MAX_LINE_BYTES, Input, Progress, problem_of
from coqs.io.recoding import MARKS, Recoded

BLOCK = 2**16
_BLANK = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'["{}\[\]]')
_IN_TEXT = re.compile(r'["\\]')
_PLAIN_END = re.compile(r"[\s,\]\[{}]")
_OPENING = "{["


def json_values(
    given: Input,
    *,
    max_value_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
    encoding: str | None = UTF_8,
) -> Iterator[tuple[Spot, Any]]:
    """Yield each value with its place; only one of them is in memory.

    Where the file opens with a list, its items are the values; else the values that follow each other,
    as in a file of JSON lines. A value that is longer than `max_value_bytes` is refused.
    """
    if max_value_bytes < 1:
        raise RecordError(f"max_line_bytes: must be at least 1, got {max_value_bytes}; raise it")
    text = _Text(given, max_value_bytes, progress, encoding)
    in_list = text.next_mark() == "["
    if in_list:
        text.skip()
    number = 0
    while _has_another(text, in_list=in_list, first=number == 0):
        spot = Spot(f"line {text.line}, record {number}", text.line)
        yield spot, strict_value(given, text.line, text.value())
        number += 1
    if in_list and text.next_mark():
        raise given.refusal("must end with its list, got more behind it; mend the file", line=text.line)
    if not number:
        raise given.refusal("must hold one record or more, got an empty file; check the path")
    text.report_end()


def _has_another(text: _Text, *, in_list: bool, first: bool) -> bool:
    """Go to the beginning of the next value; false where no more comes."""
    mark = text.next_mark()
    if not in_list:
        return bool(mark)
    if mark == "]":
        text.skip()
        return False
    if not first:
        if mark != ",":
            raise text.refusal("must have a comma or the end of its list here, got neither")
        text.skip()
        mark = text.next_mark()
    if mark in ("", "]", ","):
        raise text.refusal("must have a value here, got none")
    return True


class _Text:
    """The text of a file as a window that moves on, with the line that it stands on."""

    def __init__(self, given: Input, longest: int, progress: Progress | None, encoding: str | None) -> None:
        self._given, self._longest, self._progress = given, longest, progress
        self._window, self._at, self._ended = "", 0, False
        self.line = 1
        """The line on which the next character stands."""
        self._begun = self._raw(len(BOM)) if encoding is None else b""
        if encoding is None and self._begun.startswith(MARKS):
            encoding = "utf-16"
        if encoding not in (None, UTF_8):
            given.file, self._begun = Recoded(given.file, str(encoding), self._begun), b""
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()

    def refusal(self, problem: str) -> RecordError:
        """Make the error that names the line where the text stands."""
        return self._given.refusal(f"must be JSON; it {problem}; mend the file", line=self.line)

    def report_end(self) -> None:
        """Tell that all was read."""
        if self._progress is not None:
            self._progress(self._given.size, self._given.size)

    def next_mark(self) -> str:
        """Go to the next character that is not blank, and return it; empty at the end."""
        while True:
            found = _BLANK.match(self._window, self._at)
            self._go(found.end() if found else self._at)
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._fill():
                return ""

    def skip(self) -> None:
        """Go past one character."""
        self._go(self._at + 1)

    def value(self) -> str:
        """Take the text of the value that begins here; what was passed is forgotten now and then."""
        if self._at > BLOCK:
            self._window, self._at = self._window[self._at :], 0
        start_line = self.line
        end = self._end_of_text() if self._window[self._at] == '"' else self._end_of_others()
        text = self._window[self._at : end]
        if len(text) > self._longest or len(text.encode("utf-8", "replace")) > self._longest:
            raise self._too_long(start_line)
        self._go(end)
        return text

    def _end_of_others(self) -> int:
        if self._window[self._at] not in _OPENING:
            return self._end_of_plain()
        depth, at = 0, self._at
        while True:
            found = _MARK.search(self._window, at)
            if found is None:
                at = self._more(len(self._window))
                if at < 0:
                    return len(self._window)  # cut off: whoever reads it says so
                continue
            at = found.end()
            if found[0] == '"':
                at = self._end_of_text(found.start())
            else:
                depth += 1 if found[0] in _OPENING else -1
            if depth <= 0:
                return at

    def _end_of_plain(self) -> int:
        at = self._at + 1
        while (found := _PLAIN_END.search(self._window, at)) is None:
            at = self._more(len(self._window))
            if at < 0:
                return len(self._window)
        return found.start()

    def _end_of_text(self, start: int | None = None) -> int:
        """Return where a text in quotes ends, which begins here or at `start`."""
        begun = self._at if start is None else start
        at = begun + 1
        while True:
            found = _IN_TEXT.search(self._window, at)
            if found is None or (found[0] == "\\" and found.end() >= len(self._window)):
                kept = len(self._window) if found is None else found.start()
                at = self._more(kept)
                if at < 0:
                    return len(self._window)
            elif found[0] == "\\":
                at = found.end() + 1
            else:
                return found.end()

    def _more(self, at: int) -> int:
        """Read on in the middle of a value, whose place in the window stays; -1 at the end."""
        if len(self._window) - self._at > self._longest:
            raise self._too_long(self.line)
        return at if self._fill() else -1

    def _too_long(self, line: int) -> RecordError:
        problem = f"must hold records of at most {self._longest} bytes, got a longer one"
        cure = "check the file, or raise max_line_bytes"
        return self._given.refusal(f"{problem}; {cure}", line=line)

    def _go(self, to: int) -> None:
        self.line += self._window.count("\n", self._at, to)
        self._at = to

    def _fill(self) -> bool:
        """Read another block; false where no more comes."""
        if self._ended:
            return False
        self._window += self._decoded(self._block())
        if self._progress is not None:
            self._progress(self._given.position(), self._given.size)
        return True

    def _block(self) -> bytes:
        """Read as much again as the value has so far, so that a long one is not copied over and over."""
        if self._begun:
            begun, self._begun = self._begun, b""
            return begun
        return self._raw(max(BLOCK, len(self._window) - self._at))

    def _raw(self, n: int) -> bytes:
        try:
            raw = self._given.file.read(n)
        except UnicodeError:
            raise self._other_encoding(len(self._window)) from None
        except (OSError, EOFError, zlib.error) as error:
            problem = f"must be readable to its end, got {problem_of(error)!r}; fetch the file again"
            raise self._given.refusal(problem, line=self._line_at(len(self._window))) from None
        if not isinstance(raw, bytes):
            problem = f"must be open in binary, got {type(raw).__name__}; open it with 'rb'"
            raise self._given.refusal(problem)
        self._ended = not raw
        return raw

    def _decoded(self, raw: bytes) -> str:
        try:
            return self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            lines = error.object[: error.start].count(b"\n")
            raise self._other_encoding(len(self._window), lines) from None

    def _other_encoding(self, at: int, lines: int = 0) -> RecordError:
        problem = "must be UTF-8, got another encoding; save it as UTF-8, or name its own with encoding="
        return self._given.refusal(problem, line=self._line_at(at) + lines)

    def _line_at(self, at: int) -> int:
        return self.line + self._window.count("\n", self._at, at)
