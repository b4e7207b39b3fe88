"""Ratings through tables: wide, long and back again."""

from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given
from strategies import make_rows, rated, rubrics, seeds

import coqs


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
