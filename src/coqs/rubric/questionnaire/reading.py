"""Read the parts of a questionnaire from the nested mapping of its file, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coqs.errors import RubricError
from coqs.rubric.form import SCHEMA
from coqs.rubric.keys import Keys, as_text, shown
from coqs.rubric.questionnaire.items import Choice, FreeText, ItemScale, Rating, SurveyItem, YesNo
from coqs.rubric.questionnaire.measures import Measure
from coqs.rubric.toml_in import collected, option

SCALES = ("options", "rating", "answer")


def parts_from_document(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a questionnaire."""
    keys = Keys(entries, "")
    schema = keys.take("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise keys.wrong("schema", f"must be {SCHEMA}", schema, f"write schema = {SCHEMA}")
    parts = {
        "id": keys.text("id"),
        "version": keys.text("version"),
        "language": keys.text("language", "en"),
        "title": keys.words("title"),
        "words": keys.words(),
        "rubric": keys.optional_text("rubric"),
        "items": collected(keys, "items", _item, rubric=keys.said("id")),
        "measures": collected(keys, "measures", _measure, rubric=keys.said("id")),
    }
    keys.close()
    return parts


def _item(entry: Any, path: str) -> SurveyItem:
    keys = Keys(entry, path)
    id = keys.text("id")
    try:
        item = SurveyItem(
            id=id,
            scale=_scale(keys),
            words=keys.words(),
            reverse=keys.flag("reverse"),
            not_applicable=keys.flag("not_applicable"),
            about=keys.each("about", as_text),
        )
        keys.close()
    except RubricError as error:
        raise RubricError(f"{error.message} (item {id!r})", criterion=id) from None
    return item


def _scale(keys: Keys) -> ItemScale:
    given = [name for name in SCALES if keys.holds(name)]
    if len(given) != 1:
        got = " and ".join(given) or "none"
        raise RubricError(f"{keys.path}: must have one of {', '.join(SCALES)}, got {got}; keep one")
    if given == ["options"]:
        return Choice(keys.each("options", option))
    return _rating(keys.take("rating"), keys.at("rating")) if given == ["rating"] else _answer(keys)


def _rating(value: Any, path: str) -> Rating:
    keys = Keys(value, path)
    rating = Rating(
        low=_whole(keys, "low", needed=True) or 0,
        high=_whole(keys, "high", needed=True) or 0,
        low_words=keys.words("low_text"),
        high_words=keys.words("high_text"),
    )
    keys.close()
    return rating


def _answer(keys: Keys) -> ItemScale:
    match keys.take("answer"):
        case "yes_no":
            return YesNo()
        case "text":
            return FreeText()
        case other:
            raise keys.wrong("answer", 'must be "yes_no" or "text"', other, "write one of these")


def _whole(keys: Keys, key: str, *, needed: bool = False) -> int | None:
    value = keys.take(key)
    if (value is None and needed) or (value is not None and type(value) is not int):
        raise keys.wrong(key, "must be a whole number", value, "write one without quotes")
    return value


def _measure(entry: Any, path: str) -> Measure:
    keys = Keys(entry, path)
    id = keys.text("id")
    try:
        measure = Measure(
            id=id,
            kind=keys.text("kind"),
            items=keys.each("items", as_text),
            statistic=keys.text("statistic", ""),
            top=_whole(keys, "top"),
            boxes=keys.each("boxes", _box),
            points=keys.text("points", ""),
            over=keys.text("over", ""),
            at_least=_whole(keys, "at_least"),
            promoters=_whole(keys, "promoters"),
            detractors=_whole(keys, "detractors"),
            words=keys.words(),
        )
        keys.close()
    except RubricError as error:
        raise RubricError(f"{error.message} (measure {id!r})") from None
    return measure


def _box(value: Any, path: str) -> str:
    """Read the id of a box; a number of a rating may stand without quotes."""
    if isinstance(value, str) or type(value) is int:
        return str(value)
    raise RubricError(f"{path}: must be the id of a box, got {shown(value)}; write it as a text")
