"""A third scorer, naive and obviously right, written from the page on scoring alone.

It reads the cells of a table's row as a person would, and shares no code with `coqs.scoring`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import coqs
from coqs.rubric import CriterionIn, Every, FactBetween, FactIn, Negation, Numeric, SeveralChoice, Some

ABSENCES = ("unanswered", "not_applicable", "not_asked", "abstained", "failed")
OPEN = ("unanswered", "abstained", "failed")


class NaiveScore:
    """One row's score, worked out sentence by sentence."""

    def __init__(self, rubric: coqs.Rubric, row: dict[str, Any]) -> None:
        self.rubric, self.row = rubric, row
        self.criteria = {each.id: each for each in rubric.criteria}
        self.said = {each.id: self.read(each) for each in rubric.criteria}
        self.asked: dict[str, str] = {}
        for id in self.criteria:
            self.whether_asked(id)
        self.answers = {id: self.said[id] if self.is_asked(id) else "not_asked" for id in self.criteria}
        self.answered = [id for id in self.criteria if isinstance(self.answers[id], tuple)]
        self.ignored = sum(isinstance(self.said[id], tuple) and not self.is_asked(id) for id in self.criteria)
        self.stages = {stage.id: self.stage_score(stage.id) for stage in rubric.stages}
        self.overall = self.overall_score()
        self.gates = self.gates_by_class()
        self.irreversible = sum(
            self.criteria[id].irreversible and self.standing(id) == "below" for id in self.answered
        )
        self.verdict = self.give_verdict()

    def read(self, criterion: Any) -> Any:
        """Return a tuple of the chosen ids, or the name of an absence."""
        value = self.row[criterion.id]
        if value is None:
            return "unanswered"
        if value == "n/a":
            return "not_applicable"
        if value in ABSENCES:
            return value
        if isinstance(criterion.scale, SeveralChoice):
            return tuple(value.split("|")) if value != "|" else ()
        if isinstance(criterion.scale, Numeric):
            for level in criterion.scale.levels:
                above = level.low is None or value >= float(level.low)
                below = level.high is None or value < float(level.high)
                if above and below:
                    return (level.id,)
        return (value,)

    def fact(self, name: str) -> Any:
        value = self.row.get(name)
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else value

    def is_asked(self, id: str) -> bool:
        return self.whether_asked(id) == "yes"

    def whether_asked(self, id: str) -> str:
        """Return yes, no, or unknown, which is not asked and stays unknown to whoever reads it."""
        if id not in self.asked:
            self.asked[id] = self.find_out_whether_asked(self.criteria[id])
        return self.asked[id]

    def find_out_whether_asked(self, criterion: Any) -> str:
        found = [self.set_fits(criterion), self.ideal_is_known(criterion)]
        found.append("yes" if criterion.when is None else self.holds(criterion.when))
        return "no" if "no" in found else "unknown" if "unknown" in found else "yes"

    def set_fits(self, criterion: Any) -> str:
        if not criterion.applies_to:
            return "yes"
        here = self.row["customer_set"]
        return "unknown" if here is None else "yes" if here in criterion.applies_to else "no"

    def ideal_is_known(self, criterion: Any) -> str:
        if not criterion.ideal:
            return "yes"
        if self.fact(criterion.ideal.fact) is None:
            return "unknown"
        return "no" if self.best(criterion) is None else "yes"

    def best(self, criterion: Any) -> Any:
        return dict(criterion.ideal.best).get(self.fact(criterion.ideal.fact))

    def holds(self, condition: Any) -> str:
        """Return yes, no or unknown."""
        if isinstance(condition, Negation):
            return {"yes": "no", "no": "yes", "unknown": "unknown"}[self.holds(condition.condition)]
        if isinstance(condition, Every | Some):
            found = [self.holds(part) for part in condition.conditions]
            decisive, otherwise = ("no", "yes") if isinstance(condition, Every) else ("yes", "no")
            if decisive in found:
                return decisive
            return "unknown" if "unknown" in found else otherwise
        if isinstance(condition, CriterionIn):
            return self.answer_is_in(condition)
        value = self.fact(condition.fact)
        if value is None:
            return "unknown"
        if isinstance(condition, FactIn):
            return "yes" if value in condition.values else "no"
        assert isinstance(condition, FactBetween)
        low, high = condition.low, condition.high
        inside = (low is None or value >= float(low)) and (high is None or value < float(high))
        return "yes" if inside else "no"

    def answer_is_in(self, condition: CriterionIn) -> str:
        asked = self.whether_asked(condition.criterion)
        if asked != "yes":
            return asked
        answer = self.said[condition.criterion]
        if answer in OPEN:
            return "unknown"
        if isinstance(answer, str):
            return "no"
        return "yes" if set(answer) & set(condition.ids) else "no"

    def points(self, id: str) -> Fraction:
        criterion = self.criteria[id]
        if criterion.ideal:
            ids = criterion.scale.ids
            return criterion.ideal.points[
                abs(ids.index(self.answers[id][0]) - ids.index(self.best(criterion)))
            ]
        parts = (
            criterion.scale.options if isinstance(criterion.scale, SeveralChoice) else criterion.scale.levels
        )
        return sum((part.points for part in parts if part.id in self.answers[id]), Fraction(0))

    def share(self, id: str) -> Fraction:
        criterion = self.criteria[id]
        if isinstance(criterion.scale, SeveralChoice):
            positive = sum(option.points for option in criterion.scale.options if option.points > 0)
            return self.points(id) / positive
        every = criterion.ideal.points if criterion.ideal else [x.points for x in criterion.scale.levels]
        return (self.points(id) - min(every)) / (max(every) - min(every))

    def standing(self, id: str) -> str | None:
        criterion, answer = self.criteria[id], self.answers[id]
        if isinstance(criterion.scale, SeveralChoice):
            if criterion.scale.exceeds_at is not None and self.share(id) >= criterion.scale.exceeds_at:
                return "exceeds"
            if criterion.scale.meets_at is None:
                return None
            return "meets" if self.share(id) >= criterion.scale.meets_at else "below"
        level = next(level for level in criterion.scale.levels if level.id in answer)
        if level.standing is None and criterion.ideal:
            return "meets" if level.id == self.best(criterion) else "below"
        return level.standing

    def stage_score(self, stage: str) -> Fraction | None:
        here = [
            self.criteria[id]
            for id in self.answered
            if self.criteria[id].stage == stage and not self.criteria[id].record_only
        ]
        whole = sum(each.weight for each in here if not each.bonus)
        return sum(each.weight * self.share(each.id) for each in here) / whole if whole else None

    def overall_score(self) -> Fraction | None:
        weight = {stage.id: stage.weight for stage in self.rubric.stages}
        scored = {id: score for id, score in self.stages.items() if score is not None}
        whole = sum(weight[id] for id in scored)
        return sum(weight[id] * score for id, score in scored.items()) / whole if whole else None

    def gates_by_class(self) -> dict[str, int]:
        fired = {"customer": 0, "business": 0, "compliance": 0, "ethics": 0}
        for id in self.answered:
            gate = self.criteria[id].gate
            if gate and set(gate.on) & set(self.answers[id]):
                fired[gate.error_class] += 1
        return fired

    def gates_unobserved(self) -> int:
        return sum(bool(each.gate) and self.answers[each.id] in OPEN for each in self.rubric.criteria)

    def give_verdict(self) -> str:
        marks = [(self.overall, self.rubric.pass_mark)]
        marks += [(self.stages[stage.id], stage.pass_mark) for stage in self.rubric.stages]
        if any(score is not None and mark is not None and score < mark for score, mark in marks):
            return "fail"
        if self.irreversible or any(self.gates.values()):
            return "fail"
        return "unscored" if self.overall is None else "pass"

    def counts(self) -> dict[str, int]:
        found = {name: list(self.answers.values()).count(name) for name in ABSENCES}
        standings = [self.standing(id) for id in self.answered]
        found |= {name: standings.count(name) for name in ("below", "meets", "exceeds")}
        return found | {"answered": len(self.answered), "ignored": self.ignored}

    def total_points(self) -> Fraction:
        return sum(
            (self.points(id) for id in self.answered if not self.criteria[id].record_only), Fraction(0)
        )
