"""Control charts equal those that are published, and hold their own promises."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coqs.errors import ComparisonError, NotFoundError, PolicyError
from coqs.journeys import Series
from coqs.journeys.charts import RuleSet, chart, count_dispersion
from coqs.journeys.charts.estimates import mean_sd_sigma, pooled_sigma, range_sigma
from coqs.journeys.charts.limits import fitted_set
from coqs.kernels.chart_constants import c4, d2, d3
from coqs.kernels.run_rules import completes
from coqs.kernels.smoothing import cusum

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "control_charts.json").read_text("utf-8"))
CASES = VECTORS["cases"]
RINGS = np.array(VECTORS["data"]["piston_rings"])


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = CASES[name]
    return found["inputs"], found.get("recomputed", found["expected"])


def beyond(found: Any) -> list[int]:
    """Return the places, from 1, of the flagged points of the first group."""
    return (np.flatnonzero(found.is_flagged[:, 0]) + 1).tolist()


def of_subgroups(raw: Any) -> Series:
    values = np.array(raw)
    n = values.shape[1]
    return Series.of_arrays(values.sum(axis=1), float(n), sd=values.std(axis=1, ddof=1), kind="score")


def test_p_charts_are_those_of_the_orange_juice_cans() -> None:
    given, expected = case("SPC-001")
    found = chart(Series.of_arrays(given["defectives"], given["n"]), kind="p", width=3)
    assert found.centre[0, 0] == pytest.approx(expected["pbar"])
    assert found.upper[0, 0] == pytest.approx(expected["UCL"])
    assert found.lower[0, 0] == pytest.approx(expected["LCL"])
    assert beyond(found) == expected["beyond"]


def test_what_is_left_out_is_recorded_and_no_other_point_is_dropped() -> None:
    given, expected = case("SPC-002")
    series = Series.of_arrays(given["defectives"], given["n"])
    days = [series.period_names()[place - 1] for place in given["excluded_samples"]]
    found = chart(series, kind="p", width=3, exclude=[(day, "a new operator") for day in days])
    assert found.centre[0, 0] == pytest.approx(expected["pbar"])
    assert found.upper[0, 0] == pytest.approx(expected["UCL"])
    assert found.lower[0, 0] == pytest.approx(expected["LCL"])
    assert beyond(found) == expected["beyond"]
    assert [(each.period, each.reason) for each in found.baseline.excluded] == [
        (day, "a new operator") for day in days
    ]
    assert found.baseline.n_points.tolist() == [28]
    assert "left out: 2026-01-15, all: a new operator" in str(found)


def test_a_point_on_the_limit_of_a_c_chart_does_not_signal() -> None:
    given, expected = case("SPC-005")
    found = chart(Series.of_arrays(given["counts"], kind="rate"), kind="c", width=3)
    assert (found.centre[0, 0], found.upper[0, 0], found.lower[0, 0]) == (16, 28, 4)
    assert found.value[2, 0] == found.upper[2, 0]
    assert beyond(found) == expected["beyond"]


def test_u_charts_are_those_of_the_personal_computers() -> None:
    given, expected = case("SPC-006")
    found = chart(Series.of_arrays(given["counts"], given["size"], kind="rate"), kind="u", width=3)
    assert found.centre[0, 0] == pytest.approx(expected["ubar"])
    assert found.upper[0, 0] == pytest.approx(expected["UCL"])
    assert found.lower[0, 0] == pytest.approx(expected["LCL"])
    assert beyond(found) == expected["beyond"]


def test_phase_two_of_the_piston_rings_signals_at_37_to_39() -> None:
    given, expected = case("SPC-008")
    sigma = range_sigma(RINGS, 2.326)  # as the tables print it
    assert sigma == pytest.approx(expected["sigma_R"])
    assert range_sigma(RINGS, float(d2(5))) == pytest.approx(expected["sigma_R_exact_d2"])
    first = chart(of_subgroups(RINGS), kind="xbar", width=3, sigma=sigma)
    assert first.centre[0, 0] == pytest.approx(expected["xbarbar"])
    assert [first.lower[0, 0], first.upper[0, 0]] == pytest.approx(expected["xbar_limits"])
    assert beyond(first) == expected["beyond_phase1"]
    later = chart(of_subgroups(given["phase2"]), baseline=first.baseline)
    assert later.phase == "II"
    assert [place + 25 for place in beyond(later)] == expected["beyond_phase2"]
    mean = expected["R_bar"]
    assert mean * (1 + 3 * float(d3(5)) / 2.326) == pytest.approx(expected["R_UCL"], abs=1e-5)


@pytest.mark.parametrize("name", ["SPC-009", "SPC-010"])
def test_x_bar_and_s_charts_are_those_of_mean_deviations(name: str) -> None:
    given, expected = case(name)
    raw = RINGS if given["phase1"] == "piston_rings" else given["phase1"]
    found = chart(of_subgroups(raw), kind="xbar", width=3, estimator="mean_sd")
    limits = expected.get("xbar_limits", [None, expected.get("xbar_UCL")])
    assert found.spread is not None
    assert found.spread.value.mean() == pytest.approx(expected["s_bar"])
    top = expected["S_limits"][1] if "S_limits" in expected else expected["S_UCL"]
    assert found.spread.upper[0, 0] == pytest.approx(top)
    assert found.spread.lower[0, 0] == 0
    if name == "SPC-009":
        assert found.upper[0, 0] == pytest.approx(limits[1])
        assert found.baseline.sigma[0] == pytest.approx(expected["sigma_S"])
    else:  # whose X-bar limits are those of ranges
        values = np.array(raw)
        assert np.ptp(values, axis=1).mean() == pytest.approx(expected["R_bar"])
        assert np.ptp(values, axis=1).mean() * 0.577 + values.mean() == pytest.approx(limits[1], abs=1e-4)


def test_the_pooled_estimator_is_named_and_equals_the_published_one() -> None:
    _, expected = case("SPC-011")
    found = chart(of_subgroups(RINGS), kind="xbar", width=3)
    assert found.baseline.sigma[0] == pytest.approx(expected["sigma"])
    assert [found.lower[0, 0], found.upper[0, 0]] == pytest.approx(expected["limits"])
    assert found.estimator == "pooled standard deviation within periods / c4"


@pytest.mark.parametrize("name", ["SPC-013", "SPC-014"])
def test_individuals_have_the_limits_of_their_moving_ranges(name: str) -> None:
    given, expected = case(name)
    found = chart(Series.of_arrays(given["x"], kind="value"), kind="xmr", width=3, least=10)
    assert found.centre[0, 0] == pytest.approx(expected["xbar"])
    assert found.upper[0, 0] == pytest.approx(expected["UCL"])
    assert found.lower[0, 0] == pytest.approx(expected["LCL"])
    assert beyond(found) == expected["beyond"]
    assert found.spread is not None
    assert np.nanmean(found.spread.value) == pytest.approx(expected["MR_bar"])
    if "MR_UCL" in expected:
        assert found.spread.upper[0, 0] == pytest.approx(expected["MR_UCL"], abs=0.001)


def test_individuals_have_two_estimators() -> None:
    given, expected = case("SPC-015")
    series = Series.of_arrays(given["x"], kind="value")
    for estimator, ending in (("moving_range", "MR"), ("sd", "SD")):
        found = chart(series, kind="xmr", width=3, estimator=estimator)
        assert found.baseline.sigma[0] == pytest.approx(expected[f"sigma_{ending}"], abs=1e-11)
        limits = [found.lower[0, 0], found.upper[0, 0]]
        assert limits == pytest.approx(expected[f"limits_{ending}"], abs=1e-10)


def test_ranges_of_the_hard_bake_process_give_the_published_limits() -> None:
    given, expected = case("SPC-016")
    values = np.array(given["phase1"])
    mean = range_sigma(values, 1.0)
    assert mean == pytest.approx(expected["R_bar"])
    found = chart(of_subgroups(values), kind="xbar", width=3, sigma=range_sigma(values, float(d2(5))))
    assert found.centre[0, 0] == pytest.approx(expected["xbarbar"])
    assert found.upper[0, 0] == pytest.approx(expected["xbar_UCL"], abs=1e-4)
    assert found.lower[0, 0] == pytest.approx(expected["xbar_LCL"], abs=1e-4)
    assert mean * (1 + 3 * float(d3(5)) / float(d2(5))) == pytest.approx(expected["R_UCL"], abs=2e-4)


def test_constants_are_those_of_the_tables() -> None:
    given, expected = case("SPC-017")
    n = np.array(given["n"], np.float64)
    mean, spread = (np.array([each(size) for size in given["n"]]) for each in (d2, d3))
    unbias = c4(n)
    ranges, deviations = 3 * spread / mean, 3 * np.sqrt(1 - unbias**2) / unbias
    found = {
        "A2": 3 / (mean * np.sqrt(n)),
        "A3": 3 / (unbias * np.sqrt(n)),
        "B3": np.maximum(1 - deviations, 0),
        "B4": 1 + deviations,
        "D3": np.maximum(1 - ranges, 0),
        "D4": 1 + ranges,
    }
    for name, values in found.items():
        assert values == pytest.approx(expected[name], abs=1e-6)


def test_an_ewma_has_the_values_and_limits_that_it_tends_to() -> None:
    given, expected = case("SPC-020")
    parameters = CASES["SPC-020"]["parameters"]
    found = chart(
        Series.of_arrays(given["x"], kind="value"),
        kind="ewma",
        weight=parameters["lam"],
        width=parameters["L"],
        centre=parameters["z0"],
        sigma=parameters["s"],
    )
    assert found.value[:, 0] == pytest.approx(expected["z"])
    assert found.upper[0, 0] == pytest.approx(expected["UCL"])
    assert found.lower[0, 0] == pytest.approx(expected["LCL"])
    assert beyond(found) == expected["beyond"]


def test_a_cusum_signals_at_the_published_groups() -> None:
    given, expected = case("SPC-021")
    parameters = CASES["SPC-021"]["parameters"]
    up, down = cusum(np.array(given["x"])[:, None] - parameters["target"], parameters["k"])
    assert up[:, 0] == pytest.approx(expected["S_hi"], abs=1e-9)
    assert down[:, 0] == pytest.approx(expected["S_lo"], abs=1e-9)
    found = chart(
        Series.of_arrays(given["x"], kind="value"),
        kind="cusum",
        reference=parameters["k"],
        width=parameters["h"],
        centre=parameters["target"],
        sigma=1.0,
    )
    assert beyond(found) == expected["signals"]
    assert found.value[:, 0] == pytest.approx(np.where(up >= down, up, -down)[:, 0])


def test_np_charts_with_tests_find_what_is_published() -> None:
    given, expected = case("SPC-022")
    series = Series.of_arrays(given["defectives"], given["n"])
    found = chart(series, kind="np", width=3, rules="nelson")
    assert found.centre[0, 0] == pytest.approx(expected["center"])
    assert found.upper[0, 0] == pytest.approx(expected["UCL"])
    assert found.lower[0, 0] == pytest.approx(expected["LCL"])
    places = {name: place + 1 for place, name in enumerate(series.period_names())}
    for rule in "1234":
        rows = [row for row in found.signals.rows() if row["rule"] == rule]
        assert [places[row["period"]] for row in rows] == expected[f"test{rule}"]


def test_nelsons_rules_are_shipped_as_they_are_published() -> None:
    _, expected = case("SPC-023")
    rules = RuleSet.named("nelson").rules
    assert [rule.name for rule in rules] == [str(place) for place in range(1, 9)]
    for rule, (points, of, zone) in zip(rules, expected["constants"], strict=True):
        assert (rule.points, rule.of, rule.zone) == (points, of, zone or 0)


def test_nelsons_rules_signal_on_their_least_vectors_and_on_no_shorter_ones() -> None:
    given, expected = case("SPC-024")
    for name, vector in given["vectors"].items():
        for rule in RuleSet.named("nelson").rules:
            above, below = completes(rule.pattern, np.array(vector)[:, None])
            places = (np.flatnonzero(above | below) + 1).tolist()
            assert places == expected["signals"][name].get(rule.name, []), (name, rule.name)


def test_laneys_chart_is_that_of_the_waiting_times() -> None:
    given, expected = case("SPC-025")
    series = Series.of_arrays(given["seen_within_4h"], given["attendances"], every="week")
    found = chart(series, kind="p'", width=3)
    assert found.kind == "p′"
    assert found.centre[0, 0] == pytest.approx(expected["pbar"])
    assert found.baseline.sigma[0] == pytest.approx(expected["sigma_z"])
    assert found.upper[:, 0] == pytest.approx(expected["UCL"])
    assert found.lower[:, 0] == pytest.approx(expected["LCL"])
    assert beyond(found) == expected["laney_beyond"]
    assert beyond(chart(series, kind="p", width=3)) == expected["p_chart_beyond"]
    assert found.estimator == "mean moving range / 1.128 of z"


@pytest.mark.parametrize(("name", "kind", "n"), [("binomial", "share", 50), ("poisson", "rate", 1)])
def test_the_test_of_over_dispersion_is_the_published_one(name: str, kind: str, n: int) -> None:
    given, expected = case("SPC-027")
    found = count_dispersion(given[name], n, kind=kind)
    assert found.ratio == pytest.approx(expected[name]["ratio"])
    assert found.statistic == pytest.approx(expected[name]["stat"])
    assert found.p == pytest.approx(expected[name]["p"])


def counts(seed: int = 3, periods: int = 40, groups: int = 4, n: int = 60) -> Series:
    rng = np.random.default_rng(seed)
    return Series.of_arrays(rng.binomial(n, 0.2, (periods, groups)), n)


def test_groups_are_charted_as_if_each_were_alone() -> None:
    series = counts()
    whole = chart(series, kind="p")
    for place, name in enumerate(series.groups):
        alone = chart(series.take(name), kind="p")
        assert np.array_equal(alone.is_flagged[:, 0], whole.is_flagged[:, place])
        assert np.array_equal(alone.upper[:, 0], whole.upper[:, place])


def test_small_counts_have_the_limits_of_their_law_and_no_fewer_points_between_alarms() -> None:
    found = chart(counts(n=30), kind="p", arl0=370)
    assert (found.attained >= 370).all()
    assert "binomial law, not by a normal one" in found.attained_how
    low = chart(counts(n=30), kind="p", arl0=100)
    assert (low.attained >= 100).all()
    assert (low.attained < found.attained).all()


def test_a_gap_has_no_value_and_no_flag() -> None:
    n = np.full((20, 1), 50.0)
    n[4] = 0
    found = chart(Series.of_arrays(np.full((20, 1), 10.0), n), kind="p")
    assert np.isnan(found.value[4, 0])
    assert not found.is_flagged[4, 0]
    assert np.isnan(found.upper[4, 0])


def test_too_few_points_cannot_be_told_with_the_reason() -> None:
    found = chart(counts(periods=6), kind="p")
    assert found.cannot_tell == ("too few points: limits need 12",) * 4
    assert np.isnan(found.centre).all()
    assert not found.is_flagged.any()
    assert np.isnan(found.attained).all()
    assert "cannot tell: too few points: limits need 12 (4 of 4 groups)" in str(found)


def test_rules_of_several_points_need_more_points() -> None:
    found = chart(counts(periods=15), kind="p", rules="western_electric", width=3)
    assert set(found.cannot_tell) == {"too few points: rules of several points need 20"}


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_what_never_varies_has_no_limits(value: float) -> None:
    found = chart(Series.of_arrays(np.full((20, 1), value), kind="value"), kind="xmr")
    assert found.cannot_tell == ("nothing varied, so no limit can be drawn",)
    none = chart(Series.of_arrays(np.zeros((20, 1)), 30), kind="p")
    assert none.cannot_tell == ("nothing varied, so no limit can be drawn",)


def test_nobody_and_nothing_are_charted_without_a_word() -> None:
    empty = Series.of_arrays(np.zeros((0, 1)), np.zeros((0, 1)), kind="score")
    found = chart(empty)
    assert found.value.shape == (0, 1)
    assert found.cannot_tell == ("too few points: limits need 12",)


def test_a_rule_set_on_zones_has_the_run_length_that_is_asked_for_as_a_whole() -> None:
    found = fitted_set(RuleSet.named("western_electric"), 370)
    assert found.attained == pytest.approx(370)
    assert found.rules.rules[0].zone > 3
    drawn = chart(counts(), kind="p", rules="western_electric")
    assert drawn.attained == pytest.approx(found.attained)
    assert "exactly, by a Markov chain" in drawn.attained_how


@pytest.mark.slow
def test_a_rule_set_with_trends_states_the_error_of_its_run_length() -> None:
    found = fitted_set(RuleSet.named("nelson"), 370)
    assert abs(found.attained - 370) < 370 * 0.05
    assert "simulated with an error of" in found.how


def test_frozen_limits_do_not_move_with_what_they_judge() -> None:
    first = chart(counts(), kind="p")
    worse = Series.of_arrays(np.full((3, 4), 30), 60, start="2026-03-01")
    later = chart(worse, baseline=first.baseline)
    assert np.array_equal(later.centre[0], first.centre[0])
    assert later.is_flagged.all()
    assert later.phase == "II"
    assert later.baseline == first.baseline


def test_a_baseline_judges_only_what_it_is_of() -> None:
    first = chart(counts(), kind="p")
    with pytest.raises(ComparisonError, match="one kind with what it judges"):
        chart(Series.of_arrays(np.ones((3, 4)), 2, kind="rate"), baseline=first.baseline)
    with pytest.raises(NotFoundError, match="baseline: no group 'new'"):
        chart(Series.of_arrays(np.ones((3, 1)), 9, groups=["new"]), baseline=first.baseline)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"kind": "xbar"}, "kind: must be a chart of a share, got 'xbar'"),
        ({"kind": "q"}, "kind: must be a chart of a share, got 'q'"),
        ({"arl0": 0.5}, "arl0: must lie above 1"),
        ({"kind": "ewma", "weight": 2}, "weight: must lie above 0"),
        ({"kind": "ewma", "rules": "nelson"}, "rules: must not be asked of a chart ewma"),
        ({"kind": "p'", "estimator": "range"}, "estimator: must be one that a chart p′ has, got 'range'"),
        ({"exclude": [("2026-01-01", "")]}, "exclude: must be"),
        ({"kind": "g"}, "kind: a chart g must have single cases"),
        ({"kind": "g", "rules": "nelson"}, "rules: must not be asked of a chart g"),
        ({"kind": "p", "estimator": "sd"}, "estimator: must be one that a chart p has, got 'sd'"),
        ({"kind": "p", "centre": [0.1, 0.2]}, r"centre: must be one number or one a group"),
    ],
)
def test_what_suits_no_chart_is_refused_by_name(how: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        chart(counts(), **how)


def test_unknown_names_are_told() -> None:
    with pytest.raises(NotFoundError, match="no rule set 'nelsen'; did you mean 'nelson'"):
        chart(counts(), rules="nelsen")
    with pytest.raises(NotFoundError, match="chart: no option 'alr0'; did you mean 'arl0'"):
        chart(counts(), alr0=500)
    with pytest.raises(NotFoundError, match="exclude: no period '2030-01-01'"):
        chart(counts(), exclude=[("2030-01-01", "why")])


@pytest.mark.parametrize("kind", ["p", "p'", "ewma", "cusum", "xmr"])
def test_charts_pickle_and_compare_and_their_arrays_stay_read_only(kind: str) -> None:
    found = chart(counts(), kind=kind, events=[("2026-01-05", "a training")])
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert not again.value.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        found.upper[0, 0] = 1
    assert repr(found).startswith("<Chart of value")


def test_small_shifts_are_found_by_an_ewma_sooner_than_by_limits() -> None:
    rng = np.random.default_rng(7)
    values = rng.standard_normal((200, 100))
    values[50:] += 1.0
    series = Series.of_arrays(values, kind="value")
    delays = {}
    for kind in ("xmr", "ewma", "cusum"):
        flags = chart(series, kind=kind, centre=0.0, sigma=1.0).is_flagged[50:]
        delays[kind] = np.where(flags.any(axis=0), flags.argmax(axis=0), 150).mean()
    assert delays["ewma"] < delays["xmr"] / 2
    assert delays["cusum"] < delays["xmr"] / 2


def test_pooled_and_mean_spreads_of_one_value_a_period_are_not_known() -> None:
    sd, n = np.full((5, 1), np.nan), np.ones((5, 1))
    assert np.isnan(pooled_sigma(sd, n)).all()
    assert np.isnan(mean_sd_sigma(sd, n)).all()
