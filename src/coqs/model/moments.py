"""Moments in records: a date and time with a zone."""

from __future__ import annotations

import datetime as dt

from coqs.errors import RecordError


def moment(value: dt.datetime | str, *, where: str) -> dt.datetime:
    """Return a moment in UTC, read from ISO 8601 where it is a text.

    >>> moment("2026-03-02T09:00:00+01:00", where="note").isoformat()
    '2026-03-02T08:00:00+00:00'

    Raises
    ------
    RecordError
        It is no moment, or has no zone.
    """
    found = value
    if isinstance(value, str):
        try:
            found = dt.datetime.fromisoformat(value)
        except ValueError:
            raise RecordError(f"{where}: must be a time such as 2026-03-02T09:00:00Z; mend it") from None
    if not isinstance(found, dt.datetime) or found.tzinfo is None:
        raise RecordError(f"{where}: must be a time with a zone, got one without; write for example +00:00")
    return found.astimezone(dt.UTC)
