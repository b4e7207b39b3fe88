"""Scores before and after, held against each other: interaction by interaction where both have one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy.typing as npt

from coqs.comparisons.versions.bridging import Bridge, shown
from coqs.comparisons.versions.differences import Estimate, check_share, ends_of, mean_difference
from coqs.comparisons.versions.pairs import Pair, groups_apart, paired_by, paired_rows, rows_without
from coqs.errors import ComparisonError
from coqs.results import Scores
from coqs.results.html import html_table
from coqs.rubric import Policy
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Column = npt.NDArray[Any]
SHOWN_ROWS = 10


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class ScoreComparison(Tabular):
    """Scores before and after, one row for each pair of them; `print` it.

    Columns: `interaction`, `rater` (None where raters are averaged), `before`, `after` and `difference`
    of the overall score, NaN where either is not scored.
    """

    columns: Mapping[str, Column] = attrs.field(converter=read_only)
    basis: str
    """rows: pairs are of one interaction and rater; interactions: of one interaction, whose raters differ
    and are averaged; apart: no interaction is in both, so two groups are compared."""
    difference: Estimate
    """The mean of after less before over interactions, with its interval."""
    means: tuple[float, float]
    """The mean score before and after, of the interactions that the difference is over."""
    only_before: tuple[Pair, ...]
    """(interaction, rater) of the rows that no row after belongs to."""
    only_after: tuple[Pair, ...]
    """(interaction, rater) of the rows that no row before belongs to."""
    bridge: Bridge | None
    """What the comparison rests on, where the scores were made under two rubrics or policies."""
    confidence: float
    """Coverage of the interval."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScoreComparison):
            return NotImplemented
        names = ("basis", "only_before", "only_after", "bridge", "confidence")
        return (
            all(getattr(self, name) == getattr(other, name) for name in names) and self.rows() == other.rows()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        over = f", over {self.bridge!r}" if self.bridge else ""
        return (
            f"<ScoreComparison: {len(self)} pairs by {self.basis}, {len(self.only_before)} rows only before, "
            f"{len(self.only_after)} only after{over}>"
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        rows = [[name, text] for name, _, text in (line.partition(": ") for line in _lines(self))]
        return html_table(["comparison", ""], rows, caption=repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(ScoreComparison)}
        return _again, (parts | {"columns": dict(self.columns)},)


def _again(parts: dict[str, Any]) -> ScoreComparison:
    frozen = {name: freeze(column) for name, column in parts.pop("columns").items()}
    return ScoreComparison(columns=frozen, **parts)


def compare_scores(
    before: Scores, after: Scores, *, bridge: Bridge | None = None, confidence: float = 0.95
) -> ScoreComparison:
    """Compare scores of one rubric and policy, or of two over a bridge.

    Rows of one interaction and rater are paired; where none are, interactions are, their raters averaged;
    where both are about other interactions, the means of two groups are compared. Whatever has no pair is
    counted and listed.

    Parameters
    ----------
    before, after
        What `coqs.score` returned, once and later.
    bridge
        What the rubrics of both share (`coqs.bridge`), for scores that were made under two. Both are then
        scored again over it, and the result says what share of the weight it rests on.
    confidence
        Coverage of the interval.

    Raises
    ------
    ComparisonError
        The scoring fingerprints or the policies differ and there is no bridge, one narrows to a controller
        that the other does not, or the bridge does not lead from one to the other.
    PolicyError
        The confidence does not lie between 0 and 1.

    Notes
    -----
    Pairs have Student's interval over interactions. Groups that are apart have the intervals of their means
    put together: G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
    general approach", Statistics in Medicine 27 (2008), 1693-1702.

    Examples
    --------
    >>> import coqs
    >>> scores = coqs.score(coqs.make_sample(n=40))
    >>> coqs.compare_scores(scores, scores).difference.mean
    0.0
    """
    check_share("confidence", confidence)
    _check_alike(before, after, bridge)
    if bridge is not None:
        narrowed = before.provenance.controlled_by
        before = bridge.score(before.ratings, controlled_by=narrowed)
        after = bridge.score(after.ratings, controlled_by=narrowed)
    return _compared(before, after, bridge, confidence)


def _compared(before: Scores, after: Scores, bridge: Bridge | None, confidence: float) -> ScoreComparison:
    rows = paired_rows(before.ratings, after.ratings)
    basis, columns, (of_each, means) = paired_by(before, after, rows)
    if basis == "apart":
        difference, means = groups_apart(before, after, confidence)
    else:
        difference = mean_difference(of_each, ends_of(before, after), confidence)
    return ScoreComparison(
        columns={name: freeze(column) for name, column in columns.items()},
        basis=basis,
        difference=difference,
        means=means,
        only_before=rows_without(before.ratings, rows[0]),
        only_after=rows_without(after.ratings, rows[1]),
        bridge=bridge,
        confidence=confidence,
    )


def _choices(policy: Policy) -> tuple[Any, ...]:
    """Return a policy without its name, which changes no number."""
    return attrs.astuple(policy, recurse=False, filter=lambda field, _value: field.name != "name")


def _check_alike(before: Scores, after: Scores, bridge: Bridge | None) -> None:
    one, other = before.provenance, after.provenance
    if one.controlled_by != other.controlled_by:
        raise ComparisonError(
            f"scores: must be narrowed to one controller, got {one.controlled_by!r} and "
            f"{other.controlled_by!r}; score both for one",
            left=one.controlled_by,
            right=other.controlled_by,
        )
    if bridge is not None:
        return  # it refuses the ratings of another rubric, and scores both by one policy
    left, right = one.fingerprint.scoring, other.fingerprint.scoring
    if left != right:
        raise ComparisonError(
            f"scores: must be of one rubric, got {one.rubric!r} {one.rubric_version!r} ({left[:19]}) and "
            f"{other.rubric!r} {other.rubric_version!r} ({right[:19]}); bridge them by what they share, "
            "with bridge=coqs.bridge(old, new)",
            left=left,
            right=right,
        )
    if _choices(one.policy) != _choices(other.policy):
        raise ComparisonError(
            f"scores: must be of one policy, got {one.policy.name!r} and {other.policy.name!r}; score both "
            "under one",
            left=one.policy,
            right=other.policy,
        )


_BASES = MappingProxyType(
    {"rows": "pairs of one interaction and rater", "interactions": "interactions, raters averaged"}
)


def _lines(found: ScoreComparison) -> Iterator[str]:
    what = "two groups of interactions" if found.basis == "apart" else f"{len(found)} {_BASES[found.basis]}"
    yield f"compared: {what}"
    difference = found.difference
    if difference.n:
        before, after = found.means
        yield (
            f"score: {before:.1%} -> {after:.1%} over {difference.n} interactions: {difference} at "
            f"{found.confidence:.0%}"
        )
    else:
        yield "score: cannot tell, for nothing is scored on both sides"
    for side, rows in (("before", found.only_before), ("after", found.only_after)):
        named = ", ".join(interaction for interaction, _ in rows[:SHOWN_ROWS])
        more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
        yield f"only {side}: {len(rows)} ratings" + (f" ({named}{more})" if rows else "")
    if found.bridge is not None:
        yield (
            f"bridge: {len(found.bridge.shared)} shared criteria, {shown(found.bridge.old_share)} of the old "
            f"weight, {shown(found.bridge.new_share)} of the new"
        )
