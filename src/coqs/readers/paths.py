"""Paths into a record: keys and positions, as a mapping writes them and messages show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from coqs.errors import RecordError, suggest

_STEP = re.compile(r'\.?([^.\[\]"$]+)|\[(\d{1,9})\]|\["([^"]+)"\]')
_PLAIN = re.compile(r"\w[\w-]*")

MISSING: Final = type("Missing", (), {"__repr__": lambda _: "MISSING"})()
"""Stands for a value that a record does not hold; None is a value."""


@attrs.frozen
class KeyPath:
    """Where a value lies: keys of objects and positions in lists, from the record or from a turn."""

    steps: tuple[str | int, ...]
    from_record: bool = False
    """Whether it begins with ``$``: at the record, wherever it is written."""

    @classmethod
    def of(cls, text: str) -> KeyPath:
        """Read a path such as ``agent.id``, ``$.meta["a.b"]`` or ``[0]``; ``$`` alone is the record."""
        rest = text.removeprefix("$")
        steps: list[str | int] = []
        at = 0
        while at < len(rest):
            found = _STEP.match(rest, at)
            if found is None or (at > 0 and found[1] and not found[0].startswith(".")):
                problem = f"must be a path such as 'agent.id' or '$.turns[0]', got {text[:40]!r}"
                raise RecordError(f'{problem}; write odd keys as ["key"]')
            steps.append(int(found[2]) if found[2] else found[1] or found[3])
            at = found.end()
        return cls(tuple(steps), from_record=text.startswith("$"))

    @classmethod
    def of_column(cls, name: str) -> KeyPath:
        """Return the path of a column of a table, whatever its name."""
        return cls((name,))

    def value(self, within: Any) -> Any:
        """Return what lies there, `MISSING` where nothing does."""
        for step in self.steps:
            if isinstance(step, str):
                within = within.get(step, MISSING) if isinstance(within, Mapping) else MISSING
            else:
                fits = isinstance(within, list | tuple) and step < len(within)
                within = within[step] if fits else MISSING
        return within

    def hint(self, within: Any) -> str:
        """Say which key of a record could have been meant."""
        for step in self.steps:
            if isinstance(step, str) and isinstance(within, Mapping) and step not in within:
                return suggest(step, [str(key)[:40] for key in within if key != ""])
            within = KeyPath((step,)).value(within)
        return "check the path"

    def after(self, root: str) -> str:
        """Show the path after that of what it lies in."""
        return root + "".join(map(_shown, self.steps))


def _shown(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN.fullmatch(step) else f'["{step}"]'
