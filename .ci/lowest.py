"""Print the lowest version that each core dependency allows, as pip constraints.

pyarrow's is among them: its newest versions do not work with the lowest numpy.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8"))

for requirement in [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["arrow"],
]:
    print(requirement.replace(">=", "=="))
