"""Phase I: a baseline from a series, with the points that may be used and the estimators by their names."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError, suggest
from coqs.journeys.charts import estimates
from coqs.journeys.charts.baselines import Baseline, Excluded
from coqs.journeys.charts.dispersion import count_dispersion, memory_of, shift_of
from coqs.journeys.charts.standing import Standing, chance_unit, foreseen, ground_of, moved_centres
from coqs.journeys.series import Series

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ESTIMATORS = ("moving_range", "sd", "pooled_sd", "mean_sd")
WORDS = MappingProxyType(
    {
        "moving_range": "mean moving range / 1.128",
        "sd": "standard deviation of the periods / c4",
        "pooled_sd": "pooled standard deviation within periods / c4",
        "mean_sd": "mean of the periods' standard deviations / c4",
        "known": "given by the caller",
        "chance": "the law of the counts themselves",
    }
)


@attrs.frozen(slots=True, kw_only=True)
class Plan:
    """What phase I is asked to do."""

    kind: str
    arl0: float
    width: float | None = None
    estimator: str | None = None
    centre: float | None = None
    sigma: float | None = None
    memory: bool = False
    shared: bool = False
    over: bool = False
    """Whether an EWMA or CUSUM of counts has to allow for more spread than chance."""
    weight: float | None = None
    reference: float | None = None
    exclude: tuple[Excluded, ...] = ()


def read_exclusions(series: Series, exclude: Sequence[Sequence[str]]) -> tuple[Excluded, ...]:
    """Return exclusions of the forms (period, reason) and (period, group, reason).

    Raises
    ------
    NotFoundError
        There is no such period or group.
    PolicyError
        An exclusion has another form, or no reason.
    """
    names, found = set(series.period_names()), []
    for each in exclude:
        parts = tuple(map(str, each)) if not isinstance(each, str) else ()
        if len(parts) not in (2, 3) or not parts[-1].strip():
            raise PolicyError(
                f"exclude: must be (period, reason) or (period, group, reason), got {len(parts)} parts; say "
                "why the point is left out",
                choice="exclude",
                value=len(parts),
            )
        if parts[0] not in names:
            raise NotFoundError("period", parts[0], sorted(names), where="exclude")
        group = parts[1] if len(parts) == 3 else None
        if group is not None:
            series.place(group)
        found.append(Excluded(parts[0], group, parts[-1]))
    return tuple(found)


def excluded_mask(series: Series, excluded: Sequence[Excluded]) -> Mask:
    """Return (P, G) which points were left out."""
    mask = np.zeros(series.shape, np.bool_)
    places = {name: place for place, name in enumerate(series.period_names())}
    for each in excluded:
        if each.period in places:
            columns = slice(None) if each.group is None else series.place(each.group)
            mask[places[each.period], columns] = True
    return mask


def fit(series: Series, plan: Plan) -> Baseline:
    """Return the baseline of a series, each group from the points that it has."""
    used = without(series, excluded_mask(series, plan.exclude))
    ground = ground_of(plan.kind, series.kind)
    centre = _centre(used, ground, plan)
    sigma, words, memory = _spread(used, ground, centre, plan)
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
        centre=centre,
        sigma=sigma,
        n_points=(used.n > 0).sum(axis=0),
        estimator=words,
        arl0=plan.arl0,
        width=plan.width,
        memory=memory,
        shared=plan.shared,
        weight=plan.weight,
        reference=plan.reference,
        excluded=plan.exclude,
    )


def without(series: Series, mask: Mask) -> Series:
    """Return a series with some points made gaps."""
    if not mask.any():
        return series
    sd = np.where(mask, np.nan, series.sd)
    return attrs.evolve(series, n=np.where(mask, 0, series.n), total=np.where(mask, 0, series.total), sd=sd)


def _centre(series: Series, ground: str, plan: Plan) -> Floats:
    if plan.centre is not None:
        return np.broadcast_to(np.asarray(plan.centre, np.float64), series.shape[1:]).copy()
    if ground == "point":
        return estimates.nan_mean(series.value)
    centre = estimates.divided(series.total.sum(axis=0), series.n.sum(axis=0))
    return _levelled(series, centre) if plan.shared else centre


def _levelled(series: Series, centre: Floats) -> Floats:
    """Return centres at which what is expected of a group sums up to what was seen of it."""
    there, back = shift_of(series.kind)
    level = centre
    for _ in range(6):
        expected = (moved_centres(series, level) * series.n).sum(axis=0)
        mean = estimates.divided(expected, series.n.sum(axis=0))
        with np.errstate(all="ignore"):
            level = back(there(level) + there(centre) - there(mean))
    return level


def _spread(series: Series, ground: str, centre: Floats, plan: Plan) -> tuple[Floats, str, float]:
    """Return (G,) the spread, how it was found, and the memory."""
    groups = series.shape[1]
    if plan.sigma is not None:
        given = np.broadcast_to(np.asarray(plan.sigma, np.float64), (groups,)).copy()
        return given, WORDS["known"], 0.0
    if ground == "mean":
        name = _estimator(plan, "pooled_sd", ("pooled_sd", "mean_sd"))
        make = estimates.pooled_sigma if name == "pooled_sd" else estimates.mean_sd_sigma
        return make(series.sd, np.where(series.n > 0, series.n, np.nan)), WORDS[name], 0.0
    if ground != "point" and not (plan.kind.endswith("′") or plan.over):
        return np.ones(groups), WORDS[_estimator(plan, "chance", ("chance",))], 0.0
    lines = moved_centres(series, centre) if plan.shared else np.broadcast_to(centre, series.shape)
    standing = Standing(series.value, lines, chance_unit(ground, lines, series.n))
    z = _finite(standing.z)
    name = _estimator(plan, "moving_range", ("moving_range", "sd"))
    of = "" if ground == "point" else " of z"
    memory = memory_of(z).correlation if plan.memory else 0.0
    if memory:
        z, of = (
            _finite(foreseen(standing, memory).z),
            f" of z as a memory of {memory:.2f} does not foresee it",
        )
    make_points = estimates.moving_range_sigma if name == "moving_range" else estimates.sd_sigma
    return make_points(z), f"{WORDS[name]}{of}", memory


def _finite(z: Floats) -> Floats:
    return np.where(np.isfinite(z), z, np.nan)


def _estimator(plan: Plan, usual: str, allowed: tuple[str, ...]) -> str:
    name = plan.estimator or usual
    if name not in allowed:
        raise PolicyError(
            f"estimator: must be one that a chart {plan.kind} has, got {name!r}; {suggest(name, allowed)}",
            choice="estimator",
            value=name,
        )
    return name


def disperses(series: Series) -> bool:
    """Tell whether counts of all groups together vary more than chance."""
    return count_dispersion(series.total, series.n, kind=series.kind).is_over
