"""What is followed over time: a score, a share, a rate or any other number, and which way is good."""

from __future__ import annotations

from typing import Literal

import attrs

from coqs.errors import PolicyError, suggest

Kind = Literal["score", "share", "rate", "value"]
KINDS = ("score", "share", "rate", "value")
BETTER = ("higher", "lower")


def _known(field: str, allowed: tuple[str, ...], value: str) -> None:
    if value not in allowed:
        raise PolicyError(
            f"measure: {field} must be one of those that there are, got {value!r}; "
            f"{suggest(str(value), allowed)}",
            choice=field,
            value=value,
        )


@attrs.frozen(slots=True, kw_only=True)
class Yardstick:
    """A number that is followed over time.

    Raises
    ------
    PolicyError
        There is no such kind, or no such direction.
    """

    name: str
    """"overall", "passed", a stage, a criterion, or what the table's owner calls it."""
    kind: str = "score"
    """`score`: a mean of scores; `share`: successes out of n; `rate`: events in an exposure of n; `value`: a
    mean of any numbers."""
    better: str = "higher"
    """Which way is good: "higher" or "lower"."""
    mark: float | None = None
    """What is good enough, where that is known: the rubric's pass mark."""
    ceiling: float | None = None
    """The best that there can be; None where nothing bounds it."""

    def __attrs_post_init__(self) -> None:
        _known("kind", KINDS, self.kind)
        _known("better", BETTER, self.better)
