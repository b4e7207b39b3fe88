"""A folder to install distributions into, as pip would."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution with entry points and modules; forget its modules afterwards."""
    known = set(sys.modules)
    site = tmp_path / "site"
    site.mkdir()

    def install(
        distribution: str, entry_points: dict[str, str] | str, version: str = "1.0", **modules: str
    ) -> None:
        if not isinstance(entry_points, str):
            entry_points = "".join(f"{name} = {value}\n" for name, value in entry_points.items())
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[coqs]\n{entry_points}")
        for name, source in modules.items():
            (site / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(site)  # each time, so that finders forget what they saw before

    yield install
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(site)):
            del sys.modules[name]
