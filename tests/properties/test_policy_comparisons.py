"""Comparisons of random policies over random rubrics: against a plain loop over orders, and laws."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from depth import examples
from hypothesis import assume, given, settings, strategies as st
from policies import Case, cases, policies

import coqs
from coqs.comparisons.policies.players import Moves, Player, idle_choices, players_of
from coqs.ratings import Sheet
from coqs.rubric.policy import NO_CHOICE
from coqs.scoring.exact import score_sheet
from coqs.scoring.worth import check_policy

MOST = 3
"""Players of a comparison here: the plain loop goes through all of their orders."""


@st.composite
def compared(draw: Any, n: int = 5) -> tuple[Case, coqs.Policy]:
    """Draw ratings with one policy, and another that differs from it in a few choices."""
    case = draw(cases(n, most=4, absent=0.2))
    far = draw(policies(case.rubric))
    players = players_of(case.rubric, case.policy, far)
    some = draw(st.lists(st.sampled_from(players), min_size=1, max_size=MOST, unique=True)) if players else []
    assume(some)
    return case, moved(case.policy, far, some)


def moved(policy: coqs.Policy, far: coqs.Policy, players: Any) -> coqs.Policy:
    """Return a policy after some players have moved to another."""
    changes = {name: getattr(far, name) for each in players for name in each.fields}
    return attrs.evolve(policy, name="moved", **changes)


def in_every_order(
    rubric: coqs.Rubric, sheet: Sheet, a: coqs.Policy, b: coqs.Policy, players: tuple[Player, ...]
) -> dict[str, Fraction] | None:
    """Move the players one by one in every order there is, and average what each changed."""
    sums, orders = dict.fromkeys((each.name for each in players), Fraction(0)), 0
    for order in itertools.permutations(players):
        orders += 1
        before = score_sheet(rubric, sheet, a).overall
        for place, player in enumerate(order, start=1):
            after = score_sheet(rubric, sheet, moved(a, b, order[:place])).overall
            if before is None or after is None:
                return None
            sums[player.name] += after - before
            before = after
    return {name: total / orders for name, total in sums.items()}


@settings(max_examples=examples(8))
@given(compared(n=2))
def test_parts_are_what_a_loop_over_all_orders_gives(drawn: tuple[Case, coqs.Policy]) -> None:
    case, b = drawn
    ratings = case.ratings
    found = coqs.compare_policies(ratings, case.policy, b)
    for row in range(len(ratings)):
        sheet = ratings.sheet(row)
        account = found.account(sheet.interaction, rater=sheet.rater or "")
        expected = in_every_order(case.rubric, sheet, case.policy, b, found.players)
        assert account.parts == (expected or {}), case.told(row, other=b)
        assert bool(account.unscored_with) == (expected is None and account.difference is not None)


@settings(max_examples=examples(8))
@given(compared())
def test_parts_sum_to_the_difference_exactly_and_the_columns_to_1e_12(
    drawn: tuple[Case, coqs.Policy],
) -> None:
    case, b = drawn
    found = coqs.compare_policies(case.ratings, case.policy, b)
    for row in found.rows():
        account = found.account(row["interaction"], rater=row["rater"] or "")
        size = max(1.0, *(abs(float(each)) for each in (account.a or 0, account.b or 0)))
        parts = {name: row[name] for name in found.choices}
        assert (account.difference is None) == (row["difference"] is None)
        if None in parts.values():
            assert account.parts == {}
            continue
        assert sum(account.parts.values()) == account.difference
        assert abs(sum(parts.values()) - row["difference"]) <= 1e-12 * size
        for name, part in parts.items():
            assert abs(part - float(account.parts[name])) <= 1e-11 * size


@pytest.mark.slow
@settings(max_examples=examples(8))
@given(compared())
def test_comparing_the_other_way_round_turns_every_sign(drawn: tuple[Case, coqs.Policy]) -> None:
    case, b = drawn
    there, back = (
        coqs.compare_policies(case.ratings, *pair) for pair in ((case.policy, b), (b, case.policy))
    )
    assert there.choices == back.choices
    for row in there.rows()[:2]:
        accounts = [each.account(row["interaction"], rater=row["rater"] or "") for each in (there, back)]
        assert accounts[0].parts == {name: -part for name, part in accounts[1].parts.items()}
        assert accounts[0].verdict_a == accounts[1].verdict_b


@pytest.mark.slow
@settings(max_examples=examples(8))
@given(compared(n=12))
def test_scores_and_verdicts_are_those_of_two_scorings(drawn: tuple[Case, coqs.Policy]) -> None:
    case, b = drawn
    ratings = case.ratings
    found = coqs.compare_policies(ratings, case.policy, b)
    pairs = zip(found["interaction"], found["rater"], strict=True)
    rows = [ratings.row_of(interaction, rater=rater or "") for interaction, rater in pairs]
    assert sorted(rows) == list(range(len(ratings)))
    first, second = coqs.score(ratings, policy=case.policy), coqs.score(ratings, policy=b)
    assert found.flips == int((first.verdict != second.verdict).sum())
    assert found["flipped"].tolist() == (first.verdict != second.verdict)[rows].tolist()
    np.testing.assert_array_equal(found["a"], first.overall[rows])
    np.testing.assert_array_equal(found["b"], second.overall[rows])


@settings(max_examples=examples(8))
@given(cases(3, most=4), st.data())
def test_every_mix_of_the_players_can_be_followed(case: Case, data: st.DataObject) -> None:
    far = data.draw(policies(case.rubric))
    players = players_of(case.rubric, case.policy, far)
    moves = Moves.among(case.rubric, case.policy, far, players)
    differs = {
        name for name in attrs.fields_dict(coqs.Policy) if getattr(far, name) != getattr(case.policy, name)
    }
    assert sorted(name for each in players for name in each.fields) == sorted(differs - set(NO_CHOICE))
    for coalition in range(1 << min(len(moves.players), 8)):
        check_policy(case.rubric, moves.policy(coalition))


@pytest.mark.slow
@settings(max_examples=examples(8))
@given(cases(3, most=4), st.data())
def test_what_is_idle_changes_no_score_and_no_verdict(case: Case, data: st.DataObject) -> None:
    far = data.draw(policies(case.rubric))
    idle = [each for each in players_of(case.rubric, case.policy, far) if each.idle]
    assert all(each.choices[0] in idle_choices(case.rubric) for each in idle)
    sides = [Moves.among(case.rubric, x, x, idle).a for x in (case.policy, far)]
    for policy, plain in zip((case.policy, far), sides, strict=True):
        scores, same = (coqs.score(case.ratings, policy=each) for each in (policy, plain))
        assert scores.columns.verdict_codes.tolist() == same.columns.verdict_codes.tolist()
        np.testing.assert_allclose(same.overall, scores.overall, rtol=1e-12, atol=1e-12)
