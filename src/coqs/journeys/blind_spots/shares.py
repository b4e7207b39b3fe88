"""Shares that somebody expects: of the interactions, what each set, hour, day or post should have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from numbers import Real
from typing import Any

from coqs.errors import NotFoundError, RecordError
from coqs.tables import kind_of


def check_shares(expected: Mapping[str, Any], known: Collection[str], *, what: str = "customer set") -> None:
    """Refuse what is no share, or is of what there is not.

    Raises
    ------
    NotFoundError
        A share is for what is not known.
    RecordError
        A share does not lie from 0 to 1.
    """
    for name, share in expected.items():
        if name not in known:
            raise NotFoundError(what, name, known, where="expected")
        if not isinstance(share, Real) or not 0 <= float(share) <= 1:
            problem = f"expected: the share of {name!r} must lie from 0 to 1"
            raise RecordError(f"{problem}, got {kind_of(share)}; write 0.25 for a quarter")
