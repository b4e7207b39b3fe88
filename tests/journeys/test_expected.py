"""Observed against expected: harsh customers are allowed for, and what stands out is corrected."""

from __future__ import annotations

import csv
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError
from coqs.kernels.beta_binomial import fit_beta_binomial


def drawn(
    rng: np.random.Generator, effects: np.ndarray, *, customers: int = 108, n: int = 3228, harsh: float = 1.2
) -> tuple[np.ndarray, list[str], list[str]]:
    """Draw lapses of agents (effects on the log odds) with customers who differ."""
    agent, customer = rng.integers(0, len(effects), n), rng.integers(0, customers, n)
    odds = -4.0 + effects[agent] + harsh * rng.standard_normal(customers)[customer]
    lapses = rng.random(n) < 1 / (1 + np.exp(-odds))
    return lapses, [f"a{k:03}" for k in agent], [f"c{k:03}" for k in customer]


def test_an_agent_with_a_harsh_customer_is_not_blamed_for_it():
    lapses = [1] * 10 + [1] * 30 + [0] * 60
    group = ["ana"] * 10 + ["bo"] * 30 + ["bo"] * 60
    given = ["harsh"] * 40 + ["mild"] * 60
    row = coqs.against_expected(lapses, group, given).rows()[0]
    assert row["observed"] == 10
    assert row["expected"] > 9
    assert row["p_all"] > 0.5


def test_own_interactions_are_left_out_of_what_is_expected():
    lapses = [1] * 10 + [0] * 90
    row = coqs.against_expected(lapses, ["ana"] * 10 + ["bo"] * 90, ["c"] * 100).rows()[0]
    assert row["expected"] < 0.2
    assert row["says"] == "more lapses"
    assert row["ratio_low"] > 1


def test_expected_counts_equal_a_loop():
    rng = np.random.default_rng(2)
    lapses, group, given = drawn(rng, np.zeros(6), customers=9, n=200)
    found = coqs.against_expected(lapses, group, given)
    customers = sorted(set(given))
    counts = [
        (sum(lapse for lapse, c in zip(lapses, given, strict=True) if c == each), given.count(each))
        for each in customers
    ]
    size = sum(fit_beta_binomial(*zip(*counts, strict=True)))
    for row in found.rows():
        others = [place for place, name in enumerate(group) if name != row["group"]]
        mean = (sum(lapses[place] for place in others) + 0.5) / (len(others) + 1)
        expected = 0.0
        for place, name in enumerate(group):
            if name == row["group"]:
                same = [each for each in others if given[each] == given[place]]
                expected += (sum(lapses[each] for each in same) + mean * size) / (len(same) + size)
        assert row["expected"] == pytest.approx(expected)


def test_of_few_interactions_nothing_can_be_told():
    found = coqs.against_expected([1, 0, 0, 0], ["a", "b", "b", "b"], ["c", "c", "d", "d"])
    assert [row["says"] for row in found.rows()] == ["cannot tell", "cannot tell"]
    assert found.standing_out() == ()


def test_what_has_no_group_or_customer_is_left_out_and_nobody_is_no_error():
    assert len(coqs.against_expected([1, 0], ["a", None], [None, "c"])) == 0
    assert len(coqs.against_expected([], [], [])) == 0
    one = coqs.against_expected([0], ["a"], ["c"]).rows()[0]
    assert (one["observed"], one["ratio_low"], one["says"]) == (0, 0, "cannot tell")


def test_shrunken_ratios_lie_between_the_ratio_and_1():
    rng = np.random.default_rng(5)
    found = coqs.against_expected(*drawn(rng, rng.normal(0, 0.8, 40)))
    ratio, shrunken = found["ratio"], found["shrunken"]
    assert ((shrunken - 1) * (ratio - 1) >= -1e-12).all()
    assert (np.abs(shrunken - 1) <= np.abs(ratio - 1) + 1e-12).all()


def test_journeys_are_held_against_their_own_customers():
    scores = coqs.score(coqs.make_sample(n=800, weeks=9))
    journeys = coqs.Journeys.from_scores(scores)
    found = journeys.against_expected(given="site")
    assert found["group"].tolist() == list(journeys.groups)
    assert int(found["n"].sum()) == int((~np.isnan(journeys.observations.values["passed"])).sum())
    assert {"Abara", "Cole"} & set(found.standing_out())
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(PolicyError, match="must be a share"):
        journeys.against_expected("overall")
    with pytest.raises(NotFoundError, match="'customer'"):
        journeys.against_expected(given="custommer")


def test_several_things_are_allowed_for_together():
    journeys = coqs.Journeys.from_scores(coqs.score(coqs.make_sample(n=800, weeks=9)))
    found = journeys.against_expected(given=("site", "channel"))
    seen = journeys.observations
    known = np.flatnonzero(~np.isnan(seen.values["passed"]))
    pairs = [f"{seen.context['site'][row]}, {seen.context['channel'][row]}" for row in known.tolist()]
    groups = [seen.groups[seen.group[row]] for row in known.tolist()]
    alone = coqs.against_expected(seen.values["passed"][known] < 0.5, groups, pairs, name="site, channel")
    assert found == alone
    with pytest.raises(NotFoundError, match="'channel'"):
        journeys.against_expected(given=("site", "chanel"))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (([1], ["a", "b"], ["c"]), RecordError, "one length"),
        (([0.5], ["a"], ["c"]), RecordError, "true or false"),
    ],
)
def test_a_mistake_is_told(given, error, message):
    with pytest.raises(error, match=message):
        coqs.against_expected(*given)
    with pytest.raises(PolicyError, match="confidence"):
        coqs.against_expected([1], ["a"], ["c"], confidence=1)


def of_few_customers(
    rng: np.random.Generator, harsh: float, intercept: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw lapses of 107 agents who are alike; nine in ten of their interactions are with four customers."""
    agent, home = rng.integers(0, 107, 3228), rng.integers(0, 108, (107, 4))
    own = home[agent, rng.integers(0, 4, 3228)]
    customer = np.where(rng.random(3228) < 0.9, own, rng.integers(0, 108, 3228))
    odds = intercept + harsh * rng.standard_normal(108)[customer]
    return rng.random(3228) < 1 / (1 + np.exp(-odds)), agent, customer


@pytest.mark.slow
def test_of_agents_who_are_alike_none_stands_out_more_often_than_it_may():
    """50 draws of 107 agents and few, very different customers each: the share errs by 3 points.

    Held against the mean of all instead (all given one and the same), somebody stands out in most draws.
    """
    rng = np.random.default_rng(7)
    draws = [of_few_customers(rng, 2.0, -5.0) for _ in range(50)]
    tables = [coqs.against_expected(*map(np.ndarray.tolist, each)) for each in draws]
    assert np.mean([len(each.standing_out()) > 0 for each in tables]) <= 0.05 + 0.03
    p = np.concatenate([each["p"] for each in tables])
    assert np.mean(p < 0.05) <= 0.05  # of 5,350; counts are whole numbers, and so the share is below it
    plain = [coqs.against_expected(y.tolist(), a.tolist(), ["all"] * len(y)) for y, a, _ in draws[:20]]
    assert np.mean([len(each.standing_out()) > 0 for each in plain]) > 0.5


def usual(odds: np.ndarray, lapses_expected: float) -> np.ndarray:
    """Return chances whose odds are moved, all alike, until they make one expect so many lapses."""
    low, high = -6.0, 6.0
    for _ in range(50):
        middle = (low + high) / 2
        few = (1 / (1 + np.exp(-(odds + middle)))).sum() < lapses_expected
        low, high = (middle, high) if few else (low, middle)
    return 1 / (1 + np.exp(-(odds + low)))


@pytest.mark.slow
@pytest.mark.parametrize(("n", "most"), [(8000, 0.965), (1600, 1.0)])
def test_intervals_cover_what_agents_differ_by(n, most):
    """40 agents whose odds differ by a factor of two, 16 draws: coverage errs by 0.9 points.

    With 200 interactions each they cover as often as they say; with 40, of which one or two are lapses, more
    often, for counts are whole numbers.
    """
    rng, hits = np.random.default_rng(8), []
    for _ in range(16):
        agent, customer = np.arange(n) % 40, rng.integers(0, 100, n)
        odds, effects = -4.0 + 1.2 * rng.standard_normal(100)[customer], 0.7 * rng.standard_normal(40)
        chance = 1 / (1 + np.exp(-(odds + effects[agent])))
        lapses = rng.random(n) < chance
        table = coqs.against_expected(lapses, [f"a{k:02}" for k in agent], [f"c{k}" for k in customer])
        truth = np.bincount(agent, chance) / np.bincount(agent, usual(odds, chance.sum()))
        hits += ((table["ratio_low"] <= truth) & (truth <= table["ratio_high"])).tolist()
    assert 0.95 - 2 * 0.009 <= np.mean(hits) <= most + 0.009


@pytest.mark.slow
def test_great_differences_are_found_and_the_others_are_not_blamed():
    """One of 107 agents, 100 interactions, five or ten times the odds; 30 draws each: errs by 9 points."""
    found = {}
    for factor in (5.0, 10.0):
        rng, stood = np.random.default_rng(9), []
        for _ in range(30):
            agent = np.concatenate([np.zeros(100, int), rng.integers(1, 107, 3128)])
            customer = rng.integers(0, 108, 3228)
            odds = -4.1 + 1.2 * rng.standard_normal(108)[customer] + np.log(factor) * (agent == 0)
            lapses = rng.random(3228) < 1 / (1 + np.exp(-odds))
            names = [f"a{k:03}" for k in agent]
            stood.append(coqs.against_expected(lapses, names, customer.tolist()).standing_out())
        found[factor] = np.mean(["a000" in each for each in stood])
        assert np.mean([bool({*each} - {"a000"}) for each in stood]) <= 0.05 + 2 * 0.04
    assert found[5.0] > 0.4
    assert found[10.0] > 0.9


@pytest.fixture(scope="module")
def star(shared: Callable[[str], Path]) -> tuple[list[bool], list[str], list[str], list[str]]:
    with (shared("data") / "star" / "star_index.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["calm_helpful"]]
    return (
        [row["calm_helpful"] == "0" for row in rows],
        [row["wizard_id"] for row in rows],
        [row["user_id"] for row in rows],
        [row["start_utc"][:10] for row in rows],
    )


def test_one_agent_one_customer_and_two_days_of_star_stand_out(star):
    lapses, agents, customers, days = star
    (agent,) = coqs.against_expected(lapses, agents, customers).standing_out()
    (customer,) = coqs.against_expected(lapses, customers, agents, name="agent").standing_out()
    assert (agent[:8], customer[:8]) == ("ac9c2dc2", "9cfed8ec")
    table = coqs.against_expected(lapses, days, customers)
    says = {row["group"]: row["says"] for row in table.rows()}
    assert (says["2020-05-15"], says["2020-05-16"]) == ("more lapses", "fewer lapses")
