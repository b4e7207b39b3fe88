"""Which stage of service each turn of the provider belongs to, as far as words tell.

What lives here: stages read from the signals, from questions, and from what is left of a turn when both
are taken away. What does not: scores. A turn may belong to several stages, and to none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np

import coqs
from coqs.plugins.phrases.lexicon import plain
from coqs.plugins.phrases.matching import SignalTable, find_signals
from coqs.plugins.phrases.turns import Ints, Places, SpokenTurns

STAGES = ("greeting", "determining", "responding", "concluding", "future")
SHOWN_BY = MappingProxyType(
    {
        "greeting": "greeting",
        "name_asked": "determining",
        "offer_of_help": "determining",
        "need_restated": "determining",
        "hold": "responding",
        "apology": "responding",
        "blunt_refusal": "responding",
        "anything_else": "concluding",
        "closing": "concluding",
        "promise": "future",
        "invitation": "future",
        "announcement": "future",
    }
)
"""The stage that a signal shows wherever it stands; thanks conclude only near the end."""
LAST_GOES = 2
_SENTENCE = re.compile(r"[^.?!\n]+[.?!]*")
_NOISE = re.compile(r"\[[^\]]{0,40}\]|<[^>]{0,40}>|[@^]\w{1,30}|https?://\S{1,200}")
_OPENERS = (
    r"^\W*(?:(?:and|so|ok|okay|right|alright|great|sure|then|now|next|perfect|thanks|thank you)[ ,.!-]+)*"
)
_REQUEST = re.compile(
    r"\?\W*$"
    rf"|{_OPENERS}(?:please |kindly )?(?:provide|tell|give|enter|specify|describe|state|confirm|choose|select"
    r"|name|share|type|list|spell)\b"
    rf"|{_OPENERS}(?:what|which|when|where|who|how (?:many|much|long|old|would|do|did|can|is)|can you"
    rf"|could you"
    r"|would you|will you|do you|did you|are you|is it|is there|have you|may i have|can i have|can i get)\b"
    r"|\b(?:i|we)(?:'ll| will)? (?:just |also |still )?(?:need|require) (?:your|to know|you to|some"
    r"|that|the)\b"
    r"|\blet (?:me|us) know (?:your|what|which|when|where|how|the)\b"
    rf"|{_OPENERS}your (?:\w+ ){{0,3}}(?:as well|too|please)\b"
)
_PROPOSAL = re.compile(
    r"\b(?:(?:can|may|shall|should|could) ?(?:i|we) ?(?:book|reserve|proceed|go ahead|confirm|schedule"
    r"|place|continue"
    r"|start|order|submit|process|send|put|make|add|cancel|change)|(?:would|do) you (?:like|want) (?:me"
    r"|us) to"
    r"|do you (?:require|need|want) more|(?:would you like|do you want) to (?:continue|keep|try|book"
    r"|see|hear|change)"
    r"|is that (?:ok|okay|alright|fine|acceptable)|does that (?:work|sound|suit|help)|sound good|or would you"
    r"|do you know how|(?:can|could) you (?:please )?(?:try|use|check|restart|bring|come|wait|call"
    r"|visit|go))\b"
)
_PARTING = re.compile(
    rf"{_OPENERS}(?:you(?:'re| are) (?:very |most |always )?welcome|(?:it(?:'s| was| is) )?(?:my|a"
    rf"|our) pleasure"
    r"|(?:i'm |i am )?(?:glad|happy) (?:i|we|to have|to be of)|no worries|anytime|enjoy|have (?:a|an"
    r"|fun)|take care"
    r"|good ?bye|bye|good (?:luck|night)|see you|all the best)\b"
)
_YES_OR_NO = re.compile(r"^\W*(?:yes|yeah|yep|no|nope|correct|of course|certainly|absolutely|definitely)\b")
_FILLER = re.compile(
    r"\b(?:ok|okay|k|alright|all right|right|sure|great|good|perfect|awesome|excellent|fantastic"
    r"|wonderful|thanks?"
    r"|thank you|you|got it|i see|no problem|yes|yeah|yep|no|nope|hm+|oh|ah|um|uh|and|so|well|please"
    r"|of course"
    r"|certainly|absolutely|definitely|sir|madam|ma'am|very|much|for|that|it|the|a|is|hello|hi|hey|there|your"
    r"|patience|information|welcome|understood|noted|cool|nice|thing|i|understand|bye|goodbye|one"
    r"|let me see)\b"
)
_WORD = re.compile(r"[^\W_]+")


def _frozen(values: Any) -> Any:
    array = np.array(values, np.int64)
    array.flags.writeable = False
    return array


@attrs.frozen(slots=True, eq=False, repr=False)
class StageTable:
    """The stages of the provider's turns in a batch; one row for each turn and stage, in order."""

    interaction: Ints = attrs.field(converter=_frozen)
    """Row of the interaction in the batch."""
    turn: Ints = attrs.field(converter=_frozen)
    """Number of the turn within the interaction, from 0."""
    stage: coqs.Encoded
    """Id of the stage; the categories are all five."""

    def __len__(self) -> int:
        return len(self.turn)

    def __repr__(self) -> str:
        return f"<StageTable: {len(self)} turns and stages>"


def find_stages(interactions: coqs.Interactions) -> StageTable:
    """Tell which stages each turn of the provider belongs to.

    Signals show their stage; a question or a request determines, unless it proposes what to do; what is
    left of a turn beside signals, questions and fillers responds; thanks conclude near the end.

    Returns
    -------
    StageTable
        One row for each turn and stage. A turn of which nothing can be told has none.
    """
    table, places = find_signals(interactions), Places.of(interactions)
    spoken = SpokenTurns.of(interactions, places, "provider")
    spans = _spans_by_turn(interactions, table)
    rows: list[tuple[int, int, int]] = []
    texts = interactions.turn_text
    for row, left in zip(spoken.rows.tolist(), spoken.to_last.tolist(), strict=True):
        asked = places.number[row] > 0 and texts[row - 1].rstrip().endswith("?")
        found = stages_of(texts[row], spans.get(row, {}), asked=asked, near_end=left < LAST_GOES)
        where = int(places.interaction[row]), int(places.number[row])
        rows += [(*where, place) for place, stage in enumerate(STAGES) if stage in found]
    interaction, turn, stage = np.array(rows, np.int64).reshape(-1, 3).T
    return StageTable(interaction, turn, coqs.Encoded(stage.astype(np.int32), STAGES))


def _spans_by_turn(batch: coqs.Interactions, table: SignalTable) -> dict[int, dict[str, tuple[int, int]]]:
    rows = batch.turn_offsets[table.interaction] + table.turn
    spans: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    columns = rows.tolist(), table.signal.to_list(), table.start.tolist(), table.end.tolist()
    for row, signal, start, end in zip(*columns, strict=True):
        if signal is not None:
            spans[row][signal] = (start, end)
    return spans


def stages_of(text: str, spans: Mapping[str, tuple[int, int]], *, asked: bool, near_end: bool) -> set[str]:
    """Return the stages of one turn, given where its signals stand.

    `asked` tells whether the turn before it asked something, so that a bare yes or no is an answer.
    """
    found = {SHOWN_BY[signal] for signal in spans if signal in SHOWN_BY}
    if near_end and "thanks" in spans:
        found.add("concluding")
    words = plain(text)
    if asked and _YES_OR_NO.search(words) and not _REQUEST.search(words):
        found.add("responding")
    for match in _SENTENCE.finditer(words):
        found |= _of_sentence(_NOISE.sub(" ", match[0]), _signals_within(spans, *match.span()))
    return found


def _signals_within(spans: Mapping[str, tuple[int, int]], begin: int, end: int) -> set[str]:
    return {signal for signal, (start, _) in spans.items() if begin <= start < end}


def _of_sentence(sentence: str, signals: set[str]) -> set[str]:
    """Return what a sentence does beside showing its signals."""
    if signals & {"promise", "announcement"}:
        return {"responding"} if "promise" in signals else set()
    if signals - {"thanks", "apology", "name_used"}:
        return set()
    if _PARTING.search(sentence):
        return {"concluding"}
    if _PROPOSAL.search(sentence):
        return {"responding"}
    if _REQUEST.search(sentence):
        return {"determining"}
    return {"responding"} if _WORD.search(_FILLER.sub(" ", sentence)) else set()
