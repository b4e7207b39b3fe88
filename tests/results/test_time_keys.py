"""Summaries by stretches of time: in the zone that is named, when clocks are moved, and without a time."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.results.buckets import EVERY, WEEKDAYS, utc_offsets

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
facts.weekday = ["market", "other"]
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")


def scores(times: list[str | None], **columns: list[Any]) -> coqs.Scores:
    table = {
        "interaction": [f"i{row}" for row in range(len(times))],
        "at": times,
        "greets": ["yes"] * len(times),
        **columns,
    }
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


def starts(table: coqs.GroupTable, key: str) -> list[tuple[str | None, int]]:
    return list(zip(table[key].tolist(), table["n"].tolist(), strict=True))


def test_each_stretch_is_named_after_its_local_start() -> None:
    scored = scores(["2026-05-17T22:30:00Z", "2026-05-17T21:59:00Z"])  # midnight in Madrid is at 22:00
    found = {every: scored.by(every=every, tz="Europe/Madrid")[every].tolist() for every in EVERY}
    assert found == {
        "hour": ["2026-05-17T23:00+02:00", "2026-05-18T00:00+02:00"],
        "day": ["2026-05-17", "2026-05-18"],
        "week": ["2026-05-11", "2026-05-18"],
        "month": ["2026-05-01"],
        "quarter": ["2026-04-01"],
        "year": ["2026-01-01"],
    }


def test_days_begin_in_utc_unless_a_zone_is_given() -> None:
    table = scores(["2026-05-17T22:30:00Z"]).by(every="day")
    assert (table["day"].tolist(), table.tz) == (["2026-05-17"], "UTC")
    assert repr(table) == "<GroupTable by day (UTC): 1 groups, mean of scores, 95% intervals>"


def test_what_has_no_time_is_the_missing_group_and_the_last() -> None:
    table = scores([None, "2026-05-17T22:30:00Z"]).by(every="day")
    assert starts(table, "day") == [("2026-05-17", 1), (None, 1)]
    assert starts(scores([None]).by("weekday"), "weekday") == [(None, 1)]
    assert len(scores([]).by(every="hour", tz="Europe/Madrid")) == 0


def test_an_hour_that_the_clocks_show_twice_is_two_hours_in_their_order() -> None:
    times = ["2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"]
    table = scores(times).by(every="hour", tz="Europe/Madrid")
    assert table["hour"].tolist() == [
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]
    assert starts(scores(times).by(every="day", tz="Europe/Madrid"), "day") == [("2026-10-25", 3)]


def test_weekdays_come_in_their_order_and_hours_of_the_day_on_the_local_clock() -> None:
    scored = scores(["2026-05-17T22:30:00Z", "2026-05-16T10:00:00Z", "2026-05-13T10:00:00Z", None])
    assert starts(scored.by("hour_of_day", tz="Europe/Madrid"), "hour_of_day") == [
        ("00", 1),
        ("12", 2),
        (None, 1),
    ]
    table = coqs.score(scored.ratings).by("hour_of_day", "provider", every="week", tz="Europe/Madrid")
    assert table.keys == ("hour_of_day", "provider", "week")


def test_a_fact_called_weekday_goes_before_the_day_of_the_week() -> None:
    scored = scores(["2026-05-17T22:30:00Z"], weekday=["market"])
    assert scored.by("weekday").tz is None
    assert starts(scored.by("weekday"), "weekday") == [("market", 1)]


def test_weekdays_are_counted_from_monday() -> None:
    plain = coqs.Rubric.from_toml_text(
        'schema = 1\nid = "d"\nversion = "1"\n[[criteria]]\nid = "greets"\nstage = "greeting"\n'
        'levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]'
    )
    days = [f"2026-05-{day:02}T12:00:00Z" for day in (17, 11, 14)]
    table = {"interaction": ["a", "b", "c"], "at": days, "greets": ["yes"] * 3}
    found = coqs.score(coqs.Ratings.from_table(table, plain)).by("weekday")
    assert found["weekday"].tolist() == ["Monday", "Thursday", "Sunday"]


def naive_start(time: dt.datetime, every: str) -> str:
    """Find the local start with the standard library."""
    day = time.date()
    first = {
        "day": day,
        "week": day - dt.timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
        "year": day.replace(day=1, month=1),
    }
    if every == "hour":
        return time.replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")
    return first[every].isoformat()


@pytest.mark.parametrize(
    "zone", ["Europe/Madrid", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Caracas"]
)
def test_stretches_equal_a_plain_loop_over_datetimes(zone: str) -> None:
    rnd, tz = random.Random(4), zoneinfo.ZoneInfo(zone)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    times = [epoch + dt.timedelta(seconds=rnd.randrange(-(2**31), 2**31)) for _ in range(300)]
    times += [dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC) for hour in range(4)]
    scored = scores([time.isoformat() for time in times])
    for every in EVERY:
        local = [time.astimezone(tz) for time in times]
        expected = sorted({naive_start(time, every)[:22] for time in local})
        if every == "hour":  # zones of old times may differ by seconds from what a name can say
            expected = sorted({naive_start(time, every)[:22] for time in local if time.year > 1950})
            found = scored.by(every=every, tz=zone)[every].tolist()
            assert set(expected) <= set(found)
        else:
            assert sorted(scored.by(every=every, tz=zone)[every].tolist()) == expected
    days = scored.by("hour_of_day", tz=zone)
    hours = [time.astimezone(tz).hour for time in times]
    assert starts(days, "hour_of_day") == [(f"{hour:02}", hours.count(hour)) for hour in sorted(set(hours))]


def test_times_at_the_ends_of_the_calendar_have_their_zone_too() -> None:
    table = scores(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]).by(every="year", tz="Asia/Tokyo")
    assert len(table) == 2
    assert utc_offsets(np.empty(0, np.int64), dt.UTC).tolist() == []
    assert set(WEEKDAYS) >= {"Monday", "Sunday"}


def test_a_stretch_or_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(
        coqs.PolicyError, match="every: must be a stretch of time, got 'weekly'; did you mean"
    ):
        scores([None]).by(every="weekly")
    with pytest.raises(coqs.RecordError, match="tz: must be a zone"):
        scores([None]).by(every="week", tz="Europe/Atlantis")
    with pytest.raises(coqs.PolicyError, match="by: keys must differ, got 'site' twice; drop one"):
        scores([None]).by("site", "site")


@pytest.mark.parametrize("every", ["hour", "day", "month", "quarter", "year"])
def test_the_last_hours_of_the_calendar_come_last_where_the_next_year_has_begun(every: str) -> None:
    table = scores(["9999-12-31T23:30:00Z", "2026-05-12T09:30:00Z"]).by(every=every, tz="Europe/Madrid")
    first, last = table[every].tolist()
    assert first.startswith("2026-")
    assert last.startswith("10000-01-01")
