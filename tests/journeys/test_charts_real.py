"""Charts of real journeys: emergency departments by month, and states that have a few years only."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest

from coqs.journeys import Journeys, Series
from coqs.journeys.charts import chart
from coqs.kernels import wilson_interval

MONTHS, WATCHED = 24, 6


@pytest.fixture(scope="module")
def departments(shared: Callable[[str], Path]) -> Series:
    """Return breaches of the four hours in major departments, by month."""
    with (shared("data/nhs_ae") / "ae_attendances.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["type"] == "1"]
    table = {
        "org": [row["org_code"] for row in rows],
        "month": [row["period"] for row in rows],
        "breaches": [float(row["breaches"]) for row in rows],
        "attendances": [float(row["attendances"]) for row in rows],
    }
    journeys = Journeys.from_table(
        table,
        group="org",
        at="month",
        value="breaches",
        n="attendances",
        kind="share",
        better="lower",
        every="month",
        tz="Europe/London",
    )
    return journeys.series()


def flagged(series: Series, kind: str | None) -> tuple[float, float]:
    """Return the share of points and of departments that are flagged, of those with limits."""
    found = chart(series, kind=kind)
    told = np.array([not each for each in found.cannot_tell])
    seen = ~np.isnan(found.value[:, told])
    return float(found.is_flagged[:, told][seen].mean()), float(found.is_flagged.any(axis=0)[told].mean())


def test_plain_limits_flag_all_departments_and_the_chosen_ones_about_as_many_as_chance(
    departments: Series,
) -> None:
    plain, laney, chosen = (flagged(departments, kind) for kind in ("p", "p'", None))
    assert plain[0] > 0.8
    assert plain[1] == 1.0
    assert 0.7 < laney[1] < 0.9
    assert chosen[0] < 0.02
    assert chosen[1] < 0.15  # 24 months at one false alarm in 370 make 6 % by chance alone


def test_the_chart_says_what_it_allowed_for(departments: Series) -> None:
    found = chart(departments)
    assert found.kind == "p′"
    assert found.baseline.shared
    assert 0.4 < found.baseline.memory < 0.8
    for words in ("times the binomial variance", "all 140 groups", "neighbouring periods"):
        assert words in found.why


def planted(series: Series, sigmas: float, seed: int) -> tuple[Series, np.ndarray]:
    """Move a fifth of the departments up or down in the last months, by sigma_z of Laney's chart."""
    rng = np.random.default_rng(seed)
    who = rng.permutation(series.shape[1])[: series.shape[1] // 5]
    share = series.total.sum(axis=0) / series.n.sum(axis=0)
    unit = np.sqrt(share * (1 - share) / series.n) * chart(series, kind="p'").baseline.sigma
    total = series.total.copy()
    side = rng.choice([-1, 1], len(who))
    total[-WATCHED:, who] += sigmas * (unit * series.n)[-WATCHED:, who] * side
    return attrs.evolve(series, total=np.clip(np.round(total), 0, series.n)), who


def found_and_false(series: Series, sigmas: float, seeds: range) -> tuple[int, int, int, int]:
    """Return planted shifts that are found, all of them, and the same of departments left alone."""
    hits = n = false = others = 0
    for seed in seeds:
        moved, who = planted(series, sigmas, seed)
        baseline = chart(moved.within(0, MONTHS - WATCHED)).baseline
        flags = chart(moved, baseline=baseline).is_flagged[-WATCHED:].any(axis=0)
        hits, n = hits + int(flags[who].sum()), n + len(who)
        rest = np.delete(flags, who)
        false, others = false + int(rest.sum()), others + len(rest)
    return hits, n, false, others


def test_planted_shifts_are_found_by_a_frozen_baseline(departments: Series) -> None:
    full = (departments.n > 0).all(axis=0).tolist()
    names = [name for name, seen in zip(departments.groups, full, strict=True) if seen]
    whole = departments.take(*names)
    shares = {}
    for sigmas in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0):
        hits, n, false, others = found_and_false(whole, sigmas, range(5))
        shares[sigmas] = float(wilson_interval([hits], [n])[0][0])
        assert false / others < 0.2
    for sigmas, least in ((3.0, 0.5), (4.0, 0.7), (5.0, 0.9)):  # lower ends of Wilson's intervals
        assert shares[sigmas] >= least


def test_a_handful_of_years_cannot_be_told(shared: Callable[[str], Path]) -> None:
    with (shared("data/hcahps") / "state_results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["measure_id"] == "H_COMP_1"]
    usable = [row for row in rows if row["top_box_percentage"].isdigit()]
    table = {
        "state": [row["State"] for row in usable],
        "year": [f"{row['release_period'][3:]}-01-01" for row in usable],
        "top": [float(row["top_box_percentage"]) for row in usable],
    }
    journeys = Journeys.from_table(
        table, group="state", at="year", value="top", kind="value", every="year", tz="UTC"
    )
    for rules, words in ((None, "limits need 12"), ("health_care", "rules of several points need 20")):
        found = journeys.chart(rules=rules, width=None if rules is None else 3)
        assert set(found.cannot_tell) == {f"too few points: {words}"}
        assert not found.is_flagged.any()
