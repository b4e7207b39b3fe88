"""What is known of promises, from a file of any of our formats; what its columns mean is settled below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from coqs.io.lines import opened
from coqs.io.pieces import joined
from coqs.io.table_file import TableFile


@attrs.frozen(kw_only=True)
class PromisesFile(TableFile):
    """A file of promises, or of what became of them, and how it is to be read.

    A row a promise: `coqs.promises` says which columns it takes; others are left alone, so that the file
    that `write_promises` wrote is one.
    """

    def whole(self) -> Mapping[str, list[Any]]:
        """Return all rows as columns."""
        with opened(self.path) as given:
            return joined(self._pieces(given, None)).lists()

    def _few_names(self) -> frozenset[str]:
        return frozenset(["kind", "state"])
