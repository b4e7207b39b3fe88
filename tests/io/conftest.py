"""A small rubric with every kind of scale, and a secret that no message may repeat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import coqs

FRONT_DESK = """
schema = 1
id = "desk"
version = "1"
stages = [{ id = "greeting" }, { id = "responding" }]

[facts]
weather = ["dry", "wet", "-7"]
queue = "number"
known = "boolean"

[[criteria]]
id = "greets"
stage = "greeting"
text = "Greets"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]

[[criteria]]
id = "wait_seconds"
stage = "greeting"
text = "Wait"
levels = [{ id = "prompt", below = 10, points = 1 }, { id = "slow", from = 10, points = 0 }]

[[criteria]]
id = "offers"
stage = "responding"
text = "Offers"
options = [{ id = "map", points = 1 }, { id = "seat", points = 1 }]
"""


@pytest.fixture(scope="session")
def desk() -> coqs.Rubric:
    return coqs.Rubric.from_toml_text(FRONT_DESK)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write a file and return its path."""

    def write(content: str | bytes, name: str = "given") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write
