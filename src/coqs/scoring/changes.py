"""What could have been answered differently on one sheet, as far as a verdict can tell it apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import attrs

from coqs.ratings import Answer, Sheet
from coqs.results import Change
from coqs.rubric import Criterion, Policy, Rubric, SeveralChoice
from coqs.rubric.reach import ZERO
from coqs.scoring.exact import ExactScore, Term, term_of
from coqs.scoring.exact_asking import best_place
from coqs.scoring.ways import answer_of, read_masks

MOST_SETS = 1024
"""Sets of options that are tried of a several choice; of more, none, all, and each one more or less."""
Pick = tuple["Changeable", "Way"]


@attrs.frozen(slots=True, eq=False)
class Way:
    """Another answer to a criterion, the nearest of those that a verdict cannot tell apart."""

    bits: int
    """A level's position, or a bit set of options."""
    answer: Answer
    steps: int
    """How far it is from the answer given."""
    term: Term

    def goodness(self) -> tuple[Fraction | bool, ...]:
        """Return what speaks for a pass, each the more the better."""
        return goodness_of(self.term)


def goodness_of(term: Term) -> tuple[Fraction | bool, ...]:
    """Return what a criterion brings for a pass: what it earns, and that nothing about it fails."""
    counted = term.counted.share if term.counted and term.counts else None
    return term.earned, counted or ZERO, not term.fired, not term.breaks_ethics, not term.is_irreversible


@attrs.frozen(slots=True, eq=False)
class Changeable:
    """One answer that was given, and what it could have been."""

    criterion: Criterion
    now: Way
    ways: tuple[Way, ...]
    """Every other answer that a verdict could tell from the one given, the nearest first."""
    is_read: bool
    """Whether a branch or a set rule reads it, so that it decides more than its own part."""
    is_whole: bool
    """Whether every other answer was looked at."""

    def towards(self, flipped: str) -> tuple[Way, ...]:
        """Return the ways that could be needed: where nothing reads it, none that another one beats."""
        if self.is_read:
            return self.ways
        sign = 1 if flipped == "pass" else -1
        scored = {way: tuple(sign * each for each in way.goodness()) for way in (self.now, *self.ways)}
        return tuple(
            way for way in self.ways if not any(_beats(other, scored[way]) for other in scored.values())
        )

    def change(self, way: Way) -> Change:
        """Return a way as a change that can be told."""
        before, after = (_named(self.criterion, each.answer) for each in (self.now, way))
        return Change(criterion=self.criterion.id, before=before, after=after, steps=way.steps)


def _beats(other: Sequence[Fraction | int], own: Sequence[Fraction | int]) -> bool:
    return other != own and all(mine >= theirs for mine, theirs in zip(other, own, strict=True))


def _named(criterion: Criterion, answer: Answer) -> str:
    ids = criterion.scale.ids
    if isinstance(criterion.scale, SeveralChoice):
        return "|".join(ids[place] for place in answer.chosen) or "none of the options"
    return ids[answer.position]


def changeables(rubric: Rubric, policy: Policy, sheet: Sheet, result: ExactScore) -> tuple[Changeable, ...]:
    """Return every answer that was asked for and given, and that could change the verdict."""
    given = (each for each in rubric.criteria if result.answers[each.id].absence is None)
    found = (_changeable(rubric, policy, sheet, each) for each in given)
    return tuple(each for each in found if each.ways)


def _changeable(rubric: Rubric, policy: Policy, sheet: Sheet, criterion: Criterion) -> Changeable:
    masks, best = read_masks(rubric, policy, criterion), best_place(criterion, sheet)
    several = isinstance(criterion.scale, SeveralChoice)
    given = sheet.answers[criterion.id]
    now = sum(1 << place for place in given.chosen) if several else given.position

    def way(bits: int) -> Way:
        steps = (bits ^ now).bit_count() if several else abs(bits - now)
        answer = answer_of(criterion, bits)
        return Way(bits, answer, steps, term_of(criterion, answer, policy, best))

    def told(each: Way) -> tuple[object, ...]:
        chosen = each.bits if several else 1 << each.bits
        return (*goodness_of(each.term), *(bool(chosen & mask) for mask in masks))

    others, whole = _sets(criterion, now, masks) if several else (range(len(criterion.scale.ids)), True)
    ways = sorted((way(bits) for bits in others if bits != now), key=lambda each: (each.steps, each.bits))
    seen = {told(own := way(now)): own}
    for each in ways:
        seen.setdefault(told(each), each)
    return Changeable(criterion, own, tuple(seen.values())[1:], any(masks), whole)


def _sets(criterion: Criterion, now: int, masks: Iterable[int]) -> tuple[Iterable[int], bool]:
    """Return the sets of options to try, and whether no other could be told from all of these.

    Options of the same points that the same gate and conditions name stand for each other: of every
    number of them that can be chosen the set is taken that is nearest to the answer.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, id in enumerate(criterion.scale.ids):
        named = criterion.gate is not None and id in criterion.gate.on
        key = (criterion.points_of(place), named, *(mask >> place & 1 for mask in masks))
        alike.setdefault(key, []).append(place)
    if math.prod(len(places) + 1 for places in alike.values()) <= MOST_SETS:
        nearest = [_nearest(places, now) for places in alike.values()]
        return [sum(parts) for parts in itertools.product(*nearest)], True
    size = len(criterion.scale.ids)
    return {0, (1 << size) - 1, *(now ^ (1 << place) for place in range(size))}, False


def _nearest(places: Sequence[int], now: int) -> list[int]:
    """Return the nearest choice of none, one, … all of some options, as bits."""
    order = sorted(places, key=lambda place: (not now >> place & 1, place))
    return [sum(1 << place for place in order[:count]) for count in range(len(order) + 1)]


def changed(sheet: Sheet, picks: Iterable[Pick]) -> Sheet:
    """Return the sheet with some answers changed."""
    answers = {one.criterion.id: way.answer for one, way in picks}
    return attrs.evolve(sheet, answers={**sheet.answers, **answers})


def assignments(
    choices: Sequence[tuple[Changeable, tuple[Way, ...]]], size: int
) -> Iterator[tuple[Pick, ...]]:
    """Yield every set of so many changes, in the order of the sheet."""
    if not size:
        yield ()
        return
    for place, (one, ways) in enumerate(choices):
        for rest in assignments(choices[place + 1 :], size - 1):
            for way in ways:
                yield ((one, way), *rest)


def count_assignments(sizes: Sequence[int], most: int) -> list[int]:
    """Return how many sets of 0, 1 … `most` changes there are, where each criterion has so many ways.

    >>> count_assignments([1, 2, 2], 3)
    [1, 5, 8, 4]
    """
    counts = [1] + [0] * most
    for ways in sizes:
        for size in range(most, 0, -1):
            counts[size] += counts[size - 1] * ways
    return counts
