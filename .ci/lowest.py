"""Print the lowest version of each library that the package itself may import, as pip constraints.

That of rich is left out: import-linter, which the tests run, wants a newer one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
LEFT_OUT = ("all", "shell", "docs", "test", "browser", "dev")

extras = PROJECT["project"]["optional-dependencies"]
shipped = [each for name in extras if name not in LEFT_OUT for each in extras[name]]
for requirement in [*PROJECT["project"]["dependencies"], *shipped]:
    print(requirement.replace(">=", "=="))
