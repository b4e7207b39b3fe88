"""What makes a questionnaire contradict itself; each problem has the key path of its place.

Weaknesses that are no contradictions are found by `lint`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from coqs.errors import RubricError, many_failures
from coqs.model import CONTEXT, RESERVED, Absence
from coqs.rubric.check_criteria import LEVEL_ID
from coqs.rubric.checks import ID, RUBRIC_ID, Problem, id_problems
from coqs.rubric.keys import LANGUAGE
from coqs.rubric.questionnaire.check_measures import measure_problems
from coqs.rubric.questionnaire.form import Form
from coqs.rubric.questionnaire.items import Choice, FreeText, Rating, SurveyItem

MOST_ITEMS = 9
"""Fewer than ten: what anyone can explain to a customer, and a customer will finish."""
MOST_BOXES = 101
"""A slider from 0 to 100."""
COLUMNS = ("interaction", "respondent", "at", *CONTEXT, "item", "answer")
"""Columns of a table of answers that are no items."""


def check(form: Form) -> None:
    """Raise `RubricError` for everything in which the questionnaire contradicts itself."""
    problems: list[Problem] = [*_heads(form), *_names(form)]
    for place, item in enumerate(form.items):
        problems.extend(
            (f"items[{place}]{key}", f"{message} (item {item.id!r})", item.id) for key, message in _item(item)
        )
    known = {item.id: item for item in form.items}
    for place, measure in enumerate(form.measures):
        problems.extend(
            (f"measures[{place}]{key}", f"{message} (measure {measure.id!r})", None)
            for key, message in measure_problems(measure, known)
        )
    if problems:
        message = many_failures("", [f"{path}: {text}" for path, text, _ in problems])
        raise RubricError(message, rubric=form.id, criterion=problems[0][2])


def _heads(form: Form) -> Iterator[Problem]:
    if not RUBRIC_ID.fullmatch(form.id):
        yield "id", f"must be lower-case letters, digits, - or _, got {form.id!r}; rename it", None
    if form.rubric is not None and not RUBRIC_ID.fullmatch(form.rubric):
        yield "rubric", f"must be the id of a rubric, got {form.rubric!r}; mend it", None
    if not form.version.strip():
        yield "version", 'must be a text, got an empty one; write for example "1.0"', None
    if not re.fullmatch(LANGUAGE, form.language):
        yield "language", f'must be a language code, got {form.language!r}; write for example "en"', None
    if not form.items:
        yield "items", "must have at least one item, got none; add one", None
    if len(form.items) > MOST_ITEMS:
        yield (
            "items",
            (
                f"must be fewer than ten, every item that is shown counts, got {len(form.items)}; "
                "drop those that nobody acts on"
            ),
            None,
        )


def _names(form: Form) -> Iterator[Problem]:
    yield from id_problems("items", form.item_ids, ID)
    yield from id_problems("measures", form.measure_ids, ID)
    taken = {"items": (form.item_ids, COLUMNS), "measures": (form.measure_ids, {*RESERVED, *COLUMNS})}
    for what, (ids, reserved) in taken.items():
        for place, id in enumerate(ids):
            if id in reserved or id in tuple(Absence):
                yield f"{what}[{place}].id", f"must not use the reserved name {id!r}; rename it", None


def _item(item: SurveyItem) -> Iterator[tuple[str, str]]:
    if isinstance(item.scale, Choice):
        yield from _options(item.scale)
    elif isinstance(item.scale, Rating):
        yield from _rating(item.scale)
    if isinstance(item.scale, FreeText) and item.reverse:
        yield ".reverse", "must not stand with free text, which has no order; drop it"
    for place, id in enumerate(item.about):
        if not ID.fullmatch(id):
            yield f".about[{place}]", f"must be the id of a stage or criterion, got {id!r}; mend it"


def _rating(scale: Rating) -> Iterator[tuple[str, str]]:
    if not 2 <= scale.high - scale.low + 1 <= MOST_BOXES:
        yield (
            ".rating",
            f"must rise by 1 to {MOST_BOXES - 1}, got low {scale.low} and high {scale.high}; mend them",
        )


def _options(scale: Choice) -> Iterator[tuple[str, str]]:
    boxes, points = scale.boxes, scale.points
    if not 2 <= len(boxes) <= MOST_BOXES:
        yield ".options", f"must hold 2 to {MOST_BOXES} entries, got {len(boxes)}; mend the list"
    for place, id in enumerate(boxes):
        if not LEVEL_ID.fullmatch(id):
            yield (
                f".options[{place}].id",
                f"must be letters, digits, _, . or -, and not digits only, got {id!r}; rename it",
            )
        if id.casefold() in tuple(Absence):  # tables write absences in any case
            yield f".options[{place}].id", f"must not be the name of an absence, got {id!r}; rename it"
        if id in boxes[:place]:
            yield f".options[{place}].id", f"must be unique, got {id!r} twice; rename one"
    known = [each for each in points if each is not None]
    if known and len(known) < len(points):
        yield ".options", "must give points to every option or to none, got some; complete them"
    elif any(upper < lower for lower, upper in itertools.pairwise(known)):
        yield (
            ".options",
            "must rise in points from the first to the last, got a fall; sort them, or say reverse = true",
        )
    elif known and known[0] == known[-1]:
        yield ".options", "must not all have the same points, got one value; mend the points"
