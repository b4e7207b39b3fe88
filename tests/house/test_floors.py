"""The floors of the house: what the import contracts promise, and that they leave no room out."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import coqs

SOURCE = Path(coqs.__file__).parent
ROOMS = sorted(room.name for room in pkgutil.iter_modules(coqs.__path__))
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MAKERS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"}
FILES = sorted(SOURCE.rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.fixture(scope="module")
def contracts(project: Path) -> dict[str, dict[str, Any]]:
    told = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in told["tool"]["importlinter"]["contracts"]}


def test_every_import_contract_is_kept(project: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run([*command, "--no-cache"], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_a_floor_and_every_floor_a_room(contracts: dict[str, dict[str, Any]]) -> None:
    assert contracts["floors"]["exhaustive"] is True
    floors = contracts["floors"]["layers"]
    assert sorted(room.strip() for floor in floors for room in floor.replace(":", "|").split("|")) == ROOMS


def test_no_room_is_a_lumber_room() -> None:
    lumber = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
    assert [
        named(path) for path in FILES if path.stem.strip("_") in lumber or path.parent.name in lumber
    ] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_module_holds_a_mutable_object(path: Path) -> None:
    assert list(mutable_names(ast.parse(path.read_text(encoding="utf-8")))) == []


def mutable_names(tree: ast.Module) -> list[str]:
    """List the module-level names that are bound to something that can be changed in place."""
    bound = [
        (target_of(node), node.value) for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)
    ]
    return [target for target, value in bound if target != "__all__" and is_mutable(value)]


def target_of(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in MAKERS
    return isinstance(value, MUTABLE)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_module_says_what_lives_there(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said
    assert said.partition("\n")[0].endswith(".")


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_file_is_over_400_lines_and_no_function_over_60(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert text.count("\n") <= 400
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_broad_except_but_where_the_code_of_others_is_called(path: Path) -> None:
    if named(path).startswith("manager/") or named(path) == "tables/doors.py":  # plugins; lazy tables
        return
    handlers = [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ExceptHandler)
    ]
    caught = [ast.unparse(handler.type) if handler.type else "everything" for handler in handlers]
    assert {"Exception", "BaseException", "everything"} & set(caught) == set()


def test_nothing_shipped_names_a_place_on_one_machine(project: Path) -> None:
    texts = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.toml"), *project.glob("*.md"), *project.glob("*.toml")]
    places = ("/work" + "/", "/home/", "/root/", "C:\\Users")
    assert [str(path) for path in texts if any(place in path.read_text("utf-8") for place in places)] == []
