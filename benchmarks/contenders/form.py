"""The form that every contender scores, as plain numbers: 20 criteria of levels 0 to 4 in five stages."""

from __future__ import annotations

from typing import Any

import numpy as np

LEVELS = 5
BEST = LEVELS - 1
NOT_APPLICABLE = -2  # as coqs codes it; the others are given their own null or NaN
STAGES = ("greeting", "determining", "responding", "concluding", "future")
STAGE_WEIGHTS = (1, 2, 3, 2, 1)
WEIGHTS = (1, 2, 3, 4)  # of the four criteria of every stage
CRITERIA = tuple(f"{stage}_{number}" for stage in STAGES for number in range(len(WEIGHTS)))
MEMBERS = tuple(
    tuple(zip(CRITERIA[start : start + len(WEIGHTS)], WEIGHTS, strict=True))
    for start in range(0, len(CRITERIA), len(WEIGHTS))
)
"""Of each stage, in order: its criteria with their weights."""
GATES = ("responding_0", "responding_1")  # level 0 of either fails the interaction
BONUS, SEVERAL = "concluding_3", "future_3"  # of the mixed form, on which policies are priced too
PASS_MARK = 0.5
SLACK = 1e-9  # floats cannot tell a score on the mark from one just below; without it, ties would differ
PASS, FAIL, UNSCORED = 0, 1, 2


def make_codes(n: int, *, seed: int = 1) -> np.ndarray[Any, Any]:
    """Return (20, n) int8 levels at random, one in ten not applicable."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, LEVELS, (len(CRITERIA), n), dtype=np.int8)
    for column in codes:
        column[rng.random(n) < 0.1] = NOT_APPLICABLE
    return codes
