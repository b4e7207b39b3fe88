"""Judge every point of a series by a baseline."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.charts import estimates
from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.charts import Chart
from coqs.journeys.charts.fitting import excluded_mask
from coqs.journeys.charts.lasting import WINDOW, lasting_shift
from coqs.journeys.charts.limits import SIGNALS, Limits, limits_of, width_of
from coqs.journeys.charts.rule_sets import Rule
from coqs.journeys.charts.signals import SIDES, SignalTable, signal_table
from coqs.journeys.charts.standing import Standing, standing_of
from coqs.journeys.charts.weighted import cusum_lines, ewma_lines
from coqs.journeys.series import Series
from coqs.kernels.chart_constants import c4
from coqs.kernels.rule_run_lengths import rule_set_arl
from coqs.kernels.run_lengths import shewhart_arl
from coqs.kernels.run_rules import completes

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ROUNDING = 1e-9
"""Of a limit: a point that stands on it but for rounding is not beyond it."""
RULE_POINTS = 20
"""Points that rules of several points need: of fewer, a run of 7 to 9 is a third of all that there is."""
LASTING = Rule(name="lasting shift", shape="beyond", points=1, of=WINDOW, zone=3.0)
"""Stands for what no pattern of points can say: news of several periods together."""
MR_OVER_MEAN = 0.853 / estimates.MOVING_RANGE
"""d3 / d2 of two points, as tabulated: D4 is 1 and three times it."""


def judged(
    series: Series,
    baseline: Baseline,
    *,
    phase: str,
    why: str,
    least: int,
    attained: tuple[float, str] | None = None,
) -> Chart:
    """Return the chart of a series by a baseline; `attained` is that of its rules, where it is known."""
    places = baseline.places(series)
    centre, sigma = baseline.centre[places], baseline.sigma[places]
    reasons = cannot_tell(baseline, places, least)
    told = np.array([not each for each in reasons], np.bool_)
    standing = standing_of(series, baseline, np.where(told, centre, np.nan), np.where(told, sigma, np.nan))
    standing = Standing(standing.value, np.where(told, standing.centre, np.nan), standing.unit)
    value, lines, limits = _lines(series, baseline, standing)
    judge = told & ~excluded_mask(series, baseline.excluded if phase == "I" else ())
    found = _found(baseline, standing, value, limits, judge)
    run_length, how = _attained(baseline, limits, attained)
    return Chart(
        kind=baseline.kind,
        phase=phase,
        series=series,
        baseline=baseline,
        value=value,
        centre=lines,
        lower=limits.lower,
        upper=limits.upper,
        is_flagged=flagged(found, value.shape),
        signals=signals_of(series, found, value, limits),
        attained=np.where(told, run_length, np.nan),
        attained_how=how,
        why=why,
        cannot_tell=reasons,
        spread=_spread_chart(series, baseline, sigma, told, phase),
    )


def cannot_tell(baseline: Baseline, places: list[int], least: int) -> tuple[str, ...]:
    """Return (G,) why each group has no limits; "" where it has."""
    needed = needed_points(baseline, least)
    what = "rules of several points" if needed > least else "limits"
    return tuple(
        _reason(
            float(baseline.n_points[p]), float(baseline.centre[p]), float(baseline.sigma[p]), needed, what
        )
        if baseline.kind not in ("p", "np", "c", "u")
        else _reason(
            float(baseline.n_points[p]), float(baseline.centre[p]), _varies(baseline, p), needed, what
        )
        for p in places
    )


def needed_points(baseline: Baseline, least: int) -> int:
    """Return how many points a baseline needs, with the rules that it has; none where `least` is 0."""
    several = baseline.rules is not None and baseline.rules.longest > 1
    return max(least, RULE_POINTS) if several and least else least


def _varies(baseline: Baseline, place: int) -> float:
    centre = float(baseline.centre[place])
    top = baseline.measure_kind == "share" and centre == 1
    return 0.0 if centre == 0 or top else 1.0


def _reason(n: float, centre: float, sigma: float, needed: int, what: str) -> str:
    if n < needed:
        return f"too few points: {what} need {needed}"
    if np.isnan(centre) or np.isnan(sigma):
        return "its baseline could not tell" if not needed else "the spread is not known"
    if sigma == 0:
        return "nothing varied, so no limit can be drawn"
    return ""


def _lines(series: Series, baseline: Baseline, standing: Standing) -> tuple[Floats, Floats, Limits]:
    if baseline.kind == "ewma":
        return ewma_lines(baseline, standing)
    if baseline.kind == "cusum":
        return cusum_lines(baseline, standing)
    return standing.value, standing.centre, limits_of(series, _drawn(baseline), standing)


def _drawn(baseline: Baseline) -> Baseline:
    """Return the baseline with the limits that are drawn: those of the rule of one point, if there is one."""
    if baseline.rules is None:
        return baseline
    single = [rule.zone for rule in baseline.rules.rules if rule.of == 1 and rule.shape == "beyond"]
    return attrs.evolve(baseline, width=single[0] if single else width_of(baseline))


Found = list[tuple[Rule, Mask, Mask]]


def _found(baseline: Baseline, standing: Standing, value: Floats, limits: Limits, judge: Mask) -> Found:
    """Return each rule with (P, G) where it signals above, and below."""
    if baseline.rules is None:
        room = ROUNDING * np.maximum(np.abs(standing.unit), ROUNDING)
        with np.errstate(invalid="ignore"):
            above = judge & (value > limits.upper + room)
            below = judge & (value < limits.lower - room)
        limit = Rule(name="limit", shape="beyond", points=1, of=1, zone=width_of_limit(baseline))
        return [(limit, above, below), *_lasting(baseline, standing, judge, above | below)]
    z = np.where(judge, _rounded(standing.z), np.nan)
    found = [(rule, completes(rule.pattern, z)) for rule in baseline.rules.rules]
    return [(rule, above & judge, below & judge) for rule, (above, below) in found]


def _lasting(baseline: Baseline, standing: Standing, judge: Mask, already: Mask) -> Found:
    """Return where a shift that lasts is signalled, at points that are within the limits themselves."""
    if baseline.lasting is None:
        return []
    shift = lasting_shift(np.where(judge, standing.z, np.nan), baseline.memory)
    with np.errstate(invalid="ignore"):
        above, below = shift > baseline.lasting, shift < -baseline.lasting
    return [(LASTING, above & ~already, below & ~already)]


def width_of_limit(baseline: Baseline) -> float:
    """Return the zone of the limits, in sigmas; of a CUSUM or EWMA what was asked for."""
    return 3.0 if baseline.kind in ("ewma", "cusum") else width_of(baseline)


def _rounded(z: Floats) -> Floats:
    """Bring points that stand on the centre or on a whole sigma but for rounding onto it."""
    near = np.round(z)
    return np.where(np.abs(z - near) < ROUNDING, near, z)


def flagged(found: Found, shape: tuple[int, ...]) -> Mask:
    """Return (P, G) where any rule signals."""
    mask = np.zeros(shape, np.bool_)
    for _, above, below in found:
        mask |= above | below
    return mask


def signals_of(
    series: Series,
    found: Found,
    value: Floats,
    limits: Limits,
    names: npt.NDArray[np.datetime64] | None = None,
) -> SignalTable:
    """Return a row a signal, in the order of time, then of groups, then of rules."""
    rows: list[tuple[int, int, int, dict[str, Any]]] = []
    periods = series.period_names()
    for order, (rule, above, below) in enumerate(found):
        for row, column in np.argwhere(above | below).tolist():
            up, down = bool(above[row, column]), bool(below[row, column])
            side = SIDES[2 if up and down else 1 if up else -1]
            limit = float((limits.upper if up else limits.lower)[row, column]) if rule.of == 1 else np.nan
            when = periods[row] if names is None else str(names[row, column].astype("datetime64[s]"))
            told = _told(series.groups[column], when, rule, side, float(value[row, column]), limit)
            rows.append((row, column, order, told))
    rows.sort(key=lambda each: each[:3])
    return signal_table([each[3] for each in rows])


def _told(group: str, period: str, rule: Rule, side: str, value: float, limit: float) -> dict[str, Any]:
    if rule.of == 1:
        words = f"{group}, {period}: {value:.4g} is {side} the limit {limit:.4g}"
    elif rule == LASTING:
        words = f"{group}, {period}: a shift that lasts, {side} what was expected, to {value:.4g}"
    else:
        where = "" if side == "either" else f", {side} the centre" if rule.shape in ("beyond", "run") else ""
        words = f"{group}, {period}: rule {rule.name}, {rule.words}{where}, up to {value:.4g}"
    return {
        "group": group,
        "period": period,
        "rule": rule.name,
        "side": side,
        "value": value,
        "limit": limit,
        "words": words,
    }


def _attained(
    baseline: Baseline, limits: Limits, known: tuple[float, str] | None
) -> tuple[Floats | float, str]:
    """Return the run length of the limits, or of the rules, and how it is known."""
    if baseline.rules is None and baseline.lasting is None:
        return limits.attained, limits.how
    if known is None and baseline.lasting is not None:
        known = baseline.arl0, "of points and of shifts that last, of normal news, by simulation"
    if known is None and baseline.rules is not None:
        found = rule_set_arl([rule.pattern for rule in baseline.rules.rules], signals=SIGNALS)
        how = f"simulated with an error of {found.se:.0f}" if found.se else "exactly, by a Markov chain"
        known = found.arl, f"of the whole set, {how}"
    assert known is not None
    return known


def _spread_chart(series: Series, baseline: Baseline, sigma: Floats, told: Mask, phase: str) -> Chart | None:
    """Return the chart of moving ranges beside an xmr, and that of S beside an xbar."""
    if baseline.kind == "xmr" and not baseline.memory:
        value, lines, limits = _ranges(series, baseline, sigma)
        kind = "mr"
    elif baseline.kind == "xbar":
        value, lines, limits = _deviations(series, baseline, sigma)
        kind = "s"
    else:
        return None
    judge = told & ~excluded_mask(series, baseline.excluded if phase == "I" else ())
    with np.errstate(invalid="ignore"):
        room = ROUNDING * np.abs(sigma)
        above, below = judge & (value > limits.upper + room), judge & (value < limits.lower - room)
    rule = Rule(name="limit", shape="beyond", points=1, of=1, zone=width_of(baseline))
    found: Found = [(rule, above, below)]
    return Chart(
        kind=kind,
        phase=phase,
        series=series,
        baseline=baseline,
        value=value,
        centre=np.where(told, lines, np.nan),
        lower=np.where(told, limits.lower, np.nan),
        upper=np.where(told, limits.upper, np.nan),
        is_flagged=above | below,
        signals=signals_of(series, found, value, limits),
        attained=np.where(told, limits.attained, np.nan),
        attained_how=limits.how,
        why="whether the spread changes",
        cannot_tell=tuple("" if each else "no limits" for each in told.tolist()),
    )


def _ranges(series: Series, baseline: Baseline, sigma: Floats) -> tuple[Floats, Floats, Limits]:
    value = estimates.moving_range(series.value)
    mean = estimates.MOVING_RANGE * sigma
    if baseline.width is None:  # a difference of two points has sqrt(2) times their spread
        upper, how = (
            np.sqrt(2) * width_of(baseline) * sigma,
            "of normal points that are not related, one by one",
        )
        attained = baseline.arl0
    else:
        upper, how = mean * (1 + baseline.width * MR_OVER_MEAN), "by tabulated factors: cannot tell"
        attained = np.nan
    lower = np.where(np.isnan(value), np.nan, 0.0)
    spread = np.broadcast_to(upper, value.shape)
    return (
        value,
        np.broadcast_to(mean, value.shape),
        Limits(lower, spread, np.full(len(sigma), attained), how),
    )


def _deviations(series: Series, baseline: Baseline, sigma: Floats) -> tuple[Floats, Floats, Limits]:
    unbias = c4(np.where(series.n >= 2, series.n, np.nan))
    half = width_of(baseline) * sigma * np.sqrt(1 - unbias**2)
    mean = unbias * sigma
    arl = np.full(len(sigma), shewhart_arl(width_of(baseline)))
    limits = Limits(np.maximum(mean - half, 0), mean + half, arl, "as if S were normal, which it nearly is")
    return series.sd, mean, limits
