"""How wide limits are for the false alarms that are asked for, what they attain, and how that is known."""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.rule_sets import RuleSet
from coqs.journeys.charts.standing import Standing, ground_of
from coqs.journeys.series import Series
from coqs.kernels.count_limit_columns import (
    CountLimitColumns,
    binomial_limit_columns,
    poisson_limit_columns,
)
from coqs.kernels.rule_run_lengths import fitted_rules
from coqs.kernels.run_lengths import shewhart_arl, shewhart_limit

Floats = npt.NDArray[np.float64]
FEW = 100.0
"""Below so many expected of the rarer outcome, limits are those of the law itself."""
SIGNALS = 4000
"""By which the run length of a rule set is simulated: its error is a sixtieth of it."""
NORMAL = "of normal points that are not related"


class Limits(NamedTuple):
    """(P, G) limits, and what they attain."""

    lower: Floats
    upper: Floats
    attained: Floats
    """(G,) periods between false alarms."""
    how: str


def width_of(baseline: Baseline) -> float:
    """Return how many standard deviations limits lie from the centre."""
    if baseline.width is not None:
        return baseline.width
    return shewhart_limit(baseline.arl0) if baseline.lasting is None else baseline.lasting


def limits_of(series: Series, baseline: Baseline, standing: Standing) -> Limits:
    """Return the limits of a chart of points: those of the law of small counts, or so many sigmas."""
    width = width_of(baseline)
    half = width * standing.unit
    lower, upper = standing.centre - half, standing.centre + half
    if series.kind in ("share", "rate"):
        lower = np.maximum(lower, 0.0)
    if series.kind == "share":
        most = np.where(series.n > 0, series.n, np.nan) if baseline.kind == "np" else 1.0
        upper = np.minimum(upper, most)
    told = ~np.isnan(standing.unit).all(axis=0)
    found = Limits(lower, upper, np.where(told, shewhart_arl(width), np.nan), NORMAL)
    if baseline.width is None and baseline.rules is None and baseline.kind in ("p", "np", "c", "u"):
        return _by_the_law(series, baseline, standing, found)
    return found


def _by_the_law(series: Series, baseline: Baseline, standing: Standing, normal: Limits) -> Limits:
    """Return exact limits where counts are small, and the normal ones elsewhere."""
    binomial = ground_of(baseline.kind, series.kind) == "binomial"
    sums = baseline.kind in ("np", "c")
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = standing.centre / series.n if sums else standing.centre
        rarer = np.minimum(centre, 1 - centre) if binomial else centre
        small = (series.n > 0) & np.isfinite(standing.unit) & (rarer * series.n < FEW)
    if binomial:
        small &= series.n == np.round(series.n)
    if not small.any():
        return normal
    low, high, arl = _laws(binomial, series.n[small], centre[small], baseline.arl0)
    scale = 1.0 if sums else series.n[small]
    lower, upper = normal.lower.copy(), normal.upper.copy()
    lower[small], upper[small] = np.where(low < 0, np.nan, low / scale), high / scale
    chance = np.where(np.isfinite(standing.unit), 1 / shewhart_arl(width_of(baseline)), np.nan)
    chance[small] = 1 / arl
    law = "binomial" if binomial else "Poisson"
    how = f"exactly, by the {law} law, not by a normal one"
    return Limits(
        lower, upper, _harmonic(chance), how if small.mean() > 0.5 else f"{how}, where counts are small"
    )


def _laws(binomial: bool, n: Floats, centre: Floats, arl0: float) -> CountLimitColumns:
    """Return (cells,) limits of counts and their run length."""
    return binomial_limit_columns(n, centre, arl0) if binomial else poisson_limit_columns(n * centre, arl0)


def _harmonic(chance: Floats) -> Floats:
    """Return (G,) one over the mean chance of a false alarm; infinite where nothing can signal."""
    points = (~np.isnan(chance)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(points > 0, points / np.nansum(chance, axis=0), np.nan)


class FittedSet(NamedTuple):
    """A rule set as it is asked, and what it comes to."""

    rules: RuleSet
    attained: float
    how: str


def fitted_set(rules: RuleSet, arl0: float) -> FittedSet:
    """Return a set whose zones, and patterns without one, are such that it signals once in `arl0` points."""
    found = fitted_rules([rule.pattern for rule in rules.rules], arl0, signals=SIGNALS)
    asked = tuple(
        attrs.evolve(
            rule,
            of=pattern.of,
            points=pattern.of if rule.shape != "beyond" else rule.points,
            zone=pattern.zone / found.scale if rule.shape == "within" else pattern.zone * found.scale,
        )
        for rule, pattern in zip(rules.rules, found.rules, strict=True)
    )
    return FittedSet(attrs.evolve(rules, rules=asked), found.found.arl, _told(found.found.se))


def _told(se: float) -> str:
    how = f"simulated with an error of {se:.0f}" if se else "exactly, by a Markov chain"
    return f"of the whole set, of normal points that are not related, {how}"
