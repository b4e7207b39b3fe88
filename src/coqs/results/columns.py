"""The columns that a scorer fills: what every score has, and the details that are asked for later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np
import numpy.typing as npt

from coqs.tables import read_only

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]

VERDICTS = ("pass", "fail", "unscored")
REASONS = ("", "not_asked", "not_applicable", "unanswered", "abstained", "failed", "missing", "no_weight")


class Columns:
    """Columns of n rows as attrs fields, each an array or a mapping of arrays; all read-only."""

    __slots__ = ()

    @classmethod
    def taking(cls, **columns: Any) -> Self:
        """Take columns that nobody else holds: they are made read-only, not copied."""
        for column in columns.values():
            for array in column.values() if isinstance(column, Mapping) else [column]:
                array.flags.writeable = False
        return cls(**columns)

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of several parts, one part after the other."""
        columns: dict[str, Any] = {}
        for name in _names(cls):
            values = [getattr(part, name) for part in parts]
            if isinstance(values[0], Mapping):
                columns[name] = {key: np.concatenate([each[key] for each in values]) for key in values[0]}
            else:
                columns[name] = np.concatenate(values)
        return cls.taking(**columns)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return every column under a name of its own."""
        flat: dict[str, npt.NDArray[Any]] = {}
        for name in _names(type(self)):
            value = getattr(self, name)
            if isinstance(value, Mapping):
                flat |= {f"{name}.{key}": column for key, column in value.items()}
            else:
                flat[name] = value
        return flat

    def __len__(self) -> int:
        return len(next(iter(self.arrays().values())))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Columns):
            return NotImplemented
        mine, theirs = self.arrays(), other.arrays()
        return mine.keys() == theirs.keys() and all(_same(mine[name], theirs[name]) for name in mine)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} rows of {len(self.arrays())} columns>"

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {name: getattr(self, name) for name in _names(type(self))}
        return _columns_again, (type(self), parts)


@attrs.frozen(slots=True, eq=False, kw_only=True, repr=False)
class ScoreColumns(Columns):
    """What every score has: n rows, aligned with the ratings; all read-only."""

    overall: Floats
    """(n,) share of the ceiling; NaN where not scored."""
    verdict_codes: Codes
    """(n,) places in `VERDICTS`."""
    stages: Mapping[str, Floats] = attrs.field(converter=read_only)
    """Stage id to (n,) share; NaN where not scored."""


@attrs.frozen(slots=True, eq=False, kw_only=True, repr=False)
class DetailColumns(Columns):
    """What is worked out when it is first asked for: n rows, aligned with the ratings; all read-only."""

    reason_codes: Codes
    """(n,) places in `REASONS`."""
    gates: Mapping[str, Counts] = attrs.field(converter=read_only)
    """Error class to (n,) number of gates that failed."""
    gates_observed: Mapping[str, Counts] = attrs.field(converter=read_only)
    """Error class to (n,) number of gates that were asked and answered."""
    gates_unobserved: Counts
    """(n,) gates that were asked and not answered."""
    gates_fired: Counts
    """(n,) gates that fired under the policy's own trigger."""
    irreversible: Counts
    """(n,) irreversible criteria below what is expected."""
    points: Floats
    """(n,) sum of the raw points of what counts."""
    possible: Floats
    """(n,) what the score is a share of, in the policy's units; 0 where not scored."""
    counts: Mapping[str, Counts] = attrs.field(converter=read_only)
    """answered, not_applicable, not_asked, unanswered, abstained, failed: (n,) criteria of each kind;
    ignored: answers to criteria that were not asked; below, meets, exceeds: answers by standing."""
    bands: Mapping[str, Codes] = attrs.field(converter=read_only)
    """"overall", "stage ID" and "criterion ID", where the rubric has bands for them, to (n,) places of
    the band; -1 where there is no score."""


@attrs.frozen(slots=True, eq=False, kw_only=True, repr=False)
class AnswerColumns(Columns):
    """What each criterion's answer came to: n rows, aligned with the ratings; all read-only."""

    codes: Mapping[str, Codes] = attrs.field(converter=read_only)
    """Criterion id to (n,) the level's place from 0, or the code of an absence; *not asked* is settled."""
    standings: Mapping[str, Codes] = attrs.field(converter=read_only)
    """Criterion id to (n,) 0 below, 1 meets, 2 exceeds; -1 where there is no answer, or it does not say."""


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(attrs.fields_dict(kind))


def _columns_again(kind: type[Columns], parts: dict[str, Any]) -> Columns:
    """Make pickled columns again, whose arrays come back writeable."""
    return kind.taking(**parts)


def _same(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> bool:
    return bool(np.array_equal(left, right, equal_nan=left.dtype.kind == "f"))
