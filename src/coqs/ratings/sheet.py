"""One row of ratings as plain values: what the exact scorer and an explanation read."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from coqs.model import Absence
from coqs.tables import read_only


@attrs.frozen(slots=True)
class Answer:
    """The answer to one criterion, or why there is none."""

    absence: Absence | None = None
    """Why there is no answer; None where there is one."""
    position: int = -1
    """Single choice and numeric: the place of the level, from 0."""
    number: float | None = None
    """Numeric: the value itself."""
    chosen: tuple[int, ...] = ()
    """Several choice: the places of the chosen options, ascending."""

    @property
    def is_open(self) -> bool:
        """Tell whether it is missing in a way that could still become any answer."""
        return self.absence in (Absence.UNANSWERED, Absence.ABSTAINED, Absence.FAILED)


@attrs.frozen(slots=True, repr=False)
class Sheet:
    """What one rater said of one interaction, with what was recorded of it."""

    interaction: str
    rater: str | None
    customer_set: str | None
    facts: Mapping[str, str | float] = attrs.field(converter=read_only)
    """The facts that are known."""
    answers: Mapping[str, Answer] = attrs.field(converter=read_only)
    """The answer to every criterion of the rubric."""

    def __repr__(self) -> str:
        given = sum(answer.absence is None for answer in self.answers.values())
        return (
            f"<Sheet of {self.interaction!r} by {self.rater or '(unnamed)'}: "
            f"{given} of {len(self.answers)} answered, {len(self.facts)} facts>"
        )
