"""Read the cells of one item's column: a box, or why there is no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import suggest
from coqs.model import Absence
from coqs.rubric.questionnaire import Choice, FreeText, Rating, SurveyItem
from coqs.tables import (
    Column,
    Place,
    Problem,
    Refusals,
    as_number,
    coded,
    column_of,
    freeze,
    kind_of,
    refuse_cells,
)

Codes = npt.NDArray[np.int8]
ABSENCES = (Absence.UNANSWERED, Absence.NOT_APPLICABLE, Absence.NOT_ASKED)
"""Why a customer's answer can be missing; to abstain and to fail is for raters."""
YES, NO = ("yes", "true"), ("no", "false")


@attrs.frozen(slots=True, eq=False)
class ItemColumn:
    """One item's column."""

    codes: Codes
    """(n,) places of boxes from 0 (words: 0 where something was written), or a negative absence code."""

    def scattered(self, rows: npt.NDArray[np.int64], n: int) -> ItemColumn:
        """Return a column of `n` rows that has these cells in some rows.

        The others left it open; where there are no cells at all, nobody was asked.
        """
        blank = Absence.UNANSWERED if len(rows) else Absence.NOT_ASKED
        found = np.full(n, blank.code, np.int8)
        found[rows] = self.codes
        return ItemColumn(freeze(found))


def item_column(
    item: SurveyItem,
    values: Sequence[Any] | Column,
    refused: Refusals,
    *,
    place: Place,
    absences: Mapping[str, int],
) -> ItemColumn:
    """Read a column, each distinct cell once; what does not fit is refused and counts as unanswered."""
    column, read = coded(column_of(values)), _reader(item)
    codes = np.full(len(column.values) + 1, Absence.UNANSWERED.code, np.int8)
    bad: dict[int, Problem] = {}
    for at, value in enumerate(column.values):
        absent = absences.get(value.casefold()) if isinstance(value, str) else None
        found = read(value) if absent is None else _absent(item, absent, read, value)
        if callable(found):
            bad[at] = found
        else:
            codes[at] = found
    refuse_cells(refused, column.codes, bad, place=place)
    return ItemColumn(freeze(codes.take(column.codes)))


def _absent(item: SurveyItem, code: int, read: Callable[[Any], int | Problem], value: Any) -> int | Problem:
    """Return an absence that this item allows; what is none here may still be words of the customer's."""
    absence = Absence.from_code(code)
    if absence in ABSENCES and (absence is not Absence.NOT_APPLICABLE or item.not_applicable):
        return code
    return read(value) if isinstance(item.scale, FreeText) else partial(_not_offered, absence)


def _not_offered(absence: Absence) -> str:
    if absence is Absence.NOT_APPLICABLE:
        cure = "say not_applicable = true in the questionnaire if the form offers it"
        return f"must be an answer that the item offers, got {str(absence)!r}; {cure}"
    return f"must be an answer or an absence of an answer, got {str(absence)!r}, which is for raters; mend it"


def _reader(item: SurveyItem) -> Callable[[Any], int | Problem]:
    scale = item.scale
    if isinstance(scale, FreeText):
        return lambda _: 0
    if isinstance(scale, Rating):
        return partial(_number, scale=scale)
    if isinstance(scale, Choice):
        places = {id: place for place, id in enumerate(scale.boxes)}
        return partial(_box, places=places, of_points=_places_of_points(scale))
    return _yes_or_no


def _places_of_points(scale: Choice) -> dict[Fraction, int]:
    """Return the place of each option by its points, where every option has points of its own."""
    found = {points: place for place, points in enumerate(scale.points) if points is not None}
    return found if len(found) == len(scale.boxes) else {}


def _number(value: Any, *, scale: Rating) -> int | Problem:
    number = as_number(value)
    if number is None or number != int(number) or not scale.low <= number <= scale.high:
        got = kind_of(value)
        return lambda: f"must be a whole number from {scale.low} to {scale.high}, got {got}; mend the cell"
    return int(number) - scale.low


def _box(value: Any, *, places: Mapping[str, int], of_points: Mapping[Fraction, int]) -> int | Problem:
    if isinstance(value, str) and value in places:
        return places[value]
    number = as_number(value)
    at = None if number is None else of_points.get(Fraction(number))
    return partial(_no_box, value, tuple(places)) if at is None else at


def _no_box(value: Any, boxes: Sequence[str]) -> str:
    near = suggest(value if isinstance(value, str) else "", boxes)
    return f"must be an option of the item or its points, got {kind_of(value)}; {near}"


def _yes_or_no(value: Any) -> int | Problem:
    if isinstance(value, bool | np.bool_):
        return int(value)
    said = value.strip().casefold() if isinstance(value, str) else ""
    if said in YES or said in NO:
        return int(said in YES)
    number = as_number(value)
    if number in (0, 1):
        return int(number)
    return lambda: f"must be yes or no, got {kind_of(value)}; write one of them"
