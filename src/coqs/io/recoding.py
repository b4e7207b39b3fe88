"""Read a file of another encoding as if it were UTF-8, a block at a time."""

from __future__ import annotations

import codecs
from typing import Any

BLOCK = 2**16
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""The byte-order marks of UTF-16, which no UTF-8 file begins with."""


class Recoded:
    """A binary file whose bytes come out as UTF-8; what cannot be decoded raises where it stands.

    Parameters
    ----------
    file
        What to read from.
    encoding
        How it is written.
    begun
        Bytes that were read from it already.
    """

    def __init__(self, file: Any, encoding: str, begun: bytes = b"") -> None:
        self._file = file
        self._begun = begun
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready, self._at = b"", 0
        self._fault: UnicodeError | None = None
        self._ended = False
        self._started = False

    def readline(self, limit: int) -> bytes:
        """Read up to and with the end of a line, or the limit."""
        end = self._end_of_line(limit)
        while end < 0 and self._fill():
            end = self._end_of_line(limit)
        if end < 0 and self._fault is not None:
            raise self._fault
        return self._taken(len(self._ready) if end < 0 else end)

    def read(self, n: int) -> bytes:
        """Read up to n bytes, none only at the end; what stands before a fault comes first."""
        if self._at == len(self._ready) and not self._fill() and self._fault is not None:
            raise self._fault
        return self._taken(min(len(self._ready), self._at + n))

    def _end_of_line(self, limit: int) -> int:
        found = self._ready.find(b"\n", self._at, self._at + limit)
        if found >= 0:
            return found + 1
        return self._at + limit if len(self._ready) - self._at >= limit else -1

    def _taken(self, end: int) -> bytes:
        taken, self._at = self._ready[self._at : end], end
        return taken

    def _fill(self) -> bool:
        """Decode another block that holds something; false where no more comes."""
        text = b""
        while not text and not self._ended:
            raw = self._begun or self._file.read(BLOCK)
            self._begun, self._ended = b"", not raw
            text = self._decoded(raw)
        self._ready, self._at = self._ready[self._at :] + text, 0
        return bool(text)

    def _decoded(self, raw: bytes) -> bytes:
        """Return what can be decoded, and keep the fault for when that was read."""
        state = self._decoder.getstate()
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeError as fault:
            self._fault, self._ended = fault, True
            text = self._before(fault, state, raw)
        if text and not self._started:
            self._started, text = True, text.removeprefix("\ufeff")
        return text.encode("utf-8", "surrogatepass")  # which is then refused as no UTF-8

    def _before(self, fault: UnicodeError, state: tuple[bytes, int], raw: bytes) -> str:
        """Decode a faulty block again, up to the fault."""
        if not isinstance(fault, UnicodeDecodeError):
            return ""
        good = max(0, fault.start - len(state[0]))
        self._decoder.setstate(state)
        try:
            return self._decoder.decode(raw[:good])
        except UnicodeError:
            return ""


class Resumed:
    """A binary file some bytes of which were read already, and come again before the rest.

    Parameters
    ----------
    begun
        What was read.
    file
        Where the rest is; None where there is none.
    error
        What reading the rest met, raised when it is reached.
    """

    def __init__(self, begun: bytes, file: Any, error: Exception | None = None) -> None:
        self._begun, self._at = begun, 0
        self._file = file
        self._error = error

    def readline(self, limit: int) -> bytes:
        """Read up to and with the end of a line, or the limit."""
        if self._at == len(self._begun):
            return self._rest(limit)
        found = self._begun.find(b"\n", self._at, self._at + limit)
        end = found + 1 if found >= 0 else min(len(self._begun), self._at + limit)
        taken, self._at = self._begun[self._at : end], end
        if found >= 0 or len(taken) == limit:
            return taken
        return taken + self._rest(limit - len(taken))

    def _rest(self, limit: int) -> bytes:
        if self._error is not None:
            raise self._error
        rest: bytes = b"" if self._file is None else self._file.readline(limit)
        return rest
