"""What `coqs journey` says: in lines for a terminal, and as plain values for JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import attrs
import numpy as np

from coqs.cli.text import aligned, capped, counted
from coqs.journeys import Journeys, Yardstick
from coqs.journeys.charts import Chart
from coqs.journeys.checkpoints import Checkpoint
from coqs.journeys.clock import Clock
from coqs.journeys.events import BeforeAfter

SHOWN = 20
"""Groups, and events, that are told one by one."""
WIDTH = 100
"""Characters of a line of words."""


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
    clock = _no_clock(without) if told.clock is None else _of_clock(told.clock, _keys(told.journeys))
    lines = _head(told.journeys)
    if told.journeys.groups:
        lines += ["", *clock, "", *_of_chart(told.chart)]
    for each in told.around:
        *rows, together = str(each).splitlines()
        lines += ["", f"{each['kind'][0]}: the {each.span_days:g} days after, against those before"]
        lines += [*capped(rows, SHOWN), together]
    if told.checkpoint is not None:
        lines += ["", *_of_checkpoint(told.checkpoint)]
    return lines


def _head(journeys: Journeys) -> list[str]:
    periods, groups = journeys.series().shape
    names = journeys.series().period_names()
    span = f", from {names[0]} to {names[-1]}" if periods else ""
    what = f"{journeys.measure().name} by {_keys(journeys)}"
    calendar = f"{counted(periods, journeys.every)}{span} ({journeys.tz})"
    lines = [f"{what}: {counted(groups, 'group')} over {calendar}"]
    untimed = journeys.observations.untimed
    if untimed:
        lines.append(f"left out: {counted(untimed, 'interaction')} without a time")
    return lines


def _keys(journeys: Journeys) -> str:
    return ", ".join(journeys.observations.keys)


def _no_clock(without: str) -> list[str]:
    return [f"clock: cannot tell, for there is {without}; give one by --target, such as 0.8"]


def _of_clock(clock: Clock, keys: str) -> list[str]:
    heads = [keys, "level", "interval", "target", "clock"]
    cells = [
        [row["group"], *_level(row, clock.series.measure), f"{row['target']:.3f}", row["words"]]
        for row in clock.readings().rows()
    ]
    title, *lines = aligned([heads, *cells])
    return [title, *capped(lines, SHOWN), *capped(clock.findings(), SHOWN)]


def _level(row: dict[str, Any], measure: Yardstick) -> tuple[str, str]:
    """Return the level and its interval, within what the measure can be: a trend may overshoot."""
    best = np.inf if measure.ceiling is None else measure.ceiling
    value, *ends = (row[name] for name in ("level", "level_low", "level_high"))
    if value is None:
        return "cannot tell", "cannot tell"
    told = [f"{min(max(each, 0.0), best):.3f}" for each in (value, *ends) if each is not None]
    return told[0], " to ".join(told[1:]) if None not in ends else "cannot tell"


def _of_chart(chart: Chart) -> list[str]:
    lines = f"chart of {chart}".splitlines()
    how: dict[str, Any] = {"subsequent_indent": "    ", "break_long_words": False, "break_on_hyphens": False}
    return [part for line in lines for part in wrap(line, WIDTH, **how)]


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
