"""Change points: published series, edges, and the coverage of the interval."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from coqs.kernels.change_points import mean_change, pettitt, reliable_change

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "change_points.json").read_text("utf-8"))
NILE = VECTORS["data"]["nile"]
CASES = VECTORS["cases"]


def test_the_flow_of_the_nile_changes_after_1898() -> None:
    case, found = CASES["TRK-001"], mean_change(NILE)
    expected = case["recomputed"]
    assert found.at == expected["break_index"]
    assert case["inputs"]["start_year"] + found.at - 1 == expected["break_year"]
    assert found.before == pytest.approx(expected["mean_before"])
    assert found.after == pytest.approx(expected["mean_after"])
    assert found.rss == pytest.approx(expected["RSS"], rel=1e-11)
    assert found.sup_f == pytest.approx(expected["supF"], rel=1e-10)
    years = [case["inputs"]["start_year"] + each - 1 for each in (found.low, found.high)]
    assert years == expected["ci_years"]


def test_pettitt_finds_the_same_year_by_ranks() -> None:
    found, expected = pettitt(NILE), CASES["TRK-002"]["recomputed"]
    assert (found.at, found.statistic) == (expected["k"], expected["K"])
    assert found.p == pytest.approx(expected["p"], rel=1e-10)


def test_the_reliable_change_is_the_published_one() -> None:
    given, expected = CASES["PSY-014"]["inputs"], CASES["PSY-014"]["recomputed"]
    found = reliable_change([given["pre"]], [given["post"]], sd=given["sd"], reliability=given["reliability"])
    assert found.standard_error == pytest.approx(expected["S_E"])
    assert found.difference_error == pytest.approx(expected["S_diff"])
    assert found.change[0] == pytest.approx(expected["RC"])


@pytest.mark.parametrize("values", [[], [3.0], [3.0, 4.0, 5.0], [2.0] * 9])
def test_too_few_and_all_equal_values_have_no_change(values: list[float]) -> None:
    found = mean_change(values)
    assert found.at == 0
    assert math.isnan(found.sup_f)
    if len(set(values)) < 2:
        assert pettitt(values) == (0, 0.0, 1.0)


def test_two_levels_without_spread_have_a_place_but_no_interval() -> None:
    found = mean_change([1.0] * 5 + [2.0] * 5)
    assert (found.at, found.sup_f) == (5, math.inf)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_what_is_not_known_has_no_reliable_change() -> None:
    found = reliable_change([1.0, math.nan], [2.0, 2.0], sd=1, reliability=0.9)
    assert np.isnan(found.change).tolist() == [False, True]
    assert np.isnan(reliable_change([1.0], [2.0], sd=1, reliability=1).change).all()
    with pytest.raises(ValueError, match="reliable change: sd must be above 0"):
        reliable_change([1.0], [2.0], sd=0, reliability=0.5)


@pytest.mark.slow
def test_the_interval_of_a_clear_change_covers_as_often_as_it_says() -> None:
    """200 values a side, one standard deviation apart: 95 % (Monte Carlo error 0.5 %)."""
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(2000):
        found = mean_change(np.repeat([0.0, 1.0], 200) + rng.standard_normal(400))
        hits += found.low <= 200 <= found.high
    assert abs(hits / 2000 - 0.95) < 3 * 0.005
