"""The exact run length of sets of run rules, by a Markov chain of what the rules remember.

Fits rules that look at zones alone; rules on rising, falling or alternating values remember a number, not
a zone, and are simulated in `coqs.kernels.rule_run_lengths`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coqs.kernels.normal import normal_cdf
from coqs.kernels.run_rules import RunRule, check_rule, scaled_zone

MOST_STATES = 2_500
"""A chain of more is left to simulation."""
State = tuple[int, ...]
Moves = tuple[list[int], list[int], list[int]]
"""From which state, in which zone, into which state."""


class _Window(NamedTuple):
    """At least `k` of `of` values of one kind; the last of - 1 of them are bits, the newest lowest."""

    k: int
    of: int
    hits: tuple[bool, ...]
    """For each zone of the chart, whether values in it count."""


def has_chain(rules: Sequence[RunRule]) -> bool:
    """Tell whether all rules look at zones alone.

    >>> has_chain([RunRule("run", of=8)]), has_chain([RunRule("trend", of=6)])
    (True, False)
    """
    return all(rule.kind not in ("trend", "alternating") for rule in rules)


def chain_arl(rules: Sequence[RunRule], *, scale: float = 1.0, shift: float = 0.0) -> float | None:
    """Return the average run length of rules on zones, or None where the chain has too many states.

    Parameters
    ----------
    rules
        None of them on rising, falling or alternating values.
    scale
        What their zones are multiplied by.
    shift
        Of the mean, in standard deviations.

    Notes
    -----
    C. W. Champ and W. H. Woodall, "Exact results for Shewhart control charts with supplementary runs
    rules", Technometrics 29 (1987), 393-399. A state is what each rule still needs of the past; values
    that can help no pattern any more are forgotten.

    Examples
    --------
    >>> round(chain_arl([RunRule("beyond", zone=3.0), RunRule("beyond", of=3, k=2, zone=2.0)]), 2)
    225.44
    """
    for rule in rules:
        check_rule(rule)
    zoned = [rule._replace(zone=scaled_zone(rule, scale)) for rule in rules]
    edges = sorted({0.0, *(sign * rule.zone for rule in zoned if rule.has_zone for sign in (1, -1))})
    windows = [window for rule in zoned for window in _windows(rule, _middles(edges))]
    moves = _moves(windows, len(edges) + 1)
    if moves is None:
        return None
    chances = np.diff(np.concatenate([[0.0], normal_cdf(np.array(edges) - shift), [1.0]]))
    return _solved(moves, chances)


def _middles(edges: list[float]) -> npt.NDArray[np.float64]:
    """Return a value in each zone between the edges."""
    at = np.array([edges[0] - 1, *edges, edges[-1] + 1])
    middles: npt.NDArray[np.float64] = (at[1:] + at[:-1]) / 2
    return middles


def _windows(rule: RunRule, middles: npt.NDArray[np.float64]) -> Iterator[_Window]:
    """Yield what a rule counts: two sides by themselves, or one kind of value."""
    if rule.kind in ("beyond", "run"):
        zone = rule.zone if rule.kind == "beyond" else 0.0
        sides = [middles > zone, -middles > zone]
    elif rule.kind == "within":
        sides = [np.abs(middles) < rule.zone]
    else:
        sides = [np.abs(middles) > rule.zone]
    for hits in sides:
        yield _Window(rule.k if rule.kind == "beyond" else rule.of, rule.of, tuple(hits.tolist()))


def _moves(windows: list[_Window], zones: int) -> Moves | None:
    """Follow every zone from every state that can be reached, beginning where nothing was seen."""
    start = (0,) * len(windows)
    places: dict[State, int] = {start: 0}
    waiting = [start]
    found: Moves = ([], [], [])
    for state in waiting:  # grows while it is walked
        for zone in range(zones):
            after = _after(state, zone, windows)
            if after is None:
                continue
            if after not in places:
                places[after] = len(places)
                waiting.append(after)
            for column, entry in zip(found, (places[state], zone, places[after]), strict=True):
                column.append(entry)
        if len(places) > MOST_STATES:
            return None
    return found


def _after(state: State, zone: int, windows: list[_Window]) -> State | None:
    """Return the state after a value in a zone, or None where a pattern is complete."""
    after = []
    for past, window in zip(state, windows, strict=True):
        hit = window.hits[zone]
        if hit and past.bit_count() + 1 >= window.k:
            return None
        after.append(_remembered((past << 1 | hit) & ((1 << (window.of - 1)) - 1), window))
    return tuple(after)


def _remembered(past: int, window: _Window) -> int:
    """Forget the oldest hits as long as they will be out of sight before a pattern can be complete."""
    while past and past.bit_count() + window.of - past.bit_length() < window.k:
        past -= 1 << (past.bit_length() - 1)
    return past


def _solved(moves: Moves, chances: npt.NDArray[np.float64]) -> float:
    """Solve (1 - Q) L = 1 for the state in which nothing was seen."""
    before, zone, after = (np.array(column, np.intp) for column in moves)
    size = int(before.max(initial=0)) + 1
    stay = np.eye(size)
    np.subtract.at(stay, (before, after), chances[zone])
    return float(np.linalg.solve(stay, np.ones(size))[0])
