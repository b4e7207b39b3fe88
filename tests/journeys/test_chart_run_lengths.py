"""End to end, charts with known parameters signal as seldom as is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from coqs.journeys import Series
from coqs.journeys.charts import chart

pytestmark = pytest.mark.slow
PERIODS, GROUPS = 1500, 5000
BLOCK = 1000


def run_length(kind: str, seed: int, make: Any, **how: Any) -> tuple[float, float, Any]:
    """Return the mean run length of groups, cut off at the end, its error, and the last chart.

    Of time to a signal that is nearly geometric, all periods before a signal over the number of signals.
    """
    rng = np.random.default_rng(seed)
    waited = signals = 0
    for _ in range(GROUPS // BLOCK):
        found = chart(make(rng), kind=kind, **how)
        first = found.is_flagged.any(axis=0)
        waited += int(np.where(first, found.is_flagged.argmax(axis=0) + 1, PERIODS).sum())
        signals += int(first.sum())
    return waited / signals, waited / signals / np.sqrt(signals), found


def normal(rng: np.random.Generator) -> Series:
    return Series.of_arrays(rng.standard_normal((PERIODS, BLOCK)), kind="value")


def means(rng: np.random.Generator) -> Series:
    n = 5
    sums = np.sqrt(n) * rng.standard_normal((PERIODS, BLOCK))
    return Series.of_arrays(sums, float(n), sd=np.ones((PERIODS, BLOCK)), kind="score")


def shares(rng: np.random.Generator) -> Series:
    return Series.of_arrays(rng.binomial(100, 0.3, (PERIODS, BLOCK)), 100)


@pytest.mark.parametrize(
    ("kind", "make"), [("xmr", normal), ("xbar", means), ("ewma", normal), ("cusum", normal)]
)
@pytest.mark.parametrize("arl0", [370])
def test_the_run_length_in_control_is_what_is_asked(kind: str, make: Any, arl0: float) -> None:
    """Within 5 %; the simulation's own error is 1.5 %."""
    found, error, made = run_length(kind, 8, make, arl0=arl0, centre=0.0, sigma=1.0)
    assert error < 0.016 * arl0
    assert abs(found - arl0) < 0.05 * arl0
    assert made.attained == pytest.approx(arl0, rel=1e-6)


def test_a_p_chart_attains_what_it_says_which_is_no_less_than_is_asked() -> None:
    found, error, made = run_length("p", 9, shares, arl0=370, centre=0.3)
    attained = float(made.attained[0])
    assert error < 0.02 * attained
    assert attained >= 370
    assert abs(found - attained) < 0.05 * attained


def test_a_ewma_and_a_cusum_hold_at_another_run_length_and_weight() -> None:
    for kind, how in (("ewma", {"weight": 0.1}), ("cusum", {"reference": 0.25})):
        found, error, _ = run_length(kind, 10, normal, arl0=200, centre=0.0, sigma=1.0, **how)
        assert abs(found - 200) < 0.05 * 200
        assert error < 0.016 * 200
