"""Score a large batch, beside the same rubric written by hand in NumPy, as a ratio within one run.

Run: python benchmarks/bench_scoring.py [--tiny]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

import coqs
from coqs.model import CONTEXT, STAGES, Absence

LEVELS, PER_STAGE = 5, 4


def make_rubric() -> coqs.Rubric:
    """Twenty criteria of five levels over the five stages, two of them gates."""
    names = [f"level_{place}" for place in range(LEVELS)]
    levels = ", ".join(f'{{ id = "{name}", points = {place} }}' for place, name in enumerate(names))
    gate = 'gate = { class = "business", on = ["level_0"] }\n'
    criteria = [
        f'[[criteria]]\nid = "{stage.id}_{number}"\nstage = "{stage.id}"\nweight = {number + 1}\n'
        f"levels = [{levels}]\n" + (gate if stage.id == "responding" and number < 2 else "")
        for stage in STAGES
        for number in range(PER_STAGE)
    ]
    return coqs.Rubric.from_toml_text(
        'schema = 1\nid = "bench"\nversion = "1"\npass_mark = "1/2"\n' + "".join(criteria)
    )


def make_ratings(rubric: coqs.Rubric, n: int) -> coqs.Ratings:
    """Random levels, one in ten not applicable; columns are filled without going through cells."""
    rng = np.random.default_rng(1)
    codes = {}
    for id in rubric.criterion_ids:
        column = rng.integers(0, LEVELS, n, dtype=np.int8)
        column[rng.random(n) < 0.1] = Absence.NOT_APPLICABLE.code
        codes[id] = column
    return coqs.Ratings(
        rubric=rubric,
        interaction=coqs.Encoded(np.arange(n), tuple(map(str, range(n)))),
        rater=coqs.Encoded.missing(n),
        context={name: coqs.Encoded.missing(n) for name in CONTEXT},
        at=np.full(n, "NaT", "datetime64[us]"),
        facts={},
        codes=codes,
        numbers={},
        choices={},
    )


def by_hand(rubric: coqs.Rubric, ratings: coqs.Ratings) -> np.ndarray:
    """The same overall score as a user would write it, in floats."""
    overall, whole = np.zeros(len(ratings)), np.zeros(len(ratings))
    for stage in rubric.stages:
        earned, weight = np.zeros(len(ratings)), np.zeros(len(ratings))
        for criterion in (each for each in rubric.criteria if each.stage == stage.id):
            codes = ratings.codes[criterion.id]
            given = codes >= 0
            earned += np.where(given, codes / (LEVELS - 1) * float(criterion.weight), 0)
            weight += np.where(given, float(criterion.weight), 0)
        scored = weight > 0
        overall += np.where(scored, earned / np.where(scored, weight, 1), 0) * float(stage.weight)
        whole += np.where(scored, float(stage.weight), 0)
    return overall / np.where(whole > 0, whole, np.nan)


def best_time(run: Callable[[], object], times: int) -> float:
    """The shortest of several runs, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Measure, and print rows a second and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a size that only shows that it runs")
    n = 1_000 if parser.parse_args().tiny else 1_000_000
    rubric = make_rubric()
    ratings, scorer = make_ratings(rubric, n), coqs.Scorer(rubric)
    assert np.allclose(scorer(ratings).overall, by_hand(rubric, ratings), atol=1e-12, equal_nan=True)
    ours = best_time(lambda: scorer(ratings), 3)
    hand = best_time(lambda: by_hand(rubric, ratings), 3)
    few = ratings.take(slice(0, min(n, 300)))
    exact = (
        best_time(lambda: [coqs.explain(scorer(few), id) for id in few.interaction.categories[:20]], 1) / 20
    )
    print(f"{n} interactions x {len(rubric.criteria)} criteria, best of 3")
    print(f"coqs, everything          {ours:8.3f} s   {n / ours / 1e6:6.2f} million a second")
    print(f"by hand, overall only     {hand:8.3f} s   {n / hand / 1e6:6.2f} million a second")
    print(f"coqs / by hand            {ours / hand:8.2f}")
    print(f"exact account of one      {exact * 1e3:8.3f} ms")


if __name__ == "__main__":
    main()
