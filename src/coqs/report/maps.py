"""Maps: sets by stages, and hours by days, as pictures and as the tables that say the same.

A cell is a shade *and* a number; what was never observed is hatched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import attrs

from coqs.report.figures import CANNOT_TELL, interval_text, per_cent
from coqs.results import Scores
from coqs.results.buckets import WEEKDAYS
from coqs.results.plots import hours_by_days

SHADES = 5
"""From 0, the lightest."""
GAP, BASELINE, HATCH = 2, 3.5, 7
"""Between cells; from a cell's middle to its text's foot; between slanting lines."""
LABEL_WIDTH, CELL_WIDTH, LONGEST, LONGEST_HEAD = 92, 62, 14, 11
DAY_LETTERS = 3
UNSEEN = "not observed"


@attrs.frozen(slots=True)
class Cell:
    """One place of a map."""

    text: str
    """What stands in the picture; empty where nothing was observed."""
    told: str
    """What the table says."""
    shade: int
    """From 0 to `SHADES` - 1; -1 is hatched."""
    x: int
    y: int
    text_x: float
    text_y: float
    hatch: str
    """Slanting lines, as the path of a drawing; empty where something was observed."""


@attrs.frozen(slots=True)
class MapRow:
    """One row of a map."""

    name: str
    short: str
    text_y: float
    cells: tuple[Cell, ...]


@attrs.frozen(slots=True)
class Map:
    """A picture, and the table that says the same."""

    label: str
    """The words for who cannot see it."""
    columns: tuple[str, ...]
    short: tuple[str, ...]
    places: tuple[int, ...]
    """Where each column's name stands."""
    rows: tuple[MapRow, ...]
    width: int
    height: int
    cell_width: int
    cell_height: int
    unseen: int
    """Cells that are hatched."""
    most_rem: float
    """How wide it may grow on a page."""
    legend: tuple[str, ...] = ()
    """What each shade stands for, the lightest first."""


def sets_by_stages(scores: Scores) -> Map:
    """Return the mean score of each customer set in each stage."""
    sets, stages = scores.rubric.set_ids, scores.rubric.stage_ids
    found = {(row["customer_set"], row["stage"]): row for row in scores.stages_by("customer_set").rows()}
    cells = [[_of_scores(found.get((each, stage))) for stage in stages] for each in sets]
    legend = tuple(f"{20 * shade} to {20 * (shade + 1)} %" for shade in range(SHADES))
    label = "Mean score by customer set and stage"
    return _map(label, sets, stages, cells, legend=legend, cell=(CELL_WIDTH, 30), margin=LABEL_WIDTH)


def _of_scores(row: dict[str, Any] | None) -> tuple[str, str, int]:
    if row is None or not row["n"]:
        return "", UNSEEN, -1
    if row["mean"] is None:
        return "–", f"nothing scored in {row['n']:,}", 0
    interval = interval_text(row["ci_low"], row["ci_high"])
    mark = "?" if interval == CANNOT_TELL else ""
    shade = min(max(int(row["mean"] * SHADES), 0), SHADES - 1)
    told = f"{per_cent(row['mean'])} ({interval}; n = {row['n_scored']:,})"
    return f"{row['mean'] * 100:.0f}{mark}", told, shade


def hours_by_weekdays(scores: Scores, tz: str | None) -> Map:
    """Return how many interactions were observed in each hour of the week."""
    counts = hours_by_days(scores, tz=tz).T
    most = int(counts.max(initial=0))
    edges = sorted({max(round(most * shade / SHADES), 1) for shade in range(1, SHADES + 1)})
    cells = [[_of_count(int(n), edges) for n in hour] for hour in counts]
    hours = [f"{hour:02}:00" for hour in range(24)]
    legend = tuple(f"to {edge:,}" for edge in edges) if most else ()
    label = "Interactions observed by hour and day of the week"
    return _map(label, hours, WEEKDAYS, cells, legend=legend, cell=(44, 17), margin=46, letters=DAY_LETTERS)


def _of_count(n: int, edges: Sequence[int]) -> tuple[str, str, int]:
    """Return the cell of a count; its shade is that of the first edge that it does not pass."""
    return (f"{n:,}", f"{n:,}", bisect_left(edges, n)) if n else ("", "none", -1)


def _map(
    label: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[tuple[str, str, int]]],
    *,
    legend: tuple[str, ...],
    cell: tuple[int, int],
    margin: int,
    letters: int = LONGEST_HEAD,
) -> Map:
    """Lay cells out; columns are named in their first letters."""
    (width, height), top = cell, 18
    laid = tuple(
        MapRow(
            name,
            _short(name, LONGEST),
            top + place * height + height / 2 + BASELINE,
            tuple(
                _cell(each, margin + column * width, top + place * height, width - GAP, height - GAP)
                for column, each in enumerate(line)
            ),
        )
        for place, (name, line) in enumerate(zip(rows, cells, strict=True))
    )
    unseen = sum(each.shade < 0 for row in laid for each in row.cells)
    words = (
        f"{label}; {unseen} of {len(rows) * len(columns)} cells not observed. The table below says the same"
    )
    return Map(
        label=words,
        columns=tuple(columns),
        short=tuple(_short(name, letters) for name in columns),
        places=tuple(margin + column * width + width // 2 for column in range(len(columns))),
        rows=laid,
        width=margin + len(columns) * width,
        height=top + len(rows) * height,
        cell_width=width - GAP,
        cell_height=height - GAP,
        unseen=unseen,
        most_rem=(margin + len(columns) * width) / 10,
        legend=legend,
    )


def _cell(told: tuple[str, str, int], x: int, y: int, width: int, height: int) -> Cell:
    text, words, shade = told
    hatch = _hatch(x, y, width, height) if shade < 0 else ""
    return Cell(text, words, shade, x, y, x + width / 2, y + height / 2 + BASELINE, hatch)


def _hatch(x: int, y: int, width: int, height: int) -> str:
    """Return lines that rise to the right, cut off at the edges of the cell."""
    lines = []
    for start in range(HATCH, width + height, HATCH):
        left, right = max(0, start - height), min(start, width)
        lines.append(f"M{x + left} {y + start - left}L{x + right} {y + start - right}")
    return "".join(lines)


def _short(text: str, most: int) -> str:
    if most == DAY_LETTERS:
        return text[:most]
    return text if len(text) <= most else f"{text[: most - 1]}…"
