"""Ratings as tables of other libraries, from which equal ratings are read again."""

from __future__ import annotations

import pytest

import coqs
from coqs.ratings.columns_out import long_columns, wide_columns
from coqs.tables import Encoded
from coqs.tables.kinds import KINDS

RUBRIC = coqs.Rubric.from_toml_text(
    """
schema = 1
id = "desk"
version = "1"
facts = { wait = "number", kind = ["call", "visit"] }
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "waits"
stage = "responding"
levels = [{ id = "fast", points = 1, below = 10 }, { id = "slow", points = 0, from = 10 }]
[[criteria]]
id = "calls"
stage = "responding"
levels = [{ id = "yes", points = 1, below = 10 }, { id = "no", points = 0, from = 10 }]
[[criteria]]
id = "offers"
stage = "concluding"
options = [{ id = "help", points = 1 }, { id = "water", points = 2 }]
"""
)
TABLE = {
    "interaction": ["a", "b", "c", "d", "e"],
    "rater": ["r1", "r1", None, "r1", "r2"],
    "at": ["2026-05-12T09:30:00Z", None, "2026-05-12T11:30:00+02:00", None, None],
    "wait": [3, None, 2.5, 0, 1],
    "kind": ["call", None, "visit", "visit", "visit"],
    "greets": ["yes", "no", "abstained", None, "failed"],
    "waits": [3, 12, "not_applicable", None, 9.5],
    "calls": [3, None, 2.25, None, 1e9],
    "offers": ["help", "not_asked", "help|water", None, "|"],
}


@pytest.fixture(scope="module")
def ratings() -> coqs.Ratings:
    return coqs.Ratings.from_table(TABLE, RUBRIC)


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.parametrize("kind", KINDS)
def test_ratings_are_read_again_from_every_kind_of_table(
    ratings: coqs.Ratings, layout: str, kind: str
) -> None:
    assert coqs.Ratings.from_table(ratings.to_table(layout, kind=kind), RUBRIC) == ratings


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_the_columns_hold_what_the_mapping_holds(ratings: coqs.Ratings, layout: str) -> None:
    columns = wide_columns(ratings) if layout == "wide" else long_columns(ratings)
    plain = ratings.to_table(layout)
    assert list(columns) == list(plain)
    for name, column in columns.items():
        if isinstance(column, Encoded):
            assert column.to_list() == [None if each is None else str(each) for each in plain[name]], name


def test_nobody_is_a_table_without_rows() -> None:
    nobody = coqs.Ratings.from_table({"interaction": []}, RUBRIC)
    for layout in ("wide", "long"):
        assert len(nobody.to_table(layout, kind="polars")) == 0


def test_unknown_layouts_and_kinds_are_refused(ratings: coqs.Ratings) -> None:
    with pytest.raises(coqs.NotFoundError, match="no kind of table 'excel'"):
        ratings.to_table(kind="excel")
    with pytest.raises(coqs.NotFoundError, match="no layout 'wid'"):
        ratings.to_table("wid", kind="polars")
