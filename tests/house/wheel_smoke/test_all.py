"""With all extras, the demo runs through to its report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_demo_writes_a_report_that_fetches_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "coqs", "demo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert not any(mark in page for mark in ("http://", "https://", "<script src", "<link"))
