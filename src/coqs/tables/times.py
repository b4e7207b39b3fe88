"""Columns of times, which are in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.tables.arrow_texts import ArrowTexts
from coqs.tables.cells import Place, Refusals, kind_of
from coqs.tables.columns import Problem, refuse_cells
from coqs.tables.distinct import A_TIME, Coded, Column, Moments, Numbers, coded
from coqs.tables.doors import column_of
from coqs.tables.from_arrow import moments_of_texts
from coqs.tables.frozen import freeze, frozen_array
from coqs.tables.zones import zone_named

Times = npt.NDArray[np.datetime64]
TIME_UNIT = "datetime64[us]"
NO_SHIFT = np.timedelta64("NaT", "us")
NO_TIME = np.datetime64("NaT", "us")
FIRST, END = np.datetime64("0001-01-01", "us"), np.datetime64("10000-01-01", "us")
"""The years that a calendar of ours has."""
_Refused = tuple[str, str]
"""What must hold, and what to do."""
_NO_CELL = ("must be a time such as 2026-05-12T09:30:00Z", "write it so")
_NO_ZONE = ("must be a time with a zone", "add one such as +02:00, or give tz=")
_NO_YEAR = ("must be a time between the years 1 and 9999", "mend the time")
_NO_CLOCK = (
    "must be a time that clocks in tz showed",
    "they skipped it when put forward: mend it, or add its zone",
)


def times_array(values: npt.ArrayLike) -> Times:
    """Return times as a read-only column."""
    return frozen_array(values, TIME_UNIT)


def time_column(values: Sequence[Any] | Column, refused: Refusals, *, place: Place, tz: str | None) -> Times:
    """Read a column of times as UTC; one without a zone needs `tz`.

    A time that clocks in `tz` showed twice, when they were put back, is the first of the two unless a
    datetime's `fold` says otherwise; one that they never showed is refused.
    """
    zone, column = zone_named(tz), column_of(values)
    if isinstance(column, Moments):
        times, why = _moments(column, zone)
        refused.add_rows(sorted(why), lambda row: _said(why[row], A_TIME), place=place)
        return times_array(freeze(times))
    column = coded(column)
    times, why = _cells(column, zone)
    bad: dict[int, Problem] = {code: partial(_said, each, column.values[code]) for code, each in why.items()}
    refuse_cells(refused, column.codes, bad, place=place)
    return times_array(freeze(np.append(times, NO_TIME).take(column.codes)))


def _cells(column: Coded, zone: dt.tzinfo | None) -> tuple[Times, dict[int, _Refused]]:
    """Read distinct cells; many texts of one form are read by Arrow where they lie."""
    moments = moments_of_texts(column.values.array) if isinstance(column.values, ArrowTexts) else None
    if moments is not None:
        return _moments(moments, zone)
    times = np.full(len(column.values), NO_TIME)
    why: dict[int, _Refused] = {}
    for code, value in enumerate(column.values):
        found = _utc(value, zone)
        if isinstance(found, tuple):
            why[code] = found
        else:
            times[code] = found
    return times, why


def _said(why: _Refused, value: Any) -> str:
    return f"{why[0]}, got {kind_of(value)}; {why[1]}"


def _utc(value: Any, zone: dt.tzinfo | None) -> np.datetime64 | _Refused:
    """Return a time in UTC, or what must hold where it cannot be read."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return _NO_CELL
    if not isinstance(value, dt.datetime):
        if not isinstance(value, dt.date):
            return _NO_CELL
        value = dt.datetime.combine(value, dt.time())
    has_zone = value.utcoffset() is not None
    if not has_zone and zone is None:
        return _NO_ZONE
    try:
        aware = value if has_zone else value.replace(tzinfo=zone)
        utc = aware.astimezone(dt.UTC)
        if not has_zone and utc.astimezone(zone).replace(tzinfo=None) != value.replace(tzinfo=None):
            return _NO_CLOCK
        return np.datetime64(utc.replace(tzinfo=None), "us")
    except (OverflowError, ValueError):
        return _NO_YEAR


def _moments(column: Moments, zone: dt.tzinfo | None) -> tuple[Times, dict[int, _Refused]]:
    """Read times that stand in an array already, all of them at once; return also why some cannot be."""
    empty = np.isnat(column.times)
    if not column.is_utc and zone is None:
        return np.full(len(column), NO_TIME), dict.fromkeys(np.flatnonzero(~empty).tolist(), _NO_ZONE)
    strange = ~empty & ~_in_calendar(column.times)
    why = dict.fromkeys(np.flatnonzero(strange).tolist(), _NO_YEAR)
    times = np.where(strange, NO_TIME, column.times).astype(TIME_UNIT)
    if column.is_utc or zone is None or zone is dt.UTC:
        return times, why
    return _from_zone(times, zone, why), why


def _in_calendar(times: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    """Return true where a time lies in years that a calendar of ours has, whatever its unit."""
    unit, step = np.datetime_data(times.dtype)
    if unit in ("ns", "ps", "fs", "as") or unit == "generic":
        return np.ones(len(times), np.bool_)  # none of them reaches as far
    first, end = (each.astype(f"datetime64[{step}{unit}]") for each in (FIRST, END))
    inside: npt.NDArray[np.bool_] = (times >= first) & (times < end)
    return inside


def _from_zone(local: Times, zone: dt.tzinfo, why: dict[int, _Refused]) -> Times:
    """Return local times in UTC: a day at a time where clocks stood, a time at a time on other days."""
    empty = np.isnat(local)
    days = coded(Numbers(local.astype("datetime64[D]").astype(np.int64), empty))
    shifts = np.array([*(_shift(day, zone) for day in days.values), NO_SHIFT])
    utc: Times = local - shifts.take(days.codes)
    turning = np.flatnonzero(np.isnat(utc) & ~empty)
    found = _distinct(local[turning])
    read = [_utc(value, zone) for value in found.values]
    for row, code in zip(turning.tolist(), found.codes.tolist(), strict=True):
        time = read[code]
        if isinstance(time, tuple):
            why[row] = time
        else:
            utc[row] = time
    return utc


def _distinct(times: Times) -> Coded:
    values, codes = np.unique(times, return_inverse=True)
    return Coded(codes.reshape(-1), values.tolist())


def _shift(day: int, zone: dt.tzinfo) -> np.timedelta64:
    """Return by how much clocks are ahead of UTC on a day, NaT where that changes on it."""
    try:
        start = dt.datetime(1970, 1, 1) + dt.timedelta(days=day)  # noqa: DTZ001  # local, its zone is asked next
        hours = [start + dt.timedelta(hours=hour) for hour in range(-1, 26)]
    except OverflowError:
        return NO_SHIFT
    ahead = {zone.utcoffset(hour.replace(fold=fold)) for hour in hours for fold in (0, 1)}
    shift = ahead.pop()
    return NO_SHIFT if ahead or shift is None else np.timedelta64(shift, "us")
