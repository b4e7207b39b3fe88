"""The ways in which open answers could still turn out, as few of them as hold the extremes.

An open answer that nothing else hangs on takes its worst or its best answer. Those that conditions read
(of branches, of set rules), and those whose gate can fire at a good answer, also change something beside
their own share: their answers fall into classes that nothing tells apart, of which only the worst and
the best matter.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from coqs.errors import RubricError
from coqs.rubric import Criterion, CriterionIn, Policy, Rubric, SeveralChoice
from coqs.rubric.conditions import Condition, criteria_read, leaves
from coqs.scoring.worth import ZERO, answer_worth, fires

MOST_COMBINATIONS = 2**12
MOST_OPTIONS = 12
Extremes = tuple[int, int]
"""The worst and the best answer of a class: level positions, or bit sets of options."""


def drivers(rubric: Rubric, policy: Policy) -> tuple[str, ...]:
    """Return the criteria whose answers change more than their own share, in the order of the sheet."""
    read = {id for condition in _conditions(rubric, policy) for id in criteria_read(condition)}
    return tuple(each.id for each in rubric.criteria if each.id in read or _gate_drives(each, policy))


def _conditions(rubric: Rubric, policy: Policy) -> list[Condition]:
    own = [each.when for each in rubric.criteria if each.when is not None]
    return own + [rule.when for rule in policy.overrides]


def _gate_drives(criterion: Criterion, policy: Policy) -> bool:
    """Tell whether the gate of a criterion can move the score otherwise than its share does.

    A gate that fires below a share fires at the worst answer, and not at the best, if it can do either.
    """
    if criterion.gate is None:
        return False
    moves = policy.gate_effect != "verdict_only" or policy.combine == "error_accuracy"
    return moves and (policy.gate_trigger == "chosen_levels" or criterion.record_only)


def combinations(rubric: Rubric, policy: Policy, ids: Sequence[str]) -> Iterator[tuple[Extremes, ...]]:
    """Yield every way to answer these criteria that conditions and gates can tell apart.

    Raises
    ------
    RubricError
        There are more than `MOST_COMBINATIONS` of them.
    """
    ways = [_classes(rubric, policy, rubric.criterion(id)) for id in ids]
    total = math.prod(map(len, ways))
    if total > MOST_COMBINATIONS:
        raise _too_many(rubric, f"{total} for {len(ids)} missing criteria")
    return itertools.product(*ways)


def _too_many(rubric: Rubric, got: str) -> RubricError:
    return RubricError(
        f"bounds: must have at most {MOST_COMBINATIONS} ways to answer what branches read, got {got}; "
        f"branch on facts instead",
        rubric=rubric.id,
    )


def _classes(rubric: Rubric, policy: Policy, criterion: Criterion) -> list[Extremes]:
    """Return the worst and the best answer of each class that nothing tells apart."""
    several, ids = isinstance(criterion.scale, SeveralChoice), criterion.scale.ids
    if several and len(ids) > MOST_OPTIONS:
        raise _too_many(rubric, f"2**{len(ids)} for the options of {criterion.id!r}")
    if criterion.ideal:  # which level is best differs from row to row, so each is a class
        return [(place, place) for place in range(len(ids))]
    tells = _telling(rubric, policy, criterion)
    classes: dict[tuple[bool, ...], list[tuple[Fraction, int]]] = {}
    for answer in range(1 << len(ids) if several else len(ids)):
        said = chosen_places(answer) if several else answer
        told = tuple(each(said) for each in tells)
        share = answer_worth(criterion, policy, said).share or ZERO
        classes.setdefault(told, []).append((share, answer))
    return [(min(each)[1], max(each)[1]) for each in classes.values()]


Said = int | tuple[int, ...]


def _telling(rubric: Rubric, policy: Policy, criterion: Criterion) -> list[Callable[[Said], bool]]:
    """Return the questions about an answer that something beside its share hangs on."""
    asked = {
        frozenset(leaf.ids)
        for condition in _conditions(rubric, policy)
        for leaf in leaves(condition)
        if isinstance(leaf, CriterionIn) and leaf.criterion == criterion.id
    }
    tells = [_is_among(criterion, ids) for ids in sorted(asked, key=sorted)]
    if _gate_drives(criterion, policy):
        tells.append(lambda said: fires(criterion, policy, said))
    return tells


def _is_among(criterion: Criterion, ids: frozenset[str]) -> Callable[[Said], bool]:
    def test(said: Said) -> bool:
        places = (said,) if isinstance(said, int) else said
        return any(criterion.scale.ids[place] in ids for place in places)

    return test


def chosen_places(bits: int) -> tuple[int, ...]:
    """Return the places of the options in a bit set, ascending."""
    return tuple(place for place in range(bits.bit_length()) if bits >> place & 1)
