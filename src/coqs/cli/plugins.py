"""`coqs plugins`: which plugins there are and how they fare."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

import attrs

from coqs.cli.inputs import plugins_chosen
from coqs.cli.text import aligned, show, show_json
from coqs.readers import FormReader, Reader

HEADER = ("plugin", "state", "from", "hooks", "reason")
READERS = ("reader", "plugin", "what it reads (coqs rate --from READER)")
FORMS = ("reader", "plugin", "whose forms it reads (coqs rubric import --from READER)")


def plugins(arguments: Namespace) -> int:
    """Load the plugins and list them and their readers, as tables or as JSON."""
    loaded = plugins_chosen()
    infos, readers, forms = loaded.listing(), _texts(loaded.readers()), _texts(loaded.forms())
    if arguments.json:
        offers = [
            {"readers": readers.get(info.name, {}), "forms": forms.get(info.name, {})} for info in infos
        ]
        show_json([attrs.asdict(info) | offered for info, offered in zip(infos, offers, strict=True)])
        return 0
    rows = [
        [each.name, each.state, f"{each.distribution} {each.version}", ", ".join(each.hooks), each.reason]
        for each in infos
    ]
    show(aligned([HEADER, *rows]))
    for header, offered_by in ((READERS, readers), (FORMS, forms)):
        told = [
            [name, plugin, text] for plugin, offered in offered_by.items() for name, text in offered.items()
        ]
        if told:
            show(["", *aligned([header, *sorted(told)])])
    return 0


def _texts(readers: Mapping[str, Reader] | Mapping[str, FormReader]) -> dict[str, dict[str, str]]:
    """Return of each plugin that offers readers what they are called and what they read."""
    found: dict[str, dict[str, str]] = {}
    for name, reader in readers.items():
        if reader.origin is not None:
            found.setdefault(reader.origin.plugin, {})[name] = reader.text
    return found
