"""Baselines: what phase I found, frozen, saved as JSON, and what later periods are judged by."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import ComparisonError, NotFoundError, RecordError
from coqs.journeys.charts.rule_sets import RuleSet
from coqs.journeys.series import Series
from coqs.tables import frozen_array
from coqs.whole_file import write_whole

Floats = npt.NDArray[np.float64]
SCHEMA = 1
KINDS = (
    "xmr",
    "xbar",
    "p",
    "np",
    "p′",
    "c",
    "u",
    "u′",
    "ewma",
    "cusum",
    "g",
    "t",
    "bernoulli",
)
ARRAYS = ("centre", "sigma", "n_points")
OPTIONAL = ("width", "rules", "weight", "reference", "lasting")


def _floats(values: npt.ArrayLike) -> Floats:
    return frozen_array(np.asarray(values, np.float64), np.float64)


@attrs.frozen(slots=True)
class Excluded:
    """A point that the caller left out of phase I, and why."""

    period: str
    group: str | None
    """None for all groups."""
    reason: str


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Baseline:
    """What phase I found: by it later periods are judged, and by nothing that they hold.

    Frozen. `save` writes it as JSON with a schema number, `load` reads it back; `chart(…, baseline=it)` is
    phase II.
    """

    kind: str
    """Of the chart."""
    measure: str
    """What was followed."""
    measure_kind: str
    keys: tuple[str, ...]
    groups: tuple[str, ...]
    every: str
    tz: str
    start: str
    """The first period that it rests on."""
    stop: str
    """The last one."""
    centre: Floats = attrs.field(converter=_floats)
    """(G,) centre line; NaN where it could not be told."""
    sigma: Floats = attrs.field(converter=_floats)
    """(G,) spread: of single values for means, of periods for XmR, sigma_z for p′ and u′, else 1."""
    n_points: Floats = attrs.field(converter=_floats)
    """(G,) periods that each rests on."""
    estimator: str
    """How the spread was found, in words."""
    arl0: float
    """Periods between false alarms that were asked for."""
    width: float | None = None
    """Limits in sigmas, where those were asked for instead."""
    rules: RuleSet | None = None
    """The rules that are asked, their zones as they were scaled; None for the limits alone."""
    memory: float = 0.0
    """How much of a period's deviation the next one is expected to keep."""
    shared: bool = False
    """Whether what all groups do in a period is taken out of the centre."""
    lasting: float | None = None
    """Where neighbours are related: the limit in sigmas, of points and of shifts that last."""
    weight: float | None = None
    """Of an EWMA."""
    reference: float | None = None
    """k of a CUSUM in sigmas; of a Bernoulli CUSUM how many times the lapses are to rise."""
    excluded: tuple[Excluded, ...] = ()
    """What was left out, and why."""

    def to_dict(self) -> dict[str, Any]:
        """Return the baseline as plain values with a schema number; what is not known is None."""
        found: dict[str, Any] = {"schema": SCHEMA}
        for name in attrs.fields_dict(Baseline):
            value = getattr(self, name)
            if name in ARRAYS:
                value = [None if math.isnan(each) else each for each in value.tolist()]
            elif name == "rules":
                value = None if value is None else value.to_dict()
            elif name == "excluded":
                value = [attrs.asdict(each) for each in value]
            found[name] = list(value) if isinstance(value, tuple) else value
        return found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, path: str = "") -> Self:
        """Return the baseline that plain values tell of; strict, so that a mended file is not half read.

        Raises
        ------
        RecordError
            A key is missing, unknown or of another form, or the schema is of another time.
        """
        return cls(**_read(values, path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the baseline as JSON, whole or not at all.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        write_whole(path, json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a baseline that was saved.

        Raises
        ------
        OSError
            There is no such file, or it cannot be read.
        RecordError
            It is no baseline.
        """
        name = os.fspath(path)
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise RecordError(
                f"{name}: must be a baseline in JSON, got what cannot be read "
                f"({type(error).__name__}); save one anew",
                path=str(name),
            ) from None
        return cls.from_dict(values, path=str(name))

    def places(self, series: Series) -> list[int]:
        """Return where each group of a series stands here.

        Raises
        ------
        ComparisonError
            The series is of another measure or calendar.
        NotFoundError
            The baseline knows no such group.
        """
        mine = (self.measure, self.measure_kind, self.every, self.tz, self.keys)
        theirs = (series.measure.name, series.kind, series.every, series.tz, series.keys)
        for what, left, right in zip(("measure", "kind", "every", "tz", "keys"), mine, theirs, strict=True):
            if left != right:
                raise ComparisonError(
                    f"baseline: must be of one {what} with what it judges, got two; make one for each",
                    left=left,
                    right=right,
                )
        known = {name: place for place, name in enumerate(self.groups)}
        for name in series.groups:
            if name not in known:
                raise NotFoundError("group", name, self.groups, where="baseline")
        return [known[name] for name in series.groups]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Baseline):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"<Baseline of {self.measure} ({self.kind}): {len(self.groups):,} groups, {self.every} by "
            f"{self.every} from {self.start} to {self.stop}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.to_dict(),)


def _again(values: dict[str, Any]) -> Baseline:
    return Baseline.from_dict(values)


def _bad(path: str, where: str, must: str, got: object) -> RecordError:
    head = f"{path}, " if path else ""
    return RecordError(f"{head}{where}: must {must}, got {got}; save the baseline anew", path=path)


def _read(values: Any, path: str) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise _bad(path, "baseline", "be a table", type(values).__name__)
    if values.get("schema") != SCHEMA:
        raise _bad(path, "baseline.schema", f"be {SCHEMA}", repr(values.get("schema")))
    known = attrs.fields_dict(Baseline)
    for key in values:
        if key not in known and key != "schema":
            raise _bad(path, "baseline", "have keys that are known", repr(str(key)[:40]))
    for key in known:
        if key not in values:
            raise _bad(path, f"baseline.{key}", "be there", "nothing")
    found = {key: _value(key, values[key], path) for key in known}
    if found["kind"] not in KINDS:
        raise _bad(path, "baseline.kind", "be a chart that there is", repr(found["kind"]))
    if len({len(found[name]) for name in (*ARRAYS, "groups")}) > 1:
        raise _bad(path, "baseline", "have one number a group", "lists of several lengths")
    return found


def _value(key: str, value: Any, path: str) -> Any:
    where = f"baseline.{key}"
    if value is None and key in OPTIONAL:
        return None
    if key in ARRAYS:
        return [
            _number(each, f"{where}[{place}]", path) for place, each in enumerate(_list(value, where, path))
        ]
    if key == "rules":
        return RuleSet.from_dict(value)
    if key == "excluded":
        return tuple(_excluded(each, where, path) for each in _list(value, where, path))
    if key in ("keys", "groups"):
        return tuple(_text(each, where, path) for each in _list(value, where, path))
    if key == "shared":
        if not isinstance(value, bool):
            raise _bad(path, where, "be true or false", type(value).__name__)
        return value
    if key in ("arl0", "width", "memory", "weight", "reference", "lasting"):
        return _number(value, where, path, gaps=False)
    return _text(value, where, path)


def _list(value: Any, where: str, path: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise _bad(path, where, "be a list", type(value).__name__)
    return value


def _text(value: Any, where: str, path: str) -> str:
    if not isinstance(value, str):
        raise _bad(path, where, "be a text", type(value).__name__)
    return value


def _number(value: Any, where: str, path: str, *, gaps: bool = True) -> float:
    if value is None and gaps:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad(path, where, "be a number", type(value).__name__)
    return float(value)


def _excluded(value: Any, where: str, path: str) -> Excluded:
    if not isinstance(value, Mapping) or set(value) != {"period", "group", "reason"}:
        raise _bad(path, where, "have period, group and reason", type(value).__name__)
    group = value["group"]
    return Excluded(
        _text(value["period"], where, path),
        None if group is None else _text(group, where, path),
        _text(value["reason"], where, path),
    )
