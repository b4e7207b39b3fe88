"""Score one interaction of 20 ratings, from a mapping to a verdict, beside reading that mapping from JSON.

Mappings differ from one another, and each is scored when its texts have just been read, as in a service
that is asked for one score at a time.

Run: python benchmarks/bench_one.py [--tiny]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "contenders"))

import form
from with_coqs import make_rubric

import coqs

MUST = 3
BATCH = 200
"""Mappings between two looks at the clock: few enough to stay in a processor's cache."""


def make_texts(n: int) -> list[str]:
    """Write n mappings of every criterion to a level, one in ten not applicable, as JSON."""
    rng = random.Random(1)  # noqa: S311 - a sample, not a secret
    levels = [f"level_{place}" for place in range(form.LEVELS)]
    return [json.dumps({id: _answer(rng, levels) for id in form.CRITERIA}) for _ in range(n)]


def _answer(rng: random.Random, levels: list[str]) -> str:
    return "not_applicable" if rng.random() < 0.1 else rng.choice(levels)


def best_of_batches(run: Callable[[Any], object], batches: Iterable[list[Any]]) -> float:
    """Return the shortest time of one call, in seconds, a batch of calls being timed at once."""
    seconds = []
    for batch in batches:
        start = time.perf_counter()
        for each in batch:
            run(each)
        seconds.append((time.perf_counter() - start) / len(batch))
    return min(seconds)


def measure(scorer: coqs.Scorer, texts: list[str]) -> dict[str, float]:
    """Return the seconds that each way takes for one interaction."""
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]

    def read() -> Iterable[list[dict[str, str]]]:
        return ([json.loads(text) for text in batch] for batch in batches)

    places = {level: place for place, level in enumerate(scorer.rubric.criteria[0].scale.ids)}
    placed = [
        [{id: places.get(level, level) for id, level in answers.items()} for answers in batch]
        for batch in read()
    ]
    return {
        "json.loads reads it": best_of_batches(json.loads, batches),
        "score and verdict": best_of_batches(lambda answers: scorer.score_one(answers).verdict, read()),
        "score, verdict, stages": best_of_batches(lambda answers: scorer.score_one(answers).stages, read()),
        "positions for levels": best_of_batches(lambda answers: scorer.score_one(answers).verdict, placed),
    }


def main() -> None:
    """Measure, and print microseconds and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tiny", action="store_true", help="a size that only shows that it runs")
    n = 20 if parser.parse_args().tiny else 20_000
    scorer = coqs.Scorer(make_rubric())
    start = time.perf_counter()
    scorer.score_one({})
    first = time.perf_counter() - start
    found = measure(scorer, make_texts(n))
    reading = found["json.loads reads it"]
    print(f"one interaction of {len(form.CRITERIA)} ratings, best of {n}")
    for name, seconds in found.items():
        must = f"   must be at most {MUST}" if name == "score and verdict" else ""
        print(f"{name:24}{seconds * 1e6:9.2f} microseconds{seconds / reading:9.2f} times json.loads{must}")
    print(f"tables, made once {first * 1e3:15.2f} milliseconds")


if __name__ == "__main__":
    main()
