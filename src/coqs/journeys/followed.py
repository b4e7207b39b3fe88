"""What is followed over time: observations, measures and a calendar; added to and appended to, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs
import numpy as np

from coqs.errors import ComparisonError, NotFoundError
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.journeys.of_scores import OVERALL, PASSED, measures_of_scores, observations_of_scores
from coqs.journeys.of_tables import Headers, observations_of_table
from coqs.journeys.periods import Starts
from coqs.journeys.series import Floats, Series, series_of
from coqs.results import Provenance, Scores
from coqs.results.buckets import check_every
from coqs.tables import zone_named


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Followed:
    """What was observed of many groups, and the calendar that it is looked at by; immutable."""

    observations: Observations
    """What was observed, one row each."""
    measures: tuple[Yardstick, ...]
    """What is followed; the first one is meant where none is named."""
    every: str
    """The stretch of time: hour, day, week, month, quarter or year."""
    tz: str
    """The zone in which days begin."""
    provenance: Provenance | None = None
    """What the scores name; None for a table."""

    @classmethod
    def from_scores(
        cls,
        scores: Scores,
        *,
        by: str | Sequence[str] = "provider",
        every: str = "week",
        tz: str | None = None,
        measures: str | Sequence[str] = (OVERALL, PASSED),
    ) -> Self:
        """Follow scores over time.

        The raters of one interaction are averaged first. An interaction without a time is in no period; it
        is counted in `observations.untimed`.

        Parameters
        ----------
        scores
            What `coqs.score` returned.
        by
            Whose journeys: a context column or a fact, or several.
        every
            hour, day, week, month, quarter or year.
        tz
            The zone in which days begin, such as Europe/Madrid; UTC unless told.
        measures
            "overall" (the score), "passed" (the share of verdicts that pass), stages (their score) and
            criteria (the share that is not below what is expected).

        Raises
        ------
        NotFoundError
            A key is no column of the ratings, or there is no such measure.
        PolicyError
            There is no such stretch of time, or a name is given twice.
        RecordError
            There is no such zone.
        """
        check_every(every)
        zone_named(tz)
        keys, names = ((each,) if isinstance(each, str) else tuple(each) for each in (by, measures))
        meant = measures_of_scores(scores, names)
        return cls(
            observations=observations_of_scores(scores, keys, meant),
            measures=meant,
            every=every,
            tz=tz or "UTC",
            provenance=scores.provenance,
        )

    @classmethod
    def from_table(
        cls,
        table: Any,
        *,
        group: str | Sequence[str],
        at: str,
        value: str,
        n: str | None = None,
        sd: str | None = None,
        kind: str = "score",
        better: str = "higher",
        mark: float | None = None,
        ceiling: float | None = None,
        every: str = "week",
        tz: str | None = None,
    ) -> Self:
        """Follow the numbers of any table, a row a group and a time.

        Rows of one group in one period are summed up. A row whose n is 0 or missing is no observation.

        Parameters
        ----------
        table
            A mapping of columns, or a table of pandas, polars, pyarrow or DuckDB.
        group, at, value, n, sd
            Names of its columns: who is followed; when (a time with a zone, or a date or a time of `tz`);
            the number; what it is of, 1 unless told; the spread of single values behind a mean.
        kind
            "share": `value` is successes out of `n`; "rate": events in an exposure of `n`; "score" and
            "value": a mean over `n`.
        better
            Which way is good: "higher" or "lower".
        mark, ceiling
            What is good enough, and the best that there can be, where they are known.
        every, tz
            As in `from_scores`.

        Raises
        ------
        RecordError
            Columns that are not there, and cells that cannot be used, by row and column.
        PolicyError
            There is no such stretch of time, kind or direction.
        """
        check_every(every)
        zone_named(tz)
        keys = (group,) if isinstance(group, str) else tuple(group)
        top = 1.0 if kind == "share" else ceiling
        measure = Yardstick(name=value, kind=kind, better=better, mark=mark, ceiling=top)
        headers = Headers(group=keys, at=at, value=value, n=n, sd=sd)
        return cls(
            observations=observations_of_table(table, headers, measure, tz=tz),
            measures=(measure,),
            every=every,
            tz=tz or "UTC",
        )

    def measure(self, name: str | None = None) -> Yardstick:
        """Return a measure by its name; the first one where none is named.

        Raises
        ------
        NotFoundError
            It is not followed.
        """
        if name is None:
            return self.measures[0]
        for each in self.measures:
            if each.name == name:
                return each
        raise NotFoundError("measure", name, [each.name for each in self.measures], where="journeys")

    def series(self, measure: str | None = None) -> Series:
        """Return one measure over the calendar, as (periods, groups) arrays.

        Parameters
        ----------
        measure
            Its name; the first one unless told.

        Raises
        ------
        NotFoundError
            It is not followed.
        """
        zone = zone_named(self.tz)
        assert zone is not None
        return series_of(self.observations, self.measure(measure), every=self.every, tz=self.tz, zone=zone)

    @property
    def groups(self) -> tuple[str, ...]:
        """Who is followed."""
        return self.observations.groups

    @property
    def periods(self) -> Starts:
        """(P,) when each period began, empty ones among them."""
        return self.series().periods

    @property
    def n(self) -> Floats:
        """(P, G) how much was observed of the first measure; 0 in a gap."""
        return self.series().n

    @property
    def value(self) -> Floats:
        """(P, G) the first measure; NaN in a gap."""
        return self.series().value

    def append(self, later: Followed | Scores) -> Self:
        """Return these journeys with what came since; equal to those of one run over everything.

        Parameters
        ----------
        later
            Journeys of the same kind, or scores, which are followed in the same way.

        Raises
        ------
        ComparisonError
            They are of another kind (keys, calendar, measures, fingerprint, policy), or hold what is here.
        """
        if isinstance(later, Scores):
            names = [each.name for each in self.measures]
            keys = self.observations.keys
            later = type(self).from_scores(later, by=keys, every=self.every, tz=self.tz, measures=names)
        return self + later

    def __add__(self, other: Followed) -> Self:
        if not isinstance(other, Followed):
            return NotImplemented
        self._check_same(other)
        return attrs.evolve(self, observations=self.observations + other.observations)

    def _check_same(self, other: Followed) -> None:
        for what in ("keys", "every", "tz", "measures", "scoring", "policy"):
            left, right = _told(self)[what], _told(other)[what]
            if left != right:
                raise ComparisonError(
                    f"journeys: must have one {what} to be added, got two; follow both in one way",
                    left=str(left),
                    right=str(right),
                )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Followed):
            return NotImplemented
        return _told(self) == _told(other) and self.observations == other.observations

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        periods, groups = self.series().shape
        names = ", ".join(each.name for each in self.measures)
        rows = f"{int(np.nansum(self.observations.n)):,}"
        return (
            f"<Journeys by {', '.join(self.observations.keys)}: {groups:,} over {periods:,} x {self.every} "
            f"({self.tz}), {rows} observed; {names}>"
        )


def _told(journeys: Followed) -> dict[str, object]:
    """Return what two journeys must have in common."""
    made = journeys.provenance
    return {
        "keys": journeys.observations.keys,
        "every": journeys.every,
        "tz": journeys.tz,
        "measures": journeys.measures,
        "scoring": None if made is None else made.fingerprint.scoring,
        "policy": None if made is None else made.policy,
    }
