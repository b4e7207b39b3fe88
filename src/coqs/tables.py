"""Columns: text encoded by dictionary, times in UTC, numbers; and the door for tables of others.

Floor 1: knows arrays and mappings of arrays, and no type of ours above it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import Failure, MissingDependencyError, RecordError, Spot, many_failures

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
MOST_ID = 10**30
"""Python refuses to write numbers with thousands of digits, and no id has so many."""
TIME_UNIT = "datetime64[us]"
NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*")
"""How a number is written in a text; not Python's own spellings, such as 1_000."""


class FrozenMapping(Mapping[str, Any]):
    """A mapping that cannot be written to, nor can the arrays in it; it pickles.

    >>> FrozenMapping({"greeting": [1, 2]})
    <FrozenMapping: greeting>
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = {name: _frozen(value) for name, value in entries.items()}

    def __getitem__(self, name: str) -> Any:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self.keys() == other.keys() and all(_same(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<FrozenMapping: {', '.join(map(str, self)) or 'empty'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMapping, (self._entries,)


def read_only(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a mapping of the same that cannot be written to."""
    return mapping if isinstance(mapping, FrozenMapping) else FrozenMapping(mapping)


def _frozen(value: Any) -> Any:
    return frozen_array(value, value.dtype) if isinstance(value, np.ndarray) else value


def _same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal; in arrays, what is missing is equal to what is missing."""
    if not isinstance(left, np.ndarray) or not isinstance(right, np.ndarray):
        return type(left) is type(right) and bool(left == right)
    may_miss = left.dtype.kind in "fcmM" and right.dtype.kind in "fcmM"
    return bool(np.array_equal(left, right, equal_nan=may_miss))


def times_array(values: npt.ArrayLike) -> Times:
    """Return times as a read-only column."""
    return frozen_array(values, TIME_UNIT)


def _codes(values: npt.ArrayLike) -> Codes:
    return frozen_array(values, np.int32)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def frozen_array(values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return a read-only array of this type; one that is so already is not copied."""
    if isinstance(values, np.ndarray) and values.dtype == dtype and not values.flags.writeable:
        return values
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


@attrs.frozen(slots=True, eq=False, repr=False)
class Encoded:
    """A text column, dictionary-encoded: an integer a row, each text stored once.

    >>> Encoded.from_values(["ann", None, "bob", "ann"]).codes
    array([ 0, -1,  1,  0], dtype=int32)
    """

    codes: Codes = attrs.field(converter=_codes)
    """(n,) places in `categories`, -1 where missing; read-only."""
    categories: tuple[str, ...] = attrs.field(converter=_texts)
    """The distinct texts, in the order of their first appearance."""

    def __attrs_post_init__(self) -> None:
        low, high = self.codes.min(initial=-1), self.codes.max(initial=-1)
        if low < -1 or high >= len(self.categories):
            raise RecordError(
                f"encoded column: codes must lie from -1 to {len(self.categories) - 1}, got {low} to {high}; "
                f"use Encoded.from_values"
            )

    @classmethod
    def from_values(cls, values: Iterable[str | None]) -> Encoded:
        """Encode texts; None is missing."""
        seen: dict[str, int] = {}
        codes = [-1 if value is None else seen.setdefault(value, len(seen)) for value in values]
        for value in seen:
            if not isinstance(value, str):
                raise RecordError(f"encoded column: must be texts, got {kind_of(value)}; pass texts")
        return cls(np.array(codes, dtype=np.int32), tuple(seen))

    @classmethod
    def missing(cls, n: int) -> Encoded:
        """Return a column of n missing values."""
        return cls(np.full(n, -1, dtype=np.int32), ())

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Return (n,) true where there is a text."""
        return self.codes >= 0

    def to_list(self) -> list[str | None]:
        """Return the texts, None where missing."""
        table = (*self.categories, None)
        return [table[code] for code in self.codes]

    def take(self, rows: Any) -> Encoded:
        """Return the column at some rows (an index array, a mask or a slice)."""
        return Encoded(self.codes[rows], self.categories)

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.categories[code]

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encoded) and self.to_list() == other.to_list()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Encoded: {len(self)} rows, {len(self.categories)} categories>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Encoded, (self.codes, self.categories)


def columns_of(table: Mapping[str, Any], *, names: Mapping[str, str]) -> dict[str, Sequence[Any]]:
    """Return a table's columns as sequences of equal length, under our names.

    Parameters
    ----------
    table
        A mapping of column name to values.
    names
        Our name to the table's name, for columns that the table calls differently.
    """
    if not isinstance(table, Mapping):
        raise RecordError(f"table: must be a mapping of columns, got {kind_of(table)}; pass a dict of arrays")
    theirs = {value: key for key, value in names.items()}
    if len(theirs) < len(names):
        raise RecordError("columns: must not give one column two names; mend the mapping")
    absent = [name for name in theirs if name not in table]
    if absent:
        raise RecordError(f"columns: must name columns of the table, got {absent[0]!r}; mend the mapping")
    columns = {
        theirs.get(str(name), str(name)): _sequence(str(name), values) for name, values in table.items()
    }
    if len(columns) < len(table):
        raise RecordError("columns: must not give two columns one name; mend the mapping")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise RecordError(
            f"table: columns must be of one length, got {lengths[shortest]} in {shortest!r} "
            f"and {lengths[longest]} in {longest!r}; mend the table"
        )
    return columns


def _sequence(name: str, values: Any) -> Sequence[Any]:
    if isinstance(values, Encoded):
        return values.to_list()
    if isinstance(values, str | bytes | Mapping | set | frozenset) or not hasattr(values, "__len__"):
        raise RecordError(f"column {name!r}: must be a sequence, got {kind_of(values)}; pass a list or array")
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise RecordError(f"column {name!r}: must have one dimension, got {values.ndim}; pass it flat")
        plain: list[Any] = (values.astype(TIME_UNIT) if values.dtype.kind == "M" else values).tolist()
        return plain
    return list(values)


def is_missing(value: Any) -> bool:
    """Tell whether a cell is empty: None, an empty text, NaN or not-a-time."""
    if isinstance(value, str):
        return value == ""
    may_miss = isinstance(value, float | np.floating | np.datetime64)
    return value is None or (may_miss and bool(value != value))  # noqa: PLR0124  # NaN and NaT alone do


def kind_of(value: Any) -> str:
    """Describe a cell without showing it: its type, and a text's length.

    >>> kind_of("my card number is ...")
    'a text of 21 characters'
    """
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return f"a value of type {type(value).__name__}"


Place = Callable[[int], Spot]
"""Says where a cell of a column is, by its row."""


class Refusals:
    """Problems found cell by cell: all counted, the first kept, raised once."""

    KEPT = 10

    def __init__(self) -> None:
        self.kept: list[Failure] = []
        self.count = 0
        self._lines: set[int | None] = set()

    def add(self, problem: str, *, at: Spot | None = None) -> None:
        """Count a problem, and keep it if it is among the first; `at` is put before it."""
        self.count += 1
        line = None if at is None else at.line
        if len(self._lines) < 2:
            self._lines.add(line)
        if len(self.kept) < self.KEPT:
            message = problem if at is None else f"{at}: {problem}"
            self.kept.append(Failure(message, line, "" if at is None else at.path))

    def error(self, where: str, *, path: str = "") -> RecordError:
        """Return one error for all; it has a line where every problem is on that line."""
        line = next(iter(self._lines)) if len(self._lines) == 1 else None
        message = many_failures(where, self.kept, count=self.count)
        return RecordError(message, path=path, line=line, failures=self.kept)


def text_column(values: Sequence[Any], refused: Refusals, *, place: Place) -> Encoded:
    """Encode a column of ids or names; whole numbers become their digits."""
    cleaned: list[str | None] = []
    for row, value in enumerate(values):
        if isinstance(value, str):
            cleaned.append(str(value) or None)
        elif is_missing(value):
            cleaned.append(None)
        elif (digits := digits_of(value)) is not None:
            cleaned.append(digits)
        else:
            cleaned.append(None)
            refused.add(f"must be a text, got {kind_of(value)}; write it as a text", at=place(row))
    return Encoded.from_values(cleaned)


def digits_of(value: Any) -> str | None:
    """Return the digits of a whole number that can be an id, else None."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return str(int(value)) if is_whole and abs(value) < MOST_ID else None


def number_column(values: Sequence[Any], refused: Refusals, *, place: Place) -> Floats:
    """Read a column of finite numbers, NaN where missing; digits as text are read."""
    numbers = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        if not is_missing(value):
            number = as_number(value)
            if number is None:
                refused.add(
                    f"must be a finite number, got {kind_of(value)}; write one, or leave it empty",
                    at=place(row),
                )
            else:
                numbers[row] = number
    return frozen_array(numbers, np.float64)


def as_number(value: Any) -> float | None:
    """Return a finite number from a number or its digits, else None.

    >>> as_number(" 1.5e3 "), as_number("1_000"), as_number(True)
    (1500.0, None, None)
    """
    if isinstance(value, bool | np.bool_) or (isinstance(value, str) and not NUMBER.fullmatch(value)):
        return None
    try:
        number = float(value) if isinstance(value, str | int | float | np.number) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def time_column(values: Sequence[Any], refused: Refusals, *, place: Place, tz: str | None) -> Times:
    """Read a column of times as UTC; one without a zone needs `tz`."""
    zone = zone_named(tz)
    times = np.full(len(values), "NaT", dtype=TIME_UNIT)
    read: dict[Any, np.datetime64 | _Refused] = {}
    for row, value in enumerate(values):
        if is_missing(value):
            continue
        known = value if isinstance(value, str | dt.datetime) else None
        key = (known, known.fold) if isinstance(known, dt.datetime) else known  # equal without their folds
        found = read.get(key)
        if found is None:
            found = read.setdefault(key, _utc(known, zone))
        if isinstance(found, tuple):
            must, cure = found
            refused.add(f"{must}, got {kind_of(value)}; {cure}", at=place(row))
        else:
            times[row] = found
    return frozen_array(times, TIME_UNIT)


def zone_named(tz: str | None) -> dt.tzinfo | None:
    """Return the zone of this name (such as Europe/Madrid or UTC); None stays None."""
    if tz is None:
        return None
    if not isinstance(tz, str):
        raise RecordError(
            f"tz: must be the name of a zone, got {kind_of(tz)}; write 'UTC' or 'Europe/Madrid'"
        )
    if tz.upper() == "UTC":
        return dt.UTC
    try:
        return zoneinfo.ZoneInfo(tz)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        if not zoneinfo.available_timezones():  # as on machines that bring no zones of their own
            raise MissingDependencyError(f"tz={tz!r}", library="tzdata", extra="zones") from None
        raise RecordError(
            f"tz: must be a zone such as 'Europe/Madrid' or 'UTC', got {tz!r}; mend it"
        ) from None


_Refused = tuple[str, str]
"""What must hold, and what to do."""
_NO_TIME = ("must be a time such as 2026-05-12T09:30:00Z", "write it so")
_NO_ZONE = ("must be a time with a zone", "add one such as +02:00, or give tz=")
_NO_YEAR = ("must be a time between the years 1 and 9999", "mend the time")


def _utc(value: str | dt.datetime | None, zone: dt.tzinfo | None) -> np.datetime64 | _Refused:
    """Return a time in UTC, or what must hold where it cannot be read."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return _NO_TIME
    if value is None:
        return _NO_TIME
    has_zone = value.utcoffset() is not None
    if not has_zone and zone is None:
        return _NO_ZONE
    try:
        aware = value if has_zone else value.replace(tzinfo=zone)
        return np.datetime64(aware.astimezone(dt.UTC).replace(tzinfo=None), "us")
    except (OverflowError, ValueError):
        return _NO_YEAR
