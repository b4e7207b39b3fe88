"""Importing does nothing: no work, no plugin, no library that was not asked for."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import coqs

SOURCE = Path(coqs.__file__).parent
OPTIONAL = {"rich", "jinja2", "tomli_w", "pandas", "polars", "pyarrow", "narwhals", "scipy", "matplotlib"}
STANDARD = sys.stdlib_module_names
# What a scorer needs only once it is made, or once something is asked of it.
LATER = {"zoneinfo", "importlib.metadata", "tomllib", "hashlib", "json", "csv", "difflib", "statistics"}
# What help needs nothing of: `dataclasses` and `inspect` come with attrs, `urllib` with pathlib.
NOT_FOR_HELP = LATER | {"inspect", "dataclasses", "fractions", "decimal", "pathlib", "urllib", "socket"}


def python(*args: str) -> str:
    """Run the interpreter that runs the tests, in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COQS_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", *args], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(code: str, *, besides: str = "sys") -> set[str]:
    """Name the modules that `code` loads into a bare interpreter, or into one that has loaded others."""
    before = f"import sys, {besides}; before = set(sys.modules)"
    after = "loaded = sorted(set(sys.modules) - before); import json; print(json.dumps(loaded))"
    return set(json.loads(python("-c", f"{before}\n{code}\n{after}").splitlines()[-1]))


def third_parties(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} - STANDARD - {"coqs"}


def rooms(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("coqs.")}


def test_importing_coqs_loads_no_library_and_no_room() -> None:
    loaded = loaded_by("import coqs")
    assert third_parties(loaded) == set()
    assert rooms(loaded) == set()
    assert "importlib.metadata" not in loaded  # no entry point is even looked for


def test_naming_a_scorer_loads_no_other_room_and_nothing_that_is_used_later() -> None:
    loaded = loaded_by("import coqs; coqs.Scorer", besides="numpy")  # numpy itself loads some of it
    assert third_parties(loaded) <= {"attr", "attrs"}
    assert loaded & LATER == set()
    assert rooms(loaded) == {"coqs.errors", "coqs.scoring", "coqs.scoring.scorer"}


def test_scoring_needs_no_plugin_no_explanation_and_no_file() -> None:
    loaded = loaded_by("import coqs.scoring.prepared", besides="numpy")
    assert third_parties(loaded) <= {"attr", "attrs", "numpy"}  # `numpy.typing` is a part of it
    assert loaded & {"zoneinfo", "importlib.metadata", "csv", "difflib"} == set()
    beside = {"coqs.scoring.explain", "coqs.manager", "coqs.hookspecs", "coqs.io", "coqs.report"}
    assert rooms(loaded) & beside == set()


def test_importing_every_room_loads_the_core_libraries_only_and_no_plugin() -> None:
    every = ", ".join(f"coqs.{room}" for room in coqs._ROOMS)
    loaded = loaded_by(f"import {every}")
    assert third_parties(loaded) & OPTIONAL == set()
    assert not {name for name in loaded if name.startswith("coqs.plugins.")}


def test_listing_plugins_imports_none_of_them() -> None:
    loaded = loaded_by("import coqs; coqs.list_plugins()")
    assert not {name for name in loaded if name.startswith("coqs.plugins.")}


def loaded_by_the_shell(*arguments: str) -> set[str]:
    call = f"import sys; sys.argv[1:] = {arguments}\nimport coqs.cli"
    return loaded_by(f"{call}\ntry: coqs.cli.main()\nexcept SystemExit: pass")


@pytest.mark.parametrize("arguments", [["--help"], ["score", "--help"]])
def test_help_answers_with_the_standard_library_alone_and_little_of_it(arguments: list[str]) -> None:
    loaded = loaded_by_the_shell(*arguments)
    assert third_parties(loaded) == set()
    own = {"coqs.cli", "coqs.cli.arguments", "coqs.cli.text", "coqs.cli.words"}
    own |= {"coqs.cli.reading_options", "coqs.cli.time_options"}
    assert rooms(loaded) == own | {"coqs.errors"}
    assert loaded & NOT_FOR_HELP == set()


def test_the_version_is_told_without_numpy_and_attrs() -> None:
    assert third_parties(loaded_by_the_shell("--version")) == set()


def test_importing_coqs_leaves_warning_filters_and_environment_alone() -> None:
    python(
        "-c",
        "import os, warnings; before = (dict(os.environ), list(warnings.filters))\n"
        "import coqs, coqs.errors\n"
        "assert before == (dict(os.environ), list(warnings.filters))",
    )


def imports_of(path: Path) -> set[str]:
    """List the top-level packages that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


@pytest.mark.parametrize("path", sorted((SOURCE / "kernels").rglob("*.py")), ids=lambda path: path.stem)
def test_kernels_import_numpy_and_nothing_else(path: Path) -> None:
    allowed = STANDARD | {"numpy"} | ({"scipy"} if path.stem == "inference" else set())
    strangers = {name for name in imports_of(path) if name.partition(".")[0] not in allowed}
    assert {name for name in strangers if not name.startswith("coqs.kernels")} == set()


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_optional_libraries_are_imported_where_they_are_needed(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
    names = {alias.name for node in ast.walk(top) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(top) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} & OPTIONAL == set()
