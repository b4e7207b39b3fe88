"""Score with one contender in a process of its own: only the scoring is timed.

Run by bench_scoring.py: python run.py MODULE CODES.npy RESULT.npy SECONDS [NAME=VALUE ...]
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

OPTIONAL = ("duckdb", "pandas", "polars")


def best_times(run: Callable[[], Any], *, seconds: float, least: int = 3) -> tuple[float, float]:
    """Return the shortest of several runs within about so many seconds: by the clock, and of processors."""
    walls: list[float] = []
    processors: list[float] = []
    while len(walls) < least or sum(walls) < seconds:
        wall, processor = time.perf_counter(), time.process_time()
        result = run()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
        del result  # its memory is given back before the next run asks for as much
    return min(walls), min(processors)


def main(module: str, codes: str, out: str, seconds: str, *options: str) -> None:
    """Time a contender, write what it found, and print its best time."""
    try:
        contender = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name not in OPTIONAL:
            raise
        print(json.dumps({"missing": error.name}))
        return
    chosen = {name: json.loads(value) for name, value in (option.split("=") for option in options)}
    run = contender.prepare(np.load(codes), **chosen)
    wall, processor = best_times(run, seconds=float(seconds))
    overall, stages, verdict = contender.columns(run())
    np.save(out, np.vstack([overall, stages, verdict]))
    print(json.dumps({"seconds": wall, "processor": processor}))


if __name__ == "__main__":
    main(*sys.argv[1:])
