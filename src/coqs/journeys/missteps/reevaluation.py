"""A misstep of measurement: what was scored since is scored anew, and told before it is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.comparisons.versions.carrying import carried
from coqs.comparisons.versions.differences import Estimate, ends_of
from coqs.comparisons.versions.movers import MoverTable, Moves
from coqs.comparisons.versions.sharing import share_of
from coqs.errors import ComparisonError, NotFoundError, PolicyError
from coqs.journeys.moments import moment
from coqs.ratings import Ratings
from coqs.results import VERDICTS, Scores
from coqs.results.units import Units
from coqs.rubric import Policy, Rubric
from coqs.scoring import Scorer
from coqs.tables import Encoded, freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
PASS, UNSCORED = VERDICTS.index("pass"), VERDICTS.index("unscored")
SAME = 1e-12


@attrs.frozen(slots=True, eq=False, repr=False)
class FlipTable(Tabular):
    """One row an interaction whose verdict changes, as columns.

    Columns: `interaction`, `provider`, `before` and `after`, the share of its raters that let it pass (NaN:
    no verdict); `old` and `new`, its mean scores (NaN: not scored).
    """

    columns: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=read_only)

    def __eq__(self, other: object) -> bool:
        return self.rows() == other.rows() if isinstance(other, FlipTable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<FlipTable: {len(self)} verdicts change>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _flips_again, (dict(self.columns),)


def _flips_again(columns: dict[str, npt.NDArray[Any]]) -> FlipTable:
    return FlipTable({name: freeze(each) for name, each in columns.items()})


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Reevaluation:
    """Scores as they were and as they would be; nothing is changed until `accept` is called."""

    before: Scores
    """What was scored since, as it was."""
    after: Scores
    """The same, scored anew; rows of withdrawn raters are gone."""
    changes: tuple[str, ...]
    """What was corrected, in words."""
    share: Fraction | None
    """The share of the new score's weight that the old answers could be carried to; 1 where the rubric is the
    same, None where scores are no sums of shares."""
    confidence: float
    untimed: int = 0
    """Interactions without a time, of which nobody knows whether they came since; left out."""

    @property
    def lost(self) -> tuple[str, ...]:
        """Interactions that nobody rated any more."""
        kept = set(_ids(self.after.ratings))
        return tuple(id for id in dict.fromkeys(_ids(self.before.ratings)) if id not in kept)

    def movers(self, *keys: str) -> MoverTable:
        """Return who moves, with intervals for all rows at once; by provider unless told.

        Raises
        ------
        NotFoundError
            No such column.
        """
        return self._moves().by(keys or ("provider",), self.confidence)

    def difference(self) -> Estimate:
        """Return the mean of new less old over all interactions, with its interval."""
        return self._moves().whole(self.confidence)[0]

    def flips(self) -> FlipTable:
        """Return the interactions whose verdict changes, there being one before or after."""
        pairs = _Paired.of(self.before, self.after)
        was, now = pairs.passed
        moved = np.abs(np.nan_to_num(now - was)) > SAME
        changed = np.flatnonzero((moved | (np.isnan(was) != np.isnan(now))) & pairs.kept)
        ratings = self.before.ratings
        first = pairs.first[changed]
        columns = {
            "interaction": np.array(ratings.interaction.take(first).to_list(), object),
            "provider": np.array(ratings.context["provider"].take(first).to_list(), object),
            "before": pairs.passed[0][changed],
            "after": pairs.passed[1][changed],
            "old": pairs.overall[0][changed],
            "new": pairs.overall[1][changed],
        }
        return FlipTable({name: freeze(each) for name, each in columns.items()})

    def accept(self) -> Scores:
        """Return the scores as they are now to be."""
        return self.after

    def _moves(self) -> Moves:
        pairs = _Paired.of(self.before, self.after)
        old, new = (each[pairs.of_row] for each in pairs.overall)
        flipped = np.nan_to_num(pairs.passed[1] - pairs.passed[0])[pairs.of_row]
        return Moves(
            ratings=self.before.ratings,
            old=old,
            new=new,
            comparable=~np.isnan(old) & ~np.isnan(new),
            to_pass=np.maximum(flipped, 0.0),  # shares, where raters differ
            to_fail=np.maximum(-flipped, 0.0),
            ends=ends_of(self.before, self.after),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reevaluation):
            return NotImplemented
        names = attrs.fields_dict(Reevaluation)
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        n = len(set(_ids(self.before.ratings)))
        flips = len(self.flips())
        return f"<Reevaluation of {n:,} interactions: {flips} verdicts change; {'; '.join(self.changes)}>"

    def __str__(self) -> str:
        told = self.difference()
        lines = [f"scored anew: {'; '.join(self.changes)}"]
        if self.share is not None and self.share < 1:
            lines.append(
                f"answers carried to {float(self.share):.0%} of the new score's weight; the rest is open"
            )
        lines.append(f"mean difference: {told}")
        lines.append(
            f"verdicts that change: {len(self.flips())}; interactions without a rating: {len(self.lost)}"
        )
        if self.untimed:
            lines.append(f"left out, since they have no time: {self.untimed} interactions")
        return "\n".join([*lines, "", str(self.movers())])


def _ids(ratings: Ratings) -> list[str]:
    return [id or "" for id in ratings.interaction.to_list()]


@attrs.frozen(slots=True, eq=False)
class _Paired:
    """Interactions before and after, raters averaged."""

    of_row: Places
    """(rows before,) the interaction of each."""
    first: Places
    """(interactions,) its first row before."""
    kept: Mask
    """(interactions,) whether it is rated after, too."""
    overall: tuple[Floats, Floats]
    passed: tuple[Floats, Floats]

    @classmethod
    def of(cls, before: Scores, after: Scores) -> _Paired:
        known: dict[str, int] = {}
        places = [known.setdefault(id, len(known)) for id in _ids(before.ratings)]
        of_row = np.array(places, np.int64)
        later = np.array([known.get(id, -1) for id in _ids(after.ratings)], np.int64)
        first = np.full(len(known), -1)
        first[of_row[::-1]] = np.arange(len(of_row))[::-1]
        rows = later >= 0
        return cls(
            of_row,
            first,
            np.bincount(later[rows], minlength=len(known)) > 0,
            (
                _mean(before.overall, of_row, len(known)),
                _mean(after.overall[rows], later[rows], len(known)),
            ),
            (_passed(before, of_row, len(known)), _passed(after, np.where(rows, later, -1), len(known))),
        )


def _passed(scores: Scores, of: Places, n: int) -> Floats:
    told = (scores.verdict_codes != UNSCORED) & (of >= 0)
    return _mean((scores.verdict_codes == PASS).astype(np.float64)[told], of[told], n)


def _mean(values: Floats, of: Places, n: int) -> Floats:
    known = ~np.isnan(values)
    group = Units(of[known], np.zeros(n, np.int64), np.bincount(of[known], minlength=n), 1)
    return group.mean(values[known])


def reevaluate(
    scores: Scores,
    *,
    rubric: Rubric | None = None,
    policy: str | Policy | None = None,
    without_raters: str | Sequence[str] = (),
    ratings: Ratings | None = None,
    since: Any = None,
    tz: str | None = None,
    confidence: float = 0.95,
) -> Reevaluation:
    """Score anew what came after a misstep of measurement, and tell who moves before it is accepted.

    Parameters
    ----------
    scores
        What was scored.
    rubric
        The corrected rubric; answers are carried to it by ids, and nothing is guessed.
    policy
        The corrected policy; that of the scores unless told. Whose criteria are scored stays as it was.
    without_raters
        Raters who are withdrawn: their rows go.
    ratings
        The records as they are once fixed, of the same rubric, with all rows.
    since
        When it began: a time, or a date in `tz` (UTC unless told). What was before it, by the old records and
        by the fixed ones, is left as it was, and out of the result; everything unless told.
    confidence
        Coverage of the intervals.

    Raises
    ------
    PolicyError
        Nothing is corrected, or the confidence is none.
    ComparisonError
        The fixed records are of a rubric that scores otherwise; give it as `rubric`.
    NotFoundError
        No such rater or policy.
    RecordError
        `since` is no moment.

    Examples
    --------
    >>> import coqs
    >>> scores = coqs.score(coqs.make_sample(n=200))
    >>> found = coqs.reevaluate(scores, without_raters="observer_2", since="2026-03-10")
    >>> found.accept().ratings.rater.to_list().count("observer_2")
    0
    """
    _check(confidence, rubric, policy, without_raters, ratings)
    _check_rubric(scores, ratings)
    withdrawn = (without_raters,) if isinstance(without_raters, str) else tuple(without_raters)
    correction = Correction(rubric, policy, withdrawn, ratings)
    return correction.of(scores, None if since is None else moment(since, tz or "UTC", "since"), confidence)


@attrs.frozen(slots=True, eq=False)
class Correction:
    """What was wrong, as it should have been; None where it was right."""

    rubric: Rubric | None
    policy: str | Policy | None
    withdrawn: tuple[str, ...]
    ratings: Ratings | None

    def of(self, scores: Scores, start: np.datetime64 | None, confidence: float) -> Reevaluation:
        """Score what came since a moment anew."""
        old, fixed = _since([scores.ratings, scores.ratings if self.ratings is None else self.ratings], start)
        after, share = self._scored(_without(fixed, self.withdrawn), scores)
        return Reevaluation(
            before=scores.scorer(old),
            after=after,
            changes=_changes(scores, self),
            share=share,
            confidence=confidence,
            untimed=0 if start is None else _untimed(scores.ratings, old),
        )

    def _scored(self, ratings: Ratings, scores: Scores) -> tuple[Scores, Fraction | None]:
        """Score ratings; return also how much of the score their answers reach."""
        rubric = ratings.rubric if self.rubric is None else self.rubric
        policy = scores.policy if self.policy is None else self.policy
        scorer = Scorer(rubric, policy=policy, controller=scores.provenance.controlled_by)
        if self.rubric is None:
            return scorer(ratings), Fraction(1)
        moved = carried(ratings, rubric)
        return scorer(moved.ratings), share_of(scorer.applied_rubric, scorer.policy, moved.whole)


def _check_rubric(scores: Scores, ratings: Ratings | None) -> None:
    """Refuse fixed records whose scores would be numbers of another kind, without a bridge to them."""
    left = scores.rubric.fingerprint.scoring
    right = left if ratings is None else ratings.rubric.fingerprint.scoring
    if left != right:
        raise ComparisonError(
            "ratings: must be of the rubric that was scored, got one that scores otherwise; give records as "
            "they were rated, and rubric=",
            left=left,
            right=right,
        )


def _check(confidence: float, *corrections: Any) -> None:
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )
    if all(each is None or (isinstance(each, str | tuple | list) and not each) for each in corrections):
        raise PolicyError(
            "reevaluate: must correct something, got nothing; give rubric=, policy=, without_raters= or "
            "ratings=",
            choice="rubric",
            value=None,
        )


def _since(records: Sequence[Ratings], start: np.datetime64 | None) -> list[Ratings]:
    """Return the rows of interactions that came since, by either records."""
    if start is None:
        return list(records)
    touched: set[str] = set()
    for each in records:
        ids = each.interaction
        touched.update(ids.categories[code] for code in np.unique(ids.codes[each.at >= start]).tolist())
    return [_of(each, touched) for each in records]


def _of(ratings: Ratings, wanted: set[str]) -> Ratings:
    ids = ratings.interaction
    chosen = np.array([*(text in wanted for text in ids.categories), False])
    return ratings.take(chosen[ids.codes])


def _untimed(ratings: Ratings, taken: Ratings) -> int:
    """Return how many interactions have no time and were not taken."""
    never = ratings.take(np.isnat(ratings.at))
    return len(set(_ids(never)) - set(_ids(taken)))


def _without(ratings: Ratings, raters: Sequence[str]) -> Ratings:
    column: Encoded = ratings.rater
    for name in raters:
        if name not in column.categories:
            raise NotFoundError("rater", name, column.categories, where="without_raters")
    if not raters:
        return ratings
    gone = np.array([*(text in raters for text in column.categories), False])
    return ratings.take(~gone[column.codes])


def _changes(scores: Scores, made: Correction) -> tuple[str, ...]:
    told = []
    if made.rubric is not None:
        told.append(f"rubric {made.rubric.id} {scores.rubric.version} to {made.rubric.version}")
    if made.policy is not None:
        name = made.policy if isinstance(made.policy, str) else made.policy.name
        told.append(f"policy {scores.policy.name} to {name}")
    if made.withdrawn:
        n = len(made.withdrawn)
        told.append(f"without {n} rater{'s' if n > 1 else ''}")
    if made.ratings is not None:
        told.append("records fixed")
    return tuple(told)
