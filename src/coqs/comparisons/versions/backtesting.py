"""Backtests: the same ratings scored under an old and a new version of their rubric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.comparisons.versions.carrying import Carried, carried
from coqs.comparisons.versions.differences import NO_MOVE, Floats, check_share
from coqs.comparisons.versions.outcome import Backtest
from coqs.comparisons.versions.sharing import share_of, weights_of
from coqs.errors import ComparisonError
from coqs.ratings import Ratings
from coqs.results import VERDICTS, Scores
from coqs.rubric import Policy, Rubric
from coqs.scoring import Scorer
from coqs.scoring.bulk.asking import OPEN
from coqs.tables import freeze, read_only

Column = npt.NDArray[Any]
PASS, FAIL = VERDICTS.index("pass"), VERDICTS.index("fail")


def backtest(
    ratings: Ratings,
    old: Rubric,
    new: Rubric,
    *,
    policy: str | Policy | None = None,
    minimum_share: float = 0.5,
    confidence: float = 0.95,
) -> Backtest:
    """Score the same ratings under two versions of a rubric: who moves, which verdicts flip.

    Answers are carried to the other version by the ids of criteria, levels and options, numbers by the
    range that now holds them. Nothing is guessed: a criterion that was added is open, and so is an answer
    whose level is no more, whose scale is of another kind, or whose options are more than were asked
    about. What could not be carried is counted, and `Backtest.bounds` tells what it could still make.

    Parameters
    ----------
    ratings
        Made under the old version; or under the new one, and then carried back to the old.
    old, new
        The two versions, of which the second is held against the first.
    policy
        A built-in policy's name or a `Policy` for both; None for each rubric's own, or else `coqs`.
    minimum_share
        The least share of the asked weight that must be answered under the version carried to, for a
        rating to be compared; from 0 to 1.
    confidence
        Coverage of the intervals.

    Raises
    ------
    ComparisonError
        The ratings were made under neither version.
    NotFoundError
        No built-in policy has that name.
    PolicyError
        A version cannot follow a choice of the policy; the confidence does not lie between 0 and 1, or the
        share is none.

    Examples
    --------
    >>> import attrs, coqs
    >>> ratings = coqs.make_sample(n=40)
    >>> old = ratings.rubric
    >>> heavier = [attrs.evolve(each, weight=each.weight * 5) for each in old.stages[:1]]
    >>> new = attrs.evolve(old, version="2", stages=[*heavier, *old.stages[1:]])
    >>> test = coqs.backtest(ratings, old, new)
    >>> dict(test.lost), test.share
    ({}, Fraction(1, 1))
    >>> coqs.backtest(ratings, old, old).difference.mean
    0.0
    """
    check_share("confidence", confidence)
    check_share("minimum_share", minimum_share, closed=True)
    return _tested(ratings, old, new, policy, minimum_share=minimum_share, confidence=confidence)


def _tested(
    ratings: Ratings, old: Rubric, new: Rubric, policy: str | Policy | None, **how: float
) -> Backtest:
    to = _side(ratings, old, new)
    target = new if to == "new" else old
    moved = carried(ratings, target)
    scorer = Scorer(old if to == "new" else new, policy=policy)
    scored = scorer(ratings), Scorer(target, policy=policy)(moved.ratings)
    before, after = scored if to == "new" else scored[::-1]
    told = {
        "answered_share": _answered_share(scored[1], moved),
        "n_lost": moved.lost_in_row(scored[1].answers.codes),
    }
    return Backtest(
        old=before,
        new=after,
        diff=old.diff(new),
        carried_to=to,
        carried=moved.whole,
        lost=_losses(moved, *scored),
        share=share_of(target, scored[1].policy, moved.whole),
        columns=_columns(before, after, told, how["minimum_share"]),
        **how,
    )


def _side(ratings: Ratings, old: Rubric, new: Rubric) -> str:
    """Return the version that the ratings were not made under."""
    made = ratings.rubric.fingerprint.scoring
    known = old.fingerprint.scoring, new.fingerprint.scoring
    if made not in known:
        raise ComparisonError(
            f"ratings: must be made under one of the two versions ({known[0][:19]} or {known[1][:19]}), got "
            f"{ratings.rubric.id!r} {ratings.rubric.version!r} ({made[:19]}); read them with one of the two",
            left=known,
            right=made,
        )
    return "new" if made == known[0] else "old"


def _losses(moved: Carried, own: Scores, other: Scores) -> dict[str, Mapping[str, int]]:
    found = moved.losses(own.answers.codes, other.answers.codes)
    return {id: read_only(counts) for id, counts in found.items()}


def _answered_share(scores: Scores, moved: Carried) -> Floats:
    """Return (n,) the share of the asked weight that is answered; NaN where none is asked.

    An answer that was given, and of which cannot be known whether it is asked for, is open.
    """
    weights = weights_of(scores.rubric, scores.policy)
    if weights is None:
        return scores.coverage
    asked, answered = np.zeros(len(scores)), np.zeros(len(scores))
    for id, codes in scores.answers.codes.items():
        given = codes >= 0
        answered += given * float(weights[id])
        lost = moved.unknowable(id) & (moved.ratings.codes[id] >= 0)
        asked += (given | lost | np.isin(codes, OPEN)) * float(weights[id])
    return np.where(asked > 0, answered / np.where(asked > 0, asked, 1), np.nan)


def _columns(before: Scores, after: Scores, told: Mapping[str, Column], minimum: float) -> dict[str, Column]:
    ratings, old, new = before.ratings, before.overall, after.overall
    obstacle = _obstacles(old, new, told["answered_share"], minimum)
    was, now = before.verdict_codes, after.verdict_codes
    can = obstacle == ""
    flipped = np.full(len(ratings), "", object)
    flipped[can & (was == FAIL) & (now == PASS)] = "to_pass"
    flipped[can & (was == PASS) & (now == FAIL)] = "to_fail"
    texts = {
        "interaction": ratings.interaction,
        "rater": ratings.rater,
        "provider": ratings.context["provider"],
    }
    columns = {
        **{name: _objects(column.to_list()) for name, column in texts.items()},
        "old": old,
        "new": new,
        "difference": new - old,
        "old_verdict": _objects(before.verdict.tolist()),
        "new_verdict": _objects(after.verdict.tolist()),
        "flipped": flipped,
        **told,
        "cannot_compare": obstacle,
    }
    return {name: freeze(np.array(column)) for name, column in columns.items()}


def _objects(values: list[Any]) -> Column:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _obstacles(old: Floats, new: Floats, answered: Floats, minimum: float) -> Column:
    found = np.full(len(old), "", object)
    found[answered < minimum - NO_MOVE] = "too_little"
    found[np.isnan(new)] = "unscored_new"
    found[np.isnan(old)] = "unscored_old"
    found[np.isnan(old) & np.isnan(new)] = "unscored_both"
    return found
