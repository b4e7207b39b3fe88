"""The fewest changes of answers that would flip a verdict."""

from __future__ import annotations

from types import MappingProxyType

import attrs

REASONS = MappingProxyType(
    {
        "unscored": "an unscored interaction has no verdict to flip",
        "impossible": "no change of the answers that were given flips it",
        "too_many": "it takes {n} changes{more} to flip it",
        "not_found": "none was found, though not every set was tried; fewer than {n} do not do it",
    }
)


@attrs.frozen(slots=True, kw_only=True)
class Change:
    """Another answer to one criterion."""

    criterion: str
    before: str
    """The answer that was given: a level's or a range's id, or options joined by `|`."""
    after: str
    """The answer instead."""
    steps: int
    """How far apart they are: levels or ranges in their order, or options that differ."""

    def __str__(self) -> str:
        return f"{self.criterion} from {self.before} to {self.after}"


@attrs.frozen(slots=True, kw_only=True, repr=False)
class Counterfactual:
    """What would have had to be answered differently for the verdict to be the other one."""

    interaction: str
    rater: str | None
    verdict: str
    """As it is."""
    flipped: str
    """What it would be: pass or fail; empty where the verdict is unscored."""
    changes: tuple[Change, ...] = ()
    """In the order of the sheet; empty where there is no such set, or none was found."""
    at_least: int = 0
    """No set of fewer changes flips the verdict; 0 where no set does, or there is nothing to flip."""
    proved: bool = True
    """Whether it is certain that no smaller set does, or, without changes, what `reason` says."""
    also: tuple[tuple[Change, ...], ...] = ()
    """Some sets of other criteria that do it with as many changes, the smallest steps first."""
    n_also: int | None = 0
    """How many such sets there are; None where they were not counted."""
    reason: str = ""
    """Why there are no changes: unscored, impossible, too_many (more than was asked for) or not_found."""

    @property
    def n(self) -> int:
        """How many changes it takes; 0 without any."""
        return len(self.changes)

    def __str__(self) -> str:
        if self.reason:
            more = "" if self.proved else " or more"
            why = REASONS[self.reason].format(n=self.at_least, more=more)
            return f"verdict {self.verdict}: {why}"
        count = f"{self.n} change" if self.n == 1 else f"{self.n} changes"
        told = ", ".join(map(str, self.changes))
        sure = "" if self.proved else f"; {self.at_least} might do, as not every set was tried"
        return f"the verdict would be {self.flipped} with {count}: {told}{sure}"

    def __repr__(self) -> str:
        found = f"{self.n} changes to {self.flipped}" if self.n else self.reason
        return f"<Counterfactual of {self.interaction!r}: {self.verdict}, {found}>"
