"""What a machine rater returns for a batch, and the evidence that ratings keep of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables import frozen_array, kind_of

Rows = npt.NDArray[np.int64]


def _rows(values: npt.ArrayLike) -> Rows:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise RecordError(f"rated columns: must be whole numbers, got {array.dtype}; pass integers")
    if array.ndim != 1:
        raise RecordError(f"rated columns: must have one dimension, got {array.ndim}; pass them flat")
    return frozen_array(array, np.int64)


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

    interaction: Rows = attrs.field(converter=_rows)
    """Row of the interaction in the batch, from 0."""
    criterion: tuple[str, ...] = attrs.field(converter=_texts)
    """Id of the criterion."""
    level: tuple[str, ...] = attrs.field(converter=_texts)
    """Id of the level, or the name of an absence."""
    turn: Rows = attrs.field(converter=_rows, default=attrs.Factory(_nowhere, takes_self=True))
    """Number of the turn within the interaction that shows it, from 0; -1 for none."""
    start: Rows = attrs.field(converter=_rows, default=attrs.Factory(_nowhere, takes_self=True))
    """First character of the evidence in that turn; -1 for none."""
    end: Rows = attrs.field(converter=_rows, default=attrs.Factory(_nowhere, takes_self=True))
    """The character after the evidence; -1 for none."""

    def __attrs_post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in attrs.fields(RatedColumns)}
        if len(set(lengths.values())) > 1:
            raise RecordError(f"rated columns: must be of one length, got {lengths}; mend the plugin")

    def __len__(self) -> int:
        return len(self.interaction)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RatedColumns):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name))
            for field in attrs.fields(RatedColumns)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<RatedColumns: {len(self)} judgements>"

    def __reduce__(self) -> tuple[Any, ...]:
        columns = {field.name: getattr(self, field.name) for field in attrs.fields(RatedColumns)}
        return partial(RatedColumns, **columns), ()


@attrs.frozen(slots=True, eq=False, repr=False)
class EvidenceTable:
    """Where in the dialogues the evidence for ratings stands; one row a judgement."""

    row: Rows = attrs.field(converter=_rows)
    """Row of the ratings."""
    criterion: Rows = attrs.field(converter=_rows)
    """Place of the criterion in the rubric."""
    turn: Rows = attrs.field(converter=_rows)
    """Number of the turn within the interaction, from 0."""
    start: Rows = attrs.field(converter=_rows)
    """First character."""
    end: Rows = attrs.field(converter=_rows)
    """The character after the last."""

    @classmethod
    def empty(cls) -> EvidenceTable:
        """Return a table without rows."""
        return cls(*([np.empty(0, np.int64)] * 5))

    @classmethod
    def concatenate(cls, tables: Sequence[EvidenceTable]) -> EvidenceTable:
        """Return the rows of several tables as one."""
        names = [field.name for field in attrs.fields(cls)]
        return cls(*(np.concatenate([getattr(each, name) for each in tables]) for name in names))

    def spans(self, row: int, criterion: int) -> list[tuple[int, int, int]]:
        """Return (turn, start, end) of the evidence for one rating."""
        found = np.flatnonzero((self.row == row) & (self.criterion == criterion))
        return [(int(self.turn[at]), int(self.start[at]), int(self.end[at])) for at in found]

    def __len__(self) -> int:
        return len(self.row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EvidenceTable):
            return NotImplemented
        names = [field.name for field in attrs.fields(EvidenceTable)]
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<EvidenceTable: {len(self)} spans>"

    def __reduce__(self) -> tuple[Any, ...]:
        return EvidenceTable, tuple(getattr(self, field.name) for field in attrs.fields(EvidenceTable))
