"""Sums of floats without any rounding, a group each: the order of adding never shows.

A float is a whole number times a power of two. Each is cut into *limbs*, whole numbers of 36 bits, and
each limb is summed by itself, which floats and 64-bit integers do without rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Limbs = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]

WIDTH = 36
"""Bits of a limb: few enough that `BLOCK` rows of two of them add up exactly in a float."""
BLOCK = 1 << 16
LARGEST, SMALLEST = 2.0**450, 2.0**-450
"""What can be summed and multiplied exactly: larger is refused, smaller counts as nothing."""
LOWEST = -24
"""The lowest limb that is kept; only products of very small numbers have bits below it."""
SPLITTER = 2.0**27 + 1


def exact_sums(
    values: npt.ArrayLike, group: npt.ArrayLike, groups: int, *, times: npt.ArrayLike | None = None
) -> tuple[Limbs, int]:
    """Sum values, or products of values, within groups, exactly.

    Parameters
    ----------
    values
        (n,) finite numbers below 2**450; those below 2**-450 count as 0, and so do the bits of a product
        below 2**-864.
    group
        (n,) the group of each, from 0 to groups - 1.
    groups
        How many groups there are.
    times
        (n,) what each value is multiplied by, exactly too; left out, nothing.

    Returns
    -------
    limbs, lowest
        (limbs, groups) whole numbers, lowest first; row k counts for 2**(36 * (lowest + k)). No values
        give one row of zeros.

    Raises
    ------
    ValueError
        A value is not finite, or too large.

    Notes
    -----
    D. E. Knuth, The Art of Computer Programming 2, 3rd edition (1997), section 4.2.2; T. J. Dekker, "A
    floating-point technique for extending the available precision", Numerische Mathematik 18 (1971),
    224-242, for the product as a sum of two floats.

    Examples
    --------
    >>> limbs, lowest = exact_sums([1e17, 1.0, -1e17], [0, 0, 0], 1)
    >>> exact_integers(limbs).tolist(), lowest
    ([1], 0)
    """
    numbers = _usable(values)
    factors = None if times is None else numbers if times is values else _usable(times)
    places = np.asarray(group, np.int64)
    rounds = factors is not None and not (_is_whole(numbers) and _is_whole(factors))
    sums: dict[int, Limbs] = {}
    for block in _blocks(places, groups):
        parts = [numbers[block].copy() if factors is None else numbers[block] * factors[block]]
        if rounds and factors is not None:
            x = numbers[block]
            parts.append(_rounded_off(x, x if factors is numbers else factors[block], parts[0]))
        _add_limbs(sums, parts, places[block], groups)
    lowest, highest = min(sums, default=0), max(sums, default=0)
    empty = np.zeros(groups, np.int64)
    rows = [sums.get(limb, empty) for limb in range(lowest, highest + 1)]
    return carried(np.stack(rows)), lowest


def _blocks(group: Places, groups: int) -> Iterator[slice]:
    """Yield rows of which no group has more than `BLOCK`; longer ones where there are many groups."""
    step = max(BLOCK, min(2 * groups, 1 << 22))
    for start in range(0, len(group), step):
        stop = min(start + step, len(group))
        few = step == BLOCK or np.bincount(group[start:stop]).max() <= BLOCK
        for at in range(start, stop, step if few else BLOCK):
            yield slice(at, min(at + (step if few else BLOCK), stop))


def _usable(values: npt.ArrayLike) -> Floats:
    numbers = np.asarray(values, np.float64)
    sizes = np.abs(numbers)
    largest = sizes.max(initial=0)
    if not largest < LARGEST:
        raise ValueError(f"exact sums: values must be finite and below 2**450, got {largest}; leave it out")
    tiny = (sizes < SMALLEST) & (sizes > 0)
    return np.where(tiny, 0.0, numbers) if tiny.any() else numbers


def _is_whole(values: Floats) -> bool:
    """Tell whether these are whole numbers whose products are exact."""
    few = values[:64]  # most often enough to tell
    if not (np.trunc(few) == few).all():
        return False
    return bool((np.trunc(values) == values).all() and np.abs(values).max(initial=0) < 1 << WIDTH - 10)


def _rounded_off(x: Floats, y: Floats, product: Floats) -> Floats:
    """Return what x * y is more than the product in floats."""
    x_high, x_low = _halves(x)
    y_high, y_low = (x_high, x_low) if y is x else _halves(y)
    rest = x_high * y_high
    rest -= product
    rest += x_high * y_low
    rest += x_low * y_high
    rest += x_low * y_low
    return rest


def _halves(x: Floats) -> tuple[Floats, Floats]:
    """Return the upper 26 bits of each number, and the rest."""
    high = SPLITTER * x
    high -= high - x
    return high, x - high


def _add_limbs(sums: dict[int, Limbs], rests: list[Floats], group: Places, groups: int) -> None:
    """Cut numbers into limbs, the highest first, and add them to the sums of their groups."""
    highest = [_highest_limb(rest) for rest in rests]
    alike = len(group) > 0 and group[0] == group[-1] and bool((group == group[0]).all())
    for limb in range(max(highest), LOWEST - 1, -1):
        left = [place for place, rest in enumerate(rests) if rest.any()]
        if not left:
            return
        cuts = [_cut(rests[place], limb) for place in left if highest[place] >= limb]
        if not cuts:
            continue
        for cut in cuts[1:]:
            cuts[0] += cut
        whole = _by_group(cuts[0], group, groups, alike=alike)
        for place, row in ((limb, whole & (1 << WIDTH) - 1), (limb + 1, whole >> WIDTH)):
            sums[place] = sums[place] + row if place in sums else row


def _highest_limb(values: Floats) -> int:
    largest = float(np.abs(values).max(initial=0))
    return (math.frexp(largest)[1] - 1) // WIDTH if largest else LOWEST - 1


def _cut(rest: Floats, limb: int) -> Floats:
    """Take a limb off each number, and return the limbs."""
    cut = rest * 2.0 ** (-WIDTH * limb)
    np.trunc(cut, out=cut)
    rest -= cut * 2.0 ** (WIDTH * limb)
    return cut


def _by_group(limbs: Floats, group: Places, groups: int, *, alike: bool) -> Limbs:
    """Sum limbs, which floats do exactly; faster where all are of one group."""
    if not alike:
        return np.bincount(group, limbs, groups).astype(np.int64)
    total = np.zeros(groups, np.int64)
    total[group[0]] = limbs.sum()
    return total


def carried(limbs: Limbs) -> Limbs:
    """Return the same numbers with limbs of 36 bits, so that many more can be added; the top has the sign.

    >>> carried(np.array([[2**36 + 5], [1]])).tolist()
    [[5], [2]]
    """
    rows = [*limbs]
    for place in range(len(rows) - 1):
        rows[place + 1] = rows[place + 1] + (rows[place] >> WIDTH)
        rows[place] = rows[place] & (1 << WIDTH) - 1
    while np.abs(rows[-1]).max(initial=0) >= 1 << (WIDTH + 8):
        rows.append(rows[-1] >> WIDTH)
        rows[-2] = rows[-2] & (1 << WIDTH) - 1
    return np.stack(rows)


def exact_integers(limbs: Limbs) -> npt.NDArray[np.object_]:
    """Return (groups,) Python integers: each number in units of the lowest limb.

    >>> exact_integers(np.array([[5, 0], [2, -1]])).tolist() == [5 + 2 * 2**36, -(2**36)]
    True
    """
    numbers: npt.NDArray[np.object_] = limbs[-1].astype(object)
    for row in limbs[-2::-1]:
        numbers = (numbers << WIDTH) + row
    return numbers
