"""Moments that a caller names: a time with a zone, or a date, which is its beginning in a zone."""

from __future__ import annotations

from typing import Any

import numpy as np

from coqs.errors import RecordError, Spot
from coqs.tables import Refusals, Times, time_column


def moment(value: Any, tz: str | None, where: str) -> np.datetime64:
    """Read a moment as UTC.

    Raises
    ------
    RecordError
        It is none.
    """
    refused = Refusals()
    (found,) = time_column([value], refused, place=lambda _: Spot(where), tz=tz)
    if refused.count or np.isnat(found):
        raise RecordError(f"{where}: must be a time or a date such as 2026-06-30; write it so")
    return np.datetime64(found, "us")


def moment_of(at: Times, until: Any, tz: str | None) -> np.datetime64:
    """Return the end of what was observed: what the caller says, or the last time; not-a-time of nothing.

    Raises
    ------
    RecordError
        What the caller says is no moment, or something was observed after it.
    """
    timed = at[~np.isnat(at)]
    last: np.datetime64 = timed.max() if len(timed) else np.datetime64("NaT", "us")
    if until is None:
        return last
    end = moment(until, tz or "UTC", "until")
    if len(timed) and last > end:
        raise RecordError(
            f"until: must not be before what was observed, got {until}, and contacts up to {last}; mend it, "
            "or leave them out"
        )
    return end


def text_of(at: np.datetime64) -> str:
    """Write a moment as UTC, to the second where that is all there is.

    >>> text_of(np.datetime64("2026-06-30T10:00", "us"))
    '2026-06-30T10:00:00Z'
    """
    text = str(at)
    return (text[:19] if text.endswith(".000000") else text) + "Z"
