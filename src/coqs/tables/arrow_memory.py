"""Arrays of numpy and of pyarrow over the same memory.

pyarrow's own ways from and to numpy look for pandas first, and load it where it is installed, which takes
longer than scoring a hundred thousand rows; these do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

NAMES = MappingProxyType(
    {f"{sign}int{width}": f"{sign}int{width}" for sign in ("", "u") for width in (8, 16, 32, 64)}
    | {"double": "float64", "float": "float32"}
)
"""What pyarrow calls the kinds of numbers, and what numpy does."""


def numbers_of(array: Any, *, empty: float = 0) -> npt.NDArray[Any]:
    """Return the numbers of a pyarrow array, chunked or not, read-only; copied only where they must be.

    >>> import pyarrow
    >>> numbers_of(pyarrow.array([3, None, 5]), empty=-1)
    array([ 3, -1,  5])
    """
    kind, chunks = NAMES.get(str(array.type)), getattr(array, "chunks", [array])
    if kind is None:
        found: npt.NDArray[Any] = (array.fill_null(empty) if array.null_count else array).to_numpy()
        return found
    parts = [_in_place(chunk, kind, empty) for chunk in chunks if len(chunk)]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([np.empty(0, kind), *parts])


def _in_place(chunk: Any, kind: str, empty: float) -> npt.NDArray[Any]:
    if chunk.null_count == len(chunk):  # some leave out the memory of cells that are all empty
        return np.full(len(chunk), empty, kind)
    rows = slice(chunk.offset, chunk.offset + len(chunk))
    numbers = np.frombuffer(chunk.buffers()[1], kind, rows.stop)[rows]
    return np.where(_empty_in(chunk), np.array(empty, kind), numbers) if chunk.null_count else numbers


def empty_of(array: Any) -> npt.NDArray[np.bool_]:
    """Return (n,) true where a pyarrow array, chunked or not, has no value.

    >>> import pyarrow
    >>> empty_of(pyarrow.array(["a", None])).tolist()
    [False, True]
    """
    chunks = getattr(array, "chunks", [array])
    return np.concatenate([np.zeros(0, np.bool_), *map(_empty_in, chunks)])


def _empty_in(chunk: Any) -> npt.NDArray[np.bool_]:
    if chunk.null_count in (0, len(chunk)):
        return np.full(len(chunk), chunk.null_count > 0)
    empty = chunk.is_null()
    end = empty.offset + len(empty)
    bits = np.unpackbits(np.frombuffer(empty.buffers()[1], np.uint8), count=end, bitorder="little")
    return bits[empty.offset :].view(np.bool_)


def are_ascending(texts: Any) -> bool:
    """Tell whether each text of a pyarrow string array begins where the one before it ends."""
    if not len(texts):
        return True
    width = "int64" if str(texts.type).startswith("large") else "int32"
    last = texts.offset + len(texts) + 1
    ends = np.frombuffer(texts.buffers()[1], width, last)[texts.offset :]
    return bool((ends[1:] >= ends[:-1]).all())


def array_of(numbers: npt.NDArray[Any], *, missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """Return a pyarrow array of numbers or truth values, null where they are missing; numbers are not copied.

    >>> import numpy
    >>> array_of(numpy.array([3, 4]), missing=numpy.array([False, True])).to_pylist()
    [3, None]
    """
    import pyarrow as pa

    held = np.ascontiguousarray(numbers)
    bits = np.packbits(held, bitorder="little") if held.dtype.kind == "b" else held
    known = None if missing is None or not missing.any() else np.packbits(~missing, bitorder="little")
    buffers = [None if known is None else pa.py_buffer(known), pa.py_buffer(bits)]
    return pa.Array.from_buffers(pa.from_numpy_dtype(held.dtype), len(held), buffers)


def text_array(texts: Iterable[str]) -> Any:
    """Return texts as a pyarrow array.

    >>> text_array(["a", "", "ñ"]).to_pylist()
    ['a', '', 'ñ']

    Raises
    ------
    UnicodeEncodeError
        A text holds half of a surrogate pair.
    """
    import pyarrow as pa

    held = [text.encode("utf-8") for text in texts]
    ends = np.cumsum([0, *map(len, held)], dtype=np.int64)
    kind, width = (pa.string(), np.int32) if ends[-1] < 2**31 else (pa.large_string(), np.int64)
    buffers = [None, pa.py_buffer(ends.astype(width)), pa.py_buffer(b"".join(held))]
    return pa.Array.from_buffers(kind, len(held), buffers)
