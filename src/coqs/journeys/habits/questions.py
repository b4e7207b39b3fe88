"""What can be asked of journeys about habits: the methods that `Journeys` has from here."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from coqs.errors import PolicyError
from coqs.journeys.followed import Followed
from coqs.journeys.habits.consistency import ConsistencyTable, consistency_of
from coqs.journeys.habits.contagion import SHIFTS, Asked, Contagion, contagion_of_people
from coqs.journeys.habits.lapses import Person, people, standings
from coqs.journeys.habits.slips import CLEAN_RUN, WITHIN, SlipTable, check_counts, slips_of_people
from coqs.journeys.habits.streaks import StreakTable, streaks_of_people, streaks_of_series
from coqs.model import AllowedException

INTERACTIONS, PERIODS = "interactions", "periods"


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class HabitQuestions(Followed):
    """Streaks, consistency, slips and contagion of whoever is followed."""

    def _people(
        self, on: str, mark: float | None, exceptions: Sequence[AllowedException]
    ) -> tuple[str, list[Person]]:
        measure = self.measure(on)
        standing = standings(self.observations, measure, mark, exceptions)
        return measure.name, people(self.observations, standing)

    def streaks(
        self,
        on: str | None = None,
        *,
        of: str = INTERACTIONS,
        mark: float | None = None,
        exceptions: Sequence[AllowedException] = (),
    ) -> StreakTable:
        """Return each group's current and longest streak of what meets expectation.

        A streak is known as far as everything in it was observed. What was not scored, a period in which
        nothing was observed, and the edge of the data end what can be said, not the streak: it is then "at
        least" so long. A streak of interactions is one of those that were observed.

        Parameters
        ----------
        on
            The verdict, criterion or other measure; the first one unless told.
        of
            "interactions", or "periods" whose value is as good as the mark.
        mark
            What is good enough; the measure's own mark unless told. Verdicts and criteria of interactions
            need none.
        exceptions
            What was allowed on purpose: it neither lengthens a streak nor ends it; of interactions only.

        Raises
        ------
        NotFoundError
            The measure is not followed.
        PolicyError
            There is no mark, or `of` is neither.
        """
        if of == PERIODS:
            return streaks_of_series(self.series(on), mark)
        if of != INTERACTIONS:
            raise PolicyError(
                f"of: must be {INTERACTIONS!r} or {PERIODS!r}, got {of!r}; use one", choice="of", value=of
            )
        name, everybody = self._people(self.measure(on).name, mark, exceptions)
        return streaks_of_people(everybody, name)

    def consistency(
        self, measure: str | None = None, *, mark: float | None = None, confidence: float = 0.95
    ) -> ConsistencyTable:
        """Tell habits from high means: how even the work of each group is.

        Parameters
        ----------
        measure
            Its name; the first one unless told.
        mark
            What is good enough; the measure's own mark, such as the rubric's pass mark, unless told.
        confidence
            Coverage of each interval.

        Raises
        ------
        NotFoundError
            The measure is not followed.
        PolicyError
            Nobody says what is good enough.

        Notes
        -----
        Spreads of single scores have Bonett's interval, those of periods are taken beside their sampling
        errors (Paule and Mandel, Viechtbauer), the usual bad one has Tukey's jackknife; `coqs.kernels.spread`
        tells the sources. A person's trend is part of the spread: who climbs is not even.
        """
        return consistency_of(self.observations, self.series(measure), mark=mark, confidence=confidence)

    def slips(
        self,
        on: str = "passed",
        *,
        mark: float | None = None,
        clean_run: int = CLEAN_RUN,
        within: int = WITHIN,
        exceptions: Sequence[AllowedException] = (),
    ) -> SlipTable:
        """List the slips: the first lapse of each group after a clean run.

        A lapse is an interaction below expectation on the verdict or criterion. Those of verdicts and
        criteria are lapses where more raters find them below than not; where raters are divided, and where
        nothing was scored, it cannot be told, and the run before is known from there on only. Interactions in
        which a criterion was not applicable or not asked are passed over.

        Parameters
        ----------
        on
            The verdict, criterion or other measure.
        mark
            Below it a measure that is neither verdict nor criterion is a lapse; its own mark unless told.
        clean_run
            How many in a row are clean before a slip; ten unless told, which is a habit.
        within
            How many after the slip are looked at; at most `clean_run`.
        exceptions
            What was allowed on purpose, with a reason and an end: while it lasts, what is below expectation
            is no lapse, and neither ends a run nor lengthens it.

        Raises
        ------
        NotFoundError
            The measure is not followed.
        PolicyError
            A length is out of its range, or a mark is missing.
        """
        check_counts(clean_run, within)
        name, everybody = self._people(on, mark, exceptions)
        return slips_of_people(
            everybody, self.observations.interaction, name, clean_run=clean_run, within=within
        )

    def contagion(
        self,
        on: str = "passed",
        *,
        mark: float | None = None,
        clean_run: int = CLEAN_RUN,
        within: int = WITHIN,
        exceptions: Sequence[AllowedException] = (),
        allow_for: Sequence[str] | None = None,
        shifts: Sequence[int] = SHIFTS,
        confidence: float = 0.95,
        draws: int = 999,
        seed: int = 0,
    ) -> Contagion:
        """Test whether lapses cluster after a slip, more than chance, trend, shift and site would have it.

        Within each group a smooth trend, the shift and the site say how likely each interaction was to be a
        lapse; the lapses within reach of a slip are held against that, and against worlds that are drawn
        without contagion.

        Parameters
        ----------
        on, mark, clean_run, within, exceptions
            As in `slips`.
        allow_for
            Columns of the context that are allowed for; the site unless told, where it was recorded.
        shifts
            Hours, by the clock of `tz`, at which shifts begin; one or none allows for no shift.
        confidence
            Coverage of the intervals; 1 less it is the level of the test.
        draws
            Worlds without contagion.
        seed
            Of the draws; the same seed gives the same result.

        Raises
        ------
        NotFoundError
            The measure is not followed, or a column was not recorded.
        PolicyError
            A number is out of its range, or a mark is missing.

        Notes
        -----
        A parametric bootstrap of a logistic regression with a cubic trend, of one side: whether there are
        more lapses than chance has. In simulations it errs in 4 to 5.5 of 100 cases with and without a smooth
        trend; where a level jumps at once, in 8 or 9. Groups are tested at once by Holm's method.
        """
        check_counts(clean_run, within)
        columns = None if allow_for is None else tuple(allow_for)
        asked = Asked(clean_run, within, columns, tuple(shifts), confidence, draws, seed)
        name, everybody = self._people(on, mark, exceptions)
        return contagion_of_people(everybody, self.observations, name, asked, tz=self.tz)
