"""Which observations are lapses: below expectation, and not excused by an exception."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.model import AllowedException
from coqs.tables import Encoded, Times

Standing = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
CLEAN, LAPSE, UNKNOWN, EXCUSED, NO_PLACE = range(5)
EVEN = 0.5
"""The share of raters at which as many say one thing as the other."""


@attrs.frozen(slots=True, eq=False)
class Person:
    """What was observed of one group, in the order of time.

    What is excused is left out, and where a criterion had no place.
    """

    name: str
    rows: Places
    """(n,) places among the observations."""
    standing: Standing
    """(n,) CLEAN, LAPSE or UNKNOWN."""
    at: Times
    n_excused: int

    @property
    def known(self) -> Mask:
        """(n,) whether it can be told."""
        found: Mask = self.standing != UNKNOWN
        return found

    @property
    def lapse(self) -> Mask:
        """(n,) whether it is a lapse."""
        found: Mask = self.standing == LAPSE
        return found


def mark_of(measure: Yardstick, mark: float | None) -> float | None:
    """Return what is good enough: what the caller says, or the measure's own mark."""
    return measure.mark if mark is None else float(mark)


def check_mark(measure: Yardstick, mark: float | None) -> float:
    """Return what is good enough.

    Raises
    ------
    PolicyError
        Nobody says what is.
    """
    found = mark_of(measure, mark)
    if found is None or not np.isfinite(found):
        raise PolicyError(
            f"mark: must say what is good enough for {measure.name!r}, got none; pass mark=",
            choice="mark",
            value=mark,
        )
    return found


def standings(
    seen: Observations,
    measure: Yardstick,
    mark: float | None,
    exceptions: Sequence[AllowedException] = (),
) -> Standing:
    """Return (rows,) how each observation stands.

    A verdict or a criterion is a lapse where more of its raters find it below expectation than not; where as
    many do as do not, it is not known. Any other measure is a lapse below the mark. What an exception
    allows is excused.

    Raises
    ------
    PolicyError
        A measure that is no verdict and no criterion has no mark.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(seen.n > 0, seen.measure(measure.name) / seen.n, np.nan)
    told = ~np.isnan(value)
    single = measure.kind == "share" and mark is None and measure.mark is None and bool((seen.n == 1).all())
    level = EVEN if single else check_mark(measure, mark)
    if single:
        told &= value != EVEN
    below = value < level if measure.better == "higher" else value > level
    found = np.where(told, np.where(below, LAPSE, CLEAN), UNKNOWN).astype(np.int8)
    if measure.name in seen.no_place:
        found[seen.no_place[measure.name]] = NO_PLACE
    return _excused(seen, measure, found, exceptions)


def _excused(
    seen: Observations, measure: Yardstick, found: Standing, exceptions: Sequence[AllowedException]
) -> Standing:
    groups = np.array([*seen.groups, ""], object)
    for each in exceptions:
        if each.measure not in (None, measure.name):
            continue
        start, until = (np.datetime64(_plain(when), "us") for when in (each.start, each.until))
        inside = (seen.at >= start) & (seen.at < until)
        if each.group is not None:
            inside &= (groups == each.group)[seen.group]
        found[inside & (found == LAPSE)] = EXCUSED
    return found


def _plain(when: dt.datetime) -> dt.datetime:
    return when.astimezone(dt.UTC).replace(tzinfo=None)


def people(seen: Observations, standing: Standing) -> list[Person]:
    """Return each group with its observations, what is excused left out."""
    order = np.argsort(seen.group, kind="stable")
    ends = np.searchsorted(seen.group[order], np.arange(len(seen.groups) + 1))
    found = []
    for name, start, stop in zip(seen.groups, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        own = order[start:stop]
        rows = own[standing[own] < EXCUSED]
        n_excused = int((standing[own] == EXCUSED).sum())
        found.append(Person(name, rows, standing[rows], seen.at[rows], n_excused))
    return found


def ids_at(ids: Encoded, rows: Places) -> list[str | None]:
    """Return the ids of some rows."""
    return ids.take(rows).to_list()
