"""Bridges and comparisons of scores: what is shared, what it rests on, and what is refused."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction

import attrs
import numpy as np
import pytest

import coqs

OLD_TEXT = """
schema = 1
id = "desk"
version = "1"
pass_mark = "1/2"
facts.queue = "number"
stages = [{ id = "greeting", weight = 1 }, { id = "responding", weight = 3 }]
[[criteria]]
id = "greets"
stage = "greeting"
text = "Greets"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 2 }]
[[criteria]]
id = "wait"
stage = "greeting"
weight = 3
levels = [{ id = "short", below = 60, points = 1 }, { id = "long", from = 60, points = 0 }]
[[criteria]]
id = "sorry"
stage = "responding"
when = { criterion = "wait", in = ["long"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "calm"
stage = "responding"
when = { fact = "queue", from = 3 }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "solved"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""
OLD = coqs.Rubric.from_toml_text(OLD_TEXT)


def version(*edits: tuple[str, str]) -> coqs.Rubric:
    text = OLD_TEXT.replace('version = "1"', 'version = "2"')
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    return coqs.Rubric.from_toml_text(text)


NEW = version(("below = 60", "below = 30"), ("from = 60", "from = 30"), ('"Greets"', '"Says hello"'))
TABLE = {"interaction": ["a", "b", "c"], "rater": ["x", "x", "x"], "queue": [5, 0, 5],
         "greets": ["yes", "no", "yes"], "wait": [45, 10, 20], "sorry": ["yes", None, None],
         "calm": ["no", "yes", "yes"], "solved": ["yes", "no", None]}  # fmt: skip


def scores_of(rubric: coqs.Rubric, **changes: list) -> coqs.Scores:
    return coqs.score(coqs.Ratings.from_table(TABLE | changes, rubric))


def test_what_is_shared_is_told_with_its_share_and_the_rest_with_a_reason() -> None:
    bridge = coqs.bridge(OLD, NEW)
    assert bridge.shared == ("greets", "calm", "solved")
    assert bridge.reworded == ("greets",)
    assert dict(bridge.not_shared) == {
        "wait": "its answers, or what they are worth, differ",
        "sorry": "whether it is asked hangs on 'wait', which is not shared",
    }
    # greets is a quarter of greeting, which is a quarter; calm and solved two thirds of the rest
    assert bridge.old_share == bridge.new_share == Fraction(1, 16) + Fraction(1, 2)
    assert "it rests on 56.2% of the old weight and 56.2% of the new" in str(bridge)
    assert pickle.loads(pickle.dumps(bridge)) == bridge
    assert json.loads(json.dumps(bridge.to_dict()))["old_share"]["exact"] == "9/16"


@pytest.mark.parametrize(
    ("edits", "id", "why"),
    [
        ([('queue", from = 3', 'queue", from = 4')], "calm", "it is asked of other interactions"),
        ([('id = "solved"\n', 'id = "solved"\napplies_to = ["self"]\n')], "solved",
         "it is asked of other interactions"),
        ([('id = "solved"', 'id = "done"')], "done", "only the new version asks it"),
        ([('id = "solved"', 'id = "done"')], "solved", "only the old version asks it"),
        ([("points = 2", 'points = 2, is = "meets"')], "greets",
         "its answers, or what they are worth, differ"),
    ],
)  # fmt: skip
def test_each_reason_not_to_be_shared_is_named(edits: list, id: str, why: str) -> None:
    assert coqs.bridge(OLD, version(*edits)).not_shared[id] == why


def test_weight_stage_gate_and_words_do_not_part_a_criterion() -> None:
    new = version(
        ('text = "Greets"', 'text = "Hello"\nweight = 7\ncontrolled_by = "team"\nbonus = true'),
        ('id = "solved"\nstage = "responding"', 'id = "solved"\nstage = "greeting"'),
        ('id = "calm"\n', 'id = "calm"\ngate = { class = "business", on = ["no"] }\n'),
    )
    assert coqs.bridge(OLD, new).shared == OLD.criterion_ids


def test_both_sides_are_scored_by_the_shared_criteria_with_the_new_weights() -> None:
    new = version(("below = 60", "below = 30"), ("from = 60", "from = 30"), ("weight = 3 }", "weight = 1 }"))
    bridge = coqs.bridge(OLD, new)
    before, after = bridge.score(scores_of(OLD).ratings), bridge.score(scores_of(new).ratings)
    assert before.overall.tolist() == after.overall.tolist() == [(1 + 1 / 2) / 2, 0.0, 1.0]
    assert before.provenance == after.provenance
    assert set(before.verdict) == {"pass"}  # the marks were set for whole forms
    with pytest.raises(coqs.ComparisonError, match="must be made under an end of the bridge"):
        bridge.score(scores_of(NEW).ratings)


def test_versions_that_share_nothing_of_weight_have_no_bridge() -> None:
    other = coqs.load_plugins().rubric("retail")
    with pytest.raises(
        coqs.ComparisonError, match="must rest on a shared criterion that has a weight"
    ) as caught:
        coqs.bridge(OLD, other)
    assert (caught.value.left, caught.value.right) == (OLD.fingerprint.scoring, other.fingerprint.scoring)
    light = attrs.evolve(OLD, criteria=[attrs.evolve(OLD.criteria[0], weight=0), *NEW.criteria[1:2]])
    with pytest.raises(coqs.ComparisonError, match="got 1 shared and none such"):
        coqs.bridge(OLD, light)


def test_a_deduction_rests_on_no_share_that_can_be_told() -> None:
    bridge = coqs.bridge(OLD, NEW, policy=coqs.Policy(combine="deduction", baseline=10))
    assert (bridge.old_share, bridge.new_share) == (None, None)
    assert "no share of the weight that could be told" in str(bridge)


def test_scores_of_two_rubrics_are_refused_without_a_bridge_and_name_both() -> None:
    before, after = scores_of(OLD), scores_of(NEW)
    with pytest.raises(coqs.ComparisonError, match=r"with bridge=coqs\.bridge\(old, new\)") as caught:
        coqs.compare_scores(before, after)
    assert (caught.value.left, caught.value.right) == (OLD.fingerprint.scoring, NEW.fingerprint.scoring)
    found = coqs.compare_scores(before, after, bridge=coqs.bridge(OLD, NEW))
    assert found.bridge.new_share == Fraction(9, 16)
    assert "bridge: 3 shared criteria, 56.2% of the old weight, 56.2% of the new" in str(found)


def test_scores_of_two_policies_or_controllers_are_refused() -> None:
    scores = scores_of(OLD)
    zero = coqs.score(scores.ratings, policy=coqs.Policy(unanswered="zero"))
    with pytest.raises(coqs.ComparisonError, match="must be of one policy"):
        coqs.compare_scores(scores, zero)
    renamed = coqs.score(scores.ratings, policy=coqs.Policy(name="ours"))
    assert coqs.compare_scores(scores, renamed).difference.mean == 0
    person = scores.scorer.controlled_by("person")(scores.ratings)
    with pytest.raises(coqs.ComparisonError, match="must be narrowed to one controller"):
        coqs.compare_scores(scores, person, bridge=coqs.bridge(OLD, OLD))


def test_pairs_are_of_one_interaction_and_rater_and_the_rest_is_listed() -> None:
    before = scores_of(OLD)
    after = scores_of(OLD, interaction=["b", "a", "d"], solved=["yes", "yes", "yes"], wait=[10, 90, 10])
    found = coqs.compare_scores(before, after)
    assert found["interaction"].tolist() == ["a", "b"]
    row = {name: dict(zip(("a", "b"), found[name].tolist(), strict=True)) for name in ("before", "after")}
    assert row["before"] == {"a": before.overall[0], "b": before.overall[1]}
    assert row["after"] == {"a": after.overall[1], "b": after.overall[0]}
    assert (found.only_before, found.only_after) == ((("c", "x"),), (("d", "x"),))
    assert found.difference.mean == pytest.approx((found["after"] - found["before"]).mean())
    assert (found.basis, found.difference.n) == ("rows", 2)
    assert pickle.loads(pickle.dumps(found)) == found
    assert "<td>" in found._repr_html_()
    assert list(found.to_table()) == ["interaction", "rater", "before", "after", "difference"]


def test_a_paired_difference_has_students_interval_over_interactions() -> None:
    names = [f"i{n}" for n in range(6)]
    asked = {"greets": ["yes"] * 6, "wait": [10] * 6, "solved": ["no"] * 6}
    ratings = coqs.Ratings.from_table({"interaction": names, **asked}, OLD)
    later = ratings_with(names, asked | {"solved": ["yes", "yes", "no", "no", "no", "yes"]})
    found = coqs.compare_scores(coqs.score(ratings), coqs.score(later)).difference
    moved = np.array([3 / 4, 3 / 4, 0, 0, 0, 3 / 4])
    half = 2.570582 * moved.std(ddof=1) / np.sqrt(6)  # Student's t at 97.5 % with 5 degrees of freedom
    assert found.mean == pytest.approx(3 / 8)
    assert (found.low, found.high) == (pytest.approx(3 / 8 - half), pytest.approx(3 / 8 + half))
    assert not found.can_tell


def ratings_with(names: list[str], asked: dict[str, list]) -> coqs.Ratings:
    return coqs.Ratings.from_table({"interaction": names, **asked}, OLD)


def test_where_raters_differ_interactions_are_paired_and_where_these_differ_groups() -> None:
    before = scores_of(OLD)
    others = coqs.compare_scores(before, scores_of(OLD, rater=["y", "y", "y"]))
    assert (others.basis, others["rater"].tolist(), others.difference.mean) == ("interactions", [None] * 3, 0)
    apart = coqs.compare_scores(before, scores_of(OLD, interaction=["d", "e", "f"]))
    assert (apart.basis, len(apart), apart.difference.mean) == ("apart", 0, 0)
    assert apart.difference.low == pytest.approx(-apart.difference.high)
    assert "two groups of interactions" in str(apart)


def test_nobody_in_common_and_nothing_scored_cannot_be_told() -> None:
    nobody = scores_of(OLD).ratings.take(np.array([], np.int64))
    found = coqs.compare_scores(coqs.score(nobody), scores_of(OLD))
    assert (found.difference.n, found.basis, len(found.only_after)) == (0, "apart", 3)
    assert "cannot tell" in str(found)
