"""Next steps: per criterion how often it is missed, and what the score would gain if it were met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.insights.raising import raised
from coqs.kernels import mean_interval, wilson_interval
from coqs.model import Absence
from coqs.results import VERDICTS, Scores
from coqs.results.html import html_table
from coqs.results.measures import stage_means
from coqs.results.units import Floats, Units
from coqs.rubric import Criterion
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

BELOW = 0
NO_GAIN = 1e-12
"""What rounding alone may leave of no gain at all."""
PASS, FAIL = VERDICTS.index("pass"), VERDICTS.index("fail")
ABSENCES = tuple(Absence)
Column = npt.NDArray[Any]


@attrs.frozen(slots=True, eq=False, repr=False)
class StepTable(Tabular):
    """One row a criterion, as columns; what would raise the score most stands first.

    Columns: `criterion`, `stage`, `controlled_by`; `n` interactions in which an answer says how it stands
    to what the customer expects, `n_ratings` answers; `not_applicable`, `not_asked`, `unanswered`,
    `abstained`, `failed` ratings; `below_share` of the interactions with `below_ci_low` and
    `below_ci_high`; `n_scored` interactions and `gain`,
    what their mean score would rise by, with `gain_ci_low` and `gain_ci_high`; `flips`, interactions
    whose verdict would become a pass (fractions where raters differ); `can_tell`, whether the gain's
    interval lies above 0.
    """

    columns: Mapping[str, Column] = attrs.field(converter=read_only)
    confidence: float
    """Coverage of the intervals, of all rows together."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StepTable):
            return NotImplemented
        return self.confidence == other.confidence and self.rows() == other.rows()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        told = int(self.columns["can_tell"].sum())
        return f"<StepTable: {len(self)} criteria, {told} of which would raise the score>"

    def __str__(self) -> str:
        heads, *rows = self._printed()
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        lines = [
            [text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in [heads, *rows]
        ]
        return "\n".join("  ".join(line).rstrip() for line in lines)

    def _repr_html_(self) -> str:
        heads, *rows = self._printed()
        return html_table(heads, rows, caption=f"Next steps; {self.confidence:.0%} intervals, all at once")

    def _printed(self) -> list[list[str]]:
        heads = ["criterion", "stage", "n", "below", "interval", "gain", "interval", "verdicts"]
        return [heads, *(_printed_row(row) for row in self.rows())]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.columns), self.confidence)


def _again(columns: dict[str, Column], confidence: float) -> StepTable:
    return StepTable({name: freeze(column) for name, column in columns.items()}, confidence)


def _printed_row(row: Mapping[str, Any]) -> list[str]:
    share, gain = row["below_share"], row["gain"]
    return [
        row["criterion"],
        row["stage"],
        f"{row['n']:,}",
        "-" if share is None else f"{share:.1%}",
        _interval(row["below_ci_low"], row["below_ci_high"], "{:.1%}"),
        "-" if gain is None else f"{gain * 100:+.2f}",
        _interval(row["gain_ci_low"], row["gain_ci_high"], "{:+.2f}", times=100),
        f"{row['flips']:g}",
    ]


def _interval(low: float | None, high: float | None, form: str, *, times: float = 1) -> str:
    if low is None or high is None:
        return "cannot tell"
    return f"{form.format(low * times)} to {form.format(high * times)}"


def next_steps(scores: Scores, *, confidence: float = 0.95) -> StepTable:
    """Tell for every criterion how often it is missed, and what the score would gain if it were met.

    The gain is worked out by scoring again, under the same policy, with every answer to that criterion
    that is below what the customer expects raised to the lowest one that meets it; the others stay. So
    it holds for weights, branches, caps and gates as they are. It says what the score would be, not
    that anybody can bring it about; `controlled_by` says whose it is to change.

    Parameters
    ----------
    scores
        What `coqs.score` returned; the raters of one interaction are averaged.
    confidence
        Coverage of the intervals. They hold for all criteria at once, since whoever reads such a list
        looks at its top: each is drawn at 1 - (1 - confidence) / 2m for the m criteria that were answered,
        which have two each.

    Returns
    -------
    StepTable
        One row for each criterion that can move a score or a verdict, the largest gain first.

    Raises
    ------
    PolicyError
        The confidence does not lie between 0 and 1.

    Notes
    -----
    Shares have Wilson's interval, gains Student's over interactions; where the policy takes a ratio of sums
    over interactions, so is the gain, and its interval is linearised. That several intervals are held at
    once by parting the error among them is Bonferroni's inequality: O. J. Dunn, "Multiple comparisons
    among means", Journal of the American Statistical Association 56 (1961), 52-64.

    Examples
    --------
    >>> import coqs
    >>> steps = coqs.next_steps(coqs.score(coqs.make_sample(n=80)))
    >>> bool((steps["gain"][:-1] >= steps["gain"][1:]).all())
    True
    """
    if not 0 < confidence < 1:
        raise PolicyError(
            f"confidence: must lie between 0 and 1, got {confidence}; use for example 0.95",
            choice="confidence",
            value=confidence,
        )
    looking = _Looking.at(scores)
    found = [looking.row(each) for each in scores.scorer.applied_rubric.criteria if _moves(each)]
    return StepTable(_columns(found, confidence), confidence)


def _moves(criterion: Criterion) -> bool:
    """Tell whether a criterion can move a score or a verdict."""
    weighs = not criterion.record_only and criterion.weight > 0
    return weighs or criterion.gate is not None or criterion.irreversible


@attrs.frozen(slots=True, eq=False)
class _Looking:
    """Scores, and their interactions as units."""

    scores: Scores
    units: Units

    @classmethod
    def at(cls, scores: Scores) -> _Looking:
        n = len(scores)
        return cls(scores, Units.of(np.zeros(n, np.int64), scores.ratings.interaction.codes, 1))

    def row(self, criterion: Criterion) -> dict[str, Any]:
        """Return what is told of one criterion, but for the intervals."""
        codes, standing = (each[criterion.id] for each in self._answers())
        below = self.units.mean(standing == BELOW, standing >= 0)
        gain, flips = self._gain(criterion, np.flatnonzero(standing == BELOW))
        told = ~np.isnan(below)
        return {
            "criterion": criterion.id,
            "stage": criterion.stage,
            "controlled_by": criterion.controlled_by,
            "n": int(told.sum()),
            "n_ratings": int((codes >= 0).sum()),
            **{str(each): int((codes == each.code).sum()) for each in ABSENCES},
            "below": float(below[told].sum()),
            "gain": gain,
            "flips": flips,
        }

    def _answers(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        return self.scores.answers.codes, self.scores.answers.standings

    def _gain(self, criterion: Criterion, rows: npt.NDArray[np.intp]) -> tuple[Floats, float]:
        """Return each scored interaction's gain, and how many verdicts would become a pass."""
        before = self.scores
        if not len(rows):
            return np.zeros(int((~np.isnan(self._mean(before.overall))).sum())), 0.0
        after = before.scorer(raised(before.ratings, criterion, rows))
        match before.policy.over_interactions:
            case "ratio_of_sums":
                gain = self._pooled_gain(after)
            case "mean_of_stage_means":
                gain = self._mean(stage_means(after) - stage_means(before))
            case _:
                gain = self._mean(after.overall - before.overall)
        flips = self.units.mean((before.verdict_codes == FAIL) & (after.verdict_codes == PASS))
        return gain[~np.isnan(gain)], float(flips.sum())

    def _pooled_gain(self, after: Scores) -> Floats:
        """Return values whose mean is the gain of a ratio of sums, and whose spread is its linearised one."""
        (old, old_part), (new, new_part) = self._ratio(self.scores), self._ratio(after)
        return new - old + new_part - old_part

    def _ratio(self, scores: Scores) -> tuple[float, Floats]:
        """Return the ratio of what was earned to what was possible, and each one's part in its error."""
        earned = self._mean(scores.overall * scores.possible)
        possible = self._mean(np.where(np.isnan(scores.overall), np.nan, scores.possible))
        ratio = float(np.nansum(earned) / np.nansum(possible))
        return ratio, (earned - ratio * possible) / float(np.nanmean(possible))

    def _mean(self, values: Floats) -> Floats:
        return self.units.mean(values, ~np.isnan(values))


def _columns(found: list[dict[str, Any]], confidence: float) -> dict[str, Column]:
    told = {
        name: np.array([row[name] for row in found], object if name in _TEXTS else None)
        for name in (*_TEXTS, "n", "n_ratings", *map(str, ABSENCES))
    }
    each = 1 - (1 - confidence) / (2 * max(int((told["n"] > 0).sum()), 1))
    columns = told | _shares(found, told["n"], each) | _gains(found, each)
    columns["can_tell"] = columns["gain_ci_low"] > 0
    order = sorted(range(len(found)), key=lambda row: _rank(columns, row))
    return {name: freeze(column[order]) for name, column in columns.items()}


_TEXTS = ("criterion", "stage", "controlled_by")


def _rank(columns: Mapping[str, Column], row: int) -> tuple[float, float, int]:
    """Rank by the gain, then by the verdicts that would change, then as the sheet has it."""
    return -np.nan_to_num(columns["gain"][row]), -columns["flips"][row], row


def _shares(found: list[dict[str, Any]], n: Column, confidence: float) -> dict[str, Column]:
    below = np.array([row["below"] for row in found], np.float64)
    low, high = wilson_interval(below, n.astype(np.float64), confidence=confidence)
    share = np.where(n > 0, below / np.maximum(n, 1), np.nan)
    return {"below_share": share, "below_ci_low": low, "below_ci_high": high}


def _gains(found: list[dict[str, Any]], confidence: float) -> dict[str, Column]:
    """Return the mean gains. What was never missed gains nothing, of which there is no interval."""
    n = np.array([len(row["gain"]) for row in found], np.int64)
    mean = np.array([row["gain"].mean() if len(row["gain"]) else np.nan for row in found], np.float64)
    sd = np.array([row["gain"].std(ddof=1) if len(row["gain"]) > 1 else np.nan for row in found], np.float64)
    low, high = mean_interval(mean, sd, n, confidence=confidence)
    moved = (np.abs(mean) > NO_GAIN) & (n > 1)
    flips = np.array([row["flips"] for row in found], np.float64)
    return {
        "n_scored": n,
        "gain": mean,
        "gain_ci_low": np.where(moved, low, np.nan),
        "gain_ci_high": np.where(moved, high, np.nan),
        "flips": flips,
    }
