"""Summaries by group: raters averaged within an interaction, then interactions, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.kernels import mean_interval, ratio_interval, wilson_interval
from coqs.ratings import Ratings
from coqs.results.groups import GroupTable
from coqs.tables import Encoded, is_missing

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
STANDINGS = ("below", "meets", "exceeds")
ASKED = ("answered", "unanswered", "abstained", "failed")


class Scored(Protocol):
    """The columns of scores that a summary needs."""

    @property
    def ratings(self) -> Ratings: ...
    @property
    def overall(self) -> Floats: ...
    @property
    def verdict(self) -> npt.NDArray[np.str_]: ...
    @property
    def gates(self) -> Mapping[str, npt.NDArray[np.int32]]: ...
    @property
    def gates_observed(self) -> Mapping[str, npt.NDArray[np.int32]]: ...
    @property
    def counts(self) -> Mapping[str, npt.NDArray[np.int32]]: ...
    @property
    def stages(self) -> Mapping[str, Floats]: ...


def group_table(scores: Scored, keys: Sequence[str], *, confidence: float = 0.95) -> GroupTable:
    """Summarise scores by keys; see `Scores.by`."""
    if not keys:
        raise NotFoundError("key", "", _known(scores.ratings), where="by")
    columns = [_key_column(scores.ratings, str(key)) for key in keys]
    labels, group = _groups(columns)
    units = _Units.of(group, scores.ratings.interaction.codes, len(labels[0]))
    summary = _summary(scores, units, confidence)
    names = tuple(f"by_{key}" if key in summary else key for key in keys)  # a fact may be called "mean"
    return _table(names, dict(zip(names, labels, strict=True)) | summary, confidence)


def whole_table(scores: Scored, *, confidence: float = 0.95) -> GroupTable:
    """Summarise all rows as one group, which is there even where nobody was rated."""
    return _table((), _summary(scores, _whole(scores), confidence), confidence)


def stage_table(scores: Scored, *, confidence: float = 0.95) -> GroupTable:
    """Summarise the score of each stage over all interactions, raters averaged first.

    One row a stage, in the rubric's order. Columns: `stage`, `n`, `n_ratings`, `n_scored`,
    `n_unscored`, `mean`, `ci_low`, `ci_high`.
    """
    stages, interaction = scores.stages, scores.ratings.interaction.codes
    # Each stage is a group that every row is in, so that one pass serves them all.
    group = np.repeat(np.arange(len(stages)), len(interaction))
    units = _Units.of(group, np.tile(interaction, len(stages)), len(stages))
    columns = _counts(units) | _mean_columns(np.concatenate([*stages.values()]), units, confidence)
    return _table(("stage",), {"stage": np.array([*stages])} | columns, confidence)


def _whole(scores: Scored) -> _Units:
    interaction = scores.ratings.interaction.codes
    return _Units.of(np.zeros(len(interaction), np.int64), interaction, 1)


def _table(keys: tuple[str, ...], columns: dict[str, npt.NDArray[Any]], confidence: float) -> GroupTable:
    for column in columns.values():
        column.flags.writeable = False
    return GroupTable(keys, columns, confidence)


def _summary(scores: Scored, units: _Units, confidence: float) -> dict[str, npt.NDArray[Any]]:
    return {
        **_counts(units),
        **_mean_columns(scores.overall, units, confidence),
        **_verdict_columns(scores, units, confidence),
        **_standing_columns(scores, units, confidence),
        **_gate_columns(scores, units),
    }


def _known(ratings: Ratings) -> tuple[str, ...]:
    return ("interaction", "rater", *ratings.context, *ratings.facts)


def _key_column(ratings: Ratings, key: str) -> Encoded:
    columns = {"interaction": ratings.interaction, "rater": ratings.rater, **ratings.context, **ratings.facts}
    if key not in columns:
        raise NotFoundError("key", key, _known(ratings), where="by")
    column = columns[key]
    if isinstance(column, Encoded):
        return column
    return Encoded.from_values(None if is_missing(value) else f"{value:.15g}" for value in column.tolist())


def _groups(columns: Sequence[Encoded]) -> tuple[list[npt.NDArray[Any]], Rows]:
    """Return each key's label for each group, groups sorted by label with missing last, and (n,) groups."""
    ranked = []
    for column in columns:
        order = np.argsort(np.array([*column.categories], dtype=object), kind="stable")
        rank = np.empty(len(order) + 1, np.int64)
        rank[order] = np.arange(len(order))
        rank[-1] = len(order)
        ranked.append(rank[column.codes])
    distinct, group = np.unique(np.stack(ranked, axis=1), axis=0, return_inverse=True)
    labels = []
    for place, column in enumerate(columns):
        names = np.array([*sorted(column.categories), None], dtype=object)
        labels.append(names[distinct[:, place]])
    return labels, group.reshape(-1)


def _units(group: Rows, interaction: npt.NDArray[np.int32]) -> tuple[Rows, Rows, Rows]:
    """Return each row's unit (an interaction within a group), each unit's group, and its rows."""
    pairs = group * (int(interaction.max(initial=-1)) + 1) + interaction
    _, first, unit, rows = np.unique(pairs, return_index=True, return_inverse=True, return_counts=True)
    return unit.reshape(-1), group[first], rows


@attrs.frozen(slots=True, eq=False)
class _Units:
    """Interactions within groups: the raters of one are averaged before anything is summed."""

    of_row: Rows
    group: Rows
    n_rows: Rows
    groups: int

    @classmethod
    def of(cls, group: Rows, interaction: npt.NDArray[np.int32], groups: int) -> _Units:
        """Return the units of rows, each in a group and of an interaction."""
        unit, unit_group, n_rows = _units(group, interaction)
        return cls(unit, unit_group, n_rows, groups)

    def mean(self, values: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> Floats:
        """Average rows within each unit over those that are known; NaN where none is."""
        n = np.bincount(self.of_row[known], minlength=len(self.group))
        total = np.bincount(self.of_row[known], weights=values[known], minlength=len(self.group))
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    def rows_total(self, values: Any) -> npt.NDArray[np.int64]:
        """Sum whole numbers over the rows of each group, every rater's counting."""
        return np.bincount(self.group[self.of_row], values, self.groups).astype(np.int64)

    def any_row(self, values: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Count the units of each group in which some row has more than none."""
        hit = np.bincount(self.of_row, weights=values, minlength=len(self.group)) > 0
        return np.bincount(self.group, hit, self.groups).astype(np.int64)

    def total(self, values: Floats) -> Floats:
        """Sum units within each group, leaving out NaN."""
        return np.bincount(self.group, np.nan_to_num(values), self.groups).astype(np.float64)


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def _counts(units: _Units) -> dict[str, npt.NDArray[Any]]:
    n_ratings = np.bincount(units.group, units.n_rows, units.groups).astype(np.int64)
    return {"n": np.bincount(units.group, minlength=units.groups), "n_ratings": n_ratings}


def _mean_columns(values: Floats, units: _Units, confidence: float) -> dict[str, npt.NDArray[Any]]:
    each = units.mean(values, ~np.isnan(values))
    known = ~np.isnan(each)
    n = units.total(known.astype(np.float64))
    mean = _ratio(units.total(each), n)
    squares = units.total((each - mean[units.group]) ** 2)
    sd = np.sqrt(_ratio(squares, n - 1))
    low, high = mean_interval(mean, sd, n, confidence=confidence)
    scored = n.astype(np.int64)
    unscored = np.bincount(units.group, minlength=units.groups) - scored
    return {
        "n_scored": scored,
        "n_unscored": unscored,
        "mean": mean,
        "ci_low": low,
        "ci_high": high,
    }


def _verdict_columns(scores: Scored, units: _Units, confidence: float) -> dict[str, npt.NDArray[Any]]:
    each = units.mean(scores.verdict == "pass", scores.verdict != "unscored")
    n = units.total((~np.isnan(each)).astype(np.float64))
    passes = units.total(each)
    low, high = wilson_interval(np.minimum(passes, n), n, confidence=confidence)
    return {
        "n_verdicts": n.astype(np.int64),
        "pass_share": _ratio(passes, n),
        "pass_ci_low": low,
        "pass_ci_high": high,
    }


def _standing_columns(scores: Scored, units: _Units, confidence: float) -> dict[str, npt.NDArray[Any]]:
    """Shares of the answered criteria by standing; an answer that does not say how it stands counts too."""
    every = np.ones(len(scores.overall), np.bool_)
    mean = {name: units.mean(scores.counts[name], every) for name in (*STANDINGS, *ASKED)}
    answered = mean["answered"]
    total = units.total(answered)
    share = {name: _ratio(units.total(mean[name]), total) for name in STANDINGS}
    residual = mean["exceeds"] - np.nan_to_num(share["exceeds"])[units.group] * answered
    n = units.total((answered > 0).astype(np.float64))
    low, high = ratio_interval(share["exceeds"], units.total(residual**2), total, n, confidence=confidence)
    asked = units.total(np.sum([mean[name] for name in ASKED], axis=0))
    return {
        "n_answers": units.rows_total(scores.counts["answered"]),
        "exceeds_share": share["exceeds"],
        "exceeds_ci_low": low,
        "exceeds_ci_high": high,
        "meets_share": share["meets"],
        "below_share": share["below"],
        "coverage": _ratio(total, asked),
    }


def _gate_columns(scores: Scored, units: _Units) -> dict[str, npt.NDArray[Any]]:
    """Count interactions in which a gate of each class failed, and in which one was answered at all."""
    table: dict[str, npt.NDArray[Any]] = {}
    for name in scores.gates:
        table[f"gates_{name}"] = units.any_row(scores.gates[name])
        table[f"gates_{name}_observed"] = units.any_row(scores.gates_observed[name])
    return table
