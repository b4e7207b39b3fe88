"""Machine raters beside people: where both answered of one interaction, how often they say the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.kernels import wilson_interval
from coqs.report.figures import Axis, Estimate, Said, estimate, said
from coqs.results import Scores
from coqs.rubric import Criterion, SeveralChoice

Mask = npt.NDArray[np.bool_]


@attrs.frozen(slots=True)
class MachineRow:
    """One criterion that a machine and a person answered of the same interactions."""

    id: str
    about: Said
    same: Estimate
    lower: int
    """Pairs of ratings in which the machine says below, and the person does not."""
    higher: int
    pairs: int


@attrs.frozen(slots=True)
class Machines:
    """What is told of machine raters."""

    names: tuple[str, ...]
    n_ratings: int
    both: int
    """Interactions that a machine and a person rated."""
    rows: tuple[MachineRow, ...]
    problems: tuple[str, ...]


def machines_of(scores: Scores, names: Collection[str]) -> Machines:
    """Return what is told of the raters that are machines."""
    rater = scores.ratings.rater
    ours = [code for code, name in enumerate(rater.categories) if name in names]
    machine: Mask = np.isin(rater.codes, ours)
    pairs = _pairs(scores.ratings.interaction.codes, machine)
    rows = [_row(scores, each, pairs) for each in scores.rubric.criteria]
    return Machines(
        names=tuple(rater.categories[code] for code in ours if (rater.codes == code).any()),
        n_ratings=int(machine.sum()),
        both=len(np.unique(scores.ratings.interaction.codes[pairs[0]])),
        rows=tuple(row for row in rows if row is not None),
        problems=tuple(str(problem) for problem in scores.ratings.problems),
    )


def _pairs(interaction: Any, machine: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows of machines and of people, pair by pair, that are about one interaction."""
    theirs = np.flatnonzero(~machine)
    order = theirs[np.argsort(interaction[theirs], kind="stable")]
    keys = interaction[order]
    mine = np.flatnonzero(machine)
    first, last = (np.searchsorted(keys, interaction[mine], side) for side in ("left", "right"))
    counts = last - first
    left = np.repeat(mine, counts)
    within = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    return left, order[np.repeat(first, counts) + within]


def _row(scores: Scores, criterion: Criterion, pairs: tuple[Any, Any]) -> MachineRow | None:
    machine, person = pairs
    codes, standings = (each[criterion.id] for each in (scores.answers.codes, scores.answers.standings))
    both = (codes[machine] >= 0) & (codes[person] >= 0)
    if not both.any():
        return None
    machine, person = machine[both], person[both]
    same = codes[machine] == codes[person]
    if isinstance(criterion.scale, SeveralChoice):
        choices = scores.ratings.choices[criterion.id]
        same = choices[machine] == choices[person]
    share, n = _by_interaction(same, scores.ratings.interaction.codes[machine])
    low, high = (float(each) for each in wilson_interval(share * n, n))
    return MachineRow(
        id=criterion.id,
        about=said(criterion.words, scores.rubric, ""),
        same=estimate(share, (low, high), n, Axis(0.0, 1.0)),
        lower=int(((standings[machine] == 0) & (standings[person] > 0)).sum()),
        higher=int(((standings[machine] > 0) & (standings[person] == 0)).sum()),
        pairs=len(same),
    )


def _by_interaction(same: Mask, interaction: Any) -> tuple[float, int]:
    """Return the mean over interactions of the share of pairs that say the same, and how many they are."""
    _, place, n = np.unique(interaction, return_inverse=True, return_counts=True)
    return float((np.bincount(place.reshape(-1), same) / n).mean()), len(n)
