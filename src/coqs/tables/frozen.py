"""Arrays and mappings that cannot be written to, also after pickling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


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


def frozen_array(values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return a read-only array of this type; one that is so already is not copied."""
    if isinstance(values, np.ndarray) and values.dtype == dtype and not values.flags.writeable:
        return values
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


def freeze(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make an array that nobody else has read-only, without copying it."""
    array.flags.writeable = False
    return array
