"""Slopes within clusters."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from coqs.kernels.cluster_robust import within_slopes

# Extra hours of sleep under two drugs, ten patients: Student, Biometrika 6 (1908), 1-25.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_two_in_each_cluster_give_students_paired_test():
    found = within_slopes([0] * 10 + [1] * 10, FIRST + SECOND, [*range(10)] * 2)
    low, high = found.interval(0.95)
    assert found.slope[0] == pytest.approx(1.58)
    assert found.slope[0] / found.error[0] == pytest.approx(4.0621, abs=5e-5)
    assert found.df[0] == pytest.approx(9)
    assert (low[0], high[0]) == (pytest.approx(0.7001, abs=1e-4), pytest.approx(2.4599, abs=1e-4))
    assert found.clusters == 10


def naive(x, y, cluster):
    """CR2 and Satterthwaite by dense matrices, each cluster's level a column."""
    k = x.shape[1]
    levels = (cluster[:, None] == np.unique(cluster)) * 1.0
    design = np.hstack([x, levels])
    bread = np.linalg.inv(design.T @ design)
    rest = np.eye(len(y)) - design @ bread @ design.T
    meat, parts = np.zeros((k, k)), []
    for each in np.unique(cluster):
        own = cluster == each
        values, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        root = vectors * np.where(values > 1e-8, 1 / np.sqrt(np.maximum(values, 1e-12)), 0) @ vectors.T
        weights = bread[:k] @ design[own].T @ root
        parts.append(weights @ rest[own])
        meat += np.outer(weights @ (rest @ y)[own], weights @ (rest @ y)[own])
    df = []
    for place in range(k):
        covariance = (rows := np.array([part[place] for part in parts])) @ rows.T
        df.append(np.trace(covariance) ** 2 / (covariance**2).sum())
    return (bread @ design.T @ y)[:k], np.sqrt(np.diag(meat)), df


@given(seed=st.integers(0, 10_000), k=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_slopes_equal_those_of_dense_matrices(seed, k):
    rng = np.random.default_rng(seed)
    cluster = np.unique(rng.integers(0, 10, 60), return_inverse=True)[1]
    x, y = rng.normal(size=(60, k)), rng.normal(size=60)
    found = within_slopes(x, y, cluster)
    for mine, theirs in zip(found[:3], naive(x, y, cluster), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-7)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_level_of_a_cluster_changes_no_slope(seed):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 8, 40)
    x, y = rng.normal(size=40), rng.normal(size=40)
    here = within_slopes(x, y, cluster)
    there = within_slopes(x + cluster, y + 10 * rng.normal(size=8)[cluster], cluster)
    np.testing.assert_allclose(here[0], there[0], atol=1e-9)
    np.testing.assert_allclose(here[1], there[1], atol=1e-9)


def test_what_is_allowed_for_is_taken_off_even_where_columns_follow_from_each_other():
    rng = np.random.default_rng(3)
    cluster, who = rng.integers(0, 30, 200), rng.integers(0, 4, 200)
    x = rng.normal(size=200) + who
    y = 0.5 * x + 3.0 * who
    found = within_slopes(x, y, cluster, allowing=(who[:, None] == np.arange(4)) * 1.0)
    assert found.slope[0] == pytest.approx(0.5)
    assert within_slopes(x, y, cluster).slope[0] > 1


@pytest.mark.parametrize(
    ("x", "y", "cluster"),
    [
        ([], [], []),
        ([1.0], [1.0], [0]),
        ([1.0, 2.0], [1.0, 2.0], [0, 0]),
        ([1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1]),
        ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [5.0, 10.0]], [1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1]),
    ],
    ids=["nothing", "one", "one cluster", "no spread within", "columns that follow from each other"],
)
def test_what_cannot_be_told_is_nan(x, y, cluster):
    assert np.isnan(within_slopes(x, y, cluster).slope).all()


def test_what_lies_on_the_line_has_no_error():
    found = within_slopes([0.0, 1, 0, 1, 0, 2], [1.0, 2, 5, 6, 0, 2], [0, 0, 1, 1, 2, 2])
    assert (found.slope[0], found.error[0]) == (pytest.approx(1), pytest.approx(0, abs=1e-12))


@pytest.mark.slow
def test_intervals_of_slopes_cover_as_often_as_they_say():
    rng, hits, runs = np.random.default_rng(11), 0, 3000
    for _ in range(runs):
        n = 1 + np.minimum(rng.geometric(0.35, 60), 12)
        cluster = np.repeat(np.arange(60), n)
        number = np.concatenate([np.arange(each) for each in n]) * 1.0
        level, further = rng.normal(0.7, 0.1, 60), rng.normal(0.01, 0.01, 60)
        y = (level + further * 0)[cluster] + further[cluster] * number + rng.normal(0, 0.1, len(cluster))
        low, high = within_slopes(number, y, cluster).interval()
        hits += int(low[0] <= 0.01 <= high[0])
    error = math.sqrt(0.95 * 0.05 / runs)  # 0.4 points
    assert 0.935 - 2 * error <= hits / runs <= 0.965 + 2 * error
