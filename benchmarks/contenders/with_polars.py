"""The form in polars, twice: as it is mostly written, and by somebody who counts bytes.

Both take a lazy frame of 8-bit integers in which null is not applicable. The first adds up with
`sum_horizontal`, which skips nulls; the second adds 16-bit integers, whose sums fit, one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import form
import numpy as np
import polars as pl

Array = np.ndarray[Any, Any]


def prepare(codes: Array, *, tuned: bool = False) -> Callable[[], Any]:
    """Return what scores a frame of the codes."""
    given = pl.DataFrame(dict(zip(form.CRITERIA, codes, strict=True)))
    frame = given.select(pl.when(pl.all() >= 0).then(pl.all()))
    stage_share = tuned_stage if tuned else plain_stage
    return lambda: score(frame, stage_share)


def score(frame: pl.DataFrame, stage_share: Callable[[Any], pl.Expr]) -> pl.DataFrame:
    """Return overall, stages and verdict as a frame."""
    shares = [
        stage_share(members).alias(stage) for stage, members in zip(form.STAGES, form.MEMBERS, strict=True)
    ]
    weighed = list(zip(form.STAGES, form.STAGE_WEIGHTS, strict=True))
    earned = pl.sum_horizontal(pl.col(stage) * weight for stage, weight in weighed)
    whole = pl.sum_horizontal(pl.col(stage).is_not_null() * weight for stage, weight in weighed)
    scored = frame.lazy().with_columns(shares).with_columns(overall=pl.when(whole > 0).then(earned / whole))
    return scored.select("overall", *form.STAGES, verdict()).collect()


def verdict() -> pl.Expr:
    """Fail on a gate or below the mark; unscored where there is no score."""
    below = pl.col("overall") < form.PASS_MARK - form.SLACK
    failed = pl.any_horizontal(below, *(pl.col(gate) == 0 for gate in form.GATES))
    unscored = pl.col("overall").is_null()
    codes = pl.when(failed).then(form.FAIL).when(unscored).then(form.UNSCORED).otherwise(form.PASS)
    return codes.cast(pl.Int8).alias("verdict")


def plain_stage(members: tuple[tuple[str, int], ...]) -> pl.Expr:
    """Return a stage's share, null where nothing applied."""
    earned = pl.sum_horizontal(pl.col(id).cast(pl.Float64) * weight for id, weight in members)
    possible = pl.sum_horizontal(pl.col(id).is_not_null() * (weight * form.BEST) for id, weight in members)
    return pl.when(possible > 0).then(earned / possible)


def tuned_stage(members: tuple[tuple[str, int], ...]) -> pl.Expr:
    """Return the same from sums of 16-bit integers."""
    parts = [(pl.col(id), pl.lit(weight, pl.Int16)) for id, weight in members]
    start = pl.lit(0, pl.Int16)
    earned = sum((column.fill_null(0) * weight for column, weight in parts), start=start)
    possible = sum((column.is_not_null() * weight for column, weight in parts), start=start)
    return earned / pl.when(possible > 0).then(possible * form.BEST)


def columns(result: pl.DataFrame) -> tuple[Array, Array, Array]:
    """Return the result as overall, (5, n) stages and verdict."""
    stages = np.array([result[stage].to_numpy() for stage in form.STAGES])
    return result["overall"].to_numpy(), stages, result["verdict"].to_numpy()
