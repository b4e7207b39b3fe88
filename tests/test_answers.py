"""Answers at the door: what tables are read, and what is refused by row and column, never by its words."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

import pickle
import sys
from typing import Any

import numpy as np
import pytest

import coqs

ASKED = coqs.Questionnaire.from_toml_text("""
schema = 1
id = "visit"
version = "1"

[[items]]
id = "welcome"
text = "How were you received?"
not_applicable = true
options = [{ id = "poorly", points = 1 }, { id = "so_so", points = 2 }, { id = "well", points = 4 }]

[[items]]
id = "effort"
text = "How easy was it?"
rating = { low = 1, high = 5 }

[[items]]
id = "solved"
text = "Is it solved?"
answer = "yes_no"

[[items]]
id = "more"
text = "What else?"
answer = "text"
""")
SECRET = "my card number is 4000 1234"
TABLE: dict[str, list[Any]] = {
    "interaction": ["a", "b", "c", "d"],
    "respondent": ["r1", "r2", "r1", None],
    "provider": ["Ana", None, "Ben", "Ben"],
    "at": ["2026-01-05T10:00:00Z", None, "2026-01-06T10:00:00Z", None],
    "welcome": ["well", 4, "not_applicable", None],
    "effort": [1, "5", None, "not_asked"],
    "solved": ["Yes", False, 1, ""],
    "more": [SECRET, None, "n/a", ""],
}


def read(**changes: Any) -> coqs.Answers:
    return coqs.Answers.from_table(TABLE | changes, ASKED, absences={"DK": "unanswered"})


def refusal(**changes: Any) -> coqs.RecordError:
    with pytest.raises(coqs.RecordError) as caught:
        read(**changes)
    assert SECRET not in str(caught.value)
    return caught.value


def test_cells_become_places_of_boxes_or_absences() -> None:
    answers = read()
    assert answers.codes["welcome"].tolist() == [2, 2, -2, -1]
    assert answers.codes["effort"].tolist() == [0, 4, -1, -3]
    assert answers.codes["solved"].tolist() == [1, 0, 1, -1]
    assert answers.context["provider"].to_list() == ["Ana", None, "Ben", "Ben"]
    assert read(effort=["DK", "dk", 3, 3]).codes["effort"].tolist() == [-1, -1, 2, 2]


def test_of_words_is_only_kept_that_there_were_some() -> None:
    answers = read()
    assert answers.codes["more"].tolist() == [
        0,
        -1,
        0,
        -1,
    ]  # n/a is a customer's word where it is not offered
    for shown in (repr(answers), str(answers.to_table()), str(pickle.dumps(answers))):
        assert SECRET not in shown


def test_arrays_are_read_only_also_after_pickling() -> None:
    again = pickle.loads(pickle.dumps(read()))
    assert again == read()
    for answers in (read(), again):
        with pytest.raises(ValueError, match="read-only"):
            answers.codes["effort"][0] = 3


def test_an_item_that_stands_nowhere_was_not_asked() -> None:
    wide = {name: TABLE[name] for name in ("interaction", "welcome")}
    assert coqs.Answers.from_table(wide, ASKED).codes["effort"].tolist() == [-3] * 4
    long = {"interaction": ["a", "b"], "item": ["effort", "solved"], "answer": ["2", "yes"]}
    codes = coqs.Answers.from_table(long, ASKED).codes
    assert {id: column.tolist() for id, column in codes.items()} == {
        "welcome": [-3, -3],
        "effort": [1, -1],
        "solved": [-1, 1],
        "more": [-3, -3],
    }


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.parametrize("kind", [None, "arrow", "pandas", "polars"])
def test_a_table_of_answers_is_read_back_as_it_was_written(layout: Any, kind: Any) -> None:
    if kind:
        pytest.importorskip("pyarrow" if kind == "arrow" else kind)
    answers = read()
    assert coqs.Answers.from_table(answers.to_table(layout, kind=kind), ASKED) == answers


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(coqs.NotFoundError, match="did you mean 'wide'"):
        read().to_table("wode")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"effort": [1, 6, 2, 2]}, "row 1, column 'effort': must be a whole number from 1 to 5, got a value of type int"),
        ({"effort": [1, 2.5, 2, 2]}, "row 1, column 'effort': must be a whole number from 1 to 5"),
        ({"effort": [SECRET, 1, 2, 2]}, "row 0, column 'effort': must be a whole number from 1 to 5, got a text of 27 characters"),
        ({"welcome": ["wel", None, None, None]}, "row 0, column 'welcome': must be an option of the item or its points, got a text of 3 characters; did you mean 'well'?"),
        ({"welcome": [3, None, None, None]}, "row 0, column 'welcome': must be an option of the item or its points"),
        ({"solved": ["perhaps", None, None, None]}, "row 0, column 'solved': must be yes or no"),
        ({"solved": ["not_applicable", None, None, None]}, "got 'not_applicable'; say not_applicable = true"),
        ({"effort": ["abstained", None, None, None]}, "got 'abstained', which is for raters"),
        ({"interaction": ["a", "b", "a", "d"]}, "row 2: must be the only row of its interaction and respondent"),
        ({"interaction": ["a", "b", "c", None]}, "row 3: must have an interaction or a respondent, got neither"),
        ({"wellcome": [1, 1, 1, 1]}, "column 'wellcome': must be an item, a context column or a fact; did you mean 'welcome'?"),
        ({"at": ["2026-01-05T10:00:00", None, None, None]}, "row 0, column 'at'"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_row_and_column(changes: dict[str, Any], message: str) -> None:
    assert message in str(refusal(**changes))


def test_many_problems_are_counted_and_told_at_once() -> None:
    error = refusal(effort=[9, 9, 9, 9], solved=["x", "x", None, None])
    assert str(error).startswith("answers: 6 problems")
    assert len(error.failures) == 6
    assert (error.failures[0].path, error.failures[-1].path) == ("effort", "solved")


def test_a_table_needs_an_interaction_or_a_respondent() -> None:
    with pytest.raises(coqs.RecordError, match="must have a column 'interaction' or 'respondent'"):
        coqs.Answers.from_table({"visit": ["a"], "effort": [1]}, ASKED)
    alone = coqs.Answers.from_table({"respondent": ["r1", "r2"], "effort": [1, 2]}, ASKED)
    assert alone.interaction.to_list() == [None, None]
    assert repr(alone).startswith("<Answers: 2 sheets on 0 interactions")
    assert coqs.Answers.from_table(alone.to_table(), ASKED) == alone


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"item": ["efort"], "answer": [1]}, "row 0, column 'item': must be an item of the questionnaire, got a text of 5 characters; did you mean 'effort'?"),
        ({"item": [None], "answer": [1]}, "must be an item of the questionnaire, got nothing"),
        ({"item": ["effort"], "answer": [8]}, "row 0, column 'answer' of 'effort': must be a whole number from 1 to 5"),
    ],
)  # fmt: skip
def test_a_long_table_is_refused_by_row_and_column_too(table: dict[str, Any], message: str) -> None:
    with pytest.raises(coqs.RecordError) as caught:
        coqs.Answers.from_table({"interaction": ["a"], **table}, ASKED)
    assert message in str(caught.value)


def test_an_item_is_answered_once_a_sheet() -> None:
    table = {"interaction": ["a", "a"], "item": ["effort", "effort"], "answer": [1, 2]}
    with pytest.raises(
        coqs.RecordError, match="must answer 'effort' once for its interaction and respondent"
    ):
        coqs.Answers.from_table(table, ASKED)


def test_facts_are_kept_where_they_are_named() -> None:
    answers = coqs.Answers.from_table(TABLE | {"branch": [1, 2, 1, 2]}, ASKED, facts="branch")
    assert answers.facts["branch"].tolist() == [1, 2, 1, 2]
    with pytest.raises(coqs.RecordError, match="must not name an item or a context column, got 'effort'"):
        coqs.Answers.from_table(TABLE, ASKED, facts="effort")
    with pytest.raises(coqs.RecordError, match="facts: must name columns of the table, got 'gone'"):
        coqs.Answers.from_table(TABLE, ASKED, facts=["gone"])


RECORDS = [
    {"id": "b", "turns": [], "provider": "Bo", "site": "north", "facts": {"urgent": True}},
    {"id": "a", "turns": [], "provider": "other", "site": "south"},
]


def test_what_is_recorded_of_an_interaction_fills_what_its_answers_do_not_say() -> None:
    answers = read().beside(coqs.Interactions.from_records(RECORDS))
    assert answers.context["provider"].to_list() == ["Ana", "Bo", "Ben", "Ben"]  # one's own goes before
    assert answers.context["site"].to_list() == ["south", "north", None, None]
    assert answers.facts["urgent"].to_list() == [None, "true", None, None]
    assert np.array_equal(answers.at, read().at, equal_nan=True)


def test_of_several_raters_the_first_that_says_something_counts() -> None:
    rubric = coqs.load_plugins(only=["coqs"]).rubric("coqs")
    table = {"interaction": ["b", "b", "b"], "rater": ["x", "y", "z"], "provider": [None, "Bo", "Cy"]}
    answers = read().beside(coqs.Ratings.from_table(table, rubric))
    assert answers.context["provider"][1] == "Bo"


def test_some_sheets_can_be_taken() -> None:
    part = read().take(np.array([2, 0]))
    assert part.interaction.to_list() == ["c", "a"]
    assert part.codes["effort"].tolist() == [-1, 0]


@pytest.mark.parametrize("name", ["answers.csv", "answers.jsonl", "answers.parquet"])
def test_answers_are_read_from_files_of_any_format(tmp_path: Any, name: str) -> None:
    import json

    answers, path = read(), tmp_path / name
    columns = answers.to_table()
    if name.endswith("parquet"):
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(answers.to_table(kind="arrow"), path)
    else:
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        lines = [json.dumps(row) for row in rows]
        if name.endswith("csv"):
            lines = [",".join(columns)] + [
                ",".join("" if x is None else str(x) for x in row.values()) for row in rows
            ]
        path.write_text("\n".join(lines), encoding="utf-8")
    assert coqs.read_answers(path, ASKED) == answers


@pytest.mark.parametrize("with_pyarrow", [True, False])
def test_a_file_may_name_respondents_alone(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, with_pyarrow: bool
) -> None:
    if not with_pyarrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "answers.csv"
    path.write_text('respondent,effort,more\nr1,4,"well, yes"\nr2,,\n\nr3,not_asked,x\n', encoding="utf-8")
    answers = coqs.read_answers(path, ASKED)
    assert answers.respondent.to_list() == ["r1", "r2", "r3"]
    assert answers.codes["effort"].tolist() == [3, -1, -3]
    assert answers.codes["more"].tolist() == [0, -1, 0]
    path.write_text("effort\n4\n", encoding="utf-8")
    with pytest.raises(
        coqs.RecordError, match="must be a header with a column 'interaction' or 'respondent'"
    ):
        coqs.read_answers(path, ASKED)


def test_a_file_is_refused_by_its_line(tmp_path: Any) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("interaction,effort\na,1\nb,7\n", encoding="utf-8")
    with pytest.raises(coqs.RecordError, match=r"line 3, column 'effort': must be a whole number") as caught:
        coqs.read_answers(path, ASKED)
    assert (caught.value.line, caught.value.path) == (3, str(path))
