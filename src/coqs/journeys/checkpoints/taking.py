"""Take a checkpoint: what was observed up to a moment, held against targets old and new."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from coqs.errors import ComparisonError, NotFoundError, PolicyError
from coqs.journeys.checkpoints.checkpoint import (
    ALL,
    CANNOT_TELL,
    MET,
    NO_TARGET,
    NOT_MET,
    REACHED,
    TO_DO,
    Checkpoint,
    Progress,
    Stop,
    target_of,
)
from coqs.journeys.levels import Levels, levels_within
from coqs.journeys.measures import Yardstick
from coqs.journeys.moments import moment, text_of
from coqs.journeys.observations import Observations
from coqs.kernels import mover_interval
from coqs.results import Provenance
from coqs.rubric import Policy
from coqs.rubric.fingerprints import digest
from coqs.tables import read_only

Targets = Mapping[str, float | Mapping[str, float]]
NEVER = np.datetime64("NaT", "us")


@attrs.frozen(slots=True, kw_only=True)
class Plan:
    """What a checkpoint is to be taken of."""

    measures: tuple[Yardstick, ...]
    targets: Mapping[str, Mapping[str, float]]
    confidence: float
    tz: str
    reason: str | None = None
    provenance: Mapping[str, str | None] = attrs.field(factory=dict)


def provenance_told(made: Provenance | None) -> dict[str, str | None]:
    """Return what scores name, as a checkpoint keeps it; nothing for a table."""
    if made is None:
        return {}
    return made.to_dict() | {"policy_choices": digest(_choices(made.policy))}


def _choices(policy: Policy) -> dict[str, Any]:
    """Return what is not as in `coqs`, so that a choice that is added later changes no digest."""
    usual = Policy().choices()
    own = {name: value for name, value in policy.choices().items() if value != usual[name]}
    return own | {"overrides": [each.to_mapping() for each in policy.overrides]}


def checkpoint_of(
    seen: Observations, plan: Plan, *, at: Any, since: Any = None, past: Sequence[Checkpoint] = ()
) -> Checkpoint:
    """Take a checkpoint of observations.

    Parameters
    ----------
    seen
        What was observed; what is not before `at` does not count.
    plan
        Measures, targets and how sure intervals are to be.
    at
        The moment: a time with a zone, or a date, which is its beginning in the plan's zone.
    since
        Where the span begins, likewise; the last checkpoint before unless told.
    past
        Checkpoints that were taken before, in the order of time.

    Raises
    ------
    RecordError
        A moment is none.
    PolicyError
        The moment does not follow that of the last checkpoint, or a target is lowered without a reason.
    """
    stop = moment(at, plan.tz, "at")
    last = past[-1] if past else None
    start = moment(since, plan.tz, "since") if since is not None else _after(last)
    _check_order(stop, start, last)
    _check_same(plan, seen, last)
    _check_within_reach(plan)
    _check_ratchet(plan, seen.groups, past)
    rows = [row for measure in plan.measures for row in _rows(seen, plan, measure, start, stop, past)]
    made = Stop(
        at=text_of(stop),
        since=None if np.isnat(start) else text_of(start),
        keys=seen.keys,
        targets=plan.targets,
        better={each.name: each.better for each in plan.measures},
        confidence=plan.confidence,
        last=None if last is None else last.stop.at,
        reason=plan.reason,
        provenance=plan.provenance,
    )
    return Checkpoint(made, tuple(rows))


def _after(last: Checkpoint | None) -> np.datetime64:
    return NEVER if last is None else np.datetime64(last.stop.at.removesuffix("Z"), "us")


def _check_order(stop: np.datetime64, start: np.datetime64, last: Checkpoint | None) -> None:
    if last is not None and stop <= _after(last):
        raise PolicyError(
            f"at: must be later than the last checkpoint, {last.stop.at}, got {text_of(stop)}; "
            "a log only grows",
            choice="at",
            value=text_of(stop),
        )
    if not np.isnat(start) and start >= stop:
        raise PolicyError(
            f"since: must be before the checkpoint, got {text_of(start)}; mend one of the two",
            choice="since",
            value=text_of(start),
        )


def _check_same(plan: Plan, seen: Observations, last: Checkpoint | None) -> None:
    """Refuse to tell a change between levels that are not of one kind."""
    if last is None:
        return
    better = {each.name: each.better for each in plan.measures}
    kept = {name: better.get(name) for name in last.stop.better}
    made = {"keys": seen.keys, "confidence": plan.confidence, "measures": kept} | _named(plan.provenance)
    before = {"keys": last.stop.keys, "confidence": last.stop.confidence, "measures": dict(last.stop.better)}
    before |= _named(last.stop.provenance)
    for what, value in made.items():
        if before[what] != value:
            raise ComparisonError(
                f"checkpoint: must have the {what} of the last one in the log, got another; begin a new log",
                left=before[what],
                right=value,
            )


def _named(provenance: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what must be the same for two levels to be compared, under the words for it."""
    policy = provenance.get("policy"), provenance.get("policy_choices")
    return {
        "scoring fingerprint": provenance.get("fingerprint_scoring"),
        "policy": policy,
        "controller": provenance.get("controlled_by"),
    }


def _check_within_reach(plan: Plan) -> None:
    """Refuse a target that nothing can reach, such as 80 where 0.8 is meant."""
    best = {each.name: each.ceiling for each in plan.measures}
    for name, targets in plan.targets.items():
        top = best[name]
        for target in targets.values():
            if top is not None and target > top:
                raise PolicyError(
                    f"targets: that of {name!r} must be within reach, at most {top:g}, got {target:g}; write "
                    "shares from 0 to 1",
                    choice="targets",
                    value=target,
                )


def _check_ratchet(plan: Plan, groups: Sequence[str], past: Sequence[Checkpoint]) -> None:
    """Refuse a target below the one in force, whoever set it for all or for one, unless it is said why."""
    if plan.reason is not None:
        return
    better = {each.name: each.better for each in plan.measures}
    for name, targets in plan.targets.items():
        named = (group for each in past for group in each.stop.targets.get(name, ()))
        for group in dict.fromkeys((*targets, *groups, *named)):
            target = target_of(targets, group)
            before = target_before(past, name, group)
            if target < before if better[name] == "higher" else target > before:
                whose = "" if group == ALL else f" for {group!r}"
                raise PolicyError(
                    f"targets: that of {name!r}{whose} must be no easier than the last one, {before:g}, got "
                    f"{target:g}; keep it, or say why with reason=",
                    choice="targets",
                    value=target,
                )


def target_before(past: Sequence[Checkpoint], measure: str, group: str) -> float:
    """Return the newest target of a group; NaN where it never had one."""
    for checkpoint in reversed(past):
        targets = checkpoint.stop.targets.get(measure, {})
        if group in targets or ALL in targets:
            return target_of(targets, group)
    return math.nan


def _rows(
    seen: Observations,
    plan: Plan,
    measure: Yardstick,
    start: np.datetime64,
    stop: np.datetime64,
    past: Sequence[Checkpoint],
) -> list[Progress]:
    levels = levels_within(seen, measure, start, stop, confidence=plan.confidence)
    last = past[-1] if past else None
    told = {} if last is None else {row.group: row for row in last.progress if row.measure == measure.name}
    apart = last is not None and bool(start >= _after(last))
    known = {group: place for place, group in enumerate(seen.groups)}
    rows = []
    for group in dict.fromkeys((*known, *told)):
        target = target_of(plan.targets.get(measure.name, {}), group)
        goal = target_before(past, measure.name, group)
        level = _one(levels, known[group]) if group in known else NOTHING
        rows.append(_progress(measure, group, level, target, goal, told.get(group), apart=apart))
    return rows


NOTHING = (math.nan, math.nan, math.nan, 0.0)
"""The level of a group that was not observed."""


def _one(levels: Levels, place: int) -> tuple[float, float, float, float]:
    return tuple(float(each[place]) for each in (levels.value, levels.low, levels.high, levels.n))  # type: ignore[return-value]


def _progress(
    measure: Yardstick,
    group: str,
    level: tuple[float, float, float, float],
    target: float,
    goal: float,
    before: Progress | None,
    *,
    apart: bool,
) -> Progress:
    """Tell of one group; a change between spans that share observations has no interval."""
    been, low, high, n = level
    up = measure.better == "higher"
    old = (before.been, before.been_low, before.been_high) if before is not None else (math.nan,) * 3
    change_low, change_high = mover_interval((been, low, high), old) if apart else (math.nan, math.nan)
    sign = 1 if up else -1
    ends = sorted(sign * (target - end) for end in (low, high))
    return Progress(
        measure=measure.name,
        group=group,
        n=n,
        been=been,
        been_low=low,
        been_high=high,
        change=been - old[0],
        change_low=float(change_low),
        change_high=float(change_high),
        last_target=_state(goal, low, high, up=up, words=(MET, NOT_MET)),
        target=target,
        remaining=sign * (target - been),
        remaining_low=ends[0],
        remaining_high=ends[1],
        state=_state(target, low, high, up=up, words=(REACHED, TO_DO)),
    )


def _state(target: float, low: float, high: float, *, up: bool, words: tuple[str, str]) -> str:
    """Tell whether a level is as good as a target: by its whole interval, or not at all."""
    if math.isnan(target):
        return NO_TARGET
    if math.isnan(low) or math.isnan(high):
        return CANNOT_TELL
    if low >= target if up else high <= target:
        return words[0]
    return words[1] if (high < target if up else low > target) else CANNOT_TELL


def _is_number(target: Any) -> bool:
    is_number = isinstance(target, int | float | np.number) and not isinstance(target, bool)
    return is_number and math.isfinite(target)


def targets_by_group(
    targets: Targets, measures: Sequence[str], groups: Sequence[str]
) -> Mapping[str, Mapping[str, float]]:
    """Return measure to group to target, checked.

    Raises
    ------
    PolicyError
        A target is no number.
    NotFoundError
        No such measure or group.
    """
    found = {}
    for name, given in targets.items():
        if name not in measures:
            raise NotFoundError("measure", name, measures, where="targets")
        each = dict(given) if isinstance(given, Mapping) else {ALL: given}
        for group, target in each.items():
            if group not in (ALL, *groups):
                raise NotFoundError("group", group, groups, where="targets")
            if not _is_number(target):
                raise PolicyError(
                    f"targets: that of {name!r} must be a number, got {target!r}; use for example 0.8",
                    choice="targets",
                    value=target,
                )
        found[name] = read_only({group: float(target) for group, target in each.items()})
    return read_only(found)
