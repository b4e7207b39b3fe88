"""Without any extra, what needs one names it, and nothing is half-written.

Run by its name where no extra is installed, so that the suite that has everything does not collect it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import coqs


def test_a_parquet_file_wants_the_extra_arrow(tmp_path: Path) -> None:
    scores = coqs.score(coqs.make_sample(n=5))
    with pytest.raises(coqs.MissingDependencyError, match=r"coqs\[arrow\]"):
        coqs.write_scores(scores, tmp_path / "scores.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["arrow", "duckdb", "pandas", "polars"])
def test_a_table_of_another_library_wants_the_library(kind: str) -> None:
    scores = coqs.score(coqs.make_sample(n=5))
    with pytest.raises(coqs.MissingDependencyError):
        scores.to_table(kind)


def test_a_data_frame_wants_the_extra_tables() -> None:
    class Frame:
        def __dataframe__(self, **_: bool) -> object:
            return self

    rubric = coqs.load_plugins().rubric("coqs")
    with pytest.raises(coqs.MissingDependencyError, match=r"coqs\[\w+\]"):
        coqs.Ratings.from_table(Frame(), rubric)
