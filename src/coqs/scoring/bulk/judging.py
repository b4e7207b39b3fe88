"""Compare and round floats as if they were the fractions that they stand for.

Two different fractions lie at least 1 / (product of their denominators) apart. Where that is more than
floats can be wrong, a float near a mark *is* the mark, and nothing else needs to be asked. Where it is
not, rows near a mark or a tie are doubtful, and are scored again in fractions.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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
class Judge:
    """Settles comparisons of some rows, and keeps which of them are doubtful."""

    doubtful: Mask

    @classmethod
    def of(cls, n: int) -> Judge:
        """Return a judge of n rows, none of which is doubtful yet."""
        return cls(np.zeros(n, np.bool_))

    def below(self, values: Floats, mark: Fraction, grain: Grain) -> Mask:
        """Return (n,) whether a value lies below a mark; NaN does not."""
        if grain.tells(mark.denominator):
            return values < float(mark) - 2 * grain.error
        self.doubtful[np.abs(values - float(mark)) <= grain.error] = True
        return values < float(mark)

    def rounded(self, values: Floats, mode: str, digits: int, grain: Grain) -> Floats:
        """Round shares to digits of the per cent; see `Policy.rounding`."""
        steps = 10 ** (digits + 2)
        size: Floats = np.abs(values) * steps
        whole: Floats = np.floor(size)
        rest, error = size - whole, grain.error * steps * 2
        if not grain.tells(2 * steps):
            self.doubtful[_near_tie(rest, mode, error)] = True
        found: Floats = np.copysign(whole + _goes_up(whole, rest, mode, error), values) / steps + 0.0
        return found


def _near_tie(rest: Floats, mode: str, error: float) -> Mask:
    return np.minimum(rest, 1 - rest) <= error if mode == "down" else np.abs(rest - 0.5) <= error


def _goes_up(whole: Floats, rest: Floats, mode: str, error: float) -> Mask:
    if mode == "down":
        return rest >= 1 - error
    if mode == "half_up":
        return rest >= 0.5 - error
    tie = np.abs(rest - 0.5) <= error
    return np.where(tie, whole % 2 == 1, rest > 0.5)
