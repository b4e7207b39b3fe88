"""Gates and irreversible criteria: how many interactions failed one, and which, one by one."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.ratings import Answer
from coqs.report.figures import NOT_RECORDED, Said, said
from coqs.results import Scores
from coqs.rubric import Criterion, Numeric, Rubric, SeveralChoice
from coqs.scoring.exact import score_sheet

Mask = npt.NDArray[np.bool_]

MEANINGS = (
    ("ethics", "unethical, illegal or immoral; no score and no other answer makes up for it"),
    ("compliance", "a law or a rule of the trade was broken"),
    ("business", "an error that costs whoever provides or engages the service"),
    ("customer", "an error that costs the customer"),
)
"""The error classes, the gravest first."""
IRREVERSIBLE = "irreversible"
CASES = 50
"""Ratings whose failures are listed one by one."""


@attrs.frozen(slots=True)
class GateRow:
    """One error class."""

    name: str
    meaning: str
    criteria: int
    """Criteria of the rubric that have such a gate."""
    failed: int
    """Interactions in which one failed."""
    n: int
    """Interactions in which one was answered."""


@attrs.frozen(slots=True)
class GateCase:
    """One answer that failed a gate, or that cannot be undone."""

    what: str
    interaction: str
    rater: str
    provider: str
    criterion: Said
    answer: Said


@attrs.frozen(slots=True)
class Gates:
    """All that is told of gates."""

    rows: tuple[GateRow, ...]
    any_failed: int
    """Interactions in which some gate failed, or something irreversible happened."""
    unobserved: int
    """Gates that were asked and not answered."""
    unobserved_ratings: int
    """Ratings in which there are such gates."""
    cases: tuple[GateCase, ...]
    cases_left_out: int
    """Ratings with failures that are not listed."""


def gates_of(scores: Scores) -> Gates:
    """Return what is told of the gates of scores."""
    masks = {name: scores.gates[name] > 0 for name, _ in MEANINGS} | {IRREVERSIBLE: scores.irreversible > 0}
    failed = {name: _interactions(scores, mask) for name, mask in masks.items()}
    rubric = scores.rubric
    observed = {name: _interactions(scores, scores.gates_observed[name] > 0) for name, _ in MEANINGS}
    rows = [
        GateRow(name, text, _with_gate(rubric, name), failed[name], observed[name]) for name, text in MEANINGS
    ]
    irreversible = sum(each.irreversible for each in rubric.criteria)
    text = "below what is expected where nothing can be put right afterwards"
    seen = _interactions(scores, _irreversible_answered(scores))
    rows.append(GateRow(IRREVERSIBLE, text, irreversible, failed[IRREVERSIBLE], seen))
    cases, left_out = _cases(scores, list(masks.values()))
    return Gates(
        rows=tuple(rows),
        any_failed=_interactions(scores, np.logical_or.reduce(list(masks.values()))),
        unobserved=int(scores.gates_unobserved.sum()),
        unobserved_ratings=int((scores.gates_unobserved > 0).sum()),
        cases=cases,
        cases_left_out=left_out,
    )


def _irreversible_answered(scores: Scores) -> Mask:
    """Return (n,) where a criterion was answered of which the failure cannot be undone."""
    codes = [scores.answers.codes[each.id] for each in scores.rubric.criteria if each.irreversible]
    found: Mask = np.logical_or.reduce([np.zeros(len(scores), np.bool_), *(each >= 0 for each in codes)])
    return found


def _interactions(scores: Scores, mask: Mask) -> int:
    return len(np.unique(scores.ratings.interaction.codes[mask]))


def _with_gate(rubric: Rubric, error_class: str) -> int:
    return sum(each.gate is not None and each.gate.error_class == error_class for each in rubric.criteria)


def _cases(scores: Scores, masks: list[Mask]) -> tuple[tuple[GateCase, ...], int]:
    """List failures one by one, the gravest first, and count those that are left out."""
    rows = list(dict.fromkeys(int(row) for mask in masks for row in np.flatnonzero(mask)))
    found: list[GateCase] = []
    for row in rows[:CASES]:
        found.extend(_cases_of(scores, row))
    rank = {name: place for place, (name, _) in enumerate(MEANINGS)}
    found.sort(key=lambda case: rank.get(case.what.split()[0], len(rank)))
    return tuple(found), max(len(rows) - CASES, 0)


def _cases_of(scores: Scores, row: int) -> list[GateCase]:
    ratings, rubric = scores.ratings, scores.rubric
    exact = score_sheet(rubric, ratings.sheet(row))
    return [
        GateCase(
            what=_what(rubric.criterion(id), exact.gates.get(id), irreversible=id in exact.irreversible),
            interaction=ratings.interaction[row] or NOT_RECORDED,
            rater=ratings.rater[row] or NOT_RECORDED,
            provider=ratings.context["provider"][row] or NOT_RECORDED,
            criterion=said(rubric.criterion(id).words, rubric, id),
            answer=_answer(rubric, rubric.criterion(id), exact.answers[id]),
        )
        for id in dict.fromkeys([*exact.gates, *exact.irreversible])
    ]


def _what(criterion: Criterion, error_class: str | None, *, irreversible: bool) -> str:
    parts = []
    if error_class and criterion.gate:
        parts.append(f"{error_class} gate" + (f" ({criterion.gate.kind})" if criterion.gate.kind else ""))
    if irreversible:
        parts.append(IRREVERSIBLE)
    return ", ".join(parts)


def _answer(rubric: Rubric, criterion: Criterion, answer: Answer) -> Said:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        chosen = [scale.options[place] for place in answer.chosen]
        grave = criterion.gate.on if criterion.gate else ()
        told = [said(each.words, rubric, each.id) for each in chosen if each.id in grave]
        return Said("; ".join(each.text for each in told), told[0].language if told else None)
    level = scale.levels[answer.position]
    told_level = said(level.words, rubric, level.id)
    if answer.number is None or not isinstance(scale, Numeric):
        return told_level
    return attrs.evolve(
        told_level, text=f"{told_level.text} ({answer.number:g} {scale.unit})".replace(" )", ")")
    )
