"""A machine rater that reads English: what words can show, with the words that show it.

It finds the signals of `SIGNALS` by the rules of `signals.toml` in what the provider said, and answers
a criterion whose `detect` names one: the level `present` where the signal is found, with the span of
the first hit as evidence, and the level `absent`, if there is one, where it is not. It **abstains**

* on every criterion without a `detect`, and on a signal that is not in its vocabulary, since another
  machine rater may know it;
* on a signal that is not found where the criterion names no `absent` level;
* on everything where the provider never spoke;
* on a signal that is not found where the provider clearly speaks another language than English;
* on `name_used` where the provider had no turn after the customer's name was known.

A signal says that words were said, not that they were meant, or that they were right to say. The rules
are for English and for one thing at a time: they do not know irony, quotations or other languages.

An outbuilding of the house: it imports the front door only, as any stranger's plugin does.
"""

from __future__ import annotations

import datetime as dt

import attrs

import coqs
from coqs.plugins.phrases.lexicon import lexicon
from coqs.plugins.phrases.matching import SignalTable, find_signals
from coqs.plugins.phrases.promised import promises_of
from coqs.plugins.phrases.rating import rated
from coqs.plugins.phrases.stages import StageTable, find_stages

__all__ = [
    "SIGNALS",
    "SignalTable",
    "StageTable",
    "coqs_rate",
    "find_promises",
    "find_signals",
    "find_stages",
]

SIGNALS: tuple[str, ...]
"""The vocabulary: the name of every signal that a criterion's `detect` can ask this rater for."""


def __getattr__(name: str) -> tuple[str, ...]:
    """Read the vocabulary from the rules when it is first asked for."""
    if name == "SIGNALS":
        return tuple(lexicon().signals)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


@coqs.hookimpl
def coqs_rate(interactions: coqs.Interactions, rubric: coqs.Rubric) -> coqs.RatedColumns:
    """Rate what the provider's words show; see `coqs.hookspecs.coqs_rate`."""
    table = find_signals(interactions)
    return attrs.evolve(rated(table, rubric), promises=promises_of(interactions, table, _zone(interactions)))


def find_promises(interactions: coqs.Interactions, *, tz: str | None = None) -> coqs.ratings.PromiseTable:
    """Find what the provider promised in a batch, and when it is due.

    Parameters
    ----------
    interactions
        A batch; the time of a turn, or else of its interaction, is what "tomorrow" is reckoned from.
    tz
        The zone in which its days begin and its clocks run, such as Europe/Madrid; left out, that in which
        the batch was read, or UTC.

    Returns
    -------
    coqs.ratings.PromiseTable
        One row for each turn with a promise, by interaction; `due` is NaT where no time was said, or a
        vague one. No words, only where they stand.

    Raises
    ------
    RecordError
        There is no such zone.
    """
    return promises_of(interactions, find_signals(interactions), _zone(interactions, tz))


def _zone(interactions: coqs.Interactions, tz: str | None = None) -> dt.tzinfo:
    return coqs.tables.zone_named(tz or interactions.tz) or dt.UTC
