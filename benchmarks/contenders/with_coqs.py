"""The form through the public Scorer of coqs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import form
import numpy as np

import coqs
from coqs.model import CONTEXT

Array = np.ndarray[Any, Any]


def make_rubric() -> coqs.Rubric:
    """Write the form as a rubric."""
    levels = ", ".join(f'{{ id = "level_{place}", points = {place} }}' for place in range(form.LEVELS))
    gate = 'gate = { class = "business", on = ["level_0"] }\n'
    criteria = [
        f'[[criteria]]\nid = "{id}"\nstage = "{stage}"\nweight = {weight}\nlevels = [{levels}]\n'
        + (gate if id in form.GATES else "")
        for stage, members in zip(form.STAGES, form.MEMBERS, strict=True)
        for id, weight in members
    ]
    weighed = zip(form.STAGES, form.STAGE_WEIGHTS, strict=True)
    stages = ", ".join(f'{{ id = "{stage}", weight = {weight} }}' for stage, weight in weighed)
    head = f'schema = 1\nid = "bench"\nversion = "1"\npass_mark = "{form.PASS_MARK}"\nstages = [{stages}]\n'
    return coqs.Rubric.from_toml_text(head + "".join(criteria))


def make_ratings(rubric: coqs.Rubric, codes: Array) -> coqs.Ratings:
    """Hold the codes as ratings, without going through cells."""
    n = codes.shape[1]
    return coqs.Ratings(
        rubric=rubric,
        interaction=coqs.Encoded(np.arange(n), tuple(map(str, range(n)))),
        rater=coqs.Encoded.missing(n),
        context={name: coqs.Encoded.missing(n) for name in CONTEXT},
        at=np.full(n, "NaT", "datetime64[us]"),
        facts={},
        codes=dict(zip(rubric.criterion_ids, codes, strict=True)),
        numbers={},
        choices={},
    )


def prepare(codes: Array) -> Callable[[], Any]:
    """Return what scores the codes as ratings."""
    rubric = make_rubric()
    ratings, scorer = make_ratings(rubric, codes), coqs.Scorer(rubric)
    return lambda: taken(scorer(ratings))


def taken(scores: coqs.Scores) -> tuple[Array, Any, Array]:
    """Take what is asked for: overall, stages and verdict."""
    codes = scores.verdict_codes if hasattr(scores, "verdict_codes") else scores.columns.verdict_codes
    return scores.overall, scores.stages, codes


def columns(result: Any) -> tuple[Array, Array, Array]:
    """Return the result as overall, (5, n) stages and verdict."""
    overall, stages, verdict = result
    return overall, np.array([stages[stage] for stage in form.STAGES]), verdict
