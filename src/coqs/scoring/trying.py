"""Try sets of changes in bulk: each is a row of ratings, scored by columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import attrs
import numpy as np

from coqs.ratings import Ratings
from coqs.results import VERDICTS
from coqs.results.scores import Rescorer
from coqs.scoring.changes import Pick

BLOCK = 2**14
Picks = tuple[Pick, ...]


@attrs.frozen(slots=True, eq=False)
class Bench:
    """One row of ratings, and what scores it."""

    scorer: Rescorer
    row: Ratings
    """Of one row."""

    def flipping(self, sets: Iterable[Picks], flipped: str) -> Iterator[Picks]:
        """Yield the sets that give the verdict that is wanted, in their order."""
        wanted, more = VERDICTS.index(flipped), iter(sets)
        while block := list(itertools.islice(more, BLOCK)):
            codes = self.scorer(self._changed(block)).verdict_codes
            yield from (block[place] for place in np.flatnonzero(codes == wanted))

    def _changed(self, sets: Sequence[Picks]) -> Ratings:
        rows = self.row.take(np.zeros(len(sets), np.intp))
        touched = {one.criterion.id for picks in sets for one, _ in picks}
        codes = {id: np.array(column) if id in touched else column for id, column in rows.codes.items()}
        choices = {id: np.array(column) if id in touched else column for id, column in rows.choices.items()}
        for place, picks in enumerate(sets):
            for one, way in picks:
                cells = choices if one.criterion.id in choices else codes
                cells[one.criterion.id][place] = way.bits
        return attrs.evolve(rows, codes=codes, choices=choices)
