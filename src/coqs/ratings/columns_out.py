"""Write ratings as encoded columns, wide or long, without a Python object a cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.model import Absence
from coqs.ratings.tables_out import RatedRows, cells_of, options_text
from coqs.rubric import Criterion
from coqs.tables import Encoded

Column = Encoded | npt.NDArray[Any]
Columns = dict[str, Column]
WRITTEN = tuple(absence for absence in Absence if absence is not Absence.UNANSWERED)


def context_columns(ratings: RatedRows) -> Columns:
    """Return the ids, and the context and facts that any row has."""
    columns: Columns = {"interaction": ratings.interaction}
    beside = {"rater": ratings.rater, **ratings.context}
    columns |= {name: column for name, column in beside.items() if column.present.any()}
    if not np.isnat(ratings.at).all():
        columns["at"] = ratings.at
    return columns | dict(ratings.facts)


def wide_columns(ratings: RatedRows) -> Columns:
    """Return one row a pair, one column a criterion.

    Numbers stay numbers where no other absence than unanswered stands among them.
    """
    answers: Columns = {}
    for criterion in ratings.rubric.criteria:
        numbers, codes = ratings.numbers.get(criterion.id), ratings.codes[criterion.id]
        plain = numbers is not None and codes.min(initial=0) >= Absence.UNANSWERED.code
        answers[criterion.id] = numbers if numbers is not None and plain else answer_texts(ratings, criterion)
    return context_columns(ratings) | answers


def long_columns(ratings: RatedRows) -> Columns:
    """Return one row a pair and criterion; unanswered ones are missing."""
    criteria, n = ratings.rubric.criteria, len(ratings.interaction)
    rows = np.repeat(np.arange(n), len(criteria))
    columns: Columns = {
        name: column.take(rows) if isinstance(column, Encoded) else column[rows]
        for name, column in context_columns(ratings).items()
    }
    columns["criterion"] = Encoded(np.tile(np.arange(len(criteria)), n), ratings.rubric.criterion_ids)
    known: dict[str, int] = {}
    level = np.empty((n, len(criteria)), np.int32)
    for place, criterion in enumerate(criteria):
        answers = answer_texts(ratings, criterion)
        places = [known.setdefault(text, len(known)) for text in answers.categories]
        level[:, place] = np.array([*places, -1], np.int32)[answers.codes]
    columns["level"] = Encoded(level.reshape(-1), tuple(known))
    return columns


def answer_texts(ratings: RatedRows, criterion: Criterion) -> Encoded:
    """Return one criterion's column as the texts that a table of ratings has."""
    codes = ratings.codes[criterion.id]
    answered: npt.NDArray[Any] = codes
    if criterion.id in ratings.numbers:
        cells = cells_of(ratings, criterion)
        return Encoded.from_values(None if cell is None else str(cell) for cell in cells)
    if criterion.id in ratings.choices:
        sets, places = np.unique(ratings.choices[criterion.id], return_inverse=True)
        texts = tuple(options_text(int(bits), criterion.scale.ids) for bits in sets)
        answered = places.reshape(-1)
    else:
        texts = criterion.scale.ids
    absent = np.full(len(Absence), -1)
    for place, absence in enumerate(WRITTEN):
        absent[absence.code] = len(texts) + place
    return Encoded(
        np.where(codes >= 0, answered, absent[np.minimum(codes, -1)]), (*texts, *map(str, WRITTEN))
    )
