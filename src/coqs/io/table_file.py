"""A file of rows that are sheets, of any of our formats, and how it is to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

import attrs

from coqs.io.cell_texts import has_pyarrow
from coqs.io.csv_arrow import arrow_csv_pieces
from coqs.io.csv_in import CsvOptions, csv_pieces, read_header
from coqs.io.dialect import Format, encoding_of, format_of, separator_of
from coqs.io.json_in import json_pieces
from coqs.io.lines import MAX_LINE_BYTES, Input, Progress, Source
from coqs.io.parquet_in import opened_parquet, parquet_pieces
from coqs.io.pieces import Piece

BATCH = 128 * 2**10
MANY = ("interaction", "customer", "issue", "at")
"""Columns of context in which most rows may differ."""


@attrs.frozen(kw_only=True)
class TableFile:
    """A file of sheets; see `coqs.read_ratings` for what the fields mean."""

    path: Source
    columns: Mapping[str, str] | None = None
    absences: Mapping[str, str] | None = None
    facts: Iterable[str] = ()
    tz: str | None = None
    format: str | None = None
    encoding: str | None = attrs.field(default=None, converter=encoding_of)
    separator: str | None = None
    max_line_bytes: int = MAX_LINE_BYTES
    progress: Progress | None = None
    kind: Format = attrs.field(init=False)
    """The format, whether it was given or shows in the name."""
    _mark: str = attrs.field(init=False)

    @kind.default
    def _kind(self) -> Format:
        return format_of(self.path, self.format)

    @_mark.default
    def _character(self) -> str:
        return separator_of(self.path, self.separator)

    def reporting(self, progress: Progress | None) -> Self:
        """Return the same, which tells how far it is."""
        return attrs.evolve(self, progress=progress)

    def _how(self) -> dict[str, Any]:
        """Return how a table of the file is to be read."""
        return {"columns": self.columns, "absences": self.absences, "facts": self.facts, "tz": self.tz}

    def _pieces(self, given: Input, most: int | None) -> Iterator[Piece]:
        if self.kind == "parquet":
            file = opened_parquet(given, few=self._few())
            return parquet_pieces(given, file, most=most or BATCH, progress=self.progress)
        if self.kind == "jsonl":
            return json_pieces(
                given,
                max_line_bytes=self.max_line_bytes,
                progress=self.progress,
                encoding=self.encoding,
            )
        options = self._csv()
        header = read_header(given, options)
        if has_pyarrow() and self._mark.isascii():
            return arrow_csv_pieces(given, header, options, few=self._few(), most=most)
        return csv_pieces(given, header, options, most=most)

    def _csv(self) -> CsvOptions:
        return CsvOptions(
            separator=self._mark,
            encoding=self.encoding,
            id_columns=tuple(map(self._theirs, self._ids())),
            max_line_bytes=self.max_line_bytes,
            progress=self.progress,
        )

    def _theirs(self, name: str) -> str:
        return (self.columns or {}).get(name, name)

    def _ids(self) -> tuple[str, ...]:
        """Return our names for the columns of ids, one of which a file must have."""
        return ("interaction",)

    def _few_names(self) -> frozenset[str]:
        """Return our names for the columns that hold few different texts."""
        raise NotImplementedError

    def _few(self) -> frozenset[str]:
        return frozenset(map(self._theirs, self._few_names() - {*MANY}))
