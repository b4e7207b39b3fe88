"""Slips: the first lapse after a clean run, and what followed it."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import PolicyError
from coqs.journeys.habits.lapses import CLEAN, UNKNOWN, Person, ids_at
from coqs.journeys.habits.pictures import draw_slips
from coqs.journeys.printed import PrintedTable, texts
from coqs.kernels.clean_runs import runs_before, slips
from coqs.tables import Encoded

Places = npt.NDArray[np.int64]
CLEAN_RUN = 10
"""Met ten times in a row, a thing is a habit: who lapses once in seven would get there one time in five."""
WITHIN = 5
"""Interactions after a slip in which it is looked what followed: half a clean run, so that none is counted
after two slips."""


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class SlipTable(PrintedTable):
    """One row a slip, in the order of time.

    Columns: `group`, `at` and `interaction`; `run_before`, how many in a row were clean, and
    `run_before_at_least`, whether there may have been more, since what was before them is not known;
    `n_after`, those among the next ones (`within`) that can be told, `lapses_after` among them; `next_lapse`,
    after how many the next lapse came, 1 for the very next, NaN where none was seen before something that
    cannot be told.
    """

    measure: str
    """What is expected."""
    clean_run: int
    """How many in a row are clean before a slip."""
    within: int
    """How many after it are looked at."""
    n_lapses: int
    """Lapses in all, those among them that are no slip."""
    n_excused: int
    """What is below expectation, and excused by an exception."""
    n_unknown: int
    """What cannot be told: not scored, or raters who are divided."""

    def _title(self) -> str:
        return (
            f"SlipTable: {len(self)} slips on {self.measure} after {self.clean_run} clean ones; "
            f"{self.n_lapses} lapses, {self.n_excused} excused"
        )

    def plot(self, *, ax: Any = None) -> Any:
        """Draw each slip in time, a row a group, the larger the more lapses followed; return the axes.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        return draw_slips(self.columns, ax)


def check_counts(clean_run: int, within: int) -> None:
    """Refuse lengths that are none.

    Raises
    ------
    PolicyError
        One is below 1, or more are looked at after a slip than are clean before it.
    """
    lengths: dict[str, Any] = {"clean_run": clean_run, "within": within}
    for name, value in lengths.items():
        if not isinstance(value, int) or value < 1:
            raise PolicyError(
                f"{name}: must be a whole number from 1 on, got {value!r}; use for example 10",
                choice=name,
                value=value,
            )
    if within > clean_run:
        raise PolicyError(
            f"within: must be at most clean_run, got {within} and {clean_run}; else one lapse would follow "
            "two slips",
            choice="within",
            value=within,
        )


def slips_of_people(
    everybody: list[Person], ids: Encoded, measure: str, *, clean_run: int, within: int
) -> SlipTable:
    """Return the slips of everybody."""
    found = [row for each in everybody for row in _slips(each, ids, clean_run, within)]
    found.sort(key=lambda row: (row["at"], row["group"]))
    columns: dict[str, Any] = {name: [row[name] for row in found] for name in NAMES}
    columns |= {name: texts(columns[name]) for name in ("group", "interaction")}
    columns["at"] = np.array(columns["at"], "datetime64[us]")
    columns["run_before_at_least"] = np.array(columns["run_before_at_least"], np.bool_)
    columns |= {name: np.array(columns[name], np.int64) for name in ("run_before", "n_after", "lapses_after")}
    columns["next_lapse"] = np.array(columns["next_lapse"], np.float64)
    return SlipTable(
        columns=columns,
        measure=measure,
        clean_run=clean_run,
        within=within,
        n_lapses=int(sum(each.lapse.sum() for each in everybody)),
        n_excused=sum(each.n_excused for each in everybody),
        n_unknown=int(sum((~each.known).sum() for each in everybody)),
    )


NAMES = (
    "group",
    "at",
    "interaction",
    "run_before",
    "run_before_at_least",
    "n_after",
    "lapses_after",
    "next_lapse",
)


def _slips(person: Person, ids: Encoded, clean_run: int, within: int) -> list[dict[str, Any]]:
    before = runs_before(person.standing == CLEAN)
    places = np.flatnonzero(slips(person.lapse, person.known, clean_run=clean_run)).tolist()
    names = ids_at(ids, person.rows[places])
    return [
        {
            "group": person.name,
            "at": person.at[place],
            "interaction": name,
            "run_before": before[place],
            "run_before_at_least": _is_open(person, place - before[place] - 1),
            "n_after": person.known[place + 1 : place + 1 + within].sum(),
            "lapses_after": person.lapse[place + 1 : place + 1 + within].sum(),
            "next_lapse": _next_lapse(person, place),
        }
        for place, name in zip(places, names, strict=True)
    ]


def _is_open(person: Person, place: int) -> bool:
    return bool(place < 0 or person.standing[place] == UNKNOWN)


def _next_lapse(person: Person, place: int) -> float:
    """Return after how many the next lapse came; NaN where it cannot be told."""
    after = person.standing[place + 1 :]
    stops = np.flatnonzero(after != CLEAN)
    if not len(stops) or after[stops[0]] == UNKNOWN:
        return np.nan
    return float(stops[0] + 1)
