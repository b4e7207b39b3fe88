"""`coqs score` on files of every kind: in batches as at once, in other formats, encodings and separators."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from unittest import mock

import pytest

import coqs
from coqs.io import ratings_in

SCORE = ("score", "ratings.csv", "--rubric", "desk.toml")
HEADER = "interaction,rater,provider,at,weather,queue,greets,wait_seconds\n"
ROWS = [
    f"I-{n // 2},r-{n % 2},p-{n % 5},,{'dry' if n % 3 else ''},{n % 4},{answer},{n}\n"
    for n, answer in enumerate(["yes", "no", "abstained"] * 20)
]


def small_batches(rows: int = 7):
    return mock.patch.object(ratings_in.RatingsFile.batches, "__kwdefaults__", {"rows": rows})


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def as_parquet(folder: Path, text: str, name: str = "ratings.parquet") -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = list(csv.DictReader(text.splitlines()))
    table = {key: pa.array([row[key] or None for row in rows], pa.string()) for key in rows[0]}
    parquet.write_table(pa.table(table), folder / name, row_group_size=11)


@pytest.mark.parametrize("with_pyarrow", [True, False])
@pytest.mark.parametrize("name", ["ratings.csv", "ratings.parquet"])
def test_batches_give_what_one_pass_gives(coqs_command, folder, monkeypatch, name: str, with_pyarrow) -> None:
    put(folder / "ratings.csv", HEADER + "".join(ROWS))
    as_parquet(folder, HEADER + "".join(ROWS))
    if not with_pyarrow and name.endswith("csv"):
        monkeypatch.setattr(ratings_in, "has_pyarrow", lambda: False)
    command = ("score", name, "--rubric", "desk.toml", "--by", "provider", "--by", "queue", "--fail-on=gates")
    with mock.patch.object(ratings_in.RatingsFile, "can_be_parted", False):
        whole = coqs_command(*command, "--out", "whole.csv")
    with small_batches(), mock.patch("coqs.io.csv_arrow.BLOCK", 200):
        parted = coqs_command(*command, "--out", "parted.csv")
    assert parted.out.replace("parted", "whole") == whole.out
    assert (parted.code, parted.err) == (whole.code, whole.err)
    rows = [rows_of(folder / f"{part}.csv") for part in ("whole", "parted")]
    assert [{key: row[key] for key in rows[0][0]} for row in rows[1]] == rows[0]
    assert "at" in rows[1][0]


def test_an_interaction_that_comes_again_is_scored_as_in_one_pass(coqs_command, folder: Path) -> None:
    rows = [*ROWS[0::2], *ROWS[1::2]]  # one rater after the other
    put(folder / "ratings.csv", HEADER + "".join(rows))
    with mock.patch.object(ratings_in.RatingsFile, "can_be_parted", False):
        whole = coqs_command(*SCORE, "--by", "provider")
    with small_batches(), mock.patch("coqs.io.csv_arrow.BLOCK", 200):
        parted = coqs_command(*SCORE, "--by", "provider", "--out", "s.csv")
    assert parted.out.removesuffix("wrote s.csv\n") == whole.out
    assert "30 interactions, 60 ratings" in parted.out
    assert len(rows_of(folder / "s.csv")) == 60


@pytest.mark.parametrize("name", ["ratings.csv", "ratings.parquet"])
def test_a_pair_that_comes_again_in_another_batch_is_refused(coqs_command, folder: Path, name: str) -> None:
    put(folder / "ratings.csv", HEADER + "".join([*ROWS, ROWS[0]]))
    as_parquet(folder, HEADER + "".join([*ROWS, ROWS[0]]))
    with small_batches(), mock.patch("coqs.io.csv_arrow.BLOCK", 200):
        done = coqs_command("score", name, "--rubric", "desk.toml", "--out", "s.csv")
    assert (done.code, done.out) == (2, "")
    places = ("line 62", "line 2") if name.endswith("csv") else ("row 60", "row 0")
    assert f"{places[0]}: must be the only row of its interaction and rater" in done.err
    assert f"got 'I-0' again (first in {places[1]}); keep one" in done.err
    assert not (folder / "s.csv").exists()


def test_a_bad_cell_in_a_late_batch_has_its_place_and_nothing_is_written(coqs_command, folder: Path) -> None:
    rows = [*ROWS, "J,r,p,,dry,1,hunter2,1\n"]
    put(folder / "ratings.csv", HEADER + "".join(rows))
    as_parquet(folder, HEADER + "".join(rows))
    for name, place in (("ratings.csv", "line 62"), ("ratings.parquet", "row 60")):
        with small_batches(), mock.patch("coqs.io.csv_arrow.BLOCK", 200):
            done = coqs_command("score", name, "--rubric", "desk.toml", "--out", "s.parquet")
        assert (done.code, done.out) == (2, "")
        assert f"{name}: ratings: {place}, column 'greets': must be a level" in done.err
        assert "hunter2" not in done.err
        assert not (folder / "s.parquet").exists()


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl", "tsv", "csv.gz", "jsonl.gz"])
def test_scores_of_every_format_say_the_same(coqs_command, folder: Path, kind: str) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    done = coqs_command(*SCORE, "--out", f"s.{kind}")
    assert (done.code, done.err) == (0, "")
    content = (folder / f"s.{kind}").read_bytes()
    content = gzip.decompress(content) if kind.endswith("gz") else content
    if kind == "parquet":
        from pyarrow import parquet

        rows = parquet.read_table(folder / "s.parquet").to_pylist()
    elif "jsonl" in kind:
        rows = [json.loads(line) for line in content.decode().splitlines()]
    else:
        text = content.decode()
        rows = list(csv.DictReader(text.splitlines(), delimiter="\t" if kind == "tsv" else ","))
    found = [None if row["overall"] in ("", None) else float(row["overall"]) for row in rows]
    assert found == [1.0, 0.5, 0.5, 0.0, None]
    assert [row["verdict"] for row in rows] == ["pass", "pass", "pass", "fail", "unscored"]
    assert rows[4]["reason"] == "abstained"
    assert [row["rater"] for row in rows] == ["ann", "bob", "ann", "ann", "ann"]


def test_ratings_of_every_format_are_scored_alike(coqs_command, folder: Path) -> None:
    expected = coqs_command(*SCORE).out
    rows = rows_of(folder / "ratings.csv")
    put(folder / "r.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    as_parquet(folder, (folder / "ratings.csv").read_text())
    for name in ("r.jsonl", "ratings.parquet"):
        assert coqs_command("score", name, "--rubric", "desk.toml").out == expected
    (folder / "r.jsonl").rename(folder / "r.txt")
    assert coqs_command("score", "r.txt", "--format", "jsonl", "--rubric", "desk.toml").out == expected


@pytest.mark.parametrize(
    ("mark", "separator"), [(";", "semicolon"), ("\t", "tab"), ("|", "pipe"), ("^", "^")]
)
def test_other_separators_are_taken_by_name(coqs_command, folder: Path, mark: str, separator: str) -> None:
    expected = coqs_command(*SCORE).out
    put(folder / "r.csv", (folder / "ratings.csv").read_text().replace(",", mark))
    done = coqs_command("score", "r.csv", "--rubric", "desk.toml", "--separator", separator)
    assert (done.out, done.err) == (expected, "")


def test_a_separator_that_was_not_named_is_told(coqs_command, folder: Path) -> None:
    put(folder / "r.csv", (folder / "ratings.csv").read_text().replace(",", ";"))
    done = coqs_command("score", "r.csv", "--rubric", "desk.toml")
    assert done.code == 2
    assert (
        "must be separated by commas, got ';'; save it with commas, or give --separator semicolon" in done.err
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "latin-1"])
def test_other_encodings_are_taken_by_name(coqs_command, folder: Path, encoding: str) -> None:
    text = "interaction,provider,greets\na,Iñaki,yes\n"
    (folder / "r.csv").write_bytes(text.encode(encoding))
    options = ("--rubric", "desk.toml", "--by", "provider", "--encoding", encoding)
    assert "Iñaki" in coqs_command("score", "r.csv", *options).out


def test_utf_16_needs_no_name_where_its_mark_is_there(coqs_command, folder: Path) -> None:
    (folder / "r.csv").write_bytes("interaction,provider,greets\r\na,Iñaki,yes\r\n".encode("utf-16"))
    assert "Iñaki" in coqs_command("score", "r.csv", "--rubric", "desk.toml", "--by", "provider").out


WRONG = {
    ("--encoding", "cp1253x"): "no encoding 'cp1253x'; did you mean 'cp1252'?",
    ("--encoding", "base64"): "no encoding 'base64'",
    ("--separator", "commas"): "separator: must be one character or a name, got a text of 6 characters; did",
    ("--separator", "a"): "separator: must be one character or a name",
    ("--encoding", "utf-16"): "ratings.csv: line 1: must be utf-16, got another encoding",
    ("--format", "parquet"): "ratings.csv: must be Parquet, got another kind of file",
    ("--format", "jsonl"): "ratings.csv: line 1: must be one whole JSON object",
    ("--format", "xls"): "invalid choice: 'xls'",
}


@pytest.mark.parametrize(("options", "message"), WRONG.items(), ids=map("=".join, WRONG))
def test_what_is_not_known_is_refused(coqs_command, folder: Path, options, message: str) -> None:
    if "parquet" in options:
        pytest.importorskip("pyarrow")
    done = coqs_command(*SCORE, *options, "--out", "s.csv")
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert not (folder / "s.csv").exists()


def test_a_parquet_file_that_is_cut_or_none_is_refused(coqs_command, folder: Path) -> None:
    as_parquet(folder, HEADER + "".join(ROWS))
    whole = (folder / "ratings.parquet").read_bytes()
    damaged = whole[:60] + bytes(400) + whole[460:]
    contents = {
        "cut": whole[: len(whole) // 2],
        "end": whole[:-1],
        "magic": b"PAR1",
        "damaged": damaged,
        "empty": b"",
        "csv": b"interaction\nhunter2\n",
    }
    for name, content in contents.items():
        (folder / f"{name}.parquet").write_bytes(content)
        done = coqs_command("score", f"{name}.parquet", "--rubric", "desk.toml", "--out", "s.parquet")
        assert (done.code, done.out) == (2, ""), name
        assert done.err.count("coqs: ") == done.err.count("\n") == 1
        assert f"{name}.parquet: must be " in done.err
        assert "hunter2" not in done.err
        assert not (folder / "s.parquet").exists()


def test_without_pyarrow_parquet_names_its_extra(coqs_command, folder: Path, monkeypatch) -> None:
    import sys

    (folder / "r.parquet").write_bytes(b"PAR1")
    for name in [name for name in sys.modules if name.startswith("pyarrow")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for command in (("score", "r.parquet", "--rubric", "desk.toml"), (*SCORE, "--out", "s.parquet")):
        done = coqs_command(*command)
        assert (done.code, done.out) == (2, "")
        assert "Parquet needs pyarrow, which is not installed; run: pip install 'coqs[arrow]'" in done.err


def test_a_fact_that_no_rubric_declares_is_read_as_a_whole(coqs_command, folder: Path) -> None:
    rows = [f"I-{n},{n if n < 50 else 'many'},yes\n" for n in range(60)]
    put(folder / "ratings.csv", "interaction,visits,greets\n" + "".join(rows))
    with small_batches(), mock.patch("coqs.io.csv_arrow.BLOCK", 100):
        done = coqs_command(*SCORE, "--fact", "visits", "--out", "s.csv")
    assert done.code == 0
    assert [row["visits"] for row in rows_of(folder / "s.csv")][:2] == ["0", "1"]


def test_rate_writes_other_formats(coqs_command) -> None:
    pytest.importorskip("pyarrow")
    for name in ("rated.parquet", "rated.jsonl"):
        done = coqs_command("rate", "dialogues.jsonl", "--rubric", "desk.toml", "--out", name)
        assert (done.code, done.err) == (0, "")
        again = coqs_command("score", name, "--rubric", "desk.toml", "--fact", "domain")
        assert "2 interactions, 2 ratings" in again.out


def test_scores_of_one_row_are_explained_from_parquet(coqs_command, folder: Path) -> None:
    as_parquet(folder, (folder / "ratings.csv").read_text())
    options = ("--rubric", "desk.toml", "--interaction", "I-1", "--rater", "bob")
    assert coqs_command("explain", "ratings.parquet", *options).out.startswith("I-1 by bob: 1/2")
    assert isinstance(coqs.read_ratings("ratings.parquet", coqs.Rubric.from_toml("desk.toml")), coqs.Ratings)
