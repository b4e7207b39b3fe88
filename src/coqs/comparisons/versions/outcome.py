"""What came of a backtest: who moves, which verdicts flip, what cannot be compared; and how it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.comparisons.versions.carrying import LOSSES
from coqs.comparisons.versions.differences import NO_MOVE, Estimate, Floats, counted, ends_of
from coqs.comparisons.versions.movers import MoverTable, Moves
from coqs.errors import NotFoundError
from coqs.model import exact_and_value
from coqs.results import Scores
from coqs.results.grouping import columns_to_group_by
from coqs.results.html import html_table
from coqs.rubric.diff import RubricDiff
from coqs.tables import freeze, read_only
from coqs.tables.tabular import Tabular

Column = npt.NDArray[Any]
OBSTACLES = MappingProxyType(
    {
        "": "",
        "unscored_both": "unscored under both",
        "unscored_old": "unscored under the old",
        "unscored_new": "unscored under the new",
        "too_little": "too little of the weight is answered",
    }
)
"""Why a rating cannot be compared, and how that is said."""
SHOWN_GROUPS = 10


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Backtest(Tabular):
    """Ratings scored under two versions of a rubric, one row a rating; `print` it.

    Columns: `interaction`, `rater`, `provider`; `old`, `new` and `difference` of the overall score, NaN
    where not scored; `old_verdict`, `new_verdict`; `flipped`, "to_pass" or "to_fail" where both can be
    compared and the verdict changes; `answered_share`, how much of the weight that the version asks is
    answered to which answers were carried; `n_lost`, answers of the rating that could not be carried, so
    that the other score leaves them out; `cannot_compare`, empty where the rating can be compared, or
    else unscored_old, unscored_new, unscored_both or too_little.
    """

    old: Scores
    """The ratings under the old version."""
    new: Scores
    """The ratings under the new version."""
    diff: RubricDiff
    """What changed from one to the other."""
    carried_to: str
    """new or old: the version that the ratings were not made under."""
    carried: tuple[str, ...]
    """The criteria of that version that answers could be carried to."""
    lost: Mapping[str, Mapping[str, int]] = attrs.field(converter=read_only)
    """Criterion id to reason to how many answers could not be carried, where they are asked for: added,
    scale_changed, level_gone, options_added, out_of_range, not_asked, hidden, unknowable."""
    share: Fraction | None
    """The share of the weight of the version carried to that `carried` is, where everything is asked; None
    where its scores are no sums of shares."""
    minimum_share: float
    """Ratings of which less of the weight is answered cannot be compared."""
    confidence: float
    """Coverage of the intervals."""
    columns: Mapping[str, Column] = attrs.field(converter=read_only)

    @property
    def cannot_compare(self) -> npt.NDArray[np.bool_]:
        """(n,) whether the two scores must not be compared; the column of this name says why."""
        return freeze(self.columns["cannot_compare"] != "")

    @property
    def difference(self) -> Estimate:
        """The mean difference over the interactions that can be compared, with its interval."""
        return self._moves().whole(self.confidence)[0]

    def movers(self, *keys: str) -> MoverTable:
        """Tell who moves: the mean difference and the flipped verdicts of each group, largest first.

        Intervals hold for all groups at once (Bonferroni), since whoever reads such a list looks at its
        top. Raters of one interaction are averaged first, and each interaction counts the same.

        Parameters
        ----------
        keys
            Context columns or facts, interaction or rater; provider where there are none.

        Raises
        ------
        NotFoundError
            A key is no column of the ratings.
        """
        asked = keys or ("provider",)
        known = columns_to_group_by(self.old.ratings)
        for key in asked:
            if key not in known:
                raise NotFoundError("key", key, known, where="movers")
        return self._moves().by(asked, self.confidence)

    def bounds(self) -> Floats:
        """Return (n, 2) the lowest and the highest new score that the missing answers allow.

        What nobody was asked may turn out to be any answer; what cannot be known to be asked stays out.

        Raises
        ------
        RubricError
            Too many ways to fill in the missing answers that branches read.
        """
        return self.new.bounds()

    def summary(self) -> list[str]:
        """Return what came of it as lines of text, without the movers."""
        return list(_lines(self))

    def to_dict(self, *keys: str) -> dict[str, Any]:
        """Return a summary in plain values that JSON can hold; the rows are in `to_table`.

        `keys` are those of the movers, as in `movers`.
        """
        told, old, new = self._moves().whole(self.confidence)
        share = exact_and_value(self.share)
        numbers = {"old": old, "new": new, "difference": told.mean, "ci_low": told.low, "ci_high": told.high}
        return {
            "n_ratings": len(self),
            "n_interactions_compared": told.n,
            **{name: None if np.isnan(value) else value for name, value in numbers.items()},
            "confidence": self.confidence,
            "minimum_share": self.minimum_share,
            "to_pass": self._count("flipped", "to_pass"),
            "to_fail": self._count("flipped", "to_fail"),
            "cannot_compare": {name: self._count("cannot_compare", name) for name in OBSTACLES if name},
            "carried_to": self.carried_to,
            "carried": list(self.carried),
            "share": share,
            "lost": {id: dict(found) for id, found in self.lost.items()},
            "movers": self.movers(*keys).rows(),
            "diff": self.diff.to_dict(),
        }

    def _count(self, name: str, value: str) -> int:
        return int((self.columns[name] == value).sum())

    def _moves(self) -> Moves:
        flipped = self.columns["flipped"]
        return Moves(
            ratings=self.old.ratings,
            old=self.columns["old"],
            new=self.columns["new"],
            comparable=~self.cannot_compare,
            to_pass=flipped == "to_pass",
            to_fail=flipped == "to_fail",
            ends=ends_of(self.old, self.new),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Backtest):
            return NotImplemented
        names = ("old", "new", "carried_to", "lost", "minimum_share", "confidence")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        old, new = self.old.provenance, self.new.provenance
        n = int(self.cannot_compare.sum())
        return (
            f"<Backtest of {len(self)} ratings from {old.rubric!r} {old.rubric_version!r} to {new.rubric!r} "
            f"{new.rubric_version!r}: {len(self) - n} compared, {n} that cannot be>"
        )

    def __str__(self) -> str:
        return "\n".join([*self.summary(), "", "movers by provider", *str(_most(self.movers())).splitlines()])

    def _repr_html_(self) -> str:
        rows = [[name, text] for name, _, text in (line.partition(": ") for line in _lines(self))]
        return html_table(["backtest", ""], rows, caption=repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(Backtest)}
        return _again, (parts | {"columns": dict(self.columns)},)


def _again(parts: dict[str, Any]) -> Backtest:
    frozen = {name: freeze(column) for name, column in parts.pop("columns").items()}
    return Backtest(columns=frozen, **parts)


def _lines(test: Backtest) -> Iterator[str]:
    old, new = test.old.provenance, test.new.provenance
    yield (
        f"backtest: {counted(len(test), 'rating')}, {old.rubric} {old.rubric_version} (policy "
        f"{old.policy.name}) -> {new.rubric} {new.rubric_version} (policy {new.policy.name})"
    )
    scoring = sum(each.scoring for each in test.diff.changes)
    yield f"rubric: {counted(len(test.diff), 'change')}, {scoring} of which can change a number"
    share = "no share that could be told" if test.share is None else f"{float(test.share):.1%}"
    yield f"carried to the {test.carried_to}: {len(test.carried)} of its criteria, {share} of its weight"
    yield from _compared(test)
    for id, counts in test.lost.items():
        said = ", ".join(f"{counted(n, 'answer')}: {LOSSES[name]}" for name, n in counts.items())
        yield f"not carried to {id}: {said}"
    lacking = int((test["n_lost"] > 0).sum())
    if lacking:
        yield (
            f"beware: {lacking:,} of the ratings lost an answer that was given, and their other score leaves "
            "it out"
        )


def _compared(test: Backtest) -> Iterator[str]:
    n = int(test.cannot_compare.sum())
    counts = {text: test._count("cannot_compare", name) for name, text in OBSTACLES.items() if name}  # noqa: SLF001
    why = ", ".join(f"{count:,} {text}" for text, count in counts.items() if count)
    yield f"compared: {counted(len(test) - n, 'rating')}; {n:,} cannot be" + (f" ({why})" if why else "")
    told, old, new = test._moves().whole(test.confidence)  # noqa: SLF001
    if told.n:
        yield (
            f"score: {old:.1%} -> {new:.1%} over {counted(told.n, 'interaction')}: {told} at "
            f"{test.confidence:.0%}"
        )
    else:
        yield "score: cannot tell"
    moved = test["difference"][~test.cannot_compare]
    up, down = int((moved > NO_MOVE).sum()), int((moved < -NO_MOVE).sum())
    yield f"moved: {counted(up, 'rating')} up, {down:,} down, {len(moved) - up - down:,} stay"
    flips = {name: int((test["flipped"] == name).sum()) for name in ("to_pass", "to_fail")}
    yield f"verdicts: {flips['to_pass']:,} flip to pass, {flips['to_fail']:,} to fail"


def _most(table: MoverTable) -> MoverTable:
    """Return the groups that move most, for print."""
    few = {name: freeze(column[:SHOWN_GROUPS]) for name, column in table.columns.items()}
    return MoverTable(table.keys, few, table.confidence)
