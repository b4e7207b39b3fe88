"""The post that the sample is drawn from: who serves there, what happens, and who watches."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.facts import FactColumn
from coqs.rubric import Fact, Rubric
from coqs.sample_data.courses import LONG, after_leaving, shifts
from coqs.tables import TIME_UNIT, Encoded

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Draws = np.random.Generator


@attrs.frozen(slots=True)
class Officer:
    """Someone who serves at the post."""

    name: str
    grade: str
    skill: float
    """How far this officer's answers are shifted, on the logistic scale."""
    busy: float
    """Share of the interactions, relative to the others."""


@attrs.frozen(slots=True)
class Scene:
    """A kind of interaction at the post: whom it serves, and what is recorded of it."""

    often: float
    customer_set: str
    facts: tuple[tuple[str, str], ...]


def _scene(often: float, customer_set: str, duty: str, situation: str, danger: str = "false") -> Scene:
    return Scene(often, customer_set, (("duty", duty), ("situation", situation), ("danger", danger)))


OFFICERS = (
    Officer("Abara", "officer", 0.45, 6),
    Officer("Brandt", "officer", -0.75, 5),
    Officer("Cole", "officer", 0.0, 4),
    Officer("Dray", "trainee", -0.3, 2),
    Officer("Eklund", "senior officer", 0.9, 3),
    Officer("Ferro", "supervisor", 0.3, 0.3),
)
SCENES = (
    _scene(24, "visitors", "access_control", "routine"),
    _scene(14, "visitors", "front_desk", "lost_visitor"),
    _scene(5, "visitors", "access_control", "dispute"),
    _scene(1.5, "visitors", "incident", "incident", "true"),
    _scene(22, "employees", "access_control", "routine"),
    _scene(5, "employees", "front_desk", "routine"),
    _scene(3, "employees", "access_control", "dispute"),
    _scene(1.5, "employees", "incident", "incident", "true"),
    _scene(9, "client", "patrol", "routine"),
    _scene(2, "client", "incident", "incident"),
    _scene(4, "co_workers", "handover", "routine"),
)
FIRST_DAY = np.datetime64("2026-03-02T00:00", "us")
WEEKS = 4
BUSY_HOURS = (1, 1, 1, 1, 1, 3, 8, 12, 10, 6, 5, 6, 8, 6, 5, 5, 7, 10, 7, 4, 3, 2, 2, 2)
SITES = (("main_gate", 6.0), ("reception", 3.0), ("goods_entrance", 1.5))
CHANNELS = (("in_person", 8.0), ("intercom", 1.5), ("phone", 1.0))
RATERS = (("observer_1", 0.2), ("observer_2", -0.5))
"""Each rater's name, and how far an answer is shifted by their leniency."""
SECOND_RATER = 0.25
"""How often the second rater saw the interaction too."""
NOT_RECORDED = 0.01
"""How often a fact or the customer set was not written down."""
OWN_SET = 0.05
"""How often an interaction is with each set that only this rubric has."""


def picked(rng: Draws, n: int, weights: Sequence[float]) -> Rows:
    """Draw n places, each as often as its weight says."""
    edges = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(edges, rng.random(n), side="right"), len(weights) - 1)


def _drawn_names(rng: Draws, n: int, choices: Sequence[tuple[str, float]]) -> Encoded:
    return Encoded(picked(rng, n, [often for _, often in choices]), tuple(name for name, _ in choices))


@attrs.frozen(slots=True, eq=False)
class Post:
    """The interactions, and who rated them: row i of the ratings is about interaction `of_row[i]`."""

    n: int
    of_row: Rows
    rater: Rows
    officer: Rows
    context: dict[str, Encoded]
    at: npt.NDArray[np.datetime64]
    facts: dict[str, FactColumn]
    days: int
    """How long the sample is."""
    changed: Floats
    """(n,) by how much the officer has changed since the first day."""

    @classmethod
    def drawn(cls, rng: Draws, n: int, rubric: Rubric, *, weeks: int = WEEKS) -> Post:
        officer = picked(rng, n, [each.busy for each in OFFICERS])
        scene = picked(rng, n, [each.often for each in SCENES])
        context = {
            "customer": _customers(rng, n),
            "customer_set": _customer_sets(rng, scene, rubric),
            "site": _drawn_names(rng, n, SITES),
            "channel": _drawn_names(rng, n, CHANNELS),
            "issue": Encoded.missing(n),
        }
        facts = {fact.id: _fact(rng, fact, scene) for fact in rubric.facts}
        at = _times(rng, n, 7 * weeks)
        changed = np.zeros(n)
        if weeks >= LONG:
            names = tuple(each.name for each in OFFICERS)
            passed = (at - FIRST_DAY) / np.timedelta64(7 * weeks, "D")
            officer = after_leaving(names, officer, passed)
            changed = shifts(names, officer, passed)
        twice = np.flatnonzero(rng.random(n) < SECOND_RATER)
        rows = np.concatenate([np.arange(n), twice])
        rater = np.concatenate([np.zeros(n, np.int64), np.ones(len(twice), np.int64)])
        order = np.argsort(rows, kind="stable")
        return cls(
            n, rows[order], rater[order], officer, _whose(officer) | context, at, facts, 7 * weeks, changed
        )


def _whose(officer: Rows) -> dict[str, Encoded]:
    return {
        "provider": Encoded(officer, tuple(each.name for each in OFFICERS)),
        "provider_grade": Encoded.from_values(OFFICERS[place].grade for place in officer),
    }


def _times(rng: Draws, n: int, days: int) -> npt.NDArray[np.datetime64]:
    hours = np.floor(rng.random(n) * days) * 24 + picked(rng, n, BUSY_HOURS)
    seconds = np.floor((hours + rng.random(n)) * 3600).astype("timedelta64[s]")
    return np.sort(FIRST_DAY + seconds).astype(TIME_UNIT)


def _customers(rng: Draws, n: int) -> Encoded:
    """Draw customers, some of whom come often and most once or twice."""
    pool = max(n // 2, 1)
    who = np.floor(pool * rng.random(n) ** 2).astype(np.int64)
    return Encoded.from_values(f"C-{number + 1:04}" for number in who)


def _customer_sets(rng: Draws, scene: Rows, rubric: Rubric) -> Encoded:
    """Take the scene's set; those that only this rubric has are served now and then."""
    names: list[str | None] = [SCENES[place].customer_set for place in scene]
    own = [id for id in rubric.set_ids if id not in {"self", *(each.customer_set for each in SCENES)}]
    for row, draw in enumerate(rng.random(len(scene))):
        if draw < NOT_RECORDED:
            names[row] = None
        elif (place := int((1 - draw) // OWN_SET)) < len(own):
            names[row] = own[place]
    return Encoded.from_values(names)


def _fact(rng: Draws, fact: Fact, scene: Rows) -> FactColumn:
    """Take what the scene tells of a fact; what it does not tell is drawn, the first values oftener."""
    recorded = rng.random(len(scene)) >= NOT_RECORDED
    if fact.kind == "number":
        waits = np.round(-10 * np.log1p(-rng.random(len(scene))), 1)
        return np.where(recorded, waits, np.nan)
    told = [dict(SCENES[place].facts).get(fact.id) for place in scene]
    often = (1, 5) if fact.kind == "boolean" else [1 / (place + 1) for place in range(len(fact.allowed))]
    drawn = picked(rng, len(scene), often)
    values = [
        value if value in fact.allowed else fact.allowed[place]
        for value, place in zip(told, drawn, strict=True)
    ]
    return Encoded.from_values(
        value if known else None for value, known in zip(values, recorded, strict=True)
    )
