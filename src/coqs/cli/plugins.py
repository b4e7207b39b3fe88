"""`coqs plugins`: which plugins there are and how they fare."""

from __future__ import annotations

from argparse import Namespace

import attrs

from coqs.cli.inputs import plugins_chosen
from coqs.cli.text import aligned, show, show_json

HEADER = ("plugin", "state", "from", "hooks", "reason")


def plugins(arguments: Namespace) -> int:
    """Load the plugins and list them, as a table or as JSON."""
    infos = plugins_chosen().listing()
    if arguments.json:
        show_json([attrs.asdict(info) for info in infos])
        return 0
    rows = [
        [each.name, each.state, f"{each.distribution} {each.version}", ", ".join(each.hooks), each.reason]
        for each in infos
    ]
    show(aligned([HEADER, *rows]))
    return 0
