"""A third scorer, naive and obviously right, written from the meaning of each choice alone.

It reads the cells of a table's row as a person would, and shares no code with `coqs.scoring`.
`NaiveSheet` knows what was asked, `naive_worth` what an answer is worth; here it is added up.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
from naive_rounding import ROUND
from naive_sheet import OPEN, NaiveSheet
from naive_worth import NOTHING, best_points, best_share, denominator, filled_in, is_no_question, worth

import coqs

FLAT = ("weighted_criteria", "pooled_points", "weighted_points", "weight_product", "deduction")
STRUCTURED = ("stage_percent", "stage_points", "mean_of_stage_means")


@attrs.define
class Sums:
    """What the criteria of one stage add up to."""

    earned: Fraction = NOTHING
    possible: Fraction = NOTHING
    dropped: Fraction = NOTHING
    """What the criteria could have earned that do not apply and left."""
    n: int = 0
    """Criteria that count, and could earn something."""
    shares: Fraction = NOTHING
    """The sum of their shares."""
    counted: bool = False
    """Whether any criterion with a weight counts."""


class NaiveScore(NaiveSheet):
    """One row's score under a policy, worked out sentence by sentence."""

    def __init__(self, rubric: coqs.Rubric, row: dict[str, Any], policy: Any = None) -> None:
        super().__init__(rubric, row)
        self.policy = p = coqs.Policy() if policy is None else policy
        self.deducts = p.combine == "deduction"
        self.own = {
            id: worth(self.criteria[id], p, self.answers[id], self.best_of(id)) for id in self.answered
        }
        self.fired = [id for id in self.answered if self.criteria[id].gate and self.fires(id)]
        self.counted = self.what_counts()
        self.refused = p.unanswered == "refuse" and any(
            self.answers[each.id] in OPEN and self.must_be_answered(each) for each in rubric.criteria
        )
        self.sums = {stage.id: self.add_up(stage.id) for stage in rubric.stages}
        raw = {stage.id: self.stage_score(stage.id) for stage in rubric.stages}
        self.moved = {id: None if x is None else self.move_stage(id, x) for id, x in raw.items()}
        self.reported = {
            id: None if x is None else self.move_stage(id, self.clamped(x)) for id, x in raw.items()
        }
        self.exact_overall, self.possible = self.overall_score(self.moved)
        self.verdict = self.give_verdict()
        self.stages = {id: self.rounded(x, "stages") for id, x in self.reported.items()}
        self.overall = self.rounded_overall()
        self.reason = self.why_unscored() if self.overall is None else ""

    # What an answer counts as

    def best_of(self, id: str) -> Any:
        return self.best(self.criteria[id])

    def what_counts(self) -> dict[str, tuple[Fraction, Fraction]]:
        """Return the share and points of everything that counts, before gates lower anything."""
        counted = {}
        for id, criterion in self.criteria.items():
            if criterion.record_only:
                continue
            found = self.own.get(id) or filled_in(criterion, self.policy, self.answers[id], self.best_of(id))
            if found is not None:
                counted[id] = found
        return counted

    def fires(self, id: str) -> bool:
        criterion, share, trigger = self.criteria[id], self.own[id][0], self.policy.gate_trigger
        if trigger == "chosen_levels" or share is None or self.names_stages(id):
            return self.hits(id)
        if trigger == "below_best":
            return share < best_share(criterion, self.policy, self.best_of(id))
        return share < self.policy.trigger_share

    def names_stages(self, id: str) -> bool:
        return bool(self.criteria[id].gate and self.criteria[id].gate.stages)

    def stages_down(self) -> set[str]:
        """Name the stages that gates take down which name them."""
        return {stage for id in self.fired for stage in self.criteria[id].gate.stages}

    def lower(self, score: Fraction, whole: Fraction = Fraction(1)) -> Fraction:
        """Lower a score by the gates' effect; a cap is a share of the whole."""
        if self.policy.gate_effect == "zero":
            return min(score, NOTHING)
        if self.policy.gate_effect == "cap":
            return min(score, self.policy.gate_cap * whole)
        return score

    def lowered(self, id: str) -> tuple[Any, Fraction]:
        """Return the share and points of what counts, after a gate of its own has lowered them."""
        share, points = self.counted[id]
        if self.policy.gate_scope == "criterion" and id in self.fired and not self.names_stages(id):
            share = None if share is None else self.lower(share)
            if self.policy.gate_effect != "verdict_only":
                points = self.lower(points, best_points(self.criteria[id], self.policy))
        return share, points

    def area_has_fired(self, ids: list[str]) -> bool:
        return len([id for id in self.fired if id in ids and not self.names_stages(id)]) > self.policy.strikes

    def fired_areas(self) -> list[str]:
        """Name the areas in which more gates fired than are tolerated."""
        areas = {"": list(self.criteria)}
        if self.policy.gate_scope == "stage":
            areas = {
                stage.id: [id for id, each in self.criteria.items() if each.stage == stage.id]
                for stage in self.rubric.stages
            }
        if self.policy.gate_scope == "criterion":
            areas = {id: [id] for id in self.criteria}
        return [name for name, ids in areas.items() if self.area_has_fired(ids)]

    # Sums

    def is_a_bonus_outside(self, criterion: Any) -> bool:
        return criterion.bonus and self.policy.bonus in ("outside", "outside_clamped")

    def could_earn(self, criterion: Any) -> Fraction:
        """Return what a criterion could earn at best: its part of the denominator."""
        combine, weight = self.policy.combine, criterion.weight
        if combine == "mean_of_stage_means":
            return Fraction(1) if weight > 0 else NOTHING
        if combine in ("stage_points", "pooled_points", "weighted_points"):
            return weight * denominator(criterion, self.policy)
        if combine == "deduction":
            return weight * max(best_points(criterion, self.policy), NOTHING)
        return weight

    def add_up(self, stage: str) -> Sums:
        sums = Sums()
        for id, criterion in self.criteria.items():
            if criterion.stage != stage or criterion.record_only or self.policy.combine == "error_accuracy":
                continue
            outside, most = self.is_a_bonus_outside(criterion), self.could_earn(criterion)
            if id in self.counted:
                share, points = self.lowered(id)
                if self.deducts:
                    full = (
                        is_no_question(self.policy, self.answers[id])
                        and self.policy.not_applicable == "full_marks"
                    )
                    sums.earned += most if full else criterion.weight * points
                else:
                    sums.earned += most * share
                if not outside:
                    sums.possible += most
                    sums.counted = sums.counted or criterion.weight > 0
                    if most > 0 and not self.deducts:
                        sums.n += 1
                        sums.shares += share
            elif is_no_question(self.policy, self.answers[id]) and not outside:
                sums.dropped += most
        return sums

    # Stages

    def stage_score(self, stage: str) -> Fraction | None:
        sums, policy = self.sums[stage], self.policy
        if policy.combine == "error_accuracy":
            return self.free_of_errors([id for id, each in self.criteria.items() if each.stage == stage])
        if self.refused:
            return None
        if self.deducts:
            whole = policy.baseline + sums.possible if policy.ceiling is None else policy.ceiling
            return (policy.baseline + sums.earned) / whole if sums.counted else None
        if sums.possible == 0:
            return None
        if policy.not_applicable == "drop_equal":
            earned = sums.earned + sums.dropped / sums.n * sums.shares
            return earned / (sums.possible + sums.dropped)
        return sums.earned / sums.possible

    def free_of_errors(self, ids: list[str]) -> Fraction | None:
        """Return 1 where no gate of the class fired, 0 where one did, None where none was observed."""
        if self.refused:
            return None
        observed = [id for id in self.answered if id in ids and self.is_of_the_class(self.criteria[id])]
        if not observed:
            return None
        return Fraction(0) if set(observed) & set(self.fired) else Fraction(1)

    def is_of_the_class(self, criterion: Any) -> bool:
        wanted = self.policy.error_class
        return bool(criterion.gate) and wanted in (None, criterion.gate.error_class)

    def clamped(self, score: Fraction) -> Fraction:
        return min(score, Fraction(1)) if self.policy.bonus.endswith("_clamped") else score

    def set_rule(self, stage: str | None) -> Fraction | None:
        """Return what the first set rule of a stage or of the form sets it to."""
        for rule in self.policy.overrides:
            if rule.stage == stage and self.holds(rule.when) == "yes":
                return rule.score
        if stage in self.stages_down() and self.policy.gate_effect == "zero":
            return NOTHING
        return None

    def move(self, score: Fraction, floor: Any, gate: bool, rule: Any) -> Fraction:
        """Apply floor, gate and set rule, each in its turn: the last word wins."""
        for step in self.policy.precedence:
            if step == "floor" and floor is not None:
                score = max(score, floor)
            if step == "gate" and gate:
                score = self.lower(score)
            if step == "override" and rule is not None:
                score = rule
        return score

    def move_stage(self, stage: str, score: Fraction) -> Fraction:
        gate = self.policy.gate_scope == "stage" and stage in self.fired_areas()
        return self.move(score, self.policy.stage_floor, gate, self.set_rule(stage))

    # The whole

    def overall_score(self, stages: dict[str, Any]) -> tuple[Fraction | None, Fraction]:
        """Return the overall score and what it was measured by."""
        if self.policy.combine == "error_accuracy":
            score, whole = self.free_of_errors(list(self.criteria)), Fraction(1)
        elif self.policy.combine in STRUCTURED:
            score, whole = self.mean_of_stages(stages)
        else:
            score, whole = self.sum_over_form()
        if score is None or self.refused:
            return None, NOTHING
        gate = self.policy.gate_scope == "interaction" and bool(self.fired_areas())
        return self.move(self.clamped(score), self.policy.floor, gate, self.set_rule(None)), whole

    def weight_of_stage(self, stage: Any) -> Fraction:
        """Return by how much a stage, or all that is in it, counts in the whole."""
        if self.policy.combine in ("stage_percent", "stage_points", "weighted_points", "weight_product"):
            return stage.weight
        if self.policy.combine == "mean_of_stage_means":
            return Fraction(1) if stage.weight > 0 else NOTHING
        return Fraction(1)

    def mean_of_stages(self, stages: dict[str, Any]) -> tuple[Fraction | None, Fraction]:
        weights = {stage.id: self.weight_of_stage(stage) for stage in self.rubric.stages}
        scored = [id for id, score in stages.items() if score is not None and weights[id] > 0]
        if not scored:
            return None, NOTHING
        handed_on = NOTHING
        if self.policy.not_applicable == "drop_equal":
            unscored = [id for id, score in stages.items() if score is None]
            handed_on = sum((weights[id] for id in unscored if self.sums[id].dropped > 0), NOTHING)
        weighed = {id: weights[id] + handed_on / len(scored) for id in scored}
        whole = sum(weighed.values())
        return sum(weighed[id] * stages[id] for id in scored) / whole, whole

    def sum_over_form(self) -> tuple[Fraction | None, Fraction]:
        weights = {stage.id: self.weight_of_stage(stage) for stage in self.rubric.stages}
        here = [id for id in weights if weights[id] > 0]
        earned = {id: weights[id] * self.sums[id].earned for id in here}
        possible = {id: weights[id] * self.sums[id].possible for id in here}
        if self.deducts:
            policy, every = self.policy, sum(possible.values())
            whole = policy.baseline + every if policy.ceiling is None else policy.ceiling
            counted = any(self.sums[id].counted for id in here)
            return ((policy.baseline + sum(earned.values())) / whole, whole) if counted else (None, NOTHING)
        if self.policy.not_applicable == "drop_equal":
            n = sum(self.sums[id].n for id in here)
            each = sum((weights[id] * self.sums[id].dropped for id in here), NOTHING) / n if n else NOTHING
            earned = {id: earned[id] + each * self.sums[id].shares for id in here}
            possible = {id: possible[id] + each * self.sums[id].n for id in here}
        for id in here:
            if self.sums[id].possible > 0:
                earned[id] = self.move_stage(id, earned[id] / possible[id]) * possible[id]
        whole = sum(possible.values(), NOTHING)
        return (sum(earned.values()) / whole, whole) if whole else (None, NOTHING)

    # What is told of it

    def give_verdict(self) -> str:
        marks = [(self.exact_overall, self.rubric.pass_mark)]
        marks += [(self.reported[stage.id], stage.pass_mark) for stage in self.rubric.stages]
        if any(score is not None and mark is not None and score < mark for score, mark in marks):
            return "fail"
        if self.irreversible() or self.gates()["ethics"] or self.fired_areas() or self.stages_down():
            return "fail"
        return "unscored" if self.exact_overall is None else "pass"

    def rounded(self, score: Fraction | None, what: str) -> Fraction | None:
        if score is None or self.policy.rounding == "none" or self.policy.rounding_of not in (what, "both"):
            return score
        return ROUND[self.policy.rounding](score, self.policy.rounding_digits)

    def rounded_overall(self) -> Fraction | None:
        if self.policy.combine in STRUCTURED:
            of_rounded = {id: self.rounded(score, "stages") for id, score in self.moved.items()}
            return self.rounded(self.overall_score(of_rounded)[0], "overall")
        return self.rounded(self.exact_overall, "overall")

    def points(self) -> Fraction:
        """Return the raw points of everything that counts."""
        if self.deducts:
            start = NOTHING if self.exact_overall is None else self.policy.baseline
            return start + sum((each.earned for each in self.sums.values()), NOTHING)
        return sum((points for _, points in self.counted.values()), NOTHING)

    def stage_matters(self, criterion: Any) -> bool:
        return self.weight_of_stage(self.rubric.stage(criterion.stage)) > 0

    def could_count(self, criterion: Any) -> bool:
        """Tell whether a criterion, had it been answered, could have made the form scored."""
        if self.policy.combine == "error_accuracy":
            return self.is_of_the_class(criterion)
        if criterion.record_only or self.is_a_bonus_outside(criterion) or not criterion.weight:
            return False
        return self.stage_matters(criterion)

    def must_be_answered(self, criterion: Any) -> bool:
        """Tell whether a form without this answer is refused: never for the want of a bonus."""
        return self.could_count(criterion) and (
            self.policy.combine == "error_accuracy" or not criterion.bonus
        )

    def why_unscored(self) -> str:
        absences = {self.answers[each.id] for each in self.rubric.criteria if self.could_count(each)}
        missing = [name for name in OPEN if name in absences]
        if missing:
            return missing[0] if len(missing) == 1 else "missing"
        if "not_applicable" in absences:
            return "not_applicable"
        return "no_weight" if self.answered else "not_asked"

    def bands(self) -> dict[str, str]:
        """Return the band of everything for which there are bands."""
        form, stages = self.rubric, self.rubric.stages
        found = {"overall": band(self.exact_overall, form.bands)} if form.bands else {}
        found |= {
            f"stage {each.id}": band(self.reported[each.id], each.bands) for each in stages if each.bands
        }
        for id, each in self.criteria.items():
            if each.bands:
                found[f"criterion {id}"] = band(self.own[id][0] if id in self.own else None, each.bands)
        return found


def band(score: Fraction | None, bands: Any) -> str:
    """Return the last band that a score reaches."""
    reached = [each.id for each in bands if score is not None and (each.low is None or each.low <= score)]
    return reached[-1] if reached else ""
