"""Interactions from JSON lines: one object a line, strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from coqs.errors import RecordError, Spot
from coqs.interactions import Interactions
from coqs.io.lines import MAX_LINE_BYTES, Input, Progress, Source, opened, text_lines

_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


class _UnfitError(ValueError):
    """JSON that the standard reader would let pass; its text says what must hold."""


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
            return Interactions.from_placed_records(_placed(given, lines), tz=tz)
        except RecordError as error:
            if error.path:
                raise
            raise given.named(error) from None


def _placed(given: Input, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[Spot, Any]]:
    """Yield each record with its place; an empty file is refused at the end."""
    empty = True
    for number, text in lines:
        if text.strip():
            empty = False
            yield Spot(f"line {number}", number), _record(given, number, text)
    if empty:
        raise given.refusal("must hold one interaction a line, got an empty file; check the path")


def _record(given: Input, number: int, text: str) -> Any:
    try:
        record = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
        _check_characters(record, text)
    except json.JSONDecodeError as error:
        problem = f"must be one whole JSON object, got a syntax error at character {error.pos + 1}"
    except _UnfitError as error:
        problem = str(error)
    except (RecursionError, ValueError):
        problem = "must be JSON of a sensible size and depth, got more"
    else:
        return record
    raise given.refusal(f"{problem}; mend the line", line=number) from None


def _refuse_constant(name: str) -> NoReturn:
    raise _UnfitError(f"must hold finite numbers only, got {name}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object, each key of which must stand in it once."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise _UnfitError(f"must give each key once, got {repeated[:40]!r} again")
    return entries


def _check_characters(record: Any, text: str) -> None:
    """Refuse half of a surrogate pair, which no UTF-8 file could ever hold again."""
    if _HALF_A_PAIR.search(text) is None:
        return
    try:
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _UnfitError("must hold whole characters, got half of a surrogate pair") from None
