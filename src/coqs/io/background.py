"""Read ahead and write behind, in threads of their own: pyarrow works without holding Python up."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
DEPTH = 1
"""How many things wait between two threads; each may be large."""
_END = object()


def ahead(things: Iterable[T]) -> Iterator[T]:
    """Yield things, the next being made while the last is used; what making one raises comes in turn."""
    waiting: queue.Queue[Any] = queue.Queue(DEPTH)
    left = threading.Event()

    def make() -> None:
        try:
            for thing in things:
                _put(waiting, thing, left)
                if left.is_set():
                    return
            _put(waiting, _END, left)
        except BaseException as error:  # noqa: BLE001  # raised again where the things are used
            _put(waiting, _Raised(error), left)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        while (thing := waiting.get()) is not _END:
            if isinstance(thing, _Raised):
                raise thing.error
            yield thing
    finally:
        left.set()
        thread.join()


@contextlib.contextmanager
def behind(write: Callable[[T], None]) -> Iterator[Callable[[T], None]]:
    """Yield what takes things to write, and returns before they are written; all are, when the block ends.

    What writing one raises comes with the next, or at the end.
    """
    waiting: queue.Queue[Any] = queue.Queue(DEPTH)
    failed: list[BaseException] = []

    def work() -> None:
        while (thing := waiting.get()) is not _END:
            try:
                if not failed:
                    write(thing)
            except BaseException as error:  # noqa: BLE001  # raised again where the things come from
                failed.append(error)

    def take(thing: T) -> None:
        if failed:
            raise failed[0]
        waiting.put(thing)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield take
    finally:
        waiting.put(_END)
        thread.join()
    if failed:
        raise failed[0]


class _Raised:
    """What a thread raised."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _put(waiting: queue.Queue[Any], thing: Any, left: threading.Event) -> None:
    """Put a thing where it is waited for, unless nobody waits any more."""
    while not left.is_set():
        with contextlib.suppress(queue.Full):
            waiting.put(thing, timeout=0.1)
            return
