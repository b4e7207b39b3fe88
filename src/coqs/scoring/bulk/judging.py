"""Compare and round floats as if they were the fractions that they stand for.

Two different fractions lie at least 1 / (product of their denominators) apart. Where that is more than
floats can be wrong, a float near a mark *is* the mark, and nothing else needs to be asked. Where it is
not, the fractions of the rows near a mark or a tie are compared in whole numbers; and where those are
not to be had either, the rows are doubtful, and are scored again one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
WRAPS = 2.0**62


@attrs.frozen(slots=True)
class Grain:
    """How finely scores of a kind lie, and how wrong a float that stands for one can be."""

    denominator: int
    """No score of this kind has a larger denominator."""
    error: float
    """A float is off by less than this."""

    def tells(self, other: int) -> bool:
        """Tell whether floats can settle comparisons with fractions of this denominator."""
        return self.denominator * other * self.error * 4 < 1


@attrs.frozen(slots=True, eq=False)
class Ratios:
    """Scores of some rows as fractions, in 64-bit whole numbers that may have wrapped around.

    The difference of two products that have wrapped is exact where the true difference does not wrap,
    and near a mark it is small, however large the products are.
    """

    numer: npt.NDArray[np.int64]
    denom: npt.NDArray[np.int64]
    size: Floats
    """The true denominators, roughly."""

    def signs(self, marks: npt.NDArray[np.int64], steps: int, error: float) -> tuple[Any, Mask]:
        """Return whether scores lie below (-1), at (0) or above marks / steps, and where that is sure."""
        sure = self.size * (4.0 * steps * error) < WRAPS
        if steps > 2**31:
            return np.zeros(len(marks), np.int64), np.zeros(len(marks), np.bool_)
        return np.sign(self.numer * np.int64(steps) - marks * self.denom), sure


@attrs.frozen(slots=True, eq=False)
class Judge:
    """Settles comparisons of some rows, and keeps which of them are doubtful."""

    doubtful: Mask
    ratios: Callable[[Rows], Ratios | None]
    raw: Floats | None = None
    """(n,) scores before any effect, which the ratios are of; None where nothing had an effect."""

    @classmethod
    def of(cls, n: int, ratios: Callable[[Rows], Ratios | None] = lambda _: None) -> Judge:
        """Return a judge of n rows, none of which is doubtful yet."""
        return cls(np.zeros(n, np.bool_), ratios)

    def of_stages(self) -> Judge:
        """Return a judge of the same rows for other scores than the overall one."""
        return Judge(self.doubtful, lambda _: None)

    def below(self, values: Floats, mark: Fraction, grain: Grain) -> Mask:
        """Return (n,) whether a value lies below a mark; NaN does not."""
        if grain.tells(mark.denominator):
            return values < float(mark) - 2 * grain.error
        found: Mask = values < float(mark)
        rows = np.flatnonzero(np.abs(values - float(mark)) <= grain.error)
        if len(rows):
            large = abs(mark.numerator) >= 2**62
            marks = np.full(len(rows), 0 if large else mark.numerator, np.int64)
            steps = 2**62 if large else mark.denominator
            found[rows] = self._signs(values, rows, marks, steps, grain) < 0
        return found

    def rounded(self, values: Floats, mode: str, digits: int, grain: Grain) -> Floats:
        """Round shares to digits of the per cent; see `Policy.rounding`."""
        steps = 10 ** (digits + 2)
        size: Floats = np.abs(values) * steps
        whole: Floats = np.floor(size)
        tie = np.rint(size) if mode == "down" else whole + 0.5
        near = np.abs(size - tie) <= grain.error * steps * 2
        up: Mask = (tie <= size) & (tie > whole) if mode == "down" else size > tie
        rows = np.flatnonzero(near)
        if len(rows):
            sides = self._sides(values, rows, tie[rows], steps, grain)
            up[rows] = _goes_up(whole[rows], sides, mode)
            whole[rows] = np.where(mode == "down", tie[rows] - 1, whole[rows])
        found: Floats = np.copysign(whole + up, values) / steps + 0.0
        return found

    def _sides(self, values: Floats, rows: Rows, ties: Floats, steps: int, grain: Grain) -> Any:
        """Return on which side of a tie each score lies, seen from 0: -1, 0 or 1."""
        if grain.tells(2 * steps):
            return np.zeros(len(rows), np.int64)
        large = np.abs(ties) > WRAPS / 4
        self.doubtful[rows[large]] = True
        marks = (2 * np.where(large, 0.0, ties)).astype(np.int64)
        signs = np.where(values[rows] < 0, -1, 1)
        return signs * self._signs(values, rows, marks * signs, 2 * steps, grain)

    def _signs(self, values: Floats, rows: Rows, marks: Any, steps: int, grain: Grain) -> Any:
        """Return whether scores lie below, at or above marks / steps; what is not sure is doubtful."""
        ratios = self.ratios(rows)
        if ratios is None:
            self.doubtful[rows] = True
            return np.zeros(len(rows), np.int64)
        signs, sure = ratios.signs(marks, steps, grain.error)
        changed = False if self.raw is None else self.raw[rows] != values[rows]
        self.doubtful[rows[~sure | changed]] = True
        return signs


def _goes_up(whole: Floats, sides: Any, mode: str) -> Any:
    """Return whether to go up from `whole`; rounding down, from the whole number before the tie."""
    if mode == "half_even":
        return np.where(sides == 0, whole % 2 == 1, sides > 0)
    return sides >= 0
