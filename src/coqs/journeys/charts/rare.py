"""Charts of rare lapses, case by case: cases between (g), time between (t), and the Bernoulli CUSUM."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.charts import Chart
from coqs.journeys.charts.fitting import Plan, excluded_mask
from coqs.journeys.charts.judging import flagged, signals_of
from coqs.journeys.charts.limits import Limits
from coqs.journeys.charts.rule_sets import Rule
from coqs.journeys.observations import Observations
from coqs.journeys.periods import ordinals_of_starts, period_ordinals
from coqs.journeys.series import Series
from coqs.kernels.bernoulli_cusum import BernoulliCusum, bernoulli_cusum, bernoulli_cusum_limit
from coqs.kernels.count_limits import exponential_limits, geometric_limits
from coqs.tables import frozen_array, zone_named

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
LAPSES = 5
"""Lapses that a rate needs: of 5 it has an error of 45 %, and the run length with it."""
RISE = 2.0
"""By how much lapses are to have multiplied, unless told."""
DAY = np.timedelta64(86_400_000_000, "us")
LIMIT = Rule(name="limit", shape="beyond", points=1, of=1, zone=3.0)


class Cases(NamedTuple):
    """The cases of one group, in their order."""

    at: npt.NDArray[np.datetime64]
    period: npt.NDArray[np.int64]
    is_lapse: Mask


def are_cases(observations: Observations, measure: str) -> bool:
    """Say whether rows are single cases: interactions, or rows of a table that are each good or bad."""
    if observations.context:
        return True
    values = observations.measure(measure)
    alone = bool((observations.n == 1).all())
    return len(values) > 0 and alone and bool(np.isin(values[~np.isnan(values)], (0, 1)).all())


def cases_of(series: Series, observations: Observations, left_out: Mask) -> list[Cases]:
    """Return the cases of each group of a series; a lapse is more bad than good, where raters differ.

    Cases of periods that were left out, (P, G), are as if they had not been.
    """
    values = observations.measure(series.measure.name)
    zone = zone_named(series.tz)
    assert zone is not None
    first = ordinals_of_starts(series.periods[:1], series.every)
    places = {name: place for place, name in enumerate(observations.groups)}
    bad = values < 0.5 if series.measure.better == "higher" else values > 0.5
    inside = ~np.isnan(values)
    if len(first):
        period = period_ordinals(observations.at, series.every, zone) - first[0]
        inside &= (period >= 0) & (period < len(series.periods))
    else:
        period = np.zeros(len(values), np.int64)
    found = []
    for column, name in enumerate(series.groups):
        rows = np.flatnonzero(inside & (observations.group == places.get(name, -1)))
        rows = rows[~left_out[period[rows], column]]
        found.append(Cases(observations.at[rows], period[rows], bad[rows]))
    return found


def rare_chart(
    series: Series,
    observations: Observations | None,
    plan: Plan | None,
    *,
    why: str,
    baseline: Baseline | None = None,
) -> Chart:
    """Return a chart of single lapses; with a baseline it is phase II.

    Raises
    ------
    PolicyError
        Single cases are not known.
    """
    kind = plan.kind if plan is not None else baseline.kind if baseline is not None else ""
    single = observations is not None and bool((observations.n == 1).all())
    if observations is None or not single or series.kind != "share":
        raise PolicyError(
            f"kind: a chart {kind} must have single cases that are good or bad, got sums; follow scores, or "
            "take a p chart",
            choice="kind",
            value=kind,
        )
    cases = cases_of(series, observations, excluded_mask(series, () if plan is None else plan.exclude))
    if baseline is None:
        assert plan is not None
        found, phase = _fit(series, cases, plan), "I"
    else:
        found, phase = baseline, "II"
    places = found.places(series)
    reasons = tuple(_reason(found, place, phase) for place in places)
    make = _cusums if kind == "bernoulli" else _between
    return make(series, cases, found, places, reasons, phase=phase, why=why)


def _reason(baseline: Baseline, place: int, phase: str) -> str:
    share = float(baseline.centre[place])
    if not np.isfinite(share) or share <= 0:
        return "no lapse was seen, so how often they come is not known"
    if phase == "I" and baseline.estimator != "given by the caller" and baseline.n_points[place] < LAPSES:
        return f"too few lapses: limits need {LAPSES}"
    return ""


def _fit(series: Series, cases: list[Cases], plan: Plan) -> Baseline:
    """Return how often each group lapses: as a share of cases, or in days between."""
    lapses = np.array([float(each.is_lapse.sum()) for each in cases])
    n = np.array([float(len(each.at)) for each in cases])
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.array([_mean_days(each) for each in cases]) if plan.kind == "t" else lapses / n
    if plan.centre is not None:
        centre = np.broadcast_to(np.asarray(plan.centre, np.float64), centre.shape).copy()
    names = series.period_names()
    return Baseline(
        kind=plan.kind,
        measure=series.measure.name,
        measure_kind=series.kind,
        keys=series.keys,
        groups=series.groups,
        every=series.every,
        tz=series.tz,
        start=names[0] if names else "",
        stop=names[-1] if names else "",
        centre=np.where(np.isfinite(centre), centre, np.nan),
        sigma=n / max(len(names), 1),
        n_points=lapses,
        estimator="given by the caller" if plan.centre is not None else "lapses among all cases",
        arl0=plan.arl0,
        reference=plan.reference,
        excluded=plan.exclude,
    )


def _mean_days(cases: Cases) -> float:
    gaps = np.diff(cases.at[cases.is_lapse]) / DAY
    return float(gaps.mean()) if len(gaps) else float("nan")


def _cusums(
    series: Series,
    cases: list[Cases],
    baseline: Baseline,
    places: list[int],
    reasons: tuple[str, ...],
    *,
    phase: str,
    why: str,
) -> Chart:
    """Return the highest sum of each period, against the limit that has the run length."""
    value, upper = np.full(series.shape, np.nan), np.full(series.shape, np.nan)
    attained = np.full(len(places), np.nan)
    known: dict[tuple[float, float], BernoulliCusum] = {}
    for column, (each, place) in enumerate(zip(cases, places, strict=True)):
        a_period = float(baseline.sigma[place])
        if reasons[column] or not a_period > 0:
            continue
        p0 = float(f"{baseline.centre[place]:.3g}")
        asked = float(f"{max(baseline.arl0 * a_period, 2):.3g}")
        if (p0, asked) not in known:
            known[p0, asked] = bernoulli_cusum_limit(p0, _raised(p0, baseline.reference or RISE), asked)
        law = known[p0, asked]
        sums = np.full(len(series.periods), -1.0)
        np.maximum.at(sums, each.period, bernoulli_cusum(each.is_lapse, law.steps).astype(np.float64))
        value[:, column] = np.where(sums < 0, np.nan, sums / law.steps)
        upper[:, column] = (law.interval - 1) / law.steps  # the sum signals at its interval
        attained[column] = law.anss / a_period
    lower = np.full(series.shape, np.nan)
    limits = Limits(
        lower, upper, attained, "exactly, by a Markov chain, as many cases a period as in the baseline"
    )
    return _made(series, baseline, value, np.where(np.isnan(upper), np.nan, 0.0), limits, reasons, phase, why)


def _raised(p0: float, times: float) -> float:
    """Return the chance at which the odds are so many times those of p0."""
    return times * p0 / (1 - p0 + times * p0)


def _between(
    series: Series,
    cases: list[Cases],
    baseline: Baseline,
    places: list[int],
    reasons: tuple[str, ...],
    *,
    phase: str,
    why: str,
) -> Chart:
    """Return cases, or days, between lapses: a row a lapse, the first of which begins the count."""
    gaps = [_gaps(each, baseline.kind) for each in cases]
    rows = max((len(each[0]) for each in gaps), default=0)
    value, centre, lower, upper = (np.full((rows, len(places)), np.nan) for _ in range(4))
    at = np.full((rows, len(places)), np.datetime64("NaT", "us"))
    attained = np.full(len(places), np.nan)
    for column, place in enumerate(places):
        between, when = gaps[column]
        value[: len(between), column], at[: len(between), column] = between, when
        if not reasons[column]:
            mean, low, high, attained[column] = _law(baseline, float(baseline.centre[place]))
            centre[:, column], lower[:, column], upper[:, column] = mean, low, high
    limits = Limits(lower, upper, attained, "exactly, by the law of such times")
    return _made(series, baseline, value, centre, limits, reasons, phase, why, at=at)


def _gaps(cases: Cases, kind: str) -> tuple[Floats, npt.NDArray[np.datetime64]]:
    lapses = np.flatnonzero(cases.is_lapse)
    when = cases.at[lapses][1:]
    if kind == "t":
        return np.asarray(np.diff(cases.at[lapses]) / DAY, np.float64), when
    return np.diff(lapses).astype(np.float64) - 1, when


def _law(baseline: Baseline, centre: float) -> tuple[float, float, float, float]:
    """Return mean, limits and run length of what lies between lapses."""
    if baseline.kind == "t":
        low, high = exponential_limits(baseline.arl0)
        return centre, low * centre, high * centre, baseline.arl0
    found = geometric_limits(centre, baseline.arl0)
    return (1 - centre) / centre, np.nan if found.low < 0 else found.low, found.high, found.arl


def _made(
    series: Series,
    baseline: Baseline,
    value: Floats,
    centre: Floats,
    limits: Limits,
    reasons: tuple[str, ...],
    phase: str,
    why: str,
    at: Any = None,
) -> Chart:
    with np.errstate(invalid="ignore"):
        above, below = value > limits.upper + 1e-9, value < limits.lower - 1e-9
    found = [(LIMIT, above, below)]
    return Chart(
        kind=baseline.kind,
        phase=phase,
        series=series,
        baseline=baseline,
        value=value,
        centre=centre,
        lower=limits.lower,
        upper=limits.upper,
        is_flagged=flagged(found, value.shape),
        signals=signals_of(series, found, value, limits, names=at),
        attained=limits.attained,
        attained_how=limits.how,
        why=why,
        cannot_tell=reasons,
        at=None if at is None else frozen_array(at, at.dtype),
    )
