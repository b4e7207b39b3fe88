"""A counterfactual flips the verdict, and no smaller set of changes does, as trying every sheet shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import attrs
from depth import examples
from hypothesis import given, settings
from policies import Case, cases

import coqs
from coqs.ratings import Answer, Sheet
from coqs.results import Change, Counterfactual
from coqs.rubric import Criterion, SeveralChoice
from coqs.scoring.exact import score_sheet

MOST_SHEETS = 600


def other_answers(criterion: Criterion, given: Answer) -> list[Answer]:
    ids = criterion.scale.ids
    if not isinstance(criterion.scale, SeveralChoice):
        return [Answer(position=place) for place in range(len(ids)) if place != given.position]
    sets = [c for size in range(len(ids) + 1) for c in itertools.combinations(range(len(ids)), size)]
    return [Answer(chosen=each) for each in sets if each != given.chosen]


def every_sheet(case: Case, sheet: Sheet) -> Iterator[tuple[int, Sheet]]:
    """Yield each sheet on which answers that were given and asked for differ, and in how many."""
    counted = score_sheet(case.rubric, sheet, case.policy).answers
    given = [each for each in case.rubric.criteria if counted[each.id].absence is None]
    ways = [[None, *other_answers(each, sheet.answers[each.id])] for each in given]
    for choice in itertools.product(*ways):
        changed = {each.id: way for each, way in zip(given, choice, strict=True) if way is not None}
        yield len(changed), attrs.evolve(sheet, answers={**sheet.answers, **changed})


def fewest_by_force(case: Case, sheet: Sheet, flipped: str) -> int | None:
    found = None
    for n, changed in every_sheet(case, sheet):
        if (found is None or n < found) and score_sheet(case.rubric, changed, case.policy).verdict == flipped:
            found = n
    return found


def applied(case: Case, sheet: Sheet, changes: tuple[Change, ...]) -> Sheet:
    """Return the sheet with the changes made, as their words say."""
    answers = dict(sheet.answers)
    for change in changes:
        ids = case.rubric.criterion(change.criterion).scale.ids
        if isinstance(case.rubric.criterion(change.criterion).scale, SeveralChoice):
            names = () if change.after == "none of the options" else change.after.split("|")
            answers[change.criterion] = Answer(chosen=tuple(ids.index(name) for name in names))
        else:
            answers[change.criterion] = Answer(position=ids.index(change.after))
    return attrs.evolve(sheet, answers=answers)


def check(case: Case) -> None:
    scores = coqs.score(case.ratings, policy=case.policy)
    for row in range(len(case.ratings)):
        sheet = case.ratings.sheet(row)
        told: Counterfactual = coqs.counterfactual(scores, sheet.interaction, rater=sheet.rater or "")
        assert told.verdict == scores.verdict[row]
        if told.verdict == "unscored":
            assert told.reason == "unscored"
            continue
        n = sum(1 for _ in itertools.islice(every_sheet(case, sheet), MOST_SHEETS + 1))
        if n > MOST_SHEETS:
            continue
        expected = fewest_by_force(case, sheet, told.flipped)
        assert told.proved
        assert told.reason == ("impossible" if expected is None else ""), (expected, case.told(row))
        assert told.n == (expected or 0) == told.at_least, (expected, told, case.told(row))
        for changes in (told.changes, *told.also) if expected else ():
            assert len(changes) == expected
            verdict = score_sheet(case.rubric, applied(case, sheet, changes), case.policy).verdict
            assert verdict == told.flipped, (changes, case.told(row))


@settings(max_examples=examples(25))
@given(cases(2, most=4, absent=0.1))
def test_under_any_policy_no_fewer_changes_flip_the_verdict(case: Case) -> None:
    check(case)


@settings(max_examples=examples(25))
@given(cases(2, most=5, absent=0.1, policy=coqs.Policy()))
def test_under_the_own_policy_no_fewer_changes_flip_the_verdict(case: Case) -> None:
    check(case)


@settings(max_examples=examples(15))
@given(
    cases(
        2,
        most=5,
        absent=0.1,
        floor=None,
        stage_floor=None,
        overrides=(),
        strikes=1,
        gate_scope="stage",
        gate_effect="verdict_only",
        gate_cap=None,
        combine="stage_percent",
    )
)
def test_with_strikes_no_fewer_changes_flip_the_verdict(case: Case) -> None:
    check(case)
