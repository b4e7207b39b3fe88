"""The same ratings under two policies, and which choice moves each number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.comparisons.policies.comparison import PolicyComparison
from coqs.comparisons.policies.players import Moves, players_of
from coqs.comparisons.policies.shapley import MOST_EXACT, sampled_shapley, shapley
from coqs.ratings import Ratings
from coqs.results import VERDICTS, Scores
from coqs.rubric import Policy
from coqs.scoring import Scorer
from coqs.scoring.bulk import Lookup, make_plan, score_columns

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]
BLOCK = 1 << 16
"""Rows that are scored at a time."""
NOISE = 1e-14
"""What the arithmetic of floats alone may leave of a part that is 0."""
TIE = 12
"""Digits beyond which two differences are the same."""


def compare_policies(
    ratings: Ratings, a: str | Policy | None, b: str | Policy | None, *, seed: int = 0
) -> PolicyComparison:
    """Score ratings under two policies, and tell which choice moves each number.

    Each row's difference is parted among the choices that differ by Shapley's value: the mean, over all
    orders in which the choices could be moved from `a` to `b` one by one, of what each changes when its
    turn comes. So the parts of a row add up to its difference, a choice that changes nothing has no part,
    and no order is preferred.

    A parameter moves with its choice (`gate_cap` with `gate_effect`). Choices that contradict each other
    where one moves without the other move together, under a name such as `combine + not_applicable`.

    Parameters
    ----------
    ratings
        What raters said.
    a, b
        Built-in policies' names or `Policy` values; None for the rubric's own, or else `coqs`.
    seed
        Up to eight choices are parted exactly: every mix of the two policies is scored, 2**k for k choices.
        Of more, 32 orders are drawn from this seed. Their parts add up, too; `exact` is then False, and
        `standard_errors` says how far to trust them.

    Returns
    -------
    PolicyComparison
        A row for each row of the ratings, those whose verdict differs first. Floats are within 1e-12 of
        the exact values; `PolicyComparison.account` has fractions for one row.

    Raises
    ------
    NotFoundError
        No built-in policy has that name.
    PolicyError
        The rubric cannot follow a choice of a policy.

    Notes
    -----
    L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II, Annals of
    Mathematics Studies 28 (1953), 307-317.

    Examples
    --------
    >>> import coqs
    >>> ratings = coqs.make_sample(n=40)
    >>> other = coqs.Policy(combine="pooled_points", gate_effect="zero")
    >>> found = coqs.compare_policies(ratings, "coqs", other)
    >>> found.choices
    ('combine', 'gate_effect')
    >>> left = found["difference"] - found["combine"] - found["gate_effect"]
    >>> bool(abs(left[found.is_parted]).max() < 1e-12)
    True
    """
    scorers = [Scorer(ratings.rubric, policy=each) for each in (a, b)]
    return _compared(scorers[0](ratings), scorers[1](ratings), seed=seed)


def _compared(a: Scores, b: Scores, *, seed: int) -> PolicyComparison:
    players = players_of(a.rubric, a.policy, b.policy)
    parts, errors = _parted(Moves.among(a.rubric, a.policy, b.policy, players), (a, b), seed=seed)
    columns = _columns(a, b, {each.name: parts.get(each.name) for each in players})
    order = _order(columns)
    return PolicyComparison(
        ratings=a.ratings,
        a=a.policy,
        b=b.policy,
        players=players,
        columns={name: column[order] for name, column in columns.items()},
        standard_errors={name: column[order] for name, column in errors.items()},
        seed=seed,
    )


def _parted(
    moves: Moves, scores: tuple[Scores, Scores], *, seed: int
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return each player's part of every row, and its standard error where it is an estimate."""
    ratings, n = scores[0].ratings, len(moves.players)
    blocks = [ratings.take(slice(start, start + BLOCK)) for start in range(0, len(ratings), BLOCK)]
    ends = {0: scores[0].overall, (1 << n) - 1: scores[1].overall}

    def value(coalition: int) -> Floats:
        return ends[coalition] if coalition in ends else _overall(moves, coalition, blocks)

    names = [each.name for each in moves.players]
    if n <= MOST_EXACT:
        return dict(zip(names, map(_quiet, shapley(value, n)), strict=True)), {}
    parts, variances = sampled_shapley(value, n, seed=seed)
    errors = [np.sqrt(np.maximum(each, 0)) for each in variances]
    return dict(zip(names, map(_quiet, parts), strict=True)), dict(zip(names, errors, strict=True))


def _overall(moves: Moves, coalition: int, blocks: list[Ratings]) -> Floats:
    """Return the scores of all rows where these players have moved."""
    lookup = Lookup(make_plan(moves.rubric, moves.policy(coalition), None))
    return np.concatenate([np.empty(0), *(score_columns(lookup, each).overall for each in blocks)])


def _quiet(part: Floats) -> Floats:
    return np.where(np.abs(part) < NOISE, 0.0, part)


def _columns(a: Scores, b: Scores, parts: Mapping[str, Floats | None]) -> dict[str, Column]:
    """Return the columns in the order of the ratings; an idle choice has no part of any difference."""
    difference = b.overall - a.overall
    # an idle choice has no part, but where nothing could be parted it cannot be told either
    nothing = sum((0.0 * each for each in parts.values() if each is not None), start=0.0 * difference)
    ids = {"interaction": a.ratings.interaction, "rater": a.ratings.rater}
    return {
        **{name: np.array(column.to_list(), dtype=object) for name, column in ids.items()},
        "a": a.overall,
        "b": b.overall,
        "difference": difference,
        **{name: nothing if part is None else part for name, part in parts.items()},
        "verdict_a": np.array(VERDICTS)[a.verdict_codes],
        "verdict_b": np.array(VERDICTS)[b.verdict_codes],
        "flipped": a.verdict_codes != b.verdict_codes,
    }


def _order(columns: Mapping[str, Column]) -> npt.NDArray[np.intp]:
    """Return rows with flipped verdicts first, then the largest differences; ties as they came."""
    size = np.round(np.abs(np.nan_to_num(columns["difference"], nan=-0.0)), TIE)
    known = ~np.isnan(columns["difference"])
    return np.lexsort((-size, ~known, ~columns["flipped"]))
