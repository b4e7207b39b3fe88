"""Stretches of time as keys: in which hour, day, week … of a zone each row lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError, suggest
from coqs.tables import Encoded, Times

Seconds = npt.NDArray[np.int64]

EVERY = ("hour", "day", "week", "month", "quarter", "year")
CYCLES = ("hour_of_day", "weekday")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOUR, DAY = 3600, 86400
THURSDAY = 3
"""Of the week, counted from 0 on Monday: the day from which numpy counts days, 1970-01-01."""
FIRST, LAST = -62135510400, 253402214400
"""Seconds from 1970 of a day within the first and the last that a zone can be asked about."""
OFFSETS = 2 * DAY
"""More than all that clocks can differ from UTC, both ways."""
UNITS = MappingProxyType({"day": "D", "month": "M", "year": "Y"})


def check_every(every: str) -> None:
    """Refuse what is no stretch of time."""
    if every not in EVERY:
        raise PolicyError(
            f"every: must be a stretch of time, got {every!r}; {suggest(str(every), EVERY)}",
            choice="every",
            value=every,
        )


def time_key(at: Times, name: str, zone: dt.tzinfo) -> Encoded:
    """Return (n,) the stretch of time, or the place in the day or week, of each row; missing without a time.

    Parameters
    ----------
    at
        (n,) times in UTC.
    name
        One of `EVERY` or `CYCLES`.
    zone
        Where days begin. Weeks begin on Monday.
    """
    known = ~np.isnat(at)
    seconds = at[known].astype("datetime64[s]").astype(np.int64)
    offsets = utc_offsets(seconds, zone)
    starts, names = _starts(seconds + offsets, offsets, name)
    codes = np.full(len(at), -1, np.int32)
    distinct, codes[known] = np.unique(starts, return_inverse=True)
    return Encoded(codes, names(distinct))


def _starts(local: Seconds, offsets: Seconds, name: str) -> tuple[Seconds, Callable[[Seconds], list[str]]]:
    """Return what tells one stretch from another, as whole numbers, and what names them."""
    if name == "hour_of_day":
        return local // HOUR % 24, lambda hours: [f"{hour:02}" for hour in hours.tolist()]
    if name == "weekday":
        return _weekday(local), lambda days: [WEEKDAYS[day] for day in days.tolist()]
    if name == "hour":  # told by its zone's offset too: when clocks go back, an hour comes twice
        return (local // HOUR * HOUR) * OFFSETS + offsets + DAY, _name_hours
    return _first_days(local, name), lambda days: days.astype("datetime64[D]").astype(str).tolist()


def _weekday(local: Seconds) -> Seconds:
    return (local // DAY + THURSDAY) % 7


def _first_days(local: Seconds, name: str) -> Seconds:
    days = local // DAY
    if name == "week":
        return days - _weekday(local)
    if name == "quarter":
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return (months // 3 * 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    starts = days.astype("datetime64[D]").astype(f"datetime64[{UNITS[name]}]")
    return starts.astype("datetime64[D]").astype(np.int64)


def _name_hours(hours: Seconds) -> list[str]:
    names = []
    for start, offset in zip((hours // OFFSETS).tolist(), (hours % OFFSETS - DAY).tolist(), strict=True):
        minutes = abs(offset) // 60
        sign = "-" if offset < 0 else "+"
        text = np.datetime_as_string(np.datetime64(start, "s"), unit="m")
        names.append(f"{text}{sign}{minutes // 60:02}:{minutes % 60:02}")
    return names


def order_of(label: str, name: str) -> tuple[int, str]:
    """Return what sorts the labels of a time key: by when they begin."""
    if name == "weekday" and label in WEEKDAYS:
        return WEEKDAYS.index(label), ""
    if name == "hour":
        began, sign = np.datetime64(label[:-6], "s").astype(int), label[-6]
        offset = (int(label[-5:-3]) * 60 + int(label[-2:])) * 60
        return int(began) - (-offset if sign == "-" else offset), ""
    return len(label), label  # where clocks are ahead, the year 10000 has begun within the last days


def utc_offsets(seconds: Seconds, zone: dt.tzinfo) -> Seconds:
    """Return (n,) what a zone's clocks are ahead of UTC, in seconds, at seconds from 1970 in UTC.

    Asks the zone at both ends of each day that occurs, and where they differ looks for the second in
    which the clocks were moved.
    """
    steps: list[tuple[int, int]] = []
    for day in np.unique(seconds // DAY).tolist():
        start, end = day * DAY, (day + 1) * DAY
        before, after = _offset(start, zone), _offset(end - 1, zone)
        steps.append((start, before))
        if before != after:
            steps.append((_moved(start, end - 1, zone), after))
    if not steps:
        return np.zeros(len(seconds), np.int64)
    starts, offsets = np.array(steps, np.int64).T
    found: Seconds = offsets[np.searchsorted(starts, seconds, side="right") - 1]
    return found


def _moved(before: int, after: int, zone: dt.tzinfo) -> int:
    """Return the first second that has the clock of `after`, by bisection."""
    late = _offset(after, zone)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if _offset(middle, zone) == late else (middle, after)
    return after


def _offset(second: int, zone: dt.tzinfo) -> int:
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    time = epoch + dt.timedelta(seconds=min(max(second, FIRST), LAST))
    offset = time.astimezone(zone).utcoffset() or dt.timedelta()
    return int(offset.total_seconds())
