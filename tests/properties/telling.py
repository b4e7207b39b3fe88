"""Tell what a test met in few words: only what differs from its default, fractions as a/b."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from coqs.model import Words

LEFT_OUT = ("words", "title", "detect", "controlled_by", "language", "version", "sets", "origin", "name")


def compact(value: Any) -> str:
    """Show a value in short."""
    if isinstance(value, Fraction | Enum):
        return str(value)
    if attrs.has(type(value)):
        return f"{type(value).__name__}({', '.join(_parts(value))})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {compact(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "(" + ", ".join(map(compact, value)) + ")"
    return repr(value)


def _parts(value: Any) -> list[str]:
    parts = []
    for field in attrs.fields(type(value)):
        own = getattr(value, field.name)
        if field.name in LEFT_OUT or isinstance(own, Words):
            continue
        if field.default is attrs.NOTHING or own != field.default:
            parts.append(f"{field.name}={compact(own)}")
    return parts


def told(rubric: Any, policy: Any, **more: Any) -> str:
    """Tell of a rubric, a policy and whatever else matters, a line for each part."""
    lines = [f"policy: {compact(policy)}", f"pass_mark: {compact(rubric.pass_mark)}"]
    lines += [f"bands: {compact(rubric.bands)}"] if rubric.bands else []
    lines += [f"  {compact(stage)}" for stage in rubric.stages]
    lines += [f"  {compact(criterion)}" for criterion in rubric.criteria]
    lines += [f"{name}: {compact(value)}" for name, value in more.items()]
    return "\n".join(["", *lines])
