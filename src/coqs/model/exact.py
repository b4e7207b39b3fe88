"""Exact numbers: what weights, points and marks are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from coqs.errors import RubricError

Exact = Fraction | int | str | Decimal
MOST_DIGITS = 100
"""Digits above and below the fraction bar; a rubric that needs more has a slip of the pen in it."""


def exact(value: Exact) -> Fraction:
    """Return an exact number; a float is refused, since 0.1 as a float is not one tenth.

    >>> exact("0.1"), exact("10/3"), exact(2)
    (Fraction(1, 10), Fraction(10, 3), Fraction(2, 1))
    """
    if not isinstance(value, bool | float) and _is_short(value):
        try:
            number = Fraction(value)
        except (TypeError, ValueError, ArithmeticError):
            pass
        else:
            if max(abs(number.numerator), number.denominator) < 10**MOST_DIGITS:
                return number
    raise RubricError(
        f"a number of a rubric: must be an integer, a fraction or a decimal, {MOST_DIGITS} digits at most, "
        f'got a value of type {type(value).__name__}; write for example Fraction("0.1")'
    )


def _is_short(value: Exact) -> bool:
    """Tell whether reading a number takes no more work than its digits: 1e999999999 has a billion."""
    if isinstance(value, str):
        power = re.search(r"[eE][+-]?([0-9_]+)", value)
        return len(value) <= 4 * MOST_DIGITS and (power is None or len(power[1]) <= 3)
    return not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) <= 2 * MOST_DIGITS


def exact_or_none(value: Exact | None) -> Fraction | None:
    """Return an exact number, or None as it is."""
    return None if value is None else exact(value)


def exact_each(values: Iterable[Exact]) -> tuple[Fraction, ...]:
    """Return several exact numbers."""
    return tuple(exact(value) for value in values)


def exact_and_value(number: Fraction | None) -> dict[str, str | float] | None:
    """Return an exact number in plain values, as text and as a float; None as it is.

    >>> exact_and_value(Fraction(1, 4))
    {'exact': '1/4', 'value': 0.25}
    """
    return None if number is None else {"exact": str(number), "value": float(number)}
