"""Summaries of everything at once, and stage by stage: raters averaged first, then interactions."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import coqs
from coqs.results import stage_table, whole_table

RUBRIC = coqs.Rubric.from_toml_text(
    """
    schema = 1
    id = "door"
    version = "1"
    stages = [{ id = "start" }, { id = "end", weight = 3 }]
    [[criteria]]
    id = "greets"
    stage = "start"
    levels = [{ id = "no", points = 0 }, { id = "so_so", points = 1 }, { id = "yes", points = 2 }]
    [[criteria]]
    id = "thanks"
    stage = "end"
    levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
    """
)
TABLE = {
    "interaction": ["a", "a", "b", "c"],
    "rater": ["r", "s", "r", "r"],
    "provider": ["ann", "ann", "bob", "bob"],
    "greets": ["yes", "no", "so_so", None],
    "thanks": ["yes", None, None, None],
}


def scored(table: dict[str, list[str | None]]) -> coqs.Scores:
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


def test_everything_is_one_group_with_raters_averaged_first() -> None:
    (row,) = whole_table(scored(TABLE)).rows()
    assert (row["n"], row["n_ratings"], row["n_scored"], row["n_unscored"]) == (3, 4, 2, 1)
    # a: (1/4 + 3/4, then 0) / 2 = 1/2; b: 1/2
    assert row["mean"] == pytest.approx(0.5)


def test_everything_agrees_with_one_key_that_is_everywhere_the_same() -> None:
    table = TABLE | {"site": ["here"] * 4}
    (by_site,) = scored(table).by("site").rows()
    (whole,) = whole_table(scored(table)).rows()
    assert {name: value for name, value in by_site.items() if name != "site"} == whole


def test_a_stage_counts_the_interactions_in_which_it_was_scored() -> None:
    start, end = stage_table(scored(TABLE)).rows()
    assert (start["stage"], start["n"], start["n_scored"], start["mean"]) == ("start", 3, 2, 0.5)
    assert (end["stage"], end["n_scored"], end["n_unscored"], end["mean"]) == ("end", 1, 2, 1.0)
    assert end["ci_low"] is None


def test_nobody_gives_rows_that_cannot_be_told() -> None:
    empty = scored({name: [] for name in TABLE})
    (whole,) = whole_table(empty).rows()
    assert (whole["n"], whole["mean"], whole["pass_share"]) == (0, None, None)
    assert [(row["stage"], row["n"], row["mean"]) for row in stage_table(empty).rows()] == [
        ("start", 0, None),
        ("end", 0, None),
    ]


def test_the_tables_print_and_pickle() -> None:
    scores = scored(TABLE)
    assert str(whole_table(scores)).splitlines()[0].startswith("all")
    assert "pass" not in str(stage_table(scores))
    again = pickle.loads(pickle.dumps(stage_table(scores)))
    assert again == stage_table(scores)
    assert not again["mean"].flags.writeable
    assert np.isnan(again["ci_low"][1])
