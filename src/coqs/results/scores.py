"""Scores of a batch: columns, and what can be asked of them."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import attrs

from coqs.errors import NotFoundError
from coqs.ratings import Ratings
from coqs.results.columns import (
    AnswerColumns,
    DetailColumns,
    Floats,
    ScoreColumns,
)
from coqs.results.export import export_columns, plain_table
from coqs.results.grouping import known_keys
from coqs.results.groups import GroupTable
from coqs.results.provenance import Provenance
from coqs.results.score_reading import ScoreReading
from coqs.results.stage_tables import stages_by
from coqs.results.tally import Tally, whole_table
from coqs.rubric import Policy, Rubric
from coqs.tables.kinds import Kind, arrow_stream, table_of_kind

if TYPE_CHECKING:
    from coqs.results.plots import ScoresPlot

Path = str | os.PathLike[str]
S = TypeVar("S", bound="Scores")


class Rescorer(Protocol):
    """What made the scores, able to answer what the columns alone cannot."""

    def bounds(self, ratings: Ratings) -> Floats:
        """Return (n, 2) lowest and highest scores that the missing answers allow."""

    def details(self, ratings: Ratings) -> DetailColumns:
        """Return what is not worked out at once."""

    def answers(self, ratings: Ratings) -> AnswerColumns:
        """Return every answer once it is settled what was asked, and how it stands."""

    @property
    def applied_rubric(self) -> Rubric:
        """The rubric as it is applied."""

    @property
    def provenance(self) -> Provenance:
        """What its scores name."""

    def controlled_by(self, controller: str) -> Rescorer:
        """Return a scorer of what one controller is answerable for."""

    def __call__(self, ratings: Ratings) -> Scores:
        """Score ratings."""


@attrs.frozen(slots=False, eq=False, kw_only=True, repr=False)
class Scores(ScoreReading):
    """Scores of n rows of ratings. Not scored is a mask and a reason, never 0."""

    ratings: Ratings
    """What was scored; row i of every column belongs to row i of the ratings."""
    columns: ScoreColumns
    policy: Policy
    provenance: Provenance
    range: tuple[float, float]
    """The lowest and highest overall score that any answers to this rubric could get."""
    scorer: Rescorer

    @functools.cached_property
    def details(self) -> DetailColumns:
        """What is worked out when it is first asked for, and then kept."""
        return self.scorer.details(self.ratings)

    @functools.cached_property
    def answers(self) -> AnswerColumns:
        """What each criterion's answer came to, worked out when it is first asked for, and then kept."""
        return self.scorer.answers(self.ratings)

    def bounds(self) -> Floats:
        """Return (n, 2) lowest and highest score that the missing answers allow.

        Unanswered, abstained and failed may each become any level, and the branches that they open
        count; not applicable stays so. NaN where no answers could give a score.

        Raises
        ------
        RubricError
            Too many ways to fill in the missing answers that branches read.
        """
        return self.scorer.bounds(self.ratings)

    def by(
        self,
        *keys: str,
        every: str | None = None,
        tz: str | None = None,
        cluster: str | None = None,
        minimum_n: int = 0,
        confidence: float = 0.95,
        controlled_by: str | None = None,
    ) -> GroupTable:
        """Summarise by one or more keys, with intervals.

        Raters of one interaction are averaged first, so that `n` counts interactions and
        `n_ratings` rows. Where they differ in a key, the interaction counts in each group.

        Parameters
        ----------
        keys
            Context columns (provider, site, customer_set …), facts, interaction, rater,
            hour_of_day or weekday.
        every
            A stretch of time as a last key: hour, day, week, month, quarter or year; its column
            holds when each began, such as 2026-05-11. What has no time is the missing group.
        tz
            The zone in which days begin, such as Europe/Madrid; UTC unless told.
        cluster
            A column whose interactions hang together, such as customer; intervals are then wider.
        minimum_n
            Of groups with fewer scored interactions the counts are told, and nothing else.
        confidence
            Coverage of the intervals.
        controlled_by
            Keep only the criteria that this party controls: person, team, system, policy or
            customer. Ethics gates stay, whoever controls them.

        Raises
        ------
        NotFoundError
            A key is no column of the ratings, or there is no such controller.
        PolicyError
            The confidence does not lie between 0 and 1, the minimum is below 0, a key is given twice,
            or there is no such stretch of time.
        RecordError
            There is no such zone.
        """
        if not keys and every is None:
            raise NotFoundError("key", "", known_keys(self.ratings), where="by")
        scores = self if controlled_by is None else self.scorer.controlled_by(controlled_by)(self.ratings)
        tally = Tally.of(scores, *keys, every=every, tz=tz, cluster=cluster)
        return tally.table(confidence=confidence, minimum_n=minimum_n)

    def stages_by(
        self,
        *keys: str,
        every: str | None = None,
        tz: str | None = None,
        minimum_n: int = 0,
        confidence: float = 0.95,
    ) -> GroupTable:
        """Summarise the score of every stage by one or more keys, with intervals.

        Raters of one interaction are averaged first, as in `by`, whose keys these are.

        Parameters
        ----------
        keys, every, tz, minimum_n, confidence
            As in `by`.

        Returns
        -------
        GroupTable
            One row for each group and stage, stages in the rubric's order; its last key is `stage`.
            Columns besides: `n`, `n_ratings`, `n_scored`, `n_unscored`, `mean`, `ci_low`, `ci_high`,
            `sd`, `can_tell`.

        Raises
        ------
        NotFoundError
            A key is no column of the ratings.
        PolicyError
            The confidence does not lie between 0 and 1, the minimum is below 0, a key is given twice,
            or there is no such stretch of time.
        RecordError
            There is no such zone.
        """
        return stages_by(self, keys, every=every, tz=tz, confidence=confidence, minimum_n=minimum_n)

    @property
    def plot(self) -> ScoresPlot:
        """Pictures of the scores; needs matplotlib (the extra `plot`)."""
        from coqs.results.plots import ScoresPlot

        return ScoresPlot(self)

    def to_table(self, kind: Kind | None = None) -> Any:
        """Return the scores as a table, beside ids, context and facts.

        Parameters
        ----------
        kind
            "polars", "pandas", "arrow" (a pyarrow table) or "duckdb" (a relation): texts are
            categorical or dictionary columns, times have the zone UTC, and what is not scored is null.
            None for a mapping of columns: floats are NaN where not scored, ids and context lists of
            texts or None. A fact that bears the name of a column of scores, whatever its case, is called
            `fact_` and its name.

        Raises
        ------
        NotFoundError
            No such kind of table.
        MissingDependencyError
            The library of that kind is not installed.
        """
        return plain_table(self) if kind is None else table_of_kind(export_columns(self), kind)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as an Arrow stream, so that libraries that know Arrow take scores as they are.

        `polars.DataFrame(scores)`, `pyarrow.table(scores)`, `duckdb.sql("from scores")`. Needs pyarrow.
        """
        return arrow_stream(export_columns(self), requested_schema)

    def save(self, path: Path) -> None:
        """Write the scores into one file, with their ratings and their rubric; see `load`.

        The file appears whole or not at all, and the same scores give the same bytes. It holds ids, context
        and facts, so it wants the same care as they do.

        Raises
        ------
        OSError
            The file cannot be written; nothing is left behind.
        RubricError, PolicyError
            The rubric or the policy was made with a number that is too long for any file.
        """
        from coqs.results.saved import save  # with what archives need

        save(self, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read scores that `save` wrote, which can be explained and summarised as before.

        What is shown is what was saved, by the version of coqs that `provenance` names. Nothing in the
        file is run.

        Raises
        ------
        RecordError
            It is no file of scores, was cut off or changed, or has a newer schema.
        OSError
            The file cannot be read.
        """
        import coqs  # a scorer stands on a higher floor, so it comes in by the front door
        from coqs.results.saved import Saved

        saved = Saved.read(path)
        made = saved.provenance
        scorer = coqs.Scorer(saved.ratings.rubric, made.policy, controller=made.controlled_by)
        return _with_details(
            cls(
                ratings=saved.ratings,
                columns=saved.columns,
                policy=made.policy,
                provenance=made,
                range=saved.range,
                scorer=scorer,
            ),
            saved.details,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scores):
            return NotImplemented
        return (
            self.provenance == other.provenance
            and self.ratings == other.ratings
            and self.columns == other.columns
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        made = self.provenance
        return (
            f"<Scores: {len(self)} rows, {int(self.is_scored.sum())} scored; rubric {made.rubric!r} "
            f"{made.fingerprint.scoring[:19]}, policy {made.policy.name!r}>"
        )

    def _repr_html_(self) -> str:
        return whole_table(self).to_html(caption=repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.provenance == self.scorer.provenance:
            return _rescore, (self.scorer, self.ratings)
        parts = {name: getattr(self, name) for name in attrs.fields_dict(Scores)}  # saved by another version
        return _as_saved, (parts, self.details)


def _with_details(scores: S, details: DetailColumns) -> S:
    """Give scores their details, so that they are not worked out anew."""
    vars(scores)["details"] = details
    return scores


def _as_saved(parts: dict[str, Any], details: DetailColumns) -> Scores:
    """Make pickled scores again that another version worked out."""
    return _with_details(Scores(**parts), details)


def _rescore(scorer: Rescorer, ratings: Ratings) -> Scores:
    """Make pickled scores again from what they were made of."""
    return scorer(ratings)
