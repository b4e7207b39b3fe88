"""Exact numbers: what weights, points and marks are made of."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from coqs.errors import RubricError

Exact = Fraction | int | str | Decimal


def exact(value: Exact) -> Fraction:
    """Return an exact number; a float is refused, since 0.1 as a float is not one tenth.

    >>> exact("0.1"), exact("10/3"), exact(2)
    (Fraction(1, 10), Fraction(10, 3), Fraction(2, 1))
    """
    if not isinstance(value, bool | float):
        try:
            return Fraction(value)
        except (TypeError, ValueError, ArithmeticError):
            pass
    raise RubricError(
        f"a number of a rubric: must be an integer, a fraction or a decimal text, got a value of type "
        f'{type(value).__name__}; write for example Fraction("0.1")'
    )


def exact_or_none(value: Exact | None) -> Fraction | None:
    """Return an exact number, or None as it is."""
    return None if value is None else exact(value)


def exact_each(values: Iterable[Exact]) -> tuple[Fraction, ...]:
    """Return several exact numbers."""
    return tuple(exact(value) for value in values)
