"""What happened, from a file: the register's own JSON, or a table of any of our formats."""

from __future__ import annotations

from typing import Literal

import attrs

from coqs.errors import RecordError
from coqs.io.lines import MAX_LINE_BYTES, Source, opened
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
            piece = joined(self._pieces(given, None))
            try:
                return EventRegister.from_placed_table(piece.table, place=piece.spots, tz=self.tz)
            except RecordError as error:
                raise given.named(error) from None

    def _ids(self) -> tuple[str, ...]:
        return ("kind",)

    def _few_names(self) -> frozenset[str]:
        return frozenset(["kind", "about", "justified"])


def read_events(
    path: Source,
    *,
    tz: str | None = None,
    format: Literal["csv", "parquet", "jsonl"] | None = None,  # noqa: A002  # the word that people look for
    encoding: str | None = None,
    separator: str | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> EventRegister:
    r"""Read a register of events from CSV with a header, Parquet, or JSON lines.

    The columns are those of `coqs.EventRegister.from_table`; an unknown one is refused, so that a mistyped
    word does not pass. `EventRegister.load` reads what `save` wrote.

    Parameters
    ----------
    path
        The file, or a binary file that is open; gzip is unpacked if the name ends in ``.gz``.
    tz
        The zone of times and dates that state none.
    format, encoding, separator, max_line_bytes
        As in `coqs.read_ratings`.

    Raises
    ------
    RecordError
        The file or its cells cannot be used: all counted, the first ten named by line and column.
    NotFoundError
        No such format.
    MissingDependencyError
        Parquet without pyarrow (extra ``arrow``).

    Examples
    --------
    >>> import io
    >>> text = "at,kind,about\n2026-03-30,training,Brandt\n2026-04-27,leaver,Dray\n"
    >>> read_events(io.BytesIO(text.encode()), format="csv", tz="Europe/Madrid")
    <EventRegister: 2 events; leaver 1, training 1>
    """
    how = {"format": format, "encoding": encoding, "separator": separator, "max_line_bytes": max_line_bytes}
    return EventsFile(path=path, tz=tz, **how).whole()  # type: ignore[arg-type]
