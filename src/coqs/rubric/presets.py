"""The choices of other systems, as data: `presets.toml`, a table a system.

Read when a policy of another name than `coqs` is first made or asked for.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@functools.cache
def _tables() -> Mapping[str, Mapping[str, Any]]:
    text = (files("coqs.rubric") / "presets.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text, parse_float=str))


def preset_names() -> tuple[str, ...]:
    """Return the names of the presets, sorted."""
    return tuple(sorted(_tables()))


def preset_table(name: str) -> Mapping[str, Any]:
    """Return a preset as the table that `Policy.from_mapping` reads, without its name."""
    return _tables()[name]
