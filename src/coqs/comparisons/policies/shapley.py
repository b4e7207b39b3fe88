"""The Shapley value: what each player adds to a game, averaged over the orders in which they can join.

L. S. Shapley, "A value for n-person games", in Contributions to the Theory of Games II (1953), 307-317.
A coalition is a number whose bit k says whether player k is in it. What a coalition is worth may be a
number of any kind, or an array of them: fractions give exact parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Value = Callable[[int], Any]
MOST_EXACT = 8
"""Players whose every coalition is tried; of more only some orders are."""
PAIRS = 16
"""Of orders that are drawn where there are more players, each with its reverse."""


def shapley(value: Value, players: int) -> list[Any]:
    """Return each player's part, exactly; each of the 2**players coalitions is valued once.

    >>> from fractions import Fraction
    >>> worth = [Fraction(0), Fraction(1), Fraction(0), Fraction(2)]  # the second helps only the first
    >>> [str(part) for part in shapley(worth.__getitem__, 2)]
    ['3/2', '1/2']
    """
    parts: list[Any] = [0] * players
    for coalition in range(1 << players):
        worth, size = value(coalition), coalition.bit_count()
        for player in range(players):
            inside = coalition >> player & 1
            others = size - inside
            part = worth / (players * math.comb(players - 1, others))
            parts[player] = parts[player] + part if inside else parts[player] - part
    return parts


def sampled_shapley(value: Value, players: int, *, seed: int) -> tuple[list[Any], list[Any]]:
    """Return an unbiased estimate of each player's part, and of its variance.

    In each order that is drawn the players join one after the other, and then in the reverse order,
    which keeps the variance low. The parts of every order add up to the whole, and so do their means.
    """
    draw = np.random.default_rng(seed)
    ends = value(0), value((1 << players) - 1)
    sums: list[Any] = [0] * players
    squares: list[Any] = [0] * players
    for _ in range(PAIRS):
        order = draw.permutation(players).tolist()
        there, back = _added(value, order, ends), _added(value, order[::-1], ends)
        for player in range(players):
            mean = (there[player] + back[player]) / 2
            sums[player] = sums[player] + mean
            squares[player] = squares[player] + mean * mean
    parts = [each / PAIRS for each in sums]
    variances = [
        (square / PAIRS - part * part) / (PAIRS - 1) for square, part in zip(squares, parts, strict=True)
    ]
    return parts, variances


def _added(value: Value, order: Sequence[int], ends: tuple[Any, Any]) -> dict[int, Any]:
    """Return what each player adds where they join in this order."""
    added, coalition, before = dict[int, Any](), 0, ends[0]
    for player in order:
        coalition |= 1 << player
        after = ends[1] if len(added) == len(order) - 1 else value(coalition)
        added[player] = after - before
        before = after
    return added
