"""The journey in the report: clocks, charts, slips, what was right the first time, promises, blind spots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from coqs.errors import PolicyError
from coqs.journeys import Journeys
from coqs.journeys.blind_spots import blind_spots
from coqs.journeys.charts import Chart
from coqs.journeys.clock import Clock
from coqs.journeys.issues import issues
from coqs.journeys.promises import promises
from coqs.report.figures import (
    CANNOT_TELL,
    counted,
    interval_text,
    part_of,
    per_cent,
    round_per_cent,
)
from coqs.report.strips import Strip, strip_of
from coqs.results import Scores

MOST = 24
"""Providers of whom each has a dial and a strip; of more, those observed most."""
ENDS = 10
"""Rows of the other lists."""
LONG_UNSEEN = 2
"""Periods in a row after which something that is not seen is told."""
NO_CLOCK = "no pass mark, so no clock"


@attrs.frozen(slots=True, kw_only=True)
class JourneyRow:
    """One provider's journey."""

    id: str
    n: int
    dial: str
    """The clock as an SVG element; empty without one."""
    clock: str
    strip: Strip
    chart: str
    """What the chart says: how many signals, and the last one; or why it cannot tell."""


@attrs.frozen(slots=True)
class SlipRow:
    """A slip of somebody."""

    provider: str
    at: str
    interaction: str
    run: str
    after: str


@attrs.frozen(slots=True)
class OwedRow:
    """A promise that is open."""

    promise: str
    owner: str
    due: str
    age: str


@attrs.frozen(slots=True, kw_only=True)
class Journey:
    """All that the report tells of time."""

    every: str
    periods: str
    rows: tuple[JourneyRow, ...]
    left_out: int
    why: str
    """Which chart was chosen, and why."""
    limits: str
    ends: tuple[str, str]
    findings: tuple[str, ...]
    slips: tuple[SlipRow, ...]
    slips_left_out: int
    right: tuple[tuple[str, str], ...]
    """What was right the first time, as terms and texts."""
    promised: tuple[tuple[str, str], ...]
    owed: tuple[OwedRow, ...]
    owed_left_out: int
    unseen: tuple[str, ...]
    """What has not been seen of late."""


def journey_of(scores: Scores, *, every: str, tz: str | None) -> Journey:
    """Return what is told of journeys by provider.

    Raises
    ------
    PolicyError
        There is no such stretch of time.
    """
    journeys = Journeys.from_scores(scores, by="provider", every=every, tz=tz)
    chart = journeys.chart("overall")
    clock = _clock(journeys)
    ends = _ends(chart)
    slips, owed = journeys.slips("passed").rows(), promises(scores).worklist().rows()
    dated = [row for row in owed if row["due"] is not None] or owed
    return Journey(
        every=every,
        periods=_periods(journeys, every),
        rows=_rows(journeys, chart, clock, ends),
        left_out=max(len(journeys.groups) - MOST, 0),
        why=chart.why,
        limits=f"one false alarm asked for in {chart.baseline.arl0:g} {every}s of each provider",
        ends=(round_per_cent(ends[0]), round_per_cent(ends[1])),
        findings=() if clock is None else clock.findings(),
        slips=tuple(_slip(row) for row in slips[-ENDS:][::-1]),
        slips_left_out=max(len(slips) - ENDS, 0),
        right=_right(scores),
        promised=_promised(scores),
        owed=tuple(_owed(row) for row in dated[:ENDS]),
        owed_left_out=max(len(owed) - ENDS, 0),
        unseen=_unseen(scores, every, tz),
    )


def _clock(journeys: Journeys) -> Clock | None:
    """Return the clocks, where the rubric has a mark that they can be read by."""
    try:
        return journeys.clock("overall")
    except PolicyError:
        return None


def _periods(journeys: Journeys, every: str) -> str:
    names = [str(each) for each in journeys.periods]
    if not names:
        return "nothing has a time"
    return f"{counted(len(names), every)} from {names[0]} to {names[-1]} ({journeys.tz})"


def _ends(chart: Chart) -> tuple[float, float]:
    """Return what the edges of all strips stand for: the tenths around all points, so that they compare."""
    known = chart.value[~np.isnan(chart.value)]
    if not len(known):
        return 0.0, 1.0
    low, high = math.floor(known.min() * 10) / 10, math.ceil(known.max() * 10) / 10
    return (low, high) if high > low else (low - 0.1, high + 0.1)


def _rows(
    journeys: Journeys, chart: Chart, clock: Clock | None, ends: tuple[float, float]
) -> tuple[JourneyRow, ...]:
    series = journeys.series("overall")
    observed = series.n.sum(axis=0)
    shown = sorted(np.argsort(-observed, kind="stable")[:MOST].tolist())
    return tuple(
        JourneyRow(
            id=series.groups[place],
            n=int(observed[place]),
            dial="" if clock is None else clock.to_svg(series.groups[place], size=64),
            clock=NO_CLOCK if clock is None else clock.words(series.groups[place]),
            strip=_strip(series.groups[place], place, chart, ends),
            chart=_said_of(chart, place, series.groups[place]),
        )
        for place in shown
    )


def _strip(name: str, place: int, chart: Chart, ends: tuple[float, float]) -> Strip:
    limits = tuple(each[:, place] for each in (chart.lower, chart.centre, chart.upper))
    flagged = chart.is_flagged[:, place]
    return strip_of(
        chart.value[:, place],
        (limits[0], limits[1], limits[2]),
        flagged,
        ends=ends,
        label=f"{name}: mean score over time, {counted(int(flagged.sum()), 'signal')}",
    )


def _said_of(chart: Chart, place: int, name: str) -> str:
    if chart.cannot_tell[place]:
        return f"{CANNOT_TELL}: {chart.cannot_tell[place]}"
    own = [row for row in chart.signals.rows() if row["group"] == name]
    if not own:
        return "no signal"
    last = own[-1]["words"].removeprefix(f"{name}, ")
    return f"{counted(len(own), 'signal')}; the last: {last}"


def _slip(row: dict[str, Any]) -> SlipRow:
    at_least = "at least " if row["run_before_at_least"] else ""
    return SlipRow(
        provider=row["group"],
        at=row["at"].date().isoformat(),
        interaction=row["interaction"],
        run=f"{at_least}{row['run_before']}",
        after=f"{row['lapses_after']:g} of {row['n_after']:g}",
    )


def _right(scores: Scores) -> tuple[tuple[str, str], ...]:
    found = issues(scores)
    (row,) = found.by().rows()
    if not row["n"]:
        return ()
    settled = interval_text(row["net_ci_low"], row["net_ci_high"])
    curve = interval_text(row["curve_ci_low"], row["curve_ci_high"])
    return (
        ("Issues", f"{row['n']:,}, of which {row['unknown']:,} are not settled or not known"),
        ("Right the first time, of those that are settled", f"{per_cent(row['net_share'])} ({settled})"),
        (
            f"The same after {found.window:g} days, under censoring",
            f"{per_cent(row['curve_share'])} ({curve})",
        ),
        ("If all unknown ones failed, or all are right", interval_text(row["bound_low"], row["bound_high"])),
    )


def _promised(scores: Scores) -> tuple[tuple[str, str], ...]:
    rows = [row for row in promises(scores).by().rows() if row["n"]]
    if not rows:
        return ()
    (row,) = rows
    interval = interval_text(row["kept_ci_low"], row["kept_ci_high"])
    states = ("kept", "late", "broken", "cancelled", "lapsed", "unobservable", "open")
    return (
        ("Promises", f"{row['n']:,}: " + ", ".join(f"{row[name]:,} {name}" for name in states if row[name])),
        ("Kept in time, of those that are settled", f"{per_cent(row['kept_share'])} ({interval})"),
        (
            "If all unknown ones were not kept, or all were",
            interval_text(row["kept_least"], row["kept_most"]),
        ),
    )


def _owed(row: dict[str, Any]) -> OwedRow:
    due = "no date" if row["due"] is None else row["due"].date().isoformat()
    return OwedRow(
        promise=row["promise"],
        owner=row["owner"] or "nobody",
        due=f"{due}, overdue" if row["overdue"] else due,
        age=counted(int(row["age_days"]), "day"),
    )


def _unseen(scores: Scores, every: str, tz: str | None) -> tuple[str, ...]:
    """Say which sets and posts have not been seen for some periods, though they were before."""
    told: list[str] = []
    for key in ("customer_set", "site"):
        spots = blind_spots(scores, by=key, every=every, tz=tz)
        for row in spots.rows():
            gone = row["unseen_for"]
            if row["last_seen"] is not None and gone >= LONG_UNSEEN:
                told.append(
                    f"{row['value']}: not for {counted(gone, every)}, last in that of {row['last_seen']}"
                )
    return tuple(told)


def told_of(journey: Journey) -> Sequence[str]:
    """Return what the journey adds to the headlines: who winds down."""
    down = [row.id for row in journey.rows if row.clock.endswith("winding down")]
    if not down:
        return ()
    return (f"Winding down: {', '.join(down)} ({part_of(len(down), len(journey.rows))} clocks).",)
