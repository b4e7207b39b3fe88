"""What coqs takes besides: memory, the price of every policy choice, and of details asked for later.

Run by bench_scoring.py: python coqs_alone.py CODES.npy SECONDS
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import math
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import with_coqs
from run import best_times

import coqs
from coqs.rubric import CriterionIn, Override

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MOST_ROWS = 1_000_000  # prices are ratios, which more rows do not change
DETAILS = (
    "reason",
    "gates",
    "gates_observed",
    "gates_unobserved",
    "irreversible",
    "counts",
    "coverage",
    "points",
)
LATER = (*DETAILS, "gates_fired", "possible", "band")
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    *({"combine": each} for each in ("weighted_criteria", "pooled_points", "weighted_points")),
    *({"combine": each} for each in ("stage_points", "weight_product", "mean_of_stage_means")),
    {"combine": "error_accuracy"},
    {"combine": "deduction", "baseline": 100},
    {"normalise": "ratio"},
    *({"not_applicable": each} for each in ("drop_equal", "full_marks", "zero")),
    *({"unanswered": each} for each in ("refuse", "as_not_applicable", "zero")),
    {"unanswered": "default_level", "default_level": "worst"},
    {"several_choice": "capped_sum"},
    {"several_choice": "per_option"},
    {"gate_trigger": "below_best"},
    {"gate_trigger": "below_share", "trigger_share": "1/2"},
    *({"gate_scope": scope, "gate_effect": "zero"} for scope in ("interaction", "stage", "criterion")),
    *({"gate_scope": scope, "gate_effect": "cap", "gate_cap": "1/2"} for scope in ("interaction", "stage")),
    {"gate_scope": "stage"},
    {"strikes": 1},
    *({"bonus": each} for each in ("outside_clamped", "inside", "inside_clamped")),
    {"floor": "1/4"},
    {"stage_floor": "1/4"},
    *({"rounding": each, "rounding_digits": 0} for each in ("half_up", "half_even", "down")),
    {"rounding": "half_up", "rounding_digits": 1, "rounding_of": "stages"},
    {"rounding": "half_up", "rounding_digits": 1, "rounding_of": "both"},
    *({"over_interactions": each} for each in ("ratio_of_sums", "mean_of_stage_means")),
)
"""One choice at a time, with what it needs; the first is the `coqs` policy itself."""


def extra_memory(run: Callable[[], Any]) -> float | None:
    """Return the megabytes that one run takes at its peak, beside the input and what it returns.

    The kernel's high-water mark of the resident memory is set back just before; None where there is
    no such mark.
    """
    if not CLEAR.exists():
        return None
    gc.collect()
    give_back_freed_memory()
    CLEAR.write_text("5", encoding="ascii")
    before = _resident("VmRSS")
    overall, stages, verdict = run()
    returned = overall.nbytes + sum(each.nbytes for each in stages.values()) + verdict.nbytes
    return (_resident("VmHWM") - before - returned) / 2**20


def give_back_freed_memory() -> None:
    """Return freed memory to the system, where the C library can: reusing it would hide what a run takes."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _resident(mark: str) -> int:
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(mark))


def policies(rubric: coqs.Rubric) -> Iterable[tuple[str, coqs.Policy]]:
    """Yield every choice with a name, a set rule that reads one answer, and the presets of other systems."""
    for choice in CHOICES:
        name = ", ".join(f"{key} {value}" for key, value in choice.items()) or "coqs"
        yield name, coqs.Policy(name="bench", **choice)
    first = rubric.criteria[0]
    worst = CriterionIn(first.id, first.scale.ids[:1])
    yield "overrides", coqs.Policy(name="bench", overrides=[Override(worst, score="1/4")])
    yield "overrides of a stage", coqs.Policy(name="bench", overrides=[Override(worst, "1/4", first.stage)])
    for name in coqs.Policy.names()[1:]:
        yield name, coqs.Policy.named(name)


def policy_prices(rubric: coqs.Rubric, ratings: coqs.Ratings, *, rounds: int) -> dict[str, float | None]:
    """Return each choice's best time over that of the `coqs` policy; rounds alternate over all.

    None for a choice that the bulk scorer refuses.
    """
    runs = {name: _run_under(rubric, ratings, policy) for name, policy in policies(rubric)}
    best = dict.fromkeys(runs, math.inf)
    for _ in range(rounds):
        for name, run in (*runs.items(), ("coqs", runs["coqs"])):  # what all are compared with goes twice
            if run:
                best[name] = min(best[name], best_times(run, seconds=0, least=1)[0])
    return {name: best[name] / best["coqs"] if run else None for name, run in runs.items()}


def _run_under(rubric: coqs.Rubric, ratings: coqs.Ratings, policy: coqs.Policy) -> Callable[[], Any] | None:
    try:
        scorer = coqs.Scorer(rubric, policy=policy)
    except coqs.PolicyError:
        return None
    return lambda: with_coqs.taken(scorer(ratings))


def detail_prices(rubric: coqs.Rubric, ratings: coqs.Ratings, *, rounds: int) -> dict[str, float]:
    """Return the best time of each detail's first use over that of scoring."""
    scorer = coqs.Scorer(rubric)
    scoring = best_times(lambda: with_coqs.taken(scorer(ratings)), seconds=0, least=2 * rounds)[0]
    known = [name for name in LATER if hasattr(coqs.Scores, name)]
    return {name: min(_first_use(scorer(ratings), name) for _ in range(rounds)) / scoring for name in known}


def _first_use(scores: coqs.Scores, name: str) -> float:
    start = time.perf_counter()
    getattr(scores, name)
    return time.perf_counter() - start


def main(codes: str, rounds: str) -> None:
    """Measure, and print it all as one JSON text."""
    rubric, all_codes = with_coqs.make_rubric(), np.load(codes)
    few = with_coqs.make_ratings(rubric, all_codes[:, :1000])
    with_coqs.taken(coqs.Scorer(rubric)(few))  # what is imported late is no part of a run
    memory = extra_memory(with_coqs.prepare(all_codes))
    ratings = with_coqs.make_ratings(rubric, all_codes[:, :MOST_ROWS])
    found = {
        "memory": memory,
        "policies": policy_prices(rubric, ratings, rounds=int(rounds)),
        "details": detail_prices(rubric, ratings, rounds=int(rounds)),
    }
    mixed = with_coqs.make_rubric(mixed=True)
    ratings = with_coqs.make_ratings(mixed, all_codes[:, :MOST_ROWS])
    print(json.dumps(found | {"mixed": policy_prices(mixed, ratings, rounds=int(rounds))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
