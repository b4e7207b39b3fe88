"""The dial: from a level to its height, from the height to the hand, and from the slope to the side."""

from __future__ import annotations

from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError

Floats = npt.NDArray[np.float64]
HALF_TURN, TURN = 30.0, 60.0
"""Minutes."""
WIDEST = 15.0
"""Minutes of height that an interval may span before the hand cannot be told."""
SURE = 0.9
"""The chance of a slope beyond which the side is told."""
CLIMBING, WINDING_DOWN, HOLDING, CANNOT_TELL = "climbing", "winding down", "holding", "cannot tell"
SIDES = (CLIMBING, WINDING_DOWN, HOLDING, CANNOT_TELL)


@attrs.frozen(slots=True, eq=False)
class Scale:
    """What half past, a quarter and noon stand for.

    Raises
    ------
    PolicyError
        Floor, target and ceiling do not follow each other, one way or the other.
    """

    floor: float
    target: Floats
    """(P, G): it may rise from stop to stop, and differ from person to person."""
    ceiling: float

    def __attrs_post_init__(self) -> None:
        up = np.isfinite(self.target) & (self.floor < self.target) & (self.target < self.ceiling)
        down = np.isfinite(self.target) & (self.floor > self.target) & (self.target > self.ceiling)
        if not (up.all() or down.all()):
            raise PolicyError(
                f"clock: the target must lie between the floor {self.floor:g} and the ceiling "
                f"{self.ceiling:g}; mend one of the three",
                choice="target",
                value=float(self.target.ravel()[np.argmin(up.ravel())]) if self.target.size else None,
            )

    @property
    def rises(self) -> bool:
        """Whether more is better."""
        return self.floor < self.ceiling

    def height(self, level: Floats) -> Floats:
        """Return (P, G) 0 at the floor, 1/2 at the target, 1 at the ceiling, straight between, clipped.

        NaN where the level is.
        """
        below = (level - self.floor) / (self.target - self.floor) / 2
        above = 0.5 + (level - self.target) / (self.ceiling - self.target) / 2
        at_least = (level >= self.target) if self.rises else (level <= self.target)
        return np.clip(np.where(at_least, above, below), 0.0, 1.0)


def minutes_from_noon(height: Floats) -> Floats:
    """Return how far from noon the hand stands, on either side: 0 at the ceiling, 30 at the floor.

    >>> minutes_from_noon(np.array([1.0, 0.5, 0.0]))
    array([ 0., 15., 30.])
    """
    found: Floats = np.arccos(np.clip(2 * height - 1, -1.0, 1.0)) / np.pi * HALF_TURN
    return found


def sides_of(p_better: Floats, spanned: Floats) -> npt.NDArray[np.int64]:
    """Return places in `SIDES`.

    Parameters
    ----------
    p_better
        The chance that the level is getting better.
    spanned
        Minutes that the level's interval spans; NaN where there is no interval.
    """
    told = np.where(p_better > SURE, 0, np.where(p_better < 1 - SURE, 1, 2))
    unsure = np.isnan(p_better) | ~(spanned <= WIDEST)
    return np.where(unsure, 3, told)


def hand(side: npt.NDArray[np.int64], from_noon: Floats) -> Floats:
    """Return the minute of each hand, 0 to 60; NaN where the side is not told."""
    minute = np.where(side == 0, TURN - from_noon, from_noon)
    return np.where(side <= 1, minute % TURN, np.nan)


def in_words(side: str, minute: float, from_noon: float) -> str:
    """Say what the clock says.

    >>> in_words("climbing", 46.0, 14.0), in_words("holding", float("nan"), 12.2)
    ('a quarter till, climbing', 'holding, 12 minutes from noon')
    """
    if side == CANNOT_TELL or np.isnan(from_noon):
        return CANNOT_TELL
    if side == HOLDING:
        return f"holding, {round(from_noon)} minutes from noon"
    return f"{_hour(round(minute))}, {side}"


NAMES = MappingProxyType({0: "noon", 15: "a quarter past", 30: "half past", 45: "a quarter till", 60: "noon"})


def _hour(minute: int) -> str:
    for each, name in NAMES.items():
        if abs(minute - each) <= 1:
            return name
    return f"{minute} past" if minute < HALF_TURN else f"{60 - minute} till"
