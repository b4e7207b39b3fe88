"""What a plan becomes for large batches: a stage is one number, and one table tells all about it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.scoring.bulk.folding import Folded, fold
from coqs.scoring.bulk.groups import Group, merged_groups, single_groups
from coqs.scoring.bulk.judging import Judge
from coqs.scoring.bulk.plan import Plan, StagePlan

Table = npt.NDArray[Any]
PAIRS = (("numer", "denom"), ("share", "takers"))
"""Terms that are looked up together, as the two parts of a complex number."""
ALONE = ("handed", "rounded_numer", "rounded_share")


@attrs.frozen(slots=True, eq=False)
class StageTable:
    """A stage whose criteria are one number: what it brings, an entry for every number."""

    group: Group
    reported: Table
    parts: Mapping[str | tuple[str, str], Table]
    """Term, or pair of terms in one complex number, to its entries; "flags" where any is not 0."""


@attrs.frozen(slots=False, eq=False, repr=False)
class Lookup:
    """The tables of a plan, made when they are first needed and then kept."""

    plan: Plan

    @functools.cached_property
    def singles(self) -> tuple[Sequence[Group], ...]:
        """Groups of one criterion, stage by stage."""
        return tuple(single_groups(self._members(stage)) for stage in self.plan.stages)

    @functools.cached_property
    def merged(self) -> tuple[Sequence[Group], ...]:
        """As few groups as the size of tables allows, stage by stage."""
        return tuple(merged_groups(self.plan, self._members(stage)) for stage in self.plan.stages)

    @functools.cached_property
    def stages(self) -> tuple[StageTable | None, ...]:
        """A table for every stage that is one number and whose score can be told beforehand."""
        return tuple(
            self._table(stage, groups) for stage, groups in zip(self.plan.stages, self.merged, strict=True)
        )

    def _members(self, stage: StagePlan) -> list[Any]:
        return [self.plan.criteria[place] for place in stage.members]

    def _table(self, stage: StagePlan, groups: Sequence[Group]) -> StageTable | None:
        plan = self.plan
        wide = any(plan.criteria[place].wide for place in stage.members)
        ruled = any(rule.stage == stage.id for rule in plan.policy.overrides)
        if wide or (ruled and not plan.can_set_last(stage)) or len(groups) != 1 or not self.foldable:
            return None
        judge = Judge.of(groups[0].size)
        folded = fold(plan, stage, groups[0].terms, judge)
        if judge.doubtful.any():
            return None
        if not plan.is_plain_mean:
            return _stage_table(groups[0], folded, PAIRS, ALONE)
        return _stage_table(groups[0], folded, (), ("numer",) if plan.rounds_stages else ())

    @property
    def foldable(self) -> bool:
        """Whether what a stage brings to the whole depends on nothing but its own sums and set rules."""
        plan = self.plan
        pooled_after = plan.hands_on and plan.stage_effect and not plan.structured
        exact = plan.dtype is np.float64 and plan.is_tame
        return exact and not pooled_after


def _stage_table(
    group: Group, folded: Folded, pairs: Sequence[tuple[str, str]], alone: Sequence[str]
) -> StageTable:
    """Return the table with these terms, and with flags where there are any."""
    parts: dict[str | tuple[str, str], Table] = {}
    for names in pairs:
        first, second = (getattr(folded, name) for name in names)
        if second is not None:
            parts[names] = _complex(second * 0 if first is None else first, second)
    for name in alone:
        if getattr(folded, name) is not None:
            parts[name] = np.asarray(getattr(folded, name), np.float64)
    if folded.flags.any():
        parts["flags"] = folded.flags
    return StageTable(group, folded.reported, parts)


def _complex(real: Table, imaginary: Table) -> Table:
    table = np.empty(len(real), np.complex128)
    table.real, table.imag = real, imaginary
    return table
