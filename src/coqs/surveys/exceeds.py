"""Whether "exceeds" truly exceeded: interactions by how they stand, held against how the customer felt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.answers import Answers
from coqs.answers.beside import same_ids
from coqs.kernels import kendall_tau_b, mover_interval
from coqs.model import Standing
from coqs.results import Scores
from coqs.results.tally_table import check_how
from coqs.results.units import Units
from coqs.rubric.questionnaire import Measure
from coqs.scoring.expected import expected_scores
from coqs.surveys.estimates import Estimates, estimates
from coqs.surveys.in_print import CANNOT_TELL, in_unit, interval_text
from coqs.surveys.joining import mean_values, one_measure
from coqs.surveys.values import Ruler, values_of
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
STANDINGS = tuple(str(each) for each in Standing)
SLACK = 1e-9
"""A score that is met exactly must not fall short by its last digit."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class ExceedsCheck(Tabular):
    """How customers felt about interactions that were below, met or exceeded what was expected.

    Columns, a row a standing: `standing`; `n` scored interactions; `n_answered` of them whose customer
    answered; `estimate`, `ci_low`, `ci_high` of the measure among these; `can_tell`. Made by
    `coqs.exceeds_check`.
    """

    measure: Measure
    """How feeling was measured."""
    columns: Any = attrs.field(converter=read_only)
    """Column name to (3,) values, read-only: below, meets, exceeds."""
    counts: Mapping[str, int] = attrs.field(converter=read_only)
    """`interactions` rated, `scored` of them (against an expectation), `matched` of these whose customer
    answered; `sheets` of answers, `sheets_without_interaction`, `sheets_elsewhere` (of interactions that
    nobody rated), and `sheets_without_value`, on which the measure was not answered."""
    difference: tuple[float, float, float]
    """How much better customers felt where it exceeded than where it met: estimate, low, high; NaN where
    it cannot be told."""
    tau: tuple[float, float, float]
    """Kendall's tau-b between score and feeling, low, high; NaN where it cannot be told."""
    confidence: float = 0.95
    """Coverage of the intervals."""

    @property
    def verdict(self) -> str:
        """Return "felt better", "felt worse" or "cannot tell": exceeding against meeting."""
        _, low, high = self.difference
        if low > 0:
            return "felt better"
        return "felt worse" if high < 0 else CANNOT_TELL

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExceedsCheck):
            return NotImplemented
        names = ("measure", "columns", "counts", "confidence")
        pairs = ((self.difference, other.difference), (self.tau, other.tau))
        return all(getattr(self, name) == getattr(other, name) for name in names) and all(
            np.array_equal(left, right, equal_nan=True) for left, right in pairs
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        matched, scored = self.counts["matched"], self.counts["scored"]
        return (
            f"<ExceedsCheck by {self.measure.id!r}: {matched} of {scored} scored interactions answered; "
            f"exceeding {self.verdict}>"
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(ExceedsCheck)}
        return _rebuild, (parts | {"columns": dict(self.columns), "counts": dict(self.counts)},)


def _rebuild(parts: dict[str, Any]) -> ExceedsCheck:
    return ExceedsCheck(**parts)


def exceeds_check(
    scores: Scores, answers: Answers, *, measure: str | None = None, confidence: float = 0.95
) -> ExceedsCheck:
    """Hold how interactions stand to expectation against how their customers felt.

    An interaction was expected to get what a sheet would get that meets on all that was asked and
    answered, and no more: below that it is below, above it exceeds. Raters of one interaction are averaged
    first, and so are several sheets of answers to one.

    Parameters
    ----------
    scores
        Scores of ratings.
    answers
        What customers said, matched by the id of the interaction.
    measure
        Id of the measure that says how they felt; may be left out where there is one.
    confidence
        Coverage of the intervals.

    Raises
    ------
    NotFoundError
        No such measure, or none was named and there are several.
    PolicyError
        The confidence does not lie between 0 and 1.

    Notes
    -----
    The interval of the difference is recovered from those of the two groups, and the rank correlation's is
    a jackknife; see `coqs.kernels.mover_interval` and `coqs.kernels.kendall_tau_b`. A difference is what
    was seen together, not what one did to the other: who answers is seldom a fair sample.
    """
    check_how(confidence, 0, place="exceeds_check")
    chosen = one_measure(answers, measure, where="exceeds_check")
    of_row, of_sheet = same_ids(scores.ratings.interaction, answers.interaction)
    units = Units.of(np.zeros(len(of_row), np.int64), of_row, 1)
    score, standing = _standings(scores, units)
    interaction = _interaction_of(units, of_row)
    values = _values(answers, chosen, of_sheet, interaction)
    known = (standing >= 0) & ~np.isnan(values)
    found = estimates(
        chosen,
        np.where(known, values, 0.0),
        known.astype(np.float64),
        np.maximum(standing, 0),
        len(STANDINGS),
        confidence=confidence,
    )
    ruler = Ruler.of(answers.questionnaire, chosen)
    return ExceedsCheck(
        measure=chosen,
        columns=_columns(standing, known, found.in_unit(ruler)),
        counts=_counts(answers, chosen, of_row, of_sheet, standing, known),
        difference=_difference(found, ruler),
        tau=kendall_tau_b(score[known], values[known], confidence=confidence),
        confidence=float(confidence),
    )


def _standings(scores: Scores, units: Units) -> tuple[Floats, Places]:
    """Return (units,) the score of each interaction, and its standing as a place; -1 where not scored."""
    low, high = expected_scores(scores)
    scored = scores.is_scored & ~np.isnan(low)
    score, least, most = (units.mean(each, scored) for each in (scores.overall, low, high))
    standing = 1 + (score > most + SLACK).astype(np.int64) - (score < least - SLACK)
    return score, np.where(np.isnan(score), -1, standing)


def _interaction_of(units: Units, of_row: Places) -> Places:
    """Return (units,) the number of each unit's interaction."""
    if units.of_row is None:
        return of_row
    found = np.empty(len(units), np.int64)
    found[units.of_row] = of_row
    return found


def _values(answers: Answers, measure: Measure, of_sheet: Places, interaction: Places) -> Floats:
    means = mean_values(answers, measure, of_sheet)
    inside = interaction < len(means)
    padded = np.append(means, np.nan)
    return np.asarray(padded[np.where(inside, interaction, len(means))], np.float64)


def _columns(standing: Places, known: npt.NDArray[np.bool_], found: Estimates) -> dict[str, Any]:
    columns = {
        "standing": np.array(STANDINGS, dtype=object),
        "n": np.bincount(standing[standing >= 0], minlength=len(STANDINGS)),
        "n_answered": np.bincount(standing[known], minlength=len(STANDINGS)),
        "estimate": found.value,
        "ci_low": found.low,
        "ci_high": found.high,
        "can_tell": ~np.isnan(found.low),
    }
    return {name: freeze(column) for name, column in columns.items()}


def _counts(
    answers: Answers,
    measure: Measure,
    of_row: Places,
    of_sheet: Places,
    standing: Places,
    known: npt.NDArray[np.bool_],
) -> dict[str, int]:
    rated = np.isin(of_sheet, of_row)
    return {
        "interactions": len(standing),
        "scored": int((standing >= 0).sum()),
        "matched": int(known.sum()),
        "sheets": len(answers),
        "sheets_without_interaction": int((of_sheet < 0).sum()),
        "sheets_elsewhere": int(((of_sheet >= 0) & ~rated).sum()),
        "sheets_without_value": int((values_of(answers, measure).weight == 0).sum()),
    }


def _difference(found: Estimates, ruler: Ruler) -> tuple[float, float, float]:
    meets, exceeds = STANDINGS.index("meets"), STANDINGS.index("exceeds")
    value = float(found.value[exceeds] - found.value[meets])
    low, high = mover_interval(*(_one(found, place) for place in (exceeds, meets)))
    return value * ruler.length, float(low) * ruler.length, float(high) * ruler.length


def _one(found: Estimates, place: int) -> tuple[float, float, float]:
    return float(found.value[place]), float(found.low[place]), float(found.high[place])


def _lines(check: ExceedsCheck) -> Iterator[str]:
    unit, counts, id = check.measure.unit, check.counts, check.measure.id
    yield (
        f"{counts['matched']} of {counts['scored']} scored interactions were answered; "
        f"of {counts['sheets']} sheets {counts['sheets_without_interaction']} are about no interaction, "
        f"{counts['sheets_elsewhere']} about others, {counts['sheets_without_value']} do not answer {id}"
    )
    yield f"{'standing':<9} {'n':>6} {'answered':>8} {id:>10}   {check.confidence:.0%} interval"
    for row in check.rows():
        shown = in_unit(row["estimate"], unit)
        between = interval_text(row["ci_low"], row["ci_high"], unit)
        yield f"{row['standing']:<9} {row['n']:>6} {row['n_answered']:>8} {shown:>10}   {between}"
    yield f"exceeds less meets: {_told(check.difference, unit)}: {check.verdict}"
    yield f"rank correlation of score and {id} (tau-b): {_told(check.tau, 'points')}"


def _told(numbers: tuple[float, float, float], unit: str) -> str:
    value, low, high = (None if np.isnan(each) else each for each in numbers)
    between = interval_text(low, high, unit)
    return between if value is None else f"{in_unit(value, unit)} ({between.strip()})"
