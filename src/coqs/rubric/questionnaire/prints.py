"""Two fingerprints of a questionnaire, from canonical forms that are stable across releases.

`scoring` covers what can change a number; `content` covers every word. Items and measures are sorted in
the scoring form, since their order changes no number; boxes keep theirs.
"""

from __future__ import annotations

from typing import Any

from coqs.rubric.fingerprints import Fingerprint, digest, exact_text
from coqs.rubric.questionnaire.form import Form
from coqs.rubric.questionnaire.items import SurveyItem
from coqs.rubric.questionnaire.measures import Measure
from coqs.rubric.questionnaire.writing import document


def fingerprint_of(form: Form) -> Fingerprint:
    """Compute both fingerprints of a questionnaire."""
    return Fingerprint(scoring=digest(_scoring_form(form)), content=digest(document(form)))


def _scoring_form(form: Form) -> dict[str, Any]:
    return {
        "form": "coqs-questionnaire-scoring/1",
        "items": sorted((_item(item) for item in form.items), key=lambda each: str(each["id"])),
        "measures": sorted((_measure(each) for each in form.measures), key=lambda each: str(each["id"])),
    }


def _item(item: SurveyItem) -> dict[str, Any]:
    boxes = zip(item.scale.boxes, item.scale.points, strict=True)
    return {
        "id": item.id,
        "scale": type(item.scale).__name__,
        "boxes": [[box, exact_text(points)] for box, points in boxes],
        "reverse": item.reverse,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "id": measure.id,
        "kind": measure.kind,
        "items": sorted(measure.items),
        "statistic": measure.statistic,
        "boxes": [measure.top, sorted(measure.boxes)],
        "points": measure.points,
        "over": [measure.over, measure.at_least],
        "cuts": list(measure.cut_points) if measure.is_net else None,
    }
