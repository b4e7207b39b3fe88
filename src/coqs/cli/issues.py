"""`coqs issues`: what was right the first time on the terminal, and a row an issue as a file."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

from coqs.cli.inputs import files_read, scores_of
from coqs.cli.outputs import check_places
from coqs.cli.text import capped, counted, show, show_json
from coqs.io import write_table
from coqs.journeys.issues import Issues, IssueTable, issues as issues_of
from coqs.journeys.moments import moment
from coqs.journeys.promises.moments import moment_of

SHOWN = 20
"""Groups that are told one by one."""


def issues(arguments: Namespace) -> int:
    """Read and score the ratings, link them into issues, print the shares, and write the rows."""
    given = files_read(arguments.ratings, arguments.rubric, arguments.policy)
    check_places(arguments.out, given=given)
    until = None if arguments.until is None else _end_of(arguments.until, arguments.tz or "UTC")
    found = issues_of(
        scores_of(arguments),
        window=arguments.window,
        matter=arguments.matter,
        planned=arguments.planned,
        until=until,
        tz=arguments.tz,
    )
    tables = [found.by(), *(found.by(*keys) for keys in arguments.by)]
    if arguments.out is not None:
        write_table(found.encoded(), arguments.out)
    if arguments.json:
        show_json(_plain(found, tables))
        return 0
    show(_head(found))
    for table in tables:
        heads, *rows = str(table).splitlines()
        show(["", heads, *capped(rows, SHOWN)])
    show(_reasons(found))
    show([f"wrote {arguments.out}"] if arguments.out is not None else [])
    return 0


def _end_of(day: str, tz: str) -> str:
    """Return the last second of a day, or the time that was named, in UTC."""
    moment(day, tz, "--until")  # says in short what a date is
    return f"{moment_of(day, what='--until', tz=tz, end=True)}Z"


def _head(found: Issues) -> list[str]:
    contacts = counted(len(found.contacts), "interaction")
    is_told = str(found.until) != "NaT"
    until = f"observed until {str(found.until)[:16]} UTC" if is_told else "without a time"
    return [
        f"{counted(len(found), 'issue')} in {contacts}, {until}",
        f"right: nothing failed, and nobody came back unplanned for {found.window:g} days",
    ]


def _why(found: Issues, state: str) -> dict[str, int]:
    """Return how many issues are in a state for each reason, the commonest first."""
    of_state = found["state"] == state
    return dict(Counter(found["reason"][of_state].tolist()).most_common())


def _reasons(found: Issues) -> list[str]:
    told = []
    for state in ("failed", "unknown"):
        why = ", ".join(f"{reason} {n:,}" for reason, n in _why(found, state).items())
        told += [f"{state}: {why}"] if why else []
    return ["", *told] if told else []


def _plain(found: Issues, tables: list[IssueTable]) -> dict[str, object]:
    return {
        "issues": len(found),
        "interactions": len(found.contacts),
        "window": found.window,
        "until": None if str(found.until) == "NaT" else f"{found.until}Z",
        "confidence": found.confidence,
        "tables": [{"by": list(table.keys), "rows": table.rows()} for table in tables],
        "failed": _why(found, "failed"),
        "unknown": _why(found, "unknown"),
    }
