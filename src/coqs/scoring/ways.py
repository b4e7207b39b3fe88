"""The ways in which missing answers could turn out, as far as a score can tell them apart.

A missing answer that nothing but the sums reads takes its worst or its best level. Those that branches
and set rules read, and gates whose effect does not go with the share, decide more than their own share:
their answers fall into classes that nothing tells apart, of which only the worst and the best matter.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from coqs.errors import RubricError
from coqs.ratings import Answer
from coqs.rubric import Criterion, CriterionIn, Policy, Rubric, SeveralChoice
from coqs.rubric.conditions import Condition, criteria_read, leaves
from coqs.scoring.exact import is_watched, term_of

MOST_COMBINATIONS = 2**12
MOST_OPTIONS = 12
Extremes = tuple[int, int]
"""The worst and the best answer: level positions, or bit sets of options."""
Rank = tuple[bool, Fraction]
"""Whether no gate fires that reaches beyond the criterion, and what is earned: less is worse."""


def chosen_places(bits: int) -> tuple[int, ...]:
    """Return the places of the options in a bit set, ascending."""
    return tuple(place for place in range(bits.bit_length()) if bits >> place & 1)


def answer_of(criterion: Criterion, way: int) -> Answer:
    """Return a way to answer as an answer: a level's position, or a bit set of options."""
    if isinstance(criterion.scale, SeveralChoice):
        return Answer(chosen=chosen_places(way))
    return Answer(position=way)


def deciding_criteria(rubric: Rubric, policy: Policy) -> tuple[str, ...]:
    """Return the criteria whose answers decide more than their own share, in the order of the sheet."""
    read = {id for condition in _conditions(rubric, policy) for id in criteria_read(condition)}
    return tuple(each.id for each in rubric.criteria if each.id in read or _gate_decides(each, policy))


def combinations(rubric: Rubric, policy: Policy, ids: Sequence[str]) -> Iterator[tuple[Extremes, ...]]:
    """Yield every way to answer these criteria that the score can tell apart.

    Raises
    ------
    RubricError
        More than `MOST_COMBINATIONS` ways.
    """
    ways = [_classes(rubric, policy, rubric.criterion(id)) for id in ids]
    total = math.prod(map(len, ways))
    if total > MOST_COMBINATIONS:
        raise _too_many(rubric.id, f"{total} for {len(ids)} missing criteria")
    return itertools.product(*ways)


def extremes_of(criterion: Criterion, policy: Policy, best: int | None) -> Extremes:
    """Return the worst and the best answer to a criterion that decides nothing but its own share."""
    if isinstance(criterion.scale, SeveralChoice) and not _gate_matters(criterion, policy):
        points = [option.points or 0 for option in criterion.scale.options]
        lost = sum(1 << place for place, each in enumerate(points) if each < 0)
        return lost, sum(1 << place for place, each in enumerate(points) if each > 0)
    ranked = [(_rank(criterion, policy, way, best), way) for way in _every_way(criterion)]
    return min(ranked)[1], max(ranked)[1]


def _conditions(rubric: Rubric, policy: Policy) -> list[Condition]:
    whens = [each.when for each in rubric.criteria if each.when is not None]
    return [*whens, *(rule.when for rule in policy.overrides)]


def _every_way(criterion: Criterion) -> range:
    several, size = isinstance(criterion.scale, SeveralChoice), len(criterion.scale.ids)
    if several and size > MOST_OPTIONS:
        raise _too_many("", f"2**{size} for the options of {criterion.id!r}")
    return range(1 << size if several else size)


def _too_many(rubric: str, got: str) -> RubricError:
    return RubricError(
        f"bounds: must have at most {MOST_COMBINATIONS} ways to answer what branches, rules or gates read, "
        f"got {got}; branch on facts instead",
        rubric=rubric,
    )


def _gate_matters(criterion: Criterion, policy: Policy) -> bool:
    """Tell whether the gate can change a score."""
    if criterion.gate is None:
        return False
    return policy.gate_effect != "verdict_only" or policy.combine == "error_accuracy"


def _gate_decides(criterion: Criterion, policy: Policy) -> bool:
    """Tell whether some answer at which the gate fires earns more than one at which it does not."""
    if not _gate_matters(criterion, policy) or policy.gate_scope == "criterion":
        return False
    if criterion.ideal:
        return True
    ranks = [_rank(criterion, policy, way, None) for way in _every_way(criterion)]
    fired = [earned for calm, earned in ranks if not calm]
    return bool(fired) and any(earned < max(fired) for calm, earned in ranks if calm)


def _rank(criterion: Criterion, policy: Policy, way: int, best: int | None) -> Rank:
    term = term_of(criterion, answer_of(criterion, way), policy, best)
    if policy.combine == "error_accuracy":
        return not (term.fired and is_watched(criterion, policy)), Fraction(0)
    reaches = term.fired and _gate_matters(criterion, policy) and policy.gate_scope != "criterion"
    return not reaches, term.earned


def _classes(rubric: Rubric, policy: Policy, criterion: Criterion) -> list[Extremes]:
    """Return the worst and the best answer of each class that nothing tells apart."""
    if criterion.ideal:  # which level is best differs from row to row, so each is a class
        return [(place, place) for place in range(len(criterion.scale.ids))]
    several = isinstance(criterion.scale, SeveralChoice)
    read = read_masks(rubric, policy, criterion)
    classes: dict[tuple[bool, ...], list[tuple[Fraction, int]]] = {}
    for way in _every_way(criterion):
        bits = way if several else 1 << way
        calm, earned = _rank(criterion, policy, way, None)
        told = (calm, *(bool(bits & mask) for mask in read))
        classes.setdefault(told, []).append((earned, way))
    return [(min(each)[1], max(each)[1]) for each in classes.values()]


def read_masks(rubric: Rubric, policy: Policy, criterion: Criterion) -> list[int]:
    """Return the sets of answers that conditions ask for, as bit sets."""
    return [
        sum(1 << place for place, id in enumerate(criterion.scale.ids) if id in leaf.ids)
        for condition in _conditions(rubric, policy)
        for leaf in leaves(condition)
        if isinstance(leaf, CriterionIn) and leaf.criterion == criterion.id
    ]
