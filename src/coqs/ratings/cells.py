"""Read the cells of one criterion's column: a level, a number, options, or an absence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError, suggest
from coqs.model import Absence
from coqs.rubric import Criterion, Numeric, SeveralChoice
from coqs.tables import (
    Column,
    Numbers,
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
from coqs.tables.distinct import Places

ALIASES = MappingProxyType({"n/a": Absence.NOT_APPLICABLE})
OPTION_MARK = "|"
JOINED = f"must be options joined by {OPTION_MARK}"
UNANSWERED = (Absence.UNANSWERED.code, None)


@attrs.frozen(slots=True, eq=False)
class CriterionColumn:
    """One criterion's column: codes, and the numbers or bit sets of other scales."""

    codes: npt.NDArray[np.int8]
    """(n,) level positions from 0 (several choice: 0 where answered), or a negative absence code."""
    numbers: npt.NDArray[np.float64] | None = None
    """Numeric only: (n,) the values, NaN where absent."""
    choices: npt.NDArray[np.uint64] | None = None
    """Several choice only: (n,) bit sets, bit k for option k; 0 where absent."""

    def scattered(self, rows: npt.NDArray[np.int64], n: int) -> CriterionColumn:
        """Return a column of `n` rows that has these cells in some rows and nothing in the others."""
        return CriterionColumn(
            _scattered(self.codes, rows, n, Absence.UNANSWERED.code),
            None if self.numbers is None else _scattered(self.numbers, rows, n, np.nan),
            None if self.choices is None else _scattered(self.choices, rows, n, 0),
        )


def _scattered(
    cells: npt.NDArray[Any], rows: npt.NDArray[np.int64], n: int, blank: float
) -> npt.NDArray[Any]:
    found = np.full(n, blank, cells.dtype)
    found[rows] = cells
    return freeze(found)


def unanswered_column(criterion: Criterion, n: int) -> CriterionColumn:
    """Return the column of a criterion that nobody was asked."""
    return _column(criterion, [UNANSWERED], np.full(n, -1))


Read = tuple[int, float | int | None]
"""A code, and the number or the bit set beside it."""


def absence_names(extra: Mapping[Any, Any] | None) -> dict[str, int]:
    """Return the code of each written absence; `extra` adds a file's own words."""
    names = {str(absence): absence.code for absence in Absence} | {k: v.code for k, v in ALIASES.items()}
    for written, meant in (extra or {}).items():
        if not isinstance(written, str) or not written:
            raise RecordError(f"absences: must map texts, got {kind_of(written)}; empty cells are unanswered")
        if meant not in tuple(Absence):
            cure = suggest(str(meant), tuple(Absence))
            raise RecordError(f"absences: must map to a kind of absence, got {str(meant)!r}; {cure}")
        names[written.casefold()] = Absence(meant).code
    return names


def criterion_column(
    criterion: Criterion,
    values: Sequence[Any] | Column,
    refused: Refusals,
    *,
    place: Place,
    absences: Mapping[str, int],
) -> CriterionColumn:
    """Read a column, each distinct cell once; what does not fit is refused and counts as unanswered."""
    column = column_of(values)
    if isinstance(column, Numbers) and isinstance(criterion.scale, Numeric):
        return _measured(criterion.scale, column, refused, place)
    column = coded(column)
    read = _reader(criterion)
    cells: list[Read] = []
    bad: dict[int, Problem] = {}
    for code, value in enumerate(column.values):
        found = _absence(value, absences) or read(value)
        if callable(found):
            bad[code] = found
            found = UNANSWERED
        cells.append(found)
    refuse_cells(refused, column.codes, bad, place=place)
    return _column(criterion, [*cells, UNANSWERED], column.codes)


def _column(criterion: Criterion, cells: Sequence[Read], codes: Places) -> CriterionColumn:
    """Give every row what was read of its distinct cell; the last one is for rows without a cell."""
    positions = np.array([code for code, _ in cells], np.int8)
    numbers = choices = None
    if isinstance(criterion.scale, Numeric):
        table = np.array([np.nan if each is None else each for _, each in cells], np.float64)
        numbers = freeze(table.take(codes))
    elif isinstance(criterion.scale, SeveralChoice):
        sets = np.array([0 if each is None else each for _, each in cells], np.uint64)
        choices = freeze(sets.take(codes))
    return CriterionColumn(freeze(positions.take(codes)), numbers, choices)


def _measured(scale: Numeric, column: Numbers, refused: Refusals, place: Place) -> CriterionColumn:
    """Read a column of numbers all at once."""
    numbers = np.where(column.empty(), np.nan, column.array)
    low, high = scale.levels[0].low, scale.levels[-1].high
    edges = [float(level.high) for level in scale.levels[:-1] if level.high is not None]
    codes = np.searchsorted(edges, numbers, side="right").astype(np.int8)
    with np.errstate(invalid="ignore"):
        beyond = np.isinf(numbers)
        beyond |= False if low is None else numbers < float(low)
        beyond |= False if high is None else numbers >= float(high)
    rows = np.flatnonzero(beyond)
    reread = _reader_of_numbers(scale)
    refused.add_rows(rows.tolist(), lambda row: reread(column.array[row].item()), place=place)
    numbers[rows] = np.nan
    codes[np.isnan(numbers)] = Absence.UNANSWERED.code
    return CriterionColumn(freeze(codes), freeze(numbers))


def _reader_of_numbers(scale: Numeric) -> Callable[[Any], str]:
    """Return what says why a number cannot be used."""

    def problem(value: Any) -> str:
        found = _number(value, scale)
        return found() if callable(found) else ""

    return problem


def _absence(value: Any, absences: Mapping[str, int]) -> Read | None:
    code = absences.get(value.casefold()) if isinstance(value, str) else None
    return None if code is None else (code, None)


def _reader(criterion: Criterion) -> Callable[[Any], Read | Problem]:
    scale = criterion.scale
    if isinstance(scale, Numeric):
        return lambda value: _number(value, scale)
    places = {id: place for place, id in enumerate(scale.ids)}
    if isinstance(scale, SeveralChoice):
        return lambda value: _options(value, places)
    return lambda value: _level(value, places)


def _level(value: Any, places: Mapping[str, int]) -> Read | Problem:
    known = places.get(value) if isinstance(value, str) else None
    if known is not None:
        return known, None
    number = as_number(value)
    if number is None:
        return lambda: f"must be a level of the criterion, got {kind_of(value)}; {_hint(value, places)}"
    if number != int(number) or not 0 <= number < len(places):
        last = len(places) - 1
        return lambda: f"must be a position from 0 to {last}, got {kind_of(value)}; {suggest('', places)}"
    return int(number), None


def _number(value: Any, scale: Numeric) -> Read | Problem:
    number = as_number(value)
    if number is None:
        return lambda: f"must be a finite number, got {kind_of(value)}; write a number or an absence"
    position = scale.position(number)
    if position is None:
        cure = "widen the outer ranges or mend the cell"
        return lambda: f"must lie in one of the ranges, got {kind_of(value)}; {cure}"
    return position, number


def _options(value: Any, places: Mapping[str, int]) -> Read | Problem:
    if isinstance(value, str):
        names: Sequence[Any] = [name.strip() for name in value.split(OPTION_MARK) if name.strip()]
    elif isinstance(value, list | tuple | set | frozenset | np.ndarray):
        names = sorted(value, key=str)
    else:
        return lambda: f"{JOINED}, got {kind_of(value)}; {suggest('', places)}"
    if not names and isinstance(value, str) and OPTION_MARK not in value:
        return lambda: f"{JOINED}, got blanks; write {OPTION_MARK} for none of them"
    bits = 0
    for name in names:
        if not isinstance(name, str) or name not in places:
            return lambda: f"must be options of the criterion, got {kind_of(name)}; {_hint(name, places)}"
        bits |= 1 << places[name]
    return 0, bits


def _hint(value: Any, places: Mapping[str, int]) -> str:
    return suggest(value if isinstance(value, str) else "", places)
