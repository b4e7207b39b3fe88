"""What is worked out when it is first asked for: counts, gates, reasons, points, bands.

Everything that is counted has a lane, a byte in a few 64-bit words; the lanes of all criteria are added
up at once.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.model import Absence, Band, Standing, band_of
from coqs.ratings import Ratings
from coqs.results import REASONS, DetailColumns
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.scoring.bulk.asking import OPEN, Answers, Asked, settle
from coqs.scoring.bulk.columns import FEW, Output, Workspace, blocks, exact_rows, score_block
from coqs.scoring.bulk.groups import MOST_ENTRIES, Group, columns_of_states, whole_group, wide_states
from coqs.scoring.bulk.judging import Grain, Judge
from coqs.scoring.bulk.plan import CriterionPlan, Plan
from coqs.scoring.bulk.standings import states_and_places
from coqs.scoring.bulk.states import State
from coqs.scoring.bulk.tables import Lookup
from coqs.scoring.bulk.totals import Totals
from coqs.scoring.exact import could_score

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
KINDS = ("answered", *(str(absence) for absence in Absence))
SINGLE = ("gates_unobserved", "gates_fired", "irreversible")
LANES = (
    *KINDS,
    *map(str, Standing),
    *(f"gates {name}" for name in ERROR_CLASSES),
    *(f"observed {name}" for name in ERROR_CLASSES),
    *SINGLE,
)
MOST_IN_A_LANE = 255


def lanes_of(plan: Plan, each: CriterionPlan, states: Sequence[State]) -> npt.NDArray[np.uint8]:
    """Return (states, lanes) what every state counts as."""
    table = np.zeros((len(states), len(LANES)), np.uint8)
    for place, state in enumerate(states):
        for name in _counted_as(plan, each, state):
            table[place, LANES.index(name)] = 1
    return table


def _counted_as(plan: Plan, each: CriterionPlan, state: State) -> list[str]:
    criterion, names = each.criterion, []
    if criterion.id in plan.counted:
        names.append("answered" if state.absence is None else str(state.absence))
        names += [] if state.standing is None else [str(state.standing)]
    if criterion.gate is not None:
        observed, missing = state.absence is None, state.absence is not None and state.absence.code in OPEN
        names += [f"observed {criterion.gate.error_class}"] if observed else []
        names += ["gates_unobserved"] if missing else []
        names += [f"gates {criterion.gate.error_class}"] if state.hit else []
        names += ["gates_fired"] if state.fired or state.takes_down else []
    if criterion.irreversible and state.standing is Standing.BELOW:
        names.append("irreversible")
    return names


@attrs.frozen(slots=True, eq=False)
class LaneTable:
    """A group of criteria, stages aside, and what each of its entries counts as."""

    group: Group
    lanes: npt.NDArray[Any]
    """(size, words) lanes, eight a word; or (size, lanes) where a byte could run over."""
    points: Floats
    """(size,) sum of raw points."""


@attrs.frozen(slots=False, eq=False, repr=False)
class Details:
    """The lane tables of a plan, made when they are first needed and then kept."""

    lookup: Lookup

    @functools.cached_property
    def unrounded(self) -> Lookup:
        """The same plan without rounding: what bands see."""
        plan = self.lookup.plan
        if plan.policy.rounding == "none":
            return self.lookup
        plain = attrs.evolve(plan.policy, rounding="none", rounding_digits=None, rounding_of="overall")
        return Lookup(attrs.evolve(plan, policy=plain))

    @functools.cached_property
    def singles(self) -> list[LaneTable]:
        """A table for every criterion: best where rows are few."""
        plan = self.lookup.plan
        return [_lane_table(plan, [each]) for each in plan.criteria if not each.wide]

    @functools.cached_property
    def merged(self) -> list[LaneTable]:
        """As few tables as their size allows."""
        plan = self.lookup.plan
        tables: list[LaneTable] = []
        pending: list[CriterionPlan] = []
        for each in plan.criteria:
            if each.wide:
                continue
            if pending and math.prod(len(one.states) for one in [*pending, each]) > MOST_ENTRIES // 4:
                tables.append(_lane_table(plan, pending))
                pending = []
            pending.append(each)
        return [*tables, *([_lane_table(plan, pending)] if pending else [])]


def _lane_table(plan: Plan, members: Sequence[CriterionPlan]) -> LaneTable:
    group = whole_group(members)
    lanes = _summed([lanes_of(plan, each, each.states) for each in members], plan)
    points = _summed([_points(each.states)[:, None] for each in members], None)[:, 0]
    return LaneTable(group, lanes, points)


def _points(states: Sequence[State]) -> Floats:
    return np.array([float(state.points) for state in states])


def _summed(parts: Sequence[npt.NDArray[Any]], plan: Plan | None) -> npt.NDArray[Any]:
    """Add up tables over every combination of their rows; lanes become words where they fit."""
    total = parts[0] if plan is None else _words(parts[0], plan)
    for part in parts[1:]:
        other = part if plan is None else _words(part, plan)
        total = (total[:, None, :] + other[None, :, :]).reshape(-1, total.shape[1])
    return total


def _words(lanes: npt.NDArray[np.uint8], plan: Plan) -> npt.NDArray[Any]:
    if len(plan.criteria) > MOST_IN_A_LANE:
        return lanes.astype(np.int32)
    padded = np.zeros((len(lanes), -(-len(LANES) // 8) * 8), np.uint8)
    padded[:, : len(LANES)] = lanes
    return padded.view(np.uint64)


def detail_columns(details: Details, ratings: Ratings) -> DetailColumns:
    """Work out the details of every row of ratings."""
    plan, many = details.lookup.plan, len(ratings) > FEW
    parts = []
    for rows in blocks(len(ratings)) if len(ratings) else [slice(0, 0)]:
        asked = settle(plan.rubric, Answers.given(ratings, rows))
        parts.append(_block(details, asked, many=many))
    return DetailColumns.concatenate(parts)


def _block(details: Details, asked: Asked, *, many: bool) -> DetailColumns:
    plan, n = details.lookup.plan, len(asked.answers)
    counts, points = _added(details, asked, many=many)
    output = Output.of(n, len(plan.stages))
    totals = score_block(details.unrounded, asked, output, Workspace(), many=many)
    names = (*KINDS, *map(str, Standing))
    ignored = np.zeros(n, np.int32) if asked.ignored is None else asked.ignored
    return DetailColumns.taking(
        reason_codes=_reasons(plan, asked, np.isnan(output.overall)),
        gates={name: counts[f"gates {name}"] for name in ERROR_CLASSES},
        gates_observed={name: counts[f"observed {name}"] for name in ERROR_CLASSES},
        points=_deduction_points(plan, totals) if plan.policy.combine == "deduction" else points,
        possible=totals.possible(plan),
        counts={name: counts[name] for name in names} | {"ignored": ignored},
        bands=_bands(details, asked, output),
        **{name: counts[name] for name in SINGLE},
    )


def _deduction_points(plan: Plan, totals: Totals) -> Floats:
    start = int((plan.policy.baseline or 0) * plan.scale)  # with which nobody starts who is not scored
    numer = totals.numer - np.isnan(totals.unrounded).astype(totals.numer.dtype) * start
    return np.asarray(numer, np.float64) / plan.scale


def _added(details: Details, asked: Asked, *, many: bool) -> tuple[dict[str, Any], Floats]:
    """Return lane name to (n,) counts, and (n,) raw points."""
    plan, n = details.lookup.plan, len(asked.answers)
    tables = details.merged if many else details.singles
    empty = _words(np.zeros((1, len(LANES)), np.uint8), plan)
    lanes, points = np.zeros((n, empty.shape[1]), empty.dtype), np.zeros(n)
    columns = columns_of_states(plan, asked)
    for table in tables:
        places = table.group.numbers(columns, np.empty(n, np.int16)).astype(np.intp)
        lanes += np.take(table.lanes, places, axis=0)
        points += np.take(table.points, places)
    for each in plan.criteria:
        if each.wide:
            states, places = wide_states(plan, each, asked)
            lanes += np.take(_words(lanes_of(plan, each, states), plan), places, axis=0)
            points += np.take(_points(states), places)
    plain = lanes if lanes.dtype == np.int32 else lanes.view(np.uint8)
    return {name: plain[:, place].astype(np.int32) for place, name in enumerate(LANES)}, points


def _reasons(plan: Plan, asked: Asked, unscored: Mask) -> npt.NDArray[np.int8]:
    """Return (n,) places in `REASONS`, by the order of precedence that `exact.reason_unscored` has."""
    reasons = np.zeros(len(unscored), np.int8)
    rows = np.flatnonzero(unscored)
    if not len(rows):
        return reasons
    able = [asked.codes[each.id][rows] for each in could_score(plan.rubric, plan.policy)]
    seen = {code: _any([codes == code for codes in able], len(rows)) for code in (*OPEN, _NOT_APPLICABLE)}
    kinds = np.sum([seen[code] for code in OPEN], axis=0)
    answered = _any([codes[rows] >= 0 for codes in asked.codes.values()], len(rows))
    conditions = [*((kinds == 1) & seen[code] for code in OPEN), kinds > 1, seen[_NOT_APPLICABLE], answered]
    names = [*(str(Absence.from_code(code)) for code in OPEN), "missing", "not_applicable", "no_weight"]
    choices = [REASONS.index(name) for name in names]
    reasons[rows] = np.select(conditions, choices, REASONS.index("not_asked"))
    return reasons


_NOT_APPLICABLE = Absence.NOT_APPLICABLE.code


def _any(masks: Sequence[Mask], n: int) -> Mask:
    return functools.reduce(np.logical_or, masks, np.zeros(n, np.bool_))


def _bands(details: Details, asked: Asked, output: Output) -> dict[str, npt.NDArray[np.int8]]:
    """Return where there are bands the (n,) places of those that the scores lie in, -1 without a score."""
    plan, judge = details.unrounded.plan, Judge.of(len(asked.answers))
    found = {}
    if plan.rubric.bands:
        found["overall"] = _places(judge, output.overall, plan.rubric.bands, plan.grain)
    for stage, own in zip(plan.rubric.stages, plan.stages, strict=True):
        if stage.bands:
            found[f"stage {stage.id}"] = _places(judge, output.stages[own.place], stage.bands, own.grain)
    _settle_doubts(plan, asked, judge, found)
    return found | _criterion_bands(plan, asked)


def _places(judge: Judge, scores: Floats, bands: Sequence[Band], grain: Grain) -> npt.NDArray[np.int8]:
    place = np.full(len(scores), len(bands) - 1, np.int8)
    for band in bands:
        if band.low is not None:
            place -= judge.below(scores, band.low, grain)
    place[np.isnan(scores)] = -1
    return place


def _settle_doubts(plan: Plan, asked: Asked, judge: Judge, found: dict[str, npt.NDArray[np.int8]]) -> None:
    """Read the bands of rows that floats cannot settle from their exact scores."""
    for row, exact in exact_rows(plan, asked, np.flatnonzero(judge.doubtful)):
        scores = {f"stage {id}": score for id, score in exact.stages.items()} | {"overall": exact.overall}
        bands = {f"stage {stage.id}": stage.bands for stage in plan.rubric.stages}
        for name, places in found.items():
            score = scores[name]
            own = plan.rubric.bands if name == "overall" else bands[name]
            places[row] = -1 if score is None else band_of(own, score)


def _criterion_bands(plan: Plan, asked: Asked) -> dict[str, npt.NDArray[np.int8]]:
    found = {}
    for each in plan.criteria:
        if each.criterion.bands:
            states, places = states_and_places(plan, each, asked)
            shares = [state.own_share for state in states]
            told = [-1 if share is None else band_of(each.criterion.bands, share) for share in shares]
            found[f"criterion {each.criterion.id}"] = np.array(told, np.int8)[places]
    return found
