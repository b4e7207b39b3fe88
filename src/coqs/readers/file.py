"""What a reader is handed, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from coqs.errors import RecordError, Spot

Placed = tuple[Spot, Mapping[str, Any] | RecordError]
"""Where a record stands, and the record; or in its place the error that says why it cannot be used."""
Convert = Callable[[Any], Mapping[str, Any]]
"""Makes a record of ours from one of theirs, or raises `RecordError` and loses only this one."""


class ReaderFile(Protocol):
    """The file that a reader is handed: open, unpacked and decoded, in whichever form it asks for.

    A file is gone through once, so a reader asks for one form only. What cannot be had (bytes of
    another encoding, a syntax error, a line that is too long) raises `RecordError` with its line.
    """

    @property
    def name(self) -> str:
        """The file's name without folder and endings, for an id where the file states none."""

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line of the text, without its end, with its number from 1."""

    def values(self) -> Iterator[tuple[Spot, Any]]:
        """Yield JSON values with their places: those of one list, or those that follow each other.

        One value is in memory at a time, so a list may be as long as it likes, on one line or many.
        """

    def rows(self, id_column: str, *, separator: str | None = None) -> Iterator[tuple[Spot, dict[str, str]]]:
        """Yield the rows of CSV as columns with cells; without `id_column` there is no header."""

    def content(self) -> BinaryIO:
        """Return the bytes, unpacked, for a form of the reader's own."""

    def each(self, convert: Convert) -> Iterator[Placed]:
        """Yield a record for each JSON value; a `RecordError` of `convert` stands for that one."""

    def place(self, line: int) -> Spot:
        """Name a line, to be yielded with the record that stands there."""

    def role(self, speaker: str, known: Mapping[str, str]) -> str | None:
        """Return who a speaker of the file is: as the caller says, else as `known` does, else None."""

    def start(self) -> datetime | None:
        """Return when the recording began, in UTC, where the caller says so."""
