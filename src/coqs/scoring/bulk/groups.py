"""Groups of criteria whose states together are one number, by which tables are looked up.

The number is written in a mixed radix: a digit a criterion. The digit is the state itself, or, where
that would make too large a table, its place among the states that the sums can tell apart.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.scoring.bulk.asking import Asked
from coqs.scoring.bulk.plan import CriterionPlan, Plan, states_of_sets
from coqs.scoring.bulk.states import N_ABSENCES

Table = npt.NDArray[Any]
Codes = npt.NDArray[np.int16]
Rows = npt.NDArray[np.intp]
MOST_ENTRIES = 1 << 14
"""Entries of a group's tables: what fits in a processor's cache beside a block of rows."""


@attrs.frozen(slots=True, eq=False)
class Digit:
    """How one criterion's states become a digit."""

    id: str
    plain: bool
    """Whether its column holds codes, to which `N_ABSENCES` must be added, or states."""
    lowest: int
    """Codes below this one are as this one: -1 where absences are all the same, else the lowest code."""
    places: npt.NDArray[np.int16] | None
    """State to digit, where they differ by more than that."""
    radix: int
    states: Rows
    """Digit to a state that has it."""


@attrs.frozen(slots=True, eq=False)
class Group:
    """Some criteria of one stage, and what their states together add to it."""

    digits: tuple[Digit, ...]
    radices: tuple[np.int16, ...]
    offset: np.int16
    """What the number made of the columns' values lacks."""
    size: int
    terms: Mapping[str, Table]
    """Term to (size,) sums."""

    def numbers(self, columns: Mapping[str, Any], out: Codes) -> Codes:
        """Write the rows' numbers into `out`, from columns of codes or states."""
        first, *others = self.digits
        np.copyto(out, _digits(first, columns[first.id]), casting="unsafe")
        for digit, radix in zip(others, self.radices[1:], strict=True):
            np.multiply(out, radix, out)
            np.add(out, _digits(digit, columns[digit.id]), out, casting="unsafe")
        return np.add(out, self.offset, out)


def _digits(digit: Digit, column: Any) -> Any:
    if digit.places is not None:
        return np.take(digit.places, column + np.int16(N_ABSENCES) if digit.plain else column)
    return np.maximum(column, np.int8(digit.lowest)) if digit.lowest == -1 and digit.plain else column


def single_groups(members: Iterable[CriterionPlan]) -> list[Group]:
    """Return a group for every criterion: best where rows are few."""
    return [_group([_whole_digit(each)], [each.terms]) for each in members if not each.wide]


def whole_group(members: Sequence[CriterionPlan]) -> Group:
    """Return one group of some criteria, without any sums."""
    return _group([_whole_digit(each) for each in members], [{} for _ in members])


def merged_groups(plan: Plan, members: Sequence[CriterionPlan]) -> list[Group]:
    """Return as few groups as tables of `MOST_ENTRIES` allow."""
    narrow = [each for each in members if not each.wide]
    whole = [_whole_digit(each) for each in narrow]
    if math.prod(digit.radix for digit in whole) <= MOST_ENTRIES:
        return [_group(whole, [each.terms for each in narrow])] if narrow else []
    told = [_short_digit(plan, each) for each in narrow]
    groups: list[Group] = []
    pending: list[int] = []
    for place in range(len(told)):
        if pending and math.prod(told[each].radix for each in [*pending, place]) > MOST_ENTRIES:
            groups.append(_group([told[each] for each in pending], [narrow[each].terms for each in pending]))
            pending = []
        pending.append(place)
    return [*groups, _group([told[each] for each in pending], [narrow[each].terms for each in pending])]


def _whole_digit(each: CriterionPlan) -> Digit:
    size = len(each.states)
    return Digit(each.criterion.id, each.plain, -N_ABSENCES, None, size, np.arange(size))


def _short_digit(plan: Plan, each: CriterionPlan) -> Digit:
    """Return a digit for the states that the sums can tell apart."""
    told = np.stack([each.terms[name].astype(np.object_) for name in plan.term_names], axis=1)
    seen: dict[tuple[Any, ...], int] = {}
    places = np.array([seen.setdefault(tuple(row), len(seen)) for row in told], np.int16)
    id, plain, levels = each.criterion.id, each.plain, len(each.states) - N_ABSENCES
    first = np.array([int(np.flatnonzero(places == place)[0]) for place in range(len(seen))])
    if plain and len(set(places[:N_ABSENCES].tolist())) == 1:
        return Digit(id, True, -1, None, 1 + levels, np.arange(N_ABSENCES - 1, len(each.states)))
    return Digit(id, plain, -N_ABSENCES, places, len(seen), first)


def _group(digits: Sequence[Digit], terms: Sequence[Mapping[str, Table]]) -> Group:
    offset = 0
    for digit in digits:
        offset = offset * digit.radix - (digit.lowest if digit.plain and digit.places is None else 0)
    sums = {
        name: _outer_sum([each[name][digit.states] for digit, each in zip(digits, terms, strict=True)])
        for name in terms[0]
    }
    return Group(
        digits=tuple(digits),
        radices=tuple(np.int16(digit.radix) for digit in digits),
        offset=np.int16(offset),
        size=math.prod(digit.radix for digit in digits),
        terms=sums,
    )


def _outer_sum(parts: Sequence[Table]) -> Table:
    total = parts[0]
    for part in itertools.islice(parts, 1, None):
        total = (total[:, None] + part[None, :]).reshape(-1)
    return total


def columns_of_states(plan: Plan, asked: Asked) -> dict[str, Any]:
    """Return each criterion's column: codes where its states are its codes, else states."""
    return {each.criterion.id: _column(each, asked) for each in plan.criteria if not each.wide}


def _column(each: CriterionPlan, asked: Asked) -> Any:
    id = each.criterion.id
    codes = asked.codes[id]
    if each.plain:
        return codes
    if id in asked.choices:
        bits = asked.choices[id].astype(np.int16)
        return np.where(codes >= 0, bits + np.int16(N_ABSENCES), codes + np.int16(N_ABSENCES))
    width = N_ABSENCES + len(each.criterion.scale.ids)
    return (asked.best[id] * width + codes + N_ABSENCES).astype(np.int16)


def wide_states(plan: Plan, each: CriterionPlan, asked: Asked) -> tuple[list[Any], Rows]:
    """Return the states that occur of a wide several choice, and (n,) places among them."""
    codes, bits = asked.codes[each.criterion.id], asked.choices[each.criterion.id]
    sets, place = np.unique(np.where(codes >= 0, bits, np.uint64(0)), return_inverse=True)
    states = states_of_sets(plan, each, [int(each_set) for each_set in sets])
    return states, np.where(codes >= 0, place.reshape(-1) + N_ABSENCES, codes + N_ABSENCES)
