"""Readers of transcripts in other layouts: WebVTT, and the layouts of six published sets of dialogues.

Where a layout is no more than other names for the same things, a mapping beside this file says which is
which; the others are read by a function each. None of them guesses: who is neither provider nor customer
by the layout is another role, and a value that the layout does not allow is refused with its place.

What a layout knows and an interaction has no place for becomes a fact, unless it is a person's private
data, somebody's summary in free words, or a label of single words of a turn; those are left out, as the
page on reading transcripts says. A customer's name is no fact in any of them: in all, the customer has
to say it first.

An outbuilding of the house: it imports the front door only, as any stranger's plugin does.
"""

from __future__ import annotations

from importlib.resources import files

import coqs
from coqs.plugins.transcripts import abcd, airdialogue, star, webvtt

MAPPINGS = ("harper_valley.toml", "taskmaster.toml", "tweetsumm.toml")


@coqs.hookimpl
def coqs_readers() -> list[coqs.Reader]:
    """Return the readers; see `coqs.hookspecs.coqs_readers`."""
    mapped = [coqs.Reader.from_toml(files(__name__) / name) for name in MAPPINGS]
    return [*mapped, abcd.READER, airdialogue.READER, star.READER, webvtt.READER]
