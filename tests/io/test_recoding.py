"""Files of other encodings, read as UTF-8."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, strategies as st

from coqs.io.recoding import BLOCK, Recoded, Resumed

texts = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=40)
encodings = st.sampled_from(["utf-16", "utf-16-be", "utf-32", "utf-7", "gb18030"])


def lines_of(file, limit: int = 100) -> list[bytes]:
    return list(iter(lambda: file.readline(limit), b""))


@given(st.lists(texts, max_size=6), encodings, st.integers(1, 50))
def test_lines_come_out_as_utf_8(parts: list[str], encoding: str, limit: int) -> None:
    text = "\n".join(parts)
    expected = io.BytesIO(text.encode("utf-8"))
    assert lines_of(Recoded(io.BytesIO(text.encode(encoding)), encoding), limit) == lines_of(expected, limit)


@given(texts, encodings, st.integers(1, 50))
def test_blocks_come_out_as_utf_8(text: str, encoding: str, n: int) -> None:
    file = Recoded(io.BytesIO(text.encode(encoding)), encoding)
    assert b"".join(iter(lambda: file.read(n), b"")) == text.encode("utf-8")


def test_a_byte_order_mark_is_taken_off_once() -> None:
    content = "\ufeff\ufeffa".encode("utf-16-le")
    assert Recoded(io.BytesIO(content), "utf-16-le").read(99) == "\ufeffa".encode()


def test_characters_on_a_border_of_blocks_stay_whole() -> None:
    text = "x" + "ñ😀\n" * BLOCK
    file = Recoded(io.BytesIO(text.encode("utf-16")), "utf-16")
    assert b"".join(lines_of(file)).decode() == text


@pytest.mark.parametrize("read", [lines_of, lambda file: list(iter(lambda: file.read(3), b""))])
def test_what_stands_before_a_fault_is_read_first(read) -> None:
    file = Recoded(io.BytesIO("ab\ncd".encode("utf-16-le") + b"\x00\xd8\x00"), "utf-16-le")
    assert file.readline(99) == b"ab\n"
    with pytest.raises(UnicodeDecodeError):
        read(file)


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(1, 20))
def test_what_was_read_comes_again_before_the_rest(content: bytes, at: int, limit: int) -> None:
    resumed = Resumed(content[:at], io.BytesIO(content[at:]))
    assert lines_of(resumed, limit) == lines_of(io.BytesIO(content), limit)


def test_an_error_comes_where_it_came() -> None:
    resumed = Resumed(b"a\nb", None, EOFError())
    assert resumed.readline(9) == b"a\n"
    with pytest.raises(EOFError):
        resumed.readline(9)
