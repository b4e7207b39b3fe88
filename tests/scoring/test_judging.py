"""Floats that stand for fractions: comparisons and rounding settled as the fractions would be."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import coqs
from coqs.scoring.bulk.judging import Grain, Judge, Ratios
from coqs.scoring.bulk.ratios import wrapped
from coqs.scoring.finish import rounded

COARSE, FINE = Grain(10**6, 1e-15), Grain(10**40, 1e-15)
TIES = [
    Fraction(625, 1000),
    Fraction(635, 1000),
    Fraction(-625, 1000),
    Fraction(1, 3),
    Fraction(0),
    Fraction(1),
]


def judge_of(values: list[Fraction]) -> Judge:
    def ratios(rows: np.ndarray) -> Ratios:
        some = [values[row] for row in rows]
        numer = np.array([wrapped(each.numerator) for each in some], np.int64)
        denom = np.array([wrapped(each.denominator) for each in some], np.int64)
        size = np.array([float(each.denominator) for each in some])
        return Ratios(numer, denom, size)

    return Judge.of(len(values), ratios)


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
@pytest.mark.parametrize("digits", [0, 1, 2])
@pytest.mark.parametrize("grain", [COARSE, FINE], ids=["by floats", "by whole numbers"])
def test_shares_round_as_the_fractions_do(mode: str, digits: int, grain: Grain) -> None:
    values = [each + Fraction(step, 2000) for each in TIES for step in range(-20, 21)]
    policy = coqs.Policy(rounding=mode, rounding_digits=digits)
    judge = judge_of(values)
    found = judge.rounded(np.array([float(each) for each in values]), mode, digits, grain)
    assert found.tolist() == [float(rounded(each, policy)) for each in values]
    assert not judge.doubtful.any()


fractions = st.builds(Fraction, st.integers(-(10**12), 10**12), st.integers(1, 10**12))


@settings(max_examples=200)
@given(fractions, st.integers(-3, 3), st.integers(10**12, 10**19))
def test_a_score_next_to_a_mark_is_told_from_it(mark: Fraction, step: int, tiny: int) -> None:
    value = mark + Fraction(step, tiny)
    judge = judge_of([value])
    error = 1e-14 * max(1.0, abs(float(mark)))
    below = judge.below(np.array([float(value)]), mark, Grain(10**40, error))
    assert judge.doubtful[0] or below[0] == (value < mark)


@pytest.mark.parametrize("size", [2**70 + 1, 10**25 + 7])
def test_products_that_wrap_around_still_tell_near_scores_apart(size: int) -> None:
    half = Fraction(1, 2)
    values = [half + Fraction(sign, 2 * size) for sign in (-1, 0, 1)]
    judge = judge_of(values)
    below = judge.below(np.full(3, 0.5), half, Grain(10**40, 1e-15))
    assert below.tolist() == [True, False, False]
    assert not judge.doubtful.any()


def test_what_nothing_settles_is_doubtful() -> None:
    judge = Judge.of(2)
    assert judge.below(np.array([0.5, 0.7]), Fraction(1, 2), FINE).tolist() == [False, False]
    assert judge.doubtful.tolist() == [True, False]


def test_not_scored_is_neither_below_nor_rounded() -> None:
    judge = judge_of([Fraction(0)])
    assert judge.below(np.array([np.nan]), Fraction(1, 2), COARSE).tolist() == [False]
    assert math.isnan(judge.rounded(np.array([np.nan]), "half_up", 0, COARSE)[0])


DECIMALS = [
    (weight, share) for weight, share in itertools.product(("0.037", "1.913", "2.711"), ("1/7", "1/3"))
]


def test_marks_are_hit_exactly_where_floats_cannot_settle_them() -> None:
    criteria = "".join(
        f'[[criteria]]\nid = "c{k}_{stage}"\nstage = "{stage}"\nweight = "{weight}"\n'
        f'levels = [{{ id = "no", points = 0 }}, {{ id = "some", points = "{share}" }}, '
        '{ id = "yes", points = 1 }]\n'
        for stage in ("greeting", "determining", "responding", "concluding", "future")
        for k, (weight, share) in enumerate(DECIMALS)
    )
    head = 'schema = 1\nid = "decimals"\nversion = "1"\n'
    open_form = coqs.Rubric.from_toml_text(head + criteria)
    assert coqs.Scorer(open_form).compiled.marks == "whole numbers"
    rng = np.random.default_rng(7)
    cells = {id: rng.choice(["no", "some", "yes"], 6000).tolist() for id in open_form.criterion_ids}
    table = {"interaction": [f"i{row}" for row in range(6000)], **cells}
    first = coqs.explain(coqs.score(coqs.Ratings.from_table(table, open_form)), "i0").overall
    mark = f'pass_mark = "{first}"\n'
    rubric = coqs.Rubric.from_toml_text(head + mark + criteria)
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    assert scores.verdict[0] == "pass"  # a score equal to the mark passes
    near = np.argsort(np.abs(scores.overall - scores.overall[0]))[:40]
    for row in near:
        assert coqs.explain(scores, f"i{row}").verdict == scores.verdict[row]
