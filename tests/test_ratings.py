"""Ratings: tables wide and long, five absences, cells of every bad kind."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

import multiprocessing
import pickle
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.model import Absence

SECRET = "she said her PIN aloud"
RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
facts.situation = ["incident", "lost"]
facts.late = "boolean"
facts.people = "number"

[[criteria]]
id = "tone"
stage = "greeting"
levels = [{ id = "poor", points = 0 }, { id = "good", points = 1 }, { id = "great", points = 2 }]

[[criteria]]
id = "wait"
stage = "responding"
levels = [{ id = "fast", from = 0, below = 10, points = 1 }, { id = "slow", from = 10, below = 99, points = 0 }]

[[criteria]]
id = "offered"
stage = "responding"
options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }]
""")
WIDE: dict[str, list[Any]] = {
    "interaction": ["a", "b", "c", "d", "e"],
    "rater": ["ann", "bob", None, "ann", "ann"],
    "provider": ["p1", "p2", "p1", None, "p1"],
    "customer_set": ["client", None, "visitors", "self", "client"],
    "at": ["2026-05-12T09:30:00Z", None, None, None, None],
    "situation": ["lost", None, "incident", "lost", None],
    "people": [3, "4", None, 2.5, 0],
    "late": [True, "false", None, 0, np.True_],
    "tone": ["good", 2, "not_applicable", "abstained", None],
    "wait": [0, "12.5", "N/A", "failed", "not_asked"],
    "offered": ["map|escort", "|", ["map"], "unanswered", "escort"],
}


def read(table: dict[str, Any] | None = None, **how: Any) -> coqs.Ratings:
    return coqs.Ratings.from_table(WIDE if table is None else table, RUBRIC, **how)


def refusal(table: Any, **how: Any) -> str:
    with pytest.raises(coqs.RecordError) as caught:
        coqs.Ratings.from_table(table, RUBRIC, **how)
    assert SECRET not in str(caught.value)
    assert caught.value.failures
    assert all("; " in str(failure) for failure in caught.value.failures)
    return str(caught.value)


def test_a_wide_table_becomes_columns() -> None:
    found = read()
    assert found.codes["tone"].tolist() == [1, 2, -2, -4, -1]
    assert found.codes["wait"].tolist() == [0, 1, -2, -5, -3]
    np.testing.assert_array_equal(found.numbers["wait"], [0, 12.5, np.nan, np.nan, np.nan])
    assert found.codes["offered"].tolist() == [0, 0, 0, -1, 0]
    assert found.choices["offered"].tolist() == [3, 0, 1, 0, 2]
    assert found.facts["late"].to_list() == ["true", "false", None, "false", "true"]
    np.testing.assert_array_equal(found.facts["people"], [3, 4, np.nan, 2.5, 0])
    assert found.rater.to_list() == ["ann", "bob", None, "ann", "ann"]


def test_the_five_absences_are_kept_apart() -> None:
    table = {"interaction": list("abcdef"), "tone": [*map(str, Absence), None]}
    assert read(table).codes["tone"].tolist() == [-1, -2, -3, -4, -5, -1]


def test_a_long_table_reads_as_the_wide_one() -> None:
    long = {name: [] for name in ("interaction", "rater", "criterion", "level")}
    context = {name: WIDE[name] for name in ("provider", "customer_set", "at", "situation", "people", "late")}
    long |= {name: [] for name in context}
    for row, interaction in enumerate(WIDE["interaction"]):
        for id in RUBRIC.criterion_ids:
            cells = {"interaction": interaction, "rater": WIDE["rater"][row], "criterion": id}
            cells |= {"level": WIDE[id][row]} | {name: column[row] for name, column in context.items()}
            for name, value in cells.items():
                long[name].append(value)
    assert read(long) == read()


def test_ids_that_are_whole_numbers_of_numpy_are_told_apart_in_long_tables() -> None:
    table = {"interaction": list(np.array([1, 2])), "criterion": ["tone"] * 2, "level": ["good", "poor"]}
    found = read(table)
    assert found.interaction.to_list() == ["1", "2"]
    assert found.codes["tone"].tolist() == [1, 0]


def test_positions_and_ids_are_the_same_answers() -> None:
    by_id = read({"interaction": ["a", "b", "c"], "tone": ["poor", "good", "great"]})
    for positions in ([0, 1, 2], ["0", "1", "2"], np.array([0, 1, 2]), np.array([0.0, 1.0, 2.0])):
        assert read({"interaction": ["a", "b", "c"], "tone": positions}) == by_id


def test_other_names_and_other_absences_are_mapped() -> None:
    table = {"id": ["a", "b"], "agent": ["x", "y"], "tone": ["NA", "skip"]}
    found = read(
        table,
        columns={"interaction": "id", "provider": "agent"},
        absences={"na": "not_applicable", "SKIP": "not_asked"},
    )
    assert found.codes["tone"].tolist() == [-2, -3]
    assert found.context["provider"].to_list() == ["x", "y"]


def test_facts_that_no_rubric_declares_are_kept_when_named() -> None:
    table = {"interaction": ["a", "b"], "domain": ["bank", None], "score": ["1", "2.5"]}
    found = read(table, facts=["domain", "score"])
    assert found.facts["domain"].to_list() == ["bank", None]
    assert found.facts["score"].tolist() == [1, 2.5]
    assert read(found.to_table(), facts=["domain", "score"]) == found


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"tone": SECRET}, "row 1, column 'tone': must be a level of the criterion, got a text of 22 characters"),
        ({"tone": "goood"}, "did you mean 'good'?"),
        ({"tone": 3}, "row 1, column 'tone': must be a position from 0 to 2"),
        ({"tone": -1}, "must be a position from 0 to 2"),
        ({"tone": 0.5}, "must be a position from 0 to 2"),
        ({"tone": True}, "must be a level of the criterion, got a value of type bool"),
        ({"tone": ["good"]}, "must be a level of the criterion, got a value of type list"),
        ({"wait": SECRET}, "row 1, column 'wait': must be a finite number, got a text of 22 characters"),
        ({"wait": float("inf")}, "column 'wait': must be a finite number"),
        ({"wait": "nan"}, "column 'wait': must be a finite number"),
        ({"wait": 99}, "column 'wait': must lie in one of the ranges"),
        ({"offered": "map|" + SECRET}, "column 'offered': must be options of the criterion, got a text of 22"),
        ({"offered": "  "}, "column 'offered': must be options joined by |, got blanks"),
        ({"offered": 1}, "column 'offered': must be options joined by |, got a value of type int"),
        ({"offered": np.array("map")}, "column 'offered': must be options joined by |, got a value of type ndarray"),
        ({"offered": [1]}, "column 'offered': must be options of the criterion, got a value of type int"),
        ({"customer_set": "visitor"}, "column 'customer_set': must be a customer set of the rubric"),
        ({"situation": SECRET}, "row 1, column 'situation': must be a value that the rubric declares"),
        ({"people": SECRET}, "row 1, column 'people': must be a finite number"),
        ({"late": 2}, "row 1, column 'late': must be of one kind (boolean)"),
        ({"provider": 1.5}, "row 1, column 'provider': must be a text, got a value of type float"),
        ({"at": "2026-05-12 09:30"}, "row 1, column 'at': must be a time with a zone, got a text of 16 characters; add one such as +02:00, or give tz="),
        ({"at": SECRET}, "row 1, column 'at': must be a time such as"),
        ({"interaction": None}, "row 1, column 'interaction': must be an id, got an empty cell"),
        ({"interaction": "a", "rater": "ann"}, "row 1: must be the only row of its interaction and rater, got 'a' again (first in row 0)"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_by_row_and_column(cells: dict[str, Any], said: str) -> None:
    table = {name: list(column) for name, column in WIDE.items()}
    for name, value in cells.items():
        table[name][1] = value
    assert said in refusal(table)


@pytest.mark.parametrize(
    ("table", "how", "said"),
    [
        ([], {}, "table: must be a mapping of columns, got a value of type list"),
        ({}, {}, "table: must have a column 'interaction', got none"),
        ({"interaction": ["a"], "tonne": [1]}, {}, "column 'tonne': must be a criterion, a context column or a fact; did you mean 'tone'?"),
        ({"interaction": ["a"], "tone": []}, {}, "columns must be of one length"),
        ({"interaction": "abc"}, {}, "column 'interaction': must be a sequence, got a text of 3 characters"),
        ({"interaction": {"a", "b"}}, {}, "column 'interaction': must be a sequence, got a value of type set"),
        ({"interaction": np.zeros((2, 2))}, {}, "column 'interaction': must have one dimension"),
        ({"interaction": ["a"]}, {"columns": {"rater": "who"}}, "must name columns of the table, got 'who'"),
        ({"interaction": ["a"]}, {"columns": {"rater": "interaction", "site": "interaction"}}, "must not give one column two names"),
        ({"interaction": ["a"], "id": ["b"]}, {"columns": {"interaction": "id"}}, "must not give two columns one name"),
        ({"interaction": ["a"]}, {"facts": ["domain"]}, "facts: must name columns of the table, got 'domain'"),
        ({"interaction": ["a"], "site": ["b"]}, {"facts": ["site"]}, "facts: must not name a criterion or a context column"),
        ({"interaction": ["a"]}, {"absences": {"x": "missing"}}, "absences: must map to a kind of absence, got 'missing'"),
        ({"interaction": ["a"]}, {"absences": {None: "failed"}}, "absences: must map texts"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_refused(table: Any, how: dict[str, Any], said: str) -> None:
    assert said in refusal(table, **how)


def test_a_bad_cell_of_a_long_table_is_refused_by_its_own_row() -> None:
    table = {
        "interaction": ["a", "a", "b", "a"],
        "criterion": ["tone", "wait", "tonne", "tone"],
        "level": ["good", SECRET, "good", "poor"],
        "site": ["x", "y", "x", "x"],
    }
    said = refusal(table)
    assert "row 1, column 'level' of 'wait': must be a finite number" in said
    assert (
        "row 2, column 'criterion': must be a criterion of the rubric, got a text of 5 characters; did you mean 'tone'?"
        in said
    )
    assert "row 3: must rate 'tone' once for its interaction and rater, as row 0 did" in said
    assert "row 1, column 'site': must agree with the pair's earlier rows" in said


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(coqs.NotFoundError, match="to_table: no layout 'lnog'; did you mean 'long'"):
        read().to_table("lnog")  # type: ignore[arg-type]


def test_a_text_without_a_zone_is_read_with_tz() -> None:
    found = read({"interaction": ["a"], "at": ["2026-05-12 09:30"]}, tz="Europe/Madrid")
    assert found.at[0] == np.datetime64("2026-05-12T07:30")


def arrays_of(ratings: coqs.Ratings) -> list[np.ndarray]:
    columns = [ratings.codes, ratings.numbers, ratings.choices, ratings.facts, ratings.context]
    flat = [getattr(column, "codes", column) for each in columns for column in each.values()]
    return [*flat, ratings.at, ratings.interaction.codes, ratings.rater.codes]


def test_every_array_is_read_only() -> None:
    for array in arrays_of(read()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    for column in coqs.score(read()).columns.arrays().values():
        assert not column.flags.writeable


def are_frozen(ratings: coqs.Ratings) -> tuple[bool, coqs.Ratings]:
    return not any(array.flags.writeable for array in arrays_of(ratings)), ratings


def test_ratings_come_back_frozen_from_a_spawned_process() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(pickle.loads, (pickle.dumps(read()),))
    frozen, back = are_frozen(there)
    assert frozen
    assert back == read()


def test_the_repr_shows_shape_and_not_contents() -> None:
    assert repr(read()).startswith("<Ratings: 5 rows of 5 interactions by 3 raters, rubric 'door' sha256:")


def test_a_row_is_found_by_interaction_and_rater() -> None:
    found = read({"interaction": ["a", "a", "b"], "rater": ["ann", "bob", "ann"], "tone": [0, 1, 2]})
    assert [found.row_of("a", rater="bob"), found.row_of("b")] == [1, 2]
    with pytest.raises(coqs.NotFoundError) as caught:
        found.row_of("a")
    said = "interaction 'a': several raters rated it: name one with rater=; known are 'ann', 'bob'"
    assert (str(caught.value), caught.value.available) == (said, ("ann", "bob"))
    with pytest.raises(coqs.NotFoundError, match="no rater 'eve'; known are 'ann', 'bob'"):
        found.row_of("a", rater="eve")
    with pytest.raises(coqs.NotFoundError, match="no interaction 'c'"):
        found.row_of("c")


def test_a_rater_without_a_name_is_asked_for_with_an_empty_text() -> None:
    found = read({"interaction": ["a", "a", "b"], "rater": ["ann", None, "ann"], "tone": [0, 1, 2]})
    assert [found.row_of("a", rater=""), found.row_of("a", rater="ann")] == [1, 0]
    with pytest.raises(
        coqs.NotFoundError, match=r'rater="" for the unnamed one.; known are .\(unnamed\)., .ann.'
    ):
        found.row_of("a")
    with pytest.raises(coqs.NotFoundError, match=r"interaction 'b': no rater '\(unnamed\)'; known are 'ann'"):
        found.row_of("b", rater="")


def test_ratings_of_nobody_are_ratings() -> None:
    nobody = read({"interaction": [], "tone": []})
    scores = coqs.score(nobody)
    assert (len(nobody), len(scores), len(scores.by("provider"))) == (0, 0, 0)
    assert scores.bounds().shape == (0, 2)
    assert read(nobody.to_table()) == nobody


def test_an_encoded_column_refuses_what_it_cannot_hold() -> None:
    with pytest.raises(coqs.RecordError, match="must be texts, got a value of type int"):
        coqs.Encoded.from_values(["a", 1])  # type: ignore[list-item]
    for codes in ([-2], [1]):
        with pytest.raises(coqs.RecordError, match="codes must lie from -1 to 0"):
            coqs.Encoded(codes, ("a",))


def test_a_callers_array_is_never_frozen() -> None:
    codes = np.array([0, -1], np.int32)
    column = coqs.Encoded(codes, ("a",))
    codes[0] = -1
    assert column.to_list() == ["a", None]
    rows = np.array([0, 1])
    rated = coqs.RatedColumns(interaction=rows, criterion=["tone"] * 2, level=["good"] * 2)
    rows[0] = 5
    assert rated.interaction.tolist() == [0, 1]
    assert pickle.loads(pickle.dumps(rated)) == rated
    assert not pickle.loads(pickle.dumps(rated)).interaction.flags.writeable


def test_ratings_made_by_hand_keep_nothing_that_can_be_written_to() -> None:
    read_ones = read({"interaction": ["a"], "tone": ["good"], "wait": [3], "offered": ["map"]})
    given = {"tone": np.array([1]), "wait": np.array([0], np.int8), "offered": np.array([0], np.int8)}
    at, numbers, choices = np.array(["NaT"], "M8[us]"), np.array([3.0]), np.array([1], np.uint64)
    made = coqs.Ratings(
        rubric=RUBRIC,
        interaction=read_ones.interaction,
        rater=read_ones.rater,
        context=read_ones.context,
        at=at,
        facts={},
        codes=given,
        numbers={"wait": numbers},
        choices={"offered": choices},
    )
    for array in (*given.values(), numbers, choices):
        array[0] = 7
    assert made == read_ones
    assert not any(array.flags.writeable for array in arrays_of(made))
    assert made.codes["tone"].dtype == np.int8


def test_a_sheet_cannot_be_written_to_and_does_not_show_contents() -> None:
    sheet = read().sheet(0)
    assert repr(sheet) == "<Sheet of 'a' by ann: 3 of 3 answered, 3 facts>"
    assert repr(read().sheet(2)).startswith("<Sheet of 'c' by (unnamed): 1 of 3")
    for mapping in (sheet.facts, sheet.answers):
        with pytest.raises(TypeError):
            mapping["late"] = "false"  # type: ignore[index]
    assert pickle.loads(pickle.dumps(sheet)) == sheet


def test_the_columns_of_scores_pickle_by_themselves() -> None:
    stages = coqs.score(read()).stages
    again = pickle.loads(pickle.dumps(stages))
    assert again == stages
    assert not any(column.flags.writeable for column in again.values())
