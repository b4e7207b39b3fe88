"""Keep the rows of one interaction together while a file is read in pieces."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.io.pieces import Piece, joined
from coqs.io.text_memory import WORD, text_memory
from coqs.tables import Encoded

Hashes = npt.NDArray[np.uint64]
ODD = np.uint64(0x9E3779B97F4A7C15)


class Recurrence(Exception):
    """An interaction seems to come again after others, so that only the whole file will do."""


def whole_interactions(pieces: Iterable[Piece], id_column: str) -> Iterator[Piece]:
    """Yield pieces no two of which share an interaction that stands in adjacent rows."""
    held: Piece | None = None
    for piece in pieces:
        whole = piece if held is None else joined([held, piece])
        at = _last_run(whole, id_column)
        if at == 0:
            held = whole
        else:
            ready, held = whole.cut(at)
            yield ready
    if held is not None:
        yield held


def _last_run(piece: Piece, id_column: str) -> int:
    """Return the first of the rows at the end that have the last row's id."""
    at = len(piece)
    if at == 0:
        return 0
    ids = piece.column(id_column)
    last = ids[at - 1]
    while at > 0 and ids[at - 1] == last:
        at -= 1
    return at


class SeenInteractions:
    """Tell whether an interaction stands in two batches, in 8 bytes an interaction.

    Of each id a hash is kept, under a key of its own. Two ids may share one, though hardly ever; then
    a file is read as a whole that need not have been, and nothing else comes of it.
    """

    def __init__(self) -> None:
        self._key = np.uint64(secrets.randbits(64))
        self._sorted: Hashes = np.empty(0, np.uint64)
        self._new: list[Hashes] = []
        self._n_new = 0

    def add(self, ids: Encoded) -> None:
        """Take the ids of a batch; looks for those that came before whenever the number has doubled."""
        hashes = self._hashes(ids)
        self._new.append(hashes)
        self._n_new += len(hashes)
        if self._n_new > len(self._sorted):
            self.check()

    def check(self) -> None:
        """Raise `Recurrence` where an id came before in another batch."""
        together = np.concatenate([self._sorted, *self._new])
        together.sort()
        self._new, self._n_new = [], 0
        if (together[1:] == together[:-1]).any():
            raise Recurrence
        self._sorted = together

    def _hashes(self, ids: Encoded) -> Hashes:
        array = getattr(ids.categories, "array", None)
        if array is None:
            plain = np.fromiter(map(hash, ids.categories), np.int64, len(ids.categories))
            return plain.view(np.uint64)
        return text_hashes(array, self._key)


def text_hashes(array: Any, key: np.uint64) -> Hashes:
    """Return (n,) hashes of the texts of a pyarrow array, eight bytes at a time."""
    starts, texts = text_memory(array)
    left = np.diff(starts)
    hashes: Hashes = left.astype(np.uint64) * ODD ^ key
    rows = np.flatnonzero(left > 0)
    words: Hashes = np.ndarray(len(texts) - WORD + 1, "<u8", texts, strides=(1,))
    at = starts[:-1].copy()
    while len(rows):
        missing = np.clip(WORD - left[rows], 0, WORD - 1).astype(np.uint64) * np.uint64(8)
        word = words[at[rows]] << missing  # what stands behind the text's end falls away
        mixed = (hashes[rows] ^ word) * ODD
        hashes[rows] = mixed ^ (mixed >> np.uint64(29))
        left[rows] -= WORD
        at[rows] += WORD
        rows = rows[left[rows] > 0]
    return hashes
