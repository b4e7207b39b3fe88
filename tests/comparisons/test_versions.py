"""Backtests, held against sheets that were carried and scored by hand."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction

import attrs
import numpy as np
import pytest

import coqs

OLD = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
pass_mark = "1/2"
facts.queue = "number"
stages = [{ id = "greeting", weight = 1 }, { id = "responding", weight = 3 }]
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "nods", points = 1 }, { id = "yes", points = 2 }]
[[criteria]]
id = "wait"
stage = "greeting"
levels = [{ id = "short", below = 60, points = 1 }, { id = "long", from = 60, points = 0 }]
[[criteria]]
id = "found"
stage = "responding"
options = [{ id = "name", points = 1 }, { id = "order", points = 2 }, { id = "pried", points = -1 }]
[[criteria]]
id = "sorry"
stage = "responding"
when = { criterion = "wait", in = ["long"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")
NEW = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "2"
pass_mark = "3/4"
facts.queue = "number"
stages = [{ id = "greeting", weight = 1 }, { id = "responding", weight = 3 }]
[[criteria]]
id = "sorry"
stage = "responding"
when = { criterion = "wait", in = ["long"] }
levels = [{ id = "yes", points = 1 }, { id = "no", points = 0 }]
[[criteria]]
id = "greets"
stage = "greeting"
weight = 3
levels = [{ id = "no", points = 0 }, { id = "yes", points = 2 }, { id = "warmly", points = 4 }]
[[criteria]]
id = "wait"
stage = "greeting"
levels = [{ id = "short", from = 0, below = 30, points = 1 }, { id = "long", from = 30, points = 0 }]
[[criteria]]
id = "found"
stage = "responding"
options = [{ id = "order", points = 2 }, { id = "name", points = 1 }]
[[criteria]]
id = "thanks"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")
TABLE = {
    "interaction": ["a", "b", "c", "d"],
    "provider": ["Ana", "Ana", "Ben", "Ben"],
    "queue": [1, 2, 3, 4],
    "greets": ["yes", "nods", "no", "n/a"],
    "wait": [45, 10, 90, -5],
    "found": ["name|order", "order|pried", "|", "abstained"],
    "sorry": ["not_asked", None, "yes", None],
}
RATINGS = coqs.Ratings.from_table(TABLE, OLD)
# The same sheets as a rater of the new version would have left them, had nobody asked anything more.
CARRIED = {
    **{name: TABLE[name] for name in ("interaction", "provider", "queue")},
    "greets": ["yes", None, "no", "n/a"],
    "wait": [45, 10, 90, None],
    "found": ["name|order", "order", "|", "abstained"],
    "sorry": [None, None, "yes", None],
    "thanks": [None, None, None, None],
}


def test_answers_are_carried_by_ids_and_numbers_by_their_new_range() -> None:
    test = coqs.backtest(RATINGS, OLD, NEW)
    by_hand = coqs.score(coqs.Ratings.from_table(CARRIED, NEW))
    assert test.new.ratings.codes == by_hand.ratings.codes
    assert test.new.ratings.numbers == by_hand.ratings.numbers
    assert test.new.ratings.choices == by_hand.ratings.choices
    assert test["new"].tolist()[:3] == by_hand.overall.tolist()[:3]
    assert test["old"].tolist()[:3] == coqs.score(RATINGS).overall.tolist()[:3]


def test_what_cannot_be_carried_is_counted_by_criterion_and_reason() -> None:
    test = coqs.backtest(RATINGS, OLD, NEW)
    assert {id: dict(found) for id, found in test.lost.items()} == {
        "sorry": {"not_asked": 1},  # of a, whose wait is long now
        "greets": {"level_gone": 1},
        "wait": {"out_of_range": 1},
        "thanks": {"added": 4},
    }
    assert test.carried == ("sorry", "greets", "wait", "found")
    assert test.share == Fraction(3, 4)  # thanks is a third of responding, which is three quarters
    assert (test.carried_to, test.diff.added) == ("new", ("thanks",))


def test_a_kind_of_scale_and_options_that_are_new_carry_nothing() -> None:
    new = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "3"
[[criteria]]
id = "greets"
stage = "greeting"
options = [{ id = "no", points = 0 }, { id = "yes", points = 2 }]
[[criteria]]
id = "found"
stage = "responding"
options = [{ id = "name", points = 1 }, { id = "order", points = 2 }, { id = "smile", points = 1 }]
[[criteria]]
id = "sorry"
stage = "responding"
when = { fact = "queue", from = 100 }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[facts]
queue = "number"
""")
    test = coqs.backtest(RATINGS, OLD, new)
    assert {id: dict(found) for id, found in test.lost.items()} == {
        "greets": {"scale_changed": 3},  # and what does not apply, still does not
        "found": {"options_added": 3},
        "sorry": {"hidden": 1},
    }
    assert test["cannot_compare"].tolist() == ["unscored_new"] * 4
    assert test.difference.n == 0
    assert "score: cannot tell" in str(test)


def test_verdicts_flip_both_ways_and_movers_are_told_by_provider() -> None:
    old = attrs.evolve(OLD, criteria=OLD.criteria[:1], stages=OLD.stages[:1])
    levels = [
        attrs.evolve(each, points=points)
        for each, points in zip(OLD.criteria[0].scale.levels, (2, 1, 0), strict=True)
    ]
    turned = attrs.evolve(OLD.criteria[0], scale=attrs.evolve(OLD.criteria[0].scale, levels=levels))
    new = attrs.evolve(old, version="2", criteria=(turned,))
    table = {
        "interaction": ["a", "a", "b", "c", "d"],
        "rater": ["x", "y", "x", "x", "x"],
        "provider": ["Ana", "Ana", "Ana", "Ben", None],
        "greets": ["yes", "no", "yes", "no", None],
    }
    test = coqs.backtest(coqs.Ratings.from_table(table, old), old, new)
    assert test["flipped"].tolist() == ["to_fail", "to_pass", "to_fail", "to_pass", ""]
    assert test["cannot_compare"].tolist() == [""] * 4 + ["unscored_both"]
    rows = {row["provider"]: row for row in test.movers().rows()}
    assert list(rows) == ["Ben", "Ana", None]  # by how far they move
    told = [(row["n"], row["difference"], row["to_pass"], row["to_fail"]) for row in rows.values()]
    assert told == [(1, 1.0, 1.0, 0.0), (2, -0.5, 0.5, 1.5), (0, None, 0.0, 0.0)]
    assert test.difference.mean == pytest.approx(0.0)  # of a 0, of b -1, of c 1


def test_what_little_of_the_weight_is_answered_is_not_compared() -> None:
    table = {"interaction": ["a", "b"], "greets": ["yes", "yes"], "wait": [10, 10], "found": ["name", None]}
    ratings = coqs.Ratings.from_table(table, OLD)
    shares = coqs.backtest(ratings, OLD, NEW)["answered_share"]
    # greeting is 1/4; found, sorry and thanks are 1/4 each, and sorry is not asked
    assert shares.tolist() == pytest.approx([(1 / 4 + 1 / 4) / (3 / 4), (1 / 4) / (3 / 4)])
    assert coqs.backtest(ratings, OLD, NEW)["cannot_compare"].tolist() == ["", "too_little"]
    assert coqs.backtest(ratings, OLD, NEW, minimum_share=0).cannot_compare.tolist() == [False, False]


def test_ratings_of_the_new_version_are_carried_back_to_the_old() -> None:
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "greets": ["warmly"], "wait": [45]}, NEW)
    test = coqs.backtest(ratings, OLD, NEW)
    assert test.carried_to == "old"
    assert dict(test.lost["greets"]) == {"level_gone": 1}
    assert test["new"][0] == coqs.score(ratings).overall[0]
    assert test["old"][0] == 1.0  # only the wait, which is short under the old


def test_a_rubric_against_itself_moves_nobody() -> None:
    test = coqs.backtest(RATINGS, OLD, OLD)
    assert (test["old"] == test["new"]).all()
    assert (dict(test.lost), test.share, len(test.diff)) == ({}, 1, 0)
    assert set(test["flipped"]) == {""}


def test_bounds_hold_what_nobody_was_asked() -> None:
    low, high = coqs.backtest(RATINGS, OLD, NEW).bounds()[2]  # greets no, wait long, sorry yes, found none
    assert (low, high) == (pytest.approx(3 / 4 * 1 / 3), pytest.approx(3 / 4 * 2 / 3))


def test_ratings_of_neither_version_are_refused() -> None:
    other = attrs.evolve(OLD, pass_mark="1/3")
    with pytest.raises(coqs.ComparisonError, match="must be made under one of the two versions") as caught:
        coqs.backtest(RATINGS, other, NEW)
    assert caught.value.right == OLD.fingerprint.scoring
    assert caught.value.left == (other.fingerprint.scoring, NEW.fingerprint.scoring)


@pytest.mark.parametrize(("name", "value"), [("confidence", 1), ("minimum_share", -0.1)])
def test_a_share_that_is_none_is_refused(name: str, value: float) -> None:
    with pytest.raises(coqs.PolicyError, match=rf"{name}: must lie") as caught:
        coqs.backtest(RATINGS, OLD, NEW, **{name: value})
    assert caught.value.choice == name


def test_scores_that_are_no_sums_of_shares_rest_on_no_share() -> None:
    policy = coqs.Policy(combine="deduction", baseline=10)
    test = coqs.backtest(RATINGS, OLD, NEW, policy=policy)
    assert test.share is None
    assert test["answered_share"].tolist() == test.new.coverage.tolist()


def test_it_travels_prints_and_becomes_a_table() -> None:
    test = coqs.backtest(RATINGS, OLD, NEW)
    again = pickle.loads(pickle.dumps(test))
    assert again == test
    assert not again["old"].flags.writeable
    assert pickle.loads(pickle.dumps(test.movers())) == test.movers()
    lines = str(test).splitlines()
    assert lines[0] == "backtest: 4 ratings, desk 1 (policy coqs) -> desk 2 (policy coqs)"
    assert "not carried to thanks: 4 answers: nobody was asked" in lines
    assert "<td>" in test._repr_html_()
    assert "<td>" in test.movers()._repr_html_()
    assert list(test.to_table()) == list(test.columns)
    told = json.loads(json.dumps(test.to_dict()))
    assert (told["share"], told["lost"]["thanks"]) == ({"exact": "3/4", "value": 0.75}, {"added": 4})
    assert sum(row["n"] for row in told["movers"]) == told["n_interactions_compared"]


def test_an_unknown_key_is_answered_with_what_there_is() -> None:
    with pytest.raises(coqs.NotFoundError, match=r"did you mean 'provider'\?"):
        coqs.backtest(RATINGS, OLD, NEW).movers("provder")


def test_intervals_of_movers_hold_all_at_once() -> None:
    ratings = coqs.make_sample(n=80, seed=3)
    old = ratings.rubric
    new = attrs.evolve(old, version="2", stages=[attrs.evolve(old.stages[0], weight=9), *old.stages[1:]])
    table = coqs.backtest(ratings, old, new).movers("site")
    whole = coqs.backtest(ratings, old, new).difference
    assert (np.sort(-np.abs(table["difference"])) == -np.abs(table["difference"])).all()
    assert int(table["n"].sum()) == whole.n
    alone = coqs.backtest(ratings, old, new, confidence=1 - 0.05 / len(table)).movers("interaction")
    assert len(alone) > len(table) > 1
    each = coqs.backtest(ratings.take(np.array([s == table["site"][0] for s in sites(ratings)])), old, new)
    narrower = each.movers("site")
    assert narrower["difference"][0] == pytest.approx(table["difference"][0])
    assert narrower["ci_low"][0] > table["ci_low"][0]  # one interval need not share the error with others


def sites(ratings: coqs.Ratings) -> list[str | None]:
    return ratings.context["site"].to_list()


def test_nobody_rated_moves_nobody() -> None:
    test = coqs.backtest(RATINGS.take(np.array([], np.int64)), OLD, NEW)
    assert (len(test), len(test.movers()), test.difference.n, test.bounds().shape) == (0, 0, 0, (0, 2))
    assert "score: cannot tell" in str(test)
    assert json.loads(json.dumps(test.to_dict()))["difference"] is None


def test_what_hangs_on_a_fact_that_nobody_recorded_is_open_and_never_a_gain() -> None:
    plain = """
schema = 1
id = "two"
version = "1"
pass_mark = "3/5"
[[criteria]]
id = "light"
stage = "greeting"
levels = [{ id = "n", points = 0 }, { id = "y", points = 1 }]
[[criteria]]
id = "heavy"
stage = "greeting"
weight = 3
levels = [{ id = "n", points = 0 }, { id = "y", points = 1 }]
"""
    old = coqs.Rubric.from_toml_text(plain)
    branched = plain.replace('"1"\npass', '"2"\nfacts.kind = ["x", "z"]\npass', 1)
    branched = branched.replace("weight = 3", 'weight = 3\nwhen = { fact = "kind", in = ["x"] }')
    new = coqs.Rubric.from_toml_text(branched)
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "light": ["y"], "heavy": ["n"]}, old)
    test = coqs.backtest(ratings, old, new)
    assert {id: dict(found) for id, found in test.lost.items()} == {"heavy": {"unknowable": 1}}
    assert test["answered_share"].tolist() == [0.25]
    assert test["cannot_compare"].tolist() == ["too_little"]
    assert test["n_lost"].tolist() == [1]
    known = coqs.Ratings.from_table(
        {"interaction": ["a"], "light": ["y"], "heavy": ["n"], "kind": ["z"]}, old, facts=["kind"]
    )
    assert coqs.backtest(known, old, new)["cannot_compare"].tolist() == [""]
