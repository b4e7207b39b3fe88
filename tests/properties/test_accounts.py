"""Under every policy an account adds up to its score, and the range holds every score."""

from __future__ import annotations

from fractions import Fraction

from depth import examples
from hypothesis import given, settings
from policies import Case, cases

from coqs.results import Explanation, Provenance
from coqs.scoring.explain import account
from coqs.scoring.span import score_range


def accounts(case: Case) -> list[Explanation]:
    made = Provenance.of(case.rubric, case.policy, coqs_version="0")
    return [account(case.rubric, case.ratings.sheet(row), made) for row in range(len(case.ratings))]


@settings(max_examples=examples(30))
@given(cases(4))
def test_contributions_and_steps_sum_to_the_score_exactly(case: Case) -> None:
    for place, told in enumerate(accounts(case)):
        total = sum((item.contribution for item in told.items), Fraction(0))
        total += sum((step.amount for step in told.steps), Fraction(0))
        assert total == (told.overall or 0), case.told(place)
        assert all(step.amount and step.rule for step in told.steps)
        assert all(item.rule for item in told.items)


@settings(max_examples=examples(15))
@given(cases(4))
def test_the_weights_that_were_applied_sum_to_the_whole(case: Case) -> None:
    for place, told in enumerate(accounts(case)):
        applied = sum((item.applied_weight for item in told.items), Fraction(0))
        assert applied == sum(stage.applied_weight for stage in told.stages), case.told(place)
        if told.overall is not None and case.policy.combine not in ("deduction", "error_accuracy"):
            assert applied == 1, case.told(place)


@settings(max_examples=examples(15))
@given(cases(4))
def test_an_account_under_any_policy_is_told_in_words(case: Case) -> None:
    for told in accounts(case):
        text = str(told)
        for step in told.steps:
            assert f"  {step.name}{f' of {step.stage}' if step.stage else ''}: " in text
        sums = "contributions and steps sum to" if told.steps else "contributions sum to"
        assert (sums in text) == (told.overall is not None)


@settings(max_examples=examples(40))
@given(cases(4))
def test_the_range_holds_every_score_and_every_bound(case: Case) -> None:
    low, high = score_range(case.rubric, case.policy)
    slack = 1e-12 * max(1, abs(low), abs(high))
    for place, told in enumerate(accounts(case)):
        for score in (told.overall, *(told.bounds or ())):
            assert score is None or low - slack <= score <= high + slack, (low, high, score, case.told(place))


@settings(max_examples=examples(20))
@given(cases(4))
def test_what_left_a_criterion_is_what_others_gained(case: Case) -> None:
    for place, told in enumerate(accounts(case)):
        got = dict.fromkeys((item.criterion for item in told.items), Fraction(0))
        left = {moved.criterion: moved.amount for moved in told.moved}
        for moved in told.moved:
            assert sum(gain.amount for gain in moved.gains) == moved.amount > 0, case.told(place)
            assert all(gain.amount > 0 for gain in moved.gains)
            for gain in moved.gains:
                got[gain.criterion] += gain.amount
        if told.overall is None or case.policy.combine in ("deduction", "error_accuracy"):
            assert not told.moved
            continue
        for item in told.items:
            there = item.full_weight - left.get(item.criterion, 0) + got[item.criterion]
            assert there == item.applied_weight, (item.criterion, case.told(place))


@settings(max_examples=examples(15))
@given(cases(4))
def test_what_fired_goes_from_each_score_to_the_next(case: Case) -> None:
    for place, told in enumerate(accounts(case)):
        if told.overall is None:
            assert not told.steps
            continue
        bonuses = [fired for fired in told.fired if fired.name == "bonus"]
        started = [step for step in told.steps if step.name == "baseline"]
        score = sum((item.contribution for item in told.items), Fraction(0))
        score -= sum(bonus.after - bonus.before for bonus in bonuses)
        score += sum(step.amount for step in started)
        for event in (*bonuses, *told.steps[len(started) :]):
            assert event.rule
            if event.name != "bonus" and event.stage:
                score += event.amount
                continue
            assert event.before == score, case.told(place)
            score = event.after
        assert score == told.overall
