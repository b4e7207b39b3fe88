"""Ratings as they would be had one criterion been met where it was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.model import Standing
from coqs.ratings import Ratings
from coqs.rubric import Criterion, Numeric, SeveralChoice
from coqs.scoring.worth import COQS, hits, level_worths, options_worth
from coqs.tables import Encoded

Rows = npt.NDArray[np.intp]
MET = (Standing.MEETS, Standing.EXCEEDS)
"""What an answer is raised to: what meets, or where no level does so, what exceeds."""


def raised(ratings: Ratings, criterion: Criterion, rows: Rows) -> Ratings:
    """Return ratings in which `rows`, answered below expectation, just meet it on one criterion.

    The lowest answer that meets is taken, and none that triggers a gate. Rows stay as they are where
    there is none.
    """
    codes = np.array(ratings.codes[criterion.id])
    numbers, choices = dict(ratings.numbers), dict(ratings.choices)
    for some, place in _targets(ratings, criterion, rows):
        if isinstance(criterion.scale, SeveralChoice):
            bits = np.array(choices[criterion.id])
            bits[some] = place
            choices[criterion.id] = bits
            continue
        codes[some] = place
        if isinstance(criterion.scale, Numeric):
            values = np.array(numbers[criterion.id])
            values[some] = _value(criterion.scale, place)
            numbers[criterion.id] = values
    changed: dict[str, Any] = {"codes": {**ratings.codes, criterion.id: codes}}
    return attrs.evolve(ratings, **changed, numbers=numbers, choices=choices)


def _targets(ratings: Ratings, criterion: Criterion, rows: Rows) -> Iterator[tuple[Rows, int]]:
    """Yield rows with the level's place, or the options' bits, that they are raised to."""
    if isinstance(criterion.scale, SeveralChoice):
        bits = met_options(criterion)
        if bits is not None:
            yield rows, bits
        return
    for some, best in _by_best_level(ratings, criterion, rows):
        place = met_level(criterion, best)
        if place is not None:
            yield some, place


def _by_best_level(ratings: Ratings, criterion: Criterion, rows: Rows) -> Iterator[tuple[Rows, int | None]]:
    """Part rows by the level that is best for them; None without an ideal point."""
    ideal = criterion.ideal
    if ideal is None:
        yield rows, None
        return
    fact = ratings.facts.get(ideal.fact)
    if not isinstance(fact, Encoded):
        return
    for value, level in ideal.best:
        if value in fact.categories:
            code = fact.categories.index(value)
            yield rows[fact.codes[rows] == code], criterion.scale.ids.index(level)


def met_level(criterion: Criterion, best: int | None) -> int | None:
    """Return the place of the lowest level that meets, or else exceeds; None where none does."""
    worths = level_worths(criterion, COQS, best)
    for standing in MET:
        places = [
            place
            for place, worth in enumerate(worths)
            if worth.standing is standing and not hits(criterion, place)
        ]
        if places:
            return min(places, key=lambda place: worths[place].share or 0)
    return None


def met_options(criterion: Criterion) -> int | None:
    """Return the bits of few options that together meet what is expected; None where none do."""
    scale = criterion.scale
    assert isinstance(scale, SeveralChoice)
    good = [place for place, each in enumerate(scale.options) if each.points and each.points > 0]
    good.sort(key=lambda place: -(scale.options[place].points or 0))
    chosen: list[int] = []
    for place in good:
        if hits(criterion, [place]):
            continue
        chosen.append(place)
        if options_worth(criterion, COQS, sorted(chosen)).standing in MET:
            return sum(1 << each for each in chosen)
    return None


def _value(scale: Numeric, place: int) -> float:
    """Return a number within a range."""
    level = scale.levels[place]
    if level.low is not None:
        return float(level.low)
    return 0.0 if level.high is None else float(np.nextafter(float(level.high), -np.inf))
