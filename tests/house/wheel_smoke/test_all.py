"""With all extras, tables and files of Arrow go in and out, and the demo runs through to its report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest

import coqs


def test_the_demo_writes_a_report_that_fetches_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "coqs", "demo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert not any(mark in page for mark in ("http://", "https://", "<script src", "<link"))


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_tables_of_arrow_and_of_narwhals_give_the_same_ratings(layout: str) -> None:
    ratings = coqs.make_sample(n=50)
    table = ratings.to_table(layout, kind="arrow")
    assert isinstance(table, pa.Table)
    assert coqs.Ratings.from_table(table, ratings.rubric) == ratings
    assert coqs.Ratings.from_table(table.to_reader(), ratings.rubric) == ratings
    assert coqs.Ratings.from_table(nw.from_native(table), ratings.rubric) == ratings


@pytest.mark.parametrize("name", ["ratings.csv", "ratings.parquet", "ratings.jsonl.gz"])
def test_files_are_read_as_they_were_written(tmp_path: Path, name: str) -> None:
    ratings = coqs.make_sample(n=50)
    coqs.write_ratings(ratings, tmp_path / name)
    assert coqs.read_ratings(tmp_path / name, ratings.rubric) == ratings


def test_the_shell_scores_a_parquet_file(tmp_path: Path) -> None:
    coqs.write_ratings(coqs.make_sample(n=50), tmp_path / "ratings.parquet")
    command = [
        sys.executable,
        "-m",
        "coqs",
        "score",
        "ratings.parquet",
        "--rubric",
        "security",
        "--out",
        "scores.csv",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8").startswith("interaction,")


def test_scores_are_a_stream_of_arrow() -> None:
    scores = coqs.score(coqs.make_sample(n=50))
    table = pa.table(scores)
    assert table.num_rows == len(scores)
    assert table["overall"].null_count == int((~scores.is_scored).sum())
