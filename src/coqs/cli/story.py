"""The story that a demo tells, read from the scores alone: nothing in it knows how the sample was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np

from coqs.cli.text import aligned, counted
from coqs.kernels import wilson_interval
from coqs.results import Scores

CLEAN = 10
"""Met this often in a row, a criterion is a habit, and what breaks it is a slip."""
SINCE = 4
"""Answers after a slip below which nothing can be told of what came after."""
ORDERS, SURE = 999, 0.05
"""Orders that a slip is held against, and how seldom chance may do as much."""
PROMISE, KEPT = "promise_kept", ("kept", "kept_early")


def story(scores: Scores) -> list[str]:
    """Tell what happened, one line a thing: gate, blind spot, slip, promises."""
    lines = [*_ethics(scores), *_blind_spots(scores), *_slip(scores), *_promises(scores)]
    return ["the story of it, as the data tell it", *aligned(lines, indent="  ")] if lines else []


def _ethics(scores: Scores) -> Iterator[list[str]]:
    grave = [each.id for each in scores.rubric.criteria if each.gate and each.gate.error_class == "ethics"]
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


@attrs.frozen(slots=True, eq=False)
class _Run:
    """What one provider was seen to do on one criterion, in the order of time: which answers are below."""

    criterion: str
    rows: Any
    below: Any

    @property
    def slip(self) -> int:
        """The place of the first lapse; the length of the run without one."""
        return int(np.argmax(self.below)) if self.below.any() else len(self.below)

    @property
    def is_slip(self) -> bool:
        """Whether the first lapse follows a clean run, and enough was seen after it."""
        return CLEAN <= self.slip <= len(self.below) - 1 - SINCE


def _slip(scores: Scores) -> Iterator[list[str]]:
    """Tell of the slip after which most changed, and whether chance would do as much somewhere."""
    runs = [run for run in _runs(scores) if len(run.below) > CLEAN + SINCE]
    found = max(
        (run for run in runs if run.is_slip), key=lambda run: _change(run.below[None])[0], default=None
    )
    if found is None:
        return
    criterion = scores.rubric.criterion(found.criterion)
    what = criterion.words.in_language("en") or criterion.id
    after = found.below[found.slip + 1 :]
    low, high = _ends(int(after.sum()), len(after))
    chance = _chance(runs, float(_change(found.below[None])[0]))
    sure = "more than chance" if chance < SURE else "whether it is more than chance cannot be told"
    text = (
        f"{_when(scores, int(found.rows[found.slip]))}: “{what}”, missed after {found.slip} in a row; of the "
        f"{len(after)} after it {int(after.sum())} missed ({low:.0%} to {high:.0%}): {sure}"
    )
    yield ["slip", text]


def _runs(scores: Scores) -> Iterator[_Run]:
    provider = scores.ratings.context["provider"].codes
    order = np.argsort(scores.ratings.at, kind="stable")
    order = order[~np.isnat(scores.ratings.at[order])]
    for criterion, standing in scores.answers.standings.items():
        for code in np.unique(provider[provider >= 0]).tolist():
            rows = _one_a_piece(scores, order[(provider[order] == code) & (standing[order] >= 0)])
            yield _Run(criterion, rows, standing[rows] == 0)


def _chance(runs: Sequence[_Run], change: float) -> float:
    """Return how often, with each run's answers in another order, one of them changes at least as much.

    The greatest change of all runs is compared, since the greatest one was picked; 1 is added to both
    counts, so that the share is never 0.
    """
    rng = np.random.default_rng(0)  # the same scores tell the same story
    greatest = np.zeros(ORDERS)
    for run in runs:
        orders = rng.permuted(np.broadcast_to(run.below, (ORDERS, len(run.below))), axis=1)
        np.maximum(greatest, _change(orders), out=greatest)
    return float((1 + (greatest >= change - 1e-9).sum()) / (1 + ORDERS))


def _change(below: Any) -> Any:
    """Return (orders,) how much likelier a run is with one share of lapses before its slip and one after.

    The log-likelihood ratio of no lapse before the first one and a share of their own after it, against one
    share throughout; the slip itself is left out. 0 where there is no slip.
    """
    n = below.shape[1]
    before = np.where(below.any(axis=1), np.argmax(below, axis=1), n)
    after = n - 1 - before
    lapses = below.sum(axis=1) - 1
    counts = (before >= CLEAN) & (after >= SINCE)
    after, lapses = np.where(counts, after, 1), np.where(counts, lapses, 0)
    return np.where(counts, _likelihood(lapses, after) - _likelihood(lapses, before + after), 0.0)


def _likelihood(k: Any, n: Any) -> Any:
    """Return the greatest log-likelihood of k out of n."""
    share = k / np.maximum(n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(k > 0, k * np.log(share), 0.0) + np.where(k < n, (n - k) * np.log1p(-share), 0.0)


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
