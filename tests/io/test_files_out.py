"""CSV out: whole or not at all, safe in a spreadsheet, and read again as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import coqs
from coqs.io import write_evidence
from coqs.io.formulas import STARTS, guarded, unguarded

ODD = [
    "-7",
    "+34",
    "@sam",
    "=1+1",
    "'-7",
    "''=x",
    "'tis",
    "\tx",
    "\rx",
    "\nx",
    'a"b',
    "a,b",
    "a\r\nb",
    " x ",
    "ñ😀",
    "'",
]


def cells(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def ratings_of(ids: list[str], desk: coqs.Rubric) -> coqs.Ratings:
    n = len(ids)
    table = {
        "interaction": ids,
        "provider": ids[::-1],
        "at": ["2026-05-12T09:30:00.000001Z", *[None] * (n - 1)],
        "weather": ["-7", *[None] * (n - 1)],
        "queue": [0.1, *[None] * (n - 1)],
        "known": ["true", *[None] * (n - 1)],
        "greets": (["yes", None, "not_applicable", "not_asked", "abstained", "failed"] * n)[:n],
        "wait_seconds": ([-0.1, 1e300, 1 / 3, None, "abstained"] * n)[:n],
        "offers": (["map|seat", "|", None, "seat", "failed"] * n)[:n],
    }
    return coqs.Ratings.from_table(table, desk)


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_ratings_are_read_again_as_they_were_written(desk, tmp_path: Path, layout) -> None:
    ratings = ratings_of(ODD, desk)
    coqs.write_ratings(ratings, tmp_path / "r.csv", layout=layout)
    assert coqs.read_ratings(tmp_path / "r.csv", desk) == ratings


words = st.text(st.characters(codec="utf-8"), min_size=1)
odd_words = st.builds(
    str.__add__, st.sampled_from(["", "'", "''", *STARTS, *(f"'{each}" for each in STARTS)]), words
)


@given(st.lists(odd_words, min_size=1, max_size=5, unique=True), st.sampled_from(["wide", "long"]))
def test_any_ids_survive_being_written_and_read(desk, tmp_path_factory, ids: list[str], layout) -> None:
    path = tmp_path_factory.mktemp("any") / "r.csv"
    ratings = ratings_of(ids, desk)
    coqs.write_ratings(ratings, path, layout=layout)
    assert coqs.read_ratings(path, desk) == ratings


@given(odd_words | words)
def test_guarding_a_text_is_undone_exactly_and_leaves_no_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[0] not in STARTS


def test_cells_that_start_a_formula_are_escaped_and_numbers_are_not(desk, tmp_path: Path) -> None:
    coqs.write_ratings(ratings_of(["=1+1", "ok", "z"], desk), tmp_path / "r.csv")
    header, first, *_ = cells(tmp_path / "r.csv")
    row = dict(zip(header, first, strict=True))
    assert row["interaction"] == "'=1+1"
    assert row["weather"] == "'-7"
    assert row["wait_seconds"] == "-0.1"


def test_a_header_that_starts_a_formula_is_escaped(desk, tmp_path: Path) -> None:
    table = {"interaction": ["a"], "=cmd": ["x"]}
    ratings = coqs.Ratings.from_table(table, desk, facts=["=cmd"])
    coqs.write_ratings(ratings, tmp_path / "r.csv")
    assert "'=cmd" in cells(tmp_path / "r.csv")[0]
    assert coqs.read_ratings(tmp_path / "r.csv", desk, facts=["=cmd"]) == ratings


def test_scores_hold_every_column_with_nulls_as_empty_cells(desk, tmp_path: Path) -> None:
    scores = coqs.score(ratings_of(["-7", "b", "c"], desk))
    coqs.write_scores(scores, tmp_path / "s.csv")
    header, *rows = cells(tmp_path / "s.csv")
    table = scores.to_table()
    assert header == list(table)
    assert [row[0] for row in rows] == ["'-7", "b", "c"]
    overall = [row[header.index("overall")] for row in rows]
    expected = [None if np.isnan(value) else value for value in scores.overall.tolist()]
    assert [float(cell) if cell else None for cell in overall] == expected
    for row, scored, reason in zip(rows, scores.is_scored, scores.reason, strict=True):
        assert row[header.index("is_scored")] == ("true" if scored else "false")
        assert row[header.index("reason")] == reason
        assert "nan" not in row


def test_what_is_not_scored_is_an_empty_cell_with_its_reason(desk, tmp_path: Path) -> None:
    ratings = coqs.Ratings.from_table({"interaction": ["a"], "greets": ["abstained"]}, desk)
    coqs.write_scores(coqs.score(ratings), tmp_path / "s.csv")
    header, row = cells(tmp_path / "s.csv")
    found = dict(zip(header, row, strict=True))
    assert (found["overall"], found["stage_greeting"], found["verdict"]) == ("", "", "unscored")
    assert found["reason"]


def test_floats_are_written_with_all_their_digits(desk, tmp_path: Path) -> None:
    coqs.write_ratings(ratings_of(["a", "b", "c"], desk), tmp_path / "r.csv")
    header, *rows = cells(tmp_path / "r.csv")
    assert [row[header.index("wait_seconds")] for row in rows] == ["-0.1", "1e+300", repr(1 / 3)]


def test_no_rows_are_written_as_a_header(desk, tmp_path: Path) -> None:
    ratings = coqs.Ratings.from_table({"interaction": []}, desk)
    coqs.write_ratings(ratings, tmp_path / "r.csv")
    assert coqs.read_ratings(tmp_path / "r.csv", desk) == ratings
    coqs.write_scores(coqs.score(ratings), tmp_path / "s.csv")
    assert len(cells(tmp_path / "s.csv")) == 1


def test_evidence_holds_ids_and_places_and_no_words(tmp_path: Path) -> None:
    turns = [{"speaker": "customer", "text": "Hi"}, {"speaker": "provider", "text": "Well, good morning!"}]
    batch = coqs.Interactions.from_records([{"id": "-7", "turns": turns}])
    ratings = coqs.rate(batch, coqs.load_plugins().rubric("coqs"))
    write_evidence(ratings, tmp_path / "e.csv")
    header, *rows = cells(tmp_path / "e.csv")
    assert header == ["interaction", "rater", "criterion", "turn", "start", "end"]
    assert ["'-7", "phrases", "greeted", "1", "6", "18"] in rows
    assert "good morning" not in (tmp_path / "e.csv").read_text("utf-8")


def test_an_unknown_layout_is_refused(desk, tmp_path: Path) -> None:
    with pytest.raises(coqs.NotFoundError, match="no layout 'lnog'; did you mean 'long'"):
        coqs.write_ratings(ratings_of(["a"], desk), tmp_path / "r.csv", layout="lnog")
    assert list(tmp_path.iterdir()) == []


def test_half_a_character_leaves_nothing_behind(desk, tmp_path: Path) -> None:
    old = tmp_path / "r.csv"
    old.write_text("as it was", encoding="utf-8")
    with pytest.raises(coqs.RecordError, match=r"r\.csv: texts must be whole characters"):
        coqs.write_ratings(ratings_of(["a", "b\ud800"], desk), old)
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]
    assert old.read_text("utf-8") == "as it was"


def test_a_folder_that_is_not_there_is_told_by_the_callers_path(desk, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "r.csv"
    with pytest.raises(FileNotFoundError) as caught:
        coqs.write_ratings(ratings_of(["a"], desk), path)
    assert caught.value.filename == str(path)


def test_a_folder_in_the_way_is_told_and_nothing_is_left(desk, tmp_path: Path) -> None:
    (tmp_path / "r.csv").mkdir()
    with pytest.raises(OSError, match=r"r\.csv"):
        coqs.write_ratings(ratings_of(["a"], desk), tmp_path / "r.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]
