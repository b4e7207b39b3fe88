"""Laws that hold under every choice of a policy, each choice made alone over rich rubrics."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from policies import each_choice, fits
from rubric_pool import drawn, features, rubrics_for, scored, scored_alike
from telling import told

import coqs
from coqs.model import Absence, Stage
from coqs.rubric import CriterionIn, Gate, Level, SingleChoice
from coqs.rubric.conditions import criteria_read, leaves

CHOICES = each_choice()
under_each_choice = pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES)
YES_NO = SingleChoice((Level("no", Fraction(0)), Level("yes", Fraction(1))))


def columns_of(scores: coqs.Scores) -> dict[str, Any]:
    return scores.columns.arrays() | scores.details.arrays()


def check_same(
    scores: coqs.Scores, left: dict[str, Any], right: dict[str, Any], *, near: bool = False
) -> None:
    """Hold two sets of columns to be equal, or the floats among them near."""
    assert left.keys() == right.keys()
    for name, column in left.items():
        is_near = near and column.dtype.kind == "f"
        slack = 1e-12 * np.maximum(1, np.abs(column)) if is_near else 0
        same = np.isnan(column) & np.isnan(right[name]) if column.dtype.kind == "f" else column == right[name]
        with np.errstate(invalid="ignore"):
            same |= np.abs(column - right[name]) <= slack
        assert same.all(), f"{name}, rows {np.flatnonzero(~same)[:5]}{told(scores.rubric, scores.policy)}"


def test_every_choice_is_held_against_rich_rubrics() -> None:
    assert features(drawn()[0][0]) >= 8
    for choices in CHOICES.values():
        for rubric, _ in rubrics_for(coqs.Policy(**choices)):
            assert features(rubric) >= 5, choices


@under_each_choice
def test_permuting_rows_permutes_scores(choices: dict[str, Any]) -> None:
    for scores in scored(choices)[:1]:
        order = np.random.default_rng(7).permutation(len(scores))
        permuted = {name: column[order] for name, column in columns_of(scores).items()}
        check_same(scores, permuted, columns_of(scores.scorer(scores.ratings.take(order))))


@under_each_choice
def test_splitting_and_merging_agrees(choices: dict[str, Any]) -> None:
    for scores in scored(choices)[1:]:
        parts = [scores.scorer(scores.ratings.take(part)) for part in (slice(0, 13), slice(13, None))]
        columns = [columns_of(part) for part in parts]
        joined = {name: np.concatenate([each[name] for each in columns]) for name in columns[0]}
        check_same(scores, columns_of(scores), joined)


@under_each_choice
def test_weights_are_invariant_to_a_common_factor(choices: dict[str, Any]) -> None:
    factor = Fraction(10**6, 7)
    for scores in scored(choices):
        rubric, policy = scores.rubric, scores.policy
        heavier = attrs.evolve(
            rubric,
            criteria=tuple(attrs.evolve(each, weight=each.weight * factor) for each in rubric.criteria),
            stages=tuple(attrs.evolve(each, weight=each.weight * factor) for each in rubric.stages),
        )
        if policy.combine == "deduction":  # what everybody starts with is weighed by 1
            ceiling = None if policy.ceiling is None else policy.ceiling * factor
            policy = attrs.evolve(policy, baseline=policy.baseline * factor, ceiling=ceiling)
        other = coqs.Scorer(heavier, policy=policy)(attrs.evolve(scores.ratings, rubric=heavier))
        left, right = columns_of(scores), columns_of(other)
        for name in ("possible", *(["points"] if policy.combine == "deduction" else [])):  # in weighed units
            left.pop(name), right.pop(name)
        check_same(scores, left, right, near=True)


@under_each_choice
def test_a_record_only_criterion_never_changes_score_or_verdict(choices: dict[str, Any]) -> None:
    for scores in scored(choices):
        rubric = scores.rubric
        more = coqs.Criterion("more", rubric.stages[0].id, YES_NO, weight=Fraction(9), record_only=True)
        longer = attrs.evolve(rubric, criteria=(more, *rubric.criteria))
        n = len(scores)
        said = [["no", "yes", None, "not_applicable", "abstained"][row % 5] for row in range(n)]
        ratings = coqs.Ratings.from_table(scores.ratings.to_table() | {"more": said}, longer)
        left, right = columns_of(scores), columns_of(coqs.Scorer(longer, policy=scores.policy)(ratings))
        same = {name for name in left if not name.startswith(("counts.", "reason_codes"))}
        check_same(scores, {name: left[name] for name in same}, {name: right[name] for name in same})


@under_each_choice
def test_an_ethics_gate_fails_the_verdict_whatever_else_is_chosen(choices: dict[str, Any]) -> None:
    for scores in scored(choices):
        rubric = scores.rubric
        gate = Gate("ethics", ("no",), "illegal")
        line = coqs.Criterion("line", rubric.stages[0].id, YES_NO, gate=gate, record_only=True)
        stages = tuple(attrs.evolve(stage, pass_mark=None) for stage in rubric.stages)
        stricter = attrs.evolve(rubric, criteria=(*rubric.criteria, line), stages=stages, pass_mark=None)
        table = scores.ratings.to_table() | {"line": ["no"] * len(scores)}
        crossed = coqs.Scorer(stricter, policy=scores.policy)(coqs.Ratings.from_table(table, stricter))
        assert set(crossed.verdict) == {"fail"}, told(rubric, scores.policy)


@under_each_choice
def test_what_was_observed_is_the_same_under_every_policy(choices: dict[str, Any]) -> None:
    for scores in scored(choices):
        plain = scored_alike(scores, coqs.Policy()).details.arrays()
        kept = ("gates.", "gates_observed.", "gates_unobserved", "irreversible", "counts.")
        found = {name: x for name, x in scores.details.arrays().items() if name.startswith(kept)}
        check_same(scores, found, {name: plain[name] for name in found})


@under_each_choice
def test_scores_lie_within_their_bounds_and_the_bounds_within_the_range(choices: dict[str, Any]) -> None:
    for scores in scored(choices)[:1]:
        low, high = scores.range
        slack = 1e-12 * max(1, abs(low), abs(high))
        rounded = (
            0.0 if scores.policy.rounding == "none" else 0.5 * 10.0 ** -(2 + scores.policy.rounding_digits)
        )
        bounds = scores.bounds()
        inside = bounds[~np.isnan(bounds).any(axis=1)]
        assert (inside[:, 0] <= inside[:, 1]).all()
        reach = slack + (2 * rounded)
        assert ((inside >= low - reach) & (inside <= high + reach)).all(), told(scores.rubric, scores.policy)
        complete = scores.coverage == 1
        np.testing.assert_allclose(bounds[complete, 0], scores.overall[complete], rtol=1e-12)
        np.testing.assert_allclose(bounds[complete, 1], scores.overall[complete], rtol=1e-12)


@under_each_choice
def test_a_sheet_of_absences_is_scored_only_where_the_policy_fills_them_in(choices: dict[str, Any]) -> None:
    policy = coqs.Policy(**choices)
    for rubric, _ in rubrics_for(policy):
        table: dict[str, Any] = {"interaction": [str(absence) for absence in Absence]}
        table |= {"customer_set": ["visitors"] * len(Absence)}
        table |= {id: [str(absence) for absence in Absence] for id in rubric.criterion_ids}
        scores = coqs.Scorer(rubric, policy=policy)(coqs.Ratings.from_table(table, rubric))
        filled = {"not_applicable"} if policy.not_applicable in ("full_marks", "zero") else set()
        as_away = policy.unanswered == "as_not_applicable" and filled
        if policy.unanswered in ("zero", "default_level") or as_away:
            filled |= {"unanswered", "abstained", "failed"}
        for absence, is_scored, reason in zip(Absence, scores.is_scored, scores.reason, strict=True):
            assert not is_scored or str(absence) in filled, told(rubric, policy, absence=str(absence))
            assert (reason == "") == is_scored
            assert reason in ("", "not_asked", str(absence))


# Thresholds


def door(*criteria: coqs.Criterion, **more: Any) -> coqs.Rubric:
    return coqs.Rubric(id="door", version="1", stages=(Stage("greeting"),), criteria=criteria, **more)


def asked(id: str, **more: Any) -> coqs.Criterion:
    return coqs.Criterion(id, "greeting", YES_NO, **more)


@under_each_choice
def test_a_pass_mark_of_zero_is_honoured(choices: dict[str, Any]) -> None:
    for scores in scored(choices):
        rubric, policy = scores.rubric, scores.policy
        bare = tuple(attrs.evolve(each, gate=None, irreversible=False) for each in rubric.criteria)
        stages = tuple(attrs.evolve(stage, pass_mark=None) for stage in rubric.stages)
        lenient = attrs.evolve(rubric, criteria=bare, stages=stages, pass_mark=Fraction(0))
        if not fits(lenient, policy):
            continue  # errors are counted by gates, of which none is left
        plain = attrs.evolve(policy, rounding="none", rounding_digits=None, rounding_of="overall")
        found = coqs.Scorer(lenient, policy=plain)(attrs.evolve(scores.ratings, rubric=lenient))
        expected = np.where(np.isnan(found.overall), "unscored", np.where(found.overall >= 0, "pass", "fail"))
        assert list(found.verdict) == list(expected), told(lenient, plain)


@pytest.mark.parametrize("scope", ["interaction", "stage", "criterion"])
@pytest.mark.parametrize("numbers", [{"gate_effect": "zero"}, {"gate_effect": "cap", "gate_cap": 0}], ids=str)
def test_a_cap_of_zero_and_no_strikes_are_honoured(scope: str, numbers: dict[str, Any]) -> None:
    rubric = door(asked("lawful", gate=Gate("business", ("no",))), asked("kind"))
    table = {"interaction": ["a", "b"], "lawful": ["no", "yes"], "kind": ["yes", "yes"]}
    policy = coqs.Policy(gate_scope=scope, **numbers)
    scores = coqs.Scorer(rubric, policy=policy)(coqs.Ratings.from_table(table, rubric))
    assert list(scores.overall) == ([0.5, 1] if scope == "criterion" else [0, 1])
    assert list(scores.verdict) == ["fail", "pass"]


def test_a_floor_of_zero_and_a_band_from_zero_are_honoured() -> None:
    options = coqs.rubric.SeveralChoice((coqs.rubric.Option("kind", 1), coqs.rubric.Option("rude", -3)))
    bands = (coqs.model.Band("under"), coqs.model.Band("over", 0))
    rubric = door(coqs.Criterion("said", "greeting", options), bands=bands, pass_mark=0)
    ratings = coqs.Ratings.from_table({"interaction": ["a", "b"], "said": ["rude", "|"]}, rubric)
    for floors in ({"floor": 0}, {"stage_floor": 0}):
        scores = coqs.Scorer(rubric, policy=coqs.Policy(**floors))(ratings)
        assert list(scores.overall) == [0, 0]
        assert list(scores.verdict) == ["pass", "pass"]
        assert list(scores.band) == ["over", "over"]
    plain = coqs.score(ratings)
    assert list(plain.overall) == [-3, 0]
    assert list(plain.verdict) == ["fail", "pass"]
    assert list(plain.band) == ["under", "over"]


@pytest.mark.parametrize(("combine", "weight"), [(x, 0) for x in ("stage_percent", "pooled_points")])
def test_a_weight_of_zero_counts_for_nothing(combine: str, weight: int) -> None:
    rubric = door(asked("informative", weight=weight), asked("counted"))
    table = {"interaction": ["a"], "informative": ["yes"], "counted": ["not_applicable"]}
    scores = coqs.Scorer(rubric, policy=coqs.Policy(combine=combine))(coqs.Ratings.from_table(table, rubric))
    assert list(scores.reason) == ["not_applicable"]


# The monotone law


def with_rising_points(rubric: coqs.Rubric) -> coqs.Rubric:
    """Return a rubric whose single choices rise, with gates on their lowest levels only."""
    return attrs.evolve(rubric, criteria=tuple(_rising(each) for each in rubric.criteria))


def _rising(criterion: coqs.Criterion) -> coqs.Criterion:
    scale, gate = criterion.scale, criterion.gate
    if not isinstance(scale, SingleChoice) or criterion.ideal:
        return criterion
    points = [level.points for level in scale.levels]
    if None not in points:
        points.sort()
    levels = [attrs.evolve(level, points=x) for level, x in zip(scale.levels, points, strict=True)]
    on = gate and attrs.evolve(gate, on=scale.ids[: len(gate.on)])
    return attrs.evolve(criterion, scale=SingleChoice(tuple(levels)), gate=on)


def that_nothing_reads(rubric: coqs.Rubric, policy: coqs.Policy) -> list[str]:
    """Return the criteria that the law is about: no branch and no set rule reads them."""
    read = {id for each in rubric.criteria for id in criteria_read(each.when)}
    found = [leaf for rule in policy.overrides for leaf in leaves(rule.when)]
    read |= {leaf.criterion for leaf in found if isinstance(leaf, CriterionIn)}
    single = [each.id for each in rubric.criteria if isinstance(each.scale, SingleChoice) and not each.ideal]
    return [id for id in single if id not in read]


@under_each_choice
def test_raising_a_rating_never_lowers_a_score(choices: dict[str, Any]) -> None:
    raised_at_all = 0
    for scores in scored(choices):
        rubric, policy = with_rising_points(scores.rubric), scores.policy
        if not fits(rubric, policy):
            continue
        ratings = attrs.evolve(scores.ratings, rubric=rubric)
        scorer = coqs.Scorer(rubric, policy=policy)
        before = scorer(ratings)
        for id in that_nothing_reads(rubric, policy):
            codes = ratings.codes[id]
            can_rise = (codes >= 0) & (codes < len(rubric.criterion(id).scale.ids) - 1)
            raised = np.where(can_rise, codes + 1, codes).astype(np.int8)
            after = scorer(attrs.evolve(ratings, codes={**ratings.codes, id: raised}))
            for name, then in {"overall": before.overall, **before.stages}.items():
                now = after.overall if name == "overall" else after.stages[name]
                lower = now < then - 1e-12 * np.maximum(1, np.abs(then))
                assert not lower.any(), f"{name}, {id}{told(rubric, policy)}"
                assert (np.isnan(now) == np.isnan(then)).all()
            raised_at_all += int(can_rise.sum())
    assert raised_at_all > 0
