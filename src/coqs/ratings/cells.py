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
    known_numbers,
    refuse_cells,
    some,
)
from coqs.tables.distinct import Places

ALIASES = MappingProxyType({"n/a": Absence.NOT_APPLICABLE})
OPTION_MARK = "|"
JOINED = f"must be options joined by {OPTION_MARK}"


Read = tuple[int, float | int | None]
"""A code, and the number or the bit set beside it."""


@attrs.frozen(slots=True, eq=False)
class CriterionColumn:
    """One criterion's column: codes, and the numbers or bit sets of other scales."""

    codes: npt.NDArray[np.int8]
    """(n,) level positions from 0 (several choice: 0 where answered), or a negative absence code."""
    numbers: npt.NDArray[np.float64] | None = None
    """Numeric only: (n,) the values, NaN where absent."""
    choices: npt.NDArray[np.uint64] | None = None
    """Several choice only: (n,) bit sets, bit k for option k; 0 where absent."""

    @classmethod
    def unanswered(cls, criterion: Criterion, n: int) -> CriterionColumn:
        """Return a column to be filled."""
        return cls(
            np.full(n, Absence.UNANSWERED.code, np.int8),
            np.full(n, np.nan) if isinstance(criterion.scale, Numeric) else None,
            np.zeros(n, np.uint64) if isinstance(criterion.scale, SeveralChoice) else None,
        )

    def put(self, place: int, cell: Read) -> None:
        """Put what was read of a cell into a column that is being filled."""
        self.codes[place], beside = cell
        if beside is not None and self.numbers is not None:
            self.numbers[place] = beside
        elif beside is not None and self.choices is not None:
            self.choices[place] = beside

    def taken(self, places: Places) -> CriterionColumn:
        """Return a column that has these cells, by their places."""
        return CriterionColumn(
            freeze(self.codes.take(places)),
            None if self.numbers is None else freeze(self.numbers.take(places)),
            None if self.choices is None else freeze(self.choices.take(places)),
        )

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
    column, scale = column_of(values), criterion.scale
    if isinstance(column, Numbers) and isinstance(scale, Numeric):
        return _measured(scale, column, refused, place)
    column = coded(column)
    cells, bad = _distinct_cells(criterion, column.values, absences)
    refuse_cells(refused, column.codes, bad, place=place)
    return cells.taken(column.codes)


def _distinct_cells(
    criterion: Criterion, values: Sequence[Any], absences: Mapping[str, int]
) -> tuple[CriterionColumn, dict[int, Problem]]:
    """Read each cell; return also what is wrong with some, and a last cell for rows that have none."""
    cells, bad = CriterionColumn.unanswered(criterion, len(values) + 1), {}
    numbers, read, todo = cells.numbers, _reader(criterion), np.arange(len(values))
    if numbers is not None and isinstance(criterion.scale, Numeric) and not any(map(_is_number, absences)):
        numbers[:-1] = known_numbers(values)
        cells.codes[:] = _positions(criterion.scale, numbers)
        todo = np.flatnonzero(cells.codes[:-1] < 0)
        numbers[todo] = np.nan
    for code, value in zip(todo.tolist(), some(values, todo), strict=True):
        found = _absence(value, absences) or read(value)
        if callable(found):
            bad[code] = found
        else:
            cells.put(code, found)
    return cells, bad


def _is_number(word: str) -> bool:
    return as_number(word) is not None


def _measured(scale: Numeric, column: Numbers, refused: Refusals, place: Place) -> CriterionColumn:
    """Read a column of numbers all at once."""
    numbers = np.where(column.empty(), np.nan, column.array)
    codes = _positions(scale, numbers)
    rows = np.flatnonzero((codes < 0) & ~np.isnan(numbers))
    refused.add_rows(rows.tolist(), lambda row: _no_range(column.array[row].item(), scale), place=place)
    numbers[rows] = np.nan
    return CriterionColumn(freeze(codes), freeze(numbers))


def _positions(scale: Numeric, numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    """Return which range holds each number, and unanswered where none does."""
    low, high = scale.levels[0].low, scale.levels[-1].high
    edges = [float(level.high) for level in scale.levels[:-1] if level.high is not None]
    fits = np.isfinite(numbers)
    with np.errstate(invalid="ignore"):
        if low is not None:
            fits &= numbers >= float(low)
        if high is not None:
            fits &= numbers < float(high)
    places = np.searchsorted(edges, numbers, side="right")
    return np.where(fits, places, Absence.UNANSWERED.code).astype(np.int8)


def _no_range(value: Any, scale: Numeric) -> str:
    found = _number(value, scale)
    return found() if callable(found) else ""


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
    elif isinstance(value, list | tuple | set | frozenset) or (isinstance(value, np.ndarray) and value.ndim):
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
