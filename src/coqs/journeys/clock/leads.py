"""Lead and lag: whether one clock moves before another, beyond what chance makes of pairs and lags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.journeys.series import Series
from coqs.kernels.intervals import normal_quantile
from coqs.kernels.local_trend import LocalTrend
from coqs.kernels.multiple import holm
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
LEAST = 20
"""Surprises that two clocks must have in common."""
SURE = 0.05
CLOSEST = 1 - 1e-12
"""A correlation nearer to 1 is told as this, so that it has an interval."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class LeadTable(Tabular):
    """One row a pair of groups, as columns.

    Columns: `leader`, `follower`; `lag`, in periods, 0 where they move together; `correlation` of their
    surprises at that lag with `ci_low` and `ci_high`, its 95 % interval were that lag the one that was meant;
    `n` periods in common; `p`, the chance of as much at any lag, were the two apart;
    `p_all`, the same among all pairs (Holm); `can_tell`, whether there were enough periods; `words`.
    """

    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)

    def __eq__(self, other: object) -> bool:
        return self.rows() == other.rows() if isinstance(other, LeadTable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<LeadTable: {len(self)} pairs>"

    def __str__(self) -> str:
        return "\n".join(row["words"] for row in self.rows())

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.columns),)


def _again(columns: dict[str, npt.NDArray[Any]]) -> LeadTable:
    return LeadTable(columns={name: freeze(each) for name, each in columns.items()})


def surprises(series: Series, trend: LocalTrend) -> Floats:
    """Return (P, G) each value less what its own past foretold, standardised within its group."""
    ahead = np.full(series.shape, np.nan)
    ahead[1:] = (trend.level + trend.slope)[:-1]
    error = (series.value - ahead) * np.sqrt(np.maximum(series.n, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = error - _nanmean(error)
        found: Floats = centred / np.sqrt(_nanmean(centred**2))
    return found


def _nanmean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(known, values, 0.0).sum(axis=0) / known.sum(axis=0)
    return found


def leads_of(
    series: Series, trend: LocalTrend, *, most_lag: int = 4, seed: int = 1, permutations: int = 1999
) -> LeadTable:
    """Tell which clock moves before which.

    Parameters
    ----------
    series, trend
        The journeys and their filtered trends.
    most_lag
        Periods by which one may lead the other.
    seed, permutations
        Of the test.

    Raises
    ------
    PolicyError
        The lag is below 0 or no whole number, or there are no permutations.

    Notes
    -----
    Two series that both drift look related where they are not. So each is held against its own past first:
    what is compared are one-step surprises (L. D. Haugh, "Checking the independence of two
    covariance-stationary time series", Journal of the American Statistical Association 71 (1976), 378-385).
    The greatest correlation over all lags is held against those of permuted surprises, and pairs against each
    other by S. Holm's "simple sequentially rejective" method, Scandinavian Journal of Statistics 6 (1979),
    65-70. The interval of the correlation is R. A. Fisher's, "On the 'probable error' of a coefficient of
    correlation deduced from a small sample", Metron 1 (1921), 3-32; it takes the lag as given, so that where
    the lag was sought, the p value speaks, and not the interval.
    """
    if most_lag != int(most_lag) or most_lag < 0 or permutations < 1:
        raise PolicyError(
            f"leads: must have a lag of 0 or more whole periods and permutations, got {most_lag} and "
            f"{permutations}; mend it",
            choice="most_lag",
            value=most_lag,
        )
    rng = np.random.default_rng(seed)
    errors = surprises(series, trend)
    rows = [
        _pair(series.groups[a], series.groups[b], errors[:, a], errors[:, b], most_lag, rng, permutations)
        for a in range(len(series.groups))
        for b in range(a + 1, len(series.groups))
    ]
    return _told(rows, series.every)


def _pair(
    first: str, second: str, x: Floats, y: Floats, most_lag: int, rng: np.random.Generator, permutations: int
) -> dict[str, Any]:
    n = int((~np.isnan(x) & ~np.isnan(y)).sum())
    if n < LEAST:
        nothing = dict.fromkeys(("correlation", "ci_low", "ci_high", "p"), np.nan)
        return {"leader": first, "follower": second, "lag": 0, "n": n} | nothing
    most_lag = min(most_lag, len(x) - 1)
    lags = np.arange(-most_lag, most_lag + 1)
    found = _correlations(x[:, None], y, lags)[:, 0]
    best = int(np.argmax(np.abs(found)))
    known = np.flatnonzero(~np.isnan(x))
    shuffled = np.repeat(x[:, None], permutations, axis=1)
    shuffled[known] = rng.permuted(shuffled[known], axis=0)
    chance = np.abs(_correlations(shuffled, y, lags)).max(axis=0)
    lag = int(lags[best])
    pair = (first, second) if lag >= 0 else (second, first)
    p = (1 + int((chance >= abs(found[best]) - 1e-12).sum())) / (1 + permutations)
    return {
        "leader": pair[0],
        "follower": pair[1],
        "lag": abs(lag),
        **_at_lag(x, y, lag),
        "n": n,
        "p": p,
    }


def _at_lag(x: Floats, y: Floats, lag: int) -> dict[str, float]:
    """Return the correlation at a lag, over the periods that were both seen, with R. A. Fisher's interval."""
    left, right = (x[: len(x) - lag], y[lag:]) if lag >= 0 else (x[-lag:], y[:lag])
    known = ~np.isnan(left * right)
    r = float(np.clip(np.corrcoef(left[known], right[known])[0, 1], -CLOSEST, CLOSEST))
    half = normal_quantile(1 - SURE) / np.sqrt(known.sum() - 3)
    low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
    return {"correlation": r, "ci_low": float(low), "ci_high": float(high)}


def _correlations(x: Floats, y: Floats, lags: npt.NDArray[np.int64]) -> Floats:
    """Return (lags, columns) mean products of x at a moment and y `lag` periods later.

    Each is shrunk where few periods were both seen, so that no lag is the greatest for want of data.
    """
    rows = []
    for lag in lags.tolist():
        left, right = (x[: len(x) - lag], y[lag:]) if lag >= 0 else (x[-lag:], y[:lag])
        products = left * right[:, None]
        known = ~np.isnan(products)
        total, n = np.where(known, products, 0.0).sum(axis=0), known.sum(axis=0)
        rows.append(np.where(n >= LEAST // 2, total / np.sqrt(np.maximum(n, 1) * len(y)), 0.0))
    return np.array(rows)


def _told(rows: list[dict[str, Any]], every: str) -> LeadTable:
    p = np.array([row["p"] for row in rows], np.float64)
    columns = {
        "leader": np.array([row["leader"] for row in rows], object),
        "follower": np.array([row["follower"] for row in rows], object),
        "lag": np.array([row["lag"] for row in rows], np.int64),
        **{
            name: np.array([row[name] for row in rows], np.float64)
            for name in ("correlation", "ci_low", "ci_high")
        },
        "n": np.array([row["n"] for row in rows], np.int64),
        "p": p,
        "p_all": holm(p),
        "can_tell": ~np.isnan(p),
    }
    columns["words"] = np.array([*_words(columns, every)], object)
    return LeadTable(columns={name: freeze(each) for name, each in columns.items()})


def _words(columns: Mapping[str, npt.NDArray[Any]], every: str) -> Iterator[str]:
    names = ("leader", "follower", "lag", "correlation", "ci_low", "ci_high", "p_all", "n")
    for leader, follower, lag, r, low, high, p, n in zip(*(columns[name] for name in names), strict=True):
        pair, strength = f"{leader} and {follower}", f"(r = {r:.2f}, {low:.2f} to {high:.2f})"
        if np.isnan(p):
            yield f"{pair}: cannot tell, {n} periods in common of {LEAST} that are needed"
        elif p >= SURE:
            yield f"{pair}: no more than chance"
        elif lag == 0:
            yield f"{pair} move together {strength}"
        else:
            yield f"{leader} moves {lag} {every}{'s' if lag > 1 else ''} before {follower} {strength}"
