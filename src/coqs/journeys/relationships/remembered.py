"""What is remembered: the behaviours of a relationship, and the use of details that are on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.printed import PrintedTable, texts
from coqs.journeys.relationships.visits import Floats, Places, Visits
from coqs.kernels import clustered_share_interval
from coqs.model import Detail

NONE, UNUSABLE, USABLE = range(3)
ON_RECORD = ("nothing", "not usable", "usable")


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class BehaviourTable(PrintedTable):
    """One row a behaviour: how often it is met.

    Columns: `criterion`; `n` interactions in which it was told, of `customers`; `met`, the share that is not
    below expectation, with `met_low` and `met_high`; `met_first` and `met_later`, the same of first
    interactions and of later ones.
    """

    confidence: float
    """Coverage of each interval, which allows for customers."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class DetailUse(PrintedTable):
    """What was on record when a customer came, and whether a detail was used.

    One row each for `on_record`: `usable` (recorded before, agreed to and not expired), `not usable`
    (recorded before, but not agreed to, or expired) and `nothing`. `n` interactions; `n_told` in which it
    was told whether a detail was used; `used`, how many did; `used_share` with `used_share_low` and
    `used_share_high`. What is used though it is not usable ought not to have been; what is used with nothing
    on record was remembered by a person.
    """

    confidence: float
    """Coverage of each interval, which allows for customers."""


def record_states(visits: Visits, details: Sequence[Detail]) -> Places:
    """Return (n,) the place in `ON_RECORD` of what was there when each customer came."""
    found = np.full(len(visits.customer), NONE)
    places = {name: place for place, name in enumerate(visits.customers)}
    ends = np.concatenate([[0], np.cumsum(visits.depth)])
    ids = visits.interaction.to_list()
    for each in details:
        place = places.get(each.customer)
        if place is None:
            continue
        for row in range(int(ends[place]), int(ends[place + 1])):
            at = visits.at[row].astype(dt.datetime).replace(tzinfo=dt.UTC)
            if each.recorded < at and ids[row] != each.source:
                found[row] = max(found[row], USABLE if each.usable_at(at) else UNUSABLE)
    return found


def detail_use(visits: Visits, states: Places, used: Floats, confidence: float) -> DetailUse:
    """Return how often a detail was used, by what was on record."""
    rows = []
    for state in (USABLE, UNUSABLE, NONE):
        inside = states == state
        told = inside & ~np.isnan(used)
        share, low, high = _share(used[told], visits.customer[told], confidence)
        hit = int((used[told] > 0.5).sum())
        rows.append((ON_RECORD[state], int(inside.sum()), int(told.sum()), hit, share, low, high))
    names = ("on_record", "n", "n_told", "used", "used_share", "used_share_low", "used_share_high")
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    return DetailUse(columns=columns | {"on_record": texts(columns["on_record"])}, confidence=confidence)


def behaviours_told(visits: Visits, confidence: float) -> BehaviourTable:
    """Return how often each behaviour is met."""
    rows = [_behaviour(visits, values, confidence) for values in visits.behaviours.values()]
    whole = ("met", "met_first", "met_later")
    names = ["n", "customers", *(f"{name}{end}" for name in whole for end in ("", "_low", "_high"))]
    columns = {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}
    for name in ("n", "customers"):
        columns[name] = columns[name].astype(np.int64)
    return BehaviourTable(columns={"criterion": texts(visits.behaviours), **columns}, confidence=confidence)


def _behaviour(visits: Visits, values: Floats, confidence: float) -> tuple[float, ...]:
    told = ~np.isnan(values)
    parts = [told, told & (visits.number == 1), told & (visits.number > 1)]
    shares = [_share(values[part], visits.customer[part], confidence) for part in parts]
    return told.sum(), len(np.unique(visits.customer[told])), *(each for three in shares for each in three)


def _share(values: Floats, customer: Places, confidence: float) -> tuple[float, float, float]:
    """Return a share of interactions, with an interval over customers."""
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    _, place, n = np.unique(customer, return_inverse=True, return_counts=True)
    share = float(values.mean())
    squares = ((np.bincount(place.reshape(-1), values) - share * n) ** 2).sum()
    sizes: list[npt.NDArray[np.float64]] = [
        np.array([each], float) for each in (len(values), squares, len(n))
    ]
    low, high = clustered_share_interval([share], *sizes, confidence=confidence)
    return share, float(low[0]), float(high[0])
