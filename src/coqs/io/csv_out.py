"""Ratings, scores and evidence to CSV: whole or not at all, safe to open, lossless to read again."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, RecordError
from coqs.io.formulas import guarded
from coqs.ratings import Ratings
from coqs.results import Scores
from coqs.whole_file import opened_whole

Path = str | os.PathLike[str]
Column = Sequence[Any] | npt.NDArray[Any]
Layout = Literal["wide", "long"]
LINE_END = "\r\n"  # also makes the writer quote both characters wherever a text holds one


def write_ratings(ratings: Ratings, path: Path, *, layout: Layout = "wide") -> None:
    """Write ratings as a CSV file, from which `read_ratings` makes equal ones.

    The evidence is not written; `coqs.io.write_evidence` writes it. A text that could start a formula in
    a spreadsheet gets an apostrophe in front, which `read_ratings` takes off again.

    Parameters
    ----------
    ratings
        What to write.
    path
        The file; an older one is replaced only when the new one is whole.
    layout
        "wide", a row an (interaction, rater) pair and a column a criterion; or "long", a row an answer.

    Raises
    ------
    NotFoundError
        No such layout.
    OSError
        The file cannot be written; nothing is left behind.
    RecordError
        A text holds half of a surrogate pair, which UTF-8 cannot hold; nothing is left behind.
    """
    if layout not in get_args(Layout):
        raise NotFoundError("layout", layout, get_args(Layout), where="write_ratings")
    _write_table(ratings.to_table(layout), path)


def write_scores(scores: Scores, path: Path) -> None:
    """Write scores as a CSV file, one row a row of the ratings.

    Ids, context and facts stand beside them. Not scored is an empty cell with its reason in the
    column ``reason``, never 0. Texts that could start a formula get an apostrophe in front.

    Parameters
    ----------
    scores
        What to write; the columns are those of `Scores.to_table`.
    path
        The file; an older one is replaced only when the new one is whole.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    RecordError
        A text holds half of a surrogate pair, which UTF-8 cannot hold; nothing is left behind.
    """
    _write_table(scores.to_table(), path)


def write_evidence(ratings: Ratings, path: Path) -> None:
    """Write where machine raters saw what they judged, without a word of it.

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
    table: dict[str, Column] = {
        "interaction": ratings.interaction.take(seen.row).to_list(),
        "rater": ratings.rater.take(seen.row).to_list(),
        "criterion": [ids[place] for place in seen.criterion],
    }
    _write_table(table | {"turn": seen.turn, "start": seen.start, "end": seen.end}, path)


def _write_table(table: Mapping[str, Column], path: Path) -> None:
    columns = [_cells(values) for values in table.values()]
    try:
        with opened_whole(path) as file:
            writer = csv.writer(file, lineterminator=LINE_END)
            writer.writerow([guarded(name) for name in table])
            writer.writerows(zip(*columns, strict=True))
    except UnicodeEncodeError:
        problem = "texts must be whole characters, got half of a surrogate pair; mend the ids or context"
        raise RecordError(f"{os.fspath(path)}: {problem}", path=os.fspath(path)) from None


def _cells(values: Column) -> list[str]:
    """Return a column as the texts of its cells; equal texts are guarded once."""
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    known: dict[str, str] = {}
    cells = []
    for value in plain:
        if isinstance(value, str):
            if value not in known:
                known[value] = guarded(value)
            cells.append(known[value])
        else:
            cells.append(_number(value))
    return cells


def _number(value: Any) -> str:
    """Write what is no text: a number with all its digits, true or false, nothing where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).lower() if isinstance(value, bool) else repr(value)
