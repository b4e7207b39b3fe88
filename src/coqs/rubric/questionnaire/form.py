"""A questionnaire as data: its parts and how to look them up.

What it must hold to be consistent stands in `checks`; its file in `reading` and `writing`.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from coqs.errors import NotFoundError
from coqs.model import Words
from coqs.rubric.origin import Origin
from coqs.rubric.questionnaire.items import SurveyItem
from coqs.rubric.questionnaire.measures import Measure


def _items(values: Iterable[SurveyItem]) -> tuple[SurveyItem, ...]:
    return tuple(values)


def _measures(values: Iterable[Measure]) -> tuple[Measure, ...]:
    return tuple(values)


@attrs.frozen(slots=False, kw_only=True)
class Form:
    """The parts of a questionnaire; `coqs.Questionnaire` adds checks, files, fingerprints and lint."""

    id: str
    """Stable id of the questionnaire."""
    version: str
    """The author's version of it."""
    items: tuple[SurveyItem, ...] = attrs.field(converter=_items)
    """What is asked, in the order of the form."""
    measures: tuple[Measure, ...] = attrs.field(default=(), converter=_measures)
    """What is worked out of the answers."""
    rubric: str | None = None
    """Id of the rubric whose stages and criteria the items are about."""
    language: str = "en"
    """The language that the texts are written in."""
    title: Words = Words()
    """A short name for people."""
    words: Words = Words()
    """What the customer is told first."""
    origin: Origin | None = attrs.field(default=None, eq=False)
    """The plugin that brought it, if one did."""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Return the ids of the items in the order of the form."""
        return tuple(item.id for item in self.items)

    @property
    def measure_ids(self) -> tuple[str, ...]:
        """Return the ids of the measures in order."""
        return tuple(measure.id for measure in self.measures)

    def item(self, id: str) -> SurveyItem:
        """Return the item with this id, or raise `NotFoundError` naming the nearest."""
        for item in self.items:
            if item.id == id:
                return item
        raise NotFoundError("item", id, self.item_ids, where=f"questionnaire {self.id!r}")

    def measure(self, id: str) -> Measure:
        """Return the measure with this id, or raise `NotFoundError` naming the nearest."""
        for measure in self.measures:
            if measure.id == id:
                return measure
        raise NotFoundError("measure", id, self.measure_ids, where=f"questionnaire {self.id!r}")
