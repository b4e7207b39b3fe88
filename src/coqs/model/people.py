"""Who provides the service."""

from __future__ import annotations

import attrs


@attrs.frozen(slots=True)
class Provider:
    """A person who serves, front line or manager."""

    id: str
    """Stable id, or a pseudonym."""
    grade: str | None = None
    """Level in the hierarchy at the time of the interaction, in the organisation's own words."""
