"""Criteria, the most costly misses first: how often below, what it costs, and what stands behind it."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from coqs.insights import StepTable
from coqs.report.figures import CANNOT_TELL, Axis, Estimate, Said, estimate, said
from coqs.results import Scores

ABSENCES = ("not_applicable", "not_asked", "unanswered", "abstained", "failed")


@attrs.frozen(slots=True)
class CriterionRow:
    """One criterion."""

    id: str
    about: Said
    stage: str
    controlled_by: str
    below: Estimate
    n_ratings: int
    absences: tuple[tuple[str, int], ...]
    evidence: int
    """Places in dialogues that machine raters point to."""
    gain: str
    flips: str


def never_answered(scores: Scores, steps: StepTable) -> tuple[Said, ...]:
    """Return the criteria that nobody answered, of which nothing can be told."""
    return _named(scores, [row["criterion"] for row in steps.rows() if not row["n_ratings"]])


def without_standing(scores: Scores, steps: StepTable) -> tuple[Said, ...]:
    """Return the criteria that were answered, but of which no level says what is expected."""
    return _named(scores, [row["criterion"] for row in steps.rows() if row["n_ratings"] and not row["n"]])


def _named(scores: Scores, ids: list[str]) -> tuple[Said, ...]:
    return tuple(said(scores.rubric.criterion(id).words, scores.rubric, id) for id in ids)


def criterion_rows(scores: Scores, steps: StepTable) -> tuple[CriterionRow, ...]:
    """Return the criteria of which an answer says how it stands, in the order of the steps."""
    whole = Axis(0.0, 1.0)
    spans = np.bincount(scores.ratings.evidence.criterion, minlength=len(scores.rubric.criteria))
    evidence = dict(zip(scores.rubric.criterion_ids, spans.tolist(), strict=True))
    return tuple(_row(scores, row, whole, evidence[row["criterion"]]) for row in steps.rows() if row["n"])


def _row(scores: Scores, row: dict[str, Any], axis: Axis, evidence: int) -> CriterionRow:
    criterion = scores.rubric.criterion(row["criterion"])
    interval = (row["below_ci_low"], row["below_ci_high"])
    return CriterionRow(
        id=criterion.id,
        about=said(criterion.words, scores.rubric, criterion.id),
        stage=criterion.stage,
        controlled_by=criterion.controlled_by,
        below=estimate(row["below_share"], interval, row["n"], axis),
        n_ratings=row["n_ratings"],
        absences=tuple((name.replace("_", " "), row[name]) for name in ABSENCES if row[name]),
        evidence=evidence,
        gain=_gain(row),
        flips=f"{row['flips']:.3g}",
    )


def _gain(row: dict[str, Any]) -> str:
    if row["gain"] is None:
        return CANNOT_TELL
    if not row["gain"]:
        return "0"
    low, high = row["gain_ci_low"], row["gain_ci_high"]
    if low is None or high is None:
        return f"{row['gain'] * 100:.1f} ({CANNOT_TELL})"
    return f"{row['gain'] * 100:.1f} ({low * 100:.1f} to {high * 100:.1f})"
