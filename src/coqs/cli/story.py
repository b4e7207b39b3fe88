"""The story that a demo tells, read from the scores alone: nothing in it knows how the sample was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from coqs.cli.text import aligned, counted
from coqs.kernels import wilson_interval
from coqs.results import Scores

CLEAN = 10
"""Met this often in a row, a criterion is a habit, and what breaks it is a slip."""
SINCE = 4
"""Answers from the slip on below which nothing can be told of what came after."""
PROMISE, KEPT = "promise_kept", ("kept", "kept_early")


def story(scores: Scores) -> list[str]:
    """Tell what happened, one line a thing: gate, blind spot, slip, promises."""
    lines = [*_ethics(scores), *_blind_spots(scores), *_slip(scores), *_promises(scores)]
    return ["the story of it, as the data tell it", *aligned(lines, indent="  ")] if lines else []


def _ethics(scores: Scores) -> Iterator[list[str]]:
    grave = {each.id for each in scores.rubric.criteria if each.gate and each.gate.error_class == "ethics"}
    told: set[str] = set()
    for row in np.flatnonzero(scores.gates["ethics"] > 0).tolist():
        id = scores.ratings.interaction[row] or ""
        if id in told:
            continue
        told.add(id)
        for criterion in grave:
            code = int(scores.answers.codes[criterion][row])
            levels = getattr(scores.rubric.criterion(criterion).scale, "levels", ())
            gate = scores.rubric.criterion(criterion).gate
            if 0 <= code < len(levels) and gate and levels[code].id in gate.on:
                seen = levels[code].words.in_language("en") or levels[code].id
                yield ["ethics gate", f"{_when(scores, row)}: {seen} ({gate.kind}); no score makes up for it"]


def _blind_spots(scores: Scores) -> Iterator[list[str]]:
    column = scores.ratings.context["customer_set"]
    seen = {column.categories[code] for code in np.unique(column.codes[column.present]).tolist()}
    for id in scores.rubric.set_ids:
        if seen and id not in seen:
            yield ["blind spot", f"nobody observed how the set {id!r} is served"]


# ---------------------------------------------------------------------------------------------- the slip


@attrs.frozen(slots=True)
class _Slip:
    """The first lapse of one provider on one criterion after a clean run."""

    row: int
    criterion: str
    clean: int
    lapses: int
    since: int
    """Answers from the slip on, the slip among them."""

    @property
    def before(self) -> tuple[float, float]:
        return _ends(0, self.clean)

    @property
    def after(self) -> tuple[float, float]:
        return _ends(self.lapses, self.since)

    @property
    def apart(self) -> float:
        """How far the interval since lies above the one before; below 0 they overlap."""
        return self.after[0] - self.before[1]


def _slip(scores: Scores) -> Iterator[list[str]]:
    """Tell of the slip after which most changed; the first of several alike."""
    found = max(_slips(scores), key=lambda slip: slip.apart, default=None)
    if found is None:
        return
    criterion = scores.rubric.criterion(found.criterion)
    what = criterion.words.in_language("en") or criterion.id
    low, high = found.after
    sure = "more than chance" if found.apart > 0 else "whether it is more than chance cannot be told"
    text = (
        f"{_when(scores, found.row)}: “{what}”, missed after {found.clean} in a row; since then "
        f"{found.lapses} of {found.since} missed ({low:.0%} to {high:.0%}; before at most "
        f"{found.before[1]:.0%}): {sure}"
    )
    yield ["slip", text]


def _slips(scores: Scores) -> Iterator[_Slip]:
    provider = scores.ratings.context["provider"].codes
    order = np.argsort(scores.ratings.at, kind="stable")
    order = order[~np.isnat(scores.ratings.at[order])]
    for criterion, standing in scores.answers.standings.items():
        for code in np.unique(provider[provider >= 0]).tolist():
            rows = order[(provider[order] == code) & (standing[order] >= 0)]
            rows = _one_a_piece(scores, rows)
            below = standing[rows] == 0
            first = int(np.argmax(below)) if below.any() else len(rows)
            if first >= CLEAN and len(rows) - first >= SINCE:
                yield _Slip(int(rows[first]), criterion, first, int(below.sum()), len(rows) - first)


def _one_a_piece(scores: Scores, rows: Any) -> Any:
    """Keep the first rater's row of each interaction."""
    _, first = np.unique(scores.ratings.interaction.codes[rows], return_index=True)
    return rows[np.sort(first)]


def _ends(successes: int, n: int) -> tuple[float, float]:
    low, high = wilson_interval(successes, n)
    return float(low), float(high)


# -------------------------------------------------------------------------------------------- promises


def _promises(scores: Scores) -> Iterator[list[str]]:
    if PROMISE not in scores.answers.codes:
        return
    levels = scores.rubric.criterion(PROMISE).scale.ids
    codes = scores.answers.codes[PROMISE]
    kept: list[int] = []
    broken: list[int] = []
    for row in _one_a_piece(scores, np.flatnonzero(codes >= 0)).tolist():
        (kept if levels[codes[row]] in KEPT else broken).append(row)
    for name, rows in (("promise kept", kept), ("promise broken", broken)):
        for row in rows[:2]:
            yield [name, f"{_when(scores, row)}{_made(scores, row)}"]
        if len(rows) > 2:
            yield [name, f"and {counted(len(rows) - 2, 'more')}"]


def _made(scores: Scores, row: int) -> str:
    """Say when the matter of this row began, where an issue links it to an earlier interaction."""
    issue, at = scores.ratings.context["issue"], scores.ratings.at
    code = issue.codes[row]
    earlier = np.flatnonzero((issue.codes == code) & (at < at[row]) & (code >= 0))
    if not len(earlier):
        return ""
    return f"; made in {_when(scores, int(earlier[np.argmin(at[earlier])]))}"


def _when(scores: Scores, row: int) -> str:
    ratings = scores.ratings
    at = ratings.at[row]
    day = "" if np.isnat(at) else f" on {at.astype('datetime64[D]')}"
    who = ratings.context["provider"][row]
    return f"{ratings.interaction[row]}{day}" + (f" by {who}" if who else "")
