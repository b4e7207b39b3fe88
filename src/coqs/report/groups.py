"""Scores by stage and by customer set, row by row as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from coqs.model import CUSTOMER_SETS, Words
from coqs.report.figures import NOT_RECORDED, Axis, Estimate, Said, estimate, per_cent, round_per_cent, said
from coqs.results import GroupTable, Scores

Row = Mapping[str, Any]


@attrs.frozen(slots=True)
class StageRow:
    """One stage over all interactions."""

    id: str
    about: Said
    weight: str
    pass_mark: str
    score: Estimate
    n: int


@attrs.frozen(slots=True)
class SetRow:
    """One customer set; never observed where others were, it is a blind spot."""

    id: str
    about: Said
    n: int
    of: int
    share: str
    intended: str
    """The share that it should have."""
    unseen: str
    """What is to be said where there is nothing of it: a blind spot, or that this cannot be told."""
    score: Estimate


NOT_STATED = "not stated"
NO_SHARES: Mapping[str, float] = MappingProxyType({})
BLIND_SPOT = "Blind spot: never observed"
NO_SET = "Cannot tell: no customer set was recorded"


def score_of(row: Row, axis: Axis, *, reference: float | None = None) -> Estimate:
    """Return the mean score of a group's row."""
    return estimate(row["mean"], (row["ci_low"], row["ci_high"]), row["n_scored"], axis, reference=reference)


def passed_of(row: Row, axis: Axis) -> Estimate:
    """Return the share of a group's verdicts that are pass."""
    return estimate(row["pass_share"], (row["pass_ci_low"], row["pass_ci_high"]), row["n_verdicts"], axis)


def exceeds_of(row: Row, axis: Axis) -> Estimate:
    """Return the share of a group's answers that exceed what the customer expects."""
    interval = (row["exceeds_ci_low"], row["exceeds_ci_high"])
    return estimate(row["exceeds_share"], interval, row["n_answers"], axis)


def stage_rows(scores: Scores, table: GroupTable, axis: Axis) -> tuple[StageRow, ...]:
    """Return the stages in the rubric's order."""
    stages = zip(scores.rubric.stages, table.rows(), strict=True)
    return tuple(
        StageRow(
            id=stage.id,
            about=said(stage.words, scores.rubric, ""),
            weight=str(stage.weight),
            pass_mark="none" if stage.pass_mark is None else round_per_cent(stage.pass_mark),
            score=score_of(row, axis),
            n=row["n"],
        )
        for stage, row in stages
    )


def set_rows(
    scores: Scores,
    table: GroupTable,
    n: int,
    axis: Axis,
    mean: float | None,
    *,
    expected: Mapping[str, float] = NO_SHARES,
) -> tuple[SetRow, ...]:
    """Return the rubric's sets in its order, observed or not, then what else was recorded."""
    rows = {row["customer_set"]: row for row in table.rows()}
    nobody: Row = dict.fromkeys(table.columns) | {"n": 0, "n_scored": 0}
    unseen = BLIND_SPOT if set(rows) - {None} else NO_SET
    names = [*scores.rubric.set_ids, *(name for name in rows if name not in scores.rubric.set_ids)]
    words = _words_of_sets(scores)
    return tuple(
        SetRow(
            id=NOT_RECORDED if name is None else name,
            about=said(words.get(name, Words()), scores.rubric, ""),
            n=rows.get(name, nobody)["n"],
            of=n,
            share=per_cent(rows.get(name, nobody)["n"] / n if n else None),
            intended=per_cent(expected[name]) if name in expected else NOT_STATED,
            unseen="" if name in rows else unseen,
            score=score_of(rows.get(name, nobody), axis, reference=mean),
        )
        for name in names
    )


def _words_of_sets(scores: Scores) -> dict[str, Words]:
    return {each.id: each.words for each in (*CUSTOMER_SETS, *scores.rubric.sets) if each.words}
