"""Rows of a table, a row a turn, put together by interaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from coqs.errors import Failure, RecordError, Spot

TURNS = ""
"""Where the rows are kept, beside the columns: no column has an empty name."""


@attrs.define
class Group:
    """The rows of one interaction."""

    place: Spot
    shared: dict[str, Any]
    """By column what is said of the interaction, from the first row that says it; rows under `TURNS`."""
    lines: list[int]
    """The line of each row."""
    failures: list[Failure]


def groups(
    rows: Iterable[tuple[Spot, Mapping[str, str]]], id_column: str, names: Sequence[str]
) -> Iterator[tuple[Spot, Group | RecordError]]:
    """Yield the interactions in the order of their first rows, wherever the others stand.

    `names` are the columns that say something of the interaction: they must say the same on all of
    its rows, or nothing.
    """
    found: dict[str, Group] = {}
    for place, row in rows:
        id = row.get(id_column) or ""
        if not id:
            problem = "must be a text that is not empty, got nothing; say whose turn the row is"
            path = f"column {id_column!r}"
            yield place, RecordError(problem, failures=[Failure(problem, path=path)])
            continue
        group = found.setdefault(id, Group(place, {**dict.fromkeys(row), TURNS: []}, [], []))
        group.shared[TURNS].append(row)
        group.lines.append(place.line or 0)
        _share(group, place, row, names)
    for group in found.values():
        bad = RecordError(group.failures[0].message, failures=group.failures) if group.failures else None
        yield group.place, bad or group


def _share(group: Group, place: Spot, row: Mapping[str, str], names: Sequence[str]) -> None:
    for name in names:
        if name not in row:
            continue
        known = group.shared.get(name) or None
        group.shared[name] = known or row[name] or None
        if known and row[name] and row[name] != known:
            problem = "must be the same on every row of an interaction, got another; mend the table"
            group.failures.append(Failure(problem, place.line, f"column {name[:60]!r}"))
