"""The texts of a column's cells, each distinct one made once; in CSV or in JSON.

A column is held as places in a short list of texts wherever it can be, so that a million rows cost few
texts. Both ways of putting rows together, with pyarrow and without, take columns in this form.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.io.formulas import STARTS, guarded
from coqs.io.text_memory import text_memory
from coqs.tables import Encoded
from coqs.tables.arrow_memory import array_of, numbers_of, text_array

Column = Sequence[Any] | npt.NDArray[Any] | Encoded
Columns = Mapping[str, Column]
Codes = npt.NDArray[np.signedinteger[Any]]
FEW = 4096
"""So many distinct numbers, or fewer, are written one by one."""
FIRST_BYTES = bytes(sorted({each.encode("utf-8")[0] for each in STARTS} | {ord("'")}))


@attrs.frozen(kw_only=True)
class Notation:
    """How rows and cells are written."""

    text: Callable[[str], str]
    """A text as a cell."""
    number: Callable[[Any], str]
    """Another value as a cell."""
    missing: str
    """What is written where there is nothing."""
    before: Callable[[int, str], str]
    """What stands before a cell: by the column's place, and its name."""
    after: str
    """What ends a row."""
    header: bool
    """Whether a first row holds the names."""
    plain: Callable[[Any], bool]
    """Tells whether all texts of a pyarrow array are their own cells."""


@attrs.frozen(eq=False)
class Cells:
    """The cells of a column: places in a list of texts, or where there are no codes, an array of pyarrow."""

    codes: Codes | None
    texts: Any
    before: str = ""
    """What stands before each cell; already in the texts where they are a list."""

    def rows(self, rows: slice) -> list[str]:
        """Return the cells of some rows."""
        if self.codes is None:
            return [self.before + text for text in self.texts[rows].to_pylist()]
        texts = self.texts
        return [texts[code] for code in self.codes[rows].tolist()]


def cells_of(column: Column, notation: Notation) -> Cells:
    """Return the cells of a column."""
    if isinstance(column, Encoded):
        return _encoded(column, notation)
    if not isinstance(column, np.ndarray):
        return _one_by_one(column, notation)
    if column.dtype.kind == "M":
        return _times(column, notation)
    if column.dtype.kind == "f" and has_pyarrow():
        return _floats(column, notation)
    if column.dtype.kind in "iub":
        return _whole_numbers(column, notation)
    return _one_by_one(column.tolist(), notation)


def _encoded(column: Encoded, notation: Notation) -> Cells:
    array = getattr(column.categories, "array", None)
    if array is not None and len(array) > FEW and notation.plain(array):
        codes = column.codes
        if len(codes) == len(array) and np.array_equal(codes, np.arange(len(codes), dtype=codes.dtype)):
            return Cells(None, array)
        if column.present.all():
            return Cells(None, array.take(array_of(codes)))
    texts = [notation.text(text) for text in column.categories]
    codes = column.codes.astype(np.int64)
    codes[codes < 0] = len(texts)
    return Cells(codes, [*texts, notation.missing])


def _one_by_one(values: Sequence[Any], notation: Notation) -> Cells:
    """Write values of any kinds; equal texts are written once."""
    known: dict[str, int] = {}
    texts: list[str] = []
    codes = []
    for value in values:
        place = known.get(value) if isinstance(value, str) else None
        if place is None:
            place = len(texts)
            texts.append(_cell(value, notation))
            if isinstance(value, str):
                known[value] = place
        codes.append(place)
    return Cells(np.array(codes, np.int64), texts)


def _cell(value: Any, notation: Notation) -> str:
    if isinstance(value, str):
        return notation.text(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return notation.missing
    return notation.number(value)


def _whole_numbers(column: npt.NDArray[Any], notation: Notation) -> Cells:
    values = column.astype(np.int64)
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    if high - low > FEW:
        return _one_by_one(column.tolist(), notation)
    kind = column.dtype.type
    return Cells(values - low, [notation.number(kind(value).item()) for value in range(low, high + 1)])


def _floats(column: npt.NDArray[np.float64], notation: Notation) -> Cells:
    """Find the distinct numbers by their bits; where there are many, let pyarrow write them."""
    import pyarrow as pa

    missing = np.isnan(column)
    bits = array_of(column.astype(np.float64).view(np.int64), missing=missing).dictionary_encode()
    distinct = numbers_of(bits.dictionary).view(np.float64)
    codes = numbers_of(bits.indices).astype(np.int64)
    codes[missing] = len(distinct)
    if len(distinct) <= FEW:
        return Cells(codes, [*map(notation.number, distinct.tolist()), notation.missing])
    texts = _many_floats(distinct, notation)
    whole = pa.concat_arrays([texts, text_array([notation.missing])])
    return Cells(None, whole.take(array_of(codes)))


def _many_floats(values: npt.NDArray[np.float64], notation: Notation) -> Any:
    """Write numbers by pyarrow, and those by ourselves that it writes in another way."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = np.abs(values)
    odd = (values == np.floor(values)) | (size < 1e-4) | (size >= 1e9)
    texts = pc.cast(array_of(values), pa.string())
    mended = text_array(notation.number(value) for value in values[odd].tolist())
    return pc.replace_with_mask(texts, array_of(odd), mended)


def _times(column: npt.NDArray[np.datetime64], notation: Notation) -> Cells:
    values, codes = np.unique(column.astype("datetime64[us]"), return_inverse=True)
    texts = [notation.missing if t is None else notation.text(f"{t.isoformat()}Z") for t in values.tolist()]
    return Cells(codes.reshape(-1).astype(np.int64), texts)


def has_pyarrow() -> bool:
    """Tell whether pyarrow is installed."""
    try:
        return find_spec("pyarrow") is not None
    except ValueError:  # as where somebody took it away
        return False


def _csv_is_plain(array: Any, marks: bytes) -> bool:
    """Tell whether no text of a pyarrow array needs quotes or could start a formula; looks at bytes only."""
    starts, memory = text_memory(array)
    held = memory.tobytes()
    if any(mark in held for mark in marks):
        return False
    firsts = memory[starts[:-1][np.diff(starts) > 0]]
    odd = np.zeros(256, np.bool_)
    odd[list(FIRST_BYTES)] = True
    return not odd[firsts].any()


def _number(value: Any) -> str:
    """Write a number with all its digits, or true or false."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def csv_notation(separator: str = ",") -> Notation:
    """Return how CSV is written: texts guarded against formulas, quoted where they must be."""
    marks = f'{separator}"\r\n'

    def text(value: str) -> str:
        cell = guarded(value)
        is_odd = any(mark in cell for mark in marks)
        return '"' + cell.replace('"', '""') + '"' if is_odd else cell

    return Notation(
        text=text,
        number=_number,
        missing="",
        before=lambda place, _name: separator if place else "",
        after="\r\n",
        header=True,
        plain=lambda array: _csv_is_plain(array, marks.encode()),
    )


def json_notation() -> Notation:
    """Return how JSON lines are written: an object a row; what is missing is null."""

    def before(place: int, name: str) -> str:
        return f"{', ' if place else '{'}{_json_text(name)}: "

    return Notation(
        text=_json_text,
        number=_number,
        missing="null",
        before=before,
        after="}\n",
        header=False,
        plain=lambda _array: False,
    )


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
