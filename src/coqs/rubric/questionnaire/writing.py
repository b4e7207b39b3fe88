"""Write a questionnaire as the nested mapping that its file holds."""

from __future__ import annotations

from typing import Any

from coqs.rubric.form import SCHEMA
from coqs.rubric.keys import filled
from coqs.rubric.questionnaire.form import Form
from coqs.rubric.questionnaire.items import Choice, ItemScale, Rating, SurveyItem, YesNo
from coqs.rubric.questionnaire.measures import Measure
from coqs.rubric.toml_out import answer_table, words_entries


def document(form: Form) -> dict[str, Any]:
    """Return the questionnaire as the nested mapping that its file holds."""
    return filled(
        schema=SCHEMA,
        id=form.id,
        version=form.version,
        language=form.language,
        **words_entries(form.title, "title"),
        **words_entries(form.words),
        rubric=form.rubric,
        items=[_item(item) for item in form.items],
        measures=[_measure(measure) for measure in form.measures],
    )


def _item(item: SurveyItem) -> dict[str, Any]:
    return filled(
        id=item.id,
        **words_entries(item.words),
        **_scale(item.scale),
        reverse=item.reverse,
        not_applicable=item.not_applicable,
        about=list(item.about),
    )


def _scale(scale: ItemScale) -> dict[str, Any]:
    match scale:
        case Choice(options):
            return {"options": [answer_table(option) for option in options]}
        case Rating():
            return {"rating": _rating(scale)}
        case YesNo():
            return {"answer": "yes_no"}
        case _:
            return {"answer": "text"}


def _rating(scale: Rating) -> dict[str, Any]:
    return {
        "low": scale.low,
        "high": scale.high,
        **words_entries(scale.low_words, "low_text"),
        **words_entries(scale.high_words, "high_text"),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return filled(
        id=measure.id,
        kind=measure.kind,
        **words_entries(measure.words),
        items=list(measure.items),
        statistic=measure.statistic,
        top=measure.top,
        boxes=list(measure.boxes),
        points=measure.points,
        over=measure.over,
        at_least=measure.at_least,
        promoters=measure.promoters,
        detractors=measure.detractors,
    )
