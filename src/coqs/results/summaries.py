"""Summaries by group, from exact sums: means, shares and spreads, each with its interval."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.kernels import clustered_share_interval, exact_sums, ratio_interval, wilson_interval
from coqs.kernels.exact_sums import WIDTH, exact_integers
from coqs.results.measures import STANDINGS, Measures, Whole

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.object_]
Column = dict[str, npt.NDArray[Any]]


@attrs.frozen(slots=True, eq=False)
class Groups:
    """Groups and what they are made of: themselves, or the clusters of interactions in them."""

    total: Measures
    """Of the groups."""
    part: Measures
    """Of the clusters; of the groups themselves where nothing is clustered."""
    of_part: Whole
    """(clusters,) the group of each."""
    alone: npt.NDArray[np.bool_]
    """(clusters,) whether its interactions stand each for itself, as those of an unknown customer do."""
    clustered: bool

    @classmethod
    def plain(cls, total: Measures) -> Groups:
        """Return groups of which every interaction stands for itself."""
        n = len(total.counts["n"])
        return cls(total, total, np.arange(n), np.ones(n, np.bool_), clustered=False)

    @classmethod
    def of_clusters(cls, part: Measures, of_part: Whole, groups: int, alone: npt.NDArray[np.bool_]) -> Groups:
        """Return groups whose interactions hang together within clusters."""
        return cls(part.spread(of_part, groups), part, of_part, alone, clustered=True)

    def __len__(self) -> int:
        return len(self.total.counts["n"])

    def clusters(self, units: str) -> Whole:
        """Count, within each group, the clusters that have units; those alone are one each."""
        n = self.part.counts[units]
        own = np.where(self.alone, n, n > 0)
        return np.bincount(self.of_part, own, len(self)).astype(np.int64)


@attrs.frozen(slots=True)
class Ratio:
    """A statistic: the sum of x over the sum of y, where y may be a count."""

    x: str
    y: str
    units: str
    """The count of the interactions that it is over."""


PASS = Ratio("pass", "n_verdicts", "n_verdicts")
MEAN = Ratio("overall", "n_scored", "n_scored")
RATIO_OF_SUMS = Ratio("earned", "possible", "n_scored")
STAGED = Ratio("staged", "n_staged", "n_staged")
EXCEEDS = Ratio("exceeds", "answered", "n_answering")


def summary(groups: Groups, *, confidence: float, minimum_n: int) -> Column:
    """Return the columns of a table of groups, without its keys."""
    counts = groups.total.counts
    enough = counts["n_scored"] >= minimum_n
    table: Column = {"n": counts["n"], "n_ratings": counts["n_ratings"]}
    if groups.clustered:
        table["n_clusters"] = groups.clusters("n_scored")
    table |= {"n_scored": counts["n_scored"], "n_unscored": counts["n"] - counts["n_scored"]}
    table |= _hidden(_mean_columns(groups, confidence), enough)
    table["can_tell"] = ~np.isnan(table["ci_low"])
    if "pass" in groups.total.sums:
        table["n_verdicts"] = counts["n_verdicts"]
        table |= _hidden(_share_columns(groups, PASS, confidence), enough)
        table |= _standing_columns(groups, confidence, enough)
        table |= _hidden(_band_columns(groups, confidence), enough)
        table |= {name: column for name, column in counts.items() if name.startswith("gates_")}
    return table


def _hidden(columns: Column, enough: npt.NDArray[np.bool_]) -> Column:
    """Leave out what too few interactions cannot tell."""
    return {name: np.where(enough, column, np.nan) for name, column in columns.items()}


def _mean_columns(groups: Groups, confidence: float) -> Column:
    what = next((each for each in (RATIO_OF_SUMS, STAGED) if each.x in groups.total.sums), MEAN)
    n = groups.total.counts["n_scored"]
    squares = _residual_squares(groups.total, groups.total, MEAN, n >= 2)
    own = squares if what is MEAN and not groups.clustered else _squares(groups, what)
    mean, low, high = _ratio_columns(groups, what, own, confidence)
    sd = np.sqrt(np.where(n >= 2, squares, np.nan) / np.maximum(n - 1, 1))
    return {"mean": mean, "ci_low": low, "ci_high": high, "sd": sd}


def _standing_columns(groups: Groups, confidence: float, enough: npt.NDArray[np.bool_]) -> Column:
    total = groups.total
    share, low, high = _ratio_columns(groups, EXCEEDS, _squares(groups, EXCEEDS), confidence)
    others = {f"{name}_share": _quotient(total, name, "answered") for name in reversed(STANDINGS[:2])}
    columns = {"exceeds_share": share, "exceeds_ci_low": low, "exceeds_ci_high": high, **others}
    coverage = _quotient(total, "answered", "asked")
    return {"n_answers": total.counts["n_answers"], **_hidden(columns, enough), "coverage": coverage}


def _band_columns(groups: Groups, confidence: float) -> Column:
    columns: Column = {}
    for name in groups.total.sums:
        if name.startswith("band_") and "*" not in name:
            columns |= _share_columns(groups, Ratio(name, "n_scored", "n_scored"), confidence)
    return columns


def _share_columns(groups: Groups, what: Ratio, confidence: float) -> Column:
    """Return a share of interactions with Wilson's interval, on fewer of them where they are clustered."""
    share = _quotient(groups.total, what.x, what.y)
    n = groups.total.counts[what.units].astype(np.float64)
    if groups.clustered:
        squares = _cluster_squares(groups, what)
        clusters = groups.clusters(what.units)
        low, high = clustered_share_interval(share, n, squares, clusters, confidence=confidence)
    else:
        low, high = wilson_interval(np.nan_to_num(share) * n, n, confidence=confidence)
    return {f"{what.x}_share": share, f"{what.x}_ci_low": low, f"{what.x}_ci_high": high}


def _ratio_columns(
    groups: Groups, what: Ratio, squares: Floats, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Return a ratio of sums with its linearised interval; for a mean that is Student's."""
    ratio = _quotient(groups.total, what.x, what.y)
    n = groups.clusters(what.units) if groups.clustered else groups.total.counts[what.units]
    low, high = ratio_interval(ratio, squares, _floats(groups.total, what.y), n, confidence=confidence)
    return ratio, low, high


def _squares(groups: Groups, what: Ratio) -> Floats:
    """Return (groups,) the sum of (x - ratio * y) squared, over interactions or clusters of them."""
    if groups.clustered:
        return _cluster_squares(groups, what)
    return _residual_squares(groups.total, groups.total, what, groups.total.counts[what.units] >= 2)


def _cluster_squares(groups: Groups, what: Ratio) -> Floats:
    """Return (groups,) the sum over clusters of (sum of x - ratio * sum of y) squared."""
    ratio = np.nan_to_num(_quotient(groups.total, what.x, what.y))[groups.of_part]
    residual = _floats(groups.part, what.x) - ratio * _floats(groups.part, what.y)
    alone = np.flatnonzero(groups.alone)
    squares = residual**2
    whole = groups.total.at(groups.of_part[alone])
    part = groups.part.at(alone)
    squares[alone] = _residual_squares(part, whole, what, whole.counts[what.units] > 0)
    limbs, lowest = exact_sums(squares, groups.of_part, len(groups))  # the order of clusters never shows
    return _divided(exact_integers(limbs), lowest)


def _residual_squares(part: Measures, whole: Measures, what: Ratio, which: npt.NDArray[np.bool_]) -> Floats:
    """Return the sum over units of (x - ratio * y) squared, exactly and rounded once; 0 but for `which`.

    The ratio is that of the sums of `whole`, the units are those of `part`.
    """
    squares = np.zeros(len(which))
    places = np.flatnonzero(which)
    names = [what.x, what.y, f"{what.x}*{what.x}", *_products(what)]
    bits = max(_bits(part, names), 2 * _bits(whole, names[:2]))
    x, y = (_integers(whole, name, bits // 2, places) for name in names[:2])
    xx, xy, yy = (_integers(part, name, bits, places) for name in names[2:])
    some = np.flatnonzero(y != 0)
    x, y, xx, xy, yy = (each[some] for each in (x, y, xx, xy, yy))
    above = y * y * xx - 2 * x * y * xy + x * x * yy
    squares[places[some]] = _quotients(above, (y * y) << bits)
    return squares


def _products(what: Ratio) -> tuple[str, str]:
    """Name the sums of x*y and y*y; a count stands for ones, whose products are x and the count."""
    if what.y.startswith("n_"):
        return what.x, what.y
    return f"{what.x}*{what.y}", f"{what.y}*{what.y}"


def _bits(measures: Measures, names: list[str]) -> int:
    """Return an even number of bits after the point that suffices for all these sums."""
    most = max((measures.sums[name].bits for name in names if name in measures.sums), default=0)
    return most + most % 2


def _integers(measures: Measures, name: str, bits: int, places: Any = slice(None)) -> Integers:
    """Return a sum of some groups, or a count, as Python integers in units of 2**-bits."""
    if name in measures.sums:
        return measures.sums[name].at(places).integers(bits)
    return np.asarray(measures.counts[name][places].astype(object) << bits, dtype=object)


def _floats(measures: Measures, name: str) -> Floats:
    if name in measures.sums:
        each = measures.sums[name]
        return _divided(each.integers(), -each.bits // WIDTH)
    return measures.counts[name].astype(np.float64)


def _quotient(measures: Measures, x: str, y: str) -> Floats:
    """Return the ratio of two sums, rounded once; NaN where the lower one is 0."""
    bits = _bits(measures, [x, y])
    above, below = _integers(measures, x, bits), _integers(measures, y, bits)
    some = np.flatnonzero(below != 0)
    quotient = np.full(len(below), np.nan)
    quotient[some] = _quotients(above[some], below[some])
    return quotient


def _quotients(above: Integers, below: Integers) -> Floats:
    return np.asarray(above / below, np.float64)


def _divided(integers: Integers, lowest: int) -> Floats:
    """Return whole numbers in units of 2**(36 * lowest) as floats, rounded once."""
    if lowest >= 0:
        return np.asarray(integers << WIDTH * lowest, np.float64)
    return _quotients(integers, np.full(len(integers), 1 << -WIDTH * lowest, dtype=object))
