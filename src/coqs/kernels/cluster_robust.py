"""Slopes within clusters: each cluster has a level of its own, and errors may hang together in it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.kernels.intervals import student_t_quantile

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
FLAT = 1e-9
"""Share of its spread that a column may keep beside the others; less is rounding."""


class Slopes(NamedTuple):
    """Slopes of a regression within clusters."""

    slope: Floats
    """(k,) what a step of each column comes with; NaN where it cannot be told from the others."""
    error: Floats
    """(k,) standard errors."""
    df: Floats
    """(k,) degrees of freedom of Student's t."""
    clusters: int
    """Clusters that say something: those within which a column varies."""

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Return (k,) low and high; NaN where degrees of freedom are below 1."""
        half = student_t_quantile(confidence, self.df) * self.error
        return self.slope - half, self.slope + half


def within_slopes(
    columns: npt.ArrayLike,
    outcome: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    allowing: npt.ArrayLike | None = None,
) -> Slopes:
    """Regress an outcome on columns within clusters, with standard errors that allow for these.

    Parameters
    ----------
    columns
        (n, k) numbers, or (n,) for one column.
    outcome
        (n,) numbers.
    cluster
        (n,) places from 0.
    allowing
        (n, m) columns that are allowed for, and of which no slope is told; they may follow from each other.
        What they explain is taken off first, and the degrees of freedom do not count them: there should be
        many clusters for each.

    Returns
    -------
    Slopes
        All NaN where fewer than 2 clusters vary, or where a column follows from the others; an error of 0
        where the outcome lies on the line.

    Notes
    -----
    Every cluster has a level of its own (fixed effects), which drops out when its means are taken off.
    Variance CR2 with the degrees of freedom of Satterthwaite, for errors that are alike and independent:
    R. M. Bell and D. F. McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage
    samples", Survey Methodology 28 (2002), 169-181; J. E. Pustejovsky and E. Tipton, "Small-sample methods
    for cluster-robust variance estimation and hypothesis testing in fixed effects models", Journal of
    Business and Economic Statistics 36 (2018), 672-683, for levels that are taken off first. With two in each
    cluster and a column of 0 and 1 it is the paired t test.

    Examples
    --------
    >>> found = within_slopes([0, 1, 0, 1, 0, 1], [1, 2, 5, 7, 3, 6], [0, 0, 1, 1, 2, 2])
    >>> found.slope.round(3), found.error.round(3), found.df.round(3)
    (array([2.]), array([0.577]), array([2.]))
    """
    place, y = np.asarray(cluster, np.int64), np.asarray(outcome, np.float64)
    x = np.asarray(columns, np.float64)
    x = x[:, None] if x.ndim == 1 else x
    x, y = _within(x, place), _within(y[:, None], place)[:, 0]
    if allowing is not None:
        x, y = _beside(_within(np.asarray(allowing, np.float64), place), x, y)
    return _slopes(x, y, place)


def _slopes(x: Floats, y: Floats, place: Places) -> Slopes:
    """Regress what is left once each cluster's means are taken off."""
    grams = _by_cluster(x[:, :, None] * x[:, None, :], place)
    own = np.trace(grams, axis1=1, axis2=2)
    varying = int((own > FLAT * max(own.sum(), 1e-300)).sum())
    if varying < 2 or not _told_apart(grams.sum(axis=0)):
        nothing = np.full(x.shape[1], np.nan)
        return Slopes(nothing, nothing, nothing, varying)
    bread = np.linalg.inv(grams.sum(axis=0))
    slope = bread @ (x.T @ y)
    scores = _by_cluster(x * (y - x @ slope)[:, None], place)
    lifted = _adjusted(grams, bread)
    meat = np.einsum("kg,kg->k", *(np.einsum("kgi,gi->kg", lifted, scores),) * 2)
    return Slopes(slope, np.sqrt(meat), _satterthwaite(lifted, grams, bread), varying)


def _within(x: Floats, place: Places) -> Floats:
    """Take off the mean of each cluster."""
    n = np.bincount(place)
    means = _by_cluster(x, place) / np.maximum(n, 1)[:, None]
    found: Floats = x - means[place]
    return found


def _beside(others: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Take off what other columns explain (R. Frisch and F. V. Waugh, Econometrica 1 (1933), 387-401)."""
    both = np.column_stack([x, y])
    left = both - others @ np.linalg.lstsq(others, both, rcond=None)[0]
    return left[:, :-1], left[:, -1]


def _by_cluster(x: Floats, place: Places) -> Floats:
    """Sum up within clusters."""
    flat = x.reshape(len(x), math.prod(x.shape[1:]))
    sums = [np.bincount(place, flat[:, column]) for column in range(flat.shape[1])]
    found: Floats = np.stack(sums, axis=1).astype(np.float64).reshape(-1, *x.shape[1:])
    return found


def _told_apart(gram: Floats) -> bool:
    scale = np.sqrt(np.diag(gram))
    if not (scale > 0).all():
        return False
    return bool(np.linalg.eigvalsh(gram / np.outer(scale, scale))[0] > FLAT)


def _adjusted(grams: Floats, bread: Floats) -> Floats:
    """Return (k, clusters, k) what each cluster's scores are multiplied by, for each slope.

    Of cluster g with columns X it is the row of B X' (I - X B X')^(-1/2) at the slope, B being the bread; the
    root is taken of a k by k matrix, since X' (I - X B X')^(-1/2) = R^-T (I - R' X' X R)^(-1/2) R' X' with
    B = R R'. A direction that one cluster alone tells has no residual, and adds nothing.
    """
    root = np.linalg.cholesky(bread)
    inner = np.einsum("ji,gjk,kl->gil", root, grams, root)
    values, vectors = np.linalg.eigh(inner)
    left = np.where(values < 1 - FLAT, 1 - values, np.inf)
    middle = np.einsum("gij,gj,gkj->gik", vectors, 1 / np.sqrt(left), vectors)
    found: Floats = np.einsum("ki,gij,lj->kgl", root, middle, root)
    return found


def _satterthwaite(lifted: Floats, grams: Floats, bread: Floats) -> Floats:
    """Return (k,) the squared trace over the trace of the square of the covariance of the clusters' parts."""
    moved = np.einsum("gij,kgj->kgi", grams, lifted)
    own = np.einsum("kgi,kgi->kg", lifted, moved)
    drawn = np.einsum("kgi,ij,kgj->kg", moved, bread, moved)
    whole = np.einsum("kgi,kgj->kij", moved, moved) @ bread
    squares = (
        np.einsum("kij,kji->k", whole, whole) - (drawn**2).sum(axis=1) + ((own - drawn) ** 2).sum(axis=1)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (own - drawn).sum(axis=1) ** 2 / squares
    return found
