"""Logistic regression of many sets of 0 and 1 on one design, each with weights of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_STEPS = 25
LONGEST_STEP = 3.0
"""On the logistic scale; a longer one overshoots."""
CLOSE = 1e-6


def ridge_logit(
    design: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    weights: npt.ArrayLike,
    penalty: npt.ArrayLike,
    *,
    start: npt.ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Fit logistic regressions with a quadratic penalty, by Newton's method, all at once.

    Parameters
    ----------
    design
        (n, k) columns that all fits share; a column of ones is an intercept.
    outcomes
        (sets, n) of 0 and 1.
    weights
        (sets, n), 0 for what a fit leaves out.
    penalty
        (k,) what is taken off the log-likelihood for each coefficient: penalty * coefficient**2 / 2. It is
        the precision of a normal prior about 0; above 0 for every column, there is one maximum even where
        the outcomes can be told apart without error, or are all the same.
    start
        (k,) coefficients to begin with; 0 unless told.

    Returns
    -------
    coefficients
        (sets, k).
    information
        (sets, k, k) the negative second derivatives at the maximum, the penalty among them. Without any
        observation the coefficients are 0 and the information is the penalty.

    Notes
    -----
    S. le Cessie and J. C. van Houwelingen, "Ridge estimators in logistic regression", Applied Statistics 41
    (1992), 191-201.

    Examples
    --------
    >>> coefficients, _ = ridge_logit([[1.0]] * 4, [[0, 0, 0, 1]], [[1, 1, 1, 1]], [1e-9])
    >>> coefficients.round(4)  # log(1/3)
    array([[-1.0986]])
    """
    x, y, w = (np.asarray(each, np.float64) for each in (design, outcomes, weights))
    ridge = np.asarray(penalty, np.float64)
    squares = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    found = np.tile(np.zeros(x.shape[1]) if start is None else np.asarray(start, np.float64), (len(y), 1))
    for _ in range(MOST_STEPS):
        share = logistic(found @ x.T)
        information = _information(w * share * (1 - share), squares, ridge)
        gradient = (w * (y - share)) @ x - ridge * found
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True, initial=0)
        found = found + step * np.minimum(1, LONGEST_STEP / np.maximum(longest, LONGEST_STEP))
        if longest.max(initial=0) < CLOSE:
            break
    share = logistic(found @ x.T)
    return found, _information(w * share * (1 - share), squares, ridge)


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), without overflow."""
    found: Floats = 0.5 * (1 + np.tanh(x / 2))
    return found


def _information(weight: Floats, squares: Floats, ridge: Floats) -> Floats:
    found: Floats = (weight @ squares).reshape(len(weight), len(ridge), len(ridge)) + np.diag(ridge)
    return found
