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
from coqs.tables import Place, Refusals, as_number, frozen_array, is_missing, kind_of

ALIASES = MappingProxyType({"n/a": Absence.NOT_APPLICABLE})
OPTION_MARK = "|"


@attrs.frozen(slots=True, eq=False)
class CriterionColumn:
    """One criterion's column: codes, and the numbers or bit sets of other scales."""

    codes: npt.NDArray[np.int8]
    """(n,) level positions from 0 (several choice: 0 where answered), or a negative absence code."""
    numbers: npt.NDArray[np.float64] | None = None
    """Numeric only: (n,) the values, NaN where absent."""
    choices: npt.NDArray[np.uint64] | None = None
    """Several choice only: (n,) bit sets, bit k for option k; 0 where absent."""


Read = tuple[int, float | int | None]


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
    values: Sequence[Any],
    refused: Refusals,
    *,
    place: Place,
    absences: Mapping[str, int],
) -> CriterionColumn:
    """Read a column; what does not fit is refused and counts as unanswered."""
    read = _reader(criterion)
    known: dict[str, Read | str] = {}
    cells: list[Read] = []
    for row, value in enumerate(values):
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            found = _absence(value, absences) or read(value)
            if isinstance(value, str):
                known[value] = found
        if isinstance(found, str):
            refused.add(found, at=place(row))
            found = (Absence.UNANSWERED.code, None)
        cells.append(found)
    return _column(criterion, cells)


def _column(criterion: Criterion, cells: Sequence[Read]) -> CriterionColumn:
    codes = frozen_array([code for code, _ in cells], np.int8)
    numbers = choices = None
    if isinstance(criterion.scale, Numeric):
        numbers = frozen_array([np.nan if each is None else each for _, each in cells], np.float64)
    elif isinstance(criterion.scale, SeveralChoice):
        choices = frozen_array([0 if each is None else each for _, each in cells], np.uint64)
    return CriterionColumn(codes, numbers, choices)


def _absence(value: Any, absences: Mapping[str, int]) -> Read | None:
    if is_missing(value):
        return Absence.UNANSWERED.code, None
    code = absences.get(value.casefold()) if isinstance(value, str) else None
    return None if code is None else (code, None)


def _reader(criterion: Criterion) -> Callable[[Any], Read | str]:
    scale = criterion.scale
    if isinstance(scale, Numeric):
        return lambda value: _number(value, scale)
    places = {id: place for place, id in enumerate(scale.ids)}
    if isinstance(scale, SeveralChoice):
        return lambda value: _options(value, places)
    return lambda value: _level(value, places)


def _level(value: Any, places: Mapping[str, int]) -> Read | str:
    known = places.get(value) if isinstance(value, str) else None
    if known is not None:
        return known, None
    number = as_number(value)
    if number is None:
        hint = suggest(value, places) if isinstance(value, str) else suggest("", places)
        return f"must be a level of the criterion, got {kind_of(value)}; {hint}"
    if number != int(number) or not 0 <= number < len(places):
        return f"must be a position from 0 to {len(places) - 1}, got {kind_of(value)}; {suggest('', places)}"
    return int(number), None


def _number(value: Any, scale: Numeric) -> Read | str:
    number = as_number(value)
    if number is None:
        return f"must be a finite number, got {kind_of(value)}; write a number or an absence"
    position = scale.position(number)
    if position is None:
        return f"must lie in one of the ranges, got {kind_of(value)}; widen the outer ranges or mend the cell"
    return position, number


def _options(value: Any, places: Mapping[str, int]) -> Read | str:
    if isinstance(value, str):
        names: Sequence[Any] = [name.strip() for name in value.split(OPTION_MARK) if name.strip()]
    elif isinstance(value, list | tuple | set | frozenset | np.ndarray):
        names = sorted(value, key=str)
    else:
        return f"must be options joined by {OPTION_MARK}, got {kind_of(value)}; {suggest('', places)}"
    if not names and isinstance(value, str) and OPTION_MARK not in value:
        return f"must be options joined by {OPTION_MARK}, got blanks; write {OPTION_MARK} for none of them"
    bits = 0
    for name in names:
        if not isinstance(name, str) or name not in places:
            hint = suggest(name, places) if isinstance(name, str) else suggest("", places)
            return f"must be options of the criterion, got {kind_of(name)}; {hint}"
        bits |= 1 << places[name]
    return 0, bits
