"""Run rules on standardised values: which point completes a pattern that chance alone rarely makes.

A rule is data: what kind of pattern, how long, how far out. Inequalities are strict: a point on a line does
not count. A gap ends every pattern, unless it is bridged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class RunRule(NamedTuple):
    """One pattern."""

    kind: str
    """`beyond`: `k` of `of` points further out than `zone`, on one side, the last among them; `run`: `of`
    points on one side of the centre; `trend`: `of` points each above, or each below, the one before;
    `alternating`: `of` points up and down in turn; `within`: `of` points nearer than `zone`; `outside`: `of`
    points further out than `zone`, on either side."""
    of: int = 1
    k: int = 1
    zone: float = 0.0
    """In standard deviations from the centre."""

    @property
    def has_zone(self) -> bool:
        """Whether the rule changes with the width of the zones."""
        return self.kind in ("beyond", "within", "outside")


def completes(
    rule: RunRule, z: npt.ArrayLike, *, scale: float = 1.0, bridge: bool = False
) -> tuple[Mask, Mask]:
    """Return where a pattern is completed by points that are high, or rising, and where by low ones.

    Parameters
    ----------
    rule
        The pattern.
    z
        (P, G) standardised values; NaN in a gap.
    scale
        What the zones are multiplied by; more of it makes every pattern rarer.
    bridge
        Whether the points before and after a gap are neighbours; else a gap begins everything anew.

    Returns
    -------
    upper, lower
        (P, G) each. Patterns without a side (alternating, within, outside) stand in both.

    Raises
    ------
    ValueError
        No such kind of pattern, or its numbers make none.

    Notes
    -----
    L. S. Nelson, "The Shewhart control chart: tests for special causes", Journal of Quality Technology 16
    (1984), 237-239; Western Electric, Statistical Quality Control Handbook (1956).

    Examples
    --------
    >>> upper, lower = completes(RunRule("beyond", of=3, k=2, zone=2.0), np.array([[2.5], [0.0], [2.1]]))
    >>> upper.ravel(), lower.ravel()
    (array([False, False,  True]), array([False, False, False]))
    """
    values = np.asarray(z, np.float64)
    check_rule(rule)
    zone = scaled_zone(rule, scale)
    if not bridge or not np.isnan(values).any():
        return _KINDS[rule.kind](rule, values, zone)
    order = np.argsort(np.isnan(values), axis=0, kind="stable")  # gaps last, the others as they were
    upper, lower = _KINDS[rule.kind](rule, np.take_along_axis(values, order, axis=0), zone)
    return _back(upper, order), _back(lower, order)


def _back(found: Mask, order: npt.NDArray[np.intp]) -> Mask:
    placed = np.empty_like(found)
    np.put_along_axis(placed, order, found, axis=0)
    return placed


def check_rule(rule: RunRule) -> None:
    """Refuse a rule that no points could follow.

    Raises
    ------
    ValueError
        No such kind of pattern, or its numbers make none.
    """
    if rule.kind not in _KINDS:
        raise ValueError(f"kind: must be one of {', '.join(_KINDS)}, got {rule.kind!r}; mend the rule")
    if not 1 <= rule.k <= rule.of or (rule.kind in ("trend", "alternating") and rule.of < 2):
        raise ValueError(f"rule: must ask for 1 to {rule.of} of {rule.of} points, got {rule.k}; mend it")


def scaled_zone(rule: RunRule, scale: float) -> float:
    """Return the zone of a rule on a chart whose zones are `scale` times as wide.

    That of points near the centre becomes narrower, so that more of the scale makes every pattern rarer.

    >>> [scaled_zone(RunRule(kind, of=8, zone=1.0), 1.25) for kind in ("outside", "within")]
    [1.25, 0.8]
    """
    return rule.zone / scale if rule.kind == "within" else rule.zone * scale


def _beyond(rule: RunRule, z: Floats, zone: float) -> tuple[Mask, Mask]:
    gap = np.isnan(z)
    upper, lower = (_k_of(out, rule, gap) for out in (z > zone, z < -zone))
    return upper, lower


def _k_of(out: Mask, rule: RunRule, gap: Mask) -> Mask:
    """Tell where k of the last points, and the last one, are out; those before a gap do not count."""
    if rule.of == 1:
        return out
    count = np.zeros(out.shape, np.int64)
    open_ = np.ones(out.shape, np.bool_)
    for back in range(rule.of):
        open_ &= ~_shifted(gap, back, fill=True)
        count += _shifted(out, back, fill=False) & open_
    return out & (count >= rule.k)


def _shifted(mask: Mask, back: int, *, fill: bool) -> Mask:
    if not back:
        return mask
    found = np.full_like(mask, fill)
    found[back:] = mask[:-back]
    return found


def _run(rule: RunRule, z: Floats, _: float) -> tuple[Mask, Mask]:
    return _all_of(z > 0, rule.of), _all_of(z < 0, rule.of)


def _all_of(which: Mask, n: int) -> Mask:
    """Tell where the last n points are all true."""
    found = which.copy()
    for back in range(1, n):
        found &= _shifted(which, back, fill=False)
    return found


def _steps(z: Floats) -> tuple[Mask, Mask]:
    """Return where a point is above the one before it, and where below."""
    step = np.full_like(z, np.nan)
    step[1:] = np.diff(z, axis=0)
    return step > 0, step < 0


def _trend(rule: RunRule, z: Floats, _: float) -> tuple[Mask, Mask]:
    up, down = _steps(z)
    return _all_of(up, rule.of - 1), _all_of(down, rule.of - 1)


def _alternating(rule: RunRule, z: Floats, _: float) -> tuple[Mask, Mask]:
    up, down = _steps(z)
    even = np.arange(len(z))[:, None] % 2 == 0
    first, second = np.where(even, up, down), np.where(even, down, up)
    found = _all_of(first, rule.of - 1) | _all_of(second, rule.of - 1)
    return found, found


def _within(rule: RunRule, z: Floats, zone: float) -> tuple[Mask, Mask]:
    found = _all_of(np.abs(z) < zone, rule.of)
    return found, found


def _outside(rule: RunRule, z: Floats, zone: float) -> tuple[Mask, Mask]:
    found = _all_of(np.abs(z) > zone, rule.of)
    return found, found


_KINDS: Mapping[str, Callable[[RunRule, Floats, float], tuple[Mask, Mask]]] = MappingProxyType(
    {
        "beyond": _beyond,
        "run": _run,
        "trend": _trend,
        "alternating": _alternating,
        "within": _within,
        "outside": _outside,
    }
)
