"""What is shipped: one version, what a wheel carries, and what it leaves at home."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

import coqs


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel with what is installed: no network, no isolation."""
    target = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(target)], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(target / done.stdout.split()[-1])


def test_the_version_has_one_source(pyproject: dict[str, Any], project: Path) -> None:
    version = pyproject["project"]["version"]
    assert coqs.__version__ == version == distribution("coqs").version
    sources = [*(project / "src").rglob("*.py"), *(project / "docs").rglob("*.py")]
    quoted = re.compile(rf"""["']{re.escape(version)}["']""")
    assert [str(path) for path in sources if quoted.search(path.read_text(encoding="utf-8"))] == []


def test_the_changelog_opens_with_what_is_not_released_and_speaks_to_plugin_authors(project: Path) -> None:
    releases = (project / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert releases[0].startswith("[Unreleased]")
    assert all("\n### For plugin authors" in release for release in releases)


def test_the_core_depends_on_three_libraries_without_upper_pins(pyproject: dict[str, Any]) -> None:
    core = pyproject["project"]["dependencies"]
    assert sorted(re.split(r"\W", one)[0] for one in core) == ["attrs", "numpy", "pluggy"]
    extras = [one for extra in pyproject["project"]["optional-dependencies"].values() for one in extra]
    for requirement in [*core, *extras]:
        if not requirement.startswith("coqs["):
            assert re.fullmatch(r"[\w.-]+>=[\d.]+", requirement), requirement


def test_the_wheel_carries_every_source_and_data_file(wheel: zipfile.ZipFile, project: Path) -> None:
    source = project / "src"
    shipped = {str(path.relative_to(source)) for path in (source / "coqs").rglob("*") if path.is_file()}
    shipped = {name for name in shipped if "__pycache__" not in name}
    carried = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert carried == shipped
    assert {"coqs/py.typed", "coqs/__init__.pyi"} <= carried
    assert {Path(name).suffix for name in carried} == {".py", ".pyi", ".typed", ".toml", ".html", ".css"}


def test_the_wheel_carries_its_licence_and_no_test(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")]
    assert [
        name for name in wheel.namelist() if re.search(r"(^|/)(tests?|conftest.*|test_.*)(/|$)", name)
    ] == []


def test_every_entry_point_is_a_module_that_the_wheel_carries(wheel: zipfile.ZipFile) -> None:
    points = distribution("coqs").entry_points.select(group="coqs")
    assert {point.name for point in points} == {
        "coqs",
        "forms",
        "healthcare",
        "security",
        "phrases",
        "retail",
        "transcripts",
    }
    for point in points:
        stem = point.value.replace(".", "/")
        assert {f"{stem}.py", f"{stem}/__init__.py"} & set(wheel.namelist())
