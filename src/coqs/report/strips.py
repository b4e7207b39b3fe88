"""Strips: one journey as a small picture, its limits as a band, its gaps hatched, what stands out marked.

The same numbers stand in a table beside it; a strip is for the eye.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
WIDTH, HEIGHT, EDGE = 320, 60, 5
"""Of the drawing, and what is kept free at its edges for the marks."""
DOT, DIAMOND = 2.2, 4.2


@attrs.frozen(slots=True)
class Strip:
    """A picture of one journey; paths are those of an SVG drawing of `WIDTH` by `HEIGHT`."""

    label: str
    """The words for who cannot see it."""
    band: str
    """Where chance alone would keep it; empty where there are no limits."""
    centre: str
    line: str
    """The values, broken at gaps."""
    dots: tuple[tuple[float, float], ...]
    marks: tuple[str, ...]
    """Diamonds around what stands out."""
    gaps: tuple[tuple[float, float], ...]
    """Start and width of each stretch without an observation."""
    events: tuple[float, ...] = ()
    """Where something happened."""


def strip_of(
    values: Floats,
    limits: tuple[Floats, Floats, Floats],
    flagged: Mask,
    *,
    ends: tuple[float, float],
    label: str,
    events: tuple[float, ...] = (),
) -> Strip:
    """Draw a journey.

    Parameters
    ----------
    values
        (P,) the numbers; NaN in a gap.
    limits
        (P,) each: lower limit, centre, upper limit; NaN where there is none.
    flagged
        (P,) what stands out.
    ends
        What the lower and the upper edge stand for.
    events
        Places among the periods, fractions too, at which something happened.
    """
    place = _Places(len(values), *ends)
    lower, centre, upper = limits
    known = ~np.isnan(values)
    return Strip(
        label=label,
        band="".join(_boxes(place, lower, upper)),
        centre="".join(_steps(place, centre)),
        line="".join(_lines(place, values)),
        dots=tuple(place.at(each, values[each]) for each in np.flatnonzero(known & ~flagged).tolist()),
        marks=tuple(_diamond(place, each, values[each]) for each in np.flatnonzero(known & flagged).tolist()),
        gaps=tuple(
            (place.edge(start), round((stop - start) * place.step, 1)) for start, stop in runs(~known)
        ),
        events=tuple(place.x(each) for each in events),
    )


@attrs.frozen(slots=True)
class _Places:
    """Where periods and values stand in the drawing."""

    n: int
    low: float
    high: float

    @property
    def step(self) -> float:
        return (WIDTH - 2 * EDGE) / max(self.n, 1)

    def edge(self, period: float) -> float:
        """Return where a period begins."""
        return round(EDGE + period * self.step, 1)

    def x(self, period: float) -> float:
        """Return the middle of a period."""
        return self.edge(period + 0.5)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - EDGE - min(max(share, 0.0), 1.0) * (HEIGHT - 2 * EDGE), 1)

    def at(self, period: int, value: float) -> tuple[float, float]:
        return self.x(period), self.y(value)


def runs(which: Mask) -> Iterator[tuple[int, int]]:
    """Yield the start and the end, which it does not reach, of each stretch that is true.

    >>> list(runs(np.array([True, True, False, True])))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], which, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _boxes(place: _Places, lower: Floats, upper: Floats) -> Iterator[str]:
    for period in np.flatnonzero(~(np.isnan(lower) & np.isnan(upper))).tolist():
        low = place.low if np.isnan(lower[period]) else lower[period]
        high = place.high if np.isnan(upper[period]) else upper[period]
        left, right = place.edge(period), place.edge(period + 1)
        yield f"M{left} {place.y(low)}H{right}V{place.y(high)}H{left}Z"


def _steps(place: _Places, centre: Floats) -> Iterator[str]:
    for period in np.flatnonzero(~np.isnan(centre)).tolist():
        yield f"M{place.edge(period)} {place.y(centre[period])}H{place.edge(period + 1)}"


def _lines(place: _Places, values: Floats) -> Iterator[str]:
    for start, stop in runs(~np.isnan(values)):
        points = [place.at(each, values[each]) for each in range(start, stop)]
        yield "M" + "L".join(f"{x} {y}" for x, y in points)


def _diamond(place: _Places, period: int, value: Any) -> str:
    x, y = place.at(period, float(value))
    return f"M{x} {y - DIAMOND:.1f}L{x + DIAMOND:.1f} {y}L{x} {y + DIAMOND:.1f}L{x - DIAMOND:.1f} {y}Z"
