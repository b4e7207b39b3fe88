"""The bytes of a pyarrow array of texts, for work on all of them at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

WORD = 8
"""Bytes of room behind the last text, so that a word can be read from wherever a text ends."""


def text_memory(array: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return where each text of a pyarrow array starts, and the bytes, with room behind the last."""
    import pyarrow as pa

    _, offsets, texts = array.buffers()
    width = np.int64 if pa.types.is_large_string(array.type) else np.int32
    starts = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    first, last = int(starts[0]), int(starts[-1])
    plain = np.zeros(last - first + WORD, np.uint8)
    if last > first:
        plain[:-WORD] = np.frombuffer(texts, np.uint8)[first:last]
    return starts - first, plain
