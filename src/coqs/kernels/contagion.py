"""Whether lapses cluster after a slip, against chance that follows a trend and what else is allowed for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.kernels.clean_runs import slips, within_reach
from coqs.kernels.intervals import normal_quantile, wilson_interval
from coqs.kernels.ridge_logit import logistic, ridge_logit

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
DEGREE = 3
"""Of the trend: a cubic bends twice."""
PRIOR = 2.5
"""Standard deviation of a coefficient about 0, on the logistic scale; of an intercept ten times as much."""
CELLS = 1 << 21
"""Of simulated outcomes at a time."""


class Aftermath(NamedTuple):
    """What followed the slips of each of several sets of outcomes."""

    slips: Floats
    """(sets,) how many slips there are."""
    n: Floats
    """(sets,) known outcomes within reach of a slip."""
    observed: Floats
    """(sets,) lapses among them."""
    expected: Floats
    """(sets,) what they come to if those within reach were as the others are."""
    variance: Floats
    """(sets,) of what is observed about what is expected, if the latter were known."""
    error: Floats
    """(sets,) standard error of what is expected."""


def trend_design(at: npt.ArrayLike, *factors: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return the design and the penalty of a cubic trend and of what else is allowed for.

    Parameters
    ----------
    at
        (n,) when, in any unit: its order alone counts, so that a long pause bends nothing.
    factors
        (n,) places each, such as of a site; -1 is a place of its own.

    Returns
    -------
    design
        (n, k) an intercept, Legendre's polynomials of degree 1 to 3, and an indicator of each place but the
        commonest, about its mean.
    penalty
        (k,) for `ridge_logit`.
    """
    when = np.asarray(at)
    _, place, n = np.unique(when, return_inverse=True, return_counts=True)
    middle = (np.cumsum(n) - n / 2)[place.reshape(-1)] / max(len(when), 1)
    trend = np.polynomial.legendre.legvander(2 * middle - 1, DEGREE)
    columns = [trend, *map(_indicators, factors)]
    design = np.concatenate(columns, axis=1)
    penalty = np.full(design.shape[1], PRIOR**-2)
    penalty[0] /= 100
    return design, penalty


def _indicators(factor: npt.ArrayLike) -> Floats:
    places, place, n = np.unique(np.asarray(factor), return_inverse=True, return_counts=True)
    kept = np.delete(np.arange(len(places)), n.argmax() if len(n) else [])
    found: Floats = (place.reshape(-1)[:, None] == kept).astype(np.float64)
    return found - found.mean(axis=0) if len(found) else found


def aftermath(
    lapse: npt.ArrayLike,
    known: npt.ArrayLike,
    design: npt.ArrayLike,
    penalty: npt.ArrayLike,
    *,
    clean_run: int,
    reach: int,
    start: npt.ArrayLike | None = None,
) -> Aftermath:
    """Compare the lapses within reach of a slip with what the other outcomes lead to expect there.

    A logistic regression is fitted to what is not within reach of a slip; it says how likely each outcome
    within reach is to be a lapse.

    Parameters
    ----------
    lapse
        (sets, n) truth values in the order of time.
    known
        (n,) where an outcome is known.
    design, penalty
        (n, k) and (k,), as of `trend_design`.
    clean_run, reach
        How many in a row are clean before a slip, and how many after it are within its reach.
    start
        (k,) coefficients near those to be found.
    """
    bad, told = np.asarray(lapse, np.bool_), np.asarray(known, np.bool_)
    x = np.asarray(design, np.float64)
    marks = slips(bad, told, clean_run=clean_run)
    near = within_reach(marks, reach) & told
    coefficients, information = ridge_logit(x, bad, told & ~near, penalty, start=start)
    share = logistic(coefficients @ x.T)
    variance = share * (1 - share) * near
    gradient = variance @ x
    moved = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
    return Aftermath(
        slips=marks.sum(axis=1).astype(np.float64),
        n=near.sum(axis=1).astype(np.float64),
        observed=(bad & near).sum(axis=1).astype(np.float64),
        expected=(share * near).sum(axis=1),
        variance=variance.sum(axis=1),
        error=np.sqrt((gradient * moved).sum(axis=1)),
    )


def chance_aftermath(
    lapse: npt.ArrayLike,
    known: npt.ArrayLike,
    design: npt.ArrayLike,
    penalty: npt.ArrayLike,
    *,
    clean_run: int,
    reach: int,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Aftermath, Aftermath]:
    """Return what followed the slips, and what would have followed in `draws` worlds without contagion.

    Parameters
    ----------
    lapse
        (n,) truth values in the order of time.
    known, design, penalty, clean_run, reach
        As in `aftermath`.

    Returns
    -------
    seen
        Of one set, the outcomes given.
    chance
        Of `draws` sets, drawn from a regression that is fitted to all that is known, and treated in the same
        way: their slips are found anew and their regressions fitted anew.

    Notes
    -----
    A parametric bootstrap: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter
    16. That what follows a run differs from the rest even by chance, which the fitting anew allows for, is
    told by J. B. Miller and A. Sanjurjo, "Surprised by the hot hand fallacy? A truth in the law of small
    numbers", Econometrica 86 (2018), 2019-2047.
    """
    bad, told = np.atleast_2d(np.asarray(lapse, np.bool_)), np.asarray(known, np.bool_)
    x = np.asarray(design, np.float64)
    middle = ridge_logit(x, bad, told[None] * 1.0, penalty)[0][0]
    share = logistic(x @ middle)
    how = {"clean_run": clean_run, "reach": reach}
    seen = aftermath(bad, told, x, penalty, start=middle, **how)
    parts = []
    for size in _pieces(draws, len(told)):
        drawn = rng.random((size, len(told))) < share
        parts.append(aftermath(drawn, told, x, penalty, start=middle, **how))
    return seen, Aftermath._make(np.concatenate(each) for each in zip(*parts, strict=True))


def _pieces(draws: int, n: int) -> list[int]:
    most = max(CELLS // max(n, 1), 1)
    return [min(most, draws - done) for done in range(0, draws, most)]


def excess(found: Aftermath) -> Floats:
    """Return (sets,) how far the lapses are above what is expected, in standard deviations; 0 without any."""
    spread = np.sqrt(np.maximum(found.variance, 0) + found.error**2)
    above = found.observed - found.expected
    return np.where(found.n > 0, above / np.where(spread > 0, spread, 1.0), 0.0)


def pooled(parts: list[Aftermath]) -> Aftermath:
    """Return what followed the slips of several people together, set by set."""
    sums = Aftermath._make(np.sum(each, axis=0) for each in zip(*parts, strict=True))
    return sums._replace(error=np.sqrt(np.sum([part.error**2 for part in parts], axis=0)))


def chance_of(seen: Aftermath, chance: Aftermath) -> float:
    """Return how often chance alone puts at least as many lapses after slips; never 0.

    Notes
    -----
    (1 + as many) / (1 + draws): A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application
    (1997), 4.25.
    """
    as_many = (excess(chance) >= excess(seen)[0] - 1e-9).sum()
    return float((1 + as_many) / (1 + len(chance.n)))


def risk_ratio(
    observed: float, n: float, expected: float, error: float, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return observed over expected, and the limits of this ratio.

    The interval of the observed share is Wilson's, that of the expected number normal on its logarithm; both
    are put together as of a ratio of independent estimates.

    Returns
    -------
    ratio, low, high
        NaN where nothing is expected, or n is 0; low is 0 where nothing is observed.

    Notes
    -----
    A. Donner and G. Y. Zou, "Closed-form confidence intervals for functions of the normal mean and standard
    deviation", Statistical Methods in Medical Research 21 (2012), 347-359, for the logarithms of both.

    Examples
    --------
    >>> [round(each, 3) for each in risk_ratio(20, 50, 10, 1)]
    [2.0, 1.315, 2.854]
    """
    if not (n > 0 and expected > 0):
        return float("nan"), float("nan"), float("nan")
    low, high = (float(each[0]) for each in wilson_interval([observed], [n], confidence=confidence))
    ratio, spread = observed / expected, normal_quantile(confidence) * error / expected
    if observed == 0:
        return 0.0, 0.0, high * n / expected * float(np.exp(spread))
    down, up = np.hypot(np.log(observed / n / low), spread), np.hypot(np.log(high * n / observed), spread)
    return ratio, float(ratio * np.exp(-down)), float(ratio * np.exp(up))
