"""Bridges: what two rubrics share, as a rubric of its own, under which ratings of both can be scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs

from coqs.comparisons.versions.carrying import made_for
from coqs.comparisons.versions.sharing import facts_of_both, not_shared, share_of
from coqs.errors import ComparisonError
from coqs.model import exact_and_value
from coqs.ratings import Ratings
from coqs.results import Scores
from coqs.rubric import Policy, Rubric
from coqs.scoring import Scorer
from coqs.scoring.prepared import chosen_policy
from coqs.tables import read_only


@attrs.frozen(slots=True, kw_only=True, repr=False)
class Bridge:
    """What two rubrics share; scores of both that are made over it can be compared. `print` it."""

    old: Rubric
    new: Rubric
    scorer: Scorer
    """Scores what both share, with the weights, stages, gates and policy of the new rubric."""
    shared: tuple[str, ...]
    """The criteria that an answer to means the same in both, in the order of the new sheet."""
    reworded: tuple[str, ...]
    """Those of them of which some text changed: read both before you trust them."""
    not_shared: Mapping[str, str] = attrs.field(converter=read_only)
    """Every other criterion of either rubric, and why it is not shared."""
    old_share: Fraction | None
    """The share of the old rubric's weight that the shared criteria are, where everything is asked; None
    where its scores are no sums of shares (a deduction, error accuracy)."""
    new_share: Fraction | None
    """The same of the new rubric."""

    @property
    def rubric(self) -> Rubric:
        """The shared criteria as a rubric, without pass marks and bands: those were set for whole forms."""
        return self.scorer.rubric

    @property
    def policy(self) -> Policy:
        """How answers become scores over the bridge."""
        return self.scorer.policy

    def carry(self, ratings: Ratings) -> Ratings:
        """Return ratings of either rubric as ratings of what both share.

        Raises
        ------
        ComparisonError
            They were made under neither.
        """
        made = ratings.rubric.fingerprint.scoring
        ends = self.old.fingerprint.scoring, self.new.fingerprint.scoring
        if made not in ends:
            raise ComparisonError(
                f"ratings: must be made under an end of the bridge ({ends[0][:19]} or {ends[1][:19]}), got "
                f"{ratings.rubric.id!r} ({made[:19]}); make a bridge of this rubric",
                left=ends,
                right=made,
            )
        return made_for(ratings, self.rubric, {id: ratings.codes[id] for id in self.shared})

    def score(self, ratings: Ratings, *, controlled_by: str | None = None) -> Scores:
        """Score ratings of either rubric over what both share.

        Parameters
        ----------
        ratings
            Made under the old or the new rubric.
        controlled_by
            Keep only the criteria that this party controls, as the new rubric says.

        Raises
        ------
        ComparisonError
            The ratings were made under neither.
        """
        scorer = self.scorer if controlled_by is None else self.scorer.controlled_by(controlled_by)
        return scorer(self.carry(ratings))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold: shares as text and as a float."""
        return {
            "old": _named(self.old),
            "new": _named(self.new),
            "shared": list(self.shared),
            "reworded": list(self.reworded),
            "not_shared": dict(self.not_shared),
            "old_share": exact_and_value(self.old_share),
            "new_share": exact_and_value(self.new_share),
        }

    def __repr__(self) -> str:
        return (
            f"<Bridge from {self.old.id!r} {self.old.version!r} to {self.new.id!r} {self.new.version!r}: "
            f"{len(self.shared)} shared criteria, {shown(self.old_share)} of the old weight, "
            f"{shown(self.new_share)} of the new>"
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def bridge(old: Rubric, new: Rubric, *, policy: str | Policy | None = None) -> Bridge:
    """Find what two rubrics share, and what share of the weight of each it is.

    Shared is a criterion of the same id with the same answers in the same order, each worth the same and
    standing the same, with the same ideal point, and asked of the same interactions (`applies_to`, `when`,
    and all that these read). Weight, stage, gate, text and the rest may differ; they are those of
    the new rubric.

    Parameters
    ----------
    old, new
        Two versions of a rubric, or any two that have criteria in common.
    policy
        How answers become scores over the bridge, a built-in policy's name or a `Policy`; None for the new
        rubric's own. The shares are taken under it, or without it each under its rubric's own.

    Raises
    ------
    ComparisonError
        They share no criterion, or none that has a weight.
    NotFoundError
        No built-in policy has that name.
    PolicyError
        What is shared cannot follow a choice of the policy, such as a set rule that reads other criteria.

    Examples
    --------
    >>> import coqs
    >>> rubric = coqs.load_plugins().rubric("security")
    >>> coqs.bridge(rubric, rubric).new_share
    Fraction(1, 1)
    """
    why = not_shared(old, new)
    shared = tuple(id for id, reason in why.items() if not reason)
    chosen = chosen_policy(new, policy)
    rubric = _part(old, new, shared, weighs=chosen.combine != "error_accuracy")
    reworded = old.diff(new).reworded
    return Bridge(
        old=old,
        new=new,
        scorer=Scorer(rubric, policy=chosen),
        shared=shared,
        reworded=tuple(id for id in shared if id in reworded),
        not_shared={id: reason for id, reason in why.items() if reason},
        old_share=share_of(old, chosen_policy(old, policy), shared),
        new_share=share_of(new, chosen, shared),
    )


def _part(old: Rubric, new: Rubric, shared: tuple[str, ...], *, weighs: bool) -> Rubric:
    """Return the shared criteria as a rubric, with the stages of the new one that they stand in."""
    criteria = tuple(each for each in new.criteria if each.id in shared)
    within = {each.stage for each in criteria}
    within |= {id for each in criteria if each.gate for id in each.gate.stages}
    stages = tuple(attrs.evolve(each, pass_mark=None, bands=()) for each in new.stages if each.id in within)
    heavy = {each.id for each in stages if each.weight}
    if not any(each.stage in heavy and each.is_scoring for each in criteria) and (weighs or not criteria):
        raise ComparisonError(
            f"bridge: must rest on a shared criterion that has a weight, got {len(shared)} shared and none "
            "such; compare versions that lie closer together",
            left=old.fingerprint.scoring,
            right=new.fingerprint.scoring,
        )
    sets = {each.id: each for each in (*old.sets, *new.sets)}
    return attrs.evolve(
        new,
        version=f"{new.version}, as far as shared with {old.id} {old.version}",
        criteria=criteria,
        stages=stages,
        facts=facts_of_both(old, new),
        sets=tuple(sets.values()),
        pass_mark=None,
        bands=(),
        policy=None,
    )


def shown(share: Fraction | None) -> str:
    """Show a share as per cent, or that there is none."""
    return "no share" if share is None else f"{float(share):.1%}"


def _named(rubric: Rubric) -> dict[str, str]:
    return {"rubric": rubric.id, "version": rubric.version, "fingerprint_scoring": rubric.fingerprint.scoring}


def _lines(found: Bridge) -> Iterator[str]:
    old, new = found.old, found.new
    yield f"bridge from {old.id} {old.version} to {new.id} {new.version}"
    yield f"shared: {len(found.shared)} of {len(old.criteria)} and {len(new.criteria)} criteria"
    if found.old_share is None or found.new_share is None:
        yield "it rests on no share of the weight that could be told: such scores are no sums of shares"
    else:
        yield (
            f"it rests on {shown(found.old_share)} of the old weight and {shown(found.new_share)} of the new"
        )
    if found.reworded:
        yield f"shared, but reworded: {', '.join(found.reworded)}"
    yield from (f"  {id}: {why}" for id, why in found.not_shared.items())
