"""The journey in the report: clocks, strips, slips, issues, promises, and what was not seen of late."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.errors import PolicyError
from coqs.report.journey import journey_of
from coqs.report.strips import HEIGHT, WIDTH, runs, strip_of

BARE = coqs.Rubric.from_toml_text("""
schema = 1
id = "bare"
version = "1"
[[criteria]]
id = "helps"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")
"""Without a mark."""


@pytest.fixture(scope="module")
def quarter() -> coqs.Scores:
    return coqs.score(coqs.make_sample(n=1500, weeks=13))


def bare(*rows: tuple[str, str | None]) -> coqs.Scores:
    table: dict[str, list[Any]] = {
        "interaction": [f"i{place}" for place in range(len(rows))],
        "provider": [row[0] for row in rows],
        "at": [row[1] for row in rows],
        "helps": ["yes"] * len(rows),
    }
    return coqs.score(coqs.Ratings.from_table(table, BARE))


def test_every_provider_has_a_clock_and_a_strip_with_words_beside_them(quarter: coqs.Scores) -> None:
    found = journey_of(quarter, every="week", tz="Europe/Madrid")
    rows = {row.id: row for row in found.rows}
    assert list(rows) == ["Abara", "Brandt", "Cole", "Dray", "Eklund", "Ferro"]
    assert rows["Cole"].clock.endswith("winding down")
    assert "signal" in rows["Cole"].chart
    assert rows["Dray"].chart == "cannot tell: too few points: limits need 12"
    assert rows["Dray"].strip.gaps
    assert all(row.dial.startswith("<svg") for row in found.rows)


def test_the_page_tells_the_journey_only_where_it_was_asked_for(quarter: coqs.Scores, tmp_path: Path) -> None:
    texts = []
    for journey in (None, "week"):
        coqs.write_report(quarter, tmp_path / "report.html", journey=journey)
        texts.append((tmp_path / "report.html").read_text("utf-8"))
    assert ['<h2 id="journey">' in text for text in texts] == [False, True]
    captions = " ".join(re.findall(r"<caption>(.*?)</caption>", texts[1], re.DOTALL))
    for words in ("Each provider’s clock", "Slips:", "Right the first time", "Promises,", "What is owed"):
        assert words in captions
    assert "Winding down: Cole" in texts[1]
    assert (texts[1].count('<svg class="strip"'), texts[1].count('<svg class="dial"')) == (6, 6)


def test_without_a_pass_mark_there_is_no_clock_and_it_says_so() -> None:
    (row,) = journey_of(bare(("Ana", "2026-05-04T09:00Z")), every="week", tz=None).rows
    assert (row.dial, row.clock) == ("", "no pass mark, so no clock")


@pytest.mark.parametrize("rows", [(), (("Ana", None),)])
def test_nobody_and_nothing_with_a_time_are_told_without_an_error(rows: Any, tmp_path: Path) -> None:
    coqs.write_report(bare(*rows), tmp_path / "report.html", journey="month")
    assert "Nothing has a time" in (tmp_path / "report.html").read_text("utf-8")


def test_of_many_providers_those_observed_most_are_shown() -> None:
    rows = [(f"p{k:02}", "2026-05-04T09:00Z") for k in range(30) for _ in range(1 + (k % 2))]
    found = journey_of(bare(*rows), every="week", tz=None)
    assert (len(found.rows), found.left_out) == (24, 6)
    assert "p01" in {row.id for row in found.rows}


def test_a_stretch_of_time_that_is_none_is_refused(quarter: coqs.Scores, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="'week'"):
        coqs.write_report(quarter, tmp_path / "report.html", journey="weak")
    assert not (tmp_path / "report.html").exists()


def test_ids_from_outside_are_escaped_in_dials_and_strips(tmp_path: Path) -> None:
    evil = "\"><script>alert('x')</script>&"
    coqs.write_report(bare((evil, "2026-05-04T09:00Z")), tmp_path / "report.html", journey="week")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 2


NOTHING = np.full(4, np.nan)


def test_a_strip_breaks_at_gaps_and_marks_what_stands_out() -> None:
    values = np.array([0.5, np.nan, 0.5, 1.0])
    strip = strip_of(
        values, (np.full(4, 0.2), np.full(4, 0.5), np.full(4, 0.8)), values == 1, ends=(0.0, 1.0), label="x"
    )
    assert strip.line.count("M") == 2
    assert len(strip.dots) == 2
    assert len(strip.marks) == 1
    assert strip.gaps == ((82.5, 77.5),)
    assert strip.band.count("Z") == 4
    assert strip.dots[0] == (43.8, HEIGHT / 2)


def test_a_strip_stays_inside_its_drawing() -> None:
    strip = strip_of(
        np.array([-5.0, 9.0]),
        (NOTHING[:2], NOTHING[:2], NOTHING[:2]),
        np.zeros(2, bool),
        ends=(0.0, 1.0),
        label="x",
    )
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in strip.dots)
    assert (strip.band, strip.centre, strip.marks) == ("", "", ())


def test_nothing_makes_an_empty_strip() -> None:
    empty = np.empty(0)
    strip = strip_of(empty, (empty, empty, empty), np.empty(0, bool), ends=(0.0, 1.0), label="x")
    assert (strip.line, strip.dots, strip.gaps) == ("", (), ())
    assert list(runs(np.empty(0, bool))) == []
