"""Which chart suits a series, and why, in words."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.charts.dispersion import (
    SHARED_FROM,
    SIGNIFICANT,
    Dispersion,
    Memory,
    chi_square_tail,
    count_dispersion,
    memory_of,
)
from coqs.journeys.charts.estimates import divided, nan_mean, pooled_sigma
from coqs.journeys.charts.standing import Standing, chance_unit, ground_of, moved_centres
from coqs.journeys.series import Series

Floats = npt.NDArray[np.float64]
RARE = 1.0
"""Below one expected lapse a period most periods have none, and a chart of periods shows nothing."""
FAR, FEW_POINTS = 3.0, 0.1
"""Sigmas beyond which a point may be news, and the share of points that may be, for chance to explain the
rest."""
MANY = 12
"""Groups from which what all do in a period can be told apart from what one does."""


@attrs.frozen(slots=True, kw_only=True)
class Choice:
    """A kind of chart, what it allows for, and why."""

    kind: str
    why: str
    memory: bool = False
    shared: bool = False


def choose(series: Series, *, cases: bool) -> Choice:
    """Return the chart that suits a series.

    Parameters
    ----------
    series
        What is followed, in phase I without what was left out.
    cases
        Whether single cases are known, in their order, so that rare lapses can be followed one by one.
    """
    if not (series.n > 0).any():
        return Choice(kind="xmr", why="nothing was observed")
    if series.kind in ("share", "rate"):
        return _of_counts(series, cases)
    return _of_means(series)


def _of_means(series: Series) -> Choice:
    typical = float(np.median(series.n[series.n > 0]))
    known = ~np.isnan(series.sd[series.n > 0])
    if typical < 2 or known.mean() < 0.5:
        what = "one number a period" if typical < 2 else "the spread within periods is not known"
        return _individuals(series, f"{what}: individuals and their moving range")
    tested = mean_dispersion(series)
    if tested.is_over:
        return _individuals(
            series,
            f"means of {typical:g} numbers a period, but periods differ {tested.ratio:.1f} times as much "
            f"(in variance) as the spread within them explains (p {_p(tested.p)}): limits from the "
            "spread within would call that news, so period means are charted as individuals",
        )
    return Choice(
        kind="xbar",
        why=f"means of {typical:g} numbers a period, and periods differ no more than the spread within them "
        f"explains (ratio {tested.ratio:.2f}, p {_p(tested.p)}): X-bar and S",
    )


def _individuals(series: Series, why: str) -> Choice:
    """Return the chart of single points, and whether it must allow for what neighbours keep."""
    memory = memory_of(series.value)
    if memory.is_there:
        why = f"{why}; {_kept(memory)}"
    return Choice(kind="xmr", why=why, memory=memory.is_there)


def _kept(memory: Memory) -> str:
    return (
        f"neighbouring periods resemble each other (correlation {memory.correlation:.2f}): a period is held "
        "against what the one before lets expect, so a slow drift is not flagged"
    )


def mean_dispersion(series: Series) -> Dispersion:
    """Test whether the means of periods differ more than the spread within them explains."""
    n = np.where(series.n > 0, series.n, np.nan)
    sigma = pooled_sigma(series.sd, n)
    centre = divided(series.total.sum(axis=0), series.n.sum(axis=0))
    squares = divided((series.value - centre) ** 2 * n, sigma**2)
    df = int(np.maximum((~np.isnan(squares)).sum(axis=0) - 1, 0).sum())
    statistic = float(np.nansum(squares))
    return Dispersion(statistic / max(df, 1), statistic, df, chi_square_tail(statistic, df) if df else 1.0)


def _of_counts(series: Series, cases: bool) -> Choice:
    simple, law = ("p", "binomial") if series.kind == "share" else ("u", "Poisson")
    rare = expected_lapses(series)
    tail = ""
    if rare < RARE:
        rarely = f"about {rare:.2g} lapses are expected a period: most periods have none"
        if cases and series.kind == "share":
            return Choice(kind="bernoulli", why=f"{rarely}, so lapses are followed case by case")
        tail = f"; {rarely}, and single cases are not known, so only a rise can be seen, and late"
    tested = count_dispersion(series.total, series.n, kind=series.kind)
    few = without_news(series) if tested.is_over else None
    if rare >= RARE and few is not None:
        return Choice(kind=simple, why=f"{series.kind}s: {few}{tail}")
    if rare >= RARE and tested.is_over:
        return _over(series, simple, f"{tested.ratio:,.1f} times the {law} variance (p {_p(tested.p)})")
    if simple == "u" and _one_exposure(series):
        simple = "c"
    how = f"periods vary as a {law} law lets expect (ratio {tested.ratio:.2f}, p {_p(tested.p)})"
    return Choice(kind=simple, why=f"{series.kind}s: {how}{tail}")


def _over(series: Series, simple: str, much: str) -> Choice:
    """Return what allows for more spread than chance, for what neighbours keep, and for what all share."""
    kind = f"{simple}′"
    words = [f"{series.kind}s that vary more than chance, {much}: limits allow for it (Laney)"]
    part = shared_part(series)
    shared = part >= SHARED_FROM
    if shared:
        words.append(
            f"{part:.0%} of the spread between periods is what all {series.shape[1]} groups do at once (a "
            "season, a trend): it is taken out, so a change of all is not flagged here; chart the whole "
            "for that"
        )
    memory = memory_of(_z(series, shared))
    if memory.is_there:
        words.append(_kept(memory))
    return Choice(kind=kind, why="; ".join(words), memory=memory.is_there, shared=shared)


def without_news(series: Series) -> str | None:
    """Say that a few points alone make the spread larger than chance, if it is so.

    Such points are what a chart is to find; limits that allowed for them would hide them.
    """
    z = _z(series, shared=False)
    far = np.abs(z) > FAR
    points = int((~np.isnan(z)).sum())
    if not 0 < far.sum() <= FEW_POINTS * points:
        return None
    rest = np.where(far, 0.0, series.n)
    tested = count_dispersion(series.total, rest, kind=series.kind)
    if tested.is_over:
        return None
    return (
        f"{int(far.sum())} of {points} points lie far out, and the others vary as chance lets expect (ratio "
        f"{tested.ratio:.2f}, p {_p(tested.p)}), so limits allow for chance alone"
    )


def expected_lapses(series: Series) -> float:
    """Return the median over groups of what a period is expected to have of the rarer outcome."""
    seen = np.where(series.n > 0, series.n, np.nan)
    events = series.total
    if series.kind == "share":
        events = np.where(series.total.sum(axis=0) * 2 > series.n.sum(axis=0), series.n - events, events)
    share = divided(events.sum(axis=0), series.n.sum(axis=0))
    known = nan_mean(seen) * share
    return float(np.nanmedian(known))


def shared_part(series: Series) -> float:
    """Return the share of the spread between periods that all groups have in common; 0 for few groups."""
    if series.shape[1] < MANY or series.shape[0] < MANY:
        return 0.0
    own, rest = (_variance(_z(series, shared)) for shared in (False, True))
    told = own > 0
    return max(0.0, 1 - float(np.nanmedian(rest[told] / own[told]))) if told.any() else 0.0


def _variance(z: Floats) -> Floats:
    return nan_mean((z - nan_mean(z)) ** 2)


def _z(series: Series, shared: bool) -> Floats:
    ground = ground_of("p" if series.kind == "share" else "u", series.kind)
    centre = divided(series.total.sum(axis=0), series.n.sum(axis=0))
    lines = moved_centres(series, centre) if shared else np.broadcast_to(centre, series.shape)
    z = Standing(series.value, lines, chance_unit(ground, lines, series.n)).z
    return np.where(np.isfinite(z), z, np.nan)


def _one_exposure(series: Series) -> bool:
    seen = series.n[series.n > 0]
    return bool((seen == seen[0]).all())


def _p(p: float) -> str:
    return f"below {SIGNIFICANT / 10}" if p < SIGNIFICANT / 10 else f"{p:.2f}"
