"""Change points equal loops over all places, whatever the unit and the origin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from depth import examples
from hypothesis import given, settings, strategies as st

from coqs.kernels.change_points import mean_change, pettitt

SERIES = st.lists(st.integers(-20, 20), min_size=4, max_size=24)


def naive_change(values: list[int], fewest: int) -> float:
    def squares(part: list[int]) -> float:
        return sum((each - sum(part) / len(part)) ** 2 for each in part)

    places = range(fewest, len(values) - fewest + 1)
    return min(squares(values[:at]) + squares(values[at:]) for at in places)


@given(SERIES)
@settings(max_examples=examples(60), deadline=None)
def test_the_least_squares_are_those_of_a_loop_over_all_places(values: list[int]) -> None:
    found = mean_change(values, least=0.2)
    if len(set(values)) == 1:
        assert found.at == 0
    else:
        expected = naive_change(values, max(2, math.floor(0.2 * len(values))))
        assert found.rss == pytest.approx(expected, abs=1e-8)


def naive_pettitt(values: list[int]) -> int:
    n = len(values)
    return max(
        abs(sum(int(np.sign(values[i] - values[j])) for i in range(t) for j in range(t, n)))
        for t in range(1, n + 1)
    )


@given(SERIES)
@settings(max_examples=examples(60), deadline=None)
def test_the_rank_statistic_is_that_of_a_double_loop(values: list[int]) -> None:
    assert pettitt(values).statistic == naive_pettitt(values)


@given(SERIES, st.integers(1, 9), st.integers(-50, 50))
@settings(max_examples=examples(40), deadline=None)
def test_neither_unit_nor_origin_moves_the_change(values: list[int], unit: int, origin: int) -> None:
    other = [unit * each + origin for each in values]
    assert pettitt(other) == pettitt(values)
    assert mean_change(other).rss == pytest.approx(unit**2 * mean_change(values).rss, nan_ok=True)
