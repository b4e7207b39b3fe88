"""The fewest changes that flip a verdict, worked out by hand."""

from __future__ import annotations

import json
import pickle

import pytest

import coqs
from coqs.errors import RecordError
from coqs.scoring.counterfactual import Limits, counterfactual_of


def scored(mark: str, policy: coqs.Policy | None = None, **answers: str | None) -> coqs.Scores:
    """Score one sheet of five yes-or-no criteria of equal weight."""
    levels = 'levels = [{ id = "no", points = 0 }, { id = "so", points = 1 }, { id = "yes", points = 2 }]'
    criteria = "".join(f'[[criteria]]\nid = "q{n}"\nstage = "greeting"\n{levels}\n' for n in range(5))
    text = f'schema = 1\nid = "door"\nversion = "1"\npass_mark = "{mark}"\n{criteria}'
    table = {"interaction": ["a"], **{f"q{n}": [answers.get(f"q{n}", "no")] for n in range(5)}}
    return coqs.score(coqs.Ratings.from_table(table, coqs.Rubric.from_toml_text(text)), policy=policy)


def test_the_smallest_steps_come_first_then_the_order_of_the_sheet() -> None:
    told = coqs.counterfactual(scored("1/2", q0="yes", q1="yes"), "a")
    assert [str(change) for change in told.changes] == ["q2 from no to so"]
    assert [[str(change) for change in other] for other in told.also] == [
        ["q3 from no to so"],
        ["q4 from no to so"],
    ]
    assert (told.n, told.n_also, told.proved, told.flipped) == (1, 2, True, "pass")


def test_more_changes_than_were_asked_for_are_counted_and_not_named() -> None:
    told = coqs.counterfactual(scored("1"), "a", at_most=4)
    assert (told.changes, told.reason, told.at_least, told.proved) == ((), "too_many", 5, True)
    assert str(told) == "verdict fail: it takes 5 changes to flip it"


def test_what_nothing_flips_is_impossible_and_what_is_unscored_has_no_verdict() -> None:
    assert coqs.counterfactual(scored("0"), "a").reason == "impossible"
    empty = scored("1", **dict.fromkeys(["q0", "q1", "q2", "q3", "q4"]))
    assert coqs.counterfactual(empty, "a").reason == "unscored"


def test_a_search_that_ends_early_says_how_far_it_came() -> None:
    bent = coqs.Policy(name="bent", floor="1/20")  # a floor bends sums, so that sets are tried one by one
    told = counterfactual_of(scored("1/2", bent), 0, limits=Limits(sheets=5, cases=1))
    assert (told.changes, told.reason, told.at_least, told.proved) == ((), "not_found", 2, False)
    assert counterfactual_of(scored("1/2", bent), 0).n == 3


def test_an_explanation_carries_it_in_text_json_and_html_and_it_travels() -> None:
    account = coqs.explain(scored("1/2", q0="yes", q1="yes"), "a")
    sentence = "the verdict would be pass with 1 change: q2 from no to so"
    assert sentence in str(account)
    assert sentence in account.to_html()
    assert json.loads(account.to_json())["counterfactual"]["changes"][0]["after"] == "so"
    assert pickle.loads(pickle.dumps(account)) == account


def test_at_most_must_be_at_least_one() -> None:
    with pytest.raises(RecordError, match="at_most: must be a whole number from 1, got 0"):
        coqs.counterfactual(scored("1"), "a", at_most=0)


def of_options(points: list[int], chosen: str, mark: str, on: str = "") -> coqs.Scores:
    """Score one sheet of a several choice with options o0, o1 …, of these points."""
    options = ", ".join(f'{{ id = "o{place}", points = {each} }}' for place, each in enumerate(points))
    gate = f'gate = {{ class = "customer", on = [{on}] }}\n' if on else ""
    text = (
        f'schema = 1\nid = "door"\nversion = "1"\npass_mark = "{mark}"\n[[criteria]]\nid = "m"\n'
        f'stage = "greeting"\n{gate}options = [{options}]\n'
    )
    table = {"interaction": ["a"], "m": [chosen]}
    return coqs.score(coqs.Ratings.from_table(table, coqs.Rubric.from_toml_text(text)))


def test_options_that_stand_for_each_other_are_all_looked_at_however_many_there_are() -> None:
    scores = of_options([1] * 6 + [0] * 6, "o0|o1|o6|o7", "1/2", on='"o6", "o7"')
    told = coqs.counterfactual(scores, "a")
    assert (told.flipped, told.n, told.proved) == ("pass", 1, True)
    assert [change.after for change in told.changes] == ["o0|o1|o2"]
    assert coqs.counterfactual(of_options([1] * 12, "o0", "1/2"), "a").proved


def test_where_not_every_set_of_options_can_be_tried_nothing_is_called_impossible() -> None:
    points = [2**place for place in range(14)]
    told = coqs.counterfactual(of_options(points, "o0|o13", "1/2", on='"o0", "o13"'), "a")
    assert (told.changes, told.reason, told.at_least, told.proved) == ((), "not_found", 1, False)
    assert "not every set was tried" in str(told)


@pytest.mark.parametrize("at_most", [0, -1, 1.5, "3", True])
def test_a_number_of_changes_that_is_none_is_refused(at_most: object) -> None:
    with pytest.raises(RecordError, match="at_most: must be a whole number from 1"):
        coqs.counterfactual(scored("1/2"), "a", at_most=at_most)
