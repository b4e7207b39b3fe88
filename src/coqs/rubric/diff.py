"""Two versions of a rubric side by side: what changed, whether it can change a number, and how it reads.

How changes are found stands in `changes`; what they do to ratings is the business of `coqs.backtest`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from html import escape
from typing import Any

import attrs

from coqs.errors import NotFoundError
from coqs.model import exact_and_value
from coqs.rubric.changes import KINDS, Change, Plain, changes_between
from coqs.rubric.fingerprints import Fingerprint, fingerprint_of
from coqs.rubric.form import Form
from coqs.rubric.policy import Policy
from coqs.rubric.reach import shares

LONGEST = 60
"""Characters of a value in print."""
Share = Fraction | None


@attrs.frozen(slots=True, repr=False)
class RubricDiff:
    """What changed from an old version of a rubric to a new one; `print` it.

    Made by `Rubric.diff`. Its length is the number of changes, so it is false where nothing changed.
    The kinds of change: `added` and `removed` (criteria, stages, facts, sets), `reweighted` (criteria and
    stages), `rescaled` (levels, options, their points, standings, ranges and order), `moved` (to another
    stage), `regated`, `rebranched` (`when`, `applies_to`), `remoded` (`record_only`, `bonus`,
    `irreversible`), `reaimed` (the ideal point), `remarked` (pass marks), `rebanded`, `repoliced`,
    `redeclared` (facts), `reworded` (any text or translation), `reassigned` (`controlled_by`),
    `redetected`, `reordered` (the sheet's order) and `reissued` (id and version).
    """

    old: Form
    """The version that changes count from."""
    new: Form
    changes: tuple[Change, ...] = attrs.field(init=False)
    """Every change, those that can change a number first."""

    @changes.default
    def _found(self) -> tuple[Change, ...]:
        return changes_between(self.old, self.new)

    @property
    def is_scoring(self) -> bool:
        """Whether anything can change a number: whether the scoring fingerprints differ."""
        return any(each.scoring for each in self.changes)

    @property
    def added(self) -> tuple[str, ...]:
        """The criteria that only the new version has."""
        return self.criteria("added")

    @property
    def removed(self) -> tuple[str, ...]:
        """The criteria that only the old version has."""
        return self.criteria("removed")

    @property
    def reworded(self) -> tuple[str, ...]:
        """The criteria of which some text, or a translation, was changed."""
        return self.criteria("reworded")

    @property
    def reweighted(self) -> tuple[str, ...]:
        """The criteria whose own weight was changed."""
        return self.criteria("reweighted")

    @property
    def rescaled(self) -> tuple[str, ...]:
        """The criteria of which the answers were changed, or what these are worth."""
        return self.criteria("rescaled")

    def criteria(self, kind: str) -> tuple[str, ...]:
        """Return the ids of the criteria that changed in one way, each once."""
        ids = (each.criterion for each in self.of_kind(kind) if each.criterion is not None)
        return tuple(dict.fromkeys(ids))

    def of_kind(self, kind: str) -> tuple[Change, ...]:
        """Return the changes of one kind, of criteria and of everything else.

        Raises
        ------
        NotFoundError
            No such kind.
        """
        if kind not in KINDS:
            raise NotFoundError("kind of change", kind, KINDS)
        return tuple(each for each in self.changes if each.kind == kind)

    def shares(self) -> dict[str, tuple[Share, Share]]:
        """Return what share of the overall score each criterion is, before and after, by id.

        Each version under its own policy, where everything is asked. None where there is no such
        criterion, and where the policy's scores are no sums of shares (a deduction, error accuracy).
        """
        before, after = _shares(self.old), _shares(self.new)
        ids = dict.fromkeys([*self.new.criterion_ids, *self.old.criterion_ids])
        return {id: (before.get(id), after.get(id)) for id in ids}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold: shares as text and as a float."""
        return {
            "old": _named(self.old),
            "new": _named(self.new),
            "is_scoring": self.is_scoring,
            "changes": [_record(each) for each in self.changes],
            "shares": {
                id: {"old": exact_and_value(before), "new": exact_and_value(after)}
                for id, (before, after) in self.shares().items()
            },
        }

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        scoring = sum(each.scoring for each in self.changes)
        return (
            f"<RubricDiff from {self.old.id!r} {self.old.version!r} to {self.new.id!r} "
            f"{self.new.version!r}: {len(self)} changes, {scoring} of scoring>"
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def _shares(form: Form) -> Mapping[str, Fraction]:
    return shares(form, form.policy or Policy()) or {}


def _named(form: Form) -> dict[str, str]:
    made: Fingerprint = fingerprint_of(form)
    return {
        "rubric": form.id,
        "version": form.version,
        "fingerprint_scoring": made.scoring,
        "fingerprint_content": made.content,
    }


def _record(change: Change) -> dict[str, Any]:
    values = {field.name: getattr(change, field.name) for field in attrs.fields(Change)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _lines(diff: RubricDiff) -> Iterator[str]:
    old, new = diff.old, diff.new
    yield f"rubric {old.id} {old.version} -> {new.id} {new.version}"
    if not diff.changes:
        yield "nothing changed"
        return
    parts = (
        ("can change a number", [each for each in diff.changes if each.scoring]),
        ("changes no number", [each for each in diff.changes if not each.scoring]),
    )
    for title, changes in parts:
        yield f"{title}: {len(changes)}"
        yield from (f"  {each.kind:<10}  {each.path}{_values(each)}" for each in changes)
    if diff.is_scoring:
        yield from _share_lines(diff)


def _values(change: Change) -> str:
    if change.kind == "added":
        return f": {_shown(change.new)}"
    if change.kind == "removed":
        return f": {_shown(change.old)}"
    return f": {_shown(change.old)} -> {_shown(change.new)}"


def _shown(value: Plain) -> str:
    """Show a value on one line, cut where it is long."""
    text = (
        "nothing" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    )
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _share_lines(diff: RubricDiff) -> Iterator[str]:
    told = diff.shares()
    if all(share is None for pair in told.values() for share in pair):
        yield "share of the overall score: none, since these scores are no sums of shares"
        return
    yield "share of the overall score, where everything is asked"
    width = max(map(len, told))
    for id, (before, after) in told.items():
        yield f"  {id:<{width}}  {_per_cent(before):>6} -> {_per_cent(after):>6}"


def _per_cent(share: Share) -> str:
    return "-" if share is None else f"{float(share):.1%}"
