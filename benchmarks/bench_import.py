"""What it costs to import coqs and to ask its command for help, as ratios of whole processes.

Each process is run many times, all in turn, and the best times are compared. Modules are compiled once
beforehand, as installers do; the time without that is told too.

Run: python benchmarks/bench_import.py [--tiny]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

HELP = "import sys; sys.argv = ['coqs', '--help']\nfrom coqs.cli import main\nsys.exit(main())"
FIRST_SCORE = """
import coqs
rubric = coqs.Rubric.from_toml_text('''
schema = 1
id = "door"
version = "1"
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
''')
table = {"interaction": ["a", "b"], "greets": ["yes", "no"]}
assert coqs.Scorer(rubric)(coqs.Ratings.from_table(table, rubric)).overall.tolist() == [1.0, 0.0]
"""
PROGRAMS = {
    "bare interpreter": "",
    "import numpy": "import numpy",
    "import numpy, attrs": "import numpy, attrs",
    "import coqs; coqs.Scorer": "import coqs; coqs.Scorer",
    "a rubric read, a first score": FIRST_SCORE,
    "coqs --help": HELP,
}
MUST = (("import coqs; coqs.Scorer", "import numpy", 1.45), ("coqs --help", "bare interpreter", 5.0))


def seconds(program: str, environment: Mapping[str, str]) -> float:
    """Run a program in a process of its own and time the whole of it."""
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - the programs above
        [sys.executable, "-c", program], env=environment, stdout=subprocess.DEVNULL, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"a program ended with {done.returncode}:\n{program}")
    return taken


def best_times(environment: Mapping[str, str], runs: int) -> dict[str, float]:
    """Run all programs in turn, so that what slows the machine slows them alike; return the best times."""
    best = {name: seconds(program, environment) for name, program in PROGRAMS.items()}
    for _ in range(runs - 1):
        for name, program in PROGRAMS.items():
            best[name] = min(best[name], seconds(program, environment))
    return best


def tell(title: str, best: Mapping[str, float]) -> None:
    """Print the times, and the ratios that must hold."""
    print(title)
    for name, taken in best.items():
        print(f"  {name:<30} {taken * 1e3:7.1f} ms")
    for name, other, most in MUST:
        print(f"  {name} / {other}: {best[name] / best[other]:.2f} (at most {most:.2f})")


def main() -> None:
    """Measure, and print times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="runs that only show that it works")
    runs = 1 if parser.parse_args().tiny else 20
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COQS_"))}
    plain |= {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    with tempfile.TemporaryDirectory() as folder:
        compiled = plain | {"PYTHONPYCACHEPREFIX": folder}
        best_times(compiled, 1)  # writes what is compiled
        tell(f"modules compiled beforehand, best of {runs}", best_times(compiled, runs))
    uncompiled = plain | {"PYTHONDONTWRITEBYTECODE": "1"}
    tell(f"whatever is not compiled yet compiled each time, best of {runs}", best_times(uncompiled, runs))


if __name__ == "__main__":
    main()
