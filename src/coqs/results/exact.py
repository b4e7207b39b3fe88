"""Sums by group that never round, so that any order of adding gives the same."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.kernels import carried, exact_integers, exact_sums
from coqs.kernels.exact_sums import WIDTH
from coqs.tables import frozen_array

Places = npt.NDArray[np.int64]
Integers = npt.NDArray[np.object_]


def _limbs(values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    return frozen_array(values, np.int64)


@attrs.frozen(slots=True, eq=False, repr=False)
class ExactSums:
    """One exact sum a group: a whole number times a power of two, in limbs (`coqs.kernels.exact_sums`)."""

    limbs: npt.NDArray[np.int64] = attrs.field(converter=_limbs)
    """(limbs, groups) whole numbers, lowest first; read-only."""
    lowest: int
    """Row k of the limbs counts for 2**(36 * (lowest + k))."""

    @classmethod
    def of(
        cls, values: npt.ArrayLike, group: Places, groups: int, *, times: npt.ArrayLike | None = None
    ) -> ExactSums:
        """Sum values, or their products with others, within groups."""
        return cls(*exact_sums(values, group, groups, times=times))

    @classmethod
    def from_integers(cls, integers: list[int], bits: int) -> ExactSums:
        """Return sums from whole numbers in units of 2**-bits."""
        lowest = -(bits // WIDTH) - (bits % WIDTH > 0)
        rest = np.array(integers, dtype=object) << (-WIDTH * lowest - bits)
        rows: list[npt.NDArray[np.int64]] = []
        while not rows or any(each not in (0, -1) for each in rest.tolist()):
            rows.append((rest & (1 << WIDTH) - 1).astype(np.int64))
            rest >>= WIDTH
        rows.append(rest.astype(np.int64))
        return cls(np.stack(rows), lowest)

    @property
    def bits(self) -> int:
        """Bits after the point, at most."""
        return max(0, -WIDTH * self.lowest)

    def integers(self, bits: int | None = None) -> Integers:
        """Return (groups,) Python integers: the sums in units of 2**-bits, as many as `self.bits` or more."""
        shift = (self.bits if bits is None else bits) + WIDTH * self.lowest
        integers: Integers = exact_integers(self.limbs) << shift
        return integers

    def at(self, places: npt.NDArray[Any]) -> ExactSums:
        """Return the sums of some groups."""
        return ExactSums(self.limbs[:, places], self.lowest)

    def spread(self, places: Places, groups: int) -> ExactSums:
        """Return sums by other groups: `places` says for each of these which one it belongs to."""
        limbs = np.zeros((len(self.limbs), groups), np.int64)
        for row, limb in zip(limbs, self.limbs, strict=True):
            np.add.at(row, places, limb)
        return ExactSums(carried(limbs), self.lowest)

    def __add__(self, other: ExactSums) -> ExactSums:
        lowest = min(self.lowest, other.lowest)
        above = max(each.lowest + len(each.limbs) for each in (self, other))
        limbs = np.zeros((above - lowest, self.limbs.shape[1]), np.int64)
        for each in (self, other):
            start = each.lowest - lowest
            limbs[start : start + len(each.limbs)] += each.limbs
        return ExactSums(carried(limbs), lowest)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactSums):
            return NotImplemented
        bits = max(self.bits, other.bits)
        return bool(self.integers(bits).tolist() == other.integers(bits).tolist())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<ExactSums: {self.limbs.shape[1]} groups>"

    def __reduce__(self) -> tuple[Any, ...]:
        return ExactSums, (self.limbs, self.lowest)
