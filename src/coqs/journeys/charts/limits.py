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
from coqs.kernels.count_limits import CountLimits, binomial_limits, poisson_limits
from coqs.kernels.rule_run_lengths import fitted_rules
from coqs.kernels.run_lengths import shewhart_arl, shewhart_limit

Floats = npt.NDArray[np.float64]
FEW = 100.0
"""Below so many expected of the rarer outcome, limits are those of the law itself."""
MOST_LAWS = 20_000
"""Different pairs of n and centre that are worked out one by one; of more, limits are normal ones."""
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
    if baseline.width is None and baseline.rules is None and baseline.kind in ("p", "np", "c", "u"):
        found = _of_the_law(series, baseline, standing)
        if found is not None:
            return found
    half = width * standing.unit
    lower, upper = standing.centre - half, standing.centre + half
    if series.kind in ("share", "rate"):
        lower = np.maximum(lower, 0.0)
    if series.kind == "share":
        most = np.where(series.n > 0, series.n, np.nan) if baseline.kind == "np" else 1.0
        upper = np.minimum(upper, most)
    told = ~np.isnan(standing.unit).all(axis=0)
    return Limits(lower, upper, np.where(told, shewhart_arl(width), np.nan), NORMAL)


def _of_the_law(series: Series, baseline: Baseline, standing: Standing) -> Limits | None:
    """Return exact limits of small counts; None where counts are large, or laws too many."""
    binomial = ground_of(baseline.kind, series.kind) == "binomial"
    seen = (series.n > 0) & np.isfinite(standing.unit)
    share = standing.centre / series.n if baseline.kind in ("np", "c") else standing.centre
    with np.errstate(invalid="ignore"):
        rarer = np.minimum(share, 1 - share) if binomial else share
        small = seen & (rarer * series.n < FEW)
    whole = not binomial or bool((series.n[seen] == np.round(series.n[seen])).all())
    if not small.any() or not whole or not small[seen].all():
        return None
    pairs, inverse = np.unique(np.stack([series.n[seen], share[seen]]), axis=1, return_inverse=True)
    if pairs.shape[1] > MOST_LAWS:
        return None
    laws = np.array([_law(binomial, n, p, baseline.arl0) for n, p in pairs.T.tolist()], np.float64)
    low, high, arl = (np.full(series.shape, np.nan) for _ in range(3))
    for place, column in enumerate((low, high, arl)):
        column[seen] = laws[np.reshape(inverse, -1), place]
    scale = 1.0 if baseline.kind in ("np", "c") else np.where(seen, series.n, np.nan)
    lower = np.where(low < 0, np.nan, low / scale)
    law = "binomial" if binomial else "Poisson"
    return Limits(lower, high / scale, _harmonic(arl), f"exactly, by the {law} law, not by a normal one")


def _law(binomial: bool, n: float, centre: float, arl0: float) -> CountLimits:
    return binomial_limits(int(n), centre, arl0) if binomial else poisson_limits(n * centre, arl0)


def _harmonic(arl: Floats) -> Floats:
    """Return (G,) one over the mean chance of a false alarm; infinite where nothing can signal."""
    chance = np.where(np.isnan(arl), np.nan, 1 / arl)
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
    return FittedSet(attrs.evolve(rules, rules=asked), found.found.arl, _simulated(found.found.se))


def _simulated(se: float) -> str:
    return f"of the whole set, of normal points that are not related, simulated with an error of {se:.0f}"
