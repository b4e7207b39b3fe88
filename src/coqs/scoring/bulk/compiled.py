"""What a scorer compiled to, for people to read."""

from __future__ import annotations

import attrs
import numpy as np

from coqs.scoring.bulk.tables import Lookup


@attrs.frozen(slots=True)
class CompiledStage:
    """How one stage is scored in large batches."""

    stage: str
    criteria: int
    entries: tuple[int, ...]
    """Entries of each table that its criteria are looked up in; empty where none has a table."""
    looked_up: bool
    """Whether one look-up gives its score; otherwise sums are looked up, and the rest is worked out."""


@attrs.frozen(slots=True)
class Compiled:
    """What a rubric and a policy compiled to.

    Printed, it is a line a stage.
    """

    stages: tuple[CompiledStage, ...]
    sums: str
    """"whole numbers in floats", or "whole numbers of any size" where floats could lose a digit."""
    marks: str
    """How a score near a mark is settled: "floats", where two different scores are further apart than
    floats can be wrong, or "whole numbers"."""

    def __str__(self) -> str:
        lines = [f"sums: {self.sums}; near a mark: {self.marks}"]
        for each in self.stages:
            tables = " + ".join(f"{size:,}" for size in each.entries) or "no table"
            how = "its score" if each.looked_up else "its sums"
            lines.append(f"{each.stage}: {each.criteria} criteria, {how} from entries {tables}")
        return "\n".join(lines)


def compiled_form(lookup: Lookup) -> Compiled:
    """Return what a plan is in large batches; its tables are made for that, if they are not there yet."""
    plan = lookup.plan
    floats = plan.dtype is np.float64
    groups = lookup.merged if floats else lookup.singles
    mark = plan.rubric.pass_mark
    return Compiled(
        stages=tuple(
            CompiledStage(stage.id, len(stage.members), tuple(group.size for group in own), table is not None)
            for stage, own, table in zip(plan.stages, groups, lookup.stages, strict=True)
        ),
        sums="whole numbers in floats" if floats else "whole numbers of any size",
        marks="floats" if plan.grain.tells(1 if mark is None else mark.denominator) else "whole numbers",
    )
