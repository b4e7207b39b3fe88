"""examples/star_calm.py: who stands out in real dialogues, customers allowed for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # a process over a whole file


def test_it_tells_which_assistant_customer_and_days_stand_out(
    project: Path, shared: Callable[[str], Path]
) -> None:
    done = subprocess.run(
        [sys.executable, project / "examples" / "star_calm.py", shared("data")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert "105 lapses in 3,228 dialogues" in done.stdout
    for words in (
        "ac9c2dc2-a  9 of 47",
        "9cfed8ec-5  19 of 89",
        "2020-05-15  49 of 984",
        "2020-05-16  9 of 862",
    ):
        assert words in done.stdout
    assert "all, 2020-05-15: 12.14 is above the limit" in done.stdout
    assert "all, 2020-05-16T02:55:18: 319 is above the limit 178" in done.stdout
    assert "too few lapses: limits need 5 (45 of 107 groups)" in done.stdout
