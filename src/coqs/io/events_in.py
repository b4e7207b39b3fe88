"""What happened, from a file: the register's own JSON, or a table of any of our formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from coqs.errors import RecordError
from coqs.io.lines import opened
from coqs.io.pieces import joined
from coqs.io.table_file import TableFile
from coqs.journeys.events import EventRegister


@attrs.frozen(kw_only=True)
class EventsFile(TableFile):
    """A file of events, a row each, and how it is read; `EventRegister.from_table` names its columns."""

    def whole(self) -> EventRegister:
        """Return the register.

        Raises
        ------
        RecordError
            A column is unknown, or cells cannot be used.
        """
        with opened(self.path) as given:
            table: Mapping[str, list[Any]] = joined(self._pieces(given, None)).lists()
            try:
                return EventRegister.from_table(table, tz=self.tz)
            except RecordError as error:
                raise given.named(error) from None

    def _ids(self) -> tuple[str, ...]:
        return ("kind",)

    def _few_names(self) -> frozenset[str]:
        return frozenset(["kind", "about", "justified"])
