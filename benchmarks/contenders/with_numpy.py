"""The form in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import form
import numpy as np

Array = np.ndarray[Any, Any]


def prepare(codes: Array) -> Callable[[], Any]:
    """Return what scores the codes, which are taken as they are."""
    columns = dict(zip(form.CRITERIA, codes, strict=True))
    return lambda: score(columns)


def score(columns: dict[str, Array]) -> tuple[Array, list[Array], Array]:
    """Return overall, stages and verdict."""
    stages = [stage_score(columns, members) for members in form.MEMBERS]
    scored = [~np.isnan(stage) for stage in stages]
    weighed = list(zip(stages, scored, form.STAGE_WEIGHTS, strict=True))
    whole = sum(weight * present for _, present, weight in weighed)
    earned = sum(weight * np.where(present, stage, 0.0) for stage, present, weight in weighed)
    with np.errstate(invalid="ignore"):
        overall = earned / whole
    failed = overall < form.PASS_MARK - form.SLACK
    for gate in form.GATES:
        failed |= columns[gate] == 0
    verdict = np.where(failed, form.FAIL, np.where(np.isnan(overall), form.UNSCORED, form.PASS))
    return overall, stages, verdict.astype(np.int8)


def stage_score(columns: dict[str, Array], members: tuple[tuple[str, int], ...]) -> Array:
    """Return a stage's share, NaN where nothing applied."""
    earned = sum(weight * np.maximum(columns[id], 0).astype(np.int16) for id, weight in members)
    possible = sum((columns[id] >= 0) * np.int16(weight * form.BEST) for id, weight in members)
    with np.errstate(invalid="ignore"):
        return earned / possible


def columns(result: Any) -> tuple[Array, Array, Array]:
    """Return the result as overall, (5, n) stages and verdict."""
    overall, stages, verdict = result
    return overall, np.array(stages), verdict
