"""`coqs promises`: what became of promises on the terminal, and what is owed as a file."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from coqs.cli.inputs import files_read, scores_of
from coqs.cli.outputs import check_places
from coqs.cli.text import counted, show
from coqs.io import MAX_LINE_BYTES, PromisesFile, write_worklist
from coqs.journeys.promises import Promises, promises as promises_of


def promises(arguments: Namespace) -> int:
    """Read and score the ratings, print what became of promises, and write what is owed."""
    beside = [each for each in (arguments.promised, arguments.outcomes) if each is not None]
    given = files_read(arguments.ratings, arguments.rubric, arguments.policy)
    check_places(arguments.worklist, given=[*given, *beside])
    made = promises_of(
        scores_of(arguments),
        promised=_file(arguments, arguments.promised),
        outcomes=_file(arguments, arguments.outcomes),
        observed=arguments.observed,
        matter=arguments.matter or (),
        at=arguments.at,
        tz=arguments.tz,
    )
    tables = [made.by(), *(made.by(*keys) for keys in arguments.by)]
    work = made.worklist()
    if arguments.worklist is not None:
        write_worklist(work, arguments.worklist)
    show(_head(made))
    for table in [*tables, made.curve()]:
        show(["", *str(table).splitlines()])
    show(["", f"owed: {counted(len(work), 'promise')}, {int(work['overdue'].sum()):,} overdue"])
    show(f"wrote {arguments.worklist}" if arguments.worklist is not None else str(work).splitlines())
    return 0


def _file(arguments: Namespace, path: str | None) -> Mapping[str, Any] | None:
    """Return the columns of a file that stands beside the ratings and is written as they are."""
    if path is None:
        return None
    most = arguments.max_line_bytes or MAX_LINE_BYTES
    names = ("encoding", "separator")
    how = {name: getattr(arguments, name) for name in names}
    return PromisesFile(path=path, max_line_bytes=most, **how).whole()


def _head(made: Promises) -> list[str]:
    seen = "all that followed was seen" if made.observed == "all" else "a sample: unseen is not broken"
    lines = [f"promises, seen from {str(made.as_of)[:16]} UTC; {seen}", *str(made).splitlines()]
    if made.unmatched:
        what = "answer tells" if made.unmatched == 1 else "answers tell"
        lines.append(f"{made.unmatched:,} {what} of an earlier promise that was not seen to be made")
    return lines
