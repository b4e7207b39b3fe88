"""Find the rows of an interaction by its id."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from coqs.tables import Encoded


class RowIndex:
    """The rows of each id, found out when first asked for and kept.

    One id among texts in Arrow memory is looked for where it lies; whoever asks again gets a table.
    """

    def __init__(self, ids: Encoded) -> None:
        self._ids = ids
        self._asked = False

    def rows(self, id: str) -> list[int]:
        """Return the rows of an id, ascending; none where it is not there."""
        code = self._code(id)
        if code is None:
            return []
        order, starts = self._sorted
        return [int(row) for row in order[starts[code + 1] : starts[code + 2]]]

    def _code(self, id: str) -> int | None:
        if not self._asked:
            self._asked = True
            return self._ids.categories.index(id) if id in self._ids.categories else None
        return self._codes.get(id)

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {id: code for code, id in enumerate(self._ids.categories)}

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the rows by code, and where each code's rows start; those without an id come first."""
        order = np.argsort(self._ids.codes, kind="stable")
        places = np.arange(-1, len(self._ids.categories) + 1)
        return order, np.searchsorted(self._ids.codes[order], places)
