"""A dial as an SVG element: a hand, or the height on both sides, or that it cannot be told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

RADIUS, MIDDLE = 44.0, 50.0
UNKNOWN = "font:700 30px sans-serif;fill:currentColor"
STYLE = "fill:none;stroke:currentColor"


def dial_svg(row: Mapping[str, Any], *, size: int = 96) -> str:
    """Return the dial of a reading.

    Parameters
    ----------
    row
        A row of a `ClockTable`.
    size
        Width and height, in pixels.
    """
    label = escape(f"{row['group']}: {row['words']}", {'"': "&quot;"})
    return (
        f'<svg class="dial" viewBox="0 0 100 100" width="{size}" height="{size}" role="img" '
        f'aria-label="{label}">'
        f'<circle cx="50" cy="50" r="{RADIUS:g}" style="{STYLE};stroke-width:2"/>{_marks()}{_hand(row)}</svg>'
    )


def _marks() -> str:
    """Draw the quarters, and the one to stay at heavier."""
    found = []
    for minute in range(0, 60, 5):
        long = minute % 15 == 0
        x1, y1 = point(minute, RADIUS - (7 if long else 3.5))
        x2, y2 = point(minute, RADIUS)
        width = 4 if minute == 45 else 1.5 if long else 1
        found.append(f'<path d="M{x1} {y1}L{x2} {y2}" style="{STYLE};stroke-width:{width}"/>')
    return "".join(found)


def _hand(row: Mapping[str, Any]) -> str:
    from_noon, minute = row["from_noon"], row["minute"]
    if row["side"] == "cannot tell" or from_noon is None:
        return f'<text x="50" y="60" text-anchor="middle" style="{UNKNOWN}">?</text>'
    if minute is None:  # the height is known, the side is not
        y = round(MIDDLE - RADIUS * math.cos(from_noon * math.pi / 30), 1)
        half = round(RADIUS * math.sin(from_noon * math.pi / 30), 1)
        both = "".join(
            f'<path d="M50 50L{" ".join(map(str, point(each, RADIUS - 8)))}" style="{STYLE};stroke-width:2;'
            'stroke-dasharray:3 3"/>'
            for each in (from_noon, 60 - from_noon)
        )
        return f'<path d="M{50 - half} {y}H{50 + half}" style="{STYLE};stroke-width:2.5"/>{both}'
    x, y = point(minute, RADIUS - 8)
    return (
        f'<path d="M50 50L{x} {y}" style="{STYLE};stroke-width:4;stroke-linecap:round"/>'
        '<circle cx="50" cy="50" r="3.5" style="fill:currentColor"/>'
    )


def point(minute: float, radius: float) -> tuple[float, float]:
    """Return where a minute stands on a circle about the middle.

    >>> point(15, 40.0)
    (90.0, 50.0)
    """
    angle = minute / 30 * math.pi
    return round(MIDDLE + radius * math.sin(angle), 1), round(MIDDLE - radius * math.cos(angle), 1)
