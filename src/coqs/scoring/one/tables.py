"""Tables for scoring one interaction: what each answer adds, packed into one whole number.

What a criterion brings to the sums (`exact.term_of`) depends on its own answer alone, so it is worked out
once for every answer that there can be. All sums of a sheet stand side by side in one whole number, each
in bits of its own, so that adding up a sheet is adding one number for each answer; none is ever rounded.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Self

import attrs

from coqs.model import Absence
from coqs.ratings import Answer
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.rubric.reach import ZERO
from coqs.scoring.exact import MISSING, Term, could_score, demanded, term_of

Added = dict[str, Fraction | int]
"""What an answer adds to each sum, by the sum's name; those left out get nothing."""
MOST_OPTIONS = 6
"""A several choice of n options has 2**n answers; with more options a sheet is scored the long way."""
WIDTHS = (("h", 16), ("i", 32), ("q", 64))
OF_STAGE = ("earned", "possible", "dropped", "count", "shares", "fired", "errors", "watched")
"""What `finish.StageSums` holds; the first two come first in every sheet's sums."""
TELLING = (*MISSING, Absence.NOT_APPLICABLE)
"""The absences that say why nothing was scored."""
OF_SHEET = (
    "failing",
    "demanded",
    *(f"able_{absence}" for absence in TELLING),
    *(f"gates_{error_class}" for error_class in ERROR_CLASSES),
    "gates_unobserved",
    "irreversible",
    "taken_down",
    "answered",
    "counted_answered",
    "counted_open",
    "points",
)


def of_stage(name: str, place: int) -> str:
    """Name a stage's own sum."""
    return f"{name}.{place}"


@attrs.frozen(slots=True, eq=False)
class Layout:
    """Where each sum stands in the whole number, and by what it is multiplied to be whole."""

    places: Mapping[str, int]
    """Which sum is where, in order."""
    scales: tuple[int, ...]
    shifts: tuple[int, ...]
    form: struct.Struct
    flip: int
    """The top bit of every sum: added first and flipped last, it lets sums be negative."""

    @classmethod
    def holding(cls, names: Sequence[str], added: Iterable[Sequence[Added]]) -> Self | None:
        """Lay out sums that hold an answer to each criterion; None where they would be too large."""
        largest = dict.fromkeys(names, ZERO)
        scales = dict.fromkeys(names, 1)
        for answers in added:
            most: dict[str, Fraction] = {}
            for name, value in ((name, value) for each in answers for name, value in each.items() if value):
                most[name] = max(most.get(name, ZERO), abs(Fraction(value)))
                scales[name] = math.lcm(scales.get(name, 1), value.denominator)
            for name, value in most.items():
                largest[name] = largest.get(name, ZERO) + value
        _share_scales(scales)
        bits = [largest[name] * scales[name] for name in names]
        widths = [next((width for width in WIDTHS if most < 2 ** (width[1] - 2)), None) for most in bits]
        kept = [width for width in widths if width is not None]
        if len(kept) < len(widths):
            return None
        starts = [sum(width for _, width in kept[:place]) for place in range(len(kept))]
        tops = (start + width - 1 for start, (_, width) in zip(starts, kept, strict=True))
        form = struct.Struct("<" + "".join(code for code, _ in kept))
        flip = sum(1 << top for top in tops)
        places = {name: place for place, name in enumerate(names)}
        return cls(places, tuple(scales[name] for name in names), tuple(starts), form, flip)

    def first(self, count: int) -> struct.Struct:
        """Return what reads the first sums only."""
        return struct.Struct(self.form.format[: count + 1])

    def pack(self, added: Added) -> int:
        """Return what an answer adds, as one whole number; sums that are not held are left out."""
        known = ((self.places[name], value) for name, value in added.items() if value and name in self.places)
        return sum(int(value * self.scales[place]) << self.shifts[place] for place, value in known)

    def unpack(self, total: int) -> tuple[int, ...]:
        """Return the sums, each times its scale."""
        sums: tuple[int, ...] = self.form.unpack((total ^ self.flip).to_bytes(self.form.size, "little"))
        return sums

    def read(self, total: int) -> dict[str, Fraction]:
        """Return the sums by name."""
        sums = zip(self.places, self.unpack(total), self.scales, strict=True)
        return {name: Fraction(value, scale) for name, value, scale in sums}


def _share_scales(scales: dict[str, int]) -> None:
    """Multiply what was earned in a stage and what was possible by the same, so that their ratio stays."""
    for name in [name for name in scales if name.startswith("earned.")]:
        other = name.replace("earned", "possible")
        scales[name] = scales[other] = math.lcm(scales[name], scales[other])


def sum_names(rubric: Rubric, policy: Policy) -> tuple[str, ...]:
    """Name the sums that a policy needs, those that every sheet is judged by first."""
    first, others = OF_STAGE[:2], [name for name in OF_STAGE[2:] if _needs(policy, name)]
    places = range(len(rubric.stages))
    hot = [of_stage(name, place) for name in first for place in places]
    cold = [of_stage(name, place) for name in others for place in places]
    return (*hot, *OF_SHEET, *cold)


def _needs(policy: Policy, name: str) -> bool:
    match name:
        case "errors" | "watched":
            return policy.combine == "error_accuracy"
        case "dropped" | "shares":
            return policy.not_applicable == "drop_equal"
        case "count":
            return policy.not_applicable == "drop_equal" or policy.combine == "deduction"
        case _:
            return True


def answers_of(criterion: Criterion) -> dict[int, Answer] | None:
    """Return each possible answer by its code (of options: the bit set); None where there are too many."""
    found = {absence.code: Answer(absence=absence) for absence in Absence}
    n = len(criterion.scale.ids)
    if not isinstance(criterion.scale, SeveralChoice):
        return found | {place: Answer(position=place) for place in range(n)}
    if n > MOST_OPTIONS:
        return None
    sets = {bits: tuple(place for place in range(n) if bits >> place & 1) for bits in range(2**n)}
    return found | {bits: Answer(chosen=chosen) for bits, chosen in sets.items()}


@attrs.frozen(slots=True, eq=False)
class Adder:
    """Works out what answers add under a rubric and a policy."""

    rubric: Rubric
    policy: Policy
    able: frozenset[str]
    """The criteria on which it hangs whether there is a score."""
    needed: frozenset[str]
    """The criteria without whose answers the policy refuses to score."""
    counted: frozenset[str]
    """The criteria whose answers are counted; those of other controllers are not."""

    @classmethod
    def of(cls, rubric: Rubric, policy: Policy, controller: str | None) -> Self:
        """Make the adder of a rubric that was narrowed to a controller's criteria."""
        mine = [each.id for each in rubric.criteria if controller in (None, each.controlled_by)]
        able = frozenset(each.id for each in could_score(rubric, policy))
        needed = frozenset(each.id for each in demanded(rubric, policy))
        return cls(rubric, policy, able, needed, frozenset(mine))

    def added(self, criterion: Criterion, answer: Answer) -> Added:
        """Return what an answer to a criterion adds to each sum."""
        term = term_of(criterion, answer, self.policy, None)
        place = self.rubric.stage_ids.index(criterion.stage)
        part = term.brings(self.policy)
        own: Added = {of_stage(name, place): getattr(part, name) for name in OF_STAGE}
        return own | self._verdict_part(term, answer) | self._told_part(term, answer)

    def _verdict_part(self, term: Term, answer: Answer) -> Added:
        fires = bool(term.stages_down) or (term.fired and not self.policy.strikes)
        return {
            "failing": term.is_irreversible or term.breaks_ethics or fires,
            "demanded": term.criterion.id in self.needed and answer.is_open,
            "irreversible": term.is_irreversible,
            "taken_down": bool(term.stages_down),
        }

    def _told_part(self, term: Term, answer: Answer) -> Added:
        id, gate, answered = term.criterion.id, term.criterion.gate, answer.absence is None
        return {
            f"able_{answer.absence}": id in self.able,
            f"gates_{gate.error_class if gate else ''}": term.hit,
            "gates_unobserved": gate is not None and answer.is_open,
            "answered": answered,
            "counted_answered": answered and id in self.counted,
            "counted_open": answer.is_open and id in self.counted,
            "points": term.points(self.policy),
        }
