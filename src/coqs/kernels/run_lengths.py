"""Average run lengths of Shewhart, EWMA and CUSUM charts of normal values, and limits that have a given one.

Values are standardised: mean `shift`, standard deviation 1. A run length counts points up to and with the
first signal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial.legendre import leggauss

from coqs.kernels.normal import normal_cdf, normal_pdf

Floats = npt.NDArray[np.float64]
LEAST_NODES, NODES_A_SD = 48, 9
"""Points at which the integral equations are solved: at least, and for each sd of the kernel."""
STEADY = 1e-13
"""What limits may still differ by from those that they tend to."""


def shewhart_limit(arl0: float, *, sided: int = 2) -> float:
    """Return the limit, in standard deviations, whose chart signals once in `arl0` points by chance.

    Parameters
    ----------
    arl0
        Average run length in control; above 1.
    sided
        2 for limits on both sides, 1 for one.

    Raises
    ------
    ValueError
        The run length is not above 1.

    Examples
    --------
    >>> round(shewhart_limit(370.4), 4)
    3.0
    """
    _check_arl(arl0)
    return -NormalDist().inv_cdf(min(1 / (sided * arl0), 0.5))


def shewhart_arl(limit: float, shift: float = 0.0, *, sided: int = 2) -> float:
    """Return the average run length of a chart with this limit.

    >>> round(shewhart_arl(3.0), 2), round(shewhart_arl(3.0, 1.0), 2)
    (370.4, 43.89)
    """
    high = float(normal_cdf(shift - limit))
    low = float(normal_cdf(-shift - limit)) if sided == 2 else 0.0
    return 1 / (high + low)


def ewma_arl(weight: float, limit: float, shift: float = 0.0, *, varying: bool = False) -> float:
    """Return the average run length of a two-sided EWMA chart that begins at the centre.

    Parameters
    ----------
    weight
        Of the newest value.
    limit
        In standard deviations of the EWMA: of what it tends to, or with `varying` of each moment's own.
    shift
        Mean of the values.
    varying
        Whether the limits open with the EWMA's exact variance, which is small at first.

    Raises
    ------
    ValueError
        The weight or the limit is none.

    Notes
    -----
    The integral equation of S. V. Crowder, "A simple method for studying run-length distributions of
    exponentially weighted moving average charts", Technometrics 29 (1987), 401-407, solved by Gauss-Legendre
    quadrature. With varying limits the density of what has not signalled is carried on from point to point,
    until the limits stand still.

    Examples
    --------
    >>> round(ewma_arl(0.1, 2.7), 2), round(ewma_arl(0.1, 2.7, varying=True), 2)
    (368.99, 356.1)
    """
    _check_weight(weight, limit)
    half = limit * math.sqrt(weight / (2 - weight))
    steady = _EwmaGrid.of(weight, half, shift)
    return _varying_arl(weight, shift, steady) if varying else steady.arl_at(0.0)


class _EwmaGrid(NamedTuple):
    """An EWMA between fixed limits, at the points of a quadrature."""

    weight: float
    shift: float
    nodes: Floats
    weights: Floats
    arl: Floats
    """(nodes,) average run length from each point on."""

    @classmethod
    def of(cls, weight: float, half: float, shift: float) -> _EwmaGrid:
        nodes, weights = _grid(half, weight)
        matrix = np.eye(len(nodes)) - weights * _moved(nodes[:, None], nodes[None, :], weight, shift)
        arl: Floats = np.linalg.solve(matrix, np.ones(len(nodes))).astype(np.float64)
        return cls(weight, shift, nodes, weights, arl)

    def arl_at(self, start: float) -> float:
        moves = _moved(np.array(start), self.nodes, self.weight, self.shift)
        return float(1 + (self.weights * moves * self.arl).sum())


def _grid(half: float, weight: float) -> tuple[Floats, Floats]:
    n = max(LEAST_NODES, math.ceil(NODES_A_SD * half / weight))
    nodes, weights = leggauss(n)
    return half * nodes, half * weights


def _moved(before: Floats, after: Floats, weight: float, shift: float) -> Floats:
    """Return the density of an average after a value, given the one before it."""
    return normal_pdf((after - (1 - weight) * before) / weight - shift) / weight


def _varying_arl(weight: float, shift: float, steady: _EwmaGrid) -> float:
    """Add up the chances that no signal has come yet, and from where the limits stand still what is left."""
    nodes, weights = steady.nodes, steady.weights
    before, density, total, opened = np.zeros(1), np.ones(1), 1.0, 0.0
    step = 0
    while 1 - opened > STEADY:
        step += 1
        opened = math.sqrt(1 - (1 - weight) ** (2 * step))
        at, mass = nodes * opened, weights * opened
        density = _moved(before[:, None], at[None, :], weight, shift).T @ density * mass
        before = at
        total += float(density.sum())
    return float(total - density.sum() + (density * steady.arl).sum())


def ewma_limit(weight: float, arl0: float, *, varying: bool = False) -> float:
    """Return the limit, in standard deviations of the EWMA, whose chart has this run length in control.

    Parameters
    ----------
    weight, varying
        As in `ewma_arl`.
    arl0
        Average run length in control; above 1.

    Raises
    ------
    ValueError
        The weight or the run length is none.

    Examples
    --------
    >>> round(ewma_limit(0.1, 500.0), 3)
    2.814
    """
    _check_arl(arl0)
    _check_weight(weight, 1.0)
    return rising_root(lambda limit: ewma_arl(weight, limit, varying=varying), arl0, 0.05, 9.0)


def cusum_arl(k: float, h: float, shift: float = 0.0, *, headstart: float = 0.0, sided: int = 2) -> float:
    """Return the average run length of a tabular CUSUM.

    Parameters
    ----------
    k
        Reference value.
    h
        Decision interval: a sum above it signals.
    shift
        Mean of the values.
    headstart
        What the sums begin with, from 0 to h.
    sided
        2 for both sums, 1 for the upper one alone.

    Raises
    ------
    ValueError
        h is not above 0, or the headstart does not lie below it.

    Notes
    -----
    The integral equation of E. S. Page, Biometrika 41 (1954), 100-115 (its Markov chain: D. Brook and D. A.
    Evans, "An approach to the probability distribution of CUSUM run length", Biometrika 59 (1972), 539-549),
    solved by Gauss-Legendre quadrature; both sides together as in J. M. Lucas and R. B. Crosier,
    Technometrics 24 (1982), 199-205.

    Examples
    --------
    >>> round(cusum_arl(0.5, 5.0), 1), round(cusum_arl(0.5, 5.0, sided=1), 1)
    (465.4, 930.9)
    """
    if not h > 0 or not 0 <= headstart <= h:
        raise ValueError(f"h: must be above 0, and the headstart from 0 to h, got {h} and {headstart}")
    up = _one_sided(k, h, shift, headstart)
    if sided == 1:
        return up[1]
    down = _one_sided(k, h, -shift, headstart)
    return (up[1] * down[0] + up[0] * down[1] - up[0] * down[0]) / (up[0] + down[0])


def _one_sided(k: float, h: float, shift: float, headstart: float) -> tuple[float, float]:
    """Return the average run length of the upper sum, from 0 and from the headstart."""
    nodes, weights = leggauss(max(LEAST_NODES, math.ceil(NODES_A_SD * h)))
    nodes, weights = h / 2 * (nodes + 1), h / 2 * weights
    starts = np.concatenate([[0.0], nodes, [headstart]])
    stays = np.zeros((len(starts), len(nodes) + 1))
    stays[:, 0] = normal_cdf(k - shift - starts)
    stays[:, 1:] = weights * normal_pdf(nodes[None, :] - starts[:, None] + k - shift)
    inner = stays[:-1]
    arl = np.linalg.solve(np.eye(len(inner)) - inner, np.ones(len(inner)))
    return float(arl[0]), float(1 + stays[-1] @ arl)


def cusum_interval(k: float, arl0: float, *, sided: int = 2, headstart_share: float = 0.0) -> float:
    """Return the decision interval h of a CUSUM that has this run length in control.

    Parameters
    ----------
    k, sided
        As in `cusum_arl`.
    arl0
        Average run length in control; above 1.
    headstart_share
        What the sums begin with, as a share of h, from 0 to below 1; 0.5 for that of Lucas and Crosier.

    Raises
    ------
    ValueError
        The run length is not above 1, or cannot be had with this k.

    Notes
    -----
    D. M. Hawkins, "Cumulative sum control charting: an underutilized SPC tool", Quality Engineering 5 (1993),
    463-477, tabulates it.

    Examples
    --------
    >>> round(cusum_interval(0.5, 370.0), 2)
    4.77
    """
    _check_arl(arl0)
    if not 0 <= headstart_share < 1:
        raise ValueError(f"headstart_share: must lie from 0 to below 1, got {headstart_share}; use 0.5")

    def run_length(h: float) -> float:
        return cusum_arl(k, h, headstart=headstart_share * h, sided=sided)

    return rising_root(run_length, arl0, 1e-3, 300.0)


def rising_root(run_length: Callable[[float], float], arl0: float, low: float, high: float) -> float:
    """Return where a rising run length is `arl0`, to about ten digits.

    Raises
    ------
    ValueError
        It is not reached between the two ends.

    Notes
    -----
    Bisection on the logarithm until the ends are near, then the secant through them, nearly straight.
    """
    goal = math.log(arl0)
    ends = [(low, math.log(run_length(low)) - goal)]
    while ends[-1][1] < 0 and ends[-1][0] < high:
        at = min(ends[-1][0] + 1.0, high)
        ends = [ends[-1], (at, math.log(run_length(at)) - goal)]
    if len(ends) < 2 or ends[1][1] < 0:
        raise ValueError(f"arl0: cannot be had here, got {arl0:g}; ask for another")
    for step in range(80):
        (low, below), (high, above) = ends
        share = 0.5 if step < 4 or step % 3 == 0 else -below / (above - below)
        middle = low + share * (high - low)
        miss = math.log(run_length(middle)) - goal
        if abs(miss) < 1e-11 or high - low < 1e-12 * high:
            return middle
        ends = [(middle, miss), ends[1]] if miss < 0 else [ends[0], (middle, miss)]
    return middle


def _check_arl(arl0: float) -> None:
    if not arl0 > 1:
        raise ValueError(f"arl0: must be above 1 point, got {arl0}; use for example 370")


def _check_weight(weight: float, limit: float) -> None:
    if not 0 < weight <= 1 or not limit > 0:
        raise ValueError(f"weight: must be above 0 and at most 1, limit above 0, got {weight} and {limit}")
