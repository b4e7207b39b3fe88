"""`coqs policy`: list and show the ways in which answers become scores."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from coqs.cli.inputs import plugins_with_warnings, policy_named
from coqs.cli.text import aligned, show
from coqs.rubric import Policy
from coqs.rubric.files import toml_of_entries


def policy(arguments: Namespace) -> int:
    """Run one of the two."""
    return _list() if arguments.action == "list" else _show(arguments)


def _list() -> int:
    rows = [["policy", "plugin", "what it is"]]
    for name, each in plugins_with_warnings().policies().items():
        rows.append([name, each.origin.plugin if each.origin else "", each.about.text if each.about else ""])
    show(aligned(rows))
    return 0


def _show(arguments: Namespace) -> int:
    found = policy_named(arguments.policy) or Policy()
    text = (
        toml_of_entries(found.to_mapping(), what="policy").splitlines() if arguments.toml else _lines(found)
    )
    show(text)
    return 0


def _lines(found: Policy) -> Iterator[str]:
    """Yield the choices that differ from those of `coqs`, then all that is known of them."""
    yield f"{found.name}: {found.about.text}" if found.about and found.about.text else found.name
    usual, own = Policy().choices(), found.choices()
    rows = [[choice, value, usual[choice]] for choice, value in own.items() if value != usual[choice]]
    yield ""
    if rows:
        yield from aligned([["choice", "value", "in coqs"], *rows], indent="  ")
    else:
        yield "  every choice is that of coqs"
    if found.about:
        yield from _listed("ASSUMED", [f"{choice}: {why}" for choice, why in found.about.assumed])
        yield from _listed("LIMITS", found.about.limits)
        yield from _listed("SOURCES", found.about.sources)


def _listed(heading: str, texts: list[str] | tuple[str, ...]) -> Iterator[str]:
    if texts:
        yield ""
        yield heading
        yield from (f"  - {text}" for text in texts)
