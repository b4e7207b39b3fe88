"""Which choices two policies make differently, and which of these can move without another.

A parameter moves with the choice that it belongs to. Choices that contradict each other when one moves
without the other move together: they are one player.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.rubric import Policy, Rubric, SeveralChoice
from coqs.rubric.policy import CUSTOM, NO_CHOICE
from coqs.rubric.policy_rules import ALONE, OWNERS
from coqs.scoring.worth import check_policy

Blocks = tuple[tuple[int, ...], ...]
_FIELDS = tuple(field for field in attrs.fields(Policy) if field.name not in NO_CHOICE)
_GATES = ("gate_trigger", "gate_scope", "gate_effect", "strikes")


@attrs.frozen(slots=True)
class Player:
    """Choices that move together from one policy to the other."""

    choices: tuple[str, ...]
    """Their names, in the order of the policy."""
    fields: tuple[str, ...]
    """The choices and parameters that differ."""
    idle: bool = False
    """Whether it can move no score and no verdict of this rubric, whatever the answers."""

    @property
    def name(self) -> str:
        """What it is called: its choices."""
        return " + ".join(self.choices)

    def said(self, a: Policy, b: Policy) -> str:
        """Say what it chooses under one policy and under the other."""
        mine, theirs = a.choices(), b.choices()
        own = self.choices[0]
        told = [f"{'' if name == own else f'{name} '}{mine[name]} -> {theirs[name]}" for name in self.fields]
        return ", ".join(told)


@attrs.frozen(slots=True)
class Moves:
    """The way from one policy to another, a player at a time."""

    rubric: Rubric
    a: Policy
    b: Policy
    players: tuple[Player, ...]
    """Those who can move something."""

    @classmethod
    def among(cls, rubric: Rubric, a: Policy, b: Policy, players: Iterable[Player]) -> Moves:
        """Return the way from `a` to `b` for players that were found before."""
        idle = idle_choices(rubric)
        active = tuple(each for each in players if not each.idle)
        return cls(rubric, _without(idle, a), _without(idle, b), active)

    def policy(self, coalition: int) -> Policy:
        """Return the policy in which these players have moved; bit k of the coalition is player k."""
        moved = [each for place, each in enumerate(self.players) if coalition >> place & 1]
        return _mixed(self.a, self.b, [name for each in moved for name in each.fields])

    def names(self, coalition: int) -> tuple[str, ...]:
        """Return what the players of a coalition are called."""
        return tuple(each.name for place, each in enumerate(self.players) if coalition >> place & 1)


def players_of(rubric: Rubric, a: Policy, b: Policy) -> tuple[Player, ...]:
    """Return the players between two policies that the rubric can follow, in the policy's order.

    They are the finest parts of the differing choices such that any of them may move, and any not,
    without a contradiction. Where two ways to part them are equally fine, that is taken which joins the
    choices that stand first in the policy.
    """
    idle = idle_choices(rubric)
    every = _apart(a, b)
    tied = [each for each in every if each.choices[0] not in (*idle, *ALONE)]
    blocks = finest_blocks(_valid(rubric, _without(idle, a), _without(idle, b), tied))
    found = [_joined([tied[place] for place in block]) for block in blocks]
    found += [attrs.evolve(each, idle=each.choices[0] in idle) for each in every if each not in tied]
    order = [field.name for field in _FIELDS]
    return tuple(sorted(found, key=lambda each: order.index(each.choices[0])))


def idle_choices(rubric: Rubric) -> frozenset[str]:
    """Return the choices that can move nothing of a rubric: there is nothing that they speak of."""
    idle = {"over_interactions"}  # it says how scores average, not what they are
    if not any(isinstance(each.scale, SeveralChoice) for each in rubric.criteria):
        idle.add("several_choice")
    if not any(each.gate for each in rubric.criteria):
        idle.update(_GATES)
    return frozenset(idle)


def _apart(a: Policy, b: Policy) -> list[Player]:
    """Return each differing choice with its parameters."""
    found = dict[str, list[str]]()
    for field in _FIELDS:
        if getattr(a, field.name) != getattr(b, field.name):
            found.setdefault(OWNERS.get(field.name, field.name), []).append(field.name)
    return [Player((choice,), tuple(fields)) for choice, fields in found.items()]


def _joined(players: list[Player]) -> Player:
    choices = [choice for each in players for choice in each.choices]
    return Player(tuple(choices), tuple(name for each in players for name in each.fields))


def _without(idle: frozenset[str], policy: Policy) -> Policy:
    """Return the policy with the usual value of whatever is idle, which contradicts nothing."""
    usual: dict[str, Any] = {
        each.name: each.default for each in _FIELDS if OWNERS.get(each.name, each.name) in idle
    }
    return attrs.evolve(policy, **usual)


def _mixed(a: Policy, b: Policy, fields: Iterable[str]) -> Policy:
    moved = {name: getattr(b, name) for name in fields}
    return attrs.evolve(a, name=CUSTOM, **moved) if moved else a


def _valid(rubric: Rubric, a: Policy, b: Policy, players: list[Player]) -> npt.NDArray[np.bool_]:
    """Return (2**players,) whether a coalition may move: no contradiction, and the rubric can follow."""
    valid = np.ones(1 << len(players), np.bool_)
    moves = Moves(rubric, a, b, tuple(players))
    for coalition in range(len(valid)):
        try:
            check_policy(rubric, moves.policy(coalition))
        except PolicyError:
            valid[coalition] = False
    return valid


def finest_blocks(valid: npt.NDArray[np.bool_]) -> Blocks:
    """Return the finest parts of the players whose every union is a valid coalition.

    Nobody and everybody must be valid.

    >>> finest_blocks(np.array([True, False, False, True]))
    ((0, 1),)
    """
    players = len(valid).bit_length() - 1
    parting = np.flatnonzero(valid & valid[::-1])  # that may move, and may stay while all others move
    holds = parting[:, None] >> np.arange(players) & 1
    blocks = dict[bytes, list[int]]()
    for player in range(players):  # whom no such coalition parts can never be parted
        blocks.setdefault(holds[:, player].tobytes(), []).append(player)
    return _until_valid(valid, tuple(tuple(block) for block in blocks.values()))


def _until_valid(valid: npt.NDArray[np.bool_], blocks: Blocks) -> Blocks:
    """Join blocks, as few as will do, until every union is valid: three choices can contradict."""
    tried = [blocks]
    while True:
        for each in tried:
            if valid[_unions(each)].all():
                return each
        joined = (
            _with_pair(each, *pair) for each in tried for pair in itertools.combinations(range(len(each)), 2)
        )
        tried = list(dict.fromkeys(joined))


def _unions(blocks: Blocks) -> npt.NDArray[np.int64]:
    unions = np.zeros(1, np.int64)
    for block in blocks:
        unions = np.concatenate([unions, unions | sum(1 << player for player in block)])
    return unions


def _with_pair(blocks: Blocks, first: int, second: int) -> Blocks:
    others = [block for place, block in enumerate(blocks) if place not in (first, second)]
    return tuple(sorted([*others, tuple(sorted(blocks[first] + blocks[second]))]))
