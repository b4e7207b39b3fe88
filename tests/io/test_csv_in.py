"""Ratings from CSV: what is read, and what is refused with its line and without its words."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import pytest

import coqs

SECRET = "hunter2"
WIDE = "interaction,rater,provider,at,weather,greets,wait_seconds,offers\n"


def file_of(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode("utf-8"))


def read(text: str, rubric: coqs.Rubric, **how) -> coqs.Ratings:
    return coqs.read_ratings(file_of(text), rubric, **how)


def test_a_wide_file_is_read(desk, written) -> None:
    text = WIDE + "I-1,ann,sam,2026-05-12T09:30:00Z,wet,yes,12.5,map|seat\nI-2,,,,,n/a,failed,|\n"
    ratings = coqs.read_ratings(written(text, "r.csv"), desk)
    assert ratings.interaction.to_list() == ["I-1", "I-2"]
    assert ratings.rater.to_list() == ["ann", None]
    assert ratings.facts["weather"].to_list() == ["wet", None]
    assert ratings.codes["greets"].tolist() == [1, coqs.Absence.NOT_APPLICABLE.code]
    assert ratings.numbers["wait_seconds"].tolist()[0] == 12.5
    assert ratings.codes["wait_seconds"].tolist()[1] == coqs.Absence.FAILED.code
    assert ratings.choices["offers"].tolist() == [3, 0]
    assert ratings.codes["offers"].tolist() == [0, 0]


def test_a_long_file_is_read(desk) -> None:
    text = (
        "interaction,rater,criterion,level\nI-1,ann,greets,yes\nI-1,ann,wait_seconds,3\nI-1,bob,greets,no\n"
    )
    ratings = read(text, desk)
    assert ratings.rater.to_list() == ["ann", "bob"]
    assert ratings.codes["greets"].tolist() == [1, 0]


def test_the_same_table_is_read_from_a_mapping_and_from_a_file(desk) -> None:
    table = {"interaction": ["I-1", "I-2"], "greets": ["yes", None], "weather": [None, "dry"]}
    assert read("interaction,greets,weather\nI-1,yes,\nI-2,,dry\n", desk) == coqs.Ratings.from_table(
        table, desk
    )


def test_empty_cells_are_unanswered_and_absences_are_kept_apart(desk) -> None:
    words = ["", "not_applicable", "not_asked", "abstained", "failed", "NA"]
    text = "interaction,greets\n" + "".join(f"I-{n},{word}\n" for n, word in enumerate(words))
    ratings = read(text, desk, absences={"NA": "not_applicable"})
    assert ratings.codes["greets"].tolist() == [-1, -2, -3, -4, -5, -2]


def test_columns_of_other_names_are_mapped(desk) -> None:
    ratings = read("call,hello\nI-1,yes\n", desk, columns={"interaction": "call", "greets": "hello"})
    assert ratings.codes["greets"].tolist() == [1]


def test_facts_that_the_rubric_does_not_declare_are_kept_when_named(desk) -> None:
    with pytest.raises(
        coqs.RecordError, match="column 'domain': must be a criterion, a context column or a fact"
    ):
        read("interaction,domain\nI-1,bank\n", desk)
    assert read("interaction,domain\nI-1,bank\n", desk, facts=["domain"]).facts["domain"].to_list() == [
        "bank"
    ]


def test_quoted_cells_may_hold_commas_quotes_and_line_ends(desk) -> None:
    ratings = read('interaction,provider\n"I,1","a ""b""\r\nc"\nI-2,d\n', desk)
    assert ratings.interaction.to_list() == ["I,1", "I-2"]
    assert ratings.context["provider"].to_list() == ['a "b"\r\nc', "d"]


def test_empty_rows_are_passed_over_but_counted(desk) -> None:
    with pytest.raises(coqs.RecordError, match="line 5, column 'greets': must be a level"):
        read("interaction,greets\n\nI-1,yes\n,\nI-2,yse\n", desk)


def test_lines_are_counted_through_line_ends_in_cells(desk) -> None:
    with pytest.raises(coqs.RecordError, match="line 4, column 'greets'"):
        read('interaction,provider,greets\nI-1,"a\nb",yes\nI-2,c,yse\n', desk)


def test_a_file_with_a_header_only_has_no_rows(desk) -> None:
    assert len(read(WIDE, desk)) == 0


def test_a_byte_order_mark_and_gzip_are_accepted(desk, written) -> None:
    content = b"\xef\xbb\xbfinteraction,greets\r\nI-1,yes\r\n"
    assert len(coqs.read_ratings(written(content, "bom.csv"), desk)) == 1
    assert len(coqs.read_ratings(written(gzip.compress(content), "r.csv.gz"), desk)) == 1


def test_an_apostrophe_before_what_could_start_a_formula_is_taken_off(desk) -> None:
    ratings = read("interaction,provider,wait_seconds\n'-7,'=x,-3.5\n''-7,'tis,+4\n", desk)
    assert ratings.interaction.to_list() == ["-7", "'-7"]
    assert ratings.context["provider"].to_list() == ["=x", "'tis"]
    assert ratings.numbers["wait_seconds"].tolist() == [-3.5, 4.0]


BAD = {
    "no interaction column": (
        f"name,greets\n{SECRET},yes\n",
        "line 1: must be a header with a column 'interaction'",
    ),
    "no header": (f"{SECRET},{SECRET},yes\n", r"got none in 3 columns; name it with columns=\{\.\.\.\}"),
    "near header": ("interactoin,greets\na,yes\n", "did you mean 'interactoin'"),
    "semicolons": (f"interaction;greets\n{SECRET};yes\n", "must be separated by commas, got ';'"),
    "tabs": (f"interaction\tgreets\n{SECRET}\tyes\n", r"must be separated by commas, got '\\t'"),
    "nameless column": (f"interaction,,greets\na,{SECRET},yes\n", "line 1: column 2 must have a name"),
    "repeated column": (
        f"interaction,greets,greets\na,{SECRET},yes\n",
        "must be named once, got 'greets' again",
    ),
    "unknown column": ("interaction,greet\na,yes\n", "column 'greet': must be .*did you mean 'greets'"),
    "short row": (f"interaction,greets\n{SECRET}\n", "line 2: must have 2 cells, as the header has, got 1"),
    "long row": (
        f"interaction,greets\na,yes,{SECRET}\n",
        "line 2: must have 2 cells, as the header has, got 3",
    ),
    "open quote": (
        f'interaction,greets\na,yes\nb,"{SECRET}\nc,no\n',
        "line 3: must be CSV, got a row that is not",
    ),
    "odd quote": (f'interaction,greets\na,"{SECRET}"yes\n', "line 2: must be CSV"),
    "long cell": (f"interaction,provider\na,{SECRET * 20_000}\n", "line 2: must be CSV"),
    "bare CR": (f"interaction,greets\ra,{SECRET}\r", "line 1: must be CSV, .*line ends"),
    "unknown level": (f"interaction,greets\na,{SECRET}\n", "line 2, column 'greets': must be a level"),
    "no such position": (
        "interaction,greets\na,2\n",
        "line 2, column 'greets': must be a position from 0 to 1",
    ),
    "NaN": ("interaction,wait_seconds\na,nan\n", "line 2, column 'wait_seconds': must be a finite number"),
    "inf": ("interaction,wait_seconds\na,-inf\n", "line 2, column 'wait_seconds': must be a finite number"),
    "mixed number": (
        f"interaction,wait_seconds\na,3\nb,{SECRET}\n",
        "line 3, column 'wait_seconds': must be a finite",
    ),
    "mixed fact": (f"interaction,queue\na,3\nb,{SECRET}\n", "line 3, column 'queue'"),
    "NaN fact": ("interaction,queue\na,inf\n", "line 2, column 'queue': must be a finite number"),
    "unknown fact value": (
        f"interaction,weather\na,{SECRET}\n",
        "line 2, column 'weather': must be a value that",
    ),
    "unknown option": (f"interaction,offers\na,map|{SECRET}\n", "line 2, column 'offers': must be options"),
    "unknown set": (f"interaction,customer_set\na,{SECRET}\n", "line 2, column 'customer_set'"),
    "missing id": (f"interaction,provider\n,{SECRET}\n", "line 2, column 'interaction': must be an id"),
    "same pair": (
        "interaction,rater\na,r\na,r\n",
        "line 3: must be the only row of its .*'a' again .first in line 2",
    ),
    "naive time": (
        "interaction,at\na,2026-05-12T09:30:00\n",
        "line 2, column 'at': must be a time with a zone",
    ),
    "no time": (f"interaction,at\na,{SECRET}\n", "line 2, column 'at': must be a time such as"),
    "unknown criterion": (f"interaction,criterion,level\na,{SECRET},yes\n", "line 2, column 'criterion'"),
    "same answer": (
        "interaction,criterion,level\na,greets,yes\na,greets,no\n",
        "line 3: must rate 'greets' once .*as line 2 did",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_place_and_without_its_words(desk, text: str, message: str) -> None:
    with pytest.raises(coqs.RecordError, match=message) as caught:
        read(text, desk)
    error = caught.value
    assert str(error).startswith("file: ")
    assert error.path == "file"
    assert all("; " in str(failure) for failure in error.failures)
    assert SECRET not in str(error) + repr(error) + repr(error.failures)


@pytest.mark.parametrize("name", [name for name in BAD if name != "unknown column"])
def test_an_error_of_one_line_carries_it(desk, name: str) -> None:
    with pytest.raises(coqs.RecordError) as caught:
        read(BAD[name][0], desk)
    error = caught.value
    assert re.match(rf"file: (ratings: )?line {error.line}[:,] ", str(error))
    assert [failure.line for failure in error.failures] == [error.line]


def test_a_fault_has_its_line_and_column(desk) -> None:
    with pytest.raises(coqs.RecordError) as caught:
        read("interaction,greets,at\na,yes,\nb,yse,\nc,no,2026-05-12T09:30\n", desk)
    assert caught.value.line is None
    assert [(each.line, each.path) for each in caught.value.failures] == [(3, "greets"), (4, "at")]


def test_ragged_rows_are_counted_and_raised_once(desk) -> None:
    with pytest.raises(coqs.RecordError, match="30 problems") as caught:
        read("interaction,greets\n" + "a\n" * 30, desk)
    assert len(caught.value.failures) == 10
    assert caught.value.line is None
    assert [failure.line for failure in caught.value.failures] == list(range(2, 12))


def test_a_zone_for_times_that_state_none_is_taken(desk) -> None:
    ratings = read("interaction,at\na,2026-05-12T09:30:00\n", desk, tz="Europe/Madrid")
    assert str(ratings.at[0]) == "2026-05-12T07:30:00.000000"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf\r\n", b",,\n"])
def test_an_empty_file_is_refused(desk, written, content: bytes) -> None:
    with pytest.raises(
        coqs.RecordError, match=r"empty\.csv: must have a header and a row a pair, got an empty file"
    ):
        coqs.read_ratings(written(content, "empty.csv"), desk)


def test_a_missing_file_is_refused(desk, tmp_path: Path) -> None:
    with pytest.raises(coqs.RecordError, match=r"nowhere\.csv: must be a readable file, got 'no such file"):
        coqs.read_ratings(tmp_path / "nowhere.csv", desk)


def test_another_encoding_is_refused_with_line_and_byte(desk, written) -> None:
    with pytest.raises(
        coqs.RecordError, match="line 2: must be UTF-8, got another encoding at byte 4 of the line"
    ):
        coqs.read_ratings(written("interaction\ncafé\n".encode("latin-1"), "l.csv"), desk)


def test_a_line_that_is_too_long_is_refused(desk) -> None:
    with pytest.raises(coqs.RecordError, match="line 2: must be at most 20 bytes long"):
        read("interaction\n" + "x" * 21, desk, max_line_bytes=20)


def test_progress_is_told(desk, written) -> None:
    told: list[tuple[int, int]] = []
    path = written("interaction\n" + "".join(f"I-{n}\n" for n in range(1000)), "r.csv")
    coqs.read_ratings(path, desk, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size,) * 2
