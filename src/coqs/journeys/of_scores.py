"""Observations from scores: each interaction once in a group, its raters averaged."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations, in_order, relabelled
from coqs.model import Absence
from coqs.results import VERDICTS, Scores
from coqs.results.grouping import columns_to_group_by, group_rows, key_column
from coqs.results.units import Units, units_column
from coqs.rubric import Criterion, SeveralChoice
from coqs.tables import Encoded, Times, freeze

Floats = npt.NDArray[np.float64]
OVERALL, PASSED = "overall", "passed"
PASS, UNSCORED = VERDICTS.index("pass"), VERDICTS.index("unscored")
NO_PLACE = (Absence.NOT_APPLICABLE.code, Absence.NOT_ASKED.code)
NEVER = np.iinfo(np.int64).max


def measures_of_scores(scores: Scores, names: Sequence[str]) -> tuple[Yardstick, ...]:
    """Return what is meant by the names of measures.

    Raises
    ------
    NotFoundError
        A name is neither "overall" nor "passed", nor a stage or a criterion.
    PolicyError
        There is none, or one is named twice.
    """
    if not names or len(set(names)) < len(names):
        raise PolicyError(
            f"measures: must name one or more, each once, got {list(names)}; leave out what is there twice",
            choice="measures",
            value=tuple(names),
        )
    return tuple(_measure(scores, name) for name in names)


def _measure(scores: Scores, name: str) -> Yardstick:
    rubric = scores.scorer.applied_rubric
    mark = None if rubric.pass_mark is None else float(rubric.pass_mark)
    if name == OVERALL:
        return Yardstick(name=name, kind="score", mark=mark, ceiling=scores.range[1])
    if name in scores.stages:
        own = next(stage.pass_mark for stage in rubric.stages if stage.id == name)
        return Yardstick(name=name, kind="score", mark=None if own is None else float(own), ceiling=1.0)
    if name == PASSED or name in rubric.criterion_ids:
        _check_standing(scores, name)
        return Yardstick(name=name, kind="share", ceiling=1.0)
    known = (OVERALL, PASSED, *scores.stages, *rubric.criterion_ids)
    raise NotFoundError("measure", name, known, where="journeys")


def _check_standing(scores: Scores, name: str) -> None:
    """Refuse a criterion of which no answer can say how it stands to what is expected."""
    if name != PASSED and not _says_what_is_expected(scores.scorer.applied_rubric.criterion(name)):
        raise PolicyError(
            f"measures: criterion {name!r} must say which answers are below what is expected, got none that "
            'does; write is = "below", "meets" or "exceeds" at its levels',
            choice="measures",
            value=name,
        )


def _says_what_is_expected(criterion: Criterion) -> bool:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        return scale.standing(Fraction(0)) is not None
    return criterion.ideal is not None or any(level.standing is not None for level in scale.levels)


def observations_of_scores(
    scores: Scores, keys: Sequence[str], measures: Sequence[Yardstick]
) -> Observations:
    """Return the interactions of scores within groups.

    Raises
    ------
    NotFoundError
        A key is no column of the ratings.
    PolicyError
        There is no key, or one is named twice.
    """
    _check_keys(scores, keys)
    ratings = scores.ratings
    group, labels = group_rows([key_column(ratings, key) for key in keys], len(ratings))
    units = Units.of(group, ratings.interaction.codes, len(labels))
    at = unit_times(ratings.at, units)
    timed = ~np.isnat(at)
    names = list(zip(*(column.to_list() for column in labels.columns), strict=True))
    places, kept = relabelled(units.group[timed], names)
    values = {each.name: _values(scores, each.name, units)[timed] for each in measures}
    context = {name: _texts(units, column, timed) for name, column in ratings.context.items()}
    n = int(timed.sum())
    return in_order(
        Observations(
            keys=tuple(keys),
            labels=kept,
            group=places,
            at=at[timed],
            interaction=_texts(units, ratings.interaction, timed),
            values=values,
            n=freeze(np.ones(n)),
            within=freeze(np.zeros(n)),
            context=context,
            no_place={
                each.name: freeze(_no_place(scores, each.name, units)[timed])
                for each in measures
                if each.name in scores.answers.codes
            },
            untimed=len(np.unique(units_column(units, ratings.interaction)[~timed])),
        )
    )


def _check_keys(scores: Scores, keys: Sequence[str]) -> None:
    known = columns_to_group_by(scores.ratings)
    for key in keys:
        if key not in known:
            raise NotFoundError("key", key, known, where="journeys")
    if not keys or len(set(keys)) < len(keys):
        raise PolicyError(
            f"by: must name one or more keys, each once, got {list(keys)}; mend the list",
            choice="by",
            value=tuple(keys),
        )


def _texts(units: Units, column: Encoded, kept: npt.NDArray[np.bool_]) -> Encoded:
    return Encoded(freeze(units_column(units, column)[kept].astype(np.int32)), column.categories)


def unit_times(at: Times, units: Units) -> Times:
    """Return (units,) when each was; the first, where raters differ."""
    if units.of_row is None:
        return at
    known = ~np.isnat(at)
    first = np.full(len(units), NEVER)
    np.minimum.at(first, units.of_row[known], at[known].astype(np.int64))
    found: Times = np.where(first < NEVER, first, np.iinfo(np.int64).min).astype(at.dtype)
    return found


def _no_place(scores: Scores, criterion: str, units: Units) -> npt.NDArray[np.bool_]:
    """Return (units,) whether no rater could say anything, since the criterion had no place there."""
    codes = scores.answers.codes[criterion]
    found: npt.NDArray[np.bool_] = units.mean(np.isin(codes, NO_PLACE)) == 1
    return found


def _values(scores: Scores, name: str, units: Units) -> Floats:
    """Return (units,) a measure's values, raters averaged; NaN where none says."""
    if name == OVERALL:
        return units.mean(scores.overall, ~np.isnan(scores.overall))
    if name == PASSED:
        codes: npt.NDArray[Any] = scores.verdict_codes
        return units.mean(codes == PASS, codes != UNSCORED)
    if name in scores.stages:
        column = scores.stages[name]
        return units.mean(column, ~np.isnan(column))
    standing = scores.answers.standings[name]
    return units.mean(standing > 0, standing >= 0)
