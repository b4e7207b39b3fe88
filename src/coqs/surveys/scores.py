"""Answers scored: one row for each measure, or for each group and measure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.answers import Answers
from coqs.errors import NotFoundError, PolicyError
from coqs.results.buckets import CYCLES, EVERY, check_every, order_of, time_key
from coqs.results.export import names_apart
from coqs.results.grouping import Labels, group_rows, numbers_as_texts
from coqs.results.groups import NO_KEY
from coqs.results.tally_table import check_how, label_texts, ranks_of
from coqs.rubric.questionnaire import Measure
from coqs.surveys.estimates import estimates
from coqs.surveys.in_print import told
from coqs.surveys.values import STATES, Ruler, values_of
from coqs.tables import Encoded, freeze, read_only, zone_named
from coqs.tables.tabular import Tabular

Columns = dict[str, npt.NDArray[Any]]
Places = npt.NDArray[np.int64]
COUNTS = ("n_answered", "n_not_applicable", "n_unanswered", "n_not_asked")


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class SurveyScores(Tabular):
    """One row a measure, or a group and measure, as columns; NaN in an interval means "cannot tell".

    Columns: the keys; `measure`, `kind` and `unit` ("share" in [0, 1], "net" in [-1, 1], or "points" of the
    scale); `n` sheets; `n_asked` of them that were asked, which are `n_answered`, `n_not_applicable` and
    `n_unanswered` together, and `n_not_asked`; `estimate`, `ci_low`, `ci_high`; `can_tell`, whether there
    is an interval. Of a measure over "answers", all counts but `n` are of answers. Made by
    `coqs.score_answers`.
    """

    answers: Answers
    """What was scored."""
    columns: Any = attrs.field(converter=read_only)
    """Column name to values, read-only; keys are texts, None where missing."""
    keys: tuple[str, ...] = ()
    """What was grouped by."""
    confidence: float = 0.95
    """Coverage of the intervals."""
    minimum_n: int = 0
    """Of groups in which fewer count, the counts are told and nothing else."""
    tz: str | None = None
    """The zone of the keys that are times; None where none is."""

    def by(self, *keys: str, every: str | None = None, tz: str | None = None) -> SurveyScores:
        """Score the answers of each group.

        Parameters
        ----------
        keys
            Context columns (provider, site …), facts, interaction, respondent, hour_of_day or weekday.
            `Answers.beside` brings what the interactions know.
        every
            A stretch of time as a last key: hour, day, week, month, quarter or year.
        tz
            The zone in which days begin, such as Europe/Madrid; UTC unless told.

        Raises
        ------
        NotFoundError
            A key is no column of the answers.
        PolicyError
            A key is given twice, or there is no such stretch of time.
        RecordError
            There is no such zone.
        """
        return _scored(self.answers, keys, every, tz, self.confidence, self.minimum_n)

    def row(self, measure: str) -> dict[str, Any]:
        """Return the row of a measure, where there are no groups, as plain values.

        Raises
        ------
        NotFoundError
            No such measure, or a row for each group.
        """
        measures = self.answers.questionnaire.measure_ids
        if self.keys or measure not in measures:
            problem = f"a row for each {' and '.join(self.keys)}: see rows()" if self.keys else ""
            raise NotFoundError("measure", measure, measures, where="row", problem=problem)
        return self.rows()[measures.index(measure)]

    def labels(self) -> list[str]:
        """Return what to call the group of each row: its keys, `(none)` for one that is missing."""
        keys = [self.columns[key].tolist() for key in self.keys]
        named = [[NO_KEY if key is None else key for key in column] for column in keys]
        return [" / ".join(group) for group in zip(*named, strict=True)] if named else ["all"] * len(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SurveyScores):
            return NotImplemented
        names = ("keys", "confidence", "minimum_n", "tz", "answers", "columns")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        by = f" by {', '.join(self.keys)}" if self.keys else ""
        asked = self.answers.questionnaire
        return (
            f"<SurveyScores{by}: {len(asked.measures)} measures of {len(self.answers)} sheets, "
            f"{self.confidence:.0%} intervals; questionnaire {asked.id!r} {asked.fingerprint.scoring[:19]}>"
        )

    def __str__(self) -> str:
        return "\n".join(told(self))

    def __reduce__(self) -> tuple[Any, ...]:
        how = {"keys": self.keys, "confidence": self.confidence, "minimum_n": self.minimum_n, "tz": self.tz}
        return _rebuild, (self.answers, dict(self.columns), how)


def _rebuild(answers: Answers, columns: Columns, how: dict[str, Any]) -> SurveyScores:
    return SurveyScores(answers=answers, columns=columns, **how)


def score_answers(answers: Answers, *, confidence: float = 0.95, minimum_n: int = 0) -> SurveyScores:
    """Work out every measure of a questionnaire, with its denominators and its interval.

    Parameters
    ----------
    answers
        What customers said.
    confidence
        Coverage of the intervals.
    minimum_n
        Where fewer sheets (or answers, of a pooled measure) count, the counts are told and nothing else.

    Raises
    ------
    PolicyError
        The confidence does not lie between 0 and 1, or the minimum is no whole number from 0.

    Examples
    --------
    >>> import coqs
    >>> asked = coqs.Questionnaire.from_toml_text('''
    ... schema = 1
    ... id = "visit"
    ... version = "1"
    ... [[items]]
    ... id = "helped"
    ... text = "Did we find what you came for?"
    ... answer = "yes_no"
    ... [[measures]]
    ... id = "found"
    ... kind = "top_box"
    ... items = ["helped"]
    ... top = 1
    ... ''')
    >>> said = {"interaction": ["a", "b", "c"], "helped": ["yes", "no", None]}
    >>> print(coqs.score_answers(coqs.Answers.from_table(said, asked)))
    measure sheets asked answered   estimate   95% interval
    found        3     3        2      50.0%     9.5% to  90.5%
    """
    check_how(confidence, minimum_n, place="score_answers")
    return _scored(answers, (), None, None, confidence, minimum_n)


def _scored(
    answers: Answers,
    keys: tuple[str, ...],
    every: str | None,
    tz: str | None,
    confidence: float,
    minimum_n: int,
) -> SurveyScores:
    names, columns, zoned = _keys(answers, keys, every, tz)
    group, labels = group_rows(columns, len(answers))
    order = _order(names, labels, zoned=zoned)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    group, labels = rank[group], labels.take(order)
    measures = answers.questionnaire.measures
    tables = [_measured(answers, each, group, len(labels), confidence, minimum_n) for each in measures]
    k = len(measures)
    found: Columns = {
        name: np.array([each[name] for each in tables]).reshape(k, len(labels)).T.reshape(-1)
        for name in _NAMES
    }
    said = names_apart(names, found, "by_")
    texts = [np.repeat(label_texts(column), k) for column in labels.columns]
    found = dict(zip(said, texts, strict=True)) | found
    return SurveyScores(
        answers=answers,
        columns={name: freeze(column) for name, column in found.items()},
        keys=tuple(said),
        confidence=float(confidence),
        minimum_n=int(minimum_n),
        tz=(tz or "UTC") if zoned else None,
    )


_NAMES = ("measure", "kind", "unit", "n", "n_asked", *COUNTS, "estimate", "ci_low", "ci_high", "can_tell")


def _measured(
    answers: Answers, measure: Measure, group: Places, groups: int, confidence: float, minimum_n: int
) -> Columns:
    """Return the columns of one measure, a row a group."""
    values = values_of(answers, measure)
    counts = {
        f"n_{state}": np.bincount(group, values.counts[state], groups).astype(np.int64) for state in STATES
    }
    asked = counts["n_answered"] + counts["n_not_applicable"] + counts["n_unanswered"]
    found = estimates(measure, values.total, values.weight, group, groups, confidence=confidence)
    found = found.where(counts["n_answered"] >= minimum_n)
    found = found.in_unit(Ruler.of(answers.questionnaire, measure))
    same = {"measure": measure.id, "kind": measure.kind, "unit": measure.unit}
    return {
        **{name: np.full(groups, text, dtype=object) for name, text in same.items()},
        "n": np.bincount(group, minlength=groups),
        "n_asked": asked,
        **counts,
        "estimate": found.value,
        "ci_low": found.low,
        "ci_high": found.high,
        "can_tell": ~np.isnan(found.low),
    }


def _keys(
    answers: Answers, keys: tuple[str, ...], every: str | None, tz: str | None
) -> tuple[list[str], list[Encoded], bool]:
    """Return the names and the columns of the keys, and whether one of them is a time."""
    names = [*map(str, keys), *([] if every is None else [every])]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise PolicyError(
                f"by: keys must differ, got {name!r} twice; drop one", choice="keys", value=name
            )
    if every is not None:
        check_every(every)
    zone = zone_named(tz or "UTC")
    assert zone is not None
    columns = [_key(answers, name, zone) for name in map(str, keys)]
    if every is not None:
        columns.append(time_key(answers.at, every, zone))
    zoned = every is not None or any(_is_cycle(answers, key) for key in keys)
    return names, columns, zoned


def _is_cycle(answers: Answers, key: str) -> bool:
    return key in CYCLES and key not in answers.facts


def _key(answers: Answers, key: str, zone: Any) -> Encoded:
    known = {"interaction": answers.interaction, "respondent": answers.respondent, **answers.context}
    if key in known:
        return known[key]
    if key in answers.facts:
        fact = answers.facts[key]
        return fact if isinstance(fact, Encoded) else numbers_as_texts(fact)
    if key in CYCLES:
        return time_key(answers.at, key, zone)
    raise NotFoundError("key", key, [*known, *answers.facts, *CYCLES], where="by")


def _order(names: list[str], labels: Labels, *, zoned: bool) -> Places:
    """Sort groups by the first key, then the next; missing last, times by when they begin."""
    if not labels.columns:
        return np.arange(len(labels))
    ranks = list(_ranks(names, labels, zoned=zoned))
    return np.lexsort(ranks[::-1])


def _ranks(names: list[str], labels: Labels, *, zoned: bool) -> Iterator[Places]:
    for name, column in zip(names, labels.columns, strict=True):
        is_time = zoned and name in (*CYCLES, *EVERY)
        yield ranks_of(column, partial(order_of, name=name) if is_time else None)
