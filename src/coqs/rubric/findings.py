"""What lint says of a rubric."""

from __future__ import annotations

import attrs

SEVERITIES = ("error", "warning", "info")


@attrs.frozen(slots=True)
class Finding:
    """A weakness of a rubric, with its place and its cure."""

    code: str
    """Stable code, such as R101."""
    severity: str
    """error, warning or info."""
    place: str
    """Where in the rubric, as a key path."""
    message: str
    """What is weak."""
    cure: str
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.code} {self.severity} {self.place}: {self.message}; {self.cure}"
