"""How sure a mean difference is, and the units that it is a mean of."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.kernels import mean_interval
from coqs.results import Scores

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NO_MOVE = 1e-12
"""What rounding alone may leave of no difference at all."""
CANNOT_TELL = "cannot tell"


@attrs.frozen(slots=True)
class Estimate:
    """A mean difference with its interval, in shares; NaN where it cannot be told."""

    mean: float
    low: float
    high: float
    n: int
    """How many interactions it is over."""

    @property
    def can_tell(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        if not self.n:
            return CANNOT_TELL
        return f"{points(self.mean)} points ({interval(self.low, self.high)})"


def points(share: float) -> str:
    """Show a difference of shares in points of the per cent.

    >>> points(-0.0213)
    '-2.1'
    """
    return f"{share * 100 + 0.0:+.1f}" if abs(share) > NO_MOVE else "0.0"


def interval(low: float, high: float) -> str:
    """Show an interval of a difference, or that there is none."""
    return CANNOT_TELL if np.isnan(low) else f"{low * 100:+.1f} to {high * 100:+.1f}"


def counted(n: int, noun: str) -> str:
    """Show a number with its noun.

    >>> counted(1, "rating"), counted(2000, "rating")
    ('1 rating', '2,000 ratings')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def ends_of(before: Scores, after: Scores) -> tuple[float, float]:
    """Return the least and the most by which any two scores can differ."""
    (low, high), (lowest, highest) = before.range, after.range
    return lowest - high, highest - low


def mean_difference(values: Floats, ends: tuple[float, float], confidence: float) -> Estimate:
    """Return the mean of (n,) differences, with its interval."""
    if not len(values):
        return Estimate(np.nan, np.nan, np.nan, 0)
    one = np.zeros(len(values), np.int64)
    mean, low, high, n = mean_differences(values, one, 1, ends, confidence)
    return Estimate(float(mean[0]), float(low[0]), float(high[0]), int(n[0]))


def mean_differences(
    values: Floats, group: Places, groups: int, ends: tuple[float, float], confidence: float
) -> tuple[Floats, Floats, Floats, Places]:
    """Return the mean difference of each group with Student's interval, and how many it is over.

    The interval lies within what is possible, `ends`. Where nothing moved there is nothing to be sure of, and
    no interval; where all moved by the same, it is the widest that such differences can need (see
    `coqs.kernels.mean_interval`).
    """
    low, high = ends
    n = np.bincount(group, minlength=groups)
    mean = np.where(n > 0, np.bincount(group, values, groups) / np.maximum(n, 1), np.nan)
    squares = np.bincount(group, (values - mean[group]) ** 2, groups)
    sd = np.sqrt(squares / np.maximum(n - 1, 1))
    most = np.zeros(groups)
    np.maximum.at(most, group, np.abs(values))
    told = (n > 1) & (most > NO_MOVE) & (high > low)
    width = high - low if high > low else 1.0
    least, greatest = mean_interval((mean - low) / width, sd / width, n, confidence=confidence)
    lowest = np.where(told, low + least * width, np.nan)
    highest = np.where(told, low + greatest * width, np.nan)
    return mean, lowest, highest, n


def check_share(name: str, value: float, *, closed: bool = False) -> None:
    """Refuse what is no share: between 0 and 1, both of which only a closed range holds."""
    if not (0 <= value <= 1 if closed else 0 < value < 1):
        where = "from 0 to 1" if closed else "between 0 and 1"
        raise PolicyError(
            f"{name}: must lie {where}, got {value}; use for example 0.95", choice=name, value=value
        )


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Return rows of texts as lines: the first column to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (indent + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])).rstrip()
        for row in rows
    ]
