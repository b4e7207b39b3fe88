"""Promises whose truth is known: the curve is unbiased under censoring, and its intervals cover it."""

import numpy as np
import pytest

import coqs
from coqs.journeys.promises.curve import curve_of

KEEPS, BREAKS, CANCELS = 0.05, 0.02, 0.01  # a day
RATE = KEEPS + BREAKS + CANCELS
DATED, DUE = 0.6, 14.5
"""Share of promises with a due moment, and after how many days it is."""
DAYS = 60
"""Promises are made over so many days, and looked at from the last."""
AT = np.array([3.0, 10.0, 20.0, 30.0])
AS_OF = np.datetime64("2026-05-01", "us")


def truth(cause: str, days: np.ndarray) -> np.ndarray:
    """Return the share that has ended so, from the rates alone."""
    rate = {"kept": KEEPS, "not_kept": BREAKS, "cancelled": CANCELS}[cause]

    def ended(days: np.ndarray) -> np.ndarray:
        return rate / RATE * (1 - np.exp(-RATE * days))

    lapsed = DATED * np.exp(-RATE * DUE) * (days >= DUE) if cause == "not_kept" else 0
    return DATED * ended(np.minimum(days, DUE)) + (1 - DATED) * ended(days) + lapsed


def drawn(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Return when promises were made, by when they were due, and when and how they will end."""
    dated = rng.random(n) < DATED
    return {
        "age": rng.random(n) * DAYS,
        "due": np.where(dated, DUE, np.nan),
        "end": rng.exponential(1 / RATE, n),
        "how": rng.choice(["kept", "broken", "cancelled"], n, p=np.array([KEEPS, BREAKS, CANCELS]) / RATE),
    }


def moments(days: np.ndarray) -> np.ndarray:
    """Return so many days before the moment that is looked from; NaT where NaN."""
    known = ~np.isnan(days)
    steps = np.where(known, days * 86_400e6, 0).astype(np.int64).astype("timedelta64[us]")
    return np.where(known, AS_OF - steps, np.datetime64("NaT", "us"))


def as_columns(world: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what the ledger of this world says, worked out apart from it."""
    age, due, end = world["age"], world["due"], world["end"]
    seen = end < age
    late = seen & (world["how"] == "kept") & (end > due)
    state = np.where(seen, np.where(late, "late", world["how"]), np.where(due < age, "lapsed", "open"))
    return {
        "state": state.astype(object),
        "made": moments(age),
        "due": moments(age - due),
        "age_days": age,
        "days_to_settle": np.where(seen, end, np.where(due < age, due, np.nan)),
        "followed": np.ones(len(age), np.bool_),
        "customer": world.get("customer", np.arange(len(age))).astype(str).astype(object),
    }


@pytest.mark.slow
def test_the_curve_is_unbiased_under_censoring_and_its_intervals_cover_the_truth():
    rng, rounds, n = np.random.default_rng(20261), 6000, 500
    found = [curve_of(as_columns(drawn(rng, n)), confidence=0.95).at(AT) for _ in range(rounds)]
    for cause in ("kept", "not_kept"):
        true = truth(cause, AT)
        shares = np.array([each[cause] for each in found])
        low, high = (np.array([each[f"{cause}_ci_{side}"] for each in found]) for side in ("low", "high"))
        error = shares.std(axis=0) / np.sqrt(rounds)
        assert (np.abs(shares.mean(axis=0) - true) < 4 * error).all()
        told = ~np.isnan(low)
        covered = ((low <= true) & (true <= high)).sum(axis=0) / told.sum(axis=0)
        slack = 2.5 * np.sqrt(0.95 * 0.05 / told.sum(axis=0))  # Monte Carlo error, under 0.009
        assert (covered > 0.935 - slack).all()
        assert (covered < 0.965 + slack).all()


@pytest.mark.slow
def test_intervals_cover_where_customers_have_several_promises_of_one_fate():
    rng, rounds, customers = np.random.default_rng(11), 1200, 150
    covered = np.zeros(len(AT))
    for _ in range(rounds):
        size = rng.integers(1, 6, customers)
        world = drawn(rng, int(size.sum()))
        world["customer"] = np.repeat(np.arange(customers), size)
        first = np.repeat(np.concatenate([[0], size.cumsum()[:-1]]), size)
        world["how"], world["end"] = world["how"][first], world["end"][first]  # each ends as the first does
        found = curve_of(as_columns(world), confidence=0.95).at(AT)
        true = truth("kept", AT)
        covered += (found["kept_ci_low"] <= true) & (true <= found["kept_ci_high"])
    slack = 2.5 * np.sqrt(0.95 * 0.05 / rounds)  # Monte Carlo error
    assert (covered / rounds > 0.935 - slack).all(), covered / rounds
    assert (covered / rounds < 0.965 + slack).all(), covered / rounds


@pytest.mark.slow
def test_the_ledger_of_a_large_world_gives_the_true_curve_which_a_plain_share_misses():
    rng, n = np.random.default_rng(7), 20_000
    world = drawn(rng, n)
    ids = np.array([f"m{place}" for place in range(n)])
    rubric = next(iter(coqs.load_plugins(only=["coqs"]).rubrics().values()))
    table = {"interaction": ids, "customer": ids, "next_step": ["dated"] * n, "at": moments(world["age"])}
    scores = coqs.score(coqs.Ratings.from_table(table, rubric, tz="UTC"))
    outcomes = {"interaction": ids, "state": world["how"], "at": moments(world["age"] - world["end"])}
    promised = {"interaction": ids, "due": moments(world["age"] - world["due"])}
    made = coqs.promises(scores, promised=promised, outcomes=outcomes, observed="all", at=AS_OF, tz="UTC")
    curve = made.curve()
    assert curve.followed
    found = curve.at(AT)
    for cause in ("kept", "not_kept"):
        se = (found[f"{cause}_ci_high"] - found[f"{cause}_ci_low"]) / (2 * 1.96)
        assert (np.abs(found[cause] - truth(cause, AT)) < 4 * se).all()
    settled = made.by()
    eventually = truth("kept", np.array([1e6]))[0]
    assert settled["kept_ci_low"][0] > eventually  # kept ones end sooner than they lapse
