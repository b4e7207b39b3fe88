"""Texts that stay in Arrow memory until somebody asks for one.

Nothing here is imported before a column of Arrow comes in: pyarrow is optional.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from coqs.errors import MissingDependencyError, RecordError
from coqs.tables.arrow_memory import text_array

BLOCK = 4096
"""Texts decoded at a time while going through them."""


def arrow(what: str) -> Any:
    """Return pyarrow, or say that `what` needs it."""
    try:
        import pyarrow as pa
    except ImportError:
        raise MissingDependencyError(what, library="pyarrow", extra="arrow") from None
    return pa


class ArrowTexts(Sequence[str]):
    """Distinct texts of a pyarrow string array, as a sequence; none is a Python string until asked for.

    >>> import pyarrow
    >>> texts = ArrowTexts(pyarrow.array(["ann", "bob"]))
    >>> texts[1], "eve" in texts, texts == ("ann", "bob")
    ('bob', False, True)
    """

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        types = arrow("texts of Arrow").types
        if not (types.is_string(array.type) or types.is_large_string(array.type)) or array.null_count:
            raise RecordError(f"texts: must be an array of texts without nulls, got {array.type}; cast it")
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return tuple(self.array[place].to_pylist())
        return str(self.array[int(place)].as_py())

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self.array), BLOCK):
            yield from self.array.slice(start, BLOCK).to_pylist()

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self._place(text) >= 0

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:
        """Return the place of a text; ValueError where it is not among them."""
        place = self._place(value)
        end = len(self) if stop is None else stop
        if not start <= place < end:
            raise ValueError("no such text")
        return place

    def _place(self, text: str) -> int:
        import pyarrow.compute as pc

        wanted = text_array([text]).cast(self.array.type)[0]
        return int(pc.index(self.array, wanted).as_py())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ArrowTexts) and other.array.type == self.array.type:
            return bool(self.array.equals(other.array))
        if not isinstance(other, tuple | ArrowTexts):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<ArrowTexts: {len(self)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return ArrowTexts, (self.array,)
