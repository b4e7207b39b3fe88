"""A few rich rubrics with ratings, drawn once, that every policy is held against."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import Phase, given, settings
from policies import each_choice, fits
from strategies import make_rows, rubrics, seeds

import coqs
from coqs.rubric import SeveralChoice

DRAWN, RICHEST, KEPT, ROWS = 60, 8, 2, 30
FEATURES = {
    "gate": lambda each: each.gate is not None,
    "ethics": lambda each: each.gate is not None and each.gate.error_class == "ethics",
    "bonus": lambda each: each.bonus,
    "record only": lambda each: each.record_only,
    "several": lambda each: isinstance(each.scale, SeveralChoice) and not each.record_only,
    "single": lambda each: not isinstance(each.scale, SeveralChoice) and not each.ideal,
    "ideal": lambda each: each.ideal is not None,
    "branch": lambda each: each.when is not None,
    "irreversible": lambda each: each.irreversible,
}


def features(rubric: coqs.Rubric) -> int:
    """Count the kinds of criteria that a rubric has; two stages count as one more."""
    kinds = [any(has(each) for each in rubric.criteria) for has in FEATURES.values()]
    return sum(kinds) + (len(rubric.stages) > 1)


@functools.cache
def drawn() -> tuple[tuple[coqs.Rubric, int], ...]:
    """Draw rubrics as hypothesis does, always the same; return them with the richest first."""
    found = []

    @settings(max_examples=DRAWN, phases=(Phase.generate,), database=None, derandomize=True)
    @given(rubrics(wordy=False, most=8), seeds)
    def collect(rubric: coqs.Rubric, seed: int) -> None:
        found.append((with_mild_weights(rubric), seed))

    collect()
    return tuple(sorted(found, key=lambda each: features(each[0]), reverse=True))


def with_mild_weights(rubric: coqs.Rubric) -> coqs.Rubric:
    """Return the rubric with weights such as people write: on awkward ones the scorers are compared."""

    def mild(part: Any) -> Any:
        awkward = max(part.weight.numerator, part.weight.denominator) > 10
        return attrs.evolve(part, weight=Fraction(3, 2)) if awkward else part

    stages, criteria = tuple(map(mild, rubric.stages)), tuple(map(mild, rubric.criteria))
    return attrs.evolve(rubric, stages=stages, criteria=criteria, policy=None)


def rubrics_for(policy: coqs.Policy, start: int = 0) -> list[tuple[coqs.Rubric, int]]:
    """Return some of the richest rubrics that a policy fits, with the seeds of their rows."""
    rich = [each for each in drawn() if fits(each[0], policy)][:RICHEST]
    return [rich[(start + step) % len(rich)] for step in range(KEPT)]


@functools.cache
def _rated(rubric: coqs.Rubric, seed: int) -> coqs.Ratings:
    return coqs.Ratings.from_table(make_rows(rubric, seed, ROWS), rubric)


@functools.cache
def _scored(rubric: coqs.Rubric, seed: int, policy: coqs.Policy) -> coqs.Scores:
    return coqs.Scorer(rubric, policy=policy)(_rated(rubric, seed))


def scored(choices: dict[str, Any]) -> list[coqs.Scores]:
    """Return the scores of the ratings of some rubrics that a policy fits, made once."""
    policy, start = coqs.Policy(**choices), list(each_choice().values()).index(choices)
    return [_scored(rubric, seed, policy) for rubric, seed in rubrics_for(policy, start)]


def scored_alike(scores: coqs.Scores, policy: coqs.Policy) -> coqs.Scores:
    """Return the scores of the same ratings under another policy, made once."""
    seed = next(seed for rubric, seed in drawn() if rubric == scores.rubric)
    return _scored(scores.rubric, seed, policy)
