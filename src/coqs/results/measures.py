"""What is counted and summed of the interactions of each group: all that a summary is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from coqs.ratings import Ratings
from coqs.results.columns import VERDICTS, DetailColumns
from coqs.results.exact import ExactSums
from coqs.results.provenance import Provenance
from coqs.results.units import Floats, Units
from coqs.tables import freeze, read_only

Whole = npt.NDArray[np.int64]
STANDINGS = ("below", "meets", "exceeds")
ASKED = ("answered", "unanswered", "abstained", "failed")
PASS, UNSCORED = VERDICTS.index("pass"), VERDICTS.index("unscored")


class Scored(Protocol):
    """What a summary needs of scores."""

    @property
    def ratings(self) -> Ratings: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def overall(self) -> Floats: ...
    @property
    def verdict_codes(self) -> npt.NDArray[np.int8]: ...
    @property
    def stages(self) -> Mapping[str, Floats]: ...
    @property
    def details(self) -> DetailColumns: ...


@attrs.frozen(slots=True, eq=False)
class Measures:
    """Counts and exact sums, each by group; `x*y` is the sum of the products of x and y."""

    counts: Mapping[str, Whole] = attrs.field(converter=read_only)
    sums: Mapping[str, ExactSums] = attrs.field(converter=read_only)

    @property
    def names(self) -> frozenset[str]:
        """What was counted and summed."""
        return frozenset([*self.counts, *self.sums])

    def spread(self, places: npt.NDArray[np.int64], groups: int) -> Measures:
        """Return the measures of other groups: `places` says which one each belongs to."""
        counts = {}
        for name, column in self.counts.items():
            counts[name] = np.zeros(groups, np.int64)
            np.add.at(counts[name], places, column)
        return Measures(counts, {name: each.spread(places, groups) for name, each in self.sums.items()})

    def at(self, places: npt.NDArray[Any]) -> Measures:
        """Return the measures of some groups."""
        counts = {name: column[places] for name, column in self.counts.items()}
        return Measures(counts, {name: each.at(places) for name, each in self.sums.items()})

    def __add__(self, other: Measures) -> Measures:
        counts = {name: column + other.counts[name] for name, column in self.counts.items()}
        return Measures(counts, {name: each + other.sums[name] for name, each in self.sums.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Measures) or self.counts.keys() != other.counts.keys():
            return NotImplemented
        same = all(np.array_equal(column, other.counts[name]) for name, column in self.counts.items())
        return same and dict(self.sums) == dict(other.sums)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Measures, (dict(self.counts), dict(self.sums))


@attrs.define(slots=True)
class _Summing:
    """Measures in the making, of units in groups."""

    units: Units
    counts: dict[str, Whole] = attrs.Factory(dict)
    sums: dict[str, ExactSums] = attrs.Factory(dict)

    def add(self, **values: Floats) -> None:
        """Sum each unit's values, as far as they are known."""
        for name, column in values.items():
            self._sum(name, column)

    def add_products(self, **values: Floats) -> None:
        """Sum the products of each pair of the values."""
        names = list(values)
        for place, left in enumerate(names):
            for right in names[place:]:
                self._sum(f"{left}*{right}", values[left], values[right])

    def _sum(self, name: str, values: Floats, times: Floats | None = None) -> None:
        known = ~np.isnan(values)
        group, rows = (self.units.group, slice(None)) if known.all() else (self.units.group[known], known)
        kept = values[rows]
        factors = None if times is None else kept if times is values else times[rows]
        self.sums[name] = ExactSums.of(kept, group, self.units.groups, times=factors)

    def made(self) -> Measures:
        return Measures({name: freeze(column) for name, column in self.counts.items()}, self.sums)


def measures_of(scores: Scored, units: Units, *, bands: tuple[str, ...], clustered: bool) -> Measures:
    """Measure everything that a summary by keys holds.

    Parameters
    ----------
    bands
        The bands of the form.
    clustered
        Whether the squares of shares are needed, too.
    """
    summing = _Summing(units)
    summing.counts |= {"n": units.n(), "n_ratings": units.ratings()}
    _add_mean(summing, scores.overall)
    _add_shares(summing, scores, bands, clustered=clustered)
    _add_standings(summing, scores.details.counts)
    if scores.provenance.policy.over_interactions == "ratio_of_sums":
        _add_ratio(summing, scores.overall, scores.details.possible)
    if scores.provenance.policy.over_interactions == "mean_of_stage_means":
        _add_staged(summing, stage_means(scores))
    for name, failed in scores.details.gates.items():
        summing.counts[f"gates_{name}"] = units.any_row(failed)
        summing.counts[f"gates_{name}_observed"] = units.any_row(scores.details.gates_observed[name])
    return summing.made()


def stage_means(scores: Scored) -> Floats:
    """Return (n,) the plain mean of each row's scored stages that weigh; NaN where the row is not scored."""
    weighing = [stage.id for stage in scores.ratings.rubric.stages if stage.weight]
    stages = np.array([scores.stages[id] for id in weighing])
    known = ~np.isnan(stages)
    total, n = np.where(known, stages, 0.0).sum(axis=0), known.sum(axis=0)
    means: Floats = np.where(np.isnan(scores.overall) | (n == 0), np.nan, total / np.maximum(n, 1))
    return means


def mean_measures(values: Floats, units: Units) -> Measures:
    """Measure no more than what a mean needs."""
    summing = _Summing(units)
    summing.counts |= {"n": units.n(), "n_ratings": units.ratings()}
    _add_mean(summing, values)
    return summing.made()


def _add_mean(summing: _Summing, values: Floats) -> None:
    each = summing.units.mean(values, ~np.isnan(values))
    summing.counts["n_scored"] = summing.units.count(~np.isnan(each))
    summing.add(overall=each)
    summing.add_products(overall=each)


def _add_shares(summing: _Summing, scores: Scored, bands: tuple[str, ...], *, clustered: bool) -> None:
    """Sum passes, and interactions in each band; where raters differ these are fractions."""
    codes = scores.verdict_codes
    shares = {"pass": summing.units.mean(codes == PASS, codes != UNSCORED)}
    summing.counts["n_verdicts"] = summing.units.count(~np.isnan(shares["pass"]))
    for name, column in _in_bands(scores, bands):
        shares[name] = summing.units.mean(column, ~np.isnan(scores.overall))
    for name, each in shares.items():
        summing.add(**{name: each})
        if clustered:
            summing.add_products(**{name: each})


def _in_bands(scores: Scored, bands: tuple[str, ...]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    if bands:
        places = scores.details.bands["overall"]
        yield from ((f"band_{id}", places == place) for place, id in enumerate(bands))


def _add_standings(summing: _Summing, counts: Mapping[str, npt.NDArray[np.int32]]) -> None:
    """Sum the answers, and those of each standing; one that does not say how it stands counts too."""
    units = summing.units
    answered, exceeds = units.mean(counts["answered"]), units.mean(counts["exceeds"])
    summing.counts |= {
        "n_answering": units.count(answered > 0),
        "n_answers": units.rows_total(counts["answered"]),
    }
    asked = answered + sum(units.mean(counts[name]) for name in ASKED[1:])
    below, meets = units.mean(counts["below"]), units.mean(counts["meets"])
    summing.add(answered=answered, exceeds=exceeds, below=below, meets=meets, asked=asked)
    summing.add_products(exceeds=exceeds, answered=answered)


def _add_ratio(summing: _Summing, overall: Floats, possible: Floats) -> None:
    """Sum what was earned and what it is a share of, for a mean that is the ratio of these sums."""
    scored = ~np.isnan(overall)
    earned = summing.units.mean(overall * possible, scored)
    whole = summing.units.mean(possible, scored)
    summing.add(earned=earned, possible=whole)
    summing.add_products(earned=earned, possible=whole)


def _add_staged(summing: _Summing, means: Floats) -> None:
    """Sum the means of stages, for a mean of these."""
    each = summing.units.mean(means, ~np.isnan(means))
    summing.counts["n_staged"] = summing.units.count(~np.isnan(each))
    summing.add(staged=each)
    summing.add_products(staged=each)
