"""Text for terminals: aligned columns, and nothing that could steer the terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def show(lines: str | Iterable[str]) -> None:
    """Print lines; control characters in ids and names are shown as escapes."""
    for line in [lines] if isinstance(lines, str) else lines:
        print(_CONTROLS.sub(_escaped, line))


def show_json(value: Any) -> None:
    """Print plain values as JSON, in ASCII, which every terminal and every pipe carries."""
    import json  # not on the way to help

    print(json.dumps(value, indent=2))


def tell(message: str) -> None:
    """Print a message to standard error, in the form of all of them."""
    print(f"coqs: {_CONTROLS.sub(_escaped, message)}", file=sys.stderr)


def _escaped(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """Return rows as lines with columns of equal width.

    >>> aligned([["a", "bb"], ["ccc", "d"]])
    ['a    bb', 'ccc  d']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (indent + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def per_cent(share: float | None) -> str:
    """Show a share, or that there is none.

    >>> per_cent(0.8125), per_cent(None)
    ('81.2%', '-')
    """
    return "-" if share is None else f"{share:.1%}"


def counted(n: int, noun: str) -> str:
    """Show a number with its noun.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def capped(lines: Sequence[str], most: int) -> list[str]:
    """Return the first lines, and how many more there are.

    >>> capped(["a", "b", "c"], 2)
    ['a', 'b', 'and 1 more']
    """
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"and {len(lines) - most:,} more"]
