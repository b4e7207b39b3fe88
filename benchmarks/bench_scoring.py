"""Score a large batch, beside the same form written by hand in polars, DuckDB, pandas and NumPy.

Twenty criteria of levels 0 to 4, in five stages of four; one answer in ten is not applicable; two gates,
a pass mark, weights. Asked for are the overall score and the stages in float64, and the verdict. Each
contender runs in a process of its own, on the same numbers; only the scoring is timed, and the best of
several runs counts. All must agree to 1e-9, verdicts on every row. Contenders that are not installed are
left out.

Run: python benchmarks/bench_scoring.py [--rows 10000000] [--seconds 2] [--tiny]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import attrs
import numpy as np

HERE = Path(__file__).parent / "contenders"
sys.path.insert(0, str(HERE))

import form  # noqa: E402  # the folder of the contenders is no package, since each runs alone

TOLERANCE = 1e-9
Times = tuple[float, float]
"""Best seconds by the clock, and of processors, which a busy machine changes less."""


@attrs.frozen
class Contender:
    """One way to score the form."""

    name: str
    module: str
    options: tuple[str, ...] = ()
    threads: int | None = 1
    """How many threads it may use; None for all there are."""
    must: float | None = None
    """How many times as fast coqs has to be."""


ALL = os.cpu_count() or 1
CONTENDERS = (
    Contender("coqs, 1 thread", "with_coqs"),
    Contender("polars, 1 thread", "with_polars", must=2.5),
    Contender("polars, all threads", "with_polars", threads=None),
    Contender("polars, tuned, 1 thread", "with_polars", ("tuned=true",)),
    Contender("polars, tuned, all threads", "with_polars", ("tuned=true",), threads=None),
    Contender("DuckDB, 1 thread", "with_duckdb"),
    Contender("DuckDB, all threads", "with_duckdb", (f"threads={ALL}",), threads=None, must=4),
    Contender("pandas", "with_pandas", must=12),
    Contender("pandas, tuned", "with_pandas", ("tuned=true",)),
    Contender("NumPy", "with_numpy"),
)


def in_process(script: str, *arguments: str, threads: int | None = 1) -> dict[str, Any]:
    """Run a script in a process of its own and return the JSON that it prints."""
    limits = {} if threads is None else {"POLARS_MAX_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(  # noqa: S603 - scripts of this folder
        command, env=os.environ | limits, stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(done.stdout)


def compare(found: Path, truth: Path, name: str) -> None:
    """Hold a contender's overall, stages and verdicts to those of coqs."""
    theirs, ours = np.load(found, mmap_mode="r"), np.load(truth, mmap_mode="r")
    for row, what in enumerate(("overall", *form.STAGES)):
        if not np.allclose(theirs[row], ours[row], rtol=0, atol=TOLERANCE, equal_nan=True):
            raise SystemExit(f"{name}: {what} differs from coqs by more than {TOLERANCE}")
    if not np.array_equal(theirs[-1], ours[-1]):
        raise SystemExit(f"{name}: {int((theirs[-1] != ours[-1]).sum())} verdicts differ from coqs")


def run_contenders(codes: Path, *, seconds: float) -> dict[Contender, Times]:
    """Return the best times of every contender that is installed, coqs first; all must agree."""
    best: dict[Contender, Times] = {}
    truth, other = codes.with_name("coqs.npy"), codes.with_name("other.npy")
    for each in CONTENDERS:
        out = other if best else truth
        arguments = (each.module, str(codes), str(out), str(seconds), *each.options)
        found = in_process("run.py", *arguments, threads=each.threads)
        if "missing" in found:
            print(f"{each.name}: left out, since {found['missing']} is not installed")
            continue
        compare(out, truth, each.name)
        best[each] = found["seconds"], found["processor"]
    return best


def show_contenders(best: dict[Contender, Times], n: int) -> None:
    """Print rows a second and how many times as fast coqs is."""
    ours, our_processor = next(iter(best.values()))
    print(f"\n{n:,} interactions x {len(form.CRITERIA)} criteria; all agree to {TOLERANCE}")
    print(
        f"{'':28}{'seconds':>9}{'million rows a second':>24}{'coqs is faster by':>20}{'processor time':>22}"
    )
    for each, (wall, processor) in best.items():
        must = f"   must be {each.must:g}" if each.must else ""
        speed, times = n / wall / 1e6, f"{processor / our_processor:.2f} of coqs"
        print(f"{each.name:28}{wall:9.4f}{speed:24.1f}{wall / ours:20.2f}{times:>22}{must}")


def show_alone(found: dict[str, Any]) -> None:
    """Print the memory, and what choices and details cost."""
    memory = found["memory"]
    told = "not known on this system" if memory is None else f"{memory:.1f} MB"
    print(f"\npeak resident memory of coqs above input and output (VmHWM): {told}   must be at most 8 MB")
    print("\nfirst use of a detail, in times of scoring")
    for name, ratio in found["details"].items():
        print(f"  {name:60}    {ratio:.2f}")
    print("\none policy choice at a time, and presets, in times of the coqs policy; must be at most 2")
    print(f"  {'':60}{'this form':>12}{'with a bonus and a several choice':>36}")
    for name in found["policies"]:
        ratios = [_told(found[kind][name]) for kind in ("policies", "mixed")]
        print(f"  {name:60}{ratios[0]:>12}{ratios[1]:>36}")


def _told(ratio: float | None) -> str:
    if ratio is None:
        return "refused"
    return f"{'too slow ' if ratio > 2 else ''}{ratio:.2f}"


def main() -> None:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many interactions")
    parser.add_argument("--seconds", type=float, default=2.0, help="about how long each contender may try")
    parser.add_argument("--tiny", action="store_true", help="a size that only shows that it runs")
    asked = parser.parse_args()
    n, seconds = (2_000, 0.0) if asked.tiny else (asked.rows, asked.seconds)
    with tempfile.TemporaryDirectory() as folder:
        codes = Path(folder) / "codes.npy"
        np.save(codes, form.make_codes(n))
        show_contenders(run_contenders(codes, seconds=seconds), n)
        show_alone(in_process("coqs_alone.py", str(codes), "1" if asked.tiny else "4"))


if __name__ == "__main__":
    main()
