"""Columns of texts and of numbers, read from columns at the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.tables.arrow_texts import ArrowTexts
from coqs.tables.cells import Place, Refusals, as_number, digits_of, kind_of
from coqs.tables.distinct import Column, Numbers, Places, coded, some
from coqs.tables.doors import column_of
from coqs.tables.encoded import Encoded
from coqs.tables.from_arrow import numbers_of_texts
from coqs.tables.frozen import freeze

Floats = npt.NDArray[np.float64]
Problem = Callable[[], str]
"""What is wrong with a cell; said only when it is asked, since it may take long to say."""


def refuse_cells(refused: Refusals, codes: Places, bad: Mapping[int, Problem], *, place: Place) -> None:
    """Refuse every row whose cell is among the bad ones."""
    if not bad:
        return
    marks = np.zeros(max(bad) + 2, np.bool_)
    marks[list(bad)] = True
    rows = np.flatnonzero(marks.take(np.minimum(codes, len(marks) - 1)))
    refused.add_rows(rows.tolist(), lambda row: bad[int(codes[row])](), place=place)


def text_column(values: Sequence[Any] | Column, refused: Refusals, *, place: Place) -> Encoded:
    """Encode a column of ids or names; whole numbers become their digits."""
    column = coded(column_of(values)).tight()
    if column.is_text:
        return Encoded(freeze(column.codes), column.values)
    texts: dict[str, int] = {}
    places = np.full(len(column.values) + 1, -1, np.int32)
    bad: dict[int, Problem] = {}
    for code, value in enumerate(column.values):
        text = str(value) if isinstance(value, str) else digits_of(value)
        if text is None:
            bad[code] = partial(_no_text, value)
        else:
            places[code] = texts.setdefault(text, len(texts))
    refuse_cells(refused, column.codes, bad, place=place)
    return Encoded(freeze(places.take(column.codes)), tuple(texts))


def number_column(values: Sequence[Any] | Column, refused: Refusals, *, place: Place) -> Floats:
    """Read a column of finite numbers, NaN where missing; digits as text are read."""
    column = column_of(values)
    if isinstance(column, Numbers):
        return _floats(column, refused, place=place)
    column = coded(column)
    numbers = np.append(known_numbers(column.values), np.nan)
    bad: dict[int, Problem] = {}
    todo = np.flatnonzero(np.isnan(numbers[:-1]))
    for code, value in zip(todo.tolist(), some(column.values, todo), strict=True):
        number = as_number(value)
        if number is None:
            bad[code] = partial(_no_number, value)
        else:
            numbers[code] = number
    refuse_cells(refused, column.codes, bad, place=place)
    return freeze(numbers.take(column.codes))


def known_numbers(cells: Sequence[Any]) -> Floats:
    """Return distinct cells as numbers, NaN where one has to be looked at to know."""
    if isinstance(cells, ArrowTexts):
        return numbers_of_texts(cells.array)
    return np.full(len(cells), np.nan)


def _floats(column: Numbers, refused: Refusals, *, place: Place) -> Floats:
    numbers = np.array(column.array, np.float64)
    if column.missing is not None:
        numbers[column.missing] = np.nan
    endless = np.isinf(numbers)
    if endless.any():
        refused.add_rows(np.flatnonzero(endless).tolist(), lambda _: _no_number(np.inf), place=place)
        numbers[endless] = np.nan
    return freeze(numbers)


def _no_text(value: Any) -> str:
    return f"must be a text, got {kind_of(value)}; write it as a text"


def _no_number(value: Any) -> str:
    return f"must be a finite number, got {kind_of(value)}; write one, or leave it empty"
