"""`coqs rubric import`: make a rubric of another system's evaluation form."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator

from coqs.cli.inputs import plugins_with_warnings
from coqs.cli.outputs import check_places
from coqs.cli.text import show, tell
from coqs.io import read_form
from coqs.rubric import Finding
from coqs.whole_file import write_whole


def import_form(arguments: Namespace) -> int:
    """Print a form as a rubric, or write it whole; what was assumed or left out goes beside it."""
    check_places(arguments.out, given=[arguments.form])
    plugins = plugins_with_warnings()
    found = read_form(
        arguments.form, reader=arguments.reader, error_class=arguments.error_class, plugins=plugins
    )
    text = found.rubric.to_toml()
    for line in _told(found.findings):
        tell(line)
    if arguments.out is None:
        show(text.splitlines())
    else:
        write_whole(arguments.out, text)
        show(f"wrote {arguments.out}")
    return 0


def _told(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a line a finding; what is told of many places in the same words is told once."""
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for each in findings:
        places.setdefault((each.severity, each.code, each.message, each.cure), []).append(each.place)
    for (severity, code, message, cure), found in places.items():
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield f"{severity}: {code} {found[0]}{more}: {message}; {cure}"
