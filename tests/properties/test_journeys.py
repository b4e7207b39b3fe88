"""Laws of journeys: parts put together in any way equal one run, and periods hold what was seen in them."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from depth import examples
from hypothesis import given, settings, strategies as st

import coqs
from coqs.journeys.periods import ordinals_of_starts, period_ordinals, period_starts
from coqs.results.buckets import EVERY

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
pass_mark = 0.4
[[criteria]]
id = "greets"
stage = "greeting"
weight = 0.7
levels = [
  { id = "no", points = 0, is = "below" },
  { id = "so", points = 1 },
  { id = "yes", points = 3, is = "meets" },
]
[[criteria]]
id = "offers"
stage = "determining"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
""")
ZONES = ("UTC", "Europe/Madrid", "Asia/Kolkata", "America/St_Johns")
FIRST = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
Rows = list[dict[str, Any]]


@st.composite
def rows(draw: Any) -> Rows:
    """Draw ratings around the days on which clocks change; some interactions are rated two or three times."""
    rnd = random.Random(draw(st.integers(0, 2**32)))
    found: Rows = []
    for place in range(draw(st.integers(0, 30))):
        at = FIRST + dt.timedelta(minutes=rnd.randrange(40 * 24 * 60))
        about = {
            "provider": rnd.choice(["Ana", "Bo", None]),
            "site": rnd.choice(["n", "s"]),
            "at": at.isoformat(),
        }
        for rater in range(rnd.choice([1, 1, 1, 2, 3])):
            answers = {
                "greets": rnd.choice(["no", "so", "yes", None]),
                "offers": rnd.choice(["no", "yes", "n/a"]),
            }
            found.append({"interaction": f"i{place}", "rater": f"r{rater}", **about, **answers})
    return found


def followed(part: Rows, how: dict[str, Any]) -> coqs.Journeys:
    """Follow a part of the rows."""
    names = ("interaction", "rater", "provider", "site", "at", "greets", "offers")
    table = {name: [row[name] for row in part] for name in names}
    measures = ("overall", "passed", "greets", "greeting")
    return coqs.Journeys.from_scores(
        coqs.score(coqs.Ratings.from_table(table, RUBRIC)), measures=measures, **how
    )


HOW = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["provider", ("site", "provider"), "site"]),
        "every": st.sampled_from(EVERY),
        "tz": st.sampled_from(ZONES),
    }
)


@settings(max_examples=examples(60))
@given(rows(), HOW, st.integers(0, 2**32))
def test_parts_in_any_order_equal_one_run(all_rows: Rows, how: dict[str, Any], seed: int) -> None:
    rnd = random.Random(seed)
    part_of = {row["interaction"]: rnd.randrange(3) for row in all_rows}
    parts = [[row for row in all_rows if part_of[row["interaction"]] == place] for place in range(3)]
    for part in parts:
        rnd.shuffle(part)
    rnd.shuffle(parts)
    a, b, c = (followed(part, how) for part in parts)
    whole = followed(all_rows, how)
    assert a + b + c == whole == a + (b + c)
    for measure in whole.measures:
        assert (a + b + c).series(measure.name) == whole.series(measure.name)


@settings(max_examples=examples(60))
@given(rows(), HOW)
def test_each_period_holds_what_a_loop_finds_in_it(all_rows: Rows, how: dict[str, Any]) -> None:
    series = followed(all_rows, how | {"by": "provider"}).series("greets")
    seen: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in all_rows:
        if row["greets"] in ("no", "yes"):
            cell = (row["provider"] or "(none)", began(row["at"], how["every"], how["tz"]))
            seen[cell][row["interaction"]].append(float(row["greets"] == "yes"))
    names = series.period_names()
    for (group, start), found in seen.items():
        place = names.index(start), series.place(group)
        means = [sum(each) / len(each) for each in found.values()]
        assert series.n[place] == len(means)
        assert math.isclose(series.total[place], sum(means), abs_tol=1e-12)
        if len(means) > 1:
            assert series.sd[place] == pytest.approx(np.std(means, ddof=1), abs=1e-12)
    assert series.n.sum() == sum(len(found) for found in seen.values())


def began(at: str, every: str, tz: str) -> str:
    """Return when a period began, worked out with the standard library alone."""
    moment = dt.datetime.fromisoformat(at)
    local = moment.astimezone(ZoneInfo(tz))
    if every == "hour":
        shift = dt.timedelta(seconds=(local.utcoffset() or dt.timedelta()).total_seconds() % 3600)
        return (moment + shift).strftime("%Y-%m-%dT%H")
    day = local.date()
    if every == "week":
        day -= dt.timedelta(days=day.weekday())
    elif every == "month":
        day = day.replace(day=1)
    elif every == "quarter":
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    elif every == "year":
        day = day.replace(month=1, day=1)
    return day.isoformat()


@settings(max_examples=examples(100))
@given(st.sampled_from(EVERY), st.integers(-20_000, 20_000))
def test_the_numbers_of_periods_follow_each_other_and_give_back_their_starts(every: str, days: int) -> None:
    at = np.array([days], "datetime64[D]").astype("datetime64[us]")
    number = period_ordinals(at, every, dt.UTC)
    start, following = period_starts(number, every), period_starts(number + 1, every)
    assert ordinals_of_starts(start, every) == number
    assert start.astype("datetime64[us]") <= at < following.astype("datetime64[us]")
