"""Ratings, scores and evidence to files: whole or not at all, safe to open, lossless to read again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

import numpy as np

from coqs.errors import NotFoundError
from coqs.io.cell_texts import Column, Columns
from coqs.io.tables_out import Path, opened_table
from coqs.journeys.missteps import ContactTable, Misstep
from coqs.journeys.promises import Worklist
from coqs.model import CONTEXT
from coqs.ratings import Ratings
from coqs.results import Scores
from coqs.results.export import export_columns
from coqs.tables import TIME_UNIT, Encoded

BESIDE = ("interaction", "rater", *CONTEXT, "at")
"""The columns of ids and context, in the order in which they are written."""
Layout = Literal["wide", "long"]
FileFormat = Literal["csv", "parquet", "jsonl"]


def write_ratings(
    ratings: Ratings,
    path: Path,
    *,
    layout: Layout = "wide",
    format: FileFormat | None = None,  # noqa: A002  # as in read_ratings
) -> None:
    """Write ratings as a file, from which `read_ratings` makes equal ones.

    The evidence is not written; `coqs.io.write_evidence` writes it. In CSV a text that could start a
    formula in a spreadsheet gets an apostrophe in front, which `read_ratings` takes off again.

    Parameters
    ----------
    ratings
        What to write.
    path
        The file, gzip-compressed if its name ends in ``.gz``; an older one is replaced only when the new
        one is whole.
    layout
        "wide", a row an (interaction, rater) pair and a column a criterion; or "long", a row an answer.
    format
        "csv", "parquet" or "jsonl"; left out, the name tells, as for `read_ratings`.

    Raises
    ------
    NotFoundError
        No such layout or format.
    MissingDependencyError
        Parquet without pyarrow (extra ``arrow``).
    OSError
        The file cannot be written; nothing is left behind.
    RecordError
        A text holds half of a surrogate pair, which UTF-8 cannot hold; nothing is left behind.
    """
    if layout not in get_args(Layout):
        raise NotFoundError("layout", layout, get_args(Layout), where="write_ratings")
    with opened_table(path, format) as write:
        write(ratings.to_table(layout))


def write_scores(scores: Scores, path: Path, *, format: FileFormat | None = None) -> None:  # noqa: A002
    """Write scores as a file, one row a row of the ratings.

    Ids, context and facts stand beside them. Not scored is an empty cell, or null, with its reason in
    the column ``reason``, never 0. In CSV texts that could start a formula get an apostrophe in front.

    Parameters
    ----------
    scores
        What to write; the columns are those of `Scores.to_table`.
    path
        The file, gzip-compressed if its name ends in ``.gz``; an older one is replaced only when the new
        one is whole.
    format
        "csv", "parquet" or "jsonl"; left out, the name tells, as for `read_ratings`.

    Raises
    ------
    NotFoundError
        No such format.
    MissingDependencyError
        Parquet without pyarrow (extra ``arrow``).
    OSError
        The file cannot be written; nothing is left behind.
    RecordError
        A text holds half of a surrogate pair, which UTF-8 cannot hold; nothing is left behind.
    """
    with opened_table(path, format) as write:
        write(scores_columns(scores))


def scores_columns(scores: Scores, names: Iterable[str] | None = None) -> Columns:
    """Return the columns that `write_scores` writes.

    Parameters
    ----------
    scores
        What to write.
    names
        Columns of the file that the ratings came from. Given, each of them is there, even where no row
        has anything in it, so that every batch of a file has the same columns.
    """
    found = export_columns(scores)
    known = [*found] if names is None else [*names]
    beside = {name: _beside(found, name, len(scores)) for name in BESIDE if name in known}
    return beside | {name: column for name, column in found.items() if name not in beside}


def _beside(found: Columns, name: str, n: int) -> Column:
    if name in found:
        return found[name]
    return np.full(n, "NaT", TIME_UNIT) if name == "at" else Encoded.missing(n)


def write_promises(ratings: Ratings, path: Path) -> None:
    """Write what machine raters heard promised, and when it is due, without a word of it; as CSV.

    The columns are interaction, rater, provider, customer, turn, start, end and due; turn, start and end
    are counted from 0, and due is the last moment in UTC, empty where none was said.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    """
    made = ratings.promises
    ids = {"interaction": ratings.interaction, "rater": ratings.rater}
    ids |= {name: ratings.context[name] for name in ("provider", "customer")}
    table: dict[str, Any] = {name: column.take(made.row) for name, column in ids.items()}
    with opened_table(path, "csv") as write:
        write(table | {name: getattr(made, name) for name in ("turn", "start", "end", "due")})


def write_worklist(worklist: Worklist, path: Path, *, format: FileFormat | None = None) -> None:  # noqa: A002
    """Write what is still owed as a file, a row a promise, safe to open in a spreadsheet.

    No word that was said is in it: where a promise was heard is told by turn, start and end, counted from
    0. In CSV texts that could start a formula get an apostrophe in front.

    Parameters
    ----------
    worklist
        What `Promises.worklist` returned; the columns are its own.
    path
        The file, gzip-compressed if its name ends in ``.gz``; an older one is replaced only when the new
        one is whole.
    format
        "csv", "parquet" or "jsonl"; left out, the name tells, as for `read_ratings`.

    Raises
    ------
    NotFoundError
        No such format.
    MissingDependencyError
        Parquet without pyarrow (extra ``arrow``).
    OSError
        The file cannot be written; nothing is left behind.
    RecordError
        An id holds half of a surrogate pair, which UTF-8 cannot hold; nothing is left behind.
    """
    with opened_table(path, format) as write:
        write(worklist.encoded())


def write_contacts(
    contacts: ContactTable | Misstep,
    path: Path,
    *,
    format: FileFormat | None = None,  # noqa: A002  # as in read_ratings
) -> None:
    """Write whom to contact again after a misstep, or what it touched, as a file, safe in a spreadsheet.

    Ids, times and numbers only. In CSV ids that could start a formula get an apostrophe in front.

    Parameters
    ----------
    contacts
        What `Misstep.contacts` returned, a row a customer; or the misstep itself, a row an interaction.
    path, format
        As in `write_worklist`.

    Raises
    ------
    NotFoundError, MissingDependencyError, OSError, RecordError
        As in `write_worklist`; nothing is left behind.
    """
    with opened_table(path, format) as write:
        write(contacts.encoded())


def write_evidence(ratings: Ratings, path: Path) -> None:
    """Write where machine raters saw what they judged, without a word of it; as CSV.

    The columns are interaction, rater, criterion, and turn, start and end, all three counted from 0;
    `end` is the character after the last.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    RecordError
        An id holds half of a surrogate pair, which UTF-8 cannot hold; nothing is left behind.
    """
    seen, ids = ratings.evidence, ratings.rubric.criterion_ids
    table: dict[str, Any] = {
        "interaction": ratings.interaction.take(seen.row),
        "rater": ratings.rater.take(seen.row),
        "criterion": [ids[place] for place in seen.criterion],
    }
    with opened_table(path, "csv") as write:
        write(table | {"turn": seen.turn, "start": seen.start, "end": seen.end})
