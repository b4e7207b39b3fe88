"""Whether one lapse brings the next: what follows slips, against chance within each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.journeys.habits.lapses import Person
from coqs.journeys.habits.pictures import draw_contagion
from coqs.journeys.observations import Observations
from coqs.journeys.printed import CANNOT_TELL, PrintedTable, texts
from coqs.kernels.contagion import (
    Aftermath,
    chance_aftermath,
    chance_of,
    pooled,
    risk_ratio,
    trend_design,
)
from coqs.kernels.multiple import holm
from coqs.results.buckets import time_key
from coqs.tables import Times, is_missing, read_only, zone_named

Places = npt.NDArray[np.int64]
FEWEST_SLIPS = 5
"""Below this many, nothing is told of whether lapses cluster after them."""
SHIFTS = (6, 14, 22)
"""Hours at which a shift begins: of three in a day."""
ALLOWED = ("site",)
NAMES = ("slips", "n", "observed", "expected", "ratio", "ratio_low", "ratio_high", "p_value")
YES, NOT_SHOWN = "yes", "not shown"


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return read_only({name: None if is_missing(value) else value for name, value in row.items()})


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Contagion(PrintedTable):
    """Whether lapses cluster after a slip: one row a group that slipped, and all of them together.

    Columns: `group`; `slips`; `n` interactions within reach of one that can be told; `observed` lapses among
    them, and `expected`, what chance, trend, shift and site lead to expect there; `ratio`, the one over the
    other, with `ratio_low` and `ratio_high`; `p_value`, how often chance alone puts at least as many there,
    and `p_adjusted` for looking at all groups; `clusters`, which is `yes`, `not shown`, or `cannot tell` of
    too few slips. Where it cannot be told, numbers that would tell it are NaN.
    """

    whole: Mapping[str, Any] = attrs.field(converter=_plain)
    """All groups together, under the names of the columns; None where it cannot be told."""
    measure: str
    """What is expected."""
    clean_run: int
    """How many in a row are clean before a slip."""
    within: int
    """How many after it are within its reach."""
    allowed: tuple[str, ...]
    """What is allowed for, within each group."""
    confidence: float
    """Coverage of the intervals, those of the groups together; and 1 less it the level of the test."""
    draws: int
    """Worlds without contagion that it was held against."""

    @property
    def clusters(self) -> str:
        """Whether lapses cluster after a slip, all groups together: `yes`, `not shown` or `cannot tell`."""
        return str(self.whole["clusters"])

    def _title(self) -> str:
        return (
            f"Contagion of {self.measure}: {self.whole['slips']:g} slips, lapses within {self.within} after "
            f"one cluster: {self.clusters}"
        )

    def plot(self, *, ax: Any = None) -> Any:
        """Draw the ratios of all and of each group with their intervals; return the axes.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        return draw_contagion(self.columns, self.whole, ax)

    def printed(self) -> list[list[str]]:
        """Return the heads, all groups together, and then each, as texts."""
        heads, *rows = super().printed()
        together = Contagion(**self._others() | {"columns": {k: [v] for k, v in self.whole.items()}})
        return [heads, super(Contagion, together).printed()[1], *rows]


@attrs.frozen(slots=True)
class Asked:
    """What is asked of contagion, and how.

    Raises
    ------
    PolicyError
        A number is out of its range.
    """

    clean_run: int
    within: int
    allow_for: tuple[str, ...] | None
    shifts: tuple[int, ...]
    confidence: float
    draws: int
    seed: int

    def __attrs_post_init__(self) -> None:
        _check(0 < self.confidence < 1, "confidence", "lie between 0 and 1", self.confidence)
        _check(self.draws >= 1 / (1 - self.confidence) - 1, "draws", "be enough for the level", self.draws)
        _check(self.seed >= 0, "seed", "be 0 or more", self.seed)
        rising = all(0 <= hour < 24 for hour in self.shifts) and list(self.shifts) == sorted({*self.shifts})
        _check(rising, "shifts", "be hours from 0 to 23 that rise", self.shifts)


def _check(holds: bool, name: str, what: str, value: Any) -> None:
    if not holds:
        raise PolicyError(f"{name}: must {what}, got {value}; mend it", choice=name, value=value)


def contagion_of_people(
    everybody: list[Person], seen: Observations, measure: str, asked: Asked, *, tz: str
) -> Contagion:
    """Test within each group whether lapses cluster after a slip.

    Raises
    ------
    NotFoundError
        What is to be allowed for was not observed.
    """
    factors = _factors(seen, asked, tz)
    rng = np.random.default_rng(asked.seed)
    found = [
        (each, *_followed(each, list(factors.values()), asked, rng)) for each in everybody if each.lapse.any()
    ]
    slipped = [(each, now, chance) for each, now, chance in found if now.slips[0] > 0]
    enough = sum(now.slips[0] >= FEWEST_SLIPS for _, now, _ in slipped)
    each_at = 1 - (1 - asked.confidence) / max(enough, 1)
    rows = [{"group": each.name, **_told(now, chance, each_at)} for each, now, chance in slipped]
    whole = _told(*_together([row[1:] for row in found]), asked.confidence)
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows], np.float64) for name in NAMES}
    columns["p_adjusted"] = holm(columns["p_value"])
    level = 1 - asked.confidence
    return Contagion(
        columns={
            "group": texts(row["group"] for row in rows),
            **columns,
            "clusters": texts(_says(p, level) for p in columns["p_adjusted"].tolist()),
        },
        whole={
            "group": "(all)",
            **whole,
            "p_adjusted": whole["p_value"],
            "clusters": _says(whole["p_value"], level),
        },
        measure=measure,
        clean_run=asked.clean_run,
        within=asked.within,
        allowed=("trend", *factors),
        confidence=asked.confidence,
        draws=asked.draws,
    )


def _says(p_value: float, level: float) -> str:
    if np.isnan(p_value):
        return CANNOT_TELL
    return YES if p_value <= level + 1e-12 else NOT_SHOWN


def _factors(seen: Observations, asked: Asked, tz: str) -> dict[str, Places]:
    """Return (rows,) places of each thing that is allowed for."""
    names = asked.allow_for
    if names is None:
        names = tuple(name for name in ALLOWED if name in seen.context)
    found: dict[str, Places] = {}
    if len(asked.shifts) > 1:
        found["shift"] = shift_of(seen.at, asked.shifts, tz)
    for name in names:
        if name not in seen.context:
            raise NotFoundError("column", name, seen.context, where="allow_for")
        found[name] = seen.context[name].codes.astype(np.int64)
    return found


def shift_of(at: Times, shifts: Sequence[int], tz: str) -> Places:
    """Return (rows,) the place of the shift in which each moment lies, by the clock of a zone.

    >>> at = np.array(["2026-03-02T05:59", "2026-03-02T06:00"], "datetime64[us]")
    >>> shift_of(at, (6, 22), "UTC").tolist()
    [1, 0]
    """
    zone = zone_named(tz)
    assert zone is not None
    key = time_key(at, "hour_of_day", zone)
    hours = np.array([int(text) for text in key.categories], np.int64)[key.codes]
    return (np.searchsorted(np.array(shifts), hours, side="right") - 1) % len(shifts)


def _followed(
    person: Person, factors: Sequence[Places], asked: Asked, rng: np.random.Generator
) -> tuple[Aftermath, Aftermath]:
    design, penalty = trend_design(person.at, *(each[person.rows] for each in factors))
    return chance_aftermath(
        person.lapse,
        person.known,
        design,
        penalty,
        clean_run=asked.clean_run,
        reach=asked.within,
        draws=asked.draws,
        rng=rng,
    )


def _together(parts: Sequence[tuple[Aftermath, Aftermath]]) -> tuple[Aftermath, Aftermath]:
    if not parts:
        nothing = Aftermath(*(np.zeros(1) for _ in Aftermath._fields))
        return nothing, nothing
    return pooled([now for now, _ in parts]), pooled([chance for _, chance in parts])


def _told(now: Aftermath, chance: Aftermath, confidence: float) -> dict[str, float]:
    """Return the numbers of a row; what is expected is set right by what chance was seen to do."""
    slips, n, observed = float(now.slips[0]), float(now.n[0]), float(now.observed[0])
    told = dict.fromkeys(NAMES, np.nan) | {"slips": slips, "n": n, "observed": observed}
    if slips < FEWEST_SLIPS or n == 0:
        return told
    meant = float(chance.expected.sum())
    right = float(chance.observed.sum()) / meant if meant > 0 else 1.0
    expected = float(now.expected[0]) * right
    ratio, low, high = risk_ratio(observed, n, expected, float(now.error[0]) * right, confidence=confidence)
    numbers = (expected, ratio, low, high, chance_of(now, chance))
    return told | dict(zip(NAMES[3:], numbers, strict=True))
