"""Print the lowest version that each core dependency allows, as pip constraints."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8"))

for requirement in PROJECT["project"]["dependencies"]:
    print(requirement.replace(">=", "=="))
