"""Columns of Arrow: texts are told apart in Arrow memory, dictionaries by their codes."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables.arrow_memory import are_ascending, empty_of, numbers_of
from coqs.tables.arrow_texts import ArrowTexts, arrow
from coqs.tables.distinct import NARROW, Coded, Column, Mask, Moments, Numbers, alike, coded
from coqs.tables.plain import coded_texts, column_of_cells

UNUSABLE = MappingProxyType(
    {"is_struct": {}, "is_map": {}, "is_union": {}, "is_time": dt.time(), "is_duration": dt.timedelta()}
)
"""Kinds of which no cell can be used, each with a cell that stands for all."""
PLAINEST = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$"
"""Numbers that Arrow reads as Python does."""
BINARY = ("is_binary", "is_large_binary", "is_fixed_size_binary")


def column_of_arrow(array: Any, *, name: str) -> Column:
    """Return a pyarrow array, chunked or not, as a column.

    Raises
    ------
    RecordError
        Its memory contradicts itself, as codes beyond their dictionary do.
    """
    pa = arrow("a column of Arrow")
    whole = pa.chunked_array([array]) if isinstance(array, pa.Array) else array
    try:
        column = _column(pa, whole)
    except (pa.ArrowException, UnicodeDecodeError, OverflowError):
        column = None
    if column is None:
        raise RecordError(
            f"column {name!r}: must be valid Arrow data, got {whole.type} that is not; write the table anew"
        )
    return column


def _column(pa: Any, array: Any) -> Column:
    kind, types = array.type, pa.types
    if types.is_dictionary(kind):
        return _dictionary(pa, array)
    array.validate()
    if _is_text(pa, kind):
        return _texts(pa, array)
    if types.is_boolean(kind):
        return Coded(_filled(array.cast(pa.int8()), -1), [False, True])
    if types.is_integer(kind) or types.is_floating(kind):
        return _numbers(pa, array)
    if types.is_timestamp(kind) or types.is_date(kind):
        return _moments(pa, array)
    return _others(pa, array)


def _is_text(pa: Any, kind: Any) -> bool:
    is_view = getattr(pa.types, "is_string_view", None)
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or (is_view is not None and is_view(kind))
    )


def _texts(pa: Any, array: Any) -> Coded:
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        array.validate(full=True)
        try:
            array = array.cast(pa.large_string())
        except NotImplementedError:  # pyarrow before version 18 knows views, and can do nothing with them
            return coded_texts(array.to_pylist())
    for chunk in array.chunks:
        if not are_ascending(chunk):
            raise pa.ArrowInvalid("a text ends before it begins")  # and so reads memory that is not ours
    encoded = array.dictionary_encode().unify_dictionaries()
    if not encoded.num_chunks:
        return Coded(np.empty(0, np.int32), [])
    texts = encoded.chunk(0).dictionary
    texts.validate(full=True)
    return _without_blanks(_codes_of_chunks(pa, encoded), texts)


def _without_blanks(codes: npt.NDArray[Any], texts: Any) -> Coded:
    """Return texts as a column; an empty text is an empty cell. Few texts are decoded at once."""
    found = ArrowTexts(texts)
    if "" in found:
        blank = found.index("")
        places = np.arange(len(texts) + 1, dtype=np.int32)
        places[blank:] -= 1
        places[[blank, -1]] = -1
        codes = places.take(codes)
        found = ArrowTexts(texts.take(np.delete(np.arange(len(texts)), blank)))
    return Coded(codes, list(found) if len(found) <= NARROW else found, is_tight=True, is_text=True)


def _codes_of_chunks(pa: Any, encoded: Any) -> npt.NDArray[Any]:
    chunks = [chunk.indices for chunk in encoded.chunks]
    small = encoded.type.index_type in (pa.int8(), pa.int16(), pa.int32())
    codes = [_filled(each if small else each.cast(pa.int32()), -1) for each in chunks]
    return codes[0] if len(codes) == 1 else np.concatenate(codes)


def _dictionary(pa: Any, array: Any) -> Coded:
    """Return a column by its codes; of its cells only the dictionary's are looked at."""
    for chunk in array.chunks:
        chunk.validate(full=True)  # codes beyond the dictionary would read memory that is not ours
    encoded = array.unify_dictionaries()
    if not encoded.num_chunks:
        return Coded(np.empty(0, np.int32), [])
    codes = _codes_of_chunks(pa, encoded)
    cells = coded(_column(pa, pa.chunked_array([encoded.chunk(0).dictionary])))
    if np.array_equal(cells.codes, np.arange(len(cells.codes))):
        return Coded(codes, cells.values, is_text=cells.is_text)
    return Coded(np.append(cells.codes, -1).take(codes), cells.values, is_text=cells.is_text)


def _filled(array: Any, value: Any) -> npt.NDArray[Any]:
    return numbers_of(array, empty=value)


def _missing(array: Any) -> Mask | None:
    return empty_of(array) if array.null_count else None


def _numbers(pa: Any, array: Any) -> Numbers:
    if pa.types.is_float16(array.type):
        array = pa.chunked_array([chunk.to_numpy(zero_copy_only=False) for chunk in array.chunks], array.type)
    found = _filled(array, 0)
    return Numbers(
        found.astype(np.float64, copy=False) if found.dtype.kind == "f" else found, _missing(array)
    )


def _moments(pa: Any, array: Any) -> Moments:
    """Return times of whatever unit; a date is its first moment."""
    if pa.types.is_date(array.type):
        array = array.cast(pa.timestamp("s"))
    times = _filled(array.cast(pa.int64()), 0).view(f"datetime64[{array.type.unit}]")
    missing = _missing(array)
    return Moments(
        times if missing is None else np.where(missing, np.datetime64("NaT"), times),
        is_utc=array.type.tz is not None,
    )


def _others(pa: Any, array: Any) -> Column:
    types = pa.types
    empty = empty_of(array)
    if isinstance(array.type, pa.BaseExtensionType):
        return _extended(pa, array, empty)
    for test, cell in UNUSABLE.items():
        if getattr(types, test)(array.type):
            return alike(empty, cell)
    if any(getattr(types, test)(array.type) for test in BINARY):
        return alike(empty, b"")
    if types.is_decimal(array.type):
        encoded = array.dictionary_encode().unify_dictionaries()
        return _decimals(pa, encoded) if encoded.num_chunks else Coded(np.empty(0, np.int32), [])
    return column_of_cells(array.to_pylist())


def _extended(pa: Any, array: Any, empty: Mask) -> Column:
    """Return a kind that somebody added to Arrow's: texts are texts, and of others nothing is known."""
    if _is_text(pa, array.type.storage_type):
        return _column(pa, array.cast(array.type.storage_type))
    return alike(empty, ExtensionValue())


class ExtensionValue:
    """Stands for a cell of a kind that somebody added to Arrow's."""


def _decimals(pa: Any, encoded: Any) -> Coded:
    cells = encoded.chunk(0).dictionary.to_pylist()
    if encoded.type.value_type.scale <= 0:
        cells = [int(cell) for cell in cells]  # as DuckDB brings its largest whole numbers
    return Coded(_codes_of_chunks(pa, encoded), cells, is_tight=True)


def moments_of_texts(array: Any) -> Moments | None:
    """Return texts as times where all of them state a zone, or none of them does; else None.

    What Arrow reads as a time is one to Python too, and the same.
    """
    pa = arrow("texts of Arrow")
    for zone in ("UTC", None):
        try:
            return _moments(pa, pa.chunked_array([array.cast(pa.timestamp("us", zone))]))
        except pa.ArrowInvalid:
            continue
    return None


def numbers_of_texts(array: Any) -> npt.NDArray[np.float64]:
    """Return texts as numbers, NaN where one is not written in the plainest way."""
    import pyarrow.compute as pc

    pa = arrow("texts of Arrow")
    is_number = pc.match_substring_regex(array, PLAINEST)
    numbers = pc.if_else(is_number, array, pa.nulls(1, array.type)[0]).cast(pa.float64())
    found = np.array(numbers_of(numbers, empty=np.nan))
    found[np.isinf(found)] = np.nan
    return found
