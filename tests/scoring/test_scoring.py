"""Scoring by hand: numbers that a person can follow, reasons, accounts and refusals."""

# ruff: noqa: E501  # a line of a file stands as it is

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest

import coqs
from coqs.scoring.bulk.columns import BLOCK
from coqs.scoring.ways import MOST_COMBINATIONS

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "gate"
version = "1"
pass_mark = "37/45"
facts.situation = ["incident", "lost_visitor"]
stages = [{ id = "greeting", weight = 2 }, { id = "responding", weight = 1, pass_mark = "1/4" }]

[[criteria]]
id = "acknowledged"
stage = "greeting"
weight = 2
levels = [{ id = "ignored", points = 0, is = "below" }, { id = "prompt", points = 2, is = "meets" },
          { id = "by_name", points = 3, is = "exceeds" }]

[[criteria]]
id = "eye_contact"
stage = "greeting"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]

[[criteria]]
id = "tone"
stage = "responding"
when = { not = { criterion = "acknowledged", in = ["ignored"] } }
levels = [{ id = "low_key" }, { id = "firm" }, { id = "forceful" }]
ideal = { fact = "situation", best = { incident = "firm", lost_visitor = "low_key" }, points = [2, 1, 0] }

[[criteria]]
id = "wait"
stage = "responding"
levels = [{ id = "fast", below = 10, points = 1 }, { id = "slow", from = 10, points = 0 }]
controlled_by = "system"

[[criteria]]
id = "offered"
stage = "responding"
bonus = true
weight = "1/2"
options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }, { id = "sigh", points = -1 }]

[[criteria]]
id = "lawful"
stage = "responding"
record_only = true
gate = { class = "ethics", kind = "illegal", on = ["no"] }
levels = [{ id = "no", is = "below" }, { id = "yes", is = "meets" }]

[[criteria]]
id = "door_shut"
stage = "responding"
weight = 0
irreversible = true
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
""")


def score(**cells: Any) -> coqs.Scores:
    table = {"interaction": ["I-1"], **{name: [value] for name, value in cells.items()}}
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


FINE = {
    "acknowledged": "by_name",
    "eye_contact": "no",
    "situation": "lost_visitor",
    "tone": "low_key",
    "wait": 3,
}


def test_a_score_can_be_worked_out_by_hand() -> None:
    scores = score(**FINE, offered="map|escort|sigh")
    # greeting (2*1 + 1*0)/3 = 2/3; responding (1 + 1 + 1/2 * 2/3)/2 = 7/6; overall (2*2/3 + 7/6)/3 = 5/6
    assert scores.stages["greeting"][0] == pytest.approx(2 / 3)
    assert scores.stages["responding"][0] == pytest.approx(7 / 6)
    assert scores.overall[0] == pytest.approx(5 / 6)
    assert scores.points[0] == 3 + 0 + 2 + 1 + 2
    assert list(scores.verdict) == ["pass"]
    assert scores.range == (-1 / 6, 3 / 2)


@pytest.mark.parametrize(
    ("cells", "overall", "verdict"),
    [
        ({"acknowledged": "by_name"}, 1.0, "pass"),
        ({"acknowledged": "prompt", "eye_contact": "yes"}, 7 / 9, "fail"),
        ({"acknowledged": "by_name", "wait": 10}, 2 / 3, "fail"),
        ({"acknowledged": "by_name", "lawful": "no"}, 1.0, "fail"),
        ({"acknowledged": "by_name", "door_shut": "no"}, 1.0, "fail"),
        ({"lawful": "no"}, np.nan, "fail"),
        ({"lawful": "yes"}, np.nan, "unscored"),
        ({"offered": "map"}, np.nan, "unscored"),
    ],
)
def test_score_and_verdict_are_two_things(cells: dict[str, Any], overall: float, verdict: str) -> None:
    scores = score(**cells)
    np.testing.assert_allclose(scores.overall, [overall])
    assert list(scores.verdict) == [verdict]


def test_a_score_that_equals_its_mark_passes() -> None:
    for mark, verdict in [("7/9", "pass"), ("700000000000000000001/900000000000000000000", "fail")]:
        rubric = attrs.evolve(RUBRIC, pass_mark=Fraction(mark))
        table = {"interaction": ["a"], "acknowledged": ["prompt"], "eye_contact": ["yes"]}
        assert list(coqs.score(coqs.Ratings.from_table(table, rubric)).verdict) == [verdict]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({}, "unanswered"),
        ({"acknowledged": "abstained", "eye_contact": "abstained", "wait": "abstained"}, "abstained"),
        ({"acknowledged": "failed"}, "missing"),
        (dict.fromkeys(["acknowledged", "eye_contact", "wait"], "n/a"), "not_applicable"),
        (dict.fromkeys(["acknowledged", "eye_contact", "wait"], "not_asked"), "not_asked"),
        (
            dict.fromkeys(["acknowledged", "eye_contact", "wait"], "not_asked") | {"door_shut": "yes"},
            "no_weight",
        ),
    ],
)
def test_what_is_not_scored_says_why(cells: dict[str, Any], reason: str) -> None:
    scores = score(**cells)
    assert list(scores.reason) == [reason]
    assert not scores.is_scored[0]
    assert not any(column[0] for column in scores.stage_is_scored.values())


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ({"acknowledged": "prompt", "situation": "incident"}, True),
        ({"acknowledged": "ignored", "situation": "incident"}, False),
        ({"acknowledged": None, "situation": "incident"}, False),
        ({"acknowledged": "n/a", "situation": "incident"}, True),
        ({"acknowledged": "prompt"}, False),
    ],
)
def test_what_cannot_be_known_is_not_asked(cells: dict[str, Any], asked: bool) -> None:
    scores = score(**cells, tone="firm")
    assert scores.counts["ignored"][0] == (not asked)


def test_coverage_counts_what_was_asked() -> None:
    scores = score(**FINE, offered="failed", lawful="n/a")
    assert scores.coverage[0] == 4 / 6  # one failed, one unanswered; not applicable does not count
    assert scores.counts["not_applicable"][0] == 1
    assert (scores.gates_unobserved[0], score(**FINE).gates_unobserved[0]) == (0, 1)


def test_bounds_tell_what_missing_answers_can_still_do() -> None:
    scores = score(acknowledged="by_name", eye_contact="n/a", situation="incident", tone="firm", wait="n/a")
    # greeting 1; responding 1 + 1/2 * (-1/3 … 1)
    np.testing.assert_allclose(scores.bounds(), [[(2 + 5 / 6) / 3, (2 + 3 / 2) / 3]])
    assert np.isnan(score(**dict.fromkeys(["acknowledged", "eye_contact", "wait"], "n/a")).bounds()).all()


def test_an_account_names_answers_rules_and_where_weight_went() -> None:
    account = coqs.explain(score(**FINE, lawful="no"), "I-1")
    items = {item.criterion: item for item in account.items}
    assert account.overall == Fraction(7, 9)
    assert account.because == (
        "gate ethics triggered by lawful",
        "overall 7/9 is below its pass mark 37/45",
    )
    assert items["acknowledged"].applied_weight == Fraction(4, 9)
    assert items["wait"].answer == "3 (fast)"
    assert items["tone"].rule == "ideal point, the best level depends on situation"
    assert items["offered"].rule == "carries no weight"
    assert items["lawful"].gate == "ethics"
    assert "7/9 = 77.78 %, verdict fail" in str(account)
    assert json.loads(account.to_json())["overall"] == {"exact": "7/9", "value": 7 / 9}
    assert repr(account) == "<Explanation of 'I-1': 7/9 = 77.78 %, verdict fail, 7 criteria, rubric 'gate'>"


def test_an_account_shows_a_number_with_all_its_digits() -> None:
    account = coqs.explain(score(wait=123456.789), "I-1")
    assert {item.criterion: item.answer for item in account.items}["wait"] == "123456.789 (slow)"


def test_hidden_answers_say_why_they_were_hidden() -> None:
    account = coqs.explain(score(acknowledged="prompt", tone="firm"), "I-1")
    rule = {item.criterion: item.rule for item in account.items}["tone"]
    hidden = "the fact situation is missing, or names no best level; the answer given is ignored"
    rest = "nothing in responding was scored, so the stage's weight goes to the other stages"
    assert rule == f"{hidden}; {rest}"
    account = coqs.explain(score(acknowledged="ignored", tone="firm", situation="incident"), "I-1")
    rule = {item.criterion: item.rule for item in account.items}["tone"]
    assert rule == f"its condition is not met; the answer given is ignored; {rest}"


def many_branches(n: int) -> coqs.Rubric:
    level = 'levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]\nstage = "greeting"\n'
    drivers = "".join(f'[[criteria]]\nid = "d{k}"\n{level}' for k in range(n))
    reads = ", ".join(f'{{ criterion = "d{k}", in = ["yes"] }}' for k in range(n))
    last = f'[[criteria]]\nid = "last"\n{level}when = {{ or = [{reads}] }}\n'
    return coqs.Rubric.from_toml_text(f'schema = 1\nid = "many"\nversion = "1"\n{drivers}{last}')


def test_too_many_branches_refuse_bounds_but_not_an_account() -> None:
    scores = coqs.score(coqs.Ratings.from_table({"interaction": ["a"]}, many_branches(13)))
    with pytest.raises(coqs.RubricError, match=f"at most {MOST_COMBINATIONS} ways"):
        scores.bounds()
    assert coqs.explain(scores, "a").bounds is None
    fewer = coqs.score(coqs.Ratings.from_table({"interaction": ["a"]}, many_branches(8)))
    np.testing.assert_array_equal(fewer.bounds(), [[0, 1]])


def test_ratings_of_another_rubric_are_refused() -> None:
    options = RUBRIC.criterion("offered").scale
    turned = attrs.evolve(options, options=options.options[::-1])  # columns of bit sets would mean others
    other = RUBRIC.with_criteria(
        tuple(attrs.evolve(x, scale=turned) if x.id == "offered" else x for x in RUBRIC.criteria)
    )
    for rubric in (other, attrs.evolve(RUBRIC, pass_mark=None)):
        ratings = coqs.Ratings.from_table({"interaction": ["a"]}, rubric)
        with pytest.raises(
            coqs.ComparisonError, match="must be made under the scorer's rubric 'gate'"
        ) as caught:
            coqs.Scorer(RUBRIC)(ratings)
        assert caught.value.left != caught.value.right


def test_a_translated_rubric_may_score_the_same_ratings() -> None:
    renamed = attrs.evolve(RUBRIC, title=coqs.model.Words("Am Tor"), language="de")
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "wait": [3]}, renamed)
    assert coqs.Scorer(RUBRIC)(ratings).overall[0] == 1


def test_a_scorer_is_compiled_once_and_travels() -> None:
    scorer = pickle.loads(pickle.dumps(coqs.Scorer(RUBRIC)))
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "wait": [3]}, RUBRIC)
    assert scorer(ratings) == coqs.score(ratings)
    assert "sums in float64" in repr(scorer)
    with pytest.raises(AttributeError):
        scorer.policy = None


def test_what_nobody_answers_for_is_only_recorded() -> None:
    scores = score(**FINE, lawful="no", door_shut="no")
    system = coqs.Scorer(RUBRIC).controlled_by("system")(scores.ratings)
    assert system.overall[0] == 1
    assert list(system.verdict) == ["fail"]  # the ethics gate stays, whoever controls it
    assert system.irreversible[0] == 0
    assert np.isnan(coqs.Scorer(RUBRIC).controlled_by("policy")(scores.ratings).overall[0])
    with pytest.raises(coqs.NotFoundError, match="did you mean 'person'"):
        scores.by("provider", controlled_by="persn")


def test_scores_show_their_shape_and_their_provenance() -> None:
    scores = score(**FINE)
    assert repr(scores).startswith("<Scores: 1 rows, 1 scored; rubric 'gate' sha256:")
    assert scores.provenance.to_dict()["policy"] == "coqs"
    assert scores.standing_share("exceeds")[0] == pytest.approx(1 / 4)  # of four answers
    with pytest.raises(coqs.NotFoundError, match="did you mean 'exceeds'"):
        scores.standing_share("exceed")
    with pytest.raises(coqs.PolicyError, match="confidence must lie between 0 and 1, got 95"):
        scores.by("provider", confidence=95)
    with pytest.raises(coqs.NotFoundError, match="by: no key"):
        scores.by(["provider"])
    for array in (scores.verdict, scores.reason, scores.coverage, scores.is_scored, scores.bounds()):
        assert not array.flags.writeable


def test_a_table_of_scores_holds_ids_context_and_every_number() -> None:
    table = score(**FINE, site="north").to_table()
    assert table["interaction"] == ["I-1"]
    assert (table["site"], table["situation"]) == (["north"], ["lost_visitor"])
    names = {"overall", "verdict", "reason", "stage_greeting", "gate_ethics", "n_answered", "n_ignored"}
    assert names <= set(table)


def test_a_fact_named_like_a_score_is_kept_beside_it() -> None:
    table = {"interaction": ["a"], "reason": ["refund"], "wait": [3]}
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC, facts=["reason"]))
    assert scores.to_table()["fact_reason"] == ["refund"]
    assert list(scores.to_table()["reason"]) == [""]


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_seconds() -> None:
    import time

    n = 200_000
    levels = np.array(["ignored", "prompt", "by_name", "n/a"])[np.arange(n) % 4].tolist()
    table = {"interaction": [f"i{k}" for k in range(n)], "acknowledged": levels, "wait": [3.0] * n}
    start = time.monotonic()
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    scores.by("provider")
    scores.bounds()
    assert time.monotonic() - start < 20


def test_a_mark_is_hit_exactly_even_where_huge_bonuses_cancel_out() -> None:
    huge = 'bonus = true\nweight = "1000000000000/3"\noptions = [{ id = "up", points = 1 }, { id = "down", points = -1 }]'
    level = 'levels = [{ id = "no", points = 0 }, { id = "some", points = 1 }, { id = "yes", points = 3 }]'
    parts = "".join(
        f'[[criteria]]\nid = "{kind}_{stage}"\nstage = "{stage}"\n{how}\n'
        for stage in ("greeting", "future")
        for kind, how in (("plain", level), ("bonus", huge))
    )
    rubric = coqs.Rubric.from_toml_text(f'schema = 1\nid = "huge"\nversion = "1"\npass_mark = "1/6"\n{parts}')
    table = {"interaction": ["a"], "plain_greeting": ["some"], "plain_future": ["no"]}
    table |= {"bonus_greeting": ["up"], "bonus_future": ["down"]}
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    assert coqs.explain(scores, "a").overall == Fraction(1, 6)
    assert scores.overall[0] == 1 / 6  # floats cannot tell, so the row is scored in fractions
    assert list(scores.verdict) == ["pass"]


BRANCHES = """
schema = 1
id = "branches"
version = "1"
facts.situation = ["calm", "storm"]
[[criteria]]
id = "first"
stage = "greeting"
when = { fact = "situation", in = ["storm"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "second"
stage = "greeting"
when = { not = { criterion = "first", in = ["no"] } }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""


@pytest.mark.parametrize(("situation", "overall"), [(None, None), ("calm", 1.0), ("storm", None)])
def test_what_cannot_be_known_stays_unknown_to_the_branch_that_reads_it(situation, overall) -> None:
    rubric = coqs.Rubric.from_toml_text(BRANCHES)
    table = {"interaction": ["a"], "situation": [situation], "first": [None], "second": ["yes"]}
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    assert scores.overall.tolist() == pytest.approx([np.nan if overall is None else overall], nan_ok=True)
    assert coqs.explain(scores, "a").overall == (None if overall is None else 1)


def test_a_controllers_summary_leaves_out_all_that_others_control() -> None:
    text = BRANCHES.replace('when = { fact = "situation", in = ["storm"] }', 'controlled_by = "system"')
    text = text.replace('{ id = "no", points = 0 }', '{ id = "no", points = 0, is = "below" }')
    text = text.replace('{ id = "yes", points = 1 }', '{ id = "yes", points = 1, is = "exceeds" }')
    rubric = coqs.Rubric.from_toml_text(text)
    table = {
        "interaction": ["a", "b"],
        "provider": ["p", "p"],
        "first": ["yes", "n/a"],
        "second": ["no", "yes"],
    }
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    whole, own = scores.by("provider"), scores.by("provider", controlled_by="person")
    assert whole["exceeds_share"].tolist() == pytest.approx([2 / 3])
    assert (own["mean"].tolist(), own["exceeds_share"].tolist(), own["n_answers"].tolist()) == (
        [0.5],
        [0.5],
        [2],
    )
    (system,) = scores.by("provider", controlled_by="system").rows()
    assert (system["mean"], system["exceeds_share"], system["n_answers"], system["n_scored"]) == (
        1.0,
        1.0,
        1,
        1,
    )
    narrowed = scores.scorer.controlled_by("person")(scores.ratings)
    assert narrowed.provenance.controlled_by == "person"
    assert coqs.explain(narrowed, "a").counts["answered"] == 1


def test_rows_beyond_a_block_score_as_they_do_alone() -> None:
    rubric = coqs.Rubric.from_toml_text(BRANCHES)
    n = BLOCK + 1000
    rng = np.random.default_rng(1)
    table = {
        "interaction": list(map(str, range(n))),
        "situation": rng.choice(["calm", "storm"], n),
        "first": rng.choice(["no", "yes", "n/a", "failed"], n),
        "second": rng.choice(["no", "yes", ""], n),
    }
    ratings = coqs.Ratings.from_table(table, rubric)
    whole = coqs.score(ratings).columns.arrays()
    for rows in (slice(0, 500), slice(BLOCK - 500, BLOCK + 500), slice(n - 500, n)):
        alone = coqs.score(ratings.take(rows)).columns.arrays()
        for name, column in alone.items():
            np.testing.assert_array_equal(whole[name][rows], column, err_msg=name)
            assert not whole[name].flags.writeable
