"""Write answers as columns, wide or long. What customers wrote is not there to be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from coqs.answers.cells import Codes
from coqs.facts import FactColumn
from coqs.model import Absence
from coqs.ratings.columns_out import WRITTEN, Columns
from coqs.ratings.tables_out import times_as_text
from coqs.rubric.questionnaire import FreeText, Questionnaire, SurveyItem
from coqs.tables import Encoded, Times

WROTE = "answered"
"""Stands for words of the customer's own."""


class Sheets(Protocol):
    """The columns of answers."""

    @property
    def questionnaire(self) -> Questionnaire: ...
    @property
    def interaction(self) -> Encoded: ...
    @property
    def respondent(self) -> Encoded: ...
    @property
    def context(self) -> Mapping[str, Encoded]: ...
    @property
    def at(self) -> Times: ...
    @property
    def facts(self) -> Mapping[str, FactColumn]: ...
    @property
    def codes(self) -> Mapping[str, Codes]: ...


def context_columns(answers: Sheets) -> Columns:
    """Return the ids, and the context and facts that any row has."""
    beside = {"interaction": answers.interaction, "respondent": answers.respondent, **answers.context}
    columns: Columns = {name: column for name, column in beside.items() if column.present.any()}
    if not columns:
        columns["interaction"] = answers.interaction
    if not np.isnat(answers.at).all():
        columns["at"] = answers.at
    return columns | dict(answers.facts)


def wide_columns(answers: Sheets) -> Columns:
    """Return one row a sheet, one column an item."""
    return context_columns(answers) | {
        item.id: answer_texts(item, answers.codes[item.id]) for item in answers.questionnaire.items
    }


def long_columns(answers: Sheets) -> Columns:
    """Return one row a sheet and item; unanswered ones are missing."""
    items, n = answers.questionnaire.items, len(answers.interaction)
    rows = np.repeat(np.arange(n), len(items))
    columns: Columns = {
        name: column.take(rows) if isinstance(column, Encoded) else column[rows]
        for name, column in context_columns(answers).items()
    }
    columns["item"] = Encoded(np.tile(np.arange(len(items)), n), answers.questionnaire.item_ids)
    known: dict[str, int] = {}
    cells = np.empty((n, len(items)), np.int32)
    for place, item in enumerate(items):
        texts = answer_texts(item, answers.codes[item.id])
        places = [known.setdefault(text, len(known)) for text in texts.categories]
        cells[:, place] = np.array([*places, -1], np.int32)[texts.codes]
    columns["answer"] = Encoded(cells.reshape(-1), tuple(known))
    return columns


def answer_texts(item: SurveyItem, codes: Codes) -> Encoded:
    """Return one item's column as the texts that a table of answers has."""
    texts = (WROTE,) if isinstance(item.scale, FreeText) else item.scale.boxes
    absent = np.full(len(Absence), -1)
    for place, absence in enumerate(WRITTEN):
        absent[absence.code] = len(texts) + place
    places = np.where(codes >= 0, codes, absent[np.minimum(codes, -1)])
    return Encoded(places, (*texts, *map(str, WRITTEN)))


def plain(columns: Columns) -> dict[str, list[Any]]:
    """Return columns as lists, None where a cell is missing."""

    def cells(column: Encoded | npt.NDArray[Any]) -> list[Any]:
        if isinstance(column, Encoded):
            return column.to_list()
        if column.dtype.kind == "M":
            return times_as_text(column)
        return [None if np.isnan(value) else value for value in column.tolist()]

    return {name: cells(column) for name, column in columns.items()}
