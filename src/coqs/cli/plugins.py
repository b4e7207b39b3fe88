"""`coqs plugins`: which plugins there are and how they fare."""

from __future__ import annotations

from argparse import Namespace

import attrs

from coqs.cli.inputs import plugins_chosen
from coqs.cli.text import aligned, show, show_json
from coqs.manager import Plugins

HEADER = ("plugin", "state", "from", "hooks", "reason")
READERS = ("reader", "plugin", "what it reads (coqs rate --from READER)")


def plugins(arguments: Namespace) -> int:
    """Load the plugins and list them and their readers, as tables or as JSON."""
    loaded = plugins_chosen()
    infos, readers = loaded.listing(), _readers(loaded)
    if arguments.json:
        show_json([attrs.asdict(info) | {"readers": readers.get(info.name, {})} for info in infos])
        return 0
    rows = [
        [each.name, each.state, f"{each.distribution} {each.version}", ", ".join(each.hooks), each.reason]
        for each in infos
    ]
    show(aligned([HEADER, *rows]))
    told = [[name, plugin, text] for plugin, offered in readers.items() for name, text in offered.items()]
    if told:
        show(["", *aligned([READERS, *sorted(told)])])
    return 0


def _readers(loaded: Plugins) -> dict[str, dict[str, str]]:
    """Return of each plugin that offers readers what they are called and what they read."""
    found: dict[str, dict[str, str]] = {}
    for name, reader in loaded.readers().items():
        if reader.origin is not None:
            found.setdefault(reader.origin.plugin, {})[name] = reader.text
    return found
