"""Reading ahead and writing behind: the same things in the same order, and the same errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from coqs.io.background import ahead, behind


def test_things_come_in_their_order() -> None:
    assert list(ahead(each for each in range(100))) == list(range(100))
    assert list(ahead(each for each in [])) == []


def test_what_making_one_raises_comes_after_those_before() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise ValueError("stop")

    found = ahead(things())
    assert next(found) == 1
    with pytest.raises(ValueError, match="stop"):
        next(found)


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    for thing in ahead(each for each in range(10**6)):
        if thing == 3:
            break
    found = ahead(each for each in range(10**6))
    next(found)
    found.close()
    assert threading.active_count() == before


def test_all_is_written_when_the_block_ends() -> None:
    written: list[int] = []
    with behind(written.append) as write:
        for number in range(100):
            write(number)
    assert written == list(range(100))


def test_what_writing_raises_reaches_the_block() -> None:
    def fail(number: int) -> None:
        raise ValueError(f"no {number}")

    with pytest.raises(ValueError, match="no 1"), behind(fail) as write:
        write(1)
    with pytest.raises(ValueError, match="no 1"), behind(fail) as write:
        list(map(write, range(1, 100)))


def test_what_the_block_raises_goes_first() -> None:
    before = threading.active_count()
    with pytest.raises(KeyError), behind(print):
        {}["a"]
    assert threading.active_count() == before
