"""Journeys: the series of many people, teams or sites, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from coqs.journeys.checkpoints.checkpoint import Checkpoint
from coqs.journeys.checkpoints.log import CheckpointLog
from coqs.journeys.checkpoints.taking import (
    Plan,
    Targets,
    checkpoint_of,
    provenance_told,
    targets_by_group,
)
from coqs.journeys.clock.clock import Clock
from coqs.journeys.clock.making import Targets as ClockTargets, clock_of
from coqs.journeys.events.before_after import BeforeAfter, Whose, before_after
from coqs.journeys.events.register import EventRegister
from coqs.journeys.expected.expected import ExpectedTable, expected_of
from coqs.journeys.habits.questions import HabitQuestions

if TYPE_CHECKING:
    from coqs.journeys.charts import Chart


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Journeys(HabitQuestions):
    """The journeys of many groups: what was observed, and the calendar that it is looked at by.

    Made by `Journeys.from_scores` or `Journeys.from_table`. Immutable: `append` and `+` give new
    journeys, equal to those that one run over everything would give.

    Examples
    --------
    >>> import coqs
    >>> scores = coqs.score(coqs.make_sample(n=300))
    >>> journeys = coqs.Journeys.from_scores(scores, by="provider", every="week", tz="Europe/Madrid")
    >>> journeys.value.shape == (len(journeys.periods), len(journeys.groups))
    True
    """

    def chart(self, measure: str | None = None, **how: Any) -> Chart:
        """Draw up a control chart of each group: what is news, and what is only chance.

        Parameters
        ----------
        measure
            Its name; the first one unless told.
        how
            What `coqs.journeys.charts.ChartOptions` has: kind, arl0, rules, baseline, exclude, events …

        Returns
        -------
        Chart
            `str(chart)` tells it in words, `chart.plot()` draws it, `chart.baseline` is kept for later.

        Raises
        ------
        NotFoundError
            The measure is not followed.
        PolicyError
            What is asked for does not suit the measure.

        Examples
        --------
        >>> import coqs
        >>> scores = coqs.score(coqs.make_sample(weeks=13))
        >>> journeys = coqs.Journeys.from_scores(scores, by="provider", every="week")
        >>> journeys.chart("overall").phase
        'I'
        """
        from coqs.journeys.charts import chart

        return chart(self.series(measure), observations=self.observations, **how)

    def clock(
        self,
        measure: str | None = None,
        *,
        target: ClockTargets | CheckpointLog | None = None,
        floor: float | None = None,
        ceiling: float | None = None,
        confidence: float = 0.95,
        hindsight: bool = False,
    ) -> Clock:
        """Read the clock of each journey: its height between floor and ceiling, and whether it climbs.

        Parameters
        ----------
        measure
            What is read; the first one unless told.
        target, floor, ceiling, confidence, hindsight
            As in `coqs.journeys.clock.clock_of`: the measure's mark, 0, and its ceiling unless told. The
            target may be a log of checkpoints: each group's targets, each from its moment on.

        Raises
        ------
        NotFoundError, PolicyError
            No such measure; no target or no ceiling, or they do not follow each other.
        """
        series = self.series(measure)
        if isinstance(target, CheckpointLog):
            target = target.clock_targets(series.measure, series.groups)
        return clock_of(
            series,
            target=target,
            floor=floor,
            ceiling=ceiling,
            confidence=confidence,
            hindsight=hindsight,
        )

    def against_expected(
        self,
        on: str = "passed",
        *,
        given: str | Sequence[str] = "customer",
        confidence: float = 0.95,
    ) -> ExpectedTable:
        """Hold each group's lapses against what others had with the same customers.

        A lapse is an interaction whose value is below one half: a verdict that is not a pass, or a criterion
        below expectation.

        Parameters
        ----------
        on
            A measure that is a share: "passed", or a criterion.
        given
            What is allowed for: a context column, such as customer or site; or several, each combination
            of which is then taken for itself.
        confidence
            Coverage of the intervals.

        Raises
        ------
        NotFoundError, PolicyError
            No such measure or column; the measure is no share.
        """
        return expected_of(self.observations, self.measure(on), given=given, confidence=confidence)

    def before_after(
        self,
        register: EventRegister,
        *,
        measure: str | None = None,
        span_days: float = 28,
        confidence: float = 0.95,
        whose: Whose = "about",
    ) -> BeforeAfter:
        """Tell what changed around events, within people; see `coqs.journeys.events.before_after`."""
        name = self.measure(measure).name
        return before_after(
            self.observations,
            register,
            measure=name,
            span_days=span_days,
            confidence=confidence,
            whose=whose,
        )

    def checkpoint(
        self,
        *,
        at: Any,
        targets: Targets | None = None,
        since: Any = None,
        log: CheckpointLog | None = None,
        reason: str | None = None,
        confidence: float = 0.95,
    ) -> Checkpoint:
        """Take a checkpoint: what has been, what is accomplished, what remains; each with its interval.

        Nothing is written: `log.append` does that, once what it says is accepted.

        Parameters
        ----------
        at
            The moment of the stop; only what is before it counts. A date is its beginning, in `tz`.
        targets
            Measure to target, or to a mapping of group to target, in which "*" stands for all others; without
            one, nothing remains to be told.
        since
            Where the span begins; the last checkpoint of the log unless told, or the beginning. If it is
            before that, both spans share observations, and how surely anything changed cannot be told.
        log
            The checkpoints before it: what is accomplished is told against the last one, and a target that is
            easier than the one before it is refused.
        reason
            Why a target is lowered, where one is.
        confidence
            Coverage of the intervals, each by itself.

        Raises
        ------
        NotFoundError, PolicyError, RecordError, ComparisonError
            No such measure or group; a target that is no number, or lowered without a reason; a moment that
            is none, or does not follow the last one; a log of other keys, measures or confidence, or of
            another fingerprint or policy.
        """
        names = [each.name for each in self.measures]
        plan = Plan(
            measures=self.measures,
            targets=targets_by_group(targets or {}, names, self.groups),
            confidence=confidence,
            tz=self.tz,
            reason=reason,
            provenance=provenance_told(self.provenance),
        )
        past = () if log is None else log.checkpoints
        return checkpoint_of(self.observations, plan, at=at, since=since, past=past)
