"""Exact sums: the empty, single and all-equal case, numbers at the edges, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coqs.kernels import carried, exact_integers, exact_sums
from coqs.kernels.exact_sums import WIDTH


def total(values: list[float], group: list[int], groups: int) -> list[float]:
    limbs, lowest = exact_sums(values, group, groups)
    return [each * 2.0 ** (WIDTH * lowest) for each in exact_integers(limbs)]


def test_nothing_sums_to_nothing() -> None:
    assert total([], [], 2) == [0, 0]
    assert exact_integers(exact_sums([], [], 0)[0]).tolist() == []


def test_one_number_is_itself_and_equal_ones_are_as_many_times_it() -> None:
    assert total([0.1], [1], 2) == [0, 0.1]
    assert total([-0.1] * 8, [0] * 8, 1) == [-0.8]


def test_large_numbers_do_not_swallow_small_ones() -> None:
    assert total([1e100, 1e-100, -1e100], [0, 0, 0], 1) == [1e-100]


def test_more_rows_than_a_block_sum_as_the_standard_library_sums_them() -> None:
    rng = np.random.default_rng(3)
    values, group = rng.normal(size=200_001), rng.integers(0, 3, 200_001)
    found = total(values.tolist(), group.tolist(), 3)
    assert found == [math.fsum(values[group == each].tolist()) for each in range(3)]


def test_numbers_near_nothing_count_as_nothing_whatever_stands_beside_them() -> None:
    assert total([1e-200], [0], 1) == [0]
    alone = exact_sums([1e-130], [0], 1, times=[1e-130])
    beside = exact_sums([1e-130, 1e60], [0, 1], 2, times=[1e-130, 1e60])
    units = [each[0][:, 0] for each in (alone, beside)]
    left, right = (int(exact_integers(limbs[:, None])[0]) for limbs in units)
    assert left << WIDTH * (alone[1] + 30) == right << WIDTH * (beside[1] + 30)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e200])
def test_what_is_not_finite_or_too_large_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="exact sums: values must be finite and below"):
        exact_sums([1.0, value], [0, 0], 1)


def test_limbs_are_carried_so_that_sums_may_be_added_for_ever() -> None:
    limbs = np.array([[2**60, -(2**60)], [3, -3]])
    again = carried(limbs)
    assert exact_integers(again).tolist() == exact_integers(limbs).tolist()
    assert np.abs(again).max() < 2**44
