"""Evaluations that were read from another system, and its printed scores beside ours.

It stands in the room of files since it is the only one that sees both: what was printed in a file, and
scores. Sections are worked out here from the parts of the exact score, for a rubric knows no sections
within sections.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import ComparisonError
from coqs.ratings import Ratings
from coqs.readers import FormSection, ImportedForm, PrintedScore
from coqs.results import Scores
from coqs.rubric import Finding
from coqs.rubric.reach import ZERO
from coqs.scoring.exact import ExactScore, score_sheet
from coqs.tables import read_only
from coqs.tables.tabular import Tabular

FORM, SECTION, QUESTION = "form", "section", "question"
COLUMNS: Mapping[str, Any] = MappingProxyType(
    {
        "evaluation": object,
        "interaction": object,
        "kind": object,
        "item": object,
        "printed": np.float64,
        "ours": np.float64,
        "difference": np.float64,
        "printed_fail": np.bool_,
        "our_fail": np.bool_,
    }
)


@attrs.frozen(slots=True, eq=False, repr=False)
class FormScores(Tabular):
    """Every item of every evaluation: the score that was printed, and ours.

    `kind` is form, section or question, `item` their id; `printed`, `ours` and their `difference` (ours
    less theirs) are shares, NaN where there is no score; `printed_fail` and `our_fail` tell whether the
    item or one within it was failed automatically. What only one of the two knows has a row too.
    """

    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)

    def differing(self, tolerance: float = 1e-9) -> FormScores:
        """Return the rows that are not the same: a score beyond the tolerance or missing, or a fail."""
        printed, ours = self.columns["printed"], self.columns["ours"]
        unequal = np.isnan(printed) != np.isnan(ours)
        unequal |= np.nan_to_num(np.abs(self.columns["difference"])) > tolerance
        unequal |= self.columns["printed_fail"] != self.columns["our_fail"]
        return FormScores({name: column[unequal] for name, column in self.columns.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FormScores):
            return NotImplemented
        pairs = [(self.columns[name], other.columns[name]) for name in COLUMNS]
        return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return FormScores, (dict(self.columns),)

    def __repr__(self) -> str:
        return f"<FormScores: {len(self)} items, {len(self.differing())} differ>"


@attrs.frozen(slots=True, kw_only=True, repr=False)
class ImportedEvaluations:
    """Evaluations of one form as ratings, and the scores that the other system prints."""

    form: ImportedForm
    ratings: Ratings
    """A row an evaluation, in the order that they were read."""
    evaluations: tuple[str, ...]
    """Their ids, a row each."""
    printed: tuple[tuple[PrintedScore, ...], ...]
    """What is printed of each evaluation: a row each."""
    findings: tuple[Finding, ...] = ()
    """What was left out of the evaluations, or read in a way that is not documented."""

    def __repr__(self) -> str:
        scores = sum(len(each) for each in self.printed)
        of = f"{len(self.ratings)} of form {self.form.rubric.id!r}"
        return f"<ImportedEvaluations: {of}, {scores} printed scores>"

    def compare(self, scores: Scores) -> FormScores:
        """Put the printed score of every item beside ours.

        Raises
        ------
        ComparisonError
            The scores are not those of these ratings.
        """
        if scores.ratings != self.ratings:
            raise ComparisonError(
                "compare: must be given the scores of these ratings, got those of others; score them first",
                left=self.ratings,
                right=scores.ratings,
            )
        rows = [row for place in range(len(self.ratings)) for row in self._rows(place, scores)]
        columns = list(zip(*rows, strict=True))
        named = zip(COLUMNS.items(), columns, strict=True)
        return FormScores({name: np.array(values, kind) for (name, kind), values in named})

    def _rows(self, place: int, scores: Scores) -> Iterator[tuple[Any, ...]]:
        printed = {each.item: each for each in self.printed[place]}
        head = (self.evaluations[place], self.ratings.interaction[place])
        exact = score_sheet(self.form.rubric, self.ratings.sheet(place), scores.policy)
        for kind, item, share, failed in _items(self.form, exact):
            theirs = printed.pop(None if kind == FORM else item, PrintedScore(item, None))
            yield *head, kind, item, *_pair(theirs.share, share), theirs.automatic_fail, failed
        for other in printed.values():  # of questions that cannot score
            yield *head, QUESTION, other.item or "", *_pair(other.share, None), other.automatic_fail, False


def _pair(printed: float | None, ours: float | None) -> tuple[float, float, float]:
    left, right = (math.nan if each is None else each for each in (printed, ours))
    return left, right, right - left


def _items(form: ImportedForm, exact: ExactScore) -> Iterator[tuple[str, str, float | None, bool]]:
    """Yield (kind, their id, our share, whether it failed) of the form, its sections and its questions."""
    overall = exact.overall
    yield FORM, form.rubric.id, None if overall is None else float(overall), bool(exact.gates)
    for section in form.sections:
        failed = any(id in exact.gates for id in section.criteria)
        yield SECTION, section.id, _section_share(section, exact), failed
    for question in form.questions:
        term = exact.terms[question.criterion]
        share = None if term.criterion.record_only or term.counted is None else term.counted.share
        yield (
            QUESTION,
            question.id,
            None if share is None else float(share),
            question.criterion in exact.gates,
        )


def _section_share(section: FormSection, exact: ExactScore) -> float | None:
    """Return what was earned within a section of what could be; nothing is, in a stage that a gate took."""
    terms = [exact.terms[id] for id in section.criteria]
    possible = sum(term.possible for term in terms)
    if not possible:
        return None
    earned = dict.fromkeys(exact.stages, ZERO)
    for term in exact.terms.values():
        earned[term.criterion.stage] += term.earned
    taken = {stage for stage, score in exact.stages.items() if score == 0 and earned[stage] > 0}
    return float(sum(term.earned for term in terms if term.criterion.stage not in taken) / possible)
