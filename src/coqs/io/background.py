"""Read ahead and write behind, in threads of their own: pyarrow works without holding Python up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_END: Any = object()


def ahead(things: Generator[T, None, None]) -> Iterator[T]:
    """Yield things, the next being made while the last is used; what making one raises comes in turn."""
    with contextlib.closing(things), ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, things, _END)
        while (thing := coming.result()) is not _END:
            coming = thread.submit(next, things, _END)
            yield thing


@contextlib.contextmanager
def behind(write: Callable[[T], None]) -> Iterator[Callable[[T], None]]:
    """Yield what takes things to write, and returns while the last is being written.

    All are written when the block ends. What writing one raises comes with the next, or at the end.
    """
    writing: list[Future[None]] = []

    def take(thing: T) -> None:
        finish()
        writing.append(thread.submit(write, thing))

    def finish() -> None:
        while writing:
            writing.pop().result()

    with ThreadPoolExecutor(1) as thread:
        yield take
        finish()
