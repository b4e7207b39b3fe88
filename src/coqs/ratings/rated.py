"""What a machine rater returns for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.ratings.spans import PromiseTable, Rows, rows_array
from coqs.tables import kind_of


def _texts(values: Sequence[str] | npt.NDArray[Any]) -> tuple[str, ...]:
    texts = tuple(values.tolist() if isinstance(values, np.ndarray) else values)
    for text in texts:
        if not isinstance(text, str):
            raise RecordError(f"rated columns: must be texts, got {kind_of(text)}; pass ids")
    return texts


def _nowhere(instance: RatedColumns) -> Rows:
    return np.full(len(instance.interaction), -1)


@attrs.frozen(slots=True, kw_only=True, eq=False, repr=False)
class RatedColumns:
    """Judgements of a batch as columns; pairs left out count as abstained."""

    interaction: Rows = attrs.field(converter=rows_array)
    """Row of the interaction in the batch, from 0."""
    criterion: tuple[str, ...] = attrs.field(converter=_texts)
    """Id of the criterion."""
    level: tuple[str, ...] = attrs.field(converter=_texts)
    """Id of the level, or the name of an absence."""
    turn: Rows = attrs.field(converter=rows_array, default=attrs.Factory(_nowhere, takes_self=True))
    """Number of the turn within the interaction that shows it, from 0; -1 for none."""
    start: Rows = attrs.field(converter=rows_array, default=attrs.Factory(_nowhere, takes_self=True))
    """First character of the evidence in that turn; -1 for none."""
    end: Rows = attrs.field(converter=rows_array, default=attrs.Factory(_nowhere, takes_self=True))
    """The character after the evidence; -1 for none."""
    promises: PromiseTable = attrs.field(factory=PromiseTable.empty)
    """What the provider promised; its rows are rows of interactions in the batch."""

    def __attrs_post_init__(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in _COLUMNS}
        if len(set(lengths.values())) > 1:
            raise RecordError(f"rated columns: must be of one length, got {lengths}; mend the plugin")

    def __len__(self) -> int:
        return len(self.interaction)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RatedColumns):
            return NotImplemented
        same = all(np.array_equal(getattr(self, name), getattr(other, name)) for name in _COLUMNS)
        return same and self.promises == other.promises

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<RatedColumns: {len(self)} judgements>"

    def __reduce__(self) -> tuple[Any, ...]:
        columns = {field.name: getattr(self, field.name) for field in attrs.fields(RatedColumns)}
        return partial(RatedColumns, **columns), ()


_COLUMNS = ("interaction", "criterion", "level", "turn", "start", "end")
