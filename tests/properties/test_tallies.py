"""Laws of tallies: any chunks, in any order and from anywhere, add up to what one pass gives."""

from __future__ import annotations

import json
import pickle
import random
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import attrs
import numpy as np
from hypothesis import given, strategies as st
from policies import policies
from strategies import make_rows, one, rubrics, seeds

import coqs
from coqs.kernels import exact_integers, exact_sums
from coqs.kernels.exact_sums import WIDTH

N = 40
BY = tuple[tuple[str, ...], dict[str, Any]]
KEYS: tuple[BY, ...] = (
    ((), {}),
    (("provider",), {}),
    (("rater", "site"), {}),
    (("provider",), {"every": "week", "tz": "Europe/Madrid"}),
    (("weekday", "provider"), {"tz": "Asia/Kolkata", "cluster": "customer"}),
    ((), {"cluster": "customer"}),
    (("customer_set",), {"cluster": "site", "every": "hour"}),
)
POLICIES = (
    coqs.Policy(),
    coqs.Policy(name="sums", over_interactions="ratio_of_sums"),
    coqs.Policy(name="stages", over_interactions="mean_of_stage_means"),
)
tallies_by = one(KEYS)
numbers = (st.floats(-1e60, 1e60) | st.floats(-4, 4) | st.just(1 / 3)).filter(
    lambda x: x == 0 or abs(x) > 1e-100  # below, the kernel says that it counts nothing
)


@st.composite
def scored(draw: Any) -> coqs.Scores:
    """Draw a rubric and scores under it, at several sites and times."""
    rubric, seed = draw(rubrics()), draw(seeds)
    table, rnd = make_rows(rubric, seed, N), random.Random(seed)
    ids = list(dict.fromkeys(table["interaction"]))
    beside = {
        id: {
            "site": rnd.choice(["north", "süd", None]),
            "customer": rnd.choice([f"c{k}" for k in range(8)] + [None]),
            "at": rnd.choice([None, *(f"2026-10-{day:02}T{day % 24:02}:30:00Z" for day in range(20, 31))]),
        }
        for id in ids
    }
    for name in ("site", "customer", "at"):
        table[name] = [beside[id][name] for id in table["interaction"]]
    return coqs.score(coqs.Ratings.from_table(table, rubric), policy=draw(one(POLICIES)))


def chunks(scores: coqs.Scores, seed: int, most: int) -> list[coqs.Scores]:
    """Deal interactions to chunks at random, and shuffle the rows of each."""
    rnd, ratings = random.Random(seed), scores.ratings
    ids = np.unique(ratings.interaction.codes)
    chunk = np.array([rnd.randrange(most) for _ in ids])[ratings.interaction.codes]
    rows = [np.flatnonzero(chunk == each) for each in range(most)]
    shuffled = [np.array(rnd.sample(each.tolist(), len(each)), np.int64) for each in rows]
    return [scores.scorer(ratings.take(each)) for each in shuffled]


def bits_of(table: coqs.GroupTable) -> dict[str, Any]:
    """Return a table to the last bit."""
    return {
        name: column.tolist() if column.dtype == object else (str(column.dtype), column.tobytes())
        for name, column in table.columns.items()
    }


@given(scored(), tallies_by, seeds, st.integers(1, 7))
def test_any_split_in_any_order_gives_the_table_of_one_pass_to_the_last_bit(
    scores: coqs.Scores, by: BY, seed: int, most: int
) -> None:
    keys, how = by
    whole = coqs.Tally.of(scores, *keys, **how)
    tallies = [coqs.Tally.of(each, *keys, **how) for each in chunks(scores, seed, most)]
    random.Random(seed).shuffle(tallies)
    right = reduce(lambda left, tally: tally + left, tallies)
    for merged in (reduce(add, tallies), right, sum(tallies), coqs.Tally.merge(iter(tallies))):
        assert merged == whole
        assert bits_of(merged.table()) == bits_of(whole.table())
        assert merged.table() == whole.table()
    if keys or how.get("every"):
        assert bits_of(scores.by(*keys, **how)) == bits_of(whole.table())


@given(scored(), seeds)
def test_stages_add_up_too(scores: coqs.Scores, seed: int) -> None:
    merged = sum(coqs.Tally.of_stages(each) for each in chunks(scores, seed, 3))
    assert bits_of(merged.table()) == bits_of(coqs.Tally.of_stages(scores).table())


@given(scored(), tallies_by, seeds)
def test_a_tally_travels_by_pickle_and_by_json(scores: coqs.Scores, by: BY, seed: int) -> None:
    keys, how = by
    first, second = (coqs.Tally.of(each, *keys, **how) for each in chunks(scores, seed, 2))
    for travelled in (
        pickle.loads(pickle.dumps(second)),
        coqs.Tally.from_dict(json.loads(json.dumps(second.to_dict()))),
    ):
        assert travelled == second
        assert bits_of((first + travelled).table()) == bits_of((first + second).table())
        assert not any(column.flags.writeable for column in travelled.measures.counts.values())


@given(st.data())
def test_any_policy_travels_with_a_tally(data: Any) -> None:
    rubric = data.draw(rubrics())
    policy = attrs.evolve(data.draw(policies(rubric)), over_interactions="mean_of_scores")
    tally = coqs.Tally.of(coqs.score(coqs.Ratings.from_table(make_rows(rubric, 1, 2), rubric)))
    ours = attrs.evolve(tally, kind=attrs.evolve(tally.kind, policy=policy))
    again = coqs.Tally.from_dict(json.loads(json.dumps(ours.to_dict())))
    assert (again, again.kind.policy) == (ours, policy)


@given(st.lists(st.tuples(numbers, numbers, st.integers(0, 2)), max_size=30))
def test_sums_by_group_are_exact(rows: list[tuple[float, float, int]]) -> None:
    x, y, group = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
    for times in (None, y):
        limbs, lowest = exact_sums(x, group, 3, times=times)
        found = [Fraction(each) * Fraction(2) ** (WIDTH * lowest) for each in exact_integers(limbs)]
        factors = [1.0] * len(x) if times is None else times
        assert found == [
            sum(
                (Fraction(a) * Fraction(b) for a, b, g in zip(x, factors, group, strict=True) if g == each),
                Fraction(),
            )
            for each in range(3)
        ]
