"""Interactions from JSON lines: one object a line, strictly."""

from __future__ import annotations

from coqs.errors import RecordError
from coqs.interactions import Interactions
from coqs.io.json_records import placed_records
from coqs.io.lines import MAX_LINE_BYTES, Progress, Source, opened, text_lines


def read_interactions(
    path: Source,
    *,
    tz: str | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
) -> Interactions:
    """Read interactions from a file of JSON lines, one object a line.

    A line holds ``id`` and ``turns`` (objects with ``speaker``, ``text`` and ``at``), and where they are
    known ``at``, ``provider``, ``provider_grade``, ``customer``, ``customer_set``, ``site``, ``channel``,
    ``issue`` and ``facts`` (name to value). A speaker is ``provider``, ``customer`` or another role in
    lower case, such as ``system``. Blank lines are passed over.

    Parameters
    ----------
    path
        The file, gzip-compressed if its name ends in ``.gz``; or a binary file object.
    tz
        The zone of times that state none, such as "Europe/Madrid"; without it they are refused.
    max_line_bytes
        A longer line is refused before it is read.
    progress
        Called now and then with (bytes done, bytes in all); all is 0 where it cannot be known.

    Raises
    ------
    RecordError
        The file cannot be read, is empty, is not UTF-8 or JSON, or holds records that cannot be used;
        with ``path``, with ``line`` where one line is at fault, and with ``failures``, each with its
        own line and key path. Or ``tz`` is no zone, or ``max_line_bytes`` is below 1.
    MissingDependencyError
        ``tz`` names a zone, and this machine has no zone data; the extra ``zones`` brings it.
    """
    with opened(path) as given:
        lines = text_lines(given, max_line_bytes=max_line_bytes, progress=progress)
        try:
            return Interactions.from_placed_records(placed_records(given, lines, what="interaction"), tz=tz)
        except RecordError as error:
            if error.path:
                raise
            raise given.named(error) from None
