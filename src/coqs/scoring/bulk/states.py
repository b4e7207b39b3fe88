"""The states of a criterion: each answer and absence that it can have, and what each adds to a score.

A state is a place in the tables of its criterion. The five absences come first, in the order of their
codes from the lowest, so that a code plus `N_ABSENCES` is a level's state. With an ideal point there is
such a row for every best level; a several choice has a state for every set of options.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from coqs.model import Absence, Standing
from coqs.ratings import Answer
from coqs.rubric import Criterion, Policy, SeveralChoice
from coqs.scoring.exact import Term, term_of
from coqs.scoring.ways import chosen_places

N_ABSENCES = len(Absence)
MOST_OPTIONS = 8
"""Options up to which every set of them has a state; beyond it the sets that occur are looked up."""
ABSENCES = tuple(Absence.from_code(code) for code in range(-N_ABSENCES, 0))


@attrs.frozen(slots=True, kw_only=True)
class State:
    """What one answer or absence adds to its stage, in rationals and whole numbers."""

    absence: Absence | None
    earned: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)
    count: int = 0
    """1 where it is part of the denominator."""
    share: Fraction = Fraction(0)
    """Its share where it is part of the denominator, for weights that are handed on in equal parts."""
    dropped: Fraction = Fraction(0)
    """The denominator's part that it would have had, had the criterion applied."""
    open: int = 0
    """1 where the policy refuses to score without the answer."""
    hit: int = 0
    """1 where the answer is one that its gate names."""
    fired: int = 0
    """1 where its gate fires under the policy's own trigger."""
    takes_down: int = 0
    """1 where its gate fires that names the stages it takes down, and is not counted with the others."""
    hard: int = 0
    """1 where the answer alone fails the verdict: ethics, the irreversible, a gate of a scope of its own."""
    standing: Standing | None = None
    points: Fraction = Fraction(0)
    own_share: Fraction | None = None
    """The answer's share, which bands of the criterion are read from."""


def best_places(criterion: Criterion) -> tuple[int | None, ...]:
    """Return the places of the levels that can be the best, ascending; (None,) without an ideal."""
    if criterion.ideal is None:
        return (None,)
    return tuple(sorted({criterion.scale.ids.index(best) for _, best in criterion.ideal.best}))


def is_wide(criterion: Criterion) -> bool:
    """Tell whether a several choice has too many sets of options for a state each."""
    return isinstance(criterion.scale, SeveralChoice) and len(criterion.scale.ids) > MOST_OPTIONS


def states_of(
    criterion: Criterion, policy: Policy, sets: Sequence[int] | None = None, *, demanded: bool = False
) -> list[State]:
    """Return the states of a criterion.

    `sets` are the bit sets of options where not all are wanted; `demanded` tells that the policy refuses
    to score without an answer.
    """
    return [
        _state(term_of(criterion, answer, policy, best), answer, policy, demanded=demanded)
        for best, answer in _answers(criterion, sets)
    ]


def _answers(criterion: Criterion, sets: Sequence[int] | None) -> Iterator[tuple[int | None, Answer]]:
    """Yield every answer and absence, with the best level that it is judged by."""
    absent = [Answer(absence=absence) for absence in ABSENCES]
    ids = criterion.scale.ids
    if isinstance(criterion.scale, SeveralChoice):
        given = [
            Answer(chosen=chosen_places(bits)) for bits in (range(1 << len(ids)) if sets is None else sets)
        ]
    else:
        given = [Answer(position=place) for place in range(len(ids))]
    for best in best_places(criterion):
        yield from ((best, answer) for answer in (*absent, *given))


def _state(term: Term, answer: Answer, policy: Policy, *, demanded: bool) -> State:
    own, brings = term.own, term.brings(policy)
    errors = policy.combine == "error_accuracy"
    return State(
        absence=answer.absence,
        earned=Fraction(brings.errors) if errors else brings.earned,
        possible=Fraction(brings.watched) if errors else brings.possible,
        count=brings.count,
        share=brings.shares,
        dropped=brings.dropped,
        open=int(demanded and answer.is_open),
        hit=int(term.hit),
        fired=brings.fired,
        takes_down=int(bool(term.stages_down)),
        hard=int(
            term.breaks_ethics
            or term.is_irreversible
            or bool(term.stages_down)
            or (term.fired and policy.gate_scope == "criterion")
        ),
        standing=own.standing if own is not None else None,
        points=term.points(policy),
        own_share=own.share if own is not None else None,
    )
