"""CSV with pyarrow and without: the same answers, and the same errors."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given, settings, strategies as st

import coqs
from coqs.io import ratings_in
from coqs.io.ratings_in import RatingsFile
from coqs.io.whole_interactions import Recurrence

pytest.importorskip("pyarrow")
cells = st.sampled_from(
    ["", "yes", "no", "1", "n/a", "3.5", "map|seat", "wet", "dry", "I-1", "I-2", "'-7", "'tis", "'", "é", " "]
)
quoted = st.sampled_from(
    ['""', '"yes"', '"I-1"', '"a\nb"', '"a\r\nb"', '"a""b"', '"a,b"', '"\'=x"', '"""a"""']
)
odd = st.sampled_from(['a"b', '"a"b', '"', "a\rb", "\x00", "\ufeff", '"a\rb"', "x" * 200])
ids = st.integers(0, 60).map(lambda n: f"I-{n}") | cells | quoted
row = st.tuples(ids, *[cells | quoted] * 3).map(",".join)
any_row = row | row | row | st.lists(cells | quoted | odd, max_size=5).map(",".join)
rows = st.lists(row, max_size=30) | st.lists(any_row, max_size=12)
ends = st.sampled_from(["\n", "\r\n", "\n\n"])
HEADER = "interaction,greets,provider,weather"


def outcome(read: Callable[[], object]) -> object:
    try:
        return read()
    except coqs.CoqsError as error:
        return str(error), getattr(error, "line", 0), getattr(error, "failures", ())


def both_ways(read: Callable[[], object], *, block: int = 64) -> tuple[object, object]:
    """Return what comes of reading with pyarrow, in small blocks, and without."""
    with mock.patch("coqs.io.csv_arrow.BLOCK", block):
        quick = outcome(read)
    with mock.patch.object(ratings_in, "has_pyarrow", return_value=False):
        return quick, outcome(read)


@settings(deadline=None)
@given(rows, ends, st.booleans(), st.sampled_from([48, 256, 2**20]))
@example(["a,yes,,", "b,no,,"], "\n", False, 48)
@example(["", ",,,", "a,yes,,", ",,"], "\n", True, 48)
@example(['a"b,yes,,', "c,no,,"], "\n", True, 48)
@example(['a,yes,"x', 'y",', "b,yse,,"], "\r\n", True, 48)
def test_any_file_reads_the_same(desk, tmp_path_factory, rows, end: str, last: bool, block: int) -> None:
    text = end.join([HEADER, *rows]) + (end if last else "")
    path = tmp_path_factory.mktemp("any") / "r.csv"
    path.write_bytes(text.encode("utf-8"))
    quick, own = both_ways(lambda: coqs.read_ratings(path, desk), block=block)
    assert quick == own
    for most in (3, 1000):
        file = RatingsFile(path=path, rubric=desk)
        quick, own = both_ways(lambda file=file, most=most: stacked(file, most), block=block)
        assert isinstance(quick, tuple) == isinstance(own, tuple)


def stacked(file: RatingsFile, most: int) -> object:
    try:
        return sum(len(each) for each in file.batches(rows=most))
    except (coqs.CoqsError, Recurrence) as error:
        return (str(error),)


@settings(deadline=None)
@given(rows, st.binary(max_size=3), st.integers(0, 10**6))
def test_bytes_that_are_no_text_are_told_alike(
    desk, tmp_path_factory, rows, noise: bytes, place: int
) -> None:
    content = "\n".join([HEADER, *rows]).encode("utf-8")
    at = place % (len(content) + 1)
    path = tmp_path_factory.mktemp("noise") / "r.csv"
    path.write_bytes(content[:at] + noise + content[at:])
    quick, own = both_ways(lambda: coqs.read_ratings(path, desk))
    assert quick == own


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "latin-1", "utf-8-sig", "utf-32"])
def test_other_encodings_read_the_same(desk, tmp_path: Path, encoding: str) -> None:
    text = HEADER + "\r\n" + "".join(f"I-{n},yes,Iñaki,dry\r\n" for n in range(300))
    path = tmp_path / "r.csv"
    path.write_bytes(text.encode(encoding))
    quick, own = both_ways(lambda: coqs.read_ratings(path, desk, encoding=encoding), block=1000)
    assert quick == own
    assert isinstance(quick, coqs.Ratings)
    assert set(quick.context["provider"].to_list()) == {"Iñaki"}
    assert len(quick) == 300


@pytest.mark.parametrize("broken", [b"\xff\xfe" + b"\x00\xd8" * 3, b"\xff\xfea"])
def test_a_fault_in_another_encoding_has_its_line(desk, tmp_path: Path, broken: bytes) -> None:
    content = (HEADER + "\n" + "".join(f"I-{n},yes,a,dry\n" for n in range(20))).encode("utf-16")
    path = tmp_path / "r.csv"
    path.write_bytes(content + broken[2:])
    quick, own = both_ways(lambda: coqs.read_ratings(path, desk))
    assert quick == own
    assert isinstance(quick, tuple)
    assert "line 22: must be UTF-16, got another encoding; name the file's own with encoding=" in quick[0]


def test_a_long_line_and_a_long_cell_are_told_alike(desk, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    for row in ("a,yes," + "x" * 500 + ",dry", 'a,yes,"' + "x\n" * 70_000 + '",dry'):
        path.write_text(f"{HEADER}\nb,no,,\n{row}\nc,no,,\n", encoding="utf-8")
        for most in (400, 2**20):
            quick, own = both_ways(lambda most=most: coqs.read_ratings(path, desk, max_line_bytes=most))
            assert quick == own


def test_a_cut_gzip_is_told_alike(desk, tmp_path: Path) -> None:
    path = tmp_path / "r.csv.gz"
    rows = "".join(f"I-{n},yes,{n * 7919},dry\n" for n in range(20_000))
    path.write_bytes(gzip.compress(f"{HEADER}\n{rows}".encode())[:-5000])
    quick, own = both_ways(lambda: coqs.read_ratings(path, desk), block=2**16)
    assert isinstance(quick, tuple)
    assert quick == own
    assert "must be readable to its end" in quick[0]


def test_progress_reaches_all_both_ways(desk, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(HEADER + "\n" + "".join(f"I-{n},yes,,\n" for n in range(1000)), encoding="utf-8")
    for patch in (True, False):
        told = mock.Mock()
        with mock.patch.object(ratings_in, "has_pyarrow", return_value=patch):
            coqs.read_ratings(path, desk, progress=told)
        assert told.call_args.args == (path.stat().st_size,) * 2
