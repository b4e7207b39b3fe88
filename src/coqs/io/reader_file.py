"""The file that a reader is handed: open, unpacked and decoded, in whichever form it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO

import attrs

from coqs.errors import RecordError, Spot
from coqs.io.csv_in import CsvOptions, csv_rows, read_header
from coqs.io.dialect import separator_of
from coqs.io.json_values import json_values
from coqs.io.lines import Input, Progress, text_lines
from coqs.io.pieces import line_spot
from coqs.readers import Convert, Placed, Reader


@attrs.frozen
class ReadingOptions:
    """How files are to be read, as the caller says."""

    max_line_bytes: int
    progress: Progress | None
    speakers: Mapping[str, str]
    start: dt.datetime | None
    encoding: str | None


MAY_BE_IDLE = ("*", "")
"""Speakers that stand for whoever else there may be, and so for nobody in some files."""


@attrs.define
class Asked:
    """Which of the caller's words a reader asked for, so that those it has no use for can be told."""

    speakers: set[str] = attrs.field(factory=set)
    start: bool = False

    def check(self, options: ReadingOptions, reader: Reader) -> None:
        """Refuse a speaker who never spoke, and a start that the reader has no use for."""
        for name in options.speakers:
            if name not in self.speakers and name not in MAY_BE_IDLE:
                problem = f"speakers: must name speakers of the file, got {name!r}, whom reader"
                cure = "look how the file spells it, or leave it out"
                raise RecordError(f"{problem} {reader.name!r} met nowhere; {cure}")
        if options.start is not None and not self.start:
            problem = f"start: must be left out with reader {reader.name!r}, got one"
            raise RecordError(f"{problem}; its files state their times, or none are known")


@attrs.frozen
class OpenFile:
    """One file for one reader; see `coqs.readers.ReaderFile`."""

    given: Input
    options: ReadingOptions
    asked: Asked

    @property
    def name(self) -> str:
        path = PurePath(self.given.name)
        return PurePath(path.stem if path.suffix == ".gz" else path).stem

    def lines(self) -> Iterator[tuple[int, str]]:
        for number, text in self._text_lines():
            yield number, text.rstrip("\r\n")

    def _text_lines(self) -> Iterator[tuple[int, str]]:
        options = self.options
        return text_lines(
            self.given,
            max_line_bytes=options.max_line_bytes,
            progress=options.progress,
            encoding=options.encoding,
        )

    def values(self) -> Iterator[tuple[Spot, Any]]:
        return json_values(
            self.given,
            max_value_bytes=self.options.max_line_bytes,
            progress=self.options.progress,
            encoding=self.options.encoding,
        )

    def rows(self, id_column: str, *, separator: str | None = None) -> Iterator[tuple[Spot, dict[str, str]]]:
        options = CsvOptions(
            separator=separator_of(self.given.name, separator),
            encoding=self.options.encoding,
            id_columns=(id_column,),
            max_line_bytes=self.options.max_line_bytes,
            progress=self.options.progress,
            rows="rows",
            cure="name the column of ids in the mapping, or choose another reader",
        )
        header = read_header(self.given, options)
        for line, row in csv_rows(self.given, options, first=header.next_line):
            if len(row) != len(header.names):
                problem = f"must have {len(header.names)} cells, as the header has, got {len(row)}"
                cure = "quote cells that hold a separator"
                raise self.given.refusal(f"{problem}; {cure}", line=line)
            yield line_spot(line), dict(zip(header.names, row, strict=True))

    def content(self) -> BinaryIO:
        return self.given.file  # type: ignore[no-any-return]

    def each(self, convert: Convert) -> Iterator[Placed]:
        for place, value in self.values():
            try:
                record: Any = convert(value)
            except RecordError as error:
                record = error
            yield place, record

    def place(self, line: int) -> Spot:
        return line_spot(line)

    def role(self, speaker: str, known: Mapping[str, str]) -> str | None:
        self.asked.speakers.add(speaker)
        return self.options.speakers.get(speaker) or known.get(speaker)

    def start(self) -> dt.datetime | None:
        self.asked.start = True
        return self.options.start
