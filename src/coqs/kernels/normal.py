"""The standard normal distribution on arrays."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_erfc = np.frompyfunc(math.erfc, 1, 1)


def normal_cdf(x: npt.ArrayLike) -> Floats:
    """Return the chance that a standard normal is at most x, to the last bits in both tails.

    >>> normal_cdf([-40.0, 0.0, 1.959963984540054]).round(6)
    array([0.   , 0.5  , 0.975])
    """
    values = np.asarray(x, np.float64)
    return np.asarray(_erfc(-values / math.sqrt(2)), np.float64) / 2


def normal_pdf(x: npt.ArrayLike) -> Floats:
    """Return the density of a standard normal at x."""
    values = np.asarray(x, np.float64)
    found: Floats = np.exp(-(values**2) / 2) / math.sqrt(2 * math.pi)
    return found
