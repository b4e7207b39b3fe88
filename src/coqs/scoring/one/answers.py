"""Read the answers to one interaction: each distinct answer has a code, as in a column of ratings.

What is usual is read at once; all else is read as a table of one row, with the same rules and refusals.
"""

from __future__ import annotations

import bisect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from coqs.errors import RecordError, Spot, suggest
from coqs.ratings import Answer, Ratings, Sheet
from coqs.ratings.cells import OPTION_MARK, absence_names
from coqs.rubric import Criterion, Numeric, Rubric, SeveralChoice
from coqs.tables import Refusals, kind_of

LARGEST = sys.float_info.max
Reader = Callable[[Any], int | None]
"""Returns the code of an answer, None for one that has to be looked at more closely."""


def code_of(answer: Answer) -> int:
    """Return an answer's code: an absence's, a level's position, or the bit set of options."""
    if answer.absence is not None:
        return answer.absence.code
    return answer.position if answer.position >= 0 else sum(1 << place for place in answer.chosen)


def texts_of(criterion: Criterion) -> dict[str | None, int]:
    """Return the code of every usual text; an absence goes before a level of that name."""
    absences = absence_names(None)
    known: dict[str | None, int] = {}
    if not isinstance(criterion.scale, Numeric):
        several = isinstance(criterion.scale, SeveralChoice)
        known = {id: 1 << place if several else place for place, id in enumerate(criterion.scale.ids)}
    return (
        {id: code for id, code in known.items() if str(id).casefold() not in absences}
        | absences
        | dict.fromkeys((None, ""), absences["unanswered"])
    )


def reader_of(criterion: Criterion, texts: Mapping[str | None, int]) -> Reader:
    """Return what reads the usual answers to a criterion, of any kind."""
    by_kind = _other_reader(criterion)

    def read(value: Any) -> int | None:
        code = texts.get(value) if value is None or isinstance(value, str) else None
        return by_kind(value) if code is None else code

    return read


def _other_reader(criterion: Criterion) -> Reader:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        bits = {id: 1 << place for place, id in enumerate(scale.ids)}
        return lambda value: _options(value, bits)
    if isinstance(scale, Numeric):
        first, last = scale.levels[0].low, scale.levels[-1].high
        lows = [-math.inf if first is None else float(first)]
        lows += [float(level.low) for level in scale.levels[1:] if level.low is not None]
        end = math.inf if last is None else float(last)
        return lambda value: _number(value, lows, end)
    n = len(scale.ids)
    return lambda value: value if type(value) is int and 0 <= value < n else None


def _number(value: Any, lows: Sequence[float], end: float) -> int | None:
    if type(value) not in (int, float) or not lows[0] <= value < end or not -LARGEST <= value <= LARGEST:
        return None
    return bisect.bisect_right(lows, value) - 1


def _options(value: Any, bits: Mapping[str, int]) -> int | None:
    if isinstance(value, str) and OPTION_MARK in value:
        value = [name.strip() for name in value.split(OPTION_MARK) if name.strip()]
    if not isinstance(value, list | tuple | set | frozenset):
        return None
    found = 0
    for name in value:
        bit = bits.get(name) if isinstance(name, str) else None
        if bit is None:
            return None
        found |= bit
    return found


def sheet_of(rubric: Rubric, answers: Any, customer_set: Any, facts: Any) -> Sheet:
    """Read one interaction as a table of one row.

    Raises
    ------
    RecordError
        An unknown criterion, level, customer set or fact, or a value of the wrong kind.
    """
    _check_names("answers", answers, rubric.criterion_ids, "a criterion of the rubric")
    _check_names("facts", facts or {}, rubric.fact_ids, "a fact of the rubric")
    row = {"interaction": "this", "customer_set": customer_set} | dict(facts or {}) | dict(answers)
    table = {name: [value] for name, value in row.items()}
    ratings = Ratings.from_placed_table(
        table,
        rubric,
        place=lambda _row: Spot("one interaction"),
        columns=None,
        absences=None,
        facts=(),
        tz=None,
    )
    return ratings.sheet(0)


def _check_names(where: str, given: Any, known: Sequence[str], what: str) -> None:
    if not isinstance(given, Mapping):
        raise RecordError(f"{where}: must be a mapping by id, got {kind_of(given)}; pass a dict")
    refused = Refusals()
    for name in given:
        if not isinstance(name, str):
            refused.add(f"must be {what}, got {kind_of(name)}; {suggest('', known)}")
        elif name not in known:
            refused.add(f"must be {what}, got {name[:60]!r}; {suggest(name, known)}", at=None)
    if refused.count:
        raise refused.error(where)
