"""Columns of times, which are in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import MissingDependencyError, RecordError
from coqs.tables.cells import Place, Refusals, is_missing, kind_of
from coqs.tables.frozen import frozen_array

Times = npt.NDArray[np.datetime64]
TIME_UNIT = "datetime64[us]"
_Refused = tuple[str, str]
"""What must hold, and what to do."""
_NO_TIME = ("must be a time such as 2026-05-12T09:30:00Z", "write it so")
_NO_ZONE = ("must be a time with a zone", "add one such as +02:00, or give tz=")
_NO_YEAR = ("must be a time between the years 1 and 9999", "mend the time")


def times_array(values: npt.ArrayLike) -> Times:
    """Return times as a read-only column."""
    return frozen_array(values, TIME_UNIT)


def time_column(values: Sequence[Any], refused: Refusals, *, place: Place, tz: str | None) -> Times:
    """Read a column of times as UTC; one without a zone needs `tz`."""
    zone = zone_named(tz)
    times = np.full(len(values), "NaT", dtype=TIME_UNIT)
    read: dict[Any, np.datetime64 | _Refused] = {}
    for row, value in enumerate(values):
        if is_missing(value):
            continue
        known = value if isinstance(value, str | dt.datetime) else None
        key = (known, known.fold) if isinstance(known, dt.datetime) else known  # equal without their folds
        found = read.get(key)
        if found is None:
            found = read.setdefault(key, _utc(known, zone))
        if isinstance(found, tuple):
            must, cure = found
            refused.add(f"{must}, got {kind_of(value)}; {cure}", at=place(row))
        else:
            times[row] = found
    return frozen_array(times, TIME_UNIT)


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


def _utc(value: str | dt.datetime | None, zone: dt.tzinfo | None) -> np.datetime64 | _Refused:
    """Return a time in UTC, or what must hold where it cannot be read."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return _NO_TIME
    if value is None:
        return _NO_TIME
    has_zone = value.utcoffset() is not None
    if not has_zone and zone is None:
        return _NO_ZONE
    try:
        aware = value if has_zone else value.replace(tzinfo=zone)
        return np.datetime64(aware.astimezone(dt.UTC).replace(tzinfo=None), "us")
    except (OverflowError, ValueError):
        return _NO_YEAR
