"""Average run lengths of sets of run rules, and zones for a given one.

Exact by a chain where the rules look at zones alone (`coqs.kernels.rule_chains`); else simulated, with the
error of that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.kernels.rule_chains import chain_arl, has_chain
from coqs.kernels.run_lengths import rising_root
from coqs.kernels.run_rules import RunRule, completes

Mask = npt.NDArray[np.bool_]
POINTS, SERIES = 1200, 400
"""Of one simulated block."""
NARROWEST, WIDEST = 0.1, 3.0
"""Times which zones are widened at least and at most."""


class SimulatedRunLength(NamedTuple):
    """A run length, and its standard error, which is 0 where a chain gives it exactly."""

    arl: float
    se: float


def rule_set_arl(
    rules: Sequence[RunRule], *, scale: float = 1.0, shift: float = 0.0, seed: int = 1, signals: int = 10_000
) -> SimulatedRunLength:
    """Return the average run length of several rules together, of independent normal values.

    Parameters
    ----------
    rules
        A signal is the first point that completes any of them.
    scale
        What their zones are multiplied by.
    shift
        Mean of the values, in standard deviations.
    seed
        The same seed gives the same number.
    signals
        First signals to be seen, about; the standard error is about the run length over their root.

    Raises
    ------
    ValueError
        There is no rule, or one is none.

    Notes
    -----
    By the Markov chain of C. W. Champ and W. H. Woodall, "Exact results for Shewhart control charts with
    supplementary runs rules", Technometrics 29 (1987), 393-399. There is none where trends and alternation
    are among the rules, which are simulated: series that have not signalled at their end count as observed
    until then, so that the run length is points seen over signals seen.

    Examples
    --------
    >>> found = rule_set_arl([RunRule("beyond", zone=3.0), RunRule("run", of=8)])
    >>> round(found.arl, 2), found.se
    (152.73, 0.0)
    """
    if not rules:
        raise ValueError("rules: must be one at least, got none; name one")
    exact = chain_arl(rules, scale=scale, shift=shift) if has_chain(rules) else None
    if exact is not None:
        return SimulatedRunLength(exact, 0.0)
    rng = np.random.default_rng(seed)
    points, seen = 0, 0
    while seen < signals:
        first = _first_signals(rules, rng.standard_normal((POINTS, SERIES)) + shift, scale)
        found = first < POINTS
        points += int(np.where(found, first + 1, POINTS).sum())
        seen += int(found.sum())
        if not seen and points > 50 * POINTS * SERIES:
            return SimulatedRunLength(math.inf, math.inf)
    return SimulatedRunLength(points / seen, points / seen / math.sqrt(seen))


def _first_signals(
    rules: Sequence[RunRule], z: npt.NDArray[np.float64], scale: float
) -> npt.NDArray[np.int64]:
    """Return (G,) the place of the first signal of each series, its length where there is none."""
    signal = np.zeros((len(z) + 1, z.shape[1]), np.bool_)
    signal[-1] = True
    for rule in rules:
        upper, lower = completes(rule, z, scale=scale)
        signal[:-1] |= upper | lower
    found: npt.NDArray[np.int64] = np.argmax(signal, axis=0)
    return found


class FittedRules(NamedTuple):
    """Rules that have a run length together."""

    rules: tuple[RunRule, ...]
    """Those that were given, patterns without a zone made longer where they had to be."""
    scale: float
    """What their zones are multiplied by."""
    found: SimulatedRunLength
    """What they come to."""


def fitted_rules(
    rules: Sequence[RunRule], arl0: float, *, seed: int = 1, signals: int = 10_000
) -> FittedRules:
    """Return a set of rules, and the scale of their zones, that have this run length in control together.

    Where patterns without a zone (runs, trends, alternation) signal too often by themselves, all of them are
    made longer by a point at a time until zones can do the rest.

    Parameters
    ----------
    rules, seed, signals
        As in `rule_set_arl`.
    arl0
        Average run length in control; above 1.

    Raises
    ------
    ValueError
        There is no rule, or one is none, or the run length is not above 1.

    Notes
    -----
    Where the rules are simulated: bisection on simulations of one seed, so that they differ by the scale
    alone, then a secant step on more of them.
    """
    if not arl0 > 1:
        raise ValueError(f"arl0: must be above 1 point, got {arl0}; use for example 370")
    few, fitted = signals // 5, tuple(rules)
    while rule_set_arl(fitted, scale=WIDEST, seed=seed, signals=few).arl < arl0:
        fitted = tuple(each if each.has_zone else each._replace(of=each.of + 1) for each in fitted)
    if not any(each.has_zone for each in fitted):
        return FittedRules(fitted, 1.0, rule_set_arl(fitted, seed=seed + 1, signals=signals))
    if rule_set_arl(fitted, signals=few).se == 0:
        scale = rising_root(lambda scale: rule_set_arl(fitted, scale=scale).arl, arl0, NARROWEST, WIDEST)
        return FittedRules(fitted, scale, rule_set_arl(fitted, scale=scale))
    low, high = NARROWEST, WIDEST
    for _ in range(11):
        middle = (low + high) / 2
        enough = rule_set_arl(fitted, scale=middle, seed=seed, signals=few).arl >= arl0
        low, high = (low, middle) if enough else (middle, high)
    return FittedRules(fitted, *_refined(fitted, arl0, (low + high) / 2, seed, signals))


def _refined(
    rules: Sequence[RunRule], arl0: float, scale: float, seed: int, signals: int
) -> tuple[float, SimulatedRunLength]:
    """Move a scale to where the run length is, by a secant step on more signals."""
    other = scale * 1.02
    here, there = (rule_set_arl(rules, scale=each, seed=seed + 1, signals=signals) for each in (scale, other))
    slope = (np.log(there.arl) - np.log(here.arl)) / (other - scale)
    if slope > 0:
        scale += float(np.clip((np.log(arl0) - np.log(here.arl)) / slope, -0.1, 0.1))
    return scale, rule_set_arl(rules, scale=scale, seed=seed + 1, signals=signals)
