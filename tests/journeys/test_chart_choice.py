"""Which chart is chosen, and what it says; rare lapses case by case; rules and baselines as data."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import coqs
from coqs.errors import ComparisonError, NotFoundError, PolicyError, RecordError
from coqs.journeys import Journeys, Series
from coqs.journeys.charts import Baseline, RuleSet, chart
from coqs.journeys.charts.choice import choose
from coqs.journeys.charts.dispersion import chi_square_tail, count_dispersion, memory_of
from coqs.journeys.charts.lasting import lasting_limit, lasting_shift


def shares(seed: int, periods: int = 60, groups: int = 3, *, over: float = 0.0, n: int = 200) -> Series:
    rng = np.random.default_rng(seed)
    p = 0.2 + over * rng.standard_normal((periods, groups))
    return Series.of_arrays(rng.binomial(n, np.clip(p, 0, 1)), n)


def test_shares_that_vary_as_chance_lets_expect_get_a_p_chart() -> None:
    found = choose(shares(1), cases=False)
    assert found.kind == "p"
    assert "as a binomial law lets expect" in found.why


def test_over_dispersed_shares_get_laneys_chart_and_are_told_how_much() -> None:
    found = choose(shares(1, over=0.06), cases=False)
    assert found.kind == "p′"
    assert "times the binomial variance" in found.why
    assert not found.memory
    assert not found.shared


def test_two_points_far_out_do_not_make_the_others_vary_more() -> None:
    series = shares(2, groups=1)
    total = series.total.copy()
    total[[10, 30]] = 100
    found = chart(Series.of_arrays(total, 200))
    assert found.kind == "p"
    assert np.flatnonzero(found.is_flagged[:, 0]).tolist() == [10, 30]
    assert "2 of 60 points lie far out" in found.why


def drifting(memory: float, shared: float, seed: int = 5) -> Series:
    rng = np.random.default_rng(seed)
    away = np.zeros((48, 30))
    state = rng.standard_normal(30)
    for row in range(48):
        state = memory * state + np.sqrt(1 - memory**2) * rng.standard_normal(30)
        away[row] = state
    season = shared * np.sin(np.arange(48) / 12 * 2 * np.pi)[:, None]
    p = 0.2 + 0.03 * (away + season)
    return Series.of_arrays(rng.binomial(5000, np.clip(p, 0.01, 0.9)), 5000, every="month")


def test_what_neighbours_keep_is_allowed_for_and_told() -> None:
    found = chart(drifting(0.6, 0.0))
    assert found.baseline.memory == pytest.approx(0.6, abs=0.1)
    assert "neighbouring periods resemble each other" in found.why
    plain = chart(drifting(0.6, 0.0), kind="p'")
    assert found.is_flagged.any(axis=0).mean() < 0.3
    assert plain.is_flagged.any(axis=0).mean() > 0.5


def test_what_all_groups_do_at_once_is_taken_out_and_told() -> None:
    found = chart(drifting(0.0, 3.0))
    assert found.baseline.shared
    assert "what all 30 groups do at once" in found.why
    assert found.is_flagged.any(axis=0).mean() < 0.3


def test_a_shift_of_one_group_is_found_beside_a_season() -> None:
    series = drifting(0.3, 2.0)
    total = series.total.copy()
    total[40:, 7] += 5000 * 0.18
    found = chart(Series.of_arrays(total, series.n, every="month"))
    assert found.is_flagged[40:, 7].any()


def test_scores_that_keep_part_of_their_deviation_are_told_and_allowed_for() -> None:
    rng = np.random.default_rng(6)
    values = np.zeros((60, 8))
    for row in range(1, 60):
        values[row] = 0.7 * values[row - 1] + rng.standard_normal(8)
    found = chart(Series.of_arrays(values, kind="score"))
    assert found.kind == "xmr"
    assert found.baseline.memory == pytest.approx(0.7, abs=0.1)
    assert "neighbouring periods" in found.why
    assert (
        found.is_flagged.mean() < chart(Series.of_arrays(values, kind="score"), kind="xmr").is_flagged.mean()
    )


def test_a_group_of_too_few_points_is_not_judged_by_its_baseline_either() -> None:
    series = shares(1)
    n = series.n.copy()
    n[5:, 0] = 0
    made = chart(Series.of_arrays(series.total, n), kind="p")
    later = chart(series, baseline=made.baseline)
    assert later.cannot_tell == ("its baseline could not tell", "", "")
    assert not later.is_flagged[:, 0].any()


def test_rates_get_a_c_chart_of_one_exposure_and_else_a_u_chart() -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(9, (40, 2))
    assert choose(Series.of_arrays(counts, 1, kind="rate"), cases=False).kind == "c"
    sizes = rng.integers(1, 4, (40, 2))
    found = choose(Series.of_arrays(rng.poisson(9 * sizes), sizes, kind="rate"), cases=False)
    assert found.kind == "u"
    over = rng.poisson(9 * sizes * rng.gamma(4, 0.25, (40, 2)))
    assert choose(Series.of_arrays(over, sizes, kind="rate"), cases=False).kind == "u′"


def test_means_get_x_bar_only_where_periods_differ_as_their_numbers_do() -> None:
    rng = np.random.default_rng(2)
    raw = rng.standard_normal((40, 2, 6))
    level = 2 * rng.standard_normal((40, 2, 1))
    kinds = []
    for values in (raw, raw + level):
        series = Series.of_arrays(values.sum(axis=2), 6.0, sd=values.std(axis=2, ddof=1), kind="score")
        kinds.append(choose(series, cases=False).kind)
    assert kinds == ["xbar", "xmr"]
    assert choose(Series.of_arrays(raw[:, :, 0], kind="score"), cases=False).kind == "xmr"


def lapses(n: int = 3000, rate: float = 0.01, later: float | None = None, seed: int = 1) -> Journeys:
    """Ten cases a day of one clerk; `later` is the rate from the middle on."""
    rng = np.random.default_rng(seed)
    p = np.full(n, rate)
    if later is not None:
        p[n // 2 :] = later
    at = np.datetime64("2026-01-01T08:00") + np.arange(n) // 10 * np.timedelta64(1, "D")
    at = at + np.arange(n) % 10 * np.timedelta64(1, "h")
    table = {
        "clerk": ["a"] * n,
        "at": at.astype("datetime64[us]"),
        "lapse": (rng.random(n) < p).astype(float),
    }
    return Journeys.from_table(
        table, group="clerk", at="at", value="lapse", kind="share", better="lower", every="day", tz="UTC"
    )


def test_a_g_chart_counts_the_good_cases_between_lapses() -> None:
    journeys = lapses(n=600, rate=0.02)
    found = journeys.chart(kind="g")
    values = journeys.observations.values["lapse"]
    assert found.value[:, 0].tolist() == (np.diff(np.flatnonzero(values)) - 1).tolist()
    assert (found.attained >= 370).all()
    assert found.at is not None
    assert "lapses" in str(found)


def test_a_t_chart_counts_the_days_between_lapses() -> None:
    found = lapses(n=2000, rate=0.02).chart(kind="t")
    assert found.at is not None
    days = (found.at[-1, 0] - found.at[0, 0]) / np.timedelta64(1, "D")
    assert found.value[1:, 0].sum() == pytest.approx(days)
    assert found.attained.tolist() == [370]


def test_a_bernoulli_cusum_finds_lapses_that_have_become_more() -> None:
    first = lapses().chart(kind="bernoulli", arl0=5000)
    assert not first.is_flagged.any()
    assert (first.attained >= 5000).all()
    later = lapses(later=0.05).chart(baseline=first.baseline)
    assert later.is_flagged[150:].any()
    assert later.phase == "II"


def test_lapses_of_a_period_that_is_left_out_do_not_count() -> None:
    journeys = lapses(n=2000, rate=0.02)
    values = journeys.observations.values["lapse"]
    day = str(journeys.periods[int(np.flatnonzero(values)[0]) // 10])
    found = journeys.chart(kind="bernoulli", exclude=[(day, "a mistake of the form")])
    assert (
        found.baseline.n_points[0]
        == values.sum() - values[: (np.flatnonzero(values)[0] // 10 + 1) * 10].sum()
    )
    assert np.isnan(found.value[int(np.flatnonzero(values)[0]) // 10, 0])


def test_what_all_do_is_not_told_from_a_few() -> None:
    made = chart(drifting(0.0, 3.0))
    with pytest.raises(ComparisonError, match="must be seen of 12 groups or more, got 1"):
        chart(drifting(0.0, 3.0).take("g1"), baseline=made.baseline)


def test_too_few_lapses_cannot_be_told() -> None:
    found = lapses(n=100, rate=0.0).chart(kind="bernoulli")
    assert found.cannot_tell == ("no lapse was seen, so how often they come is not known",)
    assert np.isnan(found.upper).all()


def test_rare_lapses_of_sums_are_told_to_be_hard_to_see() -> None:
    found = choose(Series.of_arrays(np.eye(20)[:, :1], 10, kind="share"), cases=False)
    assert found.kind == "p"
    assert "single cases are not known" in found.why


def test_scores_of_single_cases_choose_by_how_rare_lapses_are() -> None:
    scores = coqs.score(coqs.make_sample(weeks=13))
    daily = coqs.Journeys.from_scores(scores, by="provider", every="day", measures="passed").chart()
    assert daily.kind == "bernoulli"
    assert "lapses are followed case by case" in daily.why


def test_baselines_come_back_from_their_files_as_they_were(tmp_path: Path) -> None:
    made = chart(
        shares(1, over=0.06), rules="health_care", width=3, exclude=[("2026-01-03", "g2", "a fire alarm")]
    ).baseline
    made.save(tmp_path / "baseline.json")
    assert Baseline.load(tmp_path / "baseline.json") == made
    assert json.loads((tmp_path / "baseline.json").read_text("utf-8"))["schema"] == 1
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert not again.centre.flags.writeable


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 2}, "baseline.schema: must be 1, got 2"),
        ({"centre": "high"}, "baseline.centre: must be a list, got str"),
        ({"centre": [1.0]}, "must have one number a group"),
        ({"sigma": [1.0, "x", 2.0]}, r"baseline.sigma\[1\]: must be a number, got str"),
        ({"kind": "pie"}, "baseline.kind: must be a chart that there is"),
        ({"shared": 1}, "baseline.shared: must be true or false"),
        ({"colour": "red"}, "must have keys that are known, got 'colour'"),
        ({"excluded": [{"period": "x"}]}, "baseline.excluded: must have period, group and reason"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_by_the_key(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    values = {**chart(shares(1)).baseline.to_dict(), **change}
    (tmp_path / "b.json").write_text(json.dumps(values), "utf-8")
    with pytest.raises(RecordError, match=words):
        Baseline.load(tmp_path / "b.json")


def test_a_missing_key_and_no_json_are_told(tmp_path: Path) -> None:
    values = chart(shares(1)).baseline.to_dict()
    del values["every"]
    with pytest.raises(RecordError, match=r"baseline.every: must be there"):
        Baseline.from_dict(values)
    (tmp_path / "b.json").write_text("{", "utf-8")
    with pytest.raises(RecordError, match="must be a baseline in JSON"):
        Baseline.load(tmp_path / "b.json")


def test_every_rule_set_that_ships_names_its_source() -> None:
    assert RuleSet.names() == ("nelson", "western_electric", "health_care", "limits")
    for name in RuleSet.names():
        made = RuleSet.named(name)
        assert made.source
        assert RuleSet.from_dict(made.to_dict()) == made


def test_rules_of_ones_own_come_from_toml() -> None:
    text = '[ours]\nrules = [{ name = "five", shape = "run", points = 5, of = 5 }]'
    made = RuleSet.from_toml(text, "ours")
    assert made.rules[0].words == "5 points in a row on one side of the centre"
    found = chart(
        Series.of_arrays([*[-1.0, 1.0] * 12, *[1.0] * 6], kind="value"), kind="xmr", width=3, rules=made
    )
    assert {row["rule"] for row in found.signals.rows()} == {"five"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"name": "a", "shape": "circle", "points": 1, "of": 1}, "rule.shape: must be a shape that there is"),
        ({"name": "a", "shape": "run", "points": 4, "of": 5}, "rule.points: must be all of 5"),
        ({"name": "a", "shape": "run", "points": 5, "of": 5, "zone": 1}, "rule.zone: must be above 0 for"),
        ({"name": "a", "shape": "run", "points": "5", "of": 5}, r"rules\[0\].points: must be a number"),
        ({"name": "a", "shape": "run", "of": 5}, r"rules\[0\]: must have points"),
    ],
)
def test_rules_that_make_no_pattern_are_refused(rule: dict[str, object], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        RuleSet.from_dict({"rules": [rule]})
    with pytest.raises(NotFoundError, match="no key 'color'"):
        RuleSet.from_dict({"rules": [], "color": 1})


def test_the_tail_of_a_chi_square_is_that_of_the_tables() -> None:
    for df, x in ((1, 3.841), (5, 11.070), (10, 18.307), (30, 43.773), (100, 124.342)):
        assert chi_square_tail(x, df) == pytest.approx(0.05, abs=1e-4)
    assert chi_square_tail(0, 3) == 1
    assert chi_square_tail(3e6, 2e6) < 1e-9


def test_the_dispersion_of_nothing_and_of_what_never_varies_is_no_news() -> None:
    assert not count_dispersion(np.zeros((0, 1)), 5, kind="share").is_over
    assert not count_dispersion(np.zeros((9, 1)), 5, kind="share").is_over
    assert memory_of(np.zeros((3, 1))).correlation == 0
    assert memory_of(np.zeros((30, 1))).correlation == 0


def naive_shift(news: list[float], memory: float) -> list[float]:
    found = []
    for now in range(len(news)):
        best = news[now]
        for back in range(1, 6):
            if now - back < 0:
                break
            total = news[now - back] + (1 - memory) * sum(news[now - back + 1 : now + 1])
            best = max(best, total / np.sqrt(1 + back * (1 - memory) ** 2), key=abs)
        found.append(best)
    return found


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.9])
def test_lasting_shifts_equal_a_loop_over_their_beginnings(memory: float) -> None:
    news = np.random.default_rng(3).standard_normal((40, 2))
    found = lasting_shift(news, memory)
    for column in range(2):
        assert found[:, column] == pytest.approx(naive_shift(news[:, column].tolist(), memory))


def test_lasting_shifts_have_the_run_length_that_is_asked_for() -> None:
    made = lasting_limit(0.5, 200)
    news = np.random.default_rng(11).standard_normal((1000, 1500))
    signals = np.abs(lasting_shift(news, 0.5)) > made.limit
    lengths = np.where(signals.any(axis=0), signals.argmax(axis=0) + 1, 1000)
    found = lengths.sum() / signals.any(axis=0).sum()
    assert abs(found / 200 - 1) < 3 * 0.04
    assert made.error / made.attained < 0.04


def test_rows_of_a_table_that_are_good_or_bad_are_single_cases_too() -> None:
    single = lapses(n=2000, rate=0.02)
    assert single.chart().kind == "bernoulli"
    table = {"who": ["a"] * 60, "at": [f"2026-01-{day:02}T10:00Z" for day in range(1, 31)] * 2}
    table |= {"lapse": [0.0] * 58 + [0.5, 1.0]}
    how = {"group": "who", "at": "at", "value": "lapse", "kind": "share", "better": "lower", "every": "day"}
    assert "single cases are not known" in coqs.Journeys.from_table(table, **how).chart().why
