"""What a cell can be, and where one is that cannot be used."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from coqs.errors import Failure, RecordError, Spot, many_failures

MOST_ID = 10**30
"""Python refuses to write numbers with thousands of digits, and no id has so many."""
NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*")
"""How a number is written in a text; not Python's own spellings, such as 1_000."""
NO_NUMBERS = (bool, np.bool_, np.timedelta64)
"""Kinds that Python or NumPy takes for whole numbers."""
MAY_MISS = (float, np.floating, np.datetime64, np.timedelta64, dt.datetime)
"""Kinds of which one value is no value; pandas' NaT is a datetime."""
NULLS = frozenset(("NAType", "MaskedConstant", "NullScalar"))
"""The kinds that pandas, NumPy and pyarrow have for nothing at all."""
Place = Callable[[int], Spot]
"""Says where a cell of a column is, by its row."""


def is_missing(value: Any) -> bool:
    """Tell whether a cell is empty: None, an empty text, NaN, not-a-time, or a library's own null."""
    if value is None or isinstance(value, str):
        return not value
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, MAY_MISS):
        return bool(value != value)  # noqa: PLR0124  # NaN and NaT alone do
    return type(value).__name__ in NULLS


def kind_of(value: Any) -> str:
    """Describe a cell without showing it: its type, and a text's length.

    >>> kind_of("my card number is ...")
    'a text of 21 characters'
    """
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return f"a value of type {type(value).__name__}"


def digits_of(value: Any) -> str | None:
    """Return the digits of a whole number that can be an id, else None."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)
    return str(int(value)) if is_whole and abs(value) < MOST_ID else None


def as_number(value: Any) -> float | None:
    """Return a finite number from a number or its digits, else None.

    >>> as_number(" 1.5e3 "), as_number("1_000"), as_number(True)
    (1500.0, None, None)
    """
    if isinstance(value, NO_NUMBERS) or (isinstance(value, str) and not NUMBER.fullmatch(value)):
        return None
    try:
        number = float(value) if isinstance(value, str | int | float | Decimal | np.number) else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


class Refusals:
    """Problems found cell by cell: all counted, the first kept, raised once."""

    KEPT = 10

    def __init__(self) -> None:
        self.kept: list[Failure] = []
        self.count = 0
        self._lines: set[int | None] = set()

    def add(self, problem: str, *, at: Spot | None = None) -> None:
        """Count a problem, and keep it if it is among the first; `at` is put before it."""
        self.count += 1
        line = None if at is None else at.line
        if len(self._lines) < 2:
            self._lines.add(line)
        if len(self.kept) < self.KEPT:
            message = problem if at is None else f"{at}: {problem}"
            self.kept.append(Failure(message, line, "" if at is None else at.path))

    def add_rows(self, rows: Sequence[int], problem_of: Callable[[int], str], *, place: Place) -> None:
        """Count a problem a row; what and where is said of the first only, for it may take long."""
        told = max(2, self.KEPT - len(self.kept))  # two tell whether all are on one line
        for row in rows[:told]:
            self.add(problem_of(row) if len(self.kept) < self.KEPT else "", at=place(row))
        self.count += len(rows[told:])

    def error(self, where: str, *, path: str = "") -> RecordError:
        """Return one error for all; it has a line where every problem is on that line."""
        line = next(iter(self._lines)) if len(self._lines) == 1 else None
        message = many_failures(where, self.kept, count=self.count)
        return RecordError(message, path=path, line=line, failures=self.kept)
