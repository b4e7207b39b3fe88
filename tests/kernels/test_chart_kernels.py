"""Kernels under charts: constants, recursions, run rules and charts of shares."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from coqs.kernels.chart_constants import c4, d2, d3
from coqs.kernels.normal import normal_cdf, normal_pdf
from coqs.kernels.proportions import p_chart, u_chart
from coqs.kernels.run_rules import RunRule, completes
from coqs.kernels.smoothing import cusum, ewma, ewma_variance

PATH = Path(__file__).parents[1] / "vectors" / "control_charts.json"
CASES = json.loads(PATH.read_text(encoding="utf-8"))["cases"]
NELSON = {
    "1": RunRule("beyond", of=1, k=1, zone=3.0),
    "2": RunRule("run", of=9),
    "3": RunRule("trend", of=6),
    "4": RunRule("alternating", of=14),
    "5": RunRule("beyond", of=3, k=2, zone=2.0),
    "6": RunRule("beyond", of=5, k=4, zone=1.0),
    "7": RunRule("within", of=15, zone=1.0),
    "8": RunRule("outside", of=8, zone=1.0),
}
series = st.lists(
    st.lists(st.floats(-4, 4) | st.just(float("nan")), min_size=2, max_size=2), min_size=1, max_size=30
).map(np.array)


def test_constants_equal_the_published_table() -> None:
    exact = CASES["SPC-017"]["recomputed"]
    sizes = CASES["SPC-017"]["inputs"]["n"]
    assert c4(sizes) == pytest.approx(exact["c4"], abs=1e-11)
    assert [d2(n) for n in sizes] == pytest.approx(exact["d2"], abs=1e-10)
    ratio = [3 * d3(n) / d2(n) for n in sizes]
    assert [1 + each for each in ratio] == pytest.approx(exact["D4"], abs=1e-9)
    assert [max(1 - each, 0) for each in ratio] == pytest.approx(exact["D3"], abs=1e-9)


def test_the_constant_of_large_samples_goes_on_where_the_small_ones_end() -> None:
    left, middle, right = c4([399.0, 400.0, 401.0])
    assert middle - left == pytest.approx(right - middle, rel=0.02)
    assert np.isnan(c4([1.0, 0.0])).all()
    with pytest.raises(ValueError, match="one value has no range"):
        d2(1)


def test_the_normal_distribution_is_right_in_both_tails() -> None:
    assert normal_cdf([-8.0, 8.0]) == pytest.approx([6.220960574271785e-16, 1.0], rel=1e-12)
    assert normal_pdf(0.0) == pytest.approx(0.3989422804014327)


@pytest.mark.parametrize("name", list(CASES["SPC-024"]["inputs"]["vectors"]))
def test_each_pattern_is_completed_by_the_shortest_series_that_has_it(name: str) -> None:
    z = np.array(CASES["SPC-024"]["inputs"]["vectors"][name], float)[:, None]
    found = {}
    for rule, each in NELSON.items():
        upper, lower = completes(each, z)
        places = (np.flatnonzero((upper | lower).ravel()) + 1).tolist()
        if places:
            found[rule] = places
    assert found == CASES["SPC-024"]["recomputed"]["signals"][name]


@pytest.mark.parametrize("rule", NELSON, ids=str)
@given(z=series)
def test_patterns_equal_a_loop(rule: str, z: np.ndarray) -> None:
    upper, lower = completes(NELSON[rule], z)
    for (row, column), above in np.ndenumerate(upper):
        assert (above, lower[row, column]) == naive(NELSON[rule], z[: row + 1, column])


@pytest.mark.parametrize("rule", NELSON, ids=str)
@given(z=series)
def test_a_gap_that_is_bridged_leaves_the_others_as_if_it_were_not_there(rule: str, z: np.ndarray) -> None:
    bridged = completes(NELSON[rule], z, bridge=True)
    for column in range(2):
        seen = ~np.isnan(z[:, column])
        alone = completes(NELSON[rule], z[seen, column][:, None])
        for side, expected in zip(bridged, alone, strict=True):
            assert side[seen, column].tolist() == expected.ravel().tolist()
            assert not side[~seen, column].any()


def naive(rule: RunRule, past: np.ndarray) -> tuple[bool, bool]:
    gaps = np.flatnonzero(np.isnan(past))
    since = past[gaps[-1] + 1 :] if len(gaps) else past
    last = since[-rule.of :]
    if not len(last):
        return False, False
    if rule.kind == "beyond":
        return tuple(
            bool(side * last[-1] > rule.zone and (side * last > rule.zone).sum() >= rule.k)
            for side in (1, -1)
        )
    if len(last) < rule.of:
        return False, False
    step = np.diff(last)
    if rule.kind == "run":
        return bool((last > 0).all()), bool((last < 0).all())
    if rule.kind == "trend":
        return bool((step > 0).all()), bool((step < 0).all())
    if rule.kind == "alternating":
        found = bool((step != 0).all() and (np.sign(step[1:]) == -np.sign(step[:-1])).all())
    else:
        away = np.abs(last)
        found = bool((away < rule.zone).all() if rule.kind == "within" else (away > rule.zone).all())
    return found, found


@pytest.mark.parametrize("scale", [1.3, 2.0])
def test_wider_zones_make_every_pattern_rarer(scale: float) -> None:
    z = np.random.default_rng(5).standard_normal((400, 20))
    for rule in NELSON.values():
        narrow, wide = (np.logical_or(*completes(rule, z, scale=each)) for each in (1, scale))
        assert not (wide & ~narrow).any()


@pytest.mark.parametrize("rule", [RunRule("up"), RunRule("beyond", of=2, k=3), RunRule("trend", of=1)])
def test_what_is_no_pattern_is_refused(rule: RunRule) -> None:
    with pytest.raises(ValueError, match=r"kind: must be one of|rule: must ask for"):
        completes(rule, np.zeros((3, 1)))


@given(series, st.floats(0.05, 1))
def test_averages_equal_a_loop_and_carry_over_gaps(z: np.ndarray, weight: float) -> None:
    found, variance = ewma(z, weight, 0.5), ewma_variance(weight, np.where(np.isnan(z), np.nan, 2.0))
    for column in range(2):
        last, spread = 0.5, 0.0
        for row, value in enumerate(z[:, column]):
            if not np.isnan(value):
                last = last + weight * (value - last)
                spread = weight**2 * 2.0 + (1 - weight) ** 2 * spread
            assert found[row, column] == pytest.approx(last, abs=1e-12)
            assert variance[row, column] == pytest.approx(spread)


@given(series, st.floats(0, 2), st.floats(0, 3))
def test_sums_equal_a_loop_and_carry_over_gaps(z: np.ndarray, k: float, headstart: float) -> None:
    upper, lower = cusum(z, k, headstart=headstart)
    for column in range(2):
        up = down = headstart
        for row, value in enumerate(z[:, column]):
            if not np.isnan(value):
                up, down = max(0.0, up + value - k), max(0.0, down - value - k)
            assert upper[row, column] == pytest.approx(up, abs=1e-12)
            assert lower[row, column] == pytest.approx(down, abs=1e-12)


def test_nothing_is_smoothed_into_nothing() -> None:
    assert ewma(np.empty((0, 3)), 0.2, 0.0).shape == (0, 3)
    assert cusum(np.empty((0, 3)), 0.5)[0].shape == (0, 3)
    with pytest.raises(ValueError, match="dimensions"):
        ewma([1.0, 2.0], 0.2, 0.0)
    with pytest.raises(ValueError, match="weight"):
        ewma([[1.0]], 0.0, 0.0)


def test_a_chart_of_shares_has_a_pooled_centre_and_no_point_on_a_limit_stands_out() -> None:
    case = CASES["SPC-001"]
    chart = p_chart(np.array(case["inputs"]["defectives"])[:, None], np.full((30, 1), case["inputs"]["n"]))
    assert chart.centre[0] == pytest.approx(case["recomputed"]["pbar"])
    assert chart.upper[0, 0] == pytest.approx(case["recomputed"]["UCL"])
    assert chart.lower[0, 0] == pytest.approx(case["recomputed"]["LCL"])
    assert (np.flatnonzero(chart.flags) + 1).tolist() == case["recomputed"]["beyond"]
    uneven = p_chart([[1], [8]], [[100], [10]])
    assert uneven.centre[0] == pytest.approx(9 / 110)


def test_a_chart_of_rates_equals_the_published_c_chart() -> None:
    case = CASES["SPC-005"]
    counts = np.array(case["inputs"]["counts"])[:, None]
    chart = u_chart(counts, np.ones_like(counts))
    assert chart.upper[0, 0] == pytest.approx(case["expected"]["UCL"], abs=0.005)
    assert (np.flatnonzero(chart.flags) + 1).tolist() == case["recomputed"]["beyond"]
    assert chart.upper[2, 0] == pytest.approx(counts[2, 0])  # on the limit is not beyond it


def test_a_share_on_a_limit_stands_out_in_no_rounding() -> None:
    for tenth in range(1, 10):  # 3 sigma of shares k/10 of 100 trials are rarely floats
        share = tenth / 10
        sigma = np.sqrt(share * (1 - share) / 100)
        hits = np.array([[100 * (share + 3 * sigma)], [100 * (share - 3 * sigma)]])
        assert not p_chart(hits, np.full((2, 1), 100.0)).flags.any()
        assert p_chart(hits * [[1.001], [0.999]], np.full((2, 1), 100.0), 2.99).flags.all()


@pytest.mark.parametrize("is_share", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_charts_of_counts_equal_a_loop(seed: int, is_share: bool) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 12, (6, 4)).astype(float)
    hits, limit = rng.binomial(n.astype(int), 0.3), rng.uniform(0.5, 3, (6, 4))
    chart = (p_chart if is_share else u_chart)(hits, n, limit)
    for (row, column), trials in np.ndenumerate(n):
        if not trials:
            assert np.isnan([chart.lower[row, column], chart.upper[row, column]]).all()
            assert not chart.flags[row, column]
            continue
        centre = hits[:, column].sum() / n[:, column].sum()
        half = limit[row, column] * np.sqrt(centre * ((1 - centre) if is_share else 1) / trials)
        low, high = max(centre - half, 0), min(centre + half, 1) if is_share else centre + half
        assert (chart.lower[row, column], chart.upper[row, column]) == pytest.approx((low, high))
        value = hits[row, column] / trials
        assert chart.flags[row, column] == (value > high + 1e-11 or value < low - 1e-11)


def test_a_gap_has_no_limits_and_stands_out_in_nothing() -> None:
    chart = p_chart([[1, 0], [0, 0]], [[10, 0], [0, 0]])
    assert np.isnan(chart.centre).tolist() == [False, True]
    assert np.isnan(chart.upper).tolist() == [[False, True], [True, True]]
    assert not chart.flags.any()
