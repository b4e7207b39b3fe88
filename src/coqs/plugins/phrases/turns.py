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
    """The k turns of one speaker."""

    rows: Ints
    """(k,) rows in the batch's turn columns."""
    from_first: Ints
    """(k,) place among the speaker's turns of the interaction, from 0."""
    to_last: Ints
    """(k,) how many turns of the speaker follow in the interaction."""
    spoke: Mask
    """(n,) whether the speaker said a word in the interaction at all."""

    @classmethod
    def of(cls, batch: coqs.Interactions, places: Places, speaker: str) -> SpokenTurns:
        """Find the turns of `speaker`, in order."""
        names = batch.turn_speaker.categories
        code = names.index(speaker) if speaker in names else -2  # a code that no turn has
        rows = np.flatnonzero(batch.turn_speaker.codes == code)
        whose = places.interaction[rows]
        count = np.bincount(whose, minlength=len(batch))
        said = np.array([bool(batch.turn_text[row].strip()) for row in rows], dtype=bool)
        spoke = np.bincount(whose[said], minlength=len(batch)) > 0
        before = np.concatenate([[0], np.cumsum(count)])[whose]
        from_first = np.arange(len(rows)) - before
        return cls(rows, from_first, count[whose] - 1 - from_first, spoke)
