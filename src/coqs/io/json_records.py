"""JSON lines: one object a line, strictly; each with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from coqs.errors import Spot
from coqs.io.lines import Input
from coqs.io.pieces import line_spot

_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


class _UnfitError(ValueError):
    """JSON that the standard reader would let pass; its text says what must hold."""


def placed_records(
    given: Input, lines: Iterator[tuple[int, str]], *, what: str
) -> Iterator[tuple[Spot, Any]]:
    """Yield each record with its place; an empty file is refused at the end."""
    empty = True
    for number, text in lines:
        if text.strip():
            empty = False
            yield line_spot(number), strict_value(given, number, text)
    if empty:
        raise given.refusal(f"must hold one {what} a line, got an empty file; check the path")


def strict_value(given: Input, number: int, text: str) -> Any:
    """Return the JSON value of a text that begins on a line, read strictly."""
    try:
        record = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
        _check_characters(record, text)
    except json.JSONDecodeError as error:
        number += error.lineno - 1
        problem = f"must be one whole JSON object, got a syntax error at character {error.colno}"
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
