"""Judge the sums of a sheet in floats: most policies need no more than a few divisions.

The verdict is exact all the same: a score that floats cannot tell from the mark is compared in rationals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import attrs

from coqs.rubric import Policy, Rubric
from coqs.rubric.reach import STRUCTURED, weighs
from coqs.scoring.one.tables import Added, Layout

NEAR = 1e-9
"""Scores this close to the mark are compared in rationals; float scores are off by 1e-14 at most."""


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Judge:
    """How sums become a score and a verdict in floats, where the policy allows it."""

    is_plain: bool
    """Whether floats will do; if not, every sheet is finished in rationals."""
    gates_lower: bool
    """Whether a sheet on which something failed is finished in rationals."""
    refuses: bool
    is_structured: bool
    weights: tuple[float, ...]
    exact_weights: tuple[Fraction, ...]
    mark: float
    exact_mark: Fraction
    stage_marks: tuple[tuple[int, int, int], ...]
    """(place, numerator, denominator) of the stages that have a mark."""
    flip: int
    size: int
    unpack: Callable[[bytes], tuple[int, ...]]
    """Reads the first sums only: earned and possible of each stage, what fails, and what is demanded."""

    def is_final(self, total: int) -> bool:
        """Tell whether nothing but the sums makes the scores of a sheet."""
        fails, demanded = self._first(total)[-2:]
        return self.is_plain and not (fails and self.gates_lower) and not (self.refuses and demanded)

    def stages(self, total: int) -> list[float | None]:
        """Return the score of each stage, where it is final."""
        sums = self._first(total)
        n = len(self.weights)
        pairs = zip(sums[:n], sums[n : 2 * n], strict=True)
        return [gained / most if most else None for gained, most in pairs]

    def _first(self, total: int) -> tuple[int, ...]:
        return self.unpack((total ^ self.flip).to_bytes(self.size, "little"))

    def judge(self, total: int) -> tuple[float | None, str] | None:
        """Return the overall score and the verdict, None where floats will not do."""
        sums = self.unpack((total ^ self.flip).to_bytes(self.size, "little"))
        fails = sums[-2]
        if not self.is_plain or (fails and self.gates_lower) or (self.refuses and sums[-1]):
            return None
        weights = self.weights
        possible = sums[len(weights) :]
        earned = whole = 0.0
        if self.is_structured:
            for weight, gained, most in zip(weights, sums, possible, strict=False):
                if most:
                    earned += weight * gained / most
                    whole += weight
        else:
            for weight, gained, most in zip(weights, sums, possible, strict=False):
                earned += weight * gained
                whole += weight * most
        for place, share, parts in self.stage_marks:
            if possible[place] and sums[place] * parts < share * possible[place]:
                fails = 1
        if not whole:
            return None, "fail" if fails else "unscored"
        overall = earned / whole
        if fails or overall <= self.mark - NEAR:
            return overall, "fail"
        if overall >= self.mark + NEAR or self._reaches(sums):
            return overall, "pass"
        return overall, "fail"

    def _reaches(self, sums: Sequence[int]) -> bool:
        """Tell exactly whether the overall score reaches the mark."""
        n = len(self.weights)
        terms = [each for each in zip(self.exact_weights, sums, sums[n : 2 * n], strict=False) if each[2]]
        if self.is_structured:
            earned = sum(weight * Fraction(gained, most) for weight, gained, most in terms)
            return earned >= self.exact_mark * sum(weight for weight, _, _ in terms)
        earned = sum(weight * gained for weight, gained, _ in terms)
        return earned >= self.exact_mark * sum(weight * most for weight, _, most in terms)


def make_judge(
    rubric: Rubric, policy: Policy, layout: Layout, added: Mapping[str, Mapping[int, Added]]
) -> Judge:
    """Make the judge of a rubric under a policy, given what each answer adds."""
    n = len(rubric.stages)
    is_structured = policy.combine in STRUCTURED
    exact_weights = tuple(
        weight / (1 if is_structured else scale)
        for weight, scale in zip(weighs(rubric, policy), layout.scales, strict=False)
    )
    mark = rubric.pass_mark if rubric.pass_mark is not None else Fraction(-1)
    marks = [(place, stage.pass_mark) for place, stage in enumerate(rubric.stages)]
    first = layout.first(2 * n + 2)
    return Judge(
        is_plain=_is_plain(policy, added),
        gates_lower=policy.gate_effect != "verdict_only",
        refuses=policy.unanswered == "refuse",
        is_structured=is_structured,
        weights=tuple(map(float, exact_weights)),
        exact_weights=exact_weights,
        mark=float(mark),
        exact_mark=mark,
        stage_marks=tuple(
            (place, each.numerator, each.denominator) for place, each in marks if each is not None
        ),
        flip=layout.flip,
        size=layout.form.size,
        unpack=first.unpack_from,
    )


def _is_plain(policy: Policy, added: Mapping[str, Mapping[int, Added]]) -> bool:
    """Tell whether a score is a quotient of sums, none negative, to which nothing is done after."""
    simple = policy.combine not in ("deduction", "error_accuracy") and policy.not_applicable != "drop_equal"
    untouched = policy.floor is None and policy.stage_floor is None and policy.rounding == "none"
    free = not policy.strikes and not policy.bonus.endswith("clamped")
    parts = (value for codes in added.values() for each in codes.values() for value in each.values())
    return simple and untouched and free and all(value >= 0 for value in parts)
