"""How officers change over a long sample: one is trained and climbs, one winds down, one leaves.

A sample of a few weeks is too short to show it, and has none of this.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
LONG = 8
"""Weeks from which officers change."""


@attrs.frozen(slots=True)
class Course:
    """How far one officer's answers are shifted, on the logistic scale, as the sample goes on."""

    officer: str
    knots: tuple[tuple[float, float], ...]
    """Share of the time that has passed, and the shift then; straight lines between."""


COURSES = (
    Course("Brandt", ((4 / 13, 0.0), (8 / 13, 1.6))),
    Course("Cole", ((5 / 13, 0.0), (11 / 13, -1.6))),
)
LEAVES, LEAVES_AT, TAKES_OVER = "Dray", 8 / 13, "Abara"


def shifts(names: tuple[str, ...], officer: Places, passed: Floats) -> Floats:
    """Return (n,) by how much each interaction's officer has changed by then.

    `passed` is (n,) the share of the sample's time that had passed.
    """
    found = np.zeros(len(officer))
    for course in COURSES:
        own = officer == names.index(course.officer)
        shares, moved = zip(*course.knots, strict=True)
        found[own] = np.interp(passed[own], shares, moved)
    return found


def after_leaving(names: tuple[str, ...], officer: Places, passed: Floats) -> Places:
    """Return (n,) who serves once one officer has left."""
    gone = (officer == names.index(LEAVES)) & (passed >= LEAVES_AT)
    return np.where(gone, names.index(TAKES_OVER), officer)
