"""Score a batch: block by block, a stage at a time, and doubtful rows again in fractions."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.ratings import Ratings
from coqs.results import VERDICTS, ScoreColumns
from coqs.scoring.bulk.asking import Answers, Asked, settle
from coqs.scoring.bulk.folding import Folded, fold, spread_over_form
from coqs.scoring.bulk.groups import Group, columns_of_states, wide_states
from coqs.scoring.bulk.judging import Judge, Ratios
from coqs.scoring.bulk.plan import Plan
from coqs.scoring.bulk.ratios import can_tell, ratios_of
from coqs.scoring.bulk.tables import Lookup, StageTable
from coqs.scoring.bulk.totals import Totals, added, set_scores, total
from coqs.scoring.exact import ExactScore, score_sheet

Floats = npt.NDArray[np.float64]
BLOCK = 1 << 16
"""Rows that are scored at a time: few enough for a processor's cache, and for little memory."""
MOST_TAME = 64
"""Stages that score more than this, which only bonus can, may cancel each other out."""
FEW = 1 << 12
"""Rows up to which making large tables costs more than it saves."""


@attrs.frozen(slots=True, eq=False)
class Output:
    """Where scores are written."""

    overall: Floats
    verdict_codes: npt.NDArray[np.int8]
    stages: Floats
    """(stages, n)"""

    @classmethod
    def of(cls, n: int, stages: int) -> Output:
        """Return room for n rows."""
        return cls(np.empty(n), np.empty(n, np.int8), np.empty((stages, n)))

    def __getitem__(self, rows: slice) -> Output:
        return Output(self.overall[rows], self.verdict_codes[rows], self.stages[:, rows])


@attrs.frozen(slots=True, eq=False)
class Workspace:
    """Room that every block uses again: fresh memory costs more than arithmetic."""

    rooms: dict[Hashable, npt.NDArray[Any]] = attrs.field(factory=dict)

    def room(self, name: Hashable, dtype: Any, n: int) -> npt.NDArray[Any]:
        """Return n entries of the room of this name."""
        if name not in self.rooms or len(self.rooms[name]) < n:
            self.rooms[name] = np.empty(n, dtype)
        return self.rooms[name][:n]

    def looked_up(self, name: Hashable, table: npt.NDArray[Any], places: Any) -> npt.NDArray[Any]:
        """Return the entries of a table at these places, in the room of this name."""
        return table.take(places, out=self.room(name, table.dtype, len(places)), mode="clip")


def score_columns(lookup: Lookup, ratings: Ratings) -> ScoreColumns:
    """Score every row of ratings."""
    plan, n = lookup.plan, len(ratings)
    output = Output.of(n, len(plan.stages))
    workspace = Workspace()
    for rows in blocks(n):
        asked = settle(plan.rubric, Answers.given(ratings, rows))
        score_block(lookup, asked, output[rows], workspace, many=n > FEW)
    names = plan.rubric.stage_ids
    return ScoreColumns.taking(
        overall=output.overall,
        verdict_codes=output.verdict_codes,
        stages=dict(zip(names, output.stages, strict=True)),
    )


def blocks(n: int) -> Iterator[slice]:
    """Yield slices of at most `BLOCK` rows."""
    for start in range(0, n, BLOCK):
        yield slice(start, min(start + BLOCK, n))


def score_block(
    lookup: Lookup, asked: Asked, output: Output, workspace: Workspace, *, many: bool, exactly: bool = True
) -> Totals:
    """Score some rows into `output`; doubtful ones are scored again in fractions."""
    plan = lookup.plan
    judge = Judge.of(len(asked.answers), functools.partial(_ratios, lookup, asked, many))
    if many and lookup.foldable:
        parts = _look_up(lookup, asked, output.stages, workspace, judge.of_stages())
    else:
        parts = _add_up(lookup, asked, output.stages, judge.of_stages(), many=many)
    found = total(plan, parts, set_scores(plan, asked, None), judge)
    output.overall[:] = found.overall
    output.verdict_codes[:] = found.verdict_codes
    if found.refused is not None:
        output.stages[:, found.refused] = np.nan
    if exactly and judge.doubtful.any():
        _score_exactly(plan, asked, np.flatnonzero(judge.doubtful), output)
    return found


def _ratios(lookup: Lookup, asked: Asked, many: bool, rows: npt.NDArray[np.intp]) -> Ratios | None:
    """Return the scores of a few rows as fractions, None where they are no plain ones."""
    plan = lookup.plan
    if not can_tell(plan):
        return None
    few = settle(plan.rubric, asked.answers.take(rows))
    groups = lookup.merged if many else lookup.singles
    sums = [_stage_sums(plan, place, own, few) for place, own in enumerate(groups)]
    return ratios_of(plan, sums)


def _look_up(
    lookup: Lookup, asked: Asked, stages: Floats, workspace: Workspace, judge: Judge
) -> dict[str, Any]:
    """Look every stage up in one table where it has one, and add up what the stages bring."""
    plan, columns = lookup.plan, columns_of_states(lookup.plan, asked)
    sums: dict[Any, Any] = {}
    worked_out = []
    for stage, table in zip(plan.stages, lookup.stages, strict=True):
        if table is not None:
            reported = stages[stage.place]
            _look_up_stage(table, columns, reported, sums, workspace)
            set_to = set_scores(plan, asked, stage.id)
            if set_to is not None:
                np.copyto(reported, set_to, where=~(np.isnan(set_to) | np.isnan(reported)))
            continue
        own = _stage_sums(plan, stage.place, lookup.merged[stage.place], asked, columns)
        folded = fold(plan, stage, own, judge, set_scores(plan, asked, stage.id))
        stages[stage.place] = folded.reported
        worked_out.append(_parts(folded))
    parts = added([_apart(sums), *worked_out])
    if not plan.is_plain_mean:
        return parts
    shown = _plain_mean(lookup, asked, stages, workspace)
    if plan.rounds_stages:  # the stages as they are shown give the rounded sum, the tables the other
        return {**parts, "rounded_numer": shown["numer"], "denom": shown["denom"]}
    return parts | shown


def _look_up_stage(
    table: StageTable, columns: dict[str, Any], reported: Floats, sums: dict[Any, Any], workspace: Workspace
) -> None:
    n = len(reported)
    numbers, places = workspace.room("numbers", np.int16, n), workspace.room("places", np.intp, n)
    np.copyto(places, table.group.numbers(columns, numbers))
    table.reported.take(places, out=reported, mode="clip")
    for name, each in table.parts.items():
        if name in sums:
            sums[name] += workspace.looked_up(each.dtype, each, places)
        else:
            sums[name] = workspace.looked_up(name, each, places)


def _plain_mean(lookup: Lookup, asked: Asked, stages: Floats, workspace: Workspace) -> dict[str, Any]:
    """Return the sums of a mean of stages, from the stages as they are shown.

    Most rows have a score in every stage, so the others are seen to afterwards.
    """
    plan, n = lookup.plan, stages.shape[1]
    rooms = [workspace.room(f"mean {name}", np.float64, n) for name in ("numer", "product", "denom")]
    numer, product, denom = rooms
    weights = [(stage.place, float(stage.factor)) for stage in plan.stages if stage.included]
    numer.fill(0.0)
    for place, weight in weights:
        numer += np.multiply(stages[place], weight, out=product)
    denom.fill(sum(weight for _, weight in weights))
    rows = np.flatnonzero(np.isnan(numer))
    if len(rows):
        few = stages[:, rows]
        scored = ~np.isnan(few)
        numer[rows] = sum(np.where(scored[place], few[place], 0.0) * weight for place, weight in weights)
        denom[rows] = sum(scored[place] * weight for place, weight in weights)
        if plan.hands_on:
            _hand_on(lookup, asked, rows, few, numer, denom)
    return {"numer": numer, "denom": denom}


def _hand_on(
    lookup: Lookup, asked: Asked, rows: npt.NDArray[np.intp], stages: Floats, numer: Any, denom: Any
) -> None:
    """Add to the sums of some rows the weight of stages that did not apply, in equal parts."""
    plan = lookup.plan
    some = settle(plan.rubric, asked.answers.take(rows))
    scored = ~np.isnan(stages)
    included = [stage for stage in plan.stages if stage.included]
    handed = np.zeros(len(rows))
    for stage in included:
        dropped = _stage_sums(plan, stage.place, lookup.merged[stage.place], some)["dropped"]
        handed += float(stage.factor) * (~scored[stage.place] & (dropped > 0))
    takers = np.sum([scored[stage.place] for stage in included], axis=0)
    shares = np.sum([np.nan_to_num(stages[stage.place]) for stage in included], axis=0)
    numer[rows] += handed * (takers > 0) / np.maximum(takers, 1) * shares
    denom[rows] += handed * (takers > 0)


def _apart(sums: Mapping[Any, Any]) -> dict[str, Any]:
    """Part the complex sums into the two terms that each holds."""
    parts: dict[str, Any] = {name: values for name, values in sums.items() if isinstance(name, str)}
    for names, values in sums.items():
        if not isinstance(names, str):
            parts |= dict(zip(names, (values.real, values.imag), strict=True))
    return parts


def _add_up(lookup: Lookup, asked: Asked, stages: Floats, judge: Judge, *, many: bool) -> dict[str, Any]:
    """Add up every stage term by term, and fold the sums row by row."""
    plan = lookup.plan
    groups = lookup.merged if many and plan.dtype is np.float64 else lookup.singles
    columns = columns_of_states(plan, asked)
    sums = [_stage_sums(plan, place, groups[place], asked, columns) for place in range(len(plan.stages))]
    late = plan.hands_on and plan.stage_effect and not plan.structured
    spread = spread_over_form(plan, sums) if late else None
    brought = []
    for stage, each in zip(plan.stages, sums, strict=True):
        folded = fold(plan, stage, each, judge, set_scores(plan, asked, stage.id), spread)
        stages[stage.place] = folded.reported
        brought.append(_parts(folded))
    parts = added(brought)
    if not plan.is_tame:
        judge.doubtful[_cancels(brought, parts["denom"])] = True
    return parts


def _cancels(brought: list[dict[str, Any]], denom: Any) -> npt.NDArray[np.bool_]:
    """Return (n,) whether stages are so far from the whole that their sum loses digits."""
    sizes = np.max([np.abs(np.asarray(each["numer"], np.float64)) for each in brought], axis=0)
    lost: npt.NDArray[np.bool_] = sizes > MOST_TAME * np.asarray(denom, np.float64)
    return lost


def _parts(folded: Folded) -> dict[str, Any]:
    parts = {name: getattr(folded, name) for name in attrs.fields_dict(Folded)}
    return {name: values for name, values in parts.items() if name != "reported"}


def _stage_sums(
    plan: Plan, stage: int, groups: Any, asked: Asked, columns: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return term to (n,) sums over the criteria of a stage."""
    n = len(asked.answers)
    sums = {name: np.zeros(n, plan.dtype) for name in plan.term_names}
    columns = columns_of_states(plan, asked) if columns is None else columns
    for group in groups:
        places = _places(group, columns, n)
        for name in plan.term_names:
            sums[name] += np.take(group.terms[name], places)
    for place in plan.stages[stage].members:
        each = plan.criteria[place]
        if each.wide:
            states, places = wide_states(plan, each, asked)
            terms = plan.scaled(each, states)
            for name in plan.term_names:
                sums[name] += np.take(terms[name], places)
    return sums


def _places(group: Group, columns: Mapping[str, Any], n: int) -> npt.NDArray[np.intp]:
    return group.numbers(columns, np.empty(n, np.int16)).astype(np.intp)


def _score_exactly(plan: Plan, asked: Asked, rows: npt.NDArray[np.intp], output: Output) -> None:
    """Score rows in fractions."""
    for row, exact in exact_rows(plan, asked, rows):
        output.overall[row] = np.nan if exact.overall is None else float(exact.overall)
        output.verdict_codes[row] = VERDICTS.index(exact.verdict)
        for place, id in enumerate(plan.rubric.stage_ids):
            score = exact.stages[id]
            output.stages[place, row] = np.nan if score is None else float(score)


def exact_rows(plan: Plan, asked: Asked, rows: npt.NDArray[np.intp]) -> Iterator[tuple[int, ExactScore]]:
    """Yield some rows of a block with their exact scores."""
    for row in rows.tolist():
        yield row, score_sheet(plan.rubric, asked.answers.sheet(row), plan.policy)
