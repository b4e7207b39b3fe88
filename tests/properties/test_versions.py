"""Laws of versions of a rubric: who does not move, what is carried, and what a bridge rests on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import numpy as np
from hypothesis import assume, given, reject, strategies as st
from strategies import WEIGHTS, make_rows, one, rubrics, seeds

import coqs
from coqs.comparisons.versions.carrying import carried
from coqs.comparisons.versions.sharing import not_shared, same_branches
from coqs.model import Words
from coqs.rubric import Criterion, Numeric, Scale, SeveralChoice
from coqs.rubric.conditions import criteria_read

light = rubrics(most=5, wordy=False)
ABSENT = ("not_applicable", "not_asked", "abstained", "failed")


@st.composite
def versions(draw: st.DrawFn) -> tuple[coqs.Rubric, coqs.Rubric]:
    """Draw a rubric and a later version, of which some criteria are other ones and some are new."""
    old = draw(light)
    read = {id for each in old.criteria for id in criteria_read(each.when)}
    later: list[Criterion] = []
    for each in old.criteria:
        match draw(one(["same", "same", "weight", "answers", "gone", "new"])):
            case "weight":
                later.append(attrs.evolve(each, weight=draw(one(WEIGHTS)), words=Words("said anew")))
            case "answers":
                later.append(attrs.evolve(each, scale=turned(each.scale)))
            case "gone" if each.id not in read:
                pass
            case "new":
                later += [each, attrs.evolve(each, id=f"{each.id}_new")]
            case _:
                later.append(each)
    try:
        return old, attrs.evolve(old, version="2", criteria=later)
    except coqs.RubricError:  # such as one in which nothing weighs anything
        reject()


def turned(scale: Scale) -> Scale:
    """Return a scale with its answers the other way round; of numbers, with ranges a bit higher up."""
    if isinstance(scale, SeveralChoice):
        return attrs.evolve(scale, options=scale.options[::-1])
    if not isinstance(scale, Numeric):
        return attrs.evolve(scale, levels=scale.levels[::-1])

    def higher(edge: Fraction | None) -> Fraction | None:
        return None if edge is None else edge + 2

    levels = [attrs.evolve(each, low=higher(each.low), high=higher(each.high)) for each in scale.levels]
    return attrs.evolve(scale, levels=levels)


def ratings_of(rubric: coqs.Rubric, seed: int, n: int = 15) -> coqs.Ratings:
    return coqs.Ratings.from_table(make_rows(rubric, seed, n), rubric)


@given(light, seeds)
def test_a_rubric_against_itself_moves_nobody(rubric: coqs.Rubric, seed: int) -> None:
    test = coqs.backtest(ratings_of(rubric, seed), rubric, rubric)
    assert np.array_equal(test["old"], test["new"], equal_nan=True)
    assert test["old_verdict"].tolist() == test["new_verdict"].tolist()
    assert (len(test.lost), set(test["flipped"]) - {""}) == (0, set())


@given(light, seeds, st.data())
def test_where_only_weights_and_marks_change_carried_ratings_are_those_read_anew(
    old: coqs.Rubric, seed: int, data: st.DataObject
) -> None:
    heavier = [attrs.evolve(each, weight=data.draw(one(WEIGHTS))) for each in reversed(old.criteria)]
    weight = {each.id: each.weight for each in old.stages}
    scoring = [each for each in heavier if not (each.record_only or each.bonus)]
    assume(not scoring or any(each.weight * weight[each.stage] for each in scoring))
    new = attrs.evolve(old, criteria=heavier, pass_mark="1/3", bands=())
    rows = make_rows(old, seed, 15)
    test = coqs.backtest(coqs.Ratings.from_table(rows, old), old, new)
    anew = coqs.Ratings.from_table(rows, new)
    assert test.new.ratings == anew
    assert test.new.columns == coqs.score(anew).columns
    assert (dict(test.lost), test.carried) == ({}, new.criterion_ids)


def carried_by_hand(old: coqs.Rubric, new: Criterion, cell: Any) -> Any:
    """Carry one cell of a table by the rules as they are told; None where it is open."""
    if new.id not in old.criterion_ids:
        return None
    scale, other = old.criterion(new.id).scale, new.scale
    if cell is None or cell in ABSENT:
        return cell
    if type(scale) is not type(other):
        return None
    if isinstance(other, Numeric):
        return cell if other.position(cell) is not None else None
    if isinstance(other, SeveralChoice):
        kept = [id for id in cell.split("|") if id in other.ids]
        return ("|".join(kept) or "|") if set(other.ids) <= set(scale.ids) else None
    return cell if cell in other.ids else None


@given(st.one_of(versions(), st.tuples(light, light)), seeds)
def test_what_is_carried_is_what_the_rules_say_cell_by_cell(
    pair: tuple[coqs.Rubric, coqs.Rubric], seed: int
) -> None:
    old, new = pair
    ratings = ratings_of(old, seed)
    table = ratings.to_table()
    by_hand = {name: column for name, column in table.items() if name not in old.criterion_ids}
    nothing = [None] * len(ratings)
    for each in new.criteria:
        by_hand[each.id] = [carried_by_hand(old, each, cell) for cell in table.get(each.id, nothing)]
    expected = coqs.Ratings.from_table(by_hand, new)
    found = carried(ratings, new).ratings
    branches = same_branches(old, new)
    for each in new.criteria:
        differs = found.codes[each.id] != expected.codes[each.id]
        reopened = expected.codes[each.id][differs] == coqs.Absence.NOT_ASKED.code
        assert reopened.all()  # a branch hid it, which is for the other branch to decide
        assert not (each.id in branches and differs.any())
        for kind in ("numbers", "choices"):
            mine, theirs = getattr(found, kind).get(each.id), getattr(expected, kind).get(each.id)
            assert (mine is None) == (theirs is None)
            assert mine is None or np.array_equal(mine, theirs, equal_nan=kind == "numbers")
    assert found.facts == expected.facts


@given(versions(), seeds)
def test_a_bridge_scores_both_sides_by_what_is_shared_alone(
    pair: tuple[coqs.Rubric, coqs.Rubric], seed: int
) -> None:
    old, new = pair
    why = not_shared(old, new)
    shared = [id for id in new.criterion_ids if not why[id]]
    weight = {each.id: each.weight for each in new.stages}
    assume(any(each.is_scoring and weight[each.stage] for each in map(new.criterion, shared)))
    found = coqs.bridge(old, new, policy="coqs")
    assert set(found.shared) | set(found.not_shared) == {*old.criterion_ids, *new.criterion_ids}
    assert 0 < found.new_share <= 1
    table = make_rows(old, seed, 15)
    asked = {name: column for name, column in table.items() if name not in found.not_shared}
    by_hand = coqs.score(coqs.Ratings.from_table(asked, found.rubric), policy="coqs")
    assert found.score(coqs.Ratings.from_table(table, old)).columns == by_hand.columns
    theirs = asked | {id: [None] * 15 for id in new.criterion_ids if id not in old.criterion_ids}
    assert found.score(coqs.Ratings.from_table(theirs, new)).columns == by_hand.columns


@given(light, seeds)
def test_a_bridge_from_a_rubric_to_itself_changes_no_score(rubric: coqs.Rubric, seed: int) -> None:
    weighs = [each for each in rubric.criteria if each.is_scoring]
    assume(weighs)
    bridge, ratings = coqs.bridge(rubric, rubric), ratings_of(rubric, seed)
    assert (bridge.shared, bridge.old_share, bridge.new_share) == (rubric.criterion_ids, 1, 1)
    scores = coqs.score(ratings)
    assert np.allclose(bridge.score(ratings).overall, scores.overall, rtol=0, atol=1e-12, equal_nan=True)
    assert not coqs.compare_scores(scores, scores, bridge=bridge)["difference"][scores.is_scored].any()
