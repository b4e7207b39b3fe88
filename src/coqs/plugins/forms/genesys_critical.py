"""The critical score of a Genesys Cloud form: a rubric of its own, of the critical questions alone.

The formula that https://help.mypurecloud.com/?p=144862 shows is critical points over all critical points,
in which no weights of groups are seen. The members of `EvaluationQuestionGroupScore` in
PureCloudPlatformClientV2 269.0.0 are both `totalCriticalScore` and `totalCriticalScoreUnweighted`.
"""

from __future__ import annotations

from collections.abc import Collection

import attrs

import coqs
from coqs.plugins.forms.document import Node


def critical_of(rubric: coqs.Rubric, critical: Collection[str], form: Node) -> coqs.Rubric | None:
    """Return the rubric in which only the critical questions score, or fail; None where there are none."""
    if not critical:
        return None
    _assume_unweighted(rubric, critical, form)
    stages = [attrs.evolve(each, weight=1) for each in rubric.stages]
    criteria = [
        each if each.id in critical else attrs.evolve(each, record_only=True, gate=None)
        for each in rubric.criteria
    ]
    id = f"{rubric.id[:55]}-critical"
    try:
        return attrs.evolve(rubric, id=id, stages=stages, criteria=criteria)
    except coqs.RubricError as error:
        message = f"the critical questions alone: {error.message}"
        raise coqs.RubricError(message, rubric=id, criterion=error.criterion) from None


def _assume_unweighted(rubric: coqs.Rubric, critical: Collection[str], form: Node) -> None:
    """Note that weights of groups, where they would matter, do not count among the critical questions."""
    held = {each.stage for each in rubric.criteria if each.id in critical}
    if len({each.weight for each in rubric.stages if each.id in held}) > 1:
        message = (
            "the critical score is taken without weights of groups; the interface knows a weighted one too"
        )
        form.told.note("F113", form.at("questionGroups"), message, "compare with printed critical scores")
