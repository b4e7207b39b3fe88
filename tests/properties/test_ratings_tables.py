"""Ratings through tables: wide, long and back again."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from strategies import make_rows, rated, rubrics, seeds

import coqs
from coqs.tables import arrow_texts, distinct, from_arrow

duckdb = pytest.importorskip("duckdb")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
nw = pytest.importorskip("narwhals.stable.v2")


def of_one_kind(values: list[Any]) -> list[Any]:
    """Write numbers as texts where they stand among texts, as libraries want a column of one kind."""
    if len({type(value) for value in values if value is not None}) < 2:
        return values
    return [None if value is None else str(value) for value in values]


def arrow_of(table: dict[str, list[Any]], cut: int, *, as_dictionary: bool) -> Any:
    """Return an Arrow table in two chunks and one that is empty, each with a dictionary of its own."""
    whole = pa.table(table)
    parts = [whole.slice(0, cut), whole.slice(0, 0), whole.slice(cut)]
    if as_dictionary:
        parts = [
            pa.table(
                {
                    name: part[name].dictionary_encode()
                    if pa.types.is_string(part[name].type)
                    else part[name]
                    for name in table
                }
            )
            for part in parts
        ]
    return pa.concat_tables(parts)


def pairs_of(ratings: coqs.Ratings) -> Any:
    return zip(ratings.interaction.to_list(), ratings.rater.to_list(), strict=True)


def tables_of_all(table: dict[str, list[Any]], cut: int) -> dict[str, Any]:
    """Return a table as every library holds it."""
    table = {name: of_one_kind(values) for name, values in table.items()}
    plain = arrow_of(table, cut, as_dictionary=False)
    return {
        "lists": table,
        "objects": {name: np.array(values, dtype=object) for name, values in table.items()},
        "arrow": plain,
        "dictionaries": arrow_of(table, cut, as_dictionary=True),
        "reader": plain.to_reader(),
        "pandas": pd.DataFrame(table),
        "pandas objects": pd.DataFrame(table, dtype=object),
        "pandas categories": pd.DataFrame({name: pd.Categorical(values) for name, values in table.items()}),
        "pandas nulls": pd.DataFrame(table).convert_dtypes(),
        "polars": pl.from_arrow(plain),
        "polars categories": pl.from_arrow(plain).with_columns(pl.col(pl.String).cast(pl.Categorical)),
        "lazy": pl.from_arrow(plain).lazy(),
        "narwhals": nw.from_native(pl.from_arrow(plain)),
        "duckdb": duckdb.from_arrow(plain),
    }


@settings(deadline=None)
@given(rated(), st.sampled_from(["wide", "long"]), st.integers(0, 12), st.booleans())
def test_every_library_and_layout_gives_equal_ratings(
    ratings: coqs.Ratings, layout: Any, cut: int, few: bool
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        if few:  # so that the ways of large columns are gone too
            for room in (distinct, from_arrow):
                patched.setattr(room, "NARROW", 1)
            patched.setattr(arrow_texts, "BLOCK", 2)
        for kind, table in tables_of_all(ratings.to_table(layout), cut).items():
            found = coqs.Ratings.from_table(table, ratings.rubric)
            assert found == ratings, kind
            assert found.interaction.to_arrow(plain=True).to_pylist() == ratings.interaction.to_list(), kind
            assert [found.row_of(id or "", rater=rater or "") for id, rater in pairs_of(ratings)] == [
                *range(len(ratings))
            ]


@given(rated())
def test_wide_and_long_tables_give_back_equal_ratings(ratings: coqs.Ratings) -> None:
    assert coqs.Ratings.from_table(ratings.to_table(), ratings.rubric) == ratings
    assert coqs.Ratings.from_table(ratings.to_table("long"), ratings.rubric) == ratings


@given(rubrics(), seeds)
def test_a_table_of_arrays_reads_as_one_of_lists_and_stays_untouched(rubric: coqs.Rubric, seed: int) -> None:
    table = make_rows(rubric, seed, 8)
    arrays = {name: np.array(column, dtype=object) for name, column in table.items()}
    kept = {name: column.copy() for name, column in arrays.items()}
    assert coqs.Ratings.from_table(arrays, rubric) == coqs.Ratings.from_table(table, rubric)
    for name, column in arrays.items():
        assert column.flags.writeable
        assert column.tolist() == kept[name].tolist()


@given(rated())
def test_ratings_and_scores_pickle_and_compare(ratings: coqs.Ratings) -> None:
    assert pickle.loads(pickle.dumps(ratings)) == ratings
    scores = coqs.score(ratings)
    assert pickle.loads(pickle.dumps(scores)) == scores
    assert scores != coqs.score(ratings.take(slice(0, 3)))


@given(rated())
def test_summaries_count_every_interaction_and_row_once(ratings: coqs.Ratings) -> None:
    scores = coqs.score(ratings)
    table = scores.by("provider")
    assert table["n_ratings"].sum() == len(ratings)
    assert table["n"].sum() == len(set(ratings.interaction.to_list()))
    assert (table["n_scored"] + table["n_unscored"] == table["n"]).all()
    for name in ("", "pass_", "exceeds_"):
        low, high = table[f"{name}ci_low"], table[f"{name}ci_high"]
        known = ~np.isnan(low)
        assert (low[known] <= high[known]).all()
    shares = table["below_share"] + table["meets_share"] + table["exceeds_share"]
    # An answer that does not say how it stands is answered all the same.
    assert (shares[~np.isnan(shares)] <= 1 + 1e-12).all()
    assert (np.isnan(shares) == (table["n_answers"] == 0)).all()


@given(rated())
def test_a_summary_of_each_controller_is_made_without_complaint(ratings: coqs.Ratings) -> None:
    for controller in ("person", "team", "system", "policy", "customer"):
        assert len(coqs.score(ratings).by("customer_set", controlled_by=controller)) >= 1
