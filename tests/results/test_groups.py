"""Summaries by group, against tables that were worked out by hand."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.kernels import mean_interval, wilson_interval

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
pass_mark = 0.5
[[criteria]]
id = "tone"
stage = "greeting"
levels = [{ id = "poor", points = 0, is = "below" }, { id = "good", points = 1, is = "meets" },
          { id = "great", points = 2, is = "exceeds" }]
[[criteria]]
id = "queue"
stage = "greeting"
controlled_by = "system"
gate = { class = "business", on = ["long"] }
levels = [{ id = "long", points = 0, is = "below" }, { id = "short", points = 1, is = "meets" }]
""")
# i1 is rated twice: 1 and 1/2, mean 3/4; i2 once: 0; i3 once, unscored; i4 by nobody's provider.
TABLE: dict[str, list[Any]] = {
    "interaction": ["i1", "i1", "i2", "i3", "i4"],
    "rater": ["ann", "bob", "ann", "ann", "ann"],
    "provider": ["p2", "p2", "p2", "p1", None],
    "site": ["north", "north", "south", "north", "north"],
    "tone": ["great", "good", "poor", None, "good"],
    "queue": ["n/a", "n/a", "n/a", "abstained", "long"],
}


def scores(table: dict[str, list[Any]] = TABLE, **how: Any) -> coqs.Scores:
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC, **how))


def test_raters_are_averaged_before_interactions() -> None:
    table = scores().by("provider")
    assert table["provider"].tolist() == ["p1", "p2", None]
    assert table["n"].tolist() == [1, 2, 1]
    assert table["n_ratings"].tolist() == [1, 3, 1]
    assert table["n_scored"].tolist() == [0, 2, 1]
    assert table["n_unscored"].tolist() == [1, 0, 0]
    np.testing.assert_allclose(table["mean"], [np.nan, 3 / 8, 1 / 4])
    low, high = mean_interval([3 / 8], [np.std([3 / 4, 0], ddof=1)], [2])
    np.testing.assert_allclose([table["ci_low"][1], table["ci_high"][1]], [low[0], high[0]])
    np.testing.assert_allclose(table["coverage"], [0, 1, 1])


def test_verdicts_average_too_and_wilson_takes_the_fractional_count() -> None:
    table = TABLE | {"tone": ["great", "poor", "good", None, "good"]}
    found = scores(table).by("provider")
    np.testing.assert_allclose(found["pass_share"], [np.nan, 3 / 4, 0])
    assert found["n_verdicts"].tolist() == [0, 2, 1]
    low, high = wilson_interval([1.5], [2])
    np.testing.assert_allclose([found["pass_ci_low"][1], found["pass_ci_high"][1]], [low[0], high[0]])


def test_shares_of_standing_are_over_the_answers() -> None:
    found = scores().by("provider")
    # p2: i1 has half an answer that exceeds and half one that meets, i2 one that is below
    np.testing.assert_allclose(found["exceeds_share"], [np.nan, 1 / 4, 0])
    np.testing.assert_allclose(found["meets_share"], [np.nan, 1 / 4, 1 / 2])
    np.testing.assert_allclose(found["below_share"], [np.nan, 1 / 2, 1 / 2])
    assert found["gates_business"].tolist() == [0, 0, 1]


def test_several_keys_make_a_row_each_combination() -> None:
    found = scores().by("site", "provider")
    rows = [(row["site"], row["provider"], row["n"]) for row in found.rows()]
    assert rows == [("north", "p1", 1), ("north", "p2", 1), ("north", None, 1), ("south", "p2", 1)]
    assert found.keys == ("site", "provider")


def test_an_interaction_whose_raters_differ_in_the_key_counts_in_each_group() -> None:
    found = scores().by("rater")
    assert found["n"].tolist() == [4, 1]
    assert found["n_ratings"].tolist() == [4, 1]


def test_only_what_the_person_controls_is_left_when_asked() -> None:
    found = scores().by("provider", controlled_by="person")
    assert found["gates_business"].tolist() == [0, 0, 0]
    np.testing.assert_allclose(found["mean"], [np.nan, 3 / 8, 1 / 2])
    nobody = scores().by("provider", controlled_by="policy")
    assert nobody["n_unscored"].tolist() == [1, 2, 1]


def test_one_interaction_or_none_cannot_tell() -> None:
    one = scores({name: column[2:3] for name, column in TABLE.items()}).by("provider").rows()[0]
    assert (one["mean"], one["ci_low"], one["ci_high"]) == (0, None, None)
    assert one["exceeds_ci_low"] is None
    assert one["pass_ci_low"] == 0
    assert len(scores({name: [] for name in TABLE}).by("provider", "site")) == 0


def test_equal_scores_do_not_pretend_to_be_certain() -> None:
    table = {"interaction": ["a", "b", "c"], "provider": ["p"] * 3, "tone": ["great"] * 3}
    found = scores(table).by("provider")
    assert found["ci_high"][0] == 1
    assert 0.3 < found["ci_low"][0] < 0.5


def test_facts_are_keys_too() -> None:
    table = TABLE | {"floor": [1, 1, 2.5, None, 1], "domain": ["a", "a", "b", "b", None]}
    found = scores(table, facts=["floor", "domain"])
    assert found.by("floor")["floor"].tolist() == ["1", "2.5", None]
    assert found.by("domain")["n"].tolist() == [1, 2, 1]


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(coqs.NotFoundError, match="by: no key 'provder'; did you mean 'provider'"):
        scores().by("provder")
    with pytest.raises(coqs.NotFoundError, match="by: no key ''"):
        scores().by()
    with pytest.raises(coqs.NotFoundError, match="no column 'means'; did you mean 'mean'"):
        scores().by("site")["means"]


def test_a_wider_confidence_gives_wider_intervals() -> None:
    narrow, wide = (scores().by("provider", confidence=each) for each in (0.5, 0.99))
    assert (wide["pass_ci_high"][1:] >= narrow["pass_ci_high"][1:]).all()
    assert narrow != wide


def test_a_table_pickles_frozen_compares_and_prints() -> None:
    found = scores().by("provider")
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert not any(column.flags.writeable for column in again.columns.values())
    assert repr(found) == "<GroupTable by provider: 3 groups, mean of scores, 95% intervals>"
    assert str(found).splitlines()[1].startswith("p1")
    assert "cannot tell" in str(found)
    assert list(found.to_table()) == list(found.columns)


def naive_means(table: dict[str, list[Any]], worth: dict[str, float]) -> dict[str, float]:
    """Average raters, then interactions, by hand."""
    groups: dict[str, dict[str, list[float]]] = {}
    for interaction, provider, tone in zip(
        *(table[x] for x in ("interaction", "provider", "tone")), strict=True
    ):
        groups.setdefault(provider, {}).setdefault(interaction, []).append(worth[tone])
    means = {name: [sum(each) / len(each) for each in units.values()] for name, units in groups.items()}
    return {name: sum(each) / len(each) for name, each in means.items()}


def test_means_equal_a_plain_loop() -> None:
    rng = np.random.default_rng(5)
    n = 300
    table = {
        "interaction": [f"i{k // 2}" for k in range(n)],
        "rater": ["ann", "bob"] * (n // 2),
        "provider": np.repeat(rng.choice(["p1", "p2", "p3"], n // 2), 2).tolist(),
        "tone": rng.choice(["poor", "good", "great"], n).tolist(),
    }
    expected = naive_means(table, {"poor": 0, "good": 0.5, "great": 1})
    found = scores(table).by("provider")
    np.testing.assert_allclose(found["mean"], [expected[name] for name in found["provider"].tolist()])


def test_a_fact_named_like_a_column_of_the_summary_stands_beside_it() -> None:
    found = scores(TABLE | {"mean": list("xxxyy")}, facts=["mean"]).by("mean")
    assert found.keys == ("by_mean",)
    assert found["by_mean"].tolist() == ["x", "y"]
    np.testing.assert_allclose(found["mean"], [3 / 8, 1 / 4])


def test_facts_named_nearly_alike_stay_apart_and_never_stand_for_a_result() -> None:
    facts = {name: list("xxxyy") for name in ("Mean", "mean", "by_mean", "n")}
    found = scores(TABLE | facts, facts=facts).by(*facts)
    assert found.keys == ("by_by_Mean", "by_by_by_mean", "by_mean", "by_n")
    np.testing.assert_allclose(found["mean"], [3 / 8, 1 / 4])


@pytest.mark.parametrize("wrong", [0, 1, "0.9", None, float("nan")])
def test_a_confidence_that_is_none_is_refused(wrong: object) -> None:
    with pytest.raises(coqs.PolicyError, match=r"confidence must lie between 0 and 1"):
        scores(TABLE).by("provider", confidence=wrong)  # type: ignore[arg-type]


def test_a_minimum_may_be_a_whole_number_of_numpy() -> None:
    assert np.isnan(scores(TABLE).by("provider", minimum_n=np.int64(100))["mean"]).all()  # type: ignore[arg-type]
