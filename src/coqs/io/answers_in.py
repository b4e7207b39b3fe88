"""Answers to a questionnaire from a file of any of our formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs

from coqs.answers import Answers
from coqs.answers.tables_in import IDS
from coqs.errors import RecordError
from coqs.io.lines import MAX_LINE_BYTES, Progress, Source, opened
from coqs.io.pieces import joined
from coqs.io.table_file import TableFile
from coqs.model import CONTEXT
from coqs.rubric.questionnaire import Questionnaire


@attrs.frozen(kw_only=True)
class AnswersFile(TableFile):
    """A file of answers, and how it is to be read; see `read_answers` for what the fields mean."""

    questionnaire: Questionnaire

    def whole(self) -> Answers:
        """Return all sheets."""
        with opened(self.path) as given:
            piece = joined(self._pieces(given, None))
            try:
                return Answers.from_placed_table(
                    piece.table, self.questionnaire, place=piece.spots, **self._how()
                )
            except RecordError as error:
                raise given.named(error) from None

    def _ids(self) -> tuple[str, ...]:
        return IDS

    def _few_names(self) -> frozenset[str]:
        boxes = [item.id for item in self.questionnaire.items if item.is_scored]
        return frozenset([*CONTEXT, "item", *boxes])


def read_answers(
    path: Source,
    questionnaire: Questionnaire,
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
) -> Answers:
    """Read answers from a file, wide or long: CSV with a header, Parquet, or JSON lines.

    Parameters
    ----------
    path
        The file, gzip-compressed if its name ends in ``.gz``; or a binary file object.
    questionnaire, columns, absences, facts, tz
        What was asked, and how the table is written: as for `Answers.from_table`.
    format, encoding, separator, max_line_bytes, progress
        How the file is written: as for `coqs.read_ratings`.

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
    return AnswersFile(path=path, questionnaire=questionnaire, **known, **written, **bounds).whole()
