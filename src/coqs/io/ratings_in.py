"""Ratings from a file of any of our formats: as a whole, or in batches."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from coqs.errors import RecordError
from coqs.io.background import ahead
from coqs.io.cell_texts import has_pyarrow
from coqs.io.csv_in import read_header
from coqs.io.lines import MAX_LINE_BYTES, Input, Progress, Source, opened
from coqs.io.parquet_in import opened_parquet
from coqs.io.pieces import Piece, joined
from coqs.io.table_file import BATCH, TableFile
from coqs.io.whole_interactions import SeenInteractions, whole_interactions
from coqs.model import CONTEXT
from coqs.ratings import Ratings
from coqs.rubric import Numeric, Rubric


@attrs.frozen(kw_only=True)
class RatingsFile(TableFile):
    """A file of ratings, and how it is to be read; see `read_ratings` for what the fields mean."""

    rubric: Rubric

    @property
    def can_be_parted(self) -> bool:
        """Whether batches give what the whole does: a later row may settle what a fact or a column is."""
        is_file = isinstance(self.path, str | os.PathLike) and Path(self.path).is_file()
        return is_file and self.kind != "jsonl" and {*self.facts} <= {*self.rubric.fact_ids}

    def whole(self) -> Ratings:
        """Return all rows."""
        with opened(self.path) as given:
            return self._ratings(given, joined(self._pieces(given, None)))

    def batches(self, *, rows: int = BATCH) -> Iterator[Ratings]:
        """Yield the rows in batches, those of one interaction always in one.

        Raises
        ------
        Recurrence
            An interaction comes again after others, so that only the whole file will do.
        """
        batches = self._in_order(rows)
        yield from ahead(batches) if has_pyarrow() else batches

    def _in_order(self, rows: int) -> Generator[Ratings, None, None]:
        seen = SeenInteractions()
        with opened(self.path) as given:
            for piece in whole_interactions(self._pieces(given, rows), self._theirs("interaction")):
                ratings = self._ratings(given, piece)
                seen.add(ratings.interaction)
                yield ratings
        seen.check()

    def names(self) -> list[str] | None:
        """Return our names for the columns of a CSV or Parquet file, if it can be read once more for them."""
        if not self.can_be_parted:
            return None
        ours = {theirs: name for name, theirs in (self.columns or {}).items()}
        with opened(self.path) as given:
            if self.kind == "parquet":
                found = opened_parquet(given, few=()).schema_arrow.names
            else:
                found = read_header(given, self._csv()).names
        return [ours.get(name, name) for name in found]

    def _ratings(self, given: Input, piece: Piece) -> Ratings:
        try:
            return Ratings.from_placed_table(
                piece.table,
                self.rubric,
                place=piece.spots,
                **self._how(),
            )
        except RecordError as error:
            raise given.named(error) from None

    def _few_names(self) -> frozenset[str]:
        levels = [each.id for each in self.rubric.criteria if not isinstance(each.scale, Numeric)]
        facts = [fact.id for fact in self.rubric.facts if fact.kind != "number"]
        return frozenset(["rater", *CONTEXT, "criterion", "level", *levels, *facts])


def read_ratings(
    path: Source,
    rubric: Rubric,
    *,
    columns: Mapping[str, str] | None = None,
    absences: Mapping[str, str] | None = None,
    facts: Iterable[str] = (),
    tz: str | None = None,
    format: Literal["csv", "parquet", "jsonl"] | None = None,  # noqa: A002  # the word that people look for
    encoding: str | None = None,
    separator: str | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
) -> Ratings:
    """Read ratings from a file, wide or long: CSV with a header, Parquet, or JSON lines.

    In CSV an empty cell is unanswered, rows without any content are passed over, and an apostrophe before
    what could start a formula is taken off. CSV is read by pyarrow where that is installed, with the same
    result; Parquet needs it (extra ``arrow``).

    Parameters
    ----------
    path
        The file, gzip-compressed if its name ends in ``.gz``; or a binary file object.
    rubric, columns, absences, facts, tz
        What was asked, and how the table is written: as for `Ratings.from_table`.
    format
        "csv", "parquet" or "jsonl". Left out, the name tells: ``.parquet`` and ``.pq``, ``.jsonl`` and
        ``.ndjson``; every other name is CSV.
    encoding
        Of CSV and JSON lines, by name, such as "cp1252", "latin-1" or "utf-16". Left out, UTF-8, or
        UTF-16 where the file begins with its byte-order mark.
    separator
        Between the cells of CSV: "comma", "semicolon", "tab", "pipe", or a character. Left out, a comma,
        or a tab where the name ends in ``.tsv``.
    max_line_bytes
        A longer line is refused before it is read.
    progress
        Called now and then with (bytes done, bytes in all); all is 0 where it cannot be known.

    Raises
    ------
    RecordError
        The file or its table cannot be used; with ``path``, ``line`` where one line is at fault, and
        ``failures``, each with its line and column.
    NotFoundError
        No such format, encoding or separator.
    MissingDependencyError
        A Parquet file without pyarrow; or a ``tz`` without zone data (extra ``zones``).
    """
    known: dict[str, Any] = {"columns": columns, "absences": absences, "facts": facts, "tz": tz}
    written: dict[str, Any] = {"format": format, "encoding": encoding, "separator": separator}
    bounds: dict[str, Any] = {"max_line_bytes": max_line_bytes, "progress": progress}
    return RatingsFile(path=path, rubric=rubric, **known, **written, **bounds).whole()
