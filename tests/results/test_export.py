"""Scores and groups as tables of other libraries: the same values, nulls for what is not scored."""

from __future__ import annotations

import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import coqs
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
id = "responds"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "half", points = 1 }, { id = "yes", points = 2 }]
"""
)
TABLE = {
    "interaction": ["a", "b", "c", "d"],
    "provider": ["ann", "bob", None, "ann"],
    "at": ["2026-05-12T09:30:00Z", None, "2026-05-12T11:30:00+02:00", None],
    "wait": [3, None, 2.5, 0],
    "kind": ["call", None, "visit", "call"],
    "greets": ["yes", "no", "abstained", None],
    "responds": ["half", "yes", "not_applicable", None],
}


@pytest.fixture(scope="module")
def scores() -> coqs.Scores:
    return coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC))


def rows_of(table: object) -> list[dict[str, object]]:
    """Return a table of any of the libraries as plain rows, None where there is nothing."""
    if isinstance(table, pl.DataFrame):
        return table.to_dicts()
    if isinstance(table, pd.DataFrame):
        return pa.Table.from_pandas(table, preserve_index=False).to_pylist()
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table.to_arrow_table().to_pylist()
    assert isinstance(table, pa.Table)
    return table.to_pylist()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_holds_the_columns_of_the_mapping(scores: coqs.Scores, kind: str) -> None:
    plain, rows = scores.to_table(), rows_of(scores.to_table(kind))
    assert list(rows[0]) == list(plain)
    for name, column in plain.items():
        expected = column.tolist() if isinstance(column, np.ndarray) else column
        found = [row[name] for row in rows]
        if name == "at":
            found = [each and each.strftime("%Y-%m-%dT%H:%M:%SZ") for each in found]
        assert found == [None if each == "" or each != each else each for each in expected], name  # noqa: PLR0124


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_scored_is_null_with_its_reason(scores: coqs.Scores, kind: str) -> None:
    row = rows_of(scores.to_table(kind))[3]
    assert (row["overall"], row["stage_greeting"], row["verdict"]) == (None, None, "unscored")
    assert row["reason"] == "unanswered"


def test_texts_are_dictionaries_and_times_are_in_utc(scores: coqs.Scores) -> None:
    for name in ("interaction", "provider", "kind", "reason", "verdict"):
        assert pa.types.is_dictionary(scores.to_table("arrow").schema.field(name).type)
        assert scores.to_table("polars").schema[name] == pl.Categorical
        assert scores.to_table("pandas").dtypes[name] == "category"
    assert scores.to_table("arrow").schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert scores.to_table("polars").schema["at"] == pl.Datetime("us", "UTC")
    assert scores.to_table("pandas").dtypes["at"] == "datetime64[us, UTC]"


def test_libraries_that_know_arrow_take_scores_as_they_are(scores: coqs.Scores) -> None:
    expected = scores.to_table("arrow").to_pylist()
    assert pl.DataFrame(scores).to_dicts() == expected
    assert pa.table(scores).to_pylist() == expected
    found = duckdb.sql("select verdict, count(*) as n from scores group by verdict order by verdict")
    assert found.fetchall() == [("pass", 2), ("unscored", 2)]


def test_groups_are_taken_too_with_null_where_it_cannot_be_told(scores: coqs.Scores) -> None:
    groups = scores.by("provider")
    assert pl.DataFrame(groups)["provider"].to_list() == ["ann", "bob", None]
    assert pl.DataFrame(groups)["ci_low"].to_list()[0] is None
    assert pa.table(groups).num_rows == len(groups)
    assert duckdb.sql("select n from groups order by n").fetchall() == [(1,), (1,), (2,)]
    for kind in KINDS:
        assert [row["n"] for row in rows_of(groups.to_table(kind))] == groups["n"].tolist()
        assert [row["mean"] for row in rows_of(groups.to_table(kind))][2] is None


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_gives_a_table_without_rows(kind: str) -> None:
    nobody = coqs.score(coqs.Ratings.from_table({name: [] for name in TABLE}, RUBRIC))
    assert rows_of(nobody.to_table(kind)) == []
    assert rows_of(nobody.by("provider").to_table(kind)) == []


def test_an_unknown_kind_is_answered_with_the_nearest(scores: coqs.Scores) -> None:
    for made in (scores, scores.by("provider")):
        with pytest.raises(coqs.NotFoundError, match=r"no kind of table 'polar'; did you mean 'polars'\?"):
            made.to_table("polar")


@pytest.mark.parametrize(
    ("kind", "library"), [("arrow", "pyarrow"), ("pandas", "pandas"), ("polars", "polars")]
)
def test_a_library_that_is_not_there_is_named(
    scores: coqs.Scores, kind: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(
        coqs.MissingDependencyError, match=f"needs {library}, which is not installed"
    ) as raised:
        scores.to_table(kind)
    assert raised.value.extra == ("arrow" if kind == "arrow" else "")


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_pandas_and_polars_need_no_pyarrow(
    scores: coqs.Scores, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coqs.tables.arrow_texts.arrow", None)
    monkeypatch.setattr("coqs.tables.kinds.arrow", None)
    assert len(scores.to_table(kind)) == len(scores)


def test_what_another_writes_into_its_table_leaves_scores_alone(scores: coqs.Scores) -> None:
    frame = scores.to_table("pandas")
    frame.loc[0, "overall"] = -1.0
    assert scores.overall[0] == 0.75


def test_a_fact_never_stands_for_a_score_whatever_its_case() -> None:
    facts = {name: list("wxyz") for name in ("overall", "fact_overall", "Verdict")}
    found = coqs.score(coqs.Ratings.from_table(TABLE | facts, RUBRIC, facts=facts))
    assert {"fact_overall", "fact_fact_overall", "fact_Verdict"} <= set(found.to_table())
    assert duckdb.sql("select overall, verdict, fact_fact_overall from found").fetchall()[0] == (
        0.75,
        "pass",
        "w",
    )
