"""What was asked of one row and what was answered, read naively from the cells of a table's row.

None of this depends on a policy, and none of it shares code with `coqs.scoring`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from naive_worth import capped

import coqs
from coqs.rubric import CriterionIn, Every, FactBetween, FactIn, Negation, Numeric, SeveralChoice, Some

ABSENCES = ("unanswered", "not_applicable", "not_asked", "abstained", "failed")
OPEN = ("unanswered", "abstained", "failed")


class NaiveSheet:
    """One row's answers, settled sentence by sentence."""

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
        """Return the best level of an ideal-point criterion; None for every other."""
        if not criterion.ideal:
            return None
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

    def standing(self, id: str) -> str | None:
        """Tell how an answer stands to what is expected: the same under every policy."""
        criterion, answer = self.criteria[id], self.answers[id]
        scale = criterion.scale
        if isinstance(scale, SeveralChoice):
            if scale.meets_at is None and scale.exceeds_at is None:
                return None
            most = capped(criterion, sum(option.points for option in scale.options if option.points > 0))
            chosen = sum((x.points for x in scale.options if x.id in answer), Fraction(0))
            share = capped(criterion, chosen) / most
            if scale.exceeds_at is not None and share >= scale.exceeds_at:
                return "exceeds"
            if scale.meets_at is None:
                return None
            return "meets" if share >= scale.meets_at else "below"
        level = next(level for level in scale.levels if level.id in answer)
        if level.standing is None and criterion.ideal:
            return "meets" if level.id == self.best(criterion) else "below"
        return level.standing

    def hits(self, id: str) -> bool:
        """Tell whether an answer is one on which the criterion's gate stands."""
        return bool(set(self.criteria[id].gate.on) & set(self.answers[id]))

    def gates(self) -> dict[str, int]:
        """Count the gates that were hit, by error class."""
        found = {"customer": 0, "business": 0, "compliance": 0, "ethics": 0}
        for id in self.answered:
            gate = self.criteria[id].gate
            if gate and self.hits(id):
                found[gate.error_class] += 1
        return found

    def gates_observed(self) -> dict[str, int]:
        here = [self.criteria[id].gate.error_class for id in self.answered if self.criteria[id].gate]
        return {name: here.count(name) for name in ("customer", "business", "compliance", "ethics")}

    def gates_unobserved(self) -> int:
        return sum(bool(each.gate) and self.answers[each.id] in OPEN for each in self.rubric.criteria)

    def irreversible(self) -> int:
        return sum(self.criteria[id].irreversible and self.standing(id) == "below" for id in self.answered)

    def counts(self) -> dict[str, int]:
        found = {name: list(self.answers.values()).count(name) for name in ABSENCES}
        standings = [self.standing(id) for id in self.answered]
        found |= {name: standings.count(name) for name in ("below", "meets", "exceeds")}
        return found | {"answered": len(self.answered), "ignored": self.ignored}
