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


@pytest.mark.slow
def test_of_agents_who_are_alike_none_stands_out_more_often_than_it_may():
    """30 quarters of 107 agents: the share of quarters in which somebody stands out errs by 4 points."""
    rng = np.random.default_rng(7)
    tables = [coqs.against_expected(*drawn(rng, np.zeros(107))) for _ in range(30)]
    assert np.mean([len(each.standing_out()) > 0 for each in tables]) <= 0.05 + 2 * 0.04
    p = np.concatenate([each["p"] for each in tables])
    assert np.mean(p < 0.05) <= 0.05 + 2 * 0.004  # of 3,210 agents


@pytest.mark.slow
def test_intervals_cover_planted_effects_and_great_ones_are_found():
    """40 agents of 200 interactions each, half with three times the odds: coverage errs 1.2 points."""
    rng, hits, found = np.random.default_rng(8), [], []
    effects = np.where(np.arange(40) % 2, np.log(3.0), 0.0) - np.log(3.0) / 2
    for _ in range(8):
        customers = 100
        harsh = 1.2 * rng.standard_normal(customers)
        agent, customer = rng.integers(0, 40, 8000), rng.integers(0, customers, 8000)
        base = 1 / (1 + np.exp(-(-3.0 + harsh[customer])))
        chance = 1 / (1 + np.exp(-(-3.0 + effects[agent] + harsh[customer])))
        lapses = rng.random(8000) < chance
        table = coqs.against_expected(lapses, [f"a{k:02}" for k in agent], [f"c{k}" for k in customer])
        truth = np.bincount(agent, chance, 40) / np.bincount(agent, base, 40)
        usual = np.bincount(agent, chance).sum() / np.bincount(agent, base).sum()
        low, high = table["ratio_low"] * usual, table["ratio_high"] * usual
        hits += ((low <= truth) & (truth <= high)).tolist()
        found += [row["says"] in ("more lapses", "fewer lapses") for row in table.rows()]
    assert np.mean(hits) >= 0.95 - 2 * 0.012
    assert np.mean(found) > 0.05  # each a third above or below the usual, by some eleven lapses


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
