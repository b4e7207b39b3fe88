"""Make a chart: choose its kind, find a baseline or take one, and judge every point by it."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import ComparisonError, NotFoundError, PolicyError, suggest
from coqs.journeys.charts.baselines import KINDS, Baseline, Excluded
from coqs.journeys.charts.charts import Chart
from coqs.journeys.charts.choice import MANY, Choice, choose
from coqs.journeys.charts.dispersion import count_dispersion
from coqs.journeys.charts.fitting import Plan, excluded_mask, fit, read_exclusions, without
from coqs.journeys.charts.judging import judged, needed_points
from coqs.journeys.charts.lasting import lasting_limit
from coqs.journeys.charts.limits import fitted_set
from coqs.journeys.charts.rare import are_cases, rare_chart
from coqs.journeys.charts.rule_sets import RuleSet
from coqs.journeys.observations import Observations
from coqs.journeys.series import Series

Floats = npt.NDArray[np.float64]
ARL0 = 370.0
"""Points between false alarms, unless told: what three sigmas have."""
LEAST = 12
"""Points that limits need, unless told: of 12, a spread has an error of about a quarter, and limits with
it; of fewer it is more than that, and of 20 still a sixth."""
ONLY = MappingProxyType(
    {
        "share": ("p", "np", "p′", "ewma", "cusum", "xmr", "g", "t", "bernoulli"),
        "rate": ("c", "u", "u′", "ewma", "cusum", "xmr"),
        "score": ("xmr", "xbar", "ewma", "cusum"),
        "value": ("xmr", "xbar", "ewma", "cusum"),
    }
)
PLAIN = MappingProxyType({"p'": "p′", "u'": "u′"})
RARE = ("g", "t", "bernoulli")


@attrs.frozen(slots=True, eq=False, kw_only=True)
class ChartOptions:
    """What a chart may be asked for; each is an argument of `journeys.chart(…)`.

    Raises
    ------
    PolicyError
        A number is none.
    """

    kind: str | None = None
    """xmr, xbar, p, np, p′ (or p'), c, u, u′ (or u'), ewma, cusum, and g, t, bernoulli for single lapses;
    left out, it is chosen by the data, and `chart.why` says why."""
    arl0: float = ARL0
    """Periods between two false alarms of a group in which nothing changes; of g and t charts lapses. With
    rules it is that of the whole set."""
    width: float | None = None
    """Limits in sigmas instead, such as the 3 of textbooks; of a CUSUM its h."""
    rules: RuleSet | str | None = None
    """A rule set, or the name of one that ships; left out, the limits alone."""
    baseline: Baseline | None = None
    """What an earlier chart found: `earlier.baseline`, or `Baseline.load(path)`. Nothing is estimated then,
    and the other options but `events` are those of the baseline."""
    exclude: Sequence[Sequence[str]] = ()
    """Points that phase I is not to rest on, as (period, reason) or (period, group, reason). They are drawn,
    not judged, and recorded."""
    estimator: str | None = None
    """Of the spread: "moving_range" or "sd" of points; "pooled_sd" or "mean_sd" of an xbar."""
    centre: Any = None
    """The centre, where it is known: one number, or one a group."""
    sigma: Any = None
    """The spread, where it is known; with both no points are needed."""
    weight: float | None = None
    """Of the newest point in an EWMA; 0.2 unless told."""
    reference: float | None = None
    """k of a CUSUM, in sigmas; 0.5 unless told. Of a Bernoulli CUSUM: by how much the odds of a lapse are to
    have multiplied; 2 unless told."""
    least: int = LEAST
    """Points that limits need."""
    events: Sequence[tuple[str, str]] = ()
    """(time, words) of what happened; drawn, and never used."""

    def __attrs_post_init__(self) -> None:
        _check_numbers(self.arl0, self.width, self.weight)


def chart(series: Series, *, observations: Observations | None = None, **how: Any) -> Chart:
    """Draw up control charts of all groups of a series.

    Phase I, unless a baseline is given: limits come from the points that they judge. No point is ever
    dropped but those that the caller names. With a `baseline` it is phase II: nothing is estimated.

    Parameters
    ----------
    series
        What is followed.
    observations
        The single cases behind it, which charts of rare lapses need.
    how
        What `ChartOptions` has, such as `kind="ewma"` or `arl0=1000`.

    Returns
    -------
    Chart
        Groups that cannot be told have no limits, and a reason.

    Raises
    ------
    PolicyError
        There is no such kind for these numbers, or a number is none.
    NotFoundError
        There is no such option, rule set, period or group.
    ComparisonError
        The baseline is of another measure or calendar.

    Examples
    --------
    >>> lapses = [[4], [6], [5], [3], [7], [5], [4], [6], [5], [4], [6], [5], [19]]
    >>> found = chart(Series.of_arrays(lapses, 100, kind="share"), kind="p")
    >>> found.signals["period"].tolist()
    ['2026-01-13']
    """
    known = attrs.fields_dict(ChartOptions)
    for name in how:
        if name not in known:
            raise NotFoundError("option", name, known, where="chart")
    asked = ChartOptions(**how)
    if asked.baseline is not None:
        made = _phase_two(series, asked.baseline, observations)
    else:
        made = _phase_one(series, asked, observations)
    return attrs.evolve(made, events=tuple((str(when), str(what)) for when, what in asked.events))


def _phase_one(series: Series, asked: ChartOptions, observations: Observations | None) -> Chart:
    excluded = read_exclusions(series, asked.exclude)
    used = without(series, excluded_mask(series, excluded))
    choice = _chosen(asked.kind, used, observations)
    plan = _plan(asked, choice, used, excluded)
    _check_known(series, asked)
    if choice.kind in RARE:
        _check_rare(asked, choice.kind)
        return rare_chart(series, observations, plan, why=choice.why)
    found, attained = _with_rules(fit(series, plan), asked.rules)
    by_chance = choice.kind in ("p", "np", "c", "u")
    known = asked.centre is not None and (asked.sigma is not None or by_chance)
    least = 0 if known else asked.least
    found = _only_told(found, needed_points(found, least))
    return judged(series, found, phase="I", why=choice.why, least=least, attained=attained)


def _only_told(found: Baseline, needed: int) -> Baseline:
    """Return the baseline without the numbers of groups that have too few points, for phase II not to use."""
    told = found.n_points >= needed
    centre, sigma = (np.where(told, each, np.nan) for each in (found.centre, found.sigma))
    return attrs.evolve(found, centre=centre, sigma=sigma)


def _plan(asked: ChartOptions, choice: Choice, used: Series, excluded: tuple[Excluded, ...]) -> Plan:
    return Plan(
        kind=choice.kind,
        arl0=float(asked.arl0),
        width=asked.width,
        estimator=asked.estimator,
        centre=asked.centre,
        sigma=asked.sigma,
        memory=choice.memory,
        shared=choice.shared,
        over=_varies_more(choice.kind, used),
        weight=asked.weight,
        reference=asked.reference,
        exclude=excluded,
    )


def _phase_two(series: Series, baseline: Baseline, observations: Observations | None) -> Chart:
    if baseline.shared and series.shape[1] < MANY:
        raise ComparisonError(
            f"baseline: takes out what all groups do at once, which must be seen of {MANY} groups or more, "
            f"got {series.shape[1]}; chart them together and look at those",
            left=len(baseline.groups),
            right=series.shape[1],
        )
    why = f"{baseline.kind}, as its baseline of {baseline.start} to {baseline.stop}"
    if baseline.kind in RARE:
        return rare_chart(series, observations, None, why=why, baseline=baseline)
    return judged(series, baseline, phase="II", why=why, least=0)


def _chosen(kind: str | None, series: Series, observations: Observations | None) -> Choice:
    if kind is None:
        cases = observations is not None and are_cases(observations, series.measure.name)
        return choose(series, cases=cases)
    name = PLAIN.get(kind, kind)
    allowed = ONLY[series.kind]
    if name not in allowed:
        known = f"known are {', '.join(allowed)}" if name in KINDS else suggest(name, allowed)
        raise PolicyError(
            f"kind: must be a chart of a {series.kind}, got {kind!r}; {known}", choice="kind", value=kind
        )
    return Choice(kind=name, why=f"{name}, as asked")


def _varies_more(kind: str, series: Series) -> bool:
    """Tell whether an EWMA or CUSUM of counts must allow for more spread than chance has."""
    if kind not in ("ewma", "cusum") or series.kind not in ("share", "rate"):
        return False
    return count_dispersion(series.total, series.n, kind=series.kind).is_over


def _with_rules(found: Baseline, rules: RuleSet | str | None) -> tuple[Baseline, tuple[float, str] | None]:
    """Return the baseline with rules at the zones that have the run length that is asked for."""
    if rules is None:
        return _with_lasting(found)
    asked = RuleSet.named(rules) if isinstance(rules, str) else rules
    if found.kind in ("ewma", "cusum"):
        raise PolicyError(
            f"rules: must not be asked of a chart {found.kind}, whose points are related, got "
            f"{asked.name!r}; leave them out",
            choice="rules",
            value=asked.name,
        )
    if found.width is not None:  # zones are then meant as they are written
        return attrs.evolve(found, rules=asked), None
    fitted = fitted_set(asked, found.arl0)
    return attrs.evolve(found, rules=fitted.rules), (fitted.attained, fitted.how)


def _with_lasting(found: Baseline) -> tuple[Baseline, tuple[float, str] | None]:
    """Return the baseline with the limit of shifts that last, where neighbours are related."""
    if not found.memory or found.width is not None:
        return found, None
    law = lasting_limit(found.memory, found.arl0)
    how = f"of points and of shifts that last, of normal news, simulated with an error of {law.error:.0f}"
    return attrs.evolve(found, lasting=law.limit), (law.attained, how)


def _check_known(series: Series, asked: ChartOptions) -> None:
    """Refuse centres and spreads that are not one number, or one a group."""
    for name in ("centre", "sigma"):
        value = getattr(asked, name)
        shape = np.shape(value)
        if value is not None and shape not in ((), (series.shape[1],)):
            raise PolicyError(
                f"{name}: must be one number or one a group, got the shape {shape}; give {series.shape[1]}",
                choice=name,
                value=shape,
            )


def _check_rare(asked: ChartOptions, kind: str) -> None:
    """Refuse what charts of single lapses do not have."""
    for name in ("rules", "width", "estimator", "sigma"):
        if getattr(asked, name) is not None:
            raise PolicyError(
                f"{name}: must not be asked of a chart {kind}, which has the limits of its law, got one; "
                "leave it out",
                choice=name,
                value=str(getattr(asked, name)),
            )


def _check_numbers(arl0: float, width: float | None, weight: float | None) -> None:
    for name, value, low, high in (
        ("arl0", arl0, 1, 1e7),
        ("width", width, 0, 100),
        ("weight", weight, 0, 1.0000001),
    ):
        if value is not None and not low < value < high:
            raise PolicyError(
                f"{name}: must lie above {low:g} and below {high:g}, got {value}; use for example 370 "
                "points, 3 sigmas or a weight of 0.2",
                choice=name,
                value=value,
            )
