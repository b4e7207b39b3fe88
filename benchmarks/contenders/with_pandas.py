"""The form in pandas, twice: as it is mostly written, and column by column.

Beside integers pandas has no null by default, so the 8-bit codes become floats with NaN: the first way
does it as part of the job, multiplies and sums blocks of columns; the second is given the floats, and
adds up one column after the other, which spares pandas most of its copies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import form
import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]


def prepare(codes: Array, *, tuned: bool = False) -> Callable[[], Any]:
    """Return what scores a frame of the codes."""
    frame = pd.DataFrame(dict(zip(form.CRITERIA, codes, strict=True)))
    if not tuned:
        return lambda: score(frame.where(frame >= 0), plain_share)
    floats = frame.where(frame >= 0)
    return lambda: score(floats, tuned_share)


def score(frame: pd.DataFrame, share: Callable[[pd.DataFrame, pd.Series[int]], Any]) -> pd.DataFrame:
    """Return overall, stages and verdict as a frame."""
    scores = pd.DataFrame(
        {
            stage: share(frame, pd.Series(dict(members))) / form.BEST
            for stage, members in zip(form.STAGES, form.MEMBERS, strict=True)
        }
    )
    overall = share(scores, pd.Series(form.STAGE_WEIGHTS, form.STAGES))
    failed = overall < form.PASS_MARK - form.SLACK
    for gate in form.GATES:
        failed |= frame[gate] == 0
    verdict = np.select([failed, overall.isna()], [form.FAIL, form.UNSCORED], form.PASS)
    return scores.assign(overall=overall, verdict=verdict)


def plain_share(frame: pd.DataFrame, weights: pd.Series[int]) -> pd.Series[float]:
    """Return the weighted mean of the columns that are there, NaN where none is."""
    part = frame[weights.index]
    return (part * weights).sum(axis=1) / (part.notna() * weights).sum(axis=1)


def tuned_share(frame: pd.DataFrame, weights: pd.Series[int]) -> pd.Series[float]:
    """Return the same, adding up one column after the other."""
    earned = sum(frame[id].fillna(0.0) * weight for id, weight in weights.items())
    return earned / sum(frame[id].notna() * weight for id, weight in weights.items())


def columns(result: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return the result as overall, (5, n) stages and verdict."""
    stages = np.array([result[stage].to_numpy() for stage in form.STAGES])
    return result["overall"].to_numpy(), stages, result["verdict"].to_numpy()
