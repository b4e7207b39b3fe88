"""Lines: of bounded length, numbered, strictly UTF-8, from files, gzip and open files."""

from __future__ import annotations

import gzip
import io
import os
import threading
import tracemalloc
from pathlib import Path

import pytest

import coqs
from coqs.io.lines import opened, text_lines


def lines_of(source, **how) -> list[tuple[int, str]]:
    with opened(source) as given:
        return list(text_lines(given, **how))


class Endless(io.RawIOBase):
    """A file that holds one line of a billion letters, made as it is read."""

    def __init__(self, size: int = 10**9) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        n = min(len(buffer), self.left)
        buffer[:n] = b"x" * n
        self.left -= n
        return n


def test_lines_are_numbered_from_1_and_keep_their_ends(written) -> None:
    assert lines_of(written(b"a\nb\r\n\nc")) == [(1, "a\n"), (2, "b\r\n"), (3, "\n"), (4, "c")]


def test_a_file_without_lines_has_none(written) -> None:
    assert lines_of(written(b"")) == []


def test_a_byte_order_mark_is_taken_off_the_first_line_only(written) -> None:
    mark = "\ufeff"
    assert lines_of(written(f"{mark}a\n{mark}b")) == [(1, "a\n"), (2, f"{mark}b")]


def test_gzip_is_read_where_the_name_says_so(written) -> None:
    assert lines_of(written(gzip.compress(b"a\nb\n"), "g.gz")) == [(1, "a\n"), (2, "b\n")]


def test_an_open_binary_file_is_read_and_left_open() -> None:
    file = io.BytesIO(b"a\n")
    assert lines_of(file) == [(1, "a\n")]
    assert not file.closed


def test_a_raw_file_is_read_and_left_open(written) -> None:
    with written(b"a\nb").open("rb", buffering=0) as file:
        assert lines_of(file) == [(1, "a\n"), (2, "b")]
        assert not file.closed


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a\nb\n",))
    writer.start()
    assert lines_of(pipe, progress=print) == [(1, "a\n"), (2, "b\n")]
    writer.join()


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_may_be_as_long_as_is_allowed_whatever_ends_it(written, end: bytes) -> None:
    assert len(lines_of(written(b"12345" + end + b"1"), max_line_bytes=5 if end else 6)) == (2 if end else 1)
    with pytest.raises(coqs.RecordError, match=r"line 1: must be at most 4 bytes long, got more; .*max_line"):
        lines_of(written(b"12345" + end), max_line_bytes=4)


def test_a_line_of_a_billion_bytes_is_refused_without_being_read() -> None:
    source = Endless()
    tracemalloc.start()
    try:
        with pytest.raises(coqs.RecordError, match="line 1: must be at most 16777216 bytes long") as caught:
            lines_of(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.line == 1
    assert source.left > 9 * 10**8
    assert peak < 64 * 2**20


def test_a_bound_below_1_is_refused(written) -> None:
    with pytest.raises(coqs.RecordError, match="max_line_bytes: must be at least 1, got 0"):
        lines_of(written(b"a"), max_line_bytes=0)


@pytest.mark.parametrize(
    ("content", "line", "byte"),
    [
        (b"ok\ncaf\xe9\n", 2, 4),
        (b"\xef\xbb\xbf\xff", 1, 4),
        ("é".encode("utf-16"), 1, 1),
        (b"\xe2\x82", 1, 1),
    ],
)
def test_what_is_not_utf_8_is_refused_with_line_and_byte(written, content, line, byte) -> None:
    message = f"line {line}: must be UTF-8, got another encoding at byte {byte} of the line"
    with pytest.raises(coqs.RecordError, match=message) as caught:
        lines_of(written(content))
    assert caught.value.line == line
    assert caught.value.path.endswith("given")


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    with pytest.raises(coqs.RecordError, match="must be a readable file, got 'no such file") as caught:
        lines_of(path)
    assert caught.value.path == str(path)
    assert caught.value.line is None


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(coqs.RecordError, match="must be a readable file, got 'is a directory'"):
        lines_of(tmp_path)


def test_a_path_that_no_system_takes_is_refused() -> None:
    with pytest.raises(coqs.RecordError, match="must be a readable file"):
        lines_of("a\0b")


def test_gzip_that_is_none_or_ends_early_is_refused(written) -> None:
    whole = gzip.compress(os.urandom(1000).hex().encode())
    damaged = whole[:40] + bytes(40) + whole[80:]
    for content in (b"plain text", whole[:-20], whole[:200], damaged):
        with pytest.raises(coqs.RecordError, match="line 1: must be readable to its end"):
            lines_of(written(content, "g.gz"))


def test_a_file_that_was_opened_as_text_is_refused() -> None:
    with pytest.raises(coqs.RecordError, match="file: must be open in binary, got lines of str"):
        lines_of(io.StringIO("a\n"))


def test_what_is_no_file_is_refused() -> None:
    with pytest.raises(coqs.RecordError, match="must be a path or a binary file, got a value of type int"):
        lines_of(7)


@pytest.mark.parametrize("name", ["plain", "packed.gz"])
def test_progress_is_told_in_bytes_on_the_disk_up_to_all_of_them(written, name: str) -> None:
    content = b"some line\n" * 1000
    path = written(gzip.compress(content) if name.endswith("gz") else content, name)
    told: list[tuple[int, int]] = []
    lines_of(path, progress=lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert len(told) > 2
    assert told == sorted(told)
    assert {total for _, total in told} == {size}
    assert told[-1] == (size, size)
