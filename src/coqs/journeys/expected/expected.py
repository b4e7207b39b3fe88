"""Lapses that were observed of each person, and those that their own customers made one expect."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError, RecordError
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.journeys.printed import PrintedTable
from coqs.kernels.beta_binomial import fit_beta_binomial, sum_below, sum_variance
from coqs.kernels.multiple import holm

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
MORE, FEWER, AS_EXPECTED, CANNOT_TELL = "more lapses", "fewer lapses", "as expected", "cannot tell"
HALF = 0.5
LEAST_OTHERS = 50
"""Interactions of others that are needed to know what one may expect."""
FARTHEST, PLACES, ROUNDS = 12.0, 16, 6
"""Log odds beyond which no effect is sought; places looked at on the way to a limit, and how often."""
BETWEEN = ", "
WIDE = 4.0
"""An interval whose ends are farther apart says nothing."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class ExpectedTable(PrintedTable):
    """One row a group, as columns, in the order of their names.

    Columns: `group`; `n` interactions; `observed` lapses; `expected`, those that others' interactions with
    the same customers make one expect; `ratio` of the two, with `ratio_low` and `ratio_high`; `shrunken`, the
    ratio drawn towards 1 as far as differences between groups are chance; `p`, the chance of a count as far
    from what is expected, and `p_all`, the same among all groups (Holm); `says`: *more lapses* or *fewer
    lapses* where `p_all` is below 1 - confidence, *as expected* where the interval reaches over 1 and its
    ends are at most four times apart, otherwise *cannot tell*, as where others had fewer than 50.
    """

    given: str
    """What is allowed for."""
    concentration: float
    """How alike they are: a small number says that some have many lapses with everybody."""
    confidence: float

    def standing_out(self) -> tuple[str, ...]:
        """Return the groups that have surely more or fewer lapses than expected."""
        return tuple(row["group"] for row in self.rows() if row["says"] in (MORE, FEWER))

    def _title(self) -> str:
        return f"ExpectedTable given {self.given}: {len(self)} groups, {len(self.standing_out())} stand out"


def against_expected(
    lapses: npt.ArrayLike,
    group: Sequence[str | None],
    given: Sequence[str | None],
    *,
    name: str = "customer",
    confidence: float = 0.95,
) -> ExpectedTable:
    """Hold each group's lapses against what others had with the same customers.

    Parameters
    ----------
    lapses
        (n,) whether each interaction was a lapse.
    group, given
        (n,) who served, and whom; where either is None the interaction is left out. The other way round, it
        is told which customers are harsher than those who served them make one expect.
    name
        What `given` is called.
    confidence
        Coverage of the intervals, each by itself; and of what stands out, all groups together.

    Raises
    ------
    RecordError
        The columns differ in length, or a lapse is neither true nor false.
    PolicyError
        The confidence does not lie between 0 and 1.

    Notes
    -----
    Customers' chances of a lapse come from a beta distribution that is fitted to all of them. Of a group's
    interactions with one customer, the count of lapses is then beta-binomial, given what that customer had
    with *others*: the group's own are left out. Counts with different customers are independent, so that the
    sum has known chances; p is two-sided, with half of the observed count's own chance (mid-p: H. O.
    Lancaster, "Significance tests in discrete distributions", Journal of the American Statistical Association
    56 (1961), 223-234). The interval moves the odds of all of a group's interactions until p reaches its
    limits. The shrunken ratio is (observed + k) / (expected + k), 1 / k the variance between groups beyond
    chance.
    """
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )
    cells = _Cells.of(lapses, group, given)
    size = float(sum(fit_beta_binomial(*cells.by_given())))
    rows = [each.row(1 - confidence) for each in cells.each_group(size)]
    return _table(cells.groups, rows, given=name, concentration=size, confidence=confidence)


def expected_of(
    seen: Observations, measure: Yardstick, *, given: str | Sequence[str], confidence: float = 0.95
) -> ExpectedTable:
    """Hold the lapses of observations against what others had with the same customers."""
    names = (given,) if isinstance(given, str) else tuple(given)
    if measure.kind != "share":
        raise PolicyError(
            f"expected: {measure.name!r} must be a share, got a {measure.kind}; follow passed or a criterion",
            choice="on",
            value=measure.name,
        )
    for each in names:
        if each not in seen.context:
            raise NotFoundError("column", each, seen.context, where="expected")
    values = seen.measure(measure.name)
    known = ~np.isnan(values)
    good = values >= HALF if measure.better == "higher" else values < HALF
    groups = np.array(seen.groups, object)[seen.group][known].tolist()
    customers = [_together(each) for each in zip(*_columns(seen, names, known), strict=True)]
    return against_expected(~good[known], groups, customers, name=BETWEEN.join(names), confidence=confidence)


def _columns(
    seen: Observations, names: Sequence[str], known: npt.NDArray[np.bool_]
) -> Iterator[list[str | None]]:
    for name in names:
        yield seen.context[name].take(known).to_list()


def _together(parts: Sequence[str | None]) -> str | None:
    """Return one name for what is allowed for together; none where a part is missing."""
    return None if None in parts else BETWEEN.join(map(str, parts))


@attrs.frozen(slots=True, eq=False)
class _Cells:
    """Interactions counted by group and customer."""

    groups: tuple[str, ...]
    group: Places
    given: Places
    n: Places
    lapses: Places

    @classmethod
    def of(cls, lapses: npt.ArrayLike, group: Sequence[str | None], given: Sequence[str | None]) -> _Cells:
        failed = np.asarray(lapses)
        if not len(failed) == len(group) == len(given):
            raise RecordError("expected: columns must be of one length, got others; mend the table")
        if failed.size and not np.isin(failed, (0, 1)).all():
            raise RecordError(
                "expected: lapses must be true or false, got something else; leave out what is not known"
            )
        kept = [place for place, pair in enumerate(zip(group, given, strict=True)) if None not in pair]
        names, a = np.unique(np.array([str(group[place]) for place in kept], object), return_inverse=True)
        _, c = np.unique(np.array([str(given[place]) for place in kept], object), return_inverse=True)
        customers = int(c.max(initial=-1)) + 1
        cell, of = np.unique(a * max(customers, 1) + c, return_inverse=True)
        count = np.bincount(of.reshape(-1), minlength=len(cell))
        hits = np.bincount(of.reshape(-1), failed[kept].astype(np.float64), len(cell)).astype(np.int64)
        return cls(tuple(names.tolist()), cell // max(customers, 1), cell % max(customers, 1), count, hits)

    def by_given(self) -> tuple[Places, Places]:
        """Return (customers,) lapses and interactions of each."""
        lapses = np.bincount(self.given, self.lapses).astype(np.int64)
        return lapses, np.bincount(self.given, self.n).astype(np.int64)

    def each_group(self, size: float) -> Iterator[_Group]:
        """Yield each group, with what others' interactions with its customers make one expect."""
        lapses, n = self.by_given()
        ends = np.searchsorted(self.group, np.arange(len(self.groups) + 1))
        for start, end in pairwise(ends.tolist()):
            own, failed, mine = self.n[start:end], self.lapses[start:end], self.given[start:end]
            rest = int(n.sum() - own.sum())
            mean = (int(lapses.sum() - failed.sum()) + 0.5) / (rest + 1)
            weight = (n[mine] - own).astype(np.float64) + size
            chance = (lapses[mine] - failed + mean * size) / weight
            yield _Group(n=own, chance=chance, weight=weight, observed=int(failed.sum()), others=rest)


@attrs.frozen(slots=True, eq=False, kw_only=True)
class _Group:
    """One group's interactions by customer, and what others had with the same."""

    n: Places
    chance: Floats
    """(customers,) that an interaction is a lapse, from what others had."""
    weight: Floats
    """(customers,) interactions that this is worth."""
    observed: int
    others: int

    def row(self, alpha: float) -> dict[str, float | int]:
        """Return what is told of it, each limit as a share of what is expected."""
        expected = float((self.n * self.chance).sum())
        low, high = self._limit(1 - alpha / 2), self._limit(alpha / 2)
        return {
            "n": int(self.n.sum()),
            "observed": self.observed,
            "expected": expected,
            "ratio": self.observed / expected,
            "ratio_low": low / expected,
            "ratio_high": high / expected,
            "p": self._two_sided() if self.others >= LEAST_OTHERS else math.nan,
            "variance": float(sum_variance(self.n, *self._beta(self.chance))[0]),
        }

    def _beta(self, chance: Floats) -> tuple[Floats, Floats]:
        return chance * self.weight, (1 - chance) * self.weight

    def _two_sided(self) -> float:
        below = float(sum_below(self.n, *self._beta(self.chance), self.observed)[0])
        return min(1.0, 2 * max(0.0, min(below, 1 - below)))

    def _limit(self, goal: float) -> float:
        """Return the expected lapses under the odds at which so many or fewer have this chance."""
        if self.observed == 0 and goal > HALF:
            return 0.0
        odds = np.log(self.chance) - np.log1p(-self.chance)
        low, high = -FARTHEST, FARTHEST
        for _ in range(ROUNDS):
            places = np.linspace(low, high, PLACES + 2)
            moved = 1 / (1 + np.exp(-(odds + places[1:-1, None])))
            over = int((sum_below(self.n, *self._beta(moved), self.observed) > goal).sum())
            low, high = places[over], places[over + 1]
        return float((self.n / (1 + np.exp(-(odds + (low + high) / 2)))).sum())


def _table(groups: Sequence[str], rows: list[dict[str, float | int]], **how: Any) -> ExpectedTable:
    names = ("n", "observed", "expected", "ratio", "ratio_low", "ratio_high", "variance", "p")
    told = {name: np.array([row[name] for row in rows]) for name in names}
    variance = told.pop("variance")
    p = told.pop("p")
    columns: dict[str, npt.NDArray[Any]] = {"group": np.array(groups, object), **told}
    columns |= {"shrunken": _shrunken(told["observed"], told["expected"], variance), "p": p, "p_all": holm(p)}
    columns["says"] = np.array([*_says(columns, 1 - how["confidence"])], object)
    return ExpectedTable(columns=columns, **how)


def _shrunken(observed: Floats, expected: Floats, variance: Floats) -> Floats:
    """Return ratios drawn towards 1, by how much groups differ beyond chance (the method of moments)."""
    squares = (expected**2).sum()
    between = max(0.0, float(((observed - expected) ** 2 - variance).sum()) / squares) if squares > 0 else 0.0
    if not between:
        return np.ones(len(observed))
    return (observed + 1 / between) / (expected + 1 / between)


def _says(columns: Mapping[str, npt.NDArray[Any]], alpha: float) -> Iterator[str]:
    names = ("p_all", "ratio", "ratio_low", "ratio_high")
    for p, ratio, low, high in zip(*(columns[name] for name in names), strict=True):
        if np.isnan(p):
            yield CANNOT_TELL
        elif p < alpha:
            yield MORE if ratio > 1 else FEWER
        else:
            yield AS_EXPECTED if low <= 1 <= high <= WIDE * low else CANNOT_TELL
