"""The exact account of one row under two policies: the part of every choice, as a fraction."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs

from coqs.comparisons.policies.players import Moves, Player
from coqs.comparisons.policies.shapley import MOST_EXACT, PAIRS, sampled_shapley, shapley
from coqs.model import exact_and_value
from coqs.ratings import Sheet
from coqs.results.account_text import shown
from coqs.rubric import Policy, Rubric
from coqs.scoring.exact import score_sheet
from coqs.tables import read_only

Found = tuple[Fraction | None, str]
MOST_TOGETHER = 2
"""Choices that are moved together in search of what flips a verdict, where all at once are too many."""
SHOWN_SETS = 3


class _Unscored(Exception):
    """A coalition leaves the sheet unscored, so that it has no value."""

    def __init__(self, coalition: int) -> None:
        super().__init__(coalition)
        self.coalition = coalition


@attrs.frozen(slots=True, kw_only=True, repr=False)
class PolicyAccount:
    """How one row's score came to differ under two policies; `print` it, or take `to_dict`."""

    interaction: str
    rater: str | None
    policies: tuple[str, str]
    """The names of the policies."""
    a: Fraction | None
    """The score under the first policy; None where not scored."""
    b: Fraction | None
    """The score under the second."""
    verdict_a: str
    verdict_b: str
    said: Mapping[str, str] = attrs.field(converter=read_only)
    """What each differing choice is under one policy and under the other, in words."""
    parts: Mapping[str, Fraction] = attrs.field(converter=read_only)
    """What each choice adds to the difference: they sum to it exactly. Empty where it cannot be parted."""
    flipped_by: tuple[tuple[str, ...], ...] = ()
    """Every smallest set of choices that gives the second policy's verdict, taken from it while the rest
    stays as in the first. Empty where the verdicts are the same."""
    scored_by: tuple[tuple[str, ...], ...] = ()
    """The same for whether there is a score. Empty where there is under both, or under neither."""
    unscored_with: tuple[str, ...] = ()
    """A smallest set of choices that, taken from the second policy alone, leaves no score though both
    policies give one: then the difference cannot be parted. Empty where there is none."""
    exact: bool = True
    """Whether the parts are Shapley's, and not estimates from some of the orders."""

    @property
    def difference(self) -> Fraction | None:
        """The second score less the first; None where there are not both."""
        return None if self.a is None or self.b is None else self.b - self.a

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: each fraction as text and as a float."""
        own = {field.name: getattr(self, field.name) for field in attrs.fields(PolicyAccount)}
        sets = {name: [list(each) for each in own[name]] for name in ("flipped_by", "scored_by")}
        return {
            **own,
            "policies": list(self.policies),
            **{name: exact_and_value(getattr(self, name)) for name in ("a", "b", "difference")},
            "said": dict(self.said),
            "parts": {name: exact_and_value(part) for name, part in self.parts.items()},
            "unscored_with": list(self.unscored_with),
            **sets,
        }

    def __repr__(self) -> str:
        return (
            f"<PolicyAccount of {self.interaction!r}: {shown(self.a)} and {shown(self.b)}, "
            f"verdicts {self.verdict_a} and {self.verdict_b}>"
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def account_of(
    rubric: Rubric, policies: tuple[Policy, Policy], players: tuple[Player, ...], sheet: Sheet, *, seed: int
) -> PolicyAccount:
    """Account for one sheet between two policies whose players were found before."""
    game = _Game.of(Moves.among(rubric, *policies, players), sheet)
    (a, verdict_a), (b, verdict_b) = game.found(0), game.found(game.all)
    parts, unscored = game.parts(seed=seed) if a is not None and b is not None else (None, ())
    flipped, gained = verdict_a != verdict_b, (a is None) != (b is None)
    return PolicyAccount(
        interaction=sheet.interaction,
        rater=sheet.rater,
        policies=(policies[0].name, policies[1].name),
        a=a,
        b=b,
        verdict_a=verdict_a,
        verdict_b=verdict_b,
        said={each.name: each.said(*policies) for each in players},
        parts={each.name: parts.get(each.name, Fraction(0)) for each in players} if parts is not None else {},
        flipped_by=game.smallest(lambda found: found[1] == verdict_b) if flipped else (),
        scored_by=game.smallest(lambda found: (found[0] is None) == (b is None)) if gained else (),
        unscored_with=unscored,
        exact=len(game.moves.players) <= MOST_EXACT,
    )


@attrs.frozen(slots=True, eq=False)
class _Game:
    """One sheet, and what it gets where some of the choices have moved."""

    moves: Moves
    found: Callable[[int], Found]
    """Score and verdict under the policy of a coalition."""

    @classmethod
    def of(cls, moves: Moves, sheet: Sheet) -> _Game:
        """Return the game of a sheet, whose coalitions are scored once each."""

        @functools.cache
        def found(coalition: int) -> Found:
            result = score_sheet(moves.rubric, sheet, moves.policy(coalition))
            return result.overall, result.verdict

        return cls(moves, found)

    @property
    def all(self) -> int:
        """The coalition of all players."""
        return (1 << len(self.moves.players)) - 1

    def parts(self, *, seed: int) -> tuple[dict[str, Fraction] | None, tuple[str, ...]]:
        """Return each player's part; or None, and a smallest coalition that has no score."""
        names, n = self.moves.names(self.all), len(self.moves.players)
        try:
            exact = n <= MOST_EXACT
            found = shapley(self._score, n) if exact else sampled_shapley(self._score, n, seed=seed)[0]
        except _Unscored as without:
            smallest = self.smallest(lambda found: found[0] is None)
            return None, smallest[0] if smallest else self.moves.names(without.coalition)
        return dict(zip(names, found, strict=True)), ()

    def _score(self, coalition: int) -> Fraction:
        score = self.found(coalition)[0]
        if score is None:
            raise _Unscored(coalition)
        return score

    def smallest(self, wanted: Callable[[Found], bool]) -> tuple[tuple[str, ...], ...]:
        """Return every smallest coalition that gets what is wanted; of many players only few together."""
        n = len(self.moves.players)
        for size in range(1, (n if n <= MOST_EXACT else MOST_TOGETHER) + 1):
            tried = [sum(1 << each for each in some) for some in itertools.combinations(range(n), size)]
            hits = [self.moves.names(each) for each in tried if wanted(self.found(each))]
            if hits:
                return tuple(hits)
        return ()


def _lines(account: PolicyAccount) -> Iterator[str]:
    """Yield the scores, the part of each choice, and what flips the verdict."""
    a, b = account.policies
    by = f" by {account.rater}" if account.rater else ""
    yield f"{account.interaction}{by}: {shown(account.a)} under a ({a}), {shown(account.b)} under b ({b})"
    for name, said in account.said.items():
        part = account.parts.get(name)
        yield f"  {name}{'' if part is None else f' {_signed(part)}'}: {said}"
    yield f"  {_sum(account)}"
    if account.verdict_a == account.verdict_b:
        yield f"  verdict {account.verdict_a} under both"
    else:
        turned = f"verdict {account.verdict_a} under a, {account.verdict_b} under b"
        yield f"  {turned}; to turn it takes {_together(account.flipped_by)}"


def _sum(account: PolicyAccount) -> str:
    """Say that the parts add up, or why there are none."""
    difference = account.difference
    if difference is None:
        if account.a is None and account.b is None:
            return "scored under neither, so there is no difference"
        side = "b" if account.a is None else "a"
        needed = _together(account.scored_by)
        return f"scored under {side} only, so there is no difference; to bring that about takes {needed}"
    if account.unscored_with:
        moved = " and ".join(account.unscored_with)
        return (
            f"the difference {shown(difference)} cannot be parted: with {moved} as in b and the rest as in a "
            f"there is no score"
        )
    estimates = "" if account.exact else f", estimates from {2 * PAIRS} orders of the choices,"
    return f"the parts{estimates} sum to {shown(difference)}"


def _together(sets: tuple[tuple[str, ...], ...]) -> str:
    """Say which choices do it, moved alone or together."""
    if not sets:
        return f"more than {MOST_TOGETHER} choices together"
    told = [f"{' and '.join(each)}{' together' if len(each) > 1 else ' alone'}" for each in sets[:SHOWN_SETS]]
    more = [f"one of {len(sets) - SHOWN_SETS} other sets"] if len(sets) > SHOWN_SETS else []
    return ", or ".join([*told, *more])


def _signed(amount: Fraction) -> str:
    if not amount:
        return "changes nothing"
    return f"takes {shown(-amount)}" if amount < 0 else f"adds {shown(amount)}"
