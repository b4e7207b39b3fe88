"""One checkpoint: what it says, as a value, in words and as plain values for a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Self

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.results.html import html_table
from coqs.tables import freeze, kind_of, read_only
from coqs.tables.tabular import Tabular

SCHEMA = 1
ALL = "*"
"""The group that stands for all that have no target of their own."""
CANNOT_TELL = "cannot tell"
REACHED, TO_DO = "reached", "to do"
MET, NOT_MET, NO_TARGET = "met", "not met", "no target"
NUMBERS = ("been", "been_low", "been_high", "change", "change_low", "change_high", "target", "remaining",
           "remaining_low", "remaining_high")  # fmt: skip


@attrs.frozen(slots=True, kw_only=True)
class Progress:
    """What a checkpoint says of one group and measure; NaN where it cannot be told."""

    measure: str
    group: str
    n: float
    """What was observed since the stop before."""
    been: float
    """The level over that span, with its interval."""
    been_low: float
    been_high: float
    change: float
    """What was accomplished: this span's level less the one before, with its interval."""
    change_low: float
    change_high: float
    last_target: str
    """Whether the target of the stop before is `met` (the whole interval is as good), `not met`,
    `cannot tell`, or `no target`."""
    target: float
    """The one that is set now; NaN without one."""
    remaining: float
    """What is missing to it, 0 or below where nothing is; with its interval."""
    remaining_low: float
    remaining_high: float
    state: str
    """`reached`, `to do`, `cannot tell`, or `no target`."""


@attrs.frozen(slots=True, kw_only=True)
class Stop:
    """When a checkpoint was taken, of what, and what was aimed at: all but its rows."""

    at: str
    """The moment, in UTC; nothing from then on counts."""
    since: str | None
    """Where its span begins, in UTC; None for the beginning."""
    keys: tuple[str, ...]
    targets: Mapping[str, Mapping[str, float]] = attrs.field(converter=read_only, hash=False)
    """Measure to group to target; the group "*" stands for all others."""
    better: Mapping[str, str] = attrs.field(converter=read_only, hash=False)
    """Measure to which way is good."""
    confidence: float = 0.95
    last: str | None = None
    """The moment of the stop that it was taken after; None of the first one in a log."""
    reason: str | None = None
    """Why a target was lowered, where one was."""
    provenance: Mapping[str, str | None] = attrs.field(factory=dict, converter=read_only, hash=False)
    """What the scores name: rubric, fingerprints, policy and the digest of its choices, plugin and versions;
    empty for a table."""


@attrs.frozen(slots=True, eq=False, repr=False)
class Checkpoint(Tabular):
    """A dated stop: *been*, *accomplished* and *remaining* of each group and measure, with intervals.

    Columns: those of `Progress`, one row a measure and group; a group that the last checkpoint told of and
    that was not observed again keeps its row. Each interval is by itself: of twenty groups,
    one may well be off by chance.
    """

    stop: Stop
    progress: tuple[Progress, ...]

    @property
    def columns(self) -> Mapping[str, npt.NDArray[Any]]:  # type: ignore[override]
        """Column name to (rows,) values."""
        names = [field.name for field in attrs.fields(Progress)]
        kinds = dict.fromkeys(("measure", "group", "last_target", "state"), object)
        values = {name: [getattr(row, name) for row in self.progress] for name in names}
        return read_only({name: freeze(np.array(each, kinds.get(name))) for name, each in values.items()})

    def of(self, measure: str, group: str) -> Progress | None:
        """Return what it says of a group; None where it says nothing."""
        rows = (row for row in self.progress if (row.measure, row.group) == (measure, group))
        return next(rows, None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold, with a schema number; `from_dict` reads them."""
        stop = attrs.asdict(self.stop, recurse=False)
        stop["keys"] = [*self.stop.keys]
        stop |= {name: dict(stop[name]) for name in ("better", "provenance")}
        stop["targets"] = {name: dict(each) for name, each in self.stop.targets.items()}
        rows = [{name: _plain(value) for name, value in attrs.asdict(row).items()} for row in self.progress]
        return {"schema": SCHEMA, **stop, "progress": rows}

    @classmethod
    def from_dict(cls, record: Any) -> Self:
        """Return the checkpoint that `to_dict` wrote.

        Raises
        ------
        RecordError
            It is no checkpoint, of another schema, or a part is missing or unknown.
        """
        if not isinstance(record, Mapping) or record.get("schema") != SCHEMA:
            found = record.get("schema") if isinstance(record, Mapping) else record
            raise RecordError(
                f"checkpoint: must be of schema {SCHEMA}, got {kind_of(found)}; read it with a newer coqs"
            )
        parts = {name: value for name, value in record.items() if name not in ("schema", "progress")}
        try:
            parts["keys"] = tuple(parts["keys"])
            parts["targets"] = {name: read_only(each) for name, each in parts["targets"].items()}
            rows = tuple(
                Progress(**{name: _read(name, row[name]) for name in row}) for row in record["progress"]
            )
            return cls(Stop(**parts), rows)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            kind = type(error).__name__
        raise RecordError(
            f"checkpoint: must have every part and no other, got {kind} on reading; mend the line"
        )

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Checkpoint) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        names = ", ".join(self.stop.targets) or "no target"
        return f"<Checkpoint at {self.stop.at}: {len(self)} rows; {names}>"

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        heads = [
            "measure",
            "group",
            "n",
            "been",
            "accomplished",
            "last target",
            "remaining",
            "target",
            "state",
        ]
        rows = [_cells(row) for row in self.progress]
        return html_table(heads, rows, caption=f"Checkpoint at {self.stop.at}")


def target_of(targets: Mapping[str, float], group: str) -> float:
    """Return the target of a group, its own or that of all others; NaN without one."""
    return float(targets.get(group, targets.get(ALL, math.nan)))


def _cells(row: Progress) -> list[str]:
    been = told(row.been, row.been_low, row.been_high)
    change = told(row.change, row.change_low, row.change_high, signed=True)
    remaining, target = "", ""
    if row.state != NO_TARGET:
        remaining = told(row.remaining, row.remaining_low, row.remaining_high, signed=True)
        target = f"{row.target:.3g}"
    n = f"{row.n:g}"
    return [row.measure, row.group, n, been, change, row.last_target, remaining, target, row.state]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _read(name: str, value: Any) -> Any:
    if name not in (*NUMBERS, "n"):
        return str(value)
    return math.nan if value is None else float(value)


def _lines(checkpoint: Checkpoint) -> Iterator[str]:
    stop = checkpoint.stop
    span = "until then" if stop.since is None else f"since {stop.since}"
    yield f"checkpoint at {stop.at}, of what was observed {span}"
    for row in checkpoint.progress:
        yield f"{row.measure}, {row.group}:"
        yield f"  been          {told(row.been, row.been_low, row.been_high)} (n = {row.n:g})"
        change = told(row.change, row.change_low, row.change_high, signed=True)
        last = "" if row.last_target == NO_TARGET else f"; the last target: {row.last_target}"
        yield f"  accomplished  {change}{last}"
        if row.state != NO_TARGET:
            remaining = told(row.remaining, row.remaining_low, row.remaining_high, signed=True)
            yield f"  remaining     {remaining} to {row.target:.3g}: {row.state}"
    if len({row.group for row in checkpoint.progress}) > 1:
        yield f"each interval is by itself: by chance alone, {1 - stop.confidence:.0%} of them are off"
    if stop.reason is not None:
        yield f"a target was lowered: {stop.reason}"


def told(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Write a number with its interval, or that it cannot be told."""
    if math.isnan(value):
        return CANNOT_TELL
    form = "{:+.3f}" if signed else "{:.3f}"
    if math.isnan(low) or math.isnan(high):
        return f"{form.format(value)} ({CANNOT_TELL} how surely)"
    return f"{form.format(value)} ({form.format(low)} to {form.format(high)})"
