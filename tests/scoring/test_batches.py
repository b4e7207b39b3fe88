"""A stream of batches is scored as one table is, in the memory of a few batches."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.tables import Encoded

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "fair", points = 1 }, { id = "yes", points = 3 }]
""")
SCORER = coqs.Scorer(RUBRIC)
IDS = ["a", "a", "b", "c", "c", "c", "c", "d"]
TABLE: dict[str, list[Any]] = {
    "interaction": IDS,
    "rater": ["r", "s", "r", "r", "s", "t", "u", "r"],
    "provider": ["ann", "ann", None, "bob", "bob", "bob", "eve", "ann"],
    "at": [f"2026-05-11T09:0{row}:00Z" for row in range(8)],
    "greets": ["yes", "no", "fair", None, "yes", "fair", "n/a", "yes"],
    "floor": [1, 2, None, 3, 4, 5, 6, 7],
}


def tables(*sizes: int) -> Iterator[dict[str, list[Any]]]:
    start = 0
    for size in sizes:
        yield {name: column[start : start + size] for name, column in TABLE.items()}
        start += size


def whole() -> coqs.Scores:
    return SCORER(coqs.Ratings.from_table(TABLE, RUBRIC, facts=["floor"]))


def put_together(batches: list[coqs.Scores]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for scores in batches:
        missing = {"provider": [None] * len(scores)}  # a column that no row has is not written
        for name, column in {**missing, **scores.to_table(), **scores.ratings.to_table()}.items():
            found.setdefault(name, []).extend(list(column))
    return found


@pytest.mark.parametrize("sizes", [(8,), (1,) * 8, (3, 5), (4, 0, 1, 3), (0, 5, 3, 0), (2, 2, 2, 2)], ids=str)
@pytest.mark.parametrize("whole_interactions", [False, True])
def test_batches_are_scored_in_their_order_as_one_table_is(
    sizes: tuple[int, ...], whole_interactions: bool
) -> None:
    batches = [*SCORER.batches(tables(*sizes), whole_interactions=whole_interactions, facts=["floor"])]
    found, expected = put_together(batches), put_together([whole()])
    for name in ("interaction", "rater", "provider", "at", "greets", "floor", "overall", "verdict", "reason"):
        np.testing.assert_array_equal(found[name], expected[name])
    if whole_interactions:
        ids = [set(scores.ratings.interaction.to_list()) for scores in batches]
        assert sum(map(len, ids)) == 4
        tally = coqs.Tally.merge(coqs.Tally.of(scores, "provider") for scores in batches)
        assert tally.table() == whole().by("provider")
    else:
        assert [len(scores) for scores in batches] == [*sizes]


def test_a_batch_is_scored_when_it_is_asked_for() -> None:
    read: list[int] = []

    def source() -> Iterator[dict[str, list[Any]]]:
        for number, table in enumerate(tables(3, 5)):
            read.append(number)
            yield table

    scored = SCORER.batches(source(), facts="floor")
    assert read == []
    next(scored)
    assert read == [0]


def test_ratings_are_taken_as_they_are_and_names_and_zones_are_passed_on() -> None:
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "greets": ["yes"]}, RUBRIC)
    named = {"ID": ["b"], "at": ["2026-05-11T09:00:00"], "greets": ["NA"]}
    how = {"columns": {"interaction": "ID"}, "absences": {"NA": "not_applicable"}, "tz": "Europe/Madrid"}
    first, second = SCORER.batches([ratings, named], **how)
    assert first.ratings is ratings
    assert second.ratings.at.tolist()[0].hour == 7
    assert second.reason.tolist() == ["not_applicable"]


def test_a_fact_of_numbers_here_and_of_texts_there_is_kept_as_texts() -> None:
    one = {"interaction": ["a"], "rater": ["r"], "floor": [1], "greets": ["yes"]}
    two = {"interaction": ["a", "b"], "rater": ["s", "r"], "floor": ["first", "top"], "greets": ["no", "no"]}
    first, second = SCORER.batches([one, two], whole_interactions=True, facts=["floor"])
    assert first.by("floor")["floor"].tolist() == ["1", "first"]
    assert second.by("floor")["floor"].tolist() == ["top"]


def test_texts_in_arrow_memory_stay_there_where_nothing_new_joins_them() -> None:
    pa = pytest.importorskip("pyarrow")
    whole = pa.table({name: TABLE[name] for name in ("interaction", "rater", "provider", "greets")})
    batches = [*SCORER.batches(whole.to_batches(3), whole_interactions=True)]
    assert sum(map(len, batches)) == 8
    merged = sum(coqs.Tally.of(scores, "provider") for scores in batches)
    assert merged.table()["n"].tolist() == [2, 1, 1, 1]


def test_problems_say_in_which_batch_they_are() -> None:
    wrong = {"interaction": ["x"], "greets": ["perhaps"], "floor": [1]}
    scored = SCORER.batches([*tables(3), wrong], facts=["floor"])
    next(scored)
    with pytest.raises(coqs.RecordError, match=r"^batch 1: ratings: row 0, column 'greets'") as caught:
        next(scored)
    assert "perhaps" not in str(caught.value)
    assert caught.value.failures[0].path == "greets"


def test_what_is_no_stream_of_batches_is_refused_at_once() -> None:
    for wrong, got in ((TABLE, "one"), (whole().ratings, "one"), (7, "a value of type int")):
        with pytest.raises(coqs.RecordError, match=f"batches: must be several tables or ratings, got {got};"):
            SCORER.batches(wrong)  # type: ignore[arg-type]


def test_one_table_of_another_library_is_no_stream_but_a_reader_of_batches_is() -> None:
    pa, pl = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    table = pa.table({"interaction": ["a", "b"], "greets": ["yes", "no"]})
    for one in (pl.DataFrame(table), table, table.to_batches()[0], table.to_pandas()):
        with pytest.raises(coqs.RecordError, match="batches: must be several tables or ratings, got one;"):
            SCORER.batches(one)
    assert [len(each) for each in SCORER.batches(table.to_reader(max_chunksize=1))] == [1, 1]


def test_a_pair_on_both_sides_of_a_border_is_refused_and_so_is_another_rubric() -> None:
    one = {"interaction": ["a"], "rater": ["r"], "greets": ["yes"]}
    with pytest.raises(coqs.RecordError, match="must hold one row of each interaction and rater"):
        [*SCORER.batches([one, one], whole_interactions=True)]
    text = 'schema = 1\nid = "d"\nversion = "1"\n[[criteria]]\nid = "greets"\nstage = "greeting"\n'
    other = coqs.Rubric.from_toml_text(
        text + 'levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]'
    )
    ratings = [coqs.Ratings.from_table(one, each) for each in (RUBRIC, other)]
    with pytest.raises(coqs.ComparisonError, match="under one rubric"):
        [*SCORER.batches(ratings, whole_interactions=True)]
    with pytest.raises(coqs.ComparisonError):
        [*SCORER.batches(ratings)]


def made_up(batches: int, rows: int) -> Iterator[coqs.Ratings]:
    """Make ratings without a table, each batch beginning with the last interaction of the one before."""
    rng = np.random.default_rng(1)
    context = {name: Encoded.missing(rows) for name in ("provider", *coqs.model.CONTEXT[1:])}
    for batch in range(batches):
        ids = [f"i{batch * (rows - 1) + row}" for row in range(rows)]
        yield coqs.Ratings(
            rubric=RUBRIC,
            interaction=Encoded(np.arange(rows, dtype=np.int32), ids),
            rater=Encoded.from_values([f"r{batch % 2}"] * rows),
            context=context,
            at=np.full(rows, "NaT", "datetime64[us]"),
            facts={},
            codes={"greets": rng.integers(0, 3, rows).astype(np.int8)},
            numbers={},
            choices={},
        )


def peak(batches: int, rows: int, *, whole_interactions: bool) -> int:
    tracemalloc.start()
    try:
        total = coqs.Tally.merge(
            coqs.Tally.of(scores, "provider")
            for scores in SCORER.batches(made_up(batches, rows), whole_interactions=whole_interactions)
        )
        n = batches * (rows - 1) + 1 if whole_interactions else batches * rows
        assert total.table()["n"].tolist() == [n]
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_stream() -> None:
    short = peak(4, 4_000, whole_interactions=True)
    long = peak(24, 4_000, whole_interactions=True)
    assert long < 1.25 * short
