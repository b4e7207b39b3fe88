"""Summaries whose interactions hang together, too few to tell, by ratio of sums, and by band."""

from __future__ import annotations

import math
import pickle
from typing import Any

import attrs
import numpy as np
import pytest

import coqs
from coqs.kernels import (
    clustered_share_interval,
    mean_interval,
    ratio_interval,
    student_t_quantile,
    wilson_interval,
)

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
pass_mark = 0.5
bands = [{ id = "low" }, { id = "high", from = "1/2" }]
stages = [{ id = "greeting" }, { id = "concluding", weight = 3 }]
[[criteria]]
id = "tone"
stage = "greeting"
levels = [{ id = "poor", points = 0, is = "below" }, { id = "good", points = 1, is = "meets" },
          { id = "great", points = 2, is = "exceeds" }]
[[criteria]]
id = "thanks"
stage = "concluding"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
""")
SHARES = {"poor": 0.0, "good": 0.5, "great": 1.0}

TWO_STAGES = coqs.Rubric.from_toml_text("""
schema = 1
id = "two"
version = "1"
stages = [{ id = "greeting", weight = 9 }, { id = "responding" }, { id = "future", weight = 0 }]
[[criteria]]
id = "greeted"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "solved"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "closed"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")


def scores(tones: list[str], customers: list[str | None], **how: Any) -> coqs.Scores:
    ids = [f"i{row}" for row in range(len(tones))]
    table = {"interaction": ids, "customer": customers, "site": ["here"] * len(ids), "tone": tones}
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC), **how)


TONES = ["great", "great", "good", "poor", "poor", "great", "good", "good", "poor", "great"]
CUSTOMERS: list[str | None] = ["a", "a", "a", "b", "b", "c", "c", "d", None, None]


def by_hand(values: list[float], clusters: list[str | None]) -> tuple[float, float, int]:
    """Return mean, CR1 standard error and clusters, who has no customer being one alone."""
    mean = sum(values) / len(values)
    sums: dict[Any, float] = {}
    for place, (value, cluster) in enumerate(zip(values, clusters, strict=True)):
        own = cluster if cluster is not None else place
        sums[own] = sums.get(own, 0.0) + value - mean
    g = len(sums)
    variance = g / (g - 1) * sum(each**2 for each in sums.values()) / len(values) ** 2
    return mean, math.sqrt(variance), g


def test_a_clustered_mean_has_the_robust_interval() -> None:
    (row,) = scores(TONES, CUSTOMERS).by("site", cluster="customer").rows()
    mean, error, g = by_hand([SHARES[tone] for tone in TONES], CUSTOMERS)
    half = student_t_quantile(0.95, [g - 1])[0] * error
    assert (row["n"], row["n_clusters"], row["mean"]) == (10, g, pytest.approx(mean))
    assert row["ci_low"] == pytest.approx(max(mean - half, 0))
    assert row["ci_high"] == pytest.approx(min(mean + half, 1))
    assert row["sd"] == pytest.approx(np.std([SHARES[tone] for tone in TONES], ddof=1))


def test_a_clustered_share_has_wilsons_interval_on_fewer_interactions() -> None:
    (row,) = scores(TONES, CUSTOMERS).by("site", cluster="customer").rows()
    passes = [float(SHARES[tone] >= 0.5) for tone in TONES]
    share, error, g = by_hand(passes, CUSTOMERS)
    effective = min(share * (1 - share) / error**2, len(passes))
    effective *= (1.959963984540054 / student_t_quantile(0.95, [g - 1])[0]) ** 2
    low, high = wilson_interval([share * effective], [effective])
    assert [row["pass_ci_low"], row["pass_ci_high"]] == pytest.approx([low[0], high[0]])
    assert row["pass_share"] == pytest.approx(share)


def test_interactions_each_of_a_customer_of_its_own_have_the_plain_interval_of_the_mean() -> None:
    names: list[str | None] = [f"c{row}" for row in range(len(TONES))]
    alone = scores(TONES, names).by("site", cluster="customer").rows()[0]
    unknown = scores(TONES, [None] * len(TONES)).by("site", cluster="customer").rows()[0]
    plain = scores(TONES, names).by("site").rows()[0]
    for name in ("mean", "ci_low", "ci_high", "sd", "exceeds_ci_low", "exceeds_ci_high"):
        assert alone[name] == pytest.approx(plain[name])
        assert unknown[name] == pytest.approx(plain[name])
    assert alone["n_clusters"] == unknown["n_clusters"] == 10


def test_one_customer_cannot_tell() -> None:
    (row,) = scores(TONES, ["a"] * 10).by("site", cluster="customer").rows()
    assert (row["n_clusters"], row["ci_low"], row["pass_ci_low"], row["can_tell"]) == (1, None, None, False)
    assert row["mean"] == pytest.approx(0.55)


def test_raters_who_differ_in_the_customer_do_not_count_an_interaction_twice() -> None:
    table = {
        "interaction": ["i", "i", "i", "j"],
        "rater": ["ann", "bob", "eve", "ann"],
        "customer": ["d", "c", None, "c"],
        "tone": ["great"] * 4,
    }
    found = coqs.score(coqs.Ratings.from_table(table, RUBRIC)).by("site", cluster="customer")
    assert (found["n"][0], found["n_clusters"][0]) == (2, 1)


def test_a_table_says_what_it_is_clustered_by_and_refuses_what_is_no_column() -> None:
    table = scores(TONES, CUSTOMERS).by("site", cluster="customer")
    assert (
        repr(table) == "<GroupTable by site: 1 groups, mean of scores, 95% intervals clustered by customer>"
    )
    assert scores([], []).by("site", cluster="customer").rows() == []
    with pytest.raises(coqs.NotFoundError, match="cluster: no column 'custmer'; did you mean 'customer'"):
        scores(TONES, CUSTOMERS).by("site", cluster="custmer")


def test_the_kernel_for_clustered_shares_knows_its_edges() -> None:
    share, n, squares, g = [np.nan, 0.0, 1.0, 0.5, 0.5], [0, 9, 9, 9, 9], [0, 0, 0, 1, 1], [0, 3, 3, 1, 3]
    low, high = clustered_share_interval(share, n, squares, g)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False, False, True, False]
    assert (low[1], high[2]) == (0, 1)
    assert high[1] > wilson_interval([0.0], [3.0])[1][0]  # on three clusters, not nine interactions
    assert clustered_share_interval([], [], [], [])[0].shape == (0,)


def test_too_few_scored_interactions_leave_the_counts_and_nothing_else() -> None:
    table = scores(TONES, CUSTOMERS).by("customer", minimum_n=3)
    assert table["n"].tolist() == [3, 2, 2, 1, 2]
    assert table["can_tell"].tolist() == [True, False, False, False, False]
    for name in ("mean", "sd", "ci_low", "pass_share", "exceeds_share", "below_share", "band_high_share"):
        assert np.isnan(table[name]).tolist() == [False, True, True, True, True], name
    assert "cannot tell" in str(table).splitlines()[2]
    assert table["coverage"].tolist() == [0.5] * 5
    assert table.minimum_n == 3
    for wrong in (-1, 2.5, True):
        with pytest.raises(coqs.PolicyError, match="by: minimum_n must be a whole number from 0"):
            scores(TONES, CUSTOMERS).by("customer", minimum_n=wrong)  # type: ignore[arg-type]


def test_bands_are_shares_of_the_scored_interactions() -> None:
    (row,) = scores(TONES, CUSTOMERS).by("site").rows()
    assert (row["band_low_share"], row["band_high_share"]) == (0.3, 0.7)
    low, high = wilson_interval([7.0], [10.0])
    assert [row["band_high_ci_low"], row["band_high_ci_high"]] == pytest.approx([low[0], high[0]])


def test_a_ratio_of_sums_weighs_each_interaction_by_what_it_could_earn() -> None:
    policy = coqs.Policy(name="sums", over_interactions="ratio_of_sums")
    table = {
        "interaction": ["a", "b", "c"],
        "site": ["here"] * 3,
        "tone": ["great", "poor", "good"],
        "thanks": ["n/a", "yes", "no"],
    }
    scored = coqs.score(coqs.Ratings.from_table(table, RUBRIC), policy=policy)
    overall, possible = scored.overall, scored.possible
    assert possible.tolist() == [1, 4, 4]
    (row,) = scored.by("site").rows()
    ratio = (1 * 1 + 3 + 0.5) / 9
    assert row["mean"] == pytest.approx(ratio)
    squares = float((((overall - ratio) * possible) ** 2).sum())
    low, high = ratio_interval([ratio], [squares], [9.0], [3])
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([low[0], high[0]])
    assert row["sd"] == pytest.approx(np.std(overall, ddof=1))


def test_a_mean_of_stage_means_counts_every_scored_stage_the_same_whatever_it_weighs() -> None:
    policy = coqs.Policy(name="ours", over_interactions="mean_of_stage_means")
    weighed = attrs.evolve(TWO_STAGES, policy=policy)
    table = {
        "interaction": ["a", "a", "b", "c"],
        "rater": ["x", "y", "x", "x"],
        "greeted": ["yes", "no", "no", "n/a"],
        "solved": ["yes", "yes", "no", "n/a"],
        "closed": ["no", "n/a", "n/a", "n/a"],
    }
    scored = coqs.score(coqs.Ratings.from_table(table, weighed))
    found = coqs.Tally.of(scored).table()
    row = found.rows()[0]
    # a by x: (1 + 1/2) / 2, a by y: (0 + 1) / 2; b: 0; c is not scored
    each = [(3 / 4 + 1 / 2) / 2, 0]
    assert (row["n_scored"], row["mean"]) == (2, pytest.approx(np.mean(each)))
    low, high = mean_interval([np.mean(each)], [np.std(each, ddof=1)], [2])
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([low[0], high[0]])
    assert found.average == "mean_of_stage_means"
    assert str(found).splitlines()[-1] == "score: mean of stage means"
    assert pickle.loads(pickle.dumps(found)) == found
    assert coqs.Tally.from_dict(coqs.Tally.of(scored).to_dict()).table() == found


def test_everything_prints_with_an_interval_or_that_it_cannot_be_told() -> None:
    lines = str(scores(TONES, CUSTOMERS).by("customer")).splitlines()
    assert lines[0].count("95% interval") == 3
    for line in lines[1:]:
        assert line.count(" to ") + line.count("cannot tell") == 3
