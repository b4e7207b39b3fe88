"""Times in UTC: as texts, datetimes and arrays; what clocks skip and what they show twice."""

# ruff: noqa: DTZ001  # local times are what this is about

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.errors import Spot
from coqs.tables import Refusals, time_column
from coqs.tables.distinct import NARROW

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"

[[criteria]]
id = "tone"
stage = "greeting"
levels = [{ id = "poor", points = 0 }, { id = "good", points = 1 }]
""")
MADRID = "Europe/Madrid"
SKIPPED, TWICE = dt.datetime(2026, 3, 29, 2, 30), dt.datetime(2026, 10, 25, 2, 30)
FIRST = np.datetime64("2026-10-25T00:30")
ZONES = [
    MADRID,
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # left a whole day out
    "Africa/Casablanca",
    "America/St_Johns",  # turned clocks at one minute past midnight
    "UTC",
]


def place(row: int) -> Spot:
    return Spot(f"row {row}")


def read(values: Any, tz: str | None = MADRID) -> tuple[list[Any], Refusals]:
    refused = Refusals()
    return time_column(values, refused, place=place, tz=tz).tolist(), refused


def holders(times: list[dt.datetime | None]) -> dict[str, Any]:
    """Return local times as every library holds them."""
    texts = [each and each.isoformat() for each in times]
    return {
        "datetimes": times,
        "texts": texts,
        "numpy": np.array(times, "M8[us]"),
        "seconds": np.array(times, "M8[s]"),
        "arrow": pa.array(times, pa.timestamp("us")),
        "arrow texts": pa.array(texts),
        "pandas": pd.Series(times, dtype="datetime64[ns]"),
        "polars": pl.Series(times, dtype=pl.Datetime),
    }


def at(values: Any, **how: Any) -> Any:
    return coqs.Ratings.from_table({"interaction": range(len(values)), "at": values}, RUBRIC, **how).at


@pytest.mark.parametrize("kind", holders([]))
def test_a_time_that_clocks_skipped_is_refused(kind: str) -> None:
    values = holders([None, SKIPPED, SKIPPED - dt.timedelta(hours=1)])[kind]
    with pytest.raises(coqs.RecordError) as caught:
        at(values, tz=MADRID)
    said = str(caught.value)
    assert said.startswith("ratings: row 1, column 'at': must be a time that clocks in tz showed, got a ")
    assert said.endswith("; they skipped it when put forward: mend it, or add its zone")


@pytest.mark.parametrize("kind", holders([]))
def test_a_time_that_clocks_showed_twice_is_the_first_of_the_two(kind: str) -> None:
    found = at(holders([TWICE, None, TWICE + dt.timedelta(hours=1)])[kind], tz=MADRID)
    np.testing.assert_array_equal(found, [FIRST, np.datetime64("NaT"), FIRST + np.timedelta64(2, "h")])


def test_the_fold_of_a_datetime_says_that_the_second_is_meant() -> None:
    found = at([TWICE, TWICE.replace(fold=1)], tz=MADRID)
    assert (found - FIRST).tolist() == [dt.timedelta(), dt.timedelta(hours=1)]


@pytest.mark.parametrize("kind", holders([]))
def test_a_time_without_a_zone_needs_one(kind: str) -> None:
    with pytest.raises(coqs.RecordError, match="row 1, column 'at': must be a time with a zone, got a "):
        at(holders([None, TWICE])[kind])


def test_times_with_a_zone_are_turned_to_utc_in_every_library() -> None:
    aware = [TWICE.replace(tzinfo=zoneinfo.ZoneInfo(MADRID), fold=1), None]
    texts = [each and each.isoformat() for each in aware]
    assert texts[0] == "2026-10-25T02:30:00+01:00"
    columns = [aware, texts, pa.array(aware, pa.timestamp("ms", MADRID)), pa.array(texts), pd.Series(aware)]
    columns += [
        pd.Series(texts),
        pd.Series(aware).astype(object),
        pl.Series(aware, dtype=pl.Datetime("ns", MADRID)),
    ]
    for column in columns:
        for tz in (None, "Asia/Kolkata"):
            assert at(column, tz=tz).tolist() == [dt.datetime(2026, 10, 25, 1, 30), None]


@pytest.mark.parametrize("tz", ZONES)
def test_arrays_are_read_as_one_time_after_another(tz: str) -> None:
    rng = np.random.default_rng(7)
    near = [
        dt.datetime(2026, 3, 29),
        dt.datetime(2026, 10, 25),
        dt.datetime(2026, 4, 5),
        dt.datetime(2026, 3, 8),
    ]
    near += [dt.datetime(2011, 12, 30), dt.datetime(2006, 10, 29), dt.datetime(1975, 1, 1)]
    quarters = rng.integers(-200, 200, 600)
    times = [near[k % len(near)] + dt.timedelta(minutes=int(15 * each)) for k, each in enumerate(quarters)]
    expected, refused = read(times, tz)
    for kind, values in holders(times).items():
        found, also = read(values, tz)
        assert found == expected, kind
        assert also.count == refused.count, kind


@pytest.mark.parametrize("tz", [None, MADRID])
def test_many_texts_are_read_as_few_are(tz: str | None) -> None:
    start = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
    aware = [(start + dt.timedelta(minutes=7 * row)).isoformat() for row in range(2 * NARROW)]
    naive = [each.removesuffix("+00:00") for each in aware]
    odd = [*aware[:-3], "2026-05-12T09:30+02:60", "20260512T093000Z", "2026-05-12 at noon"]
    for texts in (aware, naive, odd, [*aware, *naive]):
        (found, refused), (expected, also) = read(pa.array(texts), tz), read(texts, tz)
        assert found == expected
        assert [each.message for each in refused.kept] == [each.message for each in also.kept]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "D", "h", "Y"])
def test_a_time_beyond_the_calendar_is_refused(unit: str) -> None:
    for year in ("-0500", "0000", "10000", "200000"):
        _, refused = read(np.array(["2026", year, "NaT"], f"M8[{unit}]"))
        assert (refused.count, str(refused.kept[0])) == (
            1,
            "row 1: must be a time between the years 1 and 9999, got a value of type datetime; mend the time",
        )
    for edge in ("0001-01-01T00:00", "9999-12-31T23:59"):
        found, refused = read(np.array([edge], "M8[s]"), "UTC")
        assert (refused.count, found[0]) == (0, dt.datetime.fromisoformat(edge))
    east = "Asia/Kolkata"  # where it was the year before by UTC
    assert read(np.array(["0001-01-01T00:00"], "M8[s]"), east)[1].count == 1


def test_a_date_is_the_beginning_of_its_day() -> None:
    day = dt.date(2026, 5, 12)
    for column in ([day], pa.array([day]), pl.Series([day]), np.array([day], "M8[D]"), pd.Series([day])):
        assert at(column, tz=MADRID).tolist() == [dt.datetime(2026, 5, 11, 22)]


def test_no_times_are_no_problem() -> None:
    for column in (
        [],
        np.array([], "M8[ns]"),
        pa.array([], pa.timestamp("s")),
        [None],
        np.array(["NaT"], "M8"),
    ):
        found, refused = read(column)
        assert (found, refused.count) == ([None] * len(column), 0)
