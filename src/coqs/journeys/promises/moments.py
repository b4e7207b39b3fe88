"""Moments that callers name: a time, or a whole day, which lasts until its last second."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from coqs.errors import Spot
from coqs.tables import TIME_UNIT, Refusals, Times, time_column, zone_named

SECONDS_A_DAY = 86_400


def days_between(start: Times, end: Times) -> Any:
    """Return the days from one moment to another, as floats; NaN where one is not known.

    >>> start, end = np.array([["2026-03-02T00", "2026-03-03T12"]], "datetime64[us]").T
    >>> days_between(start, end)
    array([1.5])
    """
    span = (end - start).astype("timedelta64[us]")
    micros = np.where(np.isnat(span), 0, span.astype(np.int64)).astype(np.float64)
    return np.where(np.isnat(span), np.nan, micros / (SECONDS_A_DAY * 1e6))


def whole_days(times: Times, tz: str | None) -> Times:
    """Return the same moments, those at the start of a day of `tz` moved to its end.

    A date in a table is the start of its day; what is promised for a day is promised by its end.

    >>> whole_days(np.array(["2026-03-20T00", "2026-03-20T09"], "datetime64[us]"), "UTC")
    array(['2026-03-20T23:59:59.000000', '2026-03-20T09:00:00.000000'],
          dtype='datetime64[us]')
    """
    zone = zone_named(tz)
    if zone is None:
        return times
    distinct, place = np.unique(times, return_inverse=True)
    ends = np.array([_end_of_day(each, zone) for each in distinct], TIME_UNIT)
    found: Times = ends[place.reshape(-1)]
    return found


def _end_of_day(moment: np.datetime64, zone: dt.tzinfo) -> np.datetime64:
    if np.isnat(moment):
        return moment
    local = moment.astype(TIME_UNIT).item().replace(tzinfo=dt.UTC).astimezone(zone)
    if local.time() != dt.time():
        return moment
    following = (local.replace(tzinfo=None) + dt.timedelta(days=1)).replace(tzinfo=zone)
    end = following.astimezone(dt.UTC) - dt.timedelta(seconds=1)
    return np.datetime64(end.replace(tzinfo=None), "us")


def moment_of(value: Any, *, what: str, tz: str | None, end: bool = False) -> np.datetime64:
    """Return a moment in UTC from a time or a date; of a date its start, or with `end` its end.

    Raises
    ------
    RecordError
        It is no time, or has no zone and `tz` is not given.
    """
    if isinstance(value, np.datetime64):
        value = value.astype(TIME_UNIT).item()
    refused = Refusals()
    found = time_column([value], refused, place=lambda _: Spot(what), tz=tz)
    if not refused.count and np.isnat(found[0]):
        refused.add("must be a time, got nothing; name one", at=Spot(what))
    if refused.count:
        raise refused.error(what)
    moment: np.datetime64 = whole_days(found, tz)[0] if end else found[0]
    return moment
