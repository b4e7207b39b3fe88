"""Score a file by the command `coqs score`, beside a script in which polars does the same by hand.

Twenty-five criteria of five levels in five stages, one answer in ten not applicable, two gates, a pass
mark, weights; written as level ids. Both read the file, score it, and write the same columns; coqs also
checks every cell and prints its findings. Whole processes are timed, and the best of several runs in turn
counts. Scores must agree to 1e-9, verdicts and counts on every row.

Run: python benchmarks/bench_cli.py [--rows 1000000] [--runs 5] [--tiny]
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

STAGES = {"greeting": 1, "listening": 2, "responding": 3, "resolving": 4, "closing": 5}
PER_STAGE, LEVELS = 5, 5
STANDINGS = ("below", "below", "meets", "meets", "exceeds")
WORDS = (*(f"level_{place}" for place in range(LEVELS)), "not_applicable")
CRITERIA = [f"{stage}_{number}" for stage in STAGES for number in range(PER_STAGE)]
BY_HAND = Path(__file__).parent / "contenders" / "polars_file.py"
MUST = 2.0
TOLERANCE = 1e-9


def rubric_text() -> str:
    """The form, as a rubric file."""
    levels = ", ".join(
        f'{{ id = "level_{place}", points = {place}, is = "{standing}" }}'
        for place, standing in enumerate(STANDINGS)
    )
    stages = ", ".join(f'{{ id = "{stage}", weight = {weight} }}' for stage, weight in STAGES.items())
    gate = 'gate = { class = "business", on = ["level_0"] }\n'
    criteria = [
        f'[[criteria]]\nid = "{stage}_{number}"\nstage = "{stage}"\nweight = {number + 1}\n'
        f"levels = [{levels}]\n" + (gate if stage == "responding" and number < 2 else "")
        for stage in STAGES
        for number in range(PER_STAGE)
    ]
    head = f'schema = 1\nid = "bench"\nversion = "1"\npass_mark = "1/2"\nstages = [{stages}]\n'
    return head + "".join(criteria)


def columns(n: int) -> Iterator[tuple[str, list[str]]]:
    """Ids, two columns of context, and an answer to each criterion."""
    rng = np.random.default_rng(1)
    yield "interaction", [f"I-{number:08d}" for number in range(n)]
    yield "provider", [f"P-{number:03d}" for number in rng.integers(0, 200, n).tolist()]
    yield "site", [f"site {number}" for number in rng.integers(0, 10, n).tolist()]
    for id in CRITERIA:
        places = np.where(rng.random(n) < 0.1, LEVELS, rng.integers(0, LEVELS, n))
        yield id, [WORDS[place] for place in places.tolist()]


def make_files(folder: Path, n: int) -> list[str]:
    """Write the form and the ratings; returns the kinds of files that there are."""
    (folder / "bench.toml").write_text(rubric_text(), encoding="utf-8")
    table = dict(columns(n))
    with (folder / "ratings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    if find_spec("pyarrow") is None:
        return ["csv"]
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(table), folder / "ratings.parquet")
    return ["csv", "parquet"]


def commands(folder: Path, kind: str) -> dict[str, list[str]]:
    """The command, and the script if its library is installed."""
    ratings = str(folder / f"ratings.{kind}")
    options = ["--rubric", str(folder / "bench.toml"), "--out", str(folder / f"coqs.{kind}")]
    found = {"coqs": [sys.executable, "-m", "coqs", "score", ratings, *options]}
    if find_spec("polars") is not None:
        found["polars"] = [sys.executable, str(BY_HAND), ratings, str(folder / f"polars.{kind}")]
    return found


def seconds(command: list[str]) -> float:
    """Time a whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the commands above
    return time.perf_counter() - start


def compare(folder: Path, kind: str) -> None:
    """Hold what the script wrote to what coqs wrote."""
    import polars as pl

    read = pl.read_csv if kind == "csv" else pl.read_parquet
    ours, theirs = read(folder / f"coqs.{kind}"), read(folder / f"polars.{kind}")
    if ours.columns != theirs.columns:
        raise SystemExit(f"{kind}: other columns: {sorted({*ours.columns} ^ {*theirs.columns})}")
    for name in ours.columns:
        mine, other = ours[name], theirs[name]
        if mine.dtype == pl.Float64:
            is_same = np.allclose(mine.to_numpy(), other.to_numpy(), rtol=0, atol=TOLERANCE, equal_nan=True)
        else:
            is_same = mine.cast(pl.String).equals(other.cast(pl.String))
        if not is_same:
            raise SystemExit(f"{kind}: column {name} differs")


def report(kind: str, best: dict[str, float], rows: int) -> bool:
    """Print the best times; tells whether they are as they must be."""
    for name, taken in best.items():
        print(f"{kind:<8} {name:<7} {taken:6.2f} s, {rows / taken / 1e6:5.2f} million rows a second")
    if "polars" not in best:
        print(f"{kind:<8} polars is not installed: nothing to compare with")
        return True
    ratio = best["coqs"] / best["polars"]
    print(f"{kind:<8} coqs / polars {ratio:.2f} (must be at most {MUST})")
    return ratio <= MUST


def main() -> None:
    """Run what can be run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tiny", action="store_true", help="2,000 rows, once: to see that it runs")
    arguments = parser.parse_args()
    rows, runs = (2_000, 1) if arguments.tiny else (arguments.rows, arguments.runs)
    held = []
    with tempfile.TemporaryDirectory(prefix="coqs-bench-") as name:
        folder = Path(name)
        for kind in make_files(folder, rows):
            timed = [
                {name: seconds(command) for name, command in commands(folder, kind).items()}
                for _ in range(runs)
            ]
            best = {name: min(each[name] for each in timed) for name in timed[0]}
            if "polars" in best:
                compare(folder, kind)
            held.append(report(kind, best, rows))
    if not (all(held) or arguments.tiny):
        raise SystemExit("slower than it must be")


if __name__ == "__main__":
    main()
