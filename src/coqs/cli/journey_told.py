"""What `coqs journey` says: in lines for a terminal, and as plain values for JSON."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from coqs.cli.text import aligned, capped, counted
from coqs.journeys import Journeys
from coqs.journeys.charts import Chart
from coqs.journeys.checkpoints import Checkpoint
from coqs.journeys.clock import Clock
from coqs.journeys.events import BeforeAfter

SHOWN = 20
"""Groups, and events, that are told one by one."""


@attrs.frozen(kw_only=True)
class Told:
    """What is told of journeys; None for what was not asked, or cannot be."""

    journeys: Journeys
    clock: Clock | None
    chart: Chart
    checkpoint: Checkpoint | None
    around: tuple[BeforeAfter, ...]


def in_lines(told: Told, *, without: str) -> list[str]:
    """Return the lines for a terminal; `without` says why there is no clock, where there is none."""
    lines = _head(told.journeys)
    lines += ["", *(_of_clock(told.clock) if told.clock is not None else _no_clock(without))]
    lines += ["", *_of_chart(told.chart)]
    for each in told.around:
        *rows, together = str(each).splitlines()
        lines += ["", f"in the {each.span_days:g} days after, against those before:"]
        lines += [*capped(rows, SHOWN), together]
    if told.checkpoint is not None:
        lines += ["", *_of_checkpoint(told.checkpoint)]
    return lines


def _head(journeys: Journeys) -> list[str]:
    periods, groups = journeys.series().shape
    calendar = f"{counted(periods, journeys.every)} ({journeys.tz})"
    keys = ", ".join(journeys.observations.keys)
    lines = [f"{journeys.measure().name} by {keys}: {counted(groups, 'group')} over {calendar}"]
    untimed = journeys.observations.untimed
    if untimed:
        lines.append(f"left out: {counted(untimed, 'interaction')} without a time")
    return lines


def _no_clock(without: str) -> list[str]:
    return [f"clock: cannot tell, for there is {without}; give one by --target, such as 0.8"]


def _of_clock(clock: Clock) -> list[str]:
    rows = clock.readings().rows()
    heads = ["clock", "level", "interval", "target", "reads"]
    cells = [
        [row["group"], _number(row["level"]), _interval(row), _number(row["target"]), row["words"]]
        for row in rows
    ]
    title, *lines = aligned([heads, *cells])
    return [title, *capped(lines, SHOWN), *clock.findings()[:SHOWN]]


def _number(value: float | None) -> str:
    return "cannot tell" if value is None else f"{value:.3f}"


def _interval(row: dict[str, Any]) -> str:
    low, high = row["level_low"], row["level_high"]
    return "cannot tell" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def _of_chart(chart: Chart) -> list[str]:
    title, *lines = str(chart).splitlines()
    return [f"chart of {title}", *lines]


def _of_checkpoint(checkpoint: Checkpoint) -> list[str]:
    first = attrs.evolve(checkpoint, progress=checkpoint.progress[:SHOWN])
    more = len(checkpoint) - SHOWN
    return [*str(first).splitlines(), *([f"and {more:,} more"] if more > 0 else [])]


def in_plain_values(told: Told) -> dict[str, Any]:
    """Return all of it as values that JSON can hold; None where it cannot be told."""
    journeys = told.journeys
    return {
        "measure": journeys.measure().name,
        "by": list(journeys.observations.keys),
        "every": journeys.every,
        "tz": journeys.tz,
        "periods": list(journeys.series().period_names()),
        "untimed": journeys.observations.untimed,
        "clock": None if told.clock is None else told.clock.readings().rows(),
        "findings": [] if told.clock is None else list(told.clock.findings()),
        "chart": _plain_chart(told.chart),
        "events": [_plain_events(each) for each in told.around],
        "checkpoint": None if told.checkpoint is None else told.checkpoint.to_dict(),
    }


def _plain_chart(chart: Chart) -> dict[str, Any]:
    base = chart.baseline
    return {
        "kind": chart.kind,
        "phase": chart.phase,
        "why": chart.why,
        "arl0": base.arl0,
        "attained": dict(zip(chart.groups, map(_finite, chart.attained.tolist()), strict=True)),
        "flagged": list(chart.flagged_groups),
        "signals": [{name: _finite(each) for name, each in row.items()} for row in chart.signals.rows()],
        "cannot_tell": {
            group: why for group, why in zip(chart.groups, chart.cannot_tell, strict=True) if why
        },
    }


def _plain_events(found: BeforeAfter) -> dict[str, Any]:
    names = ("effect", "ci_low", "ci_high", "n_people", "n_others", "others_changed", "span_days")
    return {
        **{name: _finite(getattr(found, name)) for name in names},
        "events": found.rows(),
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value
