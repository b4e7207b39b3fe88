"""Runs without a lapse, the slips that end them, and what stands within reach of a slip."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


def runs_before(good: npt.ArrayLike) -> Counts:
    """Count how many good ones stand in a row directly before each place.

    Parameters
    ----------
    good
        (..., n) truth values, in the order of time along the last axis.

    Returns
    -------
    (..., n) lengths: 0 at the first place, and after whatever is not good.

    Examples
    --------
    >>> runs_before([True, True, False, True]).tolist()
    [0, 1, 2, 0]
    """
    kept = np.asarray(good, np.bool_)
    place = np.arange(kept.shape[-1], dtype=np.int64)
    broken = np.maximum.accumulate(np.where(kept, -1, place), axis=-1)
    before = np.concatenate([np.full((*kept.shape[:-1], 1), -1), broken[..., :-1]], axis=-1)[
        ..., : len(place)
    ]
    found: Counts = place - 1 - before
    return found


def slips(lapse: npt.ArrayLike, known: npt.ArrayLike = True, *, clean_run: int) -> Mask:
    """Mark the lapses that end a run of at least `clean_run` known to be clean.

    Parameters
    ----------
    lapse
        (..., n) truth values in the order of time.
    known
        The same shape, or (n,): where it is not known, there is no lapse, and no clean one either.
    clean_run
        1 or more.

    Examples
    --------
    >>> slips([False, False, True, True, False, True], clean_run=2).tolist()
    [False, False, True, False, False, False]
    """
    bad, told = np.broadcast_arrays(np.asarray(lapse, np.bool_), np.asarray(known, np.bool_))
    found: Mask = bad & told & (runs_before(~bad & told) >= clean_run)
    return found


def within_reach(marks: npt.ArrayLike, reach: int) -> Mask:
    """Mark the places that stand 1 to `reach` after a mark.

    Examples
    --------
    >>> within_reach([True, False, False, False], 2).tolist()
    [False, True, True, False]
    """
    marked: npt.NDArray[Any] = np.asarray(marks, np.bool_)
    past = np.cumsum(marked, axis=-1) - marked  # marks before each place
    old = np.zeros_like(past)
    if reach < marked.shape[-1]:
        old[..., reach:] = past[..., : marked.shape[-1] - reach]
    found: Mask = past > old
    return found
