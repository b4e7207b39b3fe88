"""Score one interaction at once: a mapping of answers in, a score and a verdict out.

Made for programs that are asked for one score at a time. What each answer adds is looked up in tables
(`tables`); a score is then a sum. Rubrics whose criteria hang on facts or on other answers, and set
rules, are scored the long way by `exact`; both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from coqs.ratings import Sheet
from coqs.results.one import OneDetails, OneScore
from coqs.rubric import Policy, Rubric
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.scoring.exact import ExactScore, counts_of, score_sheet
from coqs.scoring.one.answers import sheet_of
from coqs.scoring.one.quick import QuickForm, quick_forms


@attrs.frozen(slots=True, eq=False)
class OneScorer:
    """A rubric and a policy, ready to score one interaction at a time."""

    rubric: Rubric
    """As it is applied: narrowed to what a controller is answerable for."""
    policy: Policy
    controller: str | None
    forms: Mapping[str | None, QuickForm]
    """Customer set to the tables for it; empty where every sheet is scored the long way."""

    @classmethod
    def of(cls, rubric: Rubric, policy: Policy, controller: str | None = None) -> OneScorer:
        """Work out the tables."""
        return cls(rubric, policy, controller, quick_forms(rubric, policy, controller))

    def score(
        self, answers: Any, customer_set: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> OneScore:
        """Score the answers to one interaction."""
        try:
            form = self.forms[customer_set]
            total = sum(map(form.find, answers.items()), form.start)
        except (KeyError, TypeError, AttributeError):
            form = None  # looked at below, once this error is gone, which has the answer in it
        if form is None or facts:
            return self._look_closer(answers, customer_set, facts)
        return OneScore(*form.judge(total), form, total)

    def _look_closer(self, answers: Any, customer_set: Any, facts: Any) -> OneScore:
        known = customer_set is None or isinstance(customer_set, str)
        form = self.forms.get(customer_set) if known else None
        if form is not None and not facts and isinstance(answers, Mapping):
            total = form.look_closer(answers)
            if total is not None:
                return OneScore(*form.judge(total), form, total)
        sheet = sheet_of(self.rubric, answers, customer_set, facts)
        form = self.forms.get(sheet.customer_set)
        if form is None:
            return self._in_full(sheet)
        total = form.total_of(sheet)
        return OneScore(*form.judge(total), form, total)

    def _in_full(self, sheet: Sheet) -> OneScore:
        """Score a sheet criterion by criterion, in rationals."""
        result = score_sheet(self.rubric, sheet, self.policy)
        overall = None if result.overall is None else float(result.overall)
        return OneScore(overall, result.verdict, self._details(result))

    def _details(self, result: ExactScore) -> OneDetails:
        mine = {each.id for each in self.rubric.criteria if self.controller in (None, each.controlled_by)}
        counts = counts_of(result, mine)
        asked = sum(counts[name] for name in ("answered", "unanswered", "abstained", "failed"))
        failed = list(result.gates.values())
        return OneDetails(
            stages={id: None if each is None else float(each) for id, each in result.stages.items()},
            reason=result.reason,
            gates={each: failed.count(each) for each in ERROR_CLASSES},
            gates_fired=len(result.gates_fired),
            gates_unobserved=result.gates_unobserved,
            irreversible=len(result.irreversible),
            coverage=counts["answered"] / asked if asked else None,
            points=float(result.points),
        )
