"""The calendar: which stretch of time a moment lies in, and when each stretch began."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from coqs.results.buckets import DAY, HOUR, THURSDAY, utc_offsets
from coqs.tables import Times

Ordinals = npt.NDArray[np.int64]
Starts = npt.NDArray[np.datetime64]
WEEK = 7


def period_ordinals(at: Times, every: str, zone: dt.tzinfo) -> Ordinals:
    """Return (n,) the number of the stretch of time in which each moment lies; they follow each other.

    Parameters
    ----------
    at
        (n,) times in UTC, none of them missing.
    every
        hour, day, week, month, quarter or year.
    zone
        Where days begin. Weeks begin on Monday.
    """
    seconds = at.astype("datetime64[s]").astype(np.int64)
    offsets = utc_offsets(seconds, zone)
    if every == "hour":  # of which clocks put back show one twice, and clocks put forward none
        return (seconds + offsets % HOUR) // HOUR
    days = (seconds + offsets) // DAY
    if every == "day":
        return days
    if every == "week":
        return (days + THURSDAY) // WEEK
    unit = "Y" if every == "year" else "M"
    found = days.astype("datetime64[D]").astype(f"datetime64[{unit}]").astype(np.int64)
    return found // 3 if every == "quarter" else found


def period_starts(ordinals: Ordinals, every: str) -> Starts:
    """Return (n,) the local day on which each stretch began; of hours the hour in UTC.

    >>> period_starts(np.array([2939]), "week").astype(str).tolist()
    ['2026-04-27']
    """
    if every == "hour":
        return ordinals.astype("datetime64[h]")
    if every == "week":
        ordinals = ordinals * WEEK - THURSDAY
    if every == "quarter":
        ordinals = ordinals * 3
    unit = {"quarter": "M", "month": "M", "year": "Y"}.get(every, "D")
    return ordinals.astype(f"datetime64[{unit}]").astype("datetime64[D]")


def ordinals_of_starts(starts: Starts, every: str) -> Ordinals:
    """Return the numbers of the stretches that begin so; the inverse of `period_starts`."""
    if every == "hour":
        return starts.astype("datetime64[h]").astype(np.int64)
    days = starts.astype("datetime64[D]")
    if every in ("day", "week"):
        numbers = days.astype(np.int64)
        return (numbers + THURSDAY) // WEEK if every == "week" else numbers
    found = days.astype(f"datetime64[{'Y' if every == 'year' else 'M'}]").astype(np.int64)
    return found // 3 if every == "quarter" else found
