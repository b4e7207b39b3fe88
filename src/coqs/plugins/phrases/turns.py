"""Where each turn of a batch stands: whose it is, and its place among that speaker's turns.

What lives here: whole columns computed from the batch's own. What does not: words.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

import coqs

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@attrs.frozen(slots=True, eq=False)
class Places:
    """Columns over the m turns of a batch of n interactions."""

    interaction: Ints
    """(m,) row of the interaction that the turn belongs to."""
    number: Ints
    """(m,) number of the turn within its interaction, from 0."""
    offsets: Ints
    """(n + 1,) where each interaction's turns begin."""

    @classmethod
    def of(cls, batch: coqs.Interactions) -> Places:
        """Compute the places of a batch's turns."""
        offsets = batch.turn_offsets
        interaction = np.repeat(np.arange(len(batch)), np.diff(offsets))
        return cls(interaction, np.arange(len(interaction)) - offsets[interaction], offsets)


@attrs.frozen(slots=True, eq=False)
class SpokenTurns:
    """The k turns of one speaker.

    Places are counted in *goes*: turns that follow each other without another speaker of the two who talk
    between them are one go, since a transcript of a call parts what is said in one breath.
    """

    rows: Ints
    """(k,) rows in the batch's turn columns."""
    from_first: Ints
    """(k,) which go of the speaker's in the interaction it belongs to, from 0."""
    to_last: Ints
    """(k,) how many goes of the speaker follow in the interaction."""
    spoke: Mask
    """(n,) whether the speaker said a word in the interaction at all."""

    @classmethod
    def of(cls, batch: coqs.Interactions, places: Places, speaker: str) -> SpokenTurns:
        """Find the turns of `speaker`, in order."""
        names = batch.turn_speaker.categories
        code = names.index(speaker) if speaker in names else -2  # a code that no turn has
        rows = np.flatnonzero(batch.turn_speaker.codes == code)
        whose = places.interaction[rows]
        said = np.array([bool(batch.turn_text[row].strip()) for row in rows], dtype=bool)
        spoke = np.bincount(whose[said], minlength=len(batch)) > 0
        go = _goes(rows, whose, batch, speaker)
        last = np.full(len(batch), -1)
        np.maximum.at(last, whose, go)
        return cls(rows, go, last[whose] - go, spoke)


def _goes(rows: Ints, whose: Ints, batch: coqs.Interactions, speaker: str) -> Ints:
    """Return (k,) the go of each turn within its interaction, from 0."""
    names = batch.turn_speaker.categories
    other = [name for name in ("provider", "customer") if name != speaker and name in names]
    code = names.index(other[0]) if other else -2  # a code that no turn has
    answered = np.cumsum(batch.turn_speaker.codes == code)[rows]  # turns of the other one so far
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (np.diff(whose) != 0) | (np.diff(answered) != 0)
    number = np.cumsum(begins) - 1
    first = np.full(len(batch), len(rows))
    np.minimum.at(first, whose, number)
    places: Ints = number - first[whose]
    return places
