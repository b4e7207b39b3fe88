"""Rows of texts from columns, as the bytes of a file: by pyarrow where it is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from coqs.io.cell_texts import Cells, Columns, Notation, cells_of, has_pyarrow
from coqs.tables.arrow_memory import array_of, text_array

BLOCK = 64 * 2**10
"""Rows put together at a time."""
MERGED = 4096
"""Neighbouring columns are made one while so many different texts, or fewer, can come of it."""


def rows_as_bytes(columns: Columns, notation: Notation) -> Iterator[Any]:
    """Yield the rows of columns, block by block, as bytes or what can be written like them."""
    cells = [
        _headed(cells_of(column, notation), notation.before(place, name))
        for place, (name, column) in enumerate(columns.items())
    ]
    n = len(next(iter(columns.values()), ()))
    merged = _merged(cells)
    blocks = (slice(start, start + BLOCK) for start in range(0, n, BLOCK))
    return _by_arrow(merged, blocks, notation) if has_pyarrow() else _by_hand(merged, blocks, notation)


def _headed(cells: Cells, before: str) -> Cells:
    """Put what stands before a cell into its texts, where they are a list."""
    if cells.codes is None:
        return Cells(None, cells.texts, before)
    return Cells(cells.codes, [before + text for text in cells.texts])


def _merged(columns: list[Cells]) -> list[Cells]:
    """Make neighbouring columns of few texts one."""
    merged: list[Cells] = []
    for cells in columns:
        last = merged[-1] if merged else None
        if last is not None and _few(last, cells):
            merged[-1] = _pair(last, cells)
        else:
            merged.append(cells)
    return merged


def _few(left: Cells, right: Cells) -> bool:
    is_coded = left.codes is not None and right.codes is not None
    return is_coded and len(left.texts) * len(right.texts) <= MERGED


def _pair(left: Cells, right: Cells) -> Cells:
    """Make two columns one, of the texts that really come together."""
    assert left.codes is not None
    assert right.codes is not None
    width = len(right.texts)
    together = left.codes * width + right.codes
    used = np.flatnonzero(np.bincount(together, minlength=len(left.texts) * width))
    places = np.zeros(len(left.texts) * width, np.int64)
    places[used] = np.arange(len(used))
    texts = [left.texts[code // width] + right.texts[code % width] for code in used.tolist()]
    return Cells(places[together], texts)


def _by_hand(columns: list[Cells], blocks: Iterable[slice], notation: Notation) -> Iterator[bytes]:
    for rows in blocks:
        texts = zip(*(cells.rows(rows) for cells in columns), strict=True)
        yield "".join(f"{''.join(row)}{notation.after}" for row in texts).encode("utf-8")


def _by_arrow(columns: list[Cells], blocks: Iterable[slice], notation: Notation) -> Iterator[memoryview]:
    import pyarrow.compute as pc

    known = [cells.texts if cells.codes is None else text_array(cells.texts) for cells in columns]
    after, between = _scalar(notation.after), _scalar("")
    for rows in blocks:
        texts: list[Any] = []
        for cells, choices in zip(columns, known, strict=True):
            texts += [_scalar(cells.before)] if cells.before else []
            texts.append(choices[rows] if cells.codes is None else choices.take(array_of(cells.codes[rows])))
        joined = pc.binary_join_element_wise(*(_same_kind(each) for each in texts), after, between)
        _, starts, held = joined.buffers()
        yield memoryview(held)[: int(np.frombuffer(starts, np.int32)[len(joined)])]


def _same_kind(texts: Any) -> Any:
    import pyarrow as pa

    return texts if texts.type == pa.string() else texts.cast(pa.string())


def _scalar(text: str) -> Any:
    return text_array([text])[0]
