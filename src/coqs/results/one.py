"""The score of one interaction, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

import attrs

from coqs.tables import read_only


@attrs.frozen(slots=True, kw_only=True)
class OneDetails:
    """What is told of one interaction beside its overall score and verdict."""

    stages: Mapping[str, float | None] = attrs.field(converter=read_only)
    """Stage id to share; None where nothing in the stage was scored."""
    reason: str
    """Why it is not scored, one of `coqs.results.REASONS`; empty where it is."""
    gates: Mapping[str, int] = attrs.field(converter=read_only)
    """Error class to the number of gates that failed, the same under every policy."""
    gates_fired: int
    """Gates that fired under the policy's trigger."""
    gates_unobserved: int
    """Gates that were asked and not answered."""
    irreversible: int
    """Irreversible criteria below what is expected."""
    coverage: float | None
    """Share of the asked criteria that were answered; None where none was asked."""
    points: float
    """Sum of the raw points of what was scored."""

    def details_of(self, _sums: int) -> Self:
        """Return the details, which are known already."""
        return self

    def stages_of(self, _sums: int) -> Mapping[str, float | None]:
        """Return the stages, which are known already."""
        return self.stages


class Source(Protocol):
    """What can tell the details of one interaction from its sums."""

    def details_of(self, sums: int) -> OneDetails:
        """Work out the details."""

    def stages_of(self, sums: int) -> Mapping[str, float | None]:
        """Work out the stages only."""


@attrs.frozen(slots=True, eq=False, repr=False)
class OneScore:
    """The score of one interaction: what `Scores` says of a row, as plain values.

    Made by `Scorer.score_one`. What is beside the overall score and the verdict is worked out when it is
    asked for.
    """

    overall: float | None
    """Share of the ceiling; None where nothing was scored."""
    verdict: str
    """pass, fail or unscored."""
    _source: Source
    _sums: int = 0

    @property
    def is_scored(self) -> bool:
        """Whether anything was scored."""
        return self.overall is not None

    @property
    def details(self) -> OneDetails:
        """All that follows, worked out at once; each of these but the stages works out all of it."""
        return self._source.details_of(self._sums)

    @property
    def stages(self) -> Mapping[str, float | None]:
        """Stage id to share; None where nothing in the stage was scored."""
        return self._source.stages_of(self._sums)

    @property
    def reason(self) -> str:
        """Why it is not scored, one of `coqs.results.REASONS`; empty where it is."""
        return self.details.reason

    @property
    def gates(self) -> Mapping[str, int]:
        """Error class to the number of gates that failed, the same under every policy."""
        return self.details.gates

    @property
    def gates_fired(self) -> int:
        """Gates that fired under the policy's trigger."""
        return self.details.gates_fired

    @property
    def gates_unobserved(self) -> int:
        """Gates that were asked and not answered."""
        return self.details.gates_unobserved

    @property
    def irreversible(self) -> int:
        """Irreversible criteria below what is expected."""
        return self.details.irreversible

    @property
    def coverage(self) -> float | None:
        """Share of the asked criteria that were answered; None where none was asked."""
        return self.details.coverage

    @property
    def points(self) -> float:
        """Sum of the raw points of what was scored."""
        return self.details.points

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OneScore):
            return NotImplemented
        mine, theirs = (self.overall, self.verdict), (other.overall, other.verdict)
        return mine == theirs and self.details == other.details

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        score = f"unscored ({self.reason})" if self.overall is None else f"{self.overall:.4f}"
        return f"<OneScore: {score}, {self.verdict}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return OneScore, (self.overall, self.verdict, self.details)
