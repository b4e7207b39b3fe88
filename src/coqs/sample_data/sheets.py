"""The answers of the sample: what happened, how a rater saw it, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.facts import FactColumn
from coqs.model import Absence, Standing
from coqs.ratings import Ratings
from coqs.rubric import Criterion, Level, Numeric, Rubric, SeveralChoice
from coqs.sample_data.post import OFFICERS, RATERS, Post
from coqs.sample_data.story import ANSWER, CHECK, CHECKED, PROMISE, PROMISED, UNCHECKED, Errand, slips
from coqs.scoring.bulk import asked_codes
from coqs.tables import Encoded, freeze

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Draws = np.random.Generator
MISSING = (
    (Absence.UNANSWERED, 0.02),
    (Absence.NOT_APPLICABLE, 0.02),
    (Absence.ABSTAINED, 0.015),
    (Absence.FAILED, 0.004),
)
"""How often one answer is missing, and how; *not asked* follows from the rubric."""
EMPTY = ((Absence.UNANSWERED, 0.01), (Absence.ABSTAINED, 0.007))
"""How often a whole sheet is: the observer was called away, or saw nothing."""
BELOW, MEETS, EXCEEDS = 0.13, 0.5, 0.37
"""Chances of an answer's standing, at a skill of 0."""
GRAVE = 0.05
"""What is left of a level's chance where it triggers a gate or cannot be undone."""


@attrs.frozen(slots=True, eq=False)
class Sheets:
    """The answers as raters wrote them; arrays stay writable until they become ratings."""

    rubric: Rubric
    post: Post
    codes: dict[str, Codes]
    numbers: dict[str, Floats]
    choices: dict[str, npt.NDArray[np.uint64]]

    @classmethod
    def drawn(cls, rng: Draws, post: Post, rubric: Rubric) -> Sheets:
        sheets = cls(rubric, post, {}, {}, {})
        for criterion in rubric.criteria:
            sheets._answer(rng, criterion)
        _leave_out(rng, list(sheets.codes.values()), len(post.of_row), EMPTY)
        return sheets

    def _answer(self, rng: Draws, criterion: Criterion) -> None:
        quality, scale = _quality(rng, self.post, criterion), criterion.scale
        if isinstance(scale, SeveralChoice):
            self.choices[criterion.id] = _chosen(rng, criterion, scale, quality)
            codes = np.zeros(len(quality), np.int8)
        elif criterion.ideal:
            codes = _near_the_best(self._fact(criterion.ideal.fact), criterion, quality)
        else:
            codes = _level(scale.levels, criterion, quality)
        if isinstance(scale, Numeric):
            self.numbers[criterion.id] = _values(rng, scale, codes)
        _leave_out(rng, [codes], len(quality), MISSING)
        self.codes[criterion.id] = codes

    def _fact(self, id: str) -> FactColumn:
        column = self.post.facts[id]
        return column.take(self.post.of_row) if isinstance(column, Encoded) else column[self.post.of_row]

    def tell(self, rng: Draws, told: Sequence[Errand]) -> None:
        """Write the story into the answers: a slip, and what became of two promises."""
        kept, left_out = slips(rng, self.post)
        self._write(CHECK, CHECKED, kept, only_below=True)
        self._write(CHECK, UNCHECKED, left_out)
        for errand in told:
            self._write(PROMISE, PROMISED, np.arange(self.post.n) == errand.made)
            self._write(ANSWER, errand.outcome, np.arange(self.post.n) == errand.met)

    def _write(
        self, id: str, level: str, interactions: npt.NDArray[np.bool_], *, only_below: bool = False
    ) -> None:
        """Give some interactions a level, in every rater's row; of those below it alone, where asked."""
        if id not in self.codes or level not in self.rubric.criterion(id).scale.ids:
            return
        place = self.rubric.criterion(id).scale.ids.index(level)
        rows = interactions[self.post.of_row]
        if only_below:
            rows = rows & (self.codes[id] >= 0) & (self.codes[id] < place)
        self.codes[id][rows] = place

    def let_one_ethics_gate_fail(self, rng: Draws) -> None:
        """Let one interaction have an answer that no score may offset; all its raters saw it."""
        seen = {each.id: each for each in self.rubric.criteria if each.gate}
        asked = self._settled()
        rows = {
            id: np.flatnonzero(asked[id] >= 0)
            for id, each in seen.items()
            if each.gate and each.gate.error_class == "ethics" and (asked[id] >= 0).any()
        }
        if not rows:
            return
        id = list(rows)[int(rng.random() * len(rows))]
        row = rows[id][int(rng.random() * len(rows[id]))]
        same = self.post.of_row == self.post.of_row[row]
        self._write_grave(rng, seen[id], np.flatnonzero(same & (self.codes[id] >= 0)))

    def _write_grave(self, rng: Draws, criterion: Criterion, rows: Rows) -> None:
        place = next(place for place in range(len(criterion.scale.ids)) if _triggers(criterion, place))
        if isinstance(criterion.scale, SeveralChoice):
            self.choices[criterion.id][rows] |= np.uint64(1 << place)
            return
        self.codes[criterion.id][rows] = place
        if isinstance(criterion.scale, Numeric):
            numbers = _values(rng, criterion.scale, self.codes[criterion.id])
            self.numbers[criterion.id][rows] = numbers[rows]

    def _settled(self) -> dict[str, Codes]:
        """Return the codes with *not asked* where the rubric hides the question."""
        asked = asked_codes(self.rubric, self._as_ratings(self.codes))
        return {id: codes.copy() for id, codes in asked.items()}

    def ratings(self) -> Ratings:
        """Return the sheets as ratings: a question that was not asked has no answer."""
        codes = self._settled()
        for id, numbers in self.numbers.items():
            numbers[codes[id] < 0] = np.nan
        for id, choices in self.choices.items():
            choices[codes[id] < 0] = 0
        return self._as_ratings({id: freeze(column) for id, column in codes.items()})

    def _as_ratings(self, codes: dict[str, Codes]) -> Ratings:
        post, width = self.post, max(len(str(self.post.n)), 4)
        return Ratings(
            rubric=self.rubric,
            interaction=Encoded(post.of_row, tuple(f"I-{place + 1:0{width}}" for place in range(post.n))),
            rater=Encoded(post.rater, tuple(name for name, _ in RATERS)),
            context={name: column.take(post.of_row) for name, column in post.context.items()},
            at=freeze(post.at[post.of_row]),
            facts={id: _frozen_fact(self._fact(id)) for id in post.facts},
            codes=codes,
            numbers={id: freeze(column.copy()) for id, column in self.numbers.items()},
            choices={id: freeze(column.copy()) for id, column in self.choices.items()},
        )


def _frozen_fact(column: FactColumn) -> FactColumn:
    return column if isinstance(column, Encoded) else freeze(column)


def _logistic(rng: Draws, n: int) -> Floats:
    draws = rng.random(n) * (1 - 1e-9) + 5e-10
    return np.log(draws / (1 - draws))


def _quality(rng: Draws, post: Post, criterion: Criterion) -> Floats:
    """Return (rows,) how good each answer is in (0, 1): what happened, and how the rater saw it."""
    happened = _logistic(rng, post.n)
    if criterion.controlled_by == "person":
        happened += np.array([each.skill for each in OFFICERS])[post.officer] + post.changed
    leniency = np.array([shift for _, shift in RATERS])[post.rater]
    seen = happened[post.of_row] + leniency + 0.3 * _logistic(rng, len(post.of_row))
    return np.asarray(1 / (1 + np.exp(-seen)), np.float64)


def _triggers(criterion: Criterion, place: int) -> bool:
    return criterion.gate is not None and criterion.scale.ids[place] in criterion.gate.on


def _chance(criterion: Criterion, place: int, level: Level) -> float:
    """Return how often a level is given, relative to the others; an ethics gate never by chance."""
    table = {Standing.BELOW: BELOW, Standing.MEETS: MEETS, Standing.EXCEEDS: EXCEEDS, None: MEETS}
    chance = table[level.standing]
    gate = criterion.gate
    if gate and _triggers(criterion, place):
        return 0.0 if gate.error_class == "ethics" else chance * GRAVE
    return chance * GRAVE if criterion.irreversible and level.standing is Standing.BELOW else chance


def _level(levels: Sequence[Level], criterion: Criterion, quality: Floats) -> Codes:
    """Give each answer the level that its quality reaches, from the fewest points to the most."""
    order = sorted(range(len(levels)), key=lambda place: levels[place].points or 0)
    return _reached(order, [_chance(criterion, place, levels[place]) for place in order], quality)


def _reached(order: Sequence[int], chances: Sequence[float], quality: Floats) -> Codes:
    total = float(np.sum(chances)) or 1.0
    edges = np.cumsum(chances)[:-1] / total
    return np.array(order, np.int8)[np.searchsorted(edges, quality, side="right")]


def _near_the_best(fact: FactColumn, criterion: Criterion, quality: Floats) -> Codes:
    """Give the best level of the fact's value, or one that is too much or too little."""
    codes = np.zeros(len(quality), np.int8)
    if criterion.ideal is None or not isinstance(fact, Encoded):
        return codes
    ids, best = criterion.scale.ids, dict(criterion.ideal.best)
    for code, value in enumerate(fact.categories):
        if value in best:
            at = ids.index(best[value])
            order = sorted(range(len(ids)), key=lambda place: -abs(place - at))
            chances = [0.0 if _triggers(criterion, place) else 0.2 ** abs(place - at) for place in order]
            rows = fact.codes == code
            codes[rows] = _reached(order, chances, quality[rows])
    return codes


def _chosen(
    rng: Draws, criterion: Criterion, scale: SeveralChoice, quality: Floats
) -> npt.NDArray[np.uint64]:
    bits = np.zeros(len(quality), np.uint64)
    for place, option in enumerate(scale.options):
        good = option.points is None or option.points > 0
        chance = 0.55 + 0.45 * quality if good else 0.1 * (1 - quality)
        if _triggers(criterion, place):
            chance = np.zeros_like(quality)
        bits |= np.where(rng.random(len(quality)) < chance, np.uint64(1 << place), np.uint64(0))
    return bits


def _values(rng: Draws, scale: Numeric, codes: Codes) -> Floats:
    """Draw a number within the range of each answer's level, in tenths where they stay inside it."""
    draws = rng.random(len(codes))
    values = np.full(len(codes), np.nan)
    for place, level in enumerate(scale.levels):
        rows = np.flatnonzero(codes == place)
        low, high = _range(level)
        exact = low + draws[rows] * (high - low)
        tenths = np.floor(exact * 10) / 10
        inside = (tenths >= low) & (tenths < high)
        values[rows] = np.where(inside, tenths, np.minimum(exact, np.nextafter(high, low)))
    return values


def _range(level: Level) -> tuple[float, float]:
    low = None if level.low is None else float(level.low)
    high = None if level.high is None else float(level.high)
    if low is None:
        low = 0.0 if high is None or high > 0 else high - 10
    return low, high if high is not None else low + max(abs(low), 10.0)


def _leave_out(rng: Draws, columns: Sequence[Codes], n: int, often: Sequence[tuple[Absence, float]]) -> None:
    """Replace answers by absences, in the same rows of every column."""
    draws, start = rng.random(n), 0.0
    for absence, share in often:
        rows = (draws >= start) & (draws < start + share)
        for column in columns:
            column[rows] = absence.code
        start += share
