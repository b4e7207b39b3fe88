"""Run lengths: published tables, simulations, and limits that give back what they were asked for."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coqs.kernels.bernoulli_cusum import (
    bernoulli_cusum,
    bernoulli_cusum_arl,
    bernoulli_cusum_limit,
    reference_steps,
)
from coqs.kernels.count_limits import binomial_limits, exponential_limits, geometric_limits, poisson_limits
from coqs.kernels.rule_chains import chain_arl, has_chain
from coqs.kernels.rule_run_lengths import fitted_rules, rule_set_arl
from coqs.kernels.run_lengths import (
    cusum_arl,
    cusum_interval,
    ewma_arl,
    ewma_limit,
    shewhart_arl,
    shewhart_limit,
)
from coqs.kernels.run_rules import RunRule, completes
from coqs.kernels.smoothing import cusum, ewma, ewma_variance

PATH = Path(__file__).parents[1] / "vectors" / "control_chart_run_lengths.json"
(TWO_SIDED, ONE_SIDED, EWMA, CAUTION, CROWDER, INTERVALS, CHAINS) = json.loads(
    PATH.read_text(encoding="utf-8")
)


def close(found: list[float], exact: list[float | None], *, to: float = 1e-9) -> bool:
    pairs = [(a, b) for a, b in zip(found, exact, strict=True) if b is not None]
    return len(pairs) > 0 and all(math.isclose(a, b, rel_tol=to) for a, b in pairs)


def test_two_sided_cusums_have_the_published_run_lengths_with_and_without_a_headstart() -> None:
    given, exact = TWO_SIDED["inputs"], TWO_SIDED["exact"]
    k, h = given["k"], given["h"]
    assert close([cusum_arl(k, h, shift) for shift in given["shifts"]], exact["zero_start"])
    ahead = [cusum_arl(k, h, shift, headstart=h / 2) for shift in given["shifts"]]
    assert close(ahead, exact["headstart"])


def test_one_sided_cusums_have_the_published_run_lengths() -> None:
    exact = ONE_SIDED["exact"]
    found = [cusum_arl(k, h, shift, sided=1) for k, h, shift in ONE_SIDED["inputs"]["points"]]
    assert close(found, [*exact["brook_evans"], *exact["vance"]])
    fast = cusum_arl(0.25, 8, 2.5, headstart=0.1, sided=1)
    assert close([cusum_arl(0.25, 8, 2.5, sided=1), fast], exact["sas"][:2])


@pytest.mark.parametrize(("name", "weight", "limit"), [("lam_050", 0.5, 3.071), ("lam_003", 0.03, 2.437)])
def test_ewma_charts_have_the_published_run_lengths(name: str, weight: float, limit: float) -> None:
    shifts = EWMA["inputs"]["shifts"]
    assert close([ewma_arl(weight, limit, shift) for shift in shifts], EWMA["exact"][name])


def test_a_limit_of_2_7_does_not_run_for_500_and_varying_limits_run_for_less() -> None:
    exact = CAUTION["exact"]
    found = [ewma_arl(0.1, 2.7, shift, varying=varying) for varying in (False, True) for shift in (0, 1)]
    names = ("arl0_fixed", "arl1_fixed", "arl0_varying_limits", "arl1_varying_limits")
    assert close(found, [exact[name] for name in names], to=1e-8)


def test_ewma_run_lengths_equal_crowders_table() -> None:
    exact = CROWDER["exact"]
    assert close([ewma_arl(0.5, 2, shift) for shift in CROWDER["inputs"]["shifts"]], exact["arl"])
    assert close([ewma_arl(0.5, 2, 1.25), ewma_arl(0.25, 3, 1)], [exact["arl_at_1_25"], exact["sas"]])


def test_decision_intervals_equal_the_published_ones() -> None:
    found = [cusum_interval(k, 370) for k in INTERVALS["inputs"]["k"]]
    assert close(found, INTERVALS["exact"]["h"], to=1e-8)


@pytest.mark.parametrize("arl0", [5.0, 370.0, 12_345.0])
def test_limits_give_back_the_run_length_that_was_asked(arl0: float) -> None:
    assert shewhart_arl(shewhart_limit(arl0)) == pytest.approx(arl0)
    assert shewhart_arl(shewhart_limit(arl0, sided=1), sided=1) == pytest.approx(arl0)
    assert cusum_arl(0.3, cusum_interval(0.3, arl0)) == pytest.approx(arl0, rel=1e-8)
    ahead = cusum_interval(0.5, arl0, headstart_share=0.5)
    assert cusum_arl(0.5, ahead, headstart=ahead / 2) == pytest.approx(arl0, rel=1e-8)
    assert ahead >= cusum_interval(0.5, arl0)
    for varying in (False, True):
        assert ewma_arl(0.3, ewma_limit(0.3, arl0, varying=varying), varying=varying) == pytest.approx(arl0)


def test_an_ewma_of_the_newest_value_alone_is_a_shewhart_chart() -> None:
    assert ewma_arl(1.0, 3.0, 0.5) == pytest.approx(shewhart_arl(3.0, 0.5))


@pytest.mark.parametrize("arl0", [20.0, 370.0, 1000.0])
@pytest.mark.parametrize("n", [1, 7, 50, 400])
@pytest.mark.parametrize("p", [0.01, 0.2, 0.5, 0.93])
def test_limits_of_counts_are_as_tight_as_the_run_length_allows(arl0: float, n: int, p: float) -> None:
    chances = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]

    def chance(low: float, high: float) -> float:
        return sum(each for k, each in enumerate(chances) if k < low or k > high)

    found = binomial_limits(n, p, arl0)
    beyond = chance(found.low, found.high)
    assert beyond <= 1 / arl0 * (1 + 1e-9)
    assert found.arl == (pytest.approx(1 / beyond) if beyond > 0 else math.inf)
    for low, high in ((max(found.low, 0) + 1, found.high), (found.low, found.high - 1)):
        if low <= high:
            assert chance(low, high) > 1 / arl0 * (1 - 1e-9)


@pytest.mark.parametrize("mean", [0.02, 0.8, 4.0, 60.0])
def test_limits_of_rare_counts_are_as_tight_as_the_run_length_allows(mean: float) -> None:
    chances = [math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(400)]

    def chance(low: float, high: float) -> float:
        return sum(each for k, each in enumerate(chances) if k < low or k > high)

    found = poisson_limits(mean, 370)
    assert found.arl == pytest.approx(1 / chance(found.low, found.high))
    assert found.arl >= 370
    assert chance(found.low, found.high - 1) > 1 / 370
    assert chance(max(found.low, 0) + 1, found.high) > 1 / 370


@pytest.mark.parametrize("p", [0.3, 0.03, 1e-3, 1e-5])
@pytest.mark.parametrize("arl0", [20.0, 370.0])
def test_limits_of_a_g_chart_are_as_tight_as_the_run_length_allows(p: float, arl0: float) -> None:
    def chance(low: float, high: float) -> float:
        return 1 - (1 - p) ** max(low, 0) + (1 - p) ** (high + 1)

    found = geometric_limits(p, arl0)
    assert found.arl == pytest.approx(1 / chance(found.low, found.high))
    assert found.arl >= arl0 * (1 - 1e-9)
    assert chance(found.low, found.high - 1) > 1 / arl0
    assert chance(max(found.low, 0) + 1, found.high) > 1 / arl0


def test_frequent_lapses_have_no_number_between_them_that_is_too_small() -> None:
    assert geometric_limits(0.03, 370).low == -1
    assert geometric_limits(1e-4, 370).low > 0


def test_limits_of_a_t_chart_have_the_run_length_exactly() -> None:
    low, high = exponential_limits(370)
    assert 1 - math.exp(-low) + math.exp(-high) == pytest.approx(1 / 370)


@pytest.mark.parametrize(
    ("steps", "interval", "p"),
    [(2, 3, 0.3), (5, 12, 0.1), (9, 4, 0.02), (4, 1, 0.5), (69, 400, 0.0144), (69, 400, 0.3)],
)
def test_a_bernoulli_cusum_runs_as_its_markov_chain_says(steps: int, interval: int, p: float) -> None:
    matrix = np.zeros((interval, interval))
    for i in range(interval):
        matrix[i, max(i - 1, 0)] += 1 - p
        if i + steps - 1 < interval:
            matrix[i, i + steps - 1] += p
    naive = np.linalg.solve(np.eye(interval) - matrix, np.ones(interval))[0]
    assert bernoulli_cusum_arl(steps, interval, p) == pytest.approx(naive)


def test_the_chart_of_single_outcomes_is_the_soonest_that_runs_long_enough() -> None:
    found = bernoulli_cusum_limit(0.03, 0.06, 2000)
    assert found.anss >= 2000 > bernoulli_cusum_arl(found.steps, found.interval - 1, 0.03)
    assert found.steps == reference_steps(0.03, 0.06)


def test_rare_lapses_have_a_chart_too_and_certain_ones_the_soonest() -> None:
    rare = bernoulli_cusum_limit(2e-5, 6e-5, 1e6)
    assert rare.anss >= 1e6 > bernoulli_cusum_arl(rare.steps, rare.interval - 1, 2e-5)
    assert rare.anss < 1.001e6
    assert bernoulli_cusum_arl(5, 9, 1.0) == 3  # 4, 8, 12
    assert bernoulli_cusum_arl(5, 9, 1 - 1e-9) == pytest.approx(3)
    assert bernoulli_cusum_arl(5, 9, 0.0) == math.inf


def test_the_sum_of_single_outcomes_equals_a_loop() -> None:
    lapses, total, naive = np.random.default_rng(3).random(300) < 0.1, 0, []
    for lapse in lapses:
        total = max(total + (6 if lapse else -1), 0)
        naive.append(total)
    assert bernoulli_cusum(lapses, 7).tolist() == naive
    assert bernoulli_cusum([], 7).tolist() == []


WESTERN = (
    RunRule("beyond", zone=3.0),
    RunRule("beyond", of=3, k=2, zone=2.0),
    RunRule("beyond", of=5, k=4, zone=1.0),
    RunRule("run", of=8),
)


@pytest.mark.parametrize("row", CHAINS["rows"], ids=str)
def test_sets_of_rules_on_zones_run_for_what_champ_and_woodall_found(row: dict[str, Any]) -> None:
    found = rule_set_arl([WESTERN[number - 1] for number in row["rules"]])
    assert round(found.arl, 2) == row["arl"]
    assert found.se == 0


@pytest.mark.parametrize("shift", [0.0, 0.7])
@pytest.mark.parametrize("scale", [0.8, 1.1])
def test_a_chain_says_what_a_simulation_does(scale: float, shift: float) -> None:
    rules = [*WESTERN, RunRule("within", of=9, zone=1.0), RunRule("outside", of=4, zone=0.9)]
    exact = chain_arl(rules, scale=scale, shift=shift)
    z = np.random.default_rng(7).standard_normal((600, 4000)) + shift
    signals = np.zeros(z.shape, bool)
    for rule in rules:
        signals |= np.logical_or(*completes(rule, z, scale=scale))
    lengths = first_signal(signals)
    assert abs(lengths.mean() - exact) < 4 * lengths.std() / math.sqrt(lengths.size)


def test_a_chain_fits_rules_on_zones_alone_and_of_few_states() -> None:
    assert has_chain(WESTERN)
    assert not has_chain([*WESTERN, RunRule("alternating", of=14)])
    many = [RunRule("beyond", of=of, k=of // 2, zone=zone) for of, zone in ((12, 0.5), (13, 1.0), (14, 1.5))]
    assert chain_arl(many) is None
    assert rule_set_arl(many, signals=300).se > 0
    with pytest.raises(ValueError, match="kind: must be one of"):
        chain_arl([RunRule("up")])


def test_rules_are_fitted_to_a_run_length_that_zones_alone_cannot_have() -> None:
    fitted = fitted_rules(WESTERN, 370)
    assert fitted.rules[3].of > 8
    assert fitted.found == (pytest.approx(370), 0)
    assert rule_set_arl(fitted.rules, scale=fitted.scale) == fitted.found


def test_rules_without_a_chain_are_fitted_by_simulation_that_states_its_error() -> None:
    fitted = fitted_rules([RunRule("beyond", zone=3.0), RunRule("trend", of=6)], 200, signals=2000)
    assert 0 < fitted.found.se < 0.03 * 200
    assert abs(fitted.found.arl - 200) < 4 * fitted.found.se


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shewhart_limit(1.0), "arl0: must be above 1"),
        (lambda: ewma_limit(0.0, 370), "weight: must be above 0"),
        (lambda: ewma_arl(0.2, 0.0), "limit above 0"),
        (lambda: cusum_arl(0.5, 0.0), "h: must be above 0"),
        (lambda: cusum_interval(0.5, 370, headstart_share=1.0), "headstart_share: must lie from 0"),
        (lambda: cusum_arl(0.5, 2.0, headstart=3.0), "headstart from 0 to h"),
        (lambda: binomial_limits(2, 1.5, 370), "p from 0 to 1"),
        (lambda: binomial_limits(2, 0.5, 0.5), "arl0: must be above 1"),
        (lambda: geometric_limits(0.0, 370), "p must be above 0"),
        (lambda: bernoulli_cusum_limit(0.2, 0.1, 370), "0 < p0 < p1 < 1"),
        (lambda: reference_steps(1e-6, 2e-6), "rarer"),
        (lambda: rule_set_arl([]), "one at least"),
    ],
)
def test_what_is_no_chart_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def first_signal(signals: np.ndarray) -> np.ndarray:
    return np.where(signals.any(axis=0), np.argmax(signals, axis=0) + 1, len(signals))


@pytest.mark.slow
def test_simulated_run_lengths_in_control_are_within_5_per_cent_of_those_asked() -> None:
    """10,000 first signals each: the error of the simulation is about 1 per cent."""
    rng, arl0 = np.random.default_rng(11), 100.0
    n, points = 4000, 300

    def held(draw: Any) -> None:
        seen = total = 0
        while seen < 10_000:
            signals = draw()
            length = first_signal(signals)
            seen, total = seen + int(signals.any(axis=0).sum()), total + int(length.sum())
        assert abs(total / seen / arl0 - 1) < 0.05

    limit, fixed, opened = shewhart_limit(arl0), ewma_limit(0.2, arl0), ewma_limit(0.2, arl0, varying=True)
    sd = np.sqrt(ewma_variance(0.2, np.ones((points, 1))))
    h = cusum_interval(0.5, arl0)
    held(lambda: np.abs(rng.standard_normal((points, n))) > limit)
    held(lambda: np.abs(ewma(rng.standard_normal((points, n)), 0.2, 0.0)) > fixed * sd[-1])
    held(lambda: np.abs(ewma(rng.standard_normal((points, n)), 0.2, 0.0)) > opened * sd)
    held(lambda: np.maximum(*cusum(rng.standard_normal((points, n)), 0.5)) > h)


@pytest.mark.slow
def test_simulated_charts_of_counts_and_waits_run_as_long_as_they_say() -> None:
    """Each chance of an alarm from so many draws that the error of the run length is below 1.2 per cent."""
    rng, n = np.random.default_rng(12), 4_000_000
    low, high = exponential_limits(370)
    for draws, limits, arl in (
        (rng.binomial(50, 0.2, n), *columns_of(binomial_limits(50, 0.2, 370))),
        (rng.poisson(9.0, n), *columns_of(poisson_limits(9.0, 370))),
        (rng.geometric(0.01, n) - 1, *columns_of(geometric_limits(0.01, 370))),
        (rng.exponential(1.0, n), (low, high), 370.0),
    ):
        alarms = int(((draws < limits[0]) | (draws > limits[1])).sum())
        assert alarms**-0.5 < 0.012
        assert abs(n / alarms / arl - 1) < 0.05


def columns_of(found: Any) -> tuple[tuple[float, float], float]:
    return (found.low, found.high), found.arl


@pytest.mark.slow
def test_simulated_bernoulli_cusums_run_as_long_as_they_say() -> None:
    """10,000 runs, side by side: the error of their mean is about 1 per cent."""
    rng, chart = np.random.default_rng(13), bernoulli_cusum_limit(0.05, 0.1, 300)
    sums, lengths = np.zeros(10_000, np.int64), []
    for step in itertools.count(1):
        lapse = rng.random(len(sums)) < 0.05
        sums = np.maximum(sums + np.where(lapse, chart.steps - 1, -1), 0)
        lengths += [step] * int((sums >= chart.interval).sum())
        sums = sums[sums < chart.interval]
        if not len(sums):
            break
    error = np.std(lengths) / math.sqrt(len(lengths)) / chart.anss
    assert error < 0.015
    assert abs(np.mean(lengths) / chart.anss - 1) < 0.05
