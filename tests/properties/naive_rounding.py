"""The three ways to round a share to digits of its per cent, in rationals."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction


def half_up(score: Fraction, digits: int) -> Fraction:
    """Round the per cent to digits; what lies half-way goes away from zero."""
    steps = abs(score) * 100 * 10**digits
    return (-1 if score < 0 else 1) * Fraction(math.floor(steps + Fraction(1, 2)), 100 * 10**digits)


def half_even(score: Fraction, digits: int) -> Fraction:
    """Round the per cent to digits; what lies half-way goes to the even neighbour."""
    steps = abs(score) * 100 * 10**digits
    below = math.floor(steps)
    odd = below % 2 == 1
    up = steps - below > Fraction(1, 2) or (steps - below == Fraction(1, 2) and odd)
    return (-1 if score < 0 else 1) * Fraction(below + up, 100 * 10**digits)


def down(score: Fraction, digits: int) -> Fraction:
    """Round the per cent to digits, towards zero."""
    steps = abs(score) * 100 * 10**digits
    return (-1 if score < 0 else 1) * Fraction(math.floor(steps), 100 * 10**digits)


ROUND: dict[str, Callable[[Fraction, int], Fraction]] = {
    "half_up": half_up,
    "half_even": half_even,
    "down": down,
}
