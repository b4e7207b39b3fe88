"""Time to an event where some are followed too briefly: Kaplan-Meier and Aalen-Johansen.

Durations are numbers of one unit, whichever the caller counts in. Events at a time come before
censorings at that time, so whoever is censored then was still at risk.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.kernels.intervals import normal_quantile

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
HALF = 0.5
ROUNDING = 1e-12
"""What products of shares may be off by."""


class KaplanMeier(NamedTuple):
    """A survival curve: what holds from each time of an event on; (T,) arrays unless said."""

    times: Floats
    """Times at which an event was seen, rising."""
    at_risk: Counts
    """How many were followed, and without an event, just before."""
    events: Counts
    """How many events were seen then."""
    survival: Floats
    """Share without an event up to and with this time."""
    se: Floats
    """Greenwood's standard error; 0 where the share is 0."""
    ci_low: Floats
    """Limits of the band, at each time for itself; NaN where the share is 0."""
    ci_high: Floats
    median: float
    """First time at which the share is 1/2 or less; NaN if it never is."""
    median_low: float
    """First time at which the band's low limit is 1/2 or less; NaN if it never is."""
    median_high: float
    """The same of its high limit."""
    last: float
    """The longest that anybody was followed; NaN where nobody was."""

    def at(self, times: npt.ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the share, its standard error, and the limits at any times.

        Before the first event the share is 1, and has no interval. After the last one who was followed
        the share is not known (NaN), unless it was 0 by then.
        """
        where = np.asarray(times, np.float64)
        gone = len(self.survival) > 0 and self.survival[-1] <= 0
        known = (where >= 0) & ((where <= self.last) | gone)
        found = _steps(self.times, where, (self.survival, self.se, self.ci_low, self.ci_high), first=1.0)
        share, se, low, high = (np.where(known, each, np.nan) for each in found)
        return share, se, low, high


class AalenJohansen(NamedTuple):
    """Cumulative incidences: the share that each of K causes has ended up to a time."""

    times: Floats
    """(T,) times at which an event of some cause was seen, rising."""
    at_risk: Counts
    """(T,) how many were followed, and without an event, just before."""
    events: Counts
    """(T, K) how many events of each cause were seen then."""
    incidence: Floats
    """(T, K) share ended by each cause up to and with this time."""
    se: Floats
    """(T, K) standard error of each."""
    ci_low: Floats
    """(T, K) limits at each time for itself; NaN where the share is 0 or 1."""
    ci_high: Floats
    survival: Floats
    """(T,) share that no cause has ended; with the incidences it makes 1."""
    last: float
    """The longest that anybody was followed; NaN where nobody was."""

    def at(self, times: npt.ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
        """Return (times, K) the incidences, their standard errors, and the limits at any times.

        Before the first event they are 0, and have no interval. After the last one who was followed they
        are not known (NaN), unless nobody was left by then.
        """
        where = np.asarray(times, np.float64)
        gone = len(self.survival) > 0 and self.survival[-1] <= ROUNDING
        known = ((where >= 0) & ((where <= self.last) | gone))[..., None]
        found = _steps(self.times, where, (self.incidence, self.se, self.ci_low, self.ci_high), first=0.0)
        share, se, low, high = (np.where(known, each, np.nan) for each in found)
        return share, se, low, high


def kaplan_meier(
    durations: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> KaplanMeier:
    """Estimate the share without an event over time, where some were followed too briefly.

    Parameters
    ----------
    durations
        (n,) how long each was followed, 0 or more: until the event, or until nobody looked any more.
    event
        (n,) whether it ended with the event; else it is censored.
    entry
        (n,) from when each was followed, before its duration; from the start unless told. Who is followed
        late is not at risk before (left truncation).
    confidence
        Coverage aimed at by the band, at each time for itself.

    Returns
    -------
    KaplanMeier
        Without times for nobody, and where all are censored; all equal gives one time.

    Raises
    ------
    ValueError
        Lengths differ, a duration is below 0 or not finite, or an entry is not before it.

    Notes
    -----
    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", Journal of the
    American Statistical Association 53 (1958), 457-481. The variance is M. Greenwood's (1926). The band is
    taken on log(-log S): J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time
    Data, 2nd edition (2002), section 1.4. The median's interval inverts it: R. Brookmeyer and J. Crowley,
    "A confidence interval for the median survival time", Biometrics 38 (1982), 29-41.

    Examples
    --------
    >>> curve = kaplan_meier([2, 3, 3, 5, 8], [True, True, False, True, False])
    >>> curve.times, curve.at_risk, curve.survival.round(2)
    (array([2., 3., 5.]), array([5, 4, 2]), array([0.8, 0.6, 0.3]))
    """
    lengths, happened = _durations(durations), np.asarray(event).astype(np.bool_)
    times, at_risk, events = _table(lengths, happened.astype(np.int64), 1, entry)
    died = events[:, 0]
    survival: Floats = np.cumprod(1 - died / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.cumsum(_greenwood(died, at_risk))
    se = np.where(survival > 0, survival * np.sqrt(squares), 0.0)
    low, high = log_log_interval(survival, se, confidence=confidence)
    middle, first, last = (_first_below(times, each) for each in (survival, low, high))
    longest = _longest(lengths)
    return KaplanMeier(times, at_risk, died, survival, se, low, high, middle, first, last, longest)


def aalen_johansen(
    durations: npt.ArrayLike,
    cause: npt.ArrayLike,
    K: int,  # noqa: N803 - as the literature writes it
    *,
    entry: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> AalenJohansen:
    """Estimate the share that each of several causes has ended over time.

    Parameters
    ----------
    durations
        (n,) how long each was followed, 0 or more.
    cause
        (n,) what ended it: 0 nothing (censored), 1 to K.
    K
        Number of causes; one that never occurs has incidence 0.
    entry
        (n,) from when each was followed; from the start unless told.
    confidence
        Coverage aimed at by the intervals, at each time and of each cause for itself.

    Returns
    -------
    AalenJohansen
        Without times for nobody, and where all are censored; all equal gives one time.

    Raises
    ------
    ValueError
        As of `kaplan_meier`, or a cause is not among 0 to K.

    Notes
    -----
    O. O. Aalen and S. Johansen, "An empirical transition matrix for non-homogeneous Markov chains based on
    censored observations", Scandinavian Journal of Statistics 5 (1978), 141-150. The variance is that of
    the delta method on multinomial counts: E. Marubini and M. G. Valsecchi, Analysing Survival Data from
    Clinical Trials and Observational Studies (1995), formula 10.12; with one cause it is Greenwood's. The
    interval is taken on log(-log F).

    Examples
    --------
    >>> found = aalen_johansen([1, 2, 2, 3, 4], [1, 2, 0, 1, 0], 2)
    >>> found.incidence.round(3)
    array([[0.2, 0. ],
           [0.2, 0.2],
           [0.5, 0.2]])
    >>> found.survival.round(3)
    array([0.8, 0.6, 0.3])
    """
    lengths, causes = _durations(durations), np.asarray(cause)
    _check_causes(causes, K)
    times, at_risk, events = _table(lengths, causes.astype(np.int64), K, entry)
    survival = np.cumprod(1 - events.sum(axis=1) / at_risk)
    before = np.concatenate([[1.0], survival[:-1]])[: len(times)]
    incidence = np.cumsum(before[:, None] * events / at_risk[:, None], axis=0)
    se = np.sqrt(_incidence_variance(incidence, before, events, at_risk))
    low, high = log_log_interval(incidence, se, confidence=confidence)
    return AalenJohansen(times, at_risk, events, incidence, se, low, high, survival, _longest(lengths))


def log_log_interval(
    share: npt.ArrayLike, se: npt.ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval for a share with a known standard error, taken on log(-log share).

    Parameters
    ----------
    share, se
        Arrays of one shape.
    confidence
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    low, high
        Limits within (0, 1); NaN where the share is 0 or 1, of which the standard error says nothing.

    Examples
    --------
    >>> low, high = log_log_interval([0.807], [0.0869])
    >>> low.round(3), high.round(3)
    (array([0.563]), array([0.923]))
    """
    p, error = np.asarray(share, np.float64), np.asarray(se, np.float64)
    inside = np.where((p > ROUNDING) & (p < 1 - ROUNDING), p, np.nan)
    logarithm = np.log(inside)
    width = normal_quantile(confidence) * error / (inside * -logarithm)
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(logarithm * np.exp(width)), np.exp(logarithm * np.exp(-width))


def _longest(lengths: Floats) -> float:
    return float(lengths.max()) if len(lengths) else np.nan


def _durations(durations: npt.ArrayLike) -> Floats:
    lengths = np.asarray(durations, np.float64)
    if not np.isfinite(lengths).all() or (lengths < 0).any():
        raise ValueError("durations: must be finite and 0 or more; leave out what was never followed")
    return lengths


def _check_causes(causes: npt.NDArray[Any], kinds: int) -> None:
    if causes.size and not np.isin(causes, np.arange(kinds + 1)).all():
        raise ValueError(f"cause: must be 0 (censored) to {kinds}, got another; raise K or mend it")


def _table(
    lengths: Floats, causes: Counts, kinds: int, entry: npt.ArrayLike | None
) -> tuple[Floats, Counts, Counts]:
    """Return the times of events, how many were at risk, and (T, kinds) how many of each cause ended."""
    if lengths.shape != causes.shape or lengths.ndim != 1:
        raise ValueError(f"durations: must go with their events, got {lengths.shape} and {causes.shape}")
    ended = causes > 0
    times, place = np.unique(lengths[ended], return_inverse=True)
    cell = place.reshape(-1) * kinds + causes[ended] - 1
    events = np.bincount(cell, minlength=len(times) * kinds).reshape(len(times), kinds)
    at_risk = len(lengths) - np.searchsorted(np.sort(lengths), times, side="left")
    if entry is not None:
        at_risk = at_risk - _not_yet_in(lengths, np.asarray(entry, np.float64), times)
    return times, at_risk.astype(np.int64), events.astype(np.int64)


def _not_yet_in(lengths: Floats, entry: Floats, times: Floats) -> Counts:
    """Count those that are followed only from a time on, or from later."""
    if entry.shape != lengths.shape or not (entry < lengths).all():
        raise ValueError("entry: must lie before the duration of each; leave out what was never followed")
    return len(entry) - np.searchsorted(np.sort(entry), times, side="left")


def _greenwood(events: Counts, at_risk: Counts) -> Floats:
    """Return events over (at risk, times those left); 0 where none is left, for nothing follows then."""
    left = at_risk - events
    return np.where(left > 0, events / (at_risk * np.maximum(left, 1.0)), 0.0)


def _incidence_variance(incidence: Floats, before: Floats, events: Counts, at_risk: Counts) -> Floats:
    """Return (T, K) variances, sums over the times up to each of what each adds.

    (F(t) - F(s))^2 and F(t) - F(s) are multiplied out, so that running sums over s will do.
    """
    n, whole = at_risk[:, None].astype(np.float64), before[:, None]
    ends = _greenwood(events.sum(axis=1), at_risk)[:, None]
    own = whole**2 * events * (n - events) / n**3
    both = whole * events / n**2
    squares = incidence**2 * ends.cumsum(0) - 2 * incidence * (incidence * ends).cumsum(0)
    squares += (incidence**2 * ends).cumsum(0)
    cross = incidence * both.cumsum(0) - (incidence * both).cumsum(0)
    variance: Floats = np.maximum(squares + own.cumsum(0) - 2 * cross, 0.0)
    return variance


def _first_below(times: Floats, share: Floats) -> float:
    """Return the first time at which a share is 1/2 or less."""
    below = np.flatnonzero(share <= HALF + ROUNDING)
    return float(times[below[0]]) if len(below) else np.nan


def _steps(times: Floats, at: Floats, values: tuple[Floats, ...], *, first: float) -> list[Floats]:
    """Return what a share, its error and its limits are at any times; before the first step `first`, 0."""
    place = np.searchsorted(times, at, side="right")
    starts = (first, 0.0, np.nan, np.nan)
    return [
        np.concatenate([np.full((1, *column.shape[1:]), start), column])[place]
        for start, column in zip(starts, values, strict=True)
    ]
