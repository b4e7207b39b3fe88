"""Zones of time by their names."""

from __future__ import annotations

import datetime as dt

from coqs.errors import MissingDependencyError, RecordError
from coqs.tables.cells import kind_of


def zone_named(tz: str | None) -> dt.tzinfo | None:
    """Return the zone of this name (such as Europe/Madrid or UTC); None stays None."""
    if tz is None:
        return None
    if not isinstance(tz, str):
        raise RecordError(
            f"tz: must be the name of a zone, got {kind_of(tz)}; write 'UTC' or 'Europe/Madrid'"
        )
    if tz.upper() == "UTC":
        return dt.UTC
    import zoneinfo  # only where a zone is named

    try:
        return zoneinfo.ZoneInfo(tz)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        if not zoneinfo.available_timezones():  # as on machines that bring no zones of their own
            raise MissingDependencyError(f"tz={tz!r}", library="tzdata", extra="zones") from None
        raise RecordError(
            f"tz: must be a zone such as 'Europe/Madrid' or 'UTC', got {tz!r}; mend it"
        ) from None
