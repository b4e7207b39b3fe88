"""Promises as a table: where the provider made them, and when they are due.

What lives here: the sentence around each hit of the signal `promise`, and the moment that it was said.
What does not: what a promise is, which is a rule like others, and what a time means (`due`).
"""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

import coqs
from coqs.plugins.phrases.due import due
from coqs.plugins.phrases.matching import SignalTable

SIGNAL = "promise"
NO_TIME = np.datetime64("NaT", "us")
_END = re.compile(r"[.!?](?=\s|$)|\n")
_ABBREVIATED = re.compile(r"\b(?:[ap]\.m|mr|mrs|ms|dr|st|approx|no)\.$", re.IGNORECASE)


def promises_of(
    interactions: coqs.Interactions, table: SignalTable, zone: dt.tzinfo = dt.UTC
) -> coqs.ratings.PromiseTable:
    """Return the promises among the signals that were found in a batch.

    A promise is dated where its sentence says when, and where it is known when that was said: the turn's
    own time, or else that of the interaction.
    """
    hits = table.hits(SIGNAL)
    row, turn, start, end = (getattr(table, name)[hits] for name in ("interaction", "turn", "start", "end"))
    place = interactions.turn_offsets[row] + turn
    said = np.where(np.isnat(interactions.turn_at[place]), interactions.at[row], interactions.turn_at[place])
    texts = [sentence(interactions.turn_text[each], at) for each, at in zip(place, start, strict=True)]
    dues = [_due(text, at, zone) for text, at in zip(texts, said, strict=True)]
    return coqs.ratings.PromiseTable(row, turn, start, end, np.array(dues, "datetime64[us]"))


def _due(text: str, at: np.datetime64, zone: dt.tzinfo) -> np.datetime64:
    if np.isnat(at):
        return NO_TIME
    moment = at.astype("datetime64[us]").item().replace(tzinfo=dt.UTC)
    found = due(text, moment, zone)
    return NO_TIME if found is None else np.datetime64(found.replace(tzinfo=None), "us")


def sentence(text: str, place: int) -> str:
    """Return the sentence of a text that holds the character at `place`.

    >>> sentence("Sure. I will call at 5 p.m. tomorrow! Bye.", 8)
    ' I will call at 5 p.m. tomorrow!'
    """
    begin = 0
    for match in _END.finditer(text):
        if _ABBREVIATED.search(text, max(begin, match.end() - 8), match.end()):
            continue
        if match.end() > place:
            return text[begin : match.end()]
        begin = match.end()
    return text[begin:]
