"""What three scorers say of a row, under the same names, and in what they differ."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from naive import NaiveScore
from telling import compact

import coqs
from coqs.results import DetailColumns
from coqs.results.columns import REASONS, VERDICTS
from coqs.scoring.exact import ExactScore, counts_of

CLASSES = ("customer", "business", "compliance", "ethics")
Facts = dict[str, Any]


def of_naive(naive: NaiveScore) -> Facts:
    """Return what the naive scorer says of a row."""
    return {
        "overall": naive.overall,
        "verdict": naive.verdict,
        "reason": naive.reason,
        "gates_unobserved": naive.gates_unobserved(),
        "gates_fired": len(naive.fired),
        "irreversible": naive.irreversible(),
        "points": naive.points(),
        "possible": naive.possible,
        **_each("stages", naive.stages),
        **_each("gates", naive.gates()),
        **_each("gates_observed", naive.gates_observed()),
        **_each("counts", naive.counts()),
        **_each("bands", naive.bands()),
    }


def of_exact(exact: ExactScore, rubric: coqs.Rubric) -> Facts:
    """Return what the exact scorer says of a row."""
    hit = list(exact.gates.values())
    answered = [exact.answers[each.id].absence is None for each in rubric.criteria]
    observed = [
        each.gate.error_class
        for each, has_answer in zip(rubric.criteria, answered, strict=True)
        if each.gate and has_answer
    ]
    return {
        "overall": exact.overall,
        "verdict": exact.verdict,
        "reason": exact.reason,
        "gates_unobserved": exact.gates_unobserved,
        "gates_fired": len(exact.gates_fired),
        "irreversible": len(exact.irreversible),
        "points": exact.points,
        "possible": exact.possible,
        **_each("stages", exact.stages),
        **_each("gates", {name: hit.count(name) for name in CLASSES}),
        **_each("gates_observed", {name: observed.count(name) for name in CLASSES}),
        **_each("counts", counts_of(exact, rubric.criterion_ids)),
        **_each("bands", _bands(exact, rubric)),
    }


def _bands(exact: ExactScore, rubric: coqs.Rubric) -> Facts:
    found = {"overall": exact.band} if rubric.bands else {}
    found |= {f"stage {each.id}": exact.stage_bands[each.id] for each in rubric.stages if each.bands}
    own = exact.criterion_bands
    return found | {f"criterion {each.id}": own[each.id] for each in rubric.criteria if each.bands}


def of_columns(scores: coqs.Scores) -> list[Facts]:
    """Return what the scorer by columns says of every row."""
    columns: dict[str, list[Any]] = {"overall": _numbers(scores.overall)}
    columns["verdict"] = [VERDICTS[code] for code in scores.verdict_codes]
    columns |= {f"stages.{id}": _numbers(column) for id, column in scores.stages.items()}
    details: DetailColumns = scores.details
    columns["reason"] = [REASONS[code] for code in details.reason_codes]
    for name in ("gates_unobserved", "gates_fired", "irreversible", "points", "possible"):
        columns[name] = _numbers(getattr(details, name))
    for name in ("gates", "gates_observed", "counts"):
        columns |= {f"{name}.{key}": column.tolist() for key, column in getattr(details, name).items()}
    columns["bands.overall"] = scores.band.tolist()
    columns |= {f"bands.stage {id}": column.tolist() for id, column in scores.stage_bands.items()}
    columns |= {f"bands.criterion {id}": column.tolist() for id, column in scores.criterion_bands.items()}
    if not scores.rubric.bands:
        del columns["bands.overall"]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _numbers(column: Any) -> list[Any]:
    return [None if np.isnan(value) else value for value in column.tolist()]


def _each(name: str, values: Mapping[str, Any]) -> Facts:
    return {f"{name}.{key}": value for key, value in values.items()}


def differences(left: Facts, right: Facts) -> str:
    """Say in what two scorers differ on a row; empty where they agree."""
    names = [*left, *(name for name in right if name not in left)]
    lines = [
        f"{name}: {_said(left, name)} is not {_said(right, name)}"
        for name in names
        if not (name in left and name in right and agree(name, left[name], right[name]))
    ]
    return "\n".join(lines)


def _said(facts: Facts, name: str) -> str:
    return compact(facts[name]) if name in facts else "nothing"


def agree(name: str, one: Any, other: Any) -> bool:
    """Tell whether two values are the same; floats may differ by 1e-12, points by 1e-9 of their size."""
    if isinstance(one, float) or isinstance(other, float):
        if one is None or other is None:
            return False
        slack = 1e-9 if name in ("points", "possible") else 1e-12
        return abs(Fraction(one) - Fraction(other)) <= Fraction(slack) * max(1, abs(Fraction(other)))
    return bool(one == other)
