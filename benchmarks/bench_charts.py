"""Smooth and chart 10,000 series of 365 points, beside SciPy, polars, pandas and a loop in Python.

Everything runs in one process, all contenders of a task in turn, and the best time of each counts; the
garbage of one is given back before the next begins. Each holds the data as suits it best: coqs
time-major, SciPy both ways, the data frames as one long sorted table. All must agree to 1e-9. Contenders
that are not installed are left out.

Run: python benchmarks/bench_charts.py [--series 10000] [--points 365] [--rounds 15] [--tiny]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module, util
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.kernels.proportions import p_chart
from coqs.kernels.smoothing import cusum, ewma

TOLERANCE = 1e-9
WEIGHT, K, LIMIT = 0.2, 0.5, 3.0
Floats = npt.NDArray[np.float64]


@attrs.frozen
class Contender:
    """One way to do a task, which returns (periods, groups) arrays once `columns` has turned them."""

    name: str
    run: Callable[[], Any]
    columns: Callable[[Any], tuple[Any, ...]] = lambda found: found if isinstance(found, tuple) else (found,)
    must: float | None = None
    """How many times as fast coqs has to be."""
    rounds: int | None = None
    """How often it runs at most: some are slow."""


def installed(name: str) -> bool:
    """Tell whether a library is there, and say so if it is not."""
    there = util.find_spec(name) is not None
    if not there:
        print(f"{name}: left out, since it is not installed")
    return there


def smoothing(x: Floats, libraries: Mapping[str, bool]) -> Iterator[Contender]:
    """Yield ways to average exponentially, beginning with the first value of each series."""
    periods, groups = x.shape
    rows = np.ascontiguousarray(x.T)
    yield Contender("coqs", lambda: ewma(x, WEIGHT, x[0]))
    holed = np.where(np.random.default_rng(3).random(x.shape) < 0.05, np.nan, x)
    holed[0] = x[0]
    yield Contender("coqs, one value in twenty a gap", lambda: ewma(holed, WEIGHT, x[0]), lambda _: ())
    if libraries["scipy"]:
        lfilter = import_module("scipy.signal").lfilter
        b, a, kept = [WEIGHT], [1.0, WEIGHT - 1.0], 1 - WEIGHT
        yield Contender(
            "SciPy lfilter, time-major",
            lambda: lfilter(b, a, x, axis=0, zi=kept * x[:1])[0],
            must=3,
        )
        yield Contender(
            "SciPy lfilter, series-major",
            lambda: lfilter(b, a, rows, axis=1, zi=kept * rows[:, :1])[0],
            lambda found: (found.T,),
            must=3,
        )
    long = {"group": np.repeat(np.arange(groups), periods), "x": rows.ravel()}

    def turned(found: Any) -> tuple[Floats]:
        return (np.asarray(found).reshape(groups, periods).T,)

    if libraries["polars"]:
        pl = import_module("polars")
        frame = pl.DataFrame(long)
        mean = pl.col("x").ewm_mean(alpha=WEIGHT, adjust=False).over("group")
        yield Contender(
            f"polars, {pl.thread_pool_size()} threads", lambda: frame.select(mean)["x"], turned, must=12
        )
    if libraries["pandas"]:
        table = import_module("pandas").DataFrame(long)
        by = table.groupby("group", sort=False)["x"]
        yield Contender(
            "pandas", lambda: by.ewm(alpha=WEIGHT, adjust=False).mean(), turned, must=30, rounds=5
        )


def sums(x: Floats, _: Mapping[str, bool]) -> Iterator[Contender]:
    """Yield ways to add up both sides of a CUSUM."""
    yield Contender("coqs", lambda: cusum(x, K))
    rows = x.T.tolist()
    yield Contender(
        "a loop in Python",
        lambda: loop(rows),
        lambda found: tuple(np.array(side).T for side in found),
        must=60,
        rounds=5,
    )


def loop(rows: list[list[float]]) -> tuple[list[list[float]], list[list[float]]]:
    """Add up series after series, value after value."""
    uppers, lowers = [], []
    for row in rows:
        upper = lower = 0.0
        above, below = [], []
        for value in row:
            upper = max(0.0, upper + value - K)
            lower = max(0.0, lower - value - K)
            above.append(upper)
            below.append(lower)
        uppers.append(above)
        lowers.append(below)
    return uppers, lowers


def proportions(x: Floats, libraries: Mapping[str, bool]) -> Iterator[Contender]:
    """Yield ways to draw p charts, with limits and flags, of the share of each group."""
    periods, groups = x.shape
    rng = np.random.default_rng(2)
    n = rng.integers(20, 60, x.shape).astype(np.float64)
    hits = rng.binomial(n.astype(np.int64), 0.1).astype(np.float64)
    yield Contender("coqs", lambda: p_chart(hits, n, LIMIT)[1:])
    if libraries["pandas"]:
        pd = import_module("pandas")
        group = np.repeat(np.arange(groups), periods)
        table = pd.DataFrame({"group": group, "hits": hits.T.ravel(), "n": n.T.ravel()})

        def turned(found: Any) -> tuple[Floats, ...]:
            return tuple(found[name].to_numpy().reshape(groups, periods).T for name in found)

        yield Contender("pandas", lambda: p_chart_of_frame(table, *sums_one_by_one(table)), turned, must=5)
        yield Contender("pandas, tuned", lambda: p_chart_of_frame(table, *sums_at_once(table)), turned)


def sums_one_by_one(table: Any) -> tuple[Any, Any]:
    """Return the sums of each group beside its rows, as one writes it down."""
    by = table.groupby("group")
    return by["hits"].transform("sum"), by["n"].transform("sum")


def sums_at_once(table: Any) -> tuple[Any, Any]:
    """Return the sums of each group beside its rows, of both columns in one go and unsorted."""
    both = table.groupby("group", sort=False)[["hits", "n"]].transform("sum")
    return both["hits"], both["n"]


def p_chart_of_frame(table: Any, hits: Any, n: Any) -> Any:
    """Draw p charts with columns."""
    centre = hits / n
    half = LIMIT * (centre * (1 - centre) / table["n"]) ** 0.5
    lower, upper = (centre - half).clip(lower=0), (centre + half).clip(upper=1)
    share = table["hits"] / table["n"]
    return type(table)({"lower": lower, "upper": upper, "flags": (share < lower) | (share > upper)})


def best_times(contenders: list[Contender], rounds: int) -> dict[str, float]:
    """Return the best seconds of each, all running in turn."""
    best = {each.name: np.inf for each in contenders}
    for turn in range(rounds):
        for each in contenders:
            if each.rounds is not None and turn >= each.rounds:
                continue
            start = time.perf_counter()
            found = each.run()
            best[each.name] = min(best[each.name], time.perf_counter() - start)
            del found  # its memory is given back before the next run asks for as much
    return best


def compare(contenders: list[Contender]) -> None:
    """Hold what every contender finds to what the first one does."""
    truth = contenders[0].columns(contenders[0].run())
    for each in contenders[1:]:
        for theirs, ours in zip(each.columns(each.run()), truth, strict=False):
            if not np.allclose(theirs, ours, rtol=0, atol=TOLERANCE):
                raise SystemExit(f"{each.name}: differs from coqs by more than {TOLERANCE}")


def show(title: str, contenders: list[Contender], best: Mapping[str, float]) -> None:
    """Print the best times, and how many times as fast coqs is."""
    ours = best[contenders[0].name]
    print(f"\n{title}\n{'':36}{'milliseconds':>14}{'coqs is faster by':>20}")
    for each in contenders:
        ratio = best[each.name] / ours
        short = "" if each.must is None or ratio >= each.must else ", and is not"
        must = "" if each.must is None else f"   must be {each.must:g}{short}"
        print(f"{each.name:36}{best[each.name] * 1e3:14.2f}{ratio:20.2f}{must}")


def main() -> None:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=10_000, help="how many series")
    parser.add_argument("--points", type=int, default=365, help="how many points each")
    parser.add_argument("--rounds", type=int, default=15, help="how often each contender runs")
    parser.add_argument("--tiny", action="store_true", help="a size that only shows that it runs")
    asked = parser.parse_args()
    points, series, rounds = (20, 30, 1) if asked.tiny else (asked.points, asked.series, asked.rounds)
    libraries = {name: installed(name) for name in ("scipy", "polars", "pandas")}
    x = np.random.default_rng(1).standard_normal((points, series))
    size = f"of {series:,} series x {points} points"
    tasks = (("EWMA", smoothing), ("two-sided CUSUM", sums), ("p charts with limits and flags", proportions))
    for title, task in tasks:
        contenders = list(task(x, libraries))
        compare(contenders)
        show(f"{title} {size}; all agree to {TOLERANCE}", contenders, best_times(contenders, rounds))


if __name__ == "__main__":
    main()
