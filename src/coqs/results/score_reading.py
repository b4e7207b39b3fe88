"""Scores as columns to read: what a score, its verdict and its details are, row by row.

What lives here: properties that read what was scored. What does not: summaries, tables, files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.model import Band, Standing
from coqs.ratings import Ratings
from coqs.results.columns import REASONS, VERDICTS, Codes, Counts, DetailColumns, Floats, ScoreColumns
from coqs.rubric import Rubric
from coqs.tables import freeze


class ScoreReading:
    """What is read from the columns of scores; n rows, aligned with the ratings."""

    ratings: Ratings
    columns: ScoreColumns

    @property
    def details(self) -> DetailColumns:
        """What is worked out when it is first asked for."""
        raise NotImplementedError

    @property
    def rubric(self) -> Rubric:
        """What was asked."""
        return self.ratings.rubric

    @property
    def overall(self) -> Floats:
        """(n,) share of the ceiling; NaN where not `is_scored`."""
        return self.columns.overall

    @property
    def is_scored(self) -> npt.NDArray[np.bool_]:
        """(n,) whether anything was scored."""
        return freeze(~np.isnan(self.columns.overall))

    @property
    def reason(self) -> npt.NDArray[np.str_]:
        """(n,) why not scored, one of `coqs.results.REASONS`; empty where scored."""
        return freeze(np.array(REASONS)[self.details.reason_codes])

    @property
    def verdict(self) -> npt.NDArray[np.str_]:
        """(n,) pass, fail or unscored."""
        return freeze(np.array(VERDICTS)[self.columns.verdict_codes])

    @property
    def verdict_codes(self) -> Codes:
        """(n,) the verdicts as places in `coqs.results.VERDICTS`: pass, fail, unscored."""
        return self.columns.verdict_codes

    @property
    def stages(self) -> Mapping[str, Floats]:
        """Stage id to (n,) share; NaN where not scored."""
        return self.columns.stages

    @property
    def stage_is_scored(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Stage id to (n,) whether anything in it was scored."""
        return {id: freeze(~np.isnan(column)) for id, column in self.columns.stages.items()}

    @property
    def gates(self) -> Mapping[str, Counts]:
        """Error class to (n,) number of gates that failed, the same under every policy."""
        return self.details.gates

    @property
    def gates_observed(self) -> Mapping[str, Counts]:
        """Error class to (n,) number of gates that were asked and answered: what can fail."""
        return self.details.gates_observed

    @property
    def gates_unobserved(self) -> Counts:
        """(n,) gates that were asked and not answered."""
        return self.details.gates_unobserved

    @property
    def gates_fired(self) -> Counts:
        """(n,) gates that fired under the policy's own trigger, of all classes."""
        return self.details.gates_fired

    @property
    def irreversible(self) -> Counts:
        """(n,) irreversible criteria below what is expected."""
        return self.details.irreversible

    @property
    def points(self) -> Floats:
        """(n,) sum of the raw points of the scored answers."""
        return self.details.points

    @property
    def possible(self) -> Floats:
        """(n,) what the score is a share of, in the policy's units; 0 where not scored."""
        return self.details.possible

    @property
    def band(self) -> npt.NDArray[np.str_]:
        """(n,) the band of the overall score; empty where there is no score, or no bands."""
        return self._band_names("overall", self.rubric.bands)

    @property
    def stage_bands(self) -> dict[str, npt.NDArray[np.str_]]:
        """Stage id to (n,) band of its score, for the stages that have bands."""
        return {
            each.id: self._band_names(f"stage {each.id}", each.bands)
            for each in self.rubric.stages
            if each.bands
        }

    @property
    def criterion_bands(self) -> dict[str, npt.NDArray[np.str_]]:
        """Criterion id to (n,) band of its answer, for the criteria that have bands."""
        return {
            each.id: self._band_names(f"criterion {each.id}", each.bands)
            for each in self.rubric.criteria
            if each.bands
        }

    def _band_names(self, place: str, bands: Sequence[Band]) -> npt.NDArray[np.str_]:
        if not bands:
            return freeze(np.full(len(self), ""))
        return freeze(np.array([*(band.id for band in bands), ""])[self.details.bands[place]])

    @property
    def counts(self) -> Mapping[str, Counts]:
        """Kind of answer or absence to (n,) number of criteria."""
        return self.details.counts

    @property
    def coverage(self) -> Floats:
        """(n,) share of the asked criteria that were answered; NaN where none was asked."""
        counts = self.details.counts
        asked = counts["answered"] + counts["unanswered"] + counts["abstained"] + counts["failed"]
        return _share(counts["answered"], asked)

    def standing_share(self, standing: str) -> Floats:
        """Return (n,) share of the answered criteria that are below, meets or exceeds.

        Raises
        ------
        NotFoundError
            No such standing.
        """
        if standing not in tuple(Standing):
            raise NotFoundError("standing", standing, Standing)
        return _share(self.details.counts[standing], self.details.counts["answered"])

    def __len__(self) -> int:
        return len(self.ratings)


def _share(part: Counts, whole: Counts) -> Floats:
    return freeze(np.where(whole > 0, part / np.maximum(whole, 1), np.nan))
