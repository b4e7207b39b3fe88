"""Tallies: what may be added, what is refused, and how they travel."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

import coqs
from coqs.results import stage_table, whole_table

TEXT = """
schema = 1
id = "door"
version = "1"
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "fair", points = 1 }, { id = "yes", points = %d }]
"""
RUBRIC = coqs.Rubric.from_toml_text(TEXT % 3)


def scores(ids: str, rubric: coqs.Rubric = RUBRIC, policy: coqs.Policy | None = None) -> coqs.Scores:
    table = {
        "interaction": [*ids],
        "provider": ["ann" if id < "m" else "bob" for id in ids],
        "at": ["2026-05-17T22:30:00Z"] * len(ids),
        "greets": ["fair"] * len(ids),
    }
    return coqs.score(coqs.Ratings.from_table(table, rubric), policy=policy)


def test_tallies_of_chunks_add_up_to_one_pass() -> None:
    whole = coqs.Tally.of(scores("abxyz"), "provider")
    left, right = coqs.Tally.of(scores("xa"), "provider"), coqs.Tally.of(scores("byz"), "provider")
    assert left + right == right + left == sum([left, right]) == coqs.Tally.merge([left, right]) == whole
    assert (left + right).table() == whole.table() == scores("abxyz").by("provider")
    assert left != right
    assert left != whole
    assert left != "a tally"
    assert repr(whole) == "<Tally by provider: 2 groups of 5 rows; rubric 'door', policy 'coqs'>"
    assert (whole.keys, whole.tz, whole.cluster, len(whole)) == (("provider",), None, None, 2)


def test_without_keys_everything_is_one_group_also_of_nothing() -> None:
    nothing = coqs.Tally.of(scores(""))
    assert nothing.table() == whole_table(scores(""))
    assert nothing.table()["n"].tolist() == [0]
    assert (nothing + coqs.Tally.of(scores("abc"))).table() == whole_table(scores("abc"))
    assert coqs.Tally.of(scores(""), cluster="customer").table()["n"].tolist() == [0]
    by = coqs.Tally.of(scores(""), "provider")
    assert len(by.table()) == 0
    assert (by + coqs.Tally.of(scores("ab"), "provider")).table() == scores("ab").by("provider")
    assert coqs.Tally.of_stages(scores("ab")).table() == stage_table(scores("ab"))


def test_tallies_of_different_kinds_are_not_added() -> None:
    one = coqs.Tally.of(scores("ab"), "provider")
    other = coqs.Rubric.from_toml_text(TEXT % 2)
    ratio = coqs.Policy(name="coqs-like", over_interactions="ratio_of_sums")
    ours = {
        "rubric": coqs.Tally.of(scores("cd", other), "provider"),
        "policy": coqs.Tally.of(scores("cd", policy=ratio), "provider"),
        "keys": coqs.Tally.of(scores("cd"), "site"),
        "cluster": coqs.Tally.of(scores("cd"), "provider", cluster="customer"),
        "subject": coqs.Tally.of_stages(scores("cd")),
        "controlled_by": coqs.Tally.of(
            coqs.Scorer(RUBRIC, controller="team")(scores("cd").ratings), "provider"
        ),
    }
    for word, two in ours.items():
        with pytest.raises(coqs.ComparisonError, match=f"tallies: must have one {word}, got") as caught:
            one + two
        assert caught.value.left != caught.value.right
    week, madrid = (
        coqs.Tally.of(scores(x), every="week", tz=tz) for x, tz in (("ab", None), ("cd", "Asia/Tokyo"))
    )
    with pytest.raises(coqs.ComparisonError, match="must have one zone, got 'UTC' and 'Asia/Tokyo'"):
        week + madrid
    with pytest.raises(coqs.ComparisonError, match="must have one keys"):
        week + coqs.Tally.of(scores("cd"), every="month")
    with pytest.raises(TypeError):
        one + 1  # type: ignore[operator]
    with pytest.raises(coqs.ComparisonError, match="must be one at least, got none"):
        coqs.Tally.merge([])


def test_a_policy_by_another_name_is_the_same_policy() -> None:
    named = coqs.Policy(name="house", rounding="none")
    both = coqs.Tally.of(scores("ab")) + coqs.Tally.of(scores("cd", policy=named))
    assert both.table()["n"].tolist() == [4]


def test_one_interaction_at_the_border_of_two_chunks_is_refused() -> None:
    first = coqs.Tally.of(scores("abc"))
    for ids in ("cd", "abc", "xya"):
        with pytest.raises(coqs.ComparisonError, match="must not share an interaction") as caught:
            first + coqs.Tally.of(scores(ids))
        assert "whole_interactions=True" in str(caught.value)


def test_a_tally_is_written_as_plain_values_with_a_schema_number() -> None:
    tally = coqs.Tally.of(scores("abxyz"), "provider", every="week", tz="Europe/Madrid", cluster="customer")
    record = tally.to_dict()
    assert record["schema"] == 1
    assert coqs.Tally.from_dict(json.loads(json.dumps(record))) == tally
    assert coqs.Tally.from_dict(record).table() == tally.table()
    assert "abxyz"[0] not in record["edges"]  # no id travels but where it is a key
    assert pickle.loads(pickle.dumps(tally)) == tally


def damaged(change: dict[str, Any]) -> dict[str, Any]:
    return coqs.Tally.of(scores("abxyz"), "provider").to_dict() | change


@pytest.mark.parametrize(
    "record",
    [
        {},
        None,
        damaged({"schema": 2}),
        damaged({"labels": []}),
        damaged({"labels": [{"texts": ["ann", "bob"], "codes": [0, 7]}]}),
        damaged({"labels": [{"texts": ["ann", "ann"], "codes": [0, 0]}]}),
        damaged({"labels": [{"texts": [1, 2], "codes": [0, 1]}]}),
        damaged({"counts": {"n": [1]}}),
        damaged({"counts": None}),
        damaged({"sums": {"overall": {"bits": 26, "values": ["1", "2"]}}}),
        damaged({"sums": {"overall": {"bits": 26, "values": ["no", "2"]}}}),
        damaged({"sums": {"overall": {"bits": 10**30, "values": ["1", "2"]}}}),
        damaged({"sums": {"overall": {"bits": -1, "values": ["1", "2"]}}}),
        damaged({"sums": {"overall": {"bits": 26, "values": ["f" * 300, "2"]}}}),
        damaged({"kind": {}}),
        damaged({"kind": {**damaged({})["kind"], "policy": {"combine": "other"}}}),
        damaged({"kind": {**damaged({})["kind"], "keys": [1]}}),
        damaged({"kind": {**damaged({})["kind"], "keys": "provider"}}),
        damaged({"edges": ["a", None]}),
        damaged({"n": 3}),
    ],
    ids=str,
)
def test_what_is_no_tally_is_refused(record: Any) -> None:
    with pytest.raises(coqs.RecordError, match=r"tally|encoded column") as caught:
        coqs.Tally.from_dict(record)
    assert "\n" not in str(caught.value)
