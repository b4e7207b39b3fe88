"""The form through the public Scorer of coqs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import form
import numpy as np

import coqs
from coqs.model import CONTEXT
from coqs.rubric import SeveralChoice

Array = np.ndarray[Any, Any]


def make_rubric(*, mixed: bool = False) -> coqs.Rubric:
    """Write the form as a rubric; a mixed one has a bonus and a several choice among its criteria."""
    weighed = zip(form.STAGES, form.STAGE_WEIGHTS, strict=True)
    stages = ", ".join(f'{{ id = "{stage}", weight = {weight} }}' for stage, weight in weighed)
    head = f'schema = 1\nid = "bench"\nversion = "1"\npass_mark = "{form.PASS_MARK}"\nstages = [{stages}]\n'
    criteria = [
        _criterion(id, stage, weight, mixed=mixed)
        for stage, members in zip(form.STAGES, form.MEMBERS, strict=True)
        for id, weight in members
    ]
    return coqs.Rubric.from_toml_text(head + "".join(criteria))


def _criterion(id: str, stage: str, weight: int, *, mixed: bool) -> str:
    lines = ["[[criteria]]", f'id = "{id}"', f'stage = "{stage}"', f"weight = {weight}"]
    if mixed and id == form.SEVERAL:
        points = {"map": 2, "escort": 1, "shrug": -1}
        options = ", ".join(f'{{ id = "{each}", points = {own} }}' for each, own in points.items())
        return "\n".join([*lines, f"options = [{options}]", ""])
    levels = ", ".join(f'{{ id = "level_{place}", points = {place} }}' for place in range(form.LEVELS))
    lines += ["bonus = true"] if mixed and id == form.BONUS else []
    lines += ['gate = { class = "business", on = ["level_0"] }'] if id in form.GATES else []
    return "\n".join([*lines, f"levels = [{levels}]", ""])


def make_ratings(rubric: coqs.Rubric, codes: Array) -> coqs.Ratings:
    """Hold the codes as ratings, without going through cells; a several choice takes them for bit sets."""
    n = codes.shape[1]
    columns = dict(zip(rubric.criterion_ids, codes, strict=True))
    several = [each.id for each in rubric.criteria if isinstance(each.scale, SeveralChoice)]
    return coqs.Ratings(
        rubric=rubric,
        interaction=coqs.Encoded(np.arange(n), tuple(map(str, range(n)))),
        rater=coqs.Encoded.missing(n),
        context={name: coqs.Encoded.missing(n) for name in CONTEXT},
        at=np.full(n, "NaT", "datetime64[us]"),
        facts={},
        codes=columns | {id: np.minimum(columns[id], 0) for id in several},
        numbers={},
        choices={id: np.maximum(columns[id], 0) for id in several},
    )


def prepare(codes: Array) -> Callable[[], Any]:
    """Return what scores the codes as ratings."""
    rubric = make_rubric()
    ratings, scorer = make_ratings(rubric, codes), coqs.Scorer(rubric)
    return lambda: taken(scorer(ratings))


def taken(scores: coqs.Scores) -> tuple[Array, Any, Array]:
    """Take what is asked for: overall, stages and verdict."""
    return scores.overall, scores.stages, scores.verdict_codes


def columns(result: Any) -> tuple[Array, Array, Array]:
    """Return the result as overall, (5, n) stages and verdict."""
    overall, stages, verdict = result
    return overall, np.array([stages[stage] for stage in form.STAGES]), verdict
