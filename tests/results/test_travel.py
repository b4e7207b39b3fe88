"""Every public value travels into a process of its own, and arrives equal, quiet and read-only."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import numpy as np
import pytest

import coqs
from coqs.results import OneDetails
from coqs.rubric import SingleChoice
from coqs.scoring.bulk import Compiled


def public_values() -> list[Any]:
    ratings = coqs.make_sample(n=30)
    scores = coqs.score(ratings)
    turns = [{"speaker": "provider", "text": "a secret"}]
    interactions = coqs.Interactions.from_records([{"id": "a", "turns": turns, "facts": {"floor": 1}}])
    account = coqs.explain(scores, "I-0001", rater="observer_1")
    return [
        interactions,
        ratings.rubric,
        ratings,
        ratings.evidence,
        scores,
        scores.columns,
        scores.details,
        scores.stages,
        scores.scorer,
        scores.scorer.compiled,
        scores.scorer.score_one({"dignity": 1}),
        scores.scorer.score_one({"dignity": 1}).details,
        coqs.Policy(combine="deduction", baseline=10, floor="1/2"),
        scores.provenance,
        scores.by("provider"),
        coqs.Tally.of(scores, "provider", every="week", cluster="customer"),
        account,
    ]


def arrays_in(value: Any) -> list[np.ndarray[Any, Any]]:
    """List the arrays that a value holds, however deep."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, Mapping):
        return [array for each in value.values() for array in arrays_in(each)]
    if attrs.has(type(value)):
        names = [field.name for field in attrs.fields(type(value)) if field.name != "scorer"]
        return [array for name in names for array in arrays_in(getattr(value, name))]
    return []


def seen_elsewhere(value: Any) -> tuple[Any, str, list[bool]]:
    return value, repr(value), [array.flags.writeable for array in arrays_in(value)]


@pytest.fixture(scope="module")
def journeys() -> list[tuple[Any, tuple[Any, str, list[bool]]]]:
    values = public_values()
    with multiprocessing.get_context("spawn").Pool(1) as elsewhere:
        return list(zip(values, elsewhere.map(seen_elsewhere, values), strict=True))


def test_values_come_back_equal(journeys) -> None:
    for value, (again, _, _) in journeys:
        assert again == value


def test_arrays_are_read_only_there_and_back(journeys) -> None:
    assert sum(len(arrays_in(value)) for value, _ in journeys) > 100
    for value, (again, _, writeable) in journeys:
        assert not any(writeable)
        assert not any(array.flags.writeable for array in (*arrays_in(value), *arrays_in(again)))


def test_a_repr_is_short_and_shows_no_contents(journeys) -> None:
    for value, (_, shown, _) in journeys:
        assert len(shown) < 200 or isinstance(value, (coqs.Provenance, OneDetails, Compiled))
        assert "secret" not in shown


def test_a_policy_shows_what_differs_from_the_coqs_policy() -> None:
    assert repr(coqs.Policy()) == "Policy(name='coqs')"
    shown = repr(coqs.Policy(combine="deduction", baseline=10))
    assert shown == "Policy(name='custom', combine='deduction', baseline=Fraction(10, 1))"


def test_scorers_are_equal_that_score_alike() -> None:
    asked = coqs.load_plugins().rubric("security")
    assert coqs.Scorer(asked) == coqs.Scorer(asked, policy="coqs")
    assert len({coqs.Scorer(asked), coqs.Scorer(asked), coqs.Scorer(asked, controller="person")}) == 2
    assert coqs.Scorer(asked) != coqs.Scorer(asked, policy=coqs.Policy(normalise="ratio"))


def test_threads_may_share_a_scorer_that_was_never_used() -> None:
    asked = coqs.load_plugins().rubric("coqs")
    draws = np.random.default_rng(1)
    single = [each for each in asked.criteria if isinstance(each.scale, SingleChoice)]
    table = {each.id: draws.integers(0, len(each.scale.ids), 70_000) for each in single}
    ratings = coqs.Ratings.from_table({"interaction": np.arange(70_000), **table}, asked)
    alone, shared = coqs.Scorer(asked)(ratings), coqs.Scorer(asked)
    with ThreadPoolExecutor(4) as threads:
        for scores in threads.map(shared, [ratings] * 8):
            assert scores.columns == alone.columns
            assert scores.details == alone.details
