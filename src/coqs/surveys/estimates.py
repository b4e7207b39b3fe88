"""From values in groups to an estimate and an interval for each group."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.kernels import mean_interval, ratio_interval, tango_interval, wilson_interval
from coqs.rubric.questionnaire import Measure
from coqs.surveys.values import Ruler

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@attrs.frozen(slots=True, eq=False)
class Estimates:
    """(groups,) estimates with their intervals; NaN where there is nothing, or nothing to tell."""

    value: Floats
    low: Floats
    high: Floats

    def in_unit(self, ruler: Ruler) -> Estimates:
        """Return the same in the measure's own unit."""
        return Estimates(ruler.read(self.value), ruler.read(self.low), ruler.read(self.high))

    def where(self, enough: npt.NDArray[np.bool_]) -> Estimates:
        """Leave out what too few cannot tell."""
        parts = (np.where(enough, each, np.nan) for each in (self.value, self.low, self.high))
        return Estimates(*parts)


def estimates(
    measure: Measure, total: Floats, weight: Floats, group: Places, groups: int, *, confidence: float
) -> Estimates:
    """Estimate a measure in each group.

    Shares of single answers get Wilson's interval, net scores Tango's, means (and shares of several items,
    or of several sheets) Student's; what is pooled over answers gets that of a ratio of sums over sheets,
    since answers on one sheet hang together.

    Parameters
    ----------
    measure
        What the values are of.
    total, weight
        (n,) as in `Values`; rows of weight 0 count for nothing.
    group
        (n,) the group of each, from 0.
    groups
        How many there are.
    confidence
        Coverage of the intervals.
    """
    rows = np.flatnonzero(weight > 0)
    order = np.lexsort((total[rows], weight[rows], group[rows]))  # so that the order of rows never shows
    sums = _Sums(total[rows][order], weight[rows][order], group[rows][order], groups)
    if measure.is_pooled:
        return sums.ratio(confidence)
    if not _is_whole(sums.total):
        return sums.net_mean(confidence) if measure.is_net else sums.mean(confidence)
    if measure.is_net:
        return sums.net(confidence)
    return sums.mean(confidence) if measure.is_mean or len(measure.items) > 1 else sums.share(confidence)


def _is_whole(values: Floats) -> bool:
    return bool((values == np.rint(values)).all())


@attrs.frozen(slots=True, eq=False)
class _Sums:
    total: Floats
    weight: Floats
    group: Places
    groups: int

    def sum(self, values: Floats) -> Floats:
        return np.asarray(np.bincount(self.group, values, self.groups), np.float64)

    @property
    def n(self) -> Floats:
        return np.bincount(self.group, minlength=self.groups).astype(np.float64)

    @property
    def value(self) -> Floats:
        whole = self.sum(self.weight)
        return np.where(whole > 0, self.sum(self.total) / np.maximum(whole, 1), np.nan)

    def share(self, confidence: float) -> Estimates:
        return Estimates(self.value, *wilson_interval(self.sum(self.total), self.n, confidence=confidence))

    def net(self, confidence: float) -> Estimates:
        plus, minus = self.sum(np.maximum(self.total, 0)), self.sum(np.maximum(-self.total, 0))
        return Estimates(self.value, *tango_interval(plus, minus, self.n, confidence=confidence))

    def mean(self, confidence: float) -> Estimates:
        value, n = self.value, self.n
        squares = self.sum((self.total - value[self.group]) ** 2)
        sd = np.sqrt(squares / np.maximum(n - 1, 1))
        return Estimates(value, *mean_interval(value, sd, n, confidence=confidence))

    def net_mean(self, confidence: float) -> Estimates:
        """Estimate a mean of net values, on a scale from 0 to 1 and back."""
        halved = attrs.evolve(self, total=(self.total + 1) / 2)
        return halved.mean(confidence).in_unit(Ruler(-1.0, 2.0))

    def ratio(self, confidence: float) -> Estimates:
        value = self.value
        squares = self.sum((self.total - value[self.group] * self.weight) ** 2)
        interval = ratio_interval(value, squares, self.sum(self.weight), self.n, confidence=confidence)
        return Estimates(value, *interval)
