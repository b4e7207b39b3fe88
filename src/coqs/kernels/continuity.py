"""Continuity of care: how far one person's visits keep to one provider."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def usual_provider_continuity(counts: npt.ArrayLike) -> Floats:
    """Return the share of visits that went to the provider who had most of them.

    Parameters
    ----------
    counts
        (..., providers) visits to each provider.

    Returns
    -------
    (...) shares from 1 / providers to 1; 1 for a single visit, NaN for none.

    Notes
    -----
    The index UPC: N. Breslau and K. G. Reeb, "Continuity of care in a university-based practice", Journal of
    Medical Education 50 (1975), 965-969.

    Examples
    --------
    >>> usual_provider_continuity([[5, 3, 2], [1, 1, 0]]).tolist()
    [0.5, 0.5]
    """
    seen = np.asarray(counts, np.float64)
    total = seen.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(total > 0, seen.max(axis=-1, initial=0) / total, np.nan)
    return found


def continuity_of_care(counts: npt.ArrayLike) -> Floats:
    """Return the index of Bice and Boxerman: whether two visits drawn at random share a provider.

    Parameters
    ----------
    counts
        (..., providers) visits to each provider.

    Returns
    -------
    (...) 0 where every visit has a provider of its own, 1 where all have the same; NaN below two visits.

    Notes
    -----
    COC = (sum of n_j**2 - N) / (N (N - 1)): T. W. Bice and S. B. Boxerman, "A quantitative measure of
    continuity of care", Medical Care 15 (1977), 347-349.

    Examples
    --------
    >>> continuity_of_care([[5, 3, 2], [1, 1, 1]]).round(4).tolist()
    [0.3111, 0.0]
    """
    seen = np.asarray(counts, np.float64)
    total = seen.sum(axis=-1)
    pairs = total * (total - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(total >= 2, ((seen**2).sum(axis=-1) - total) / pairs, np.nan)
    return found
