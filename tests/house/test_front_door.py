"""The front door: one list of names, the same in the rooms, in the stub and in what resolves."""

from __future__ import annotations

import ast
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import coqs

NAMES = {name: room for room, names in coqs._ROOMS.items() for name in names}


def stub_names() -> dict[str, str]:
    """Name -> room, as the stub tells editors."""
    tree = ast.parse(Path(coqs.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or "not re-exported": (node.module or "").removeprefix("coqs.")
        for node in imports
        for alias in node.names
    }


def test_the_stub_names_what_the_front_door_names() -> None:
    assert stub_names() == NAMES


def test_no_name_is_listed_twice() -> None:
    assert len(NAMES) == sum(map(len, coqs._ROOMS.values()))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_opens_its_room(name: str) -> None:
    assert getattr(coqs, name) is getattr(import_module(f"coqs.{NAMES[name]}"), name)


def test_no_room_hides_behind_a_name() -> None:
    rooms = {room.name for room in pkgutil.iter_modules(coqs.__path__)}
    assert rooms.isdisjoint(NAMES)


def test_a_room_opens_as_an_attribute() -> None:
    assert coqs.errors is import_module("coqs.errors")


def test_dir_lists_every_name_once_and_in_order() -> None:
    listed = dir(coqs)
    assert listed == sorted(set(listed))
    assert set(coqs.__all__) <= set(listed)


def test_an_unknown_name_says_the_nearest_one() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'Rubrik'; did you mean 'Rubric'\?"):
        _ = coqs.Rubrik


def test_an_unknown_private_name_is_only_unknown() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute '__wrapped__'$"):
        _ = coqs.__wrapped__


def test_star_import_brings_every_public_name() -> None:
    space: dict[str, object] = {}
    exec("from coqs import *", space)
    assert set(coqs.__all__) <= space.keys()
