"""What each sheet says to a measure: a value on a scale of its own, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs
import numpy as np
import numpy.typing as npt

from coqs.answers import Answers
from coqs.model import Absence
from coqs.rubric.questionnaire import Measure, Questionnaire, SurveyItem
from coqs.tables import freeze

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
STATES = ("answered", "not_applicable", "unanswered", "not_asked")
OF_STATE = (None, Absence.NOT_APPLICABLE, Absence.UNANSWERED, Absence.NOT_ASKED)


@attrs.frozen(slots=True, eq=False, repr=False)
class Values:
    """What n sheets say to a measure.

    On its way through sums a mean is a share of the way from the worst box to the best, whatever the
    points; a share is 0 or 1, and a net score -1, 0 or 1. `Ruler` gives back the measure's own unit.
    """

    total: Floats
    """(n,) sum of the values of the answers that count, 0 where none does."""
    weight: Floats
    """(n,) what they are summed over: the answers of a pooled measure, otherwise 1; 0 where none counts."""
    counts: Mapping[str, Whole]
    """State to (n,) answers in it (pooled), or sheets (0 or 1)."""

    @property
    def means(self) -> Floats:
        """Return (n,) the value of each sheet, NaN where it has none."""
        return np.where(self.weight > 0, self.total / np.maximum(self.weight, 1), np.nan)


def values_of(answers: Answers, measure: Measure) -> Values:
    """Return what each sheet says to a measure."""
    items = [answers.questionnaire.item(id) for id in measure.items]
    codes = np.array([answers.codes[item.id] for item in items])
    tables = [np.array([*box_values(measure, item), 0.0]) for item in items]
    given = codes >= 0
    each = np.array([table[np.maximum(row, -1)] for table, row in zip(tables, codes, strict=True)])
    total, n = np.where(given, each, 0.0).sum(axis=0), given.sum(axis=0)
    if measure.is_pooled:
        return Values(freeze(total), freeze(n.astype(np.float64)), _answer_counts(codes))
    counts = n >= measure.needed
    return Values(
        freeze(np.where(counts, total / np.maximum(n, 1), 0.0)),
        freeze(counts.astype(np.float64)),
        _sheet_counts(codes, counts),
    )


def _answer_counts(codes: npt.NDArray[np.int8]) -> dict[str, Whole]:
    return {
        state: ((codes >= 0) if absence is None else (codes == absence.code)).sum(axis=0)
        for state, absence in zip(STATES, OF_STATE, strict=True)
    }


def _sheet_counts(codes: npt.NDArray[np.int8], counts: npt.NDArray[np.bool_]) -> dict[str, Whole]:
    """Return one state for each sheet; of too few answers, the gravest reason that stands on the sheet."""
    open_ = ~counts & (codes == Absence.UNANSWERED.code).any(axis=0)
    none = ~counts & ~open_ & (codes == Absence.NOT_APPLICABLE.code).any(axis=0)
    found = (counts, none, open_, ~counts & ~open_ & ~none)
    return {state: which.astype(np.int64) for state, which in zip(STATES, found, strict=True)}


def box_values(measure: Measure, item: SurveyItem) -> list[float]:
    """Return the value of each box of an item."""
    if measure.is_net:
        promoters, detractors = measure.cut_points
        numbers = [int(box) for box in item.scale.boxes]
        return [float((number >= promoters) - (number <= detractors)) for number in numbers]
    if measure.is_mean:
        return [float(share) for share in item.shares()]
    best = measure.boxes if measure.top is None else item.top(measure.top)
    return [float(box in best) for box in item.scale.boxes]


@attrs.frozen(slots=True)
class Ruler:
    """How values become the measure's own unit: start + length * value."""

    start: float = 0.0
    length: float = 1.0

    @classmethod
    def of(cls, questionnaire: Questionnaire, measure: Measure) -> Ruler:
        """Return the ruler of a measure."""
        span = questionnaire.item(measure.items[0]).span
        if measure.unit != "points" or span is None:
            return cls()
        low, high = span
        return cls(float(low), float(Fraction(high - low)))

    def read(self, values: Floats) -> Floats:
        """Return values in the measure's own unit."""
        found: Floats = freeze(self.start + self.length * np.asarray(values, np.float64))
        return found
