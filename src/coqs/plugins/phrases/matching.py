"""Signals found in a batch, as columns.

What lives here: one pass over the turn columns against the rules. What does not: the rules (`lexicon`),
names (`names`), levels of a rubric (`rating`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

import coqs
from coqs.plugins.phrases.language import is_other_than_english
from coqs.plugins.phrases.lexicon import Lexicon, Rule, lexicon, plain
from coqs.plugins.phrases.names import known_names, names_used
from coqs.plugins.phrases.turns import Ints, Mask, Places, SpokenTurns

OWN = "provider"
"""The speaker of a rule that reads whoever is asked about."""
Spans = npt.NDArray[np.int64]


def _frozen(values: Any) -> Any:
    array = np.array(values)
    array.flags.writeable = False
    return array


_same = attrs.cmp_using(eq=np.array_equal)


@attrs.frozen(slots=True, repr=False)
class SignalTable:
    """Every signal found in the turns of a batch of n interactions, as columns of h hits.

    A turn has at most one hit of a signal, the earliest. Rows are in the order of the interactions,
    their turns, and the vocabulary.
    """

    interaction: Ints = attrs.field(converter=_frozen, eq=_same)
    """(h,) row of the interaction in the batch."""
    turn: Ints = attrs.field(converter=_frozen, eq=_same)
    """(h,) number of the turn within the interaction, from 0."""
    signal: coqs.Encoded
    """(h,) name of the signal; the categories are the whole vocabulary."""
    start: Ints = attrs.field(converter=_frozen, eq=_same)
    """(h,) where the words begin in the turn's text."""
    end: Ints = attrs.field(converter=_frozen, eq=_same)
    """(h,) where they end."""
    spoke: Mask = attrs.field(converter=_frozen, eq=_same)
    """(n,) whether the provider spoke at all."""
    name_known: Mask = attrs.field(converter=_frozen, eq=_same)
    """(n,) whether the provider spoke after the customer's name was known."""
    english: Mask = attrs.field(converter=_frozen, eq=_same)
    """(n,) false where what the provider said is clearly in another language."""

    def __len__(self) -> int:
        return len(self.start)

    def __reduce__(self) -> tuple[Any, ...]:
        return SignalTable, tuple(getattr(self, field.name) for field in attrs.fields(SignalTable))

    def __repr__(self) -> str:
        return f"<SignalTable: {len(self)} hits in {len(self.spoke)} interactions>"

    def hits(self, signal: str) -> Ints:
        """Return the rows of one signal; none for a name that is not in the vocabulary."""
        names = self.signal.categories
        code = names.index(signal) if signal in names else -2  # a code that no row has
        return np.flatnonzero(self.signal.codes == code)

    def observable(self, signal: str) -> Mask:
        """Return (n,) true where the signal could have been said: only there its absence tells something."""
        if signal not in self.signal.categories:
            return np.zeros(len(self.spoke), dtype=bool)
        return self.english & (self.name_known if signal == "name_used" else self.spoke)


def find_signals(interactions: coqs.Interactions, *, speaker: str = "provider") -> SignalTable:
    """Find all that the words of one speaker show in a batch.

    Parameters
    ----------
    interactions
        A batch; its turns of the speaker are read, and of `customer` for the name.
    speaker
        Whose words; the provider's, unless told. A customer greets, thanks and takes leave in the same words;
        of anybody but the provider the use of a name is not looked for.

    Returns
    -------
    SignalTable
        One row for each turn and signal; no words, only where they stand.
    """
    rules = lexicon()
    signals = tuple(rules.signals)
    places = Places.of(interactions)
    spoken = SpokenTurns.of(interactions, places, speaker)
    found = _found_by_rules(interactions, places, spoken, rules)
    if speaker != "provider":
        return _table(interactions, places, spoken, found, np.zeros(len(interactions), dtype=bool))
    asked = found[found[:, 1] == signals.index("name_asked"), 0]
    known = known_names(interactions, places, asked, rules.names)
    used = names_used(interactions, spoken.rows, places, known, rules.names)
    code = np.full(len(used), signals.index("name_used"))
    found = np.concatenate([found, np.column_stack([used[:, 0], code, used[:, 1:]])])
    return _table(interactions, places, spoken, found, _spoke_later(spoken, places, known.since))


def _table(
    batch: coqs.Interactions, places: Places, spoken: SpokenTurns, found: Spans, name_known: Mask
) -> SignalTable:
    row, signal, start, end = found[np.lexsort((found[:, 1], found[:, 0]))].T
    return SignalTable(
        interaction=places.interaction[row],
        turn=places.number[row],
        signal=coqs.Encoded(signal.astype(np.int32), tuple(lexicon().signals)),
        start=start,
        end=end,
        spoke=spoken.spoke,
        name_known=name_known,
        english=_in_english(batch, places, spoken),
    )


def _in_english(batch: coqs.Interactions, places: Places, spoken: SpokenTurns) -> Mask:
    texts: list[list[str]] = [[] for _ in batch.ids]
    for row, interaction in zip(spoken.rows.tolist(), places.interaction[spoken.rows].tolist(), strict=True):
        texts[interaction].append(plain(batch.turn_text[row]))
    return np.array([not is_other_than_english(each) for each in texts], dtype=bool)


def _spoke_later(spoken: SpokenTurns, places: Places, since: Ints) -> Mask:
    last = np.full(len(spoken.spoke), -1)
    np.maximum.at(last, places.interaction[spoken.rows], places.number[spoken.rows])
    return last > since


def _found_by_rules(batch: coqs.Interactions, places: Places, spoken: SpokenTurns, rules: Lexicon) -> Spans:
    """Return (h, 4): turn row, signal code, start, end; the earliest hit of each signal in a turn."""
    order = {name: code for code, name in enumerate(rules.signals)}
    parts = [np.empty((0, 4), dtype=np.int64)]
    for speaker in dict.fromkeys(rule.speaker for rule in rules.rules):
        turns = spoken if speaker == OWN else SpokenTurns.of(batch, places, speaker)
        texts, of_turn = _distinct(batch.turn_text[row] for row in turns.rows.tolist())
        for rule in (rule for rule in rules.rules if rule.speaker == speaker):
            spans = np.array([rule.find(text) for text in texts], dtype=np.int64).reshape(-1, 2)[of_turn]
            hit = (spans[:, 0] >= 0) & _in_place(rule, turns)
            code = np.full(int(hit.sum()), order[rule.signal])
            parts.append(np.column_stack([turns.rows[hit], code, spans[hit]]))
    return _earliest(np.concatenate(parts))


def _distinct(texts: Iterable[str]) -> tuple[list[str], Ints]:
    """Return the distinct texts, made plain, and which of them each is: stock sentences are read once."""
    seen: dict[str, int] = {}
    of_turn = np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)
    return [plain(text) for text in seen], of_turn


def _in_place(rule: Rule, turns: SpokenTurns) -> Mask:
    allowed = np.ones(len(turns.rows), dtype=bool)
    if rule.first is not None:
        allowed &= turns.from_first < rule.first
    if rule.last is not None:
        allowed &= turns.to_last < rule.last
    return allowed


def _earliest(found: Spans) -> Spans:
    """Keep, of several hits of a signal in a turn, the one that begins first; of those the longest."""
    found = found[np.lexsort((-found[:, 3], found[:, 2], found[:, 1], found[:, 0]))]
    again = np.zeros(len(found), dtype=bool)
    again[1:] = (found[1:, :2] == found[:-1, :2]).all(axis=1)
    return found[~again]
