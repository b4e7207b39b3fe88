"""Many logistic regressions at once."""

import numpy as np
import pytest

from coqs.kernels.ridge_logit import logistic, ridge_logit


def test_an_intercept_alone_is_the_log_odds():
    found, information = ridge_logit(np.ones((8, 1)), [[1, 1, 0, 0, 0, 0, 0, 0]], np.ones((1, 8)), [1e-9])
    assert found[0, 0] == pytest.approx(np.log(2 / 6))
    assert information[0, 0, 0] == pytest.approx(8 * 0.25 * 0.75)


def test_two_groups_are_fitted_by_their_log_odds_ratio():
    """Worked by hand: 2 of 8 and 6 of 8, an odds ratio of 9."""
    x = np.column_stack([np.ones(16), np.repeat([0.0, 1.0], 8)])
    y = np.array([[1] * 2 + [0] * 6 + [1] * 6 + [0] * 2])
    found, information = ridge_logit(x, y, np.ones((1, 16)), [1e-9, 1e-9])
    assert np.exp(found[0]) == pytest.approx([1 / 3, 9])
    assert np.linalg.inv(information[0])[1, 1] == pytest.approx(1 / 2 + 1 / 6 + 1 / 6 + 1 / 2)


def test_the_gradient_is_naught_at_what_is_found_for_each_set():
    rng = np.random.default_rng(1)
    x, ridge = np.column_stack([np.ones(40), rng.normal(size=(40, 3))]), np.array([0.01, 0.2, 0.2, 0.2])
    y, w = rng.random((20, 40)) < 0.2, (rng.random((20, 40)) < 0.8) * 1.0
    found, _ = ridge_logit(x, y, w, ridge)
    for coefficients, own, weight in zip(found, y, w, strict=True):
        share = logistic(x @ coefficients)
        np.testing.assert_allclose(x.T @ (weight * (own - share)) - ridge * coefficients, 0, atol=1e-6)


@pytest.mark.parametrize("outcome", [0, 1])
def test_outcomes_that_are_all_the_same_are_fitted(outcome):
    found, _ = ridge_logit(np.ones((5, 1)), [[outcome] * 5], np.ones((1, 5)), [0.01])
    assert np.isfinite(found).all()
    assert (found[0, 0] > 3) == bool(outcome)


def test_nothing_is_fitted_by_nothing():
    found, information = ridge_logit(np.ones((4, 2)), np.zeros((1, 4)), np.zeros((1, 4)), [1.0, 2.0])
    assert found.tolist() == [[0, 0]]
    assert information[0].tolist() == [[1, 0], [0, 2]]
    assert ridge_logit(np.ones((4, 2)), np.zeros((0, 4)), np.zeros((0, 4)), [1.0, 1.0])[0].shape == (0, 2)
