"""The form in DuckDB: one query over a table of its own in memory, fetched as NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import form
import numpy as np

Array = np.ndarray[Any, Any]


def prepare(codes: Array, *, threads: int = 1) -> Callable[[], Any]:
    """Return what scores a table of the codes, in which null is not applicable."""
    base = duckdb.connect(config={"threads": threads})
    given = dict(zip(form.CRITERIA, codes, strict=True))
    base.register("given", given)
    chosen = ", ".join(f"if({id} >= 0, {id}, NULL) AS {id}" for id in form.CRITERIA)
    base.execute(f"CREATE TABLE ratings AS SELECT {chosen} FROM given")
    query = make_query()
    return lambda: base.execute(query).fetchnumpy()


def make_query() -> str:
    """Write the query: stages, then overall, then the verdict."""
    shares = ", ".join(
        f"{stage_share(members)} AS {stage}" for stage, members in zip(form.STAGES, form.MEMBERS, strict=True)
    )
    weighed = list(zip(form.STAGES, form.STAGE_WEIGHTS, strict=True))
    earned = " + ".join(f"coalesce({stage}, 0) * {weight}" for stage, weight in weighed)
    whole = " + ".join(f"if({stage} IS NULL, 0, {weight})" for stage, weight in weighed)
    failed = " OR ".join(
        [f"overall < {form.PASS_MARK - form.SLACK!r}", *(f"{gate} = 0" for gate in form.GATES)]
    )
    unscored = f"WHEN overall IS NULL THEN {form.UNSCORED}"
    fails = f"CASE WHEN {failed} THEN {form.FAIL} {unscored} ELSE {form.PASS} END"
    return (
        f"WITH staged AS (SELECT {shares}, {', '.join(form.GATES)} FROM ratings), "
        f"scored AS (SELECT *, ({earned}) / nullif({whole}, 0) AS overall FROM staged) "
        f"SELECT overall, {', '.join(form.STAGES)}, "
        f"({fails})::TINYINT AS verdict FROM scored"
    )


def stage_share(members: tuple[tuple[str, int], ...]) -> str:
    """Write a stage's share, null where nothing applied."""
    earned = " + ".join(f"coalesce({id}, 0)::SMALLINT * {weight}::SMALLINT" for id, weight in members)
    possible = " + ".join(f"if({id} IS NULL, 0, {weight * form.BEST})" for id, weight in members)
    return f"({earned})::DOUBLE / nullif({possible}, 0)"


def columns(result: Any) -> tuple[Array, Array, Array]:
    """Return the result as overall, (5, n) stages and verdict."""
    floats = {
        name: np.ma.filled(result[name].astype(np.float64), np.nan) for name in ("overall", *form.STAGES)
    }
    stages = np.array([floats[stage] for stage in form.STAGES])
    return floats["overall"], stages, np.asarray(result["verdict"])
