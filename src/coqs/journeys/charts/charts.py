"""The chart: centre, limits and signals of many groups at once, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.signals import SignalTable
from coqs.journeys.series import Series
from coqs.tables import frozen_array

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ARRAYS = ("value", "centre", "lower", "upper", "attained")
SHOWN = 12
"""Signals that are told one by one in a summary."""
TITLES = MappingProxyType(
    {
        "xmr": "individuals and moving range",
        "xbar": "X-bar and S",
        "ewma": "exponentially weighted moving average",
        "cusum": "cumulative sums",
        "g": "cases between lapses",
        "t": "time between lapses",
        "bernoulli": "Bernoulli CUSUM of lapses",
        "mr": "moving range",
        "s": "spread within periods",
    }
)


def _floats(values: npt.ArrayLike) -> Floats:
    return frozen_array(np.asarray(values, np.float64), np.float64)


def _mask(values: npt.ArrayLike) -> Mask:
    return frozen_array(np.asarray(values, np.bool_), np.bool_)


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Chart:
    """A control chart of G groups over P periods; arrays are (P, G) and read-only.

    A point is flagged where a rule signals; a point that stands on a limit does not. `str(chart)` tells it in
    words.
    """

    kind: str
    """xmr, xbar, p, np, p′, c, u, u′, ewma, cusum, g, t or bernoulli."""
    phase: str
    """"I": limits from the same points; "II": limits of a baseline that was frozen before."""
    series: Series
    """What was followed."""
    baseline: Baseline
    """What the limits rest on; save it and give it to later charts."""
    value: Floats = attrs.field(converter=_floats)
    """What is plotted; NaN in a gap."""
    centre: Floats = attrs.field(converter=_floats)
    """What is expected; NaN where it cannot be told."""
    lower: Floats = attrs.field(converter=_floats)
    upper: Floats = attrs.field(converter=_floats)
    is_flagged: Mask = attrs.field(converter=_mask)
    """Whether a rule signals at the point."""
    signals: SignalTable
    """The same, a row a signal."""
    attained: Floats = attrs.field(converter=_floats)
    """(G,) periods between false alarms that the limits give where the baseline is right; NaN where it
    cannot be told."""
    attained_how: str
    """How that was found, and its error."""
    why: str
    """Why this kind of chart, in words."""
    cannot_tell: tuple[str, ...]
    """(G,) why a group has no limits; "" where it has."""
    spread: Chart | None = None
    """The chart of the spread beside it: moving ranges of an xmr, S of an xbar."""
    events: tuple[tuple[str, str], ...] = ()
    """When something happened, and what; drawn, and never used."""
    at: npt.NDArray[np.datetime64] | None = None
    """(P, G) when each lapse was, for g and t charts, whose rows are lapses and not periods."""

    @property
    def estimator(self) -> str:
        """How the spread was found."""
        return self.baseline.estimator

    @property
    def groups(self) -> tuple[str, ...]:
        """Who is charted."""
        return self.series.groups

    @property
    def flagged_groups(self) -> tuple[str, ...]:
        """Who has a signal."""
        found = np.flatnonzero(self.is_flagged.any(axis=0))
        return tuple(self.groups[place] for place in found.tolist())

    def plot(self, group: str | Sequence[str] | None = None, *, ax: Any = None) -> Any:
        """Draw the chart of a group, or small multiples of several.

        Limits step with n; signals are diamonds with a number of their rule's own where there are several
        rules; gaps are hatched; events are vertical lines with their words.

        Parameters
        ----------
        group
            A name, several, or None for all, of which the first twelve are drawn, those with signals first.
        ax
            Axes to draw one group into; left out, a new figure.

        Returns
        -------
        Any
            The axes, or an array of them for several groups; `axes.figure.savefig(path)` saves them.

        Raises
        ------
        NotFoundError
            There is no such group.
        MissingDependencyError
            matplotlib is not installed.
        """
        from coqs.journeys.charts.drawing import draw_chart

        return draw_chart(self, group, ax=ax)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Chart):
            return NotImplemented
        plain = ("kind", "phase", "series", "baseline", "signals", "why", "cannot_tell", "spread", "events")
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True) for name in ARRAYS
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        periods, groups = self.value.shape
        return (
            f"<Chart of {self.series.measure.name} ({self.kind}, phase {self.phase}): {groups:,} groups "
            f"over {periods:,} {'lapses' if self.at is not None else 'periods'}, "
            f"{len(self.flagged_groups):,} flagged>"
        )

    def __str__(self) -> str:
        base = self.baseline
        lines = [
            f"{self.series.measure.name}: {self._title()}, phase {self.phase}",
            f"why: {self.why}",
            f"limits: {self._limits()}",
            f"baseline: {base.start} to {base.stop}, spread by {base.estimator}",
        ]
        lines += [f"left out: {each.period}, {each.group or 'all'}: {each.reason}" for each in base.excluded]
        lines += self._untold()
        lines.append(f"flagged: {len(self.flagged_groups):,} of {len(self.groups):,} groups")
        words = self.signals.columns["words"].tolist()
        lines += [f"  {each}" for each in words[:SHOWN]]
        if len(words) > SHOWN:
            lines.append(f"  and {len(words) - SHOWN:,} more")
        return "\n".join(lines)

    def _title(self) -> str:
        return f"{TITLES.get(self.kind, self.kind)} chart"

    def _limits(self) -> str:
        base = self.baseline
        unit = "lapses" if self.at is not None else f"{base.every}s"
        asked = f"one false alarm asked for in {base.arl0:g} {unit}"
        if base.width is not None:
            asked = f"at {base.width:g} sigma"
        told = self.attained[~np.isnan(self.attained)]
        if not len(told):
            return f"{asked}; attained: cannot tell"
        low, high = told.min(), told.max()
        ends = [f"{each:,.0f}" if np.isfinite(each) else "without end" for each in (low, high)]
        found = ends[0] if ends[0] == ends[1] else " to ".join(ends)
        return f"{asked}, attained {found} {unit} ({self.attained_how})"

    def _untold(self) -> list[str]:
        reasons = sorted({each for each in self.cannot_tell if each})
        return [
            f"cannot tell: {each} ({self.cannot_tell.count(each):,} of {len(self.groups):,} groups)"
            for each in reasons
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, ({name: getattr(self, name) for name in attrs.fields_dict(Chart)},)


def _again(parts: dict[str, Any]) -> Chart:
    at = parts["at"]
    return Chart(**parts | {"at": None if at is None else frozen_array(at, at.dtype)})
