"""Promises that words show: whose they are, where they stand, and when they are due."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import coqs
from coqs.plugins.phrases import find_promises
from coqs.plugins.phrases.promised import sentence
from coqs.ratings import PromiseTable

WEDNESDAY = "2026-05-13T09:30:00Z"


def batch(*turns: tuple[str, str], at: str | None = WEDNESDAY, **known: object) -> coqs.Interactions:
    said = [{"speaker": speaker, "text": text} for speaker, text in turns]
    record = {"id": "d1", "turns": said, **known} | ({"at": at} if at else {})
    return coqs.Interactions.from_records([record])


def dues(interactions: coqs.Interactions, **how: object) -> list[str | None]:
    return [None if np.isnat(each) else str(each)[:19] for each in find_promises(interactions, **how).due]


def test_a_promise_of_the_provider_has_its_place_and_its_due_time():
    text = "I will call you back by Friday."
    found = find_promises(batch(("customer", "Hm."), ("provider", f"Sorry. {text}")))
    assert (found.row.tolist(), found.turn.tolist()) == ([0], [1])
    assert f"Sorry. {text}"[found.start[0] : found.end[0]].startswith("I will call")
    assert str(found.due[0])[:19] == "2026-05-15T23:59:59"


def test_what_the_customer_promises_is_no_promise_of_the_house():
    assert len(find_promises(batch(("customer", "I will call you back tomorrow.")))) == 0


def test_a_time_in_another_sentence_is_not_the_promise_s():
    said = "We open at 8 am tomorrow. I will send you the form."
    assert dues(batch(("provider", said))) == [None]


def test_without_a_time_of_its_own_nothing_is_due():
    said = ("provider", "I will send it by tomorrow.")
    assert dues(batch(said, at=None)) == [None]


def test_a_turn_s_own_time_goes_before_that_of_the_interaction():
    record = {"id": "d1", "at": WEDNESDAY}
    turn = {"speaker": "provider", "text": "I will ring you in ten minutes.", "at": "2026-05-13T11:00:00Z"}
    found = find_promises(coqs.Interactions.from_records([record | {"turns": [turn]}]))
    assert str(found.due[0])[:19] == "2026-05-13T11:10:00"


def test_a_batch_that_was_read_in_a_zone_has_its_days():
    record = {
        "id": "d",
        "at": "2026-05-13T09:30:00",
        "turns": [{"speaker": "provider", "text": "I will send it by tomorrow."}],
    }
    given = coqs.Interactions.from_records([record], tz="Europe/Madrid")
    assert dues(given) == ["2026-05-14T21:59:59"]
    rubric = coqs.load_plugins(only=["coqs"]).rubric("coqs")
    rated = coqs.rate(given, rubric, plugins=coqs.load_plugins(only=["phrases"]))
    assert rated.promises.due.tolist() == find_promises(given).due.tolist()


def test_a_zone_says_when_tomorrow_ends():
    said = ("provider", "I will send it by tomorrow.")
    assert dues(batch(said), tz="Europe/Madrid") == ["2026-05-14T21:59:59"]
    with pytest.raises(coqs.RecordError, match="zone"):
        find_promises(batch(said), tz="Mars")


def test_ratings_and_their_scores_keep_the_promises(tmp_path):
    rubric = coqs.load_plugins(only=["coqs"]).rubric("coqs")
    given = batch(("provider", "I will call you back by Friday."), provider="ann", customer="C-1")
    ratings = coqs.rate(given, rubric, plugins=coqs.load_plugins(only=["phrases"]))
    assert len(ratings.promises) == 1
    coqs.score(ratings).save(tmp_path / "s.coqs")
    assert coqs.Scores.load(tmp_path / "s.coqs").ratings.promises == ratings.promises
    assert pickle.loads(pickle.dumps(ratings)) == ratings
    coqs.io.write_promises(ratings, tmp_path / "p.csv")
    head, row = (tmp_path / "p.csv").read_text("utf-8").splitlines()
    assert head == "interaction,rater,provider,customer,turn,start,end,due"
    assert row.startswith("d1,phrases,ann,C-1,0,0,")
    assert row.endswith("2026-05-15T23:59:59Z")


def test_rows_that_go_on_in_the_next_batch_take_their_promises_along():
    table = PromiseTable([0, 2], [1, 0], [0, 3], [5, 9], np.array(["2026-05-15", "NaT"], "datetime64[us]"))
    assert table.within(2, 4) == PromiseTable([0], [0], [3], [9], table.due[1:])
    assert table.within(0, 2).moved(7).row.tolist() == [7]
    assert PromiseTable.concatenate([table.within(0, 2), table.within(2, 3).moved(2)]) == table
    assert not table.due.flags.writeable
    assert repr(table) == "<PromiseTable: 2 spans>"


@pytest.mark.parametrize(
    "promises",
    [
        PromiseTable([1], [0], [0], [1], ["2026-05-15"]),
        PromiseTable([0], [1], [0], [1], ["2026-05-15"]),
        PromiseTable([0], [0], [0], [99], ["2026-05-15"]),
        PromiseTable([0], [-1], [0], [1], ["2026-05-15"]),
    ],
    ids=["no interaction", "no turn", "no character", "before the first turn"],
)
def test_a_promise_that_stands_nowhere_is_the_rater_s_fault(promises):
    class Rater:
        @coqs.hookimpl
        def coqs_rate(self):
            return coqs.RatedColumns(interaction=[], criterion=[], level=[], promises=promises)

    rubric = coqs.load_plugins(only=["coqs"]).rubric("coqs")
    own = coqs.load_plugins(only=[], plugins={"own": Rater()})
    ratings = coqs.rate(batch(("provider", "Hello.")), rubric, raters=["own"], plugins=own)
    assert [each.exception_type for each in ratings.problems] == ["PluginContractError"]


def test_a_sentence_ends_where_it_ends_and_not_at_an_abbreviation():
    text = "See Mr. Lee at 5 p.m. today! I will.\nBye"
    assert sentence(text, 3) == "See Mr. Lee at 5 p.m. today!"
    assert sentence(text, 31) == " I will."
    assert sentence(text, len(text) - 1).strip() == "Bye"
