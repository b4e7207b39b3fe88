"""However long a file is, `coqs score` takes no more memory for it than for a short one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = (
    "import re, sys; from coqs.cli import main; code = main(sys.argv[1:])\n"
    "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
    "print(code, int(peak) // 1024)"
)


def megabytes(folder: Path, name: str, out: str) -> int:
    command = [sys.executable, "-c", CODE, "score", name, "--rubric", "desk.toml", "--out", out]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    code, peak = done.stdout.splitlines()[-1].split()
    assert code == "0"
    return int(peak)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of peak memory")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_memory_is_bounded_however_long_the_file(folder: Path, kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    def write(n: int) -> str:
        name = f"r{n}.{kind}"
        answers = pa.array(["yes", "no", "insults", None]).take(pa.array([row % 4 for row in range(n)]))
        ids = pa.array([f"I-{row:012d}" for row in range(n)])
        table = pa.table({"interaction": ids, "provider": answers, "greets": answers})
        if kind == "csv":
            csv.write_csv(table, folder / name)
        else:
            parquet.write_table(table, folder / name, row_group_size=100_000)
        return name

    short, long = (megabytes(folder, write(n), f"s{n}.{kind}") for n in (1_500_000, 5_000_000))
    assert long < short + 150  # 16 bytes an interaction are 56 MB more, and allocators keep some
