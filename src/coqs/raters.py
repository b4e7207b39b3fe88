"""Put machine raters to work on interactions, and collect what they say as ratings.

Floor 4. A rater is a plugin on the hook `coqs_rate`; each is called with a whole block of
interactions. A rater that breaks leaves rows of *failed* and a `Problem`; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from coqs.errors import PluginContractError, RecordError, suggest
from coqs.facts import FactColumn, take_fact
from coqs.interactions import Interactions
from coqs.manager import Plugins, load_plugins
from coqs.model import Absence
from coqs.ratings import EvidenceTable, PromiseTable, RatedColumns, Ratings
from coqs.results import Problem
from coqs.rubric import Numeric, Rubric, SeveralChoice
from coqs.tables import Encoded, Refusals, freeze, kind_of

HOOK = "coqs_rate"
BLOCK = 4096
"""Interactions in one call of the hook."""
Codes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]


def rate(
    interactions: Interactions,
    rubric: Rubric,
    *,
    raters: Sequence[str] = ("phrases",),
    plugins: Plugins | None = None,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Ratings:
    """Rate interactions with machine raters: one row for each interaction and rater.

    Parameters
    ----------
    interactions
        A batch.
    rubric
        What is asked; machines abstain on criteria that they cannot judge.
    raters
        Names of plugins that rate; each is a rater like any other.
    plugins
        Loaded plugins; None for all that are installed.
    strict
        Raise when a rater breaks, instead of recording a problem and *failed* answers.
    progress
        Called with (interactions done, interactions in all), counted over all raters.

    Raises
    ------
    NotFoundError
        No plugin has that name.
    RecordError
        The interactions do not fit the rubric (a customer set or a fact value that it does not know).
    PluginError
        A rater broke, with `strict`.
    """
    names = [raters] if isinstance(raters, str) else list(raters)
    if not names or len(set(names)) < len(names):
        raise RecordError(f"raters: must name one or more different plugins, got {names}; mend the list")
    _check_fit(interactions, rubric)
    found = plugins if plugins is not None else load_plugins()
    total = len(interactions) * len(names)
    parts = [_Rated(rubric, name, len(interactions)) for name in names]
    for start in range(0, max(len(interactions), 1), BLOCK):  # an empty batch is asked once, to find raters
        block = interactions.rows(start, start + BLOCK)
        for place, part in enumerate(parts):
            part.take(_ask(found, block, rubric, part.rater, strict=strict), start, len(block))
            if progress is not None:
                progress(start * len(names) + len(block) * (place + 1), total)
    return _ratings(interactions, rubric, parts)


def _ask(
    plugins: Plugins, block: Interactions, rubric: Rubric, rater: str, *, strict: bool
) -> RatedColumns | Problem | None:
    """Call one rater on one block; what it breaks is a problem, unless strict."""
    (answer,) = plugins.rate(block, rubric, raters=[rater], strict=strict)
    if answer.problem is not None:
        return answer.problem
    try:
        if answer.value is not None:
            _check_columns(answer.value, block, rubric, rater)
    except PluginContractError as error:
        if strict or plugins.strict:
            raise
        return Problem(rater, HOOK, type(error).__name__)
    return answer.value


def _check_columns(columns: RatedColumns, block: Interactions, rubric: Rubric, rater: str) -> None:
    """Refuse what a rater must not return."""

    def refuse(message: str) -> PluginContractError:
        return PluginContractError(f"plugin {rater!r}: {message}; mend the plugin", plugin=rater, hook=HOOK)

    rows = columns.interaction
    if len(rows) and not 0 <= rows.min() <= rows.max() < len(block):
        raise refuse(f"interaction rows must lie from 0 to {len(block) - 1}")
    pairs: set[tuple[int, str]] = set(zip(rows.tolist(), columns.criterion, strict=True))
    if len(pairs) < len(columns):
        raise refuse("each interaction and criterion must be judged once")
    known = {id: _answer_codes(rubric, id) for id in rubric.criterion_ids}
    for criterion, level in dict.fromkeys(zip(columns.criterion, columns.level, strict=True)):
        if criterion not in known:
            near = suggest(criterion, known)
            raise refuse(f"must judge criteria of the rubric, got {kind_of(criterion)} ({near})")
        if level not in known[criterion]:  # a careless rater may put a customer's words here
            near = suggest(level, known[criterion])
            raise refuse(f"must give levels or absences of {criterion!r}, got {kind_of(level)} ({near})")
    seen = columns.turn >= 0
    turn, start, end = (each[seen] for each in (columns.turn, columns.start, columns.end))
    if not _spans_lie_within(rows[seen], turn, start, end, block):
        raise refuse("evidence must be a turn of its interaction, and start and end within that turn")
    made = columns.promises
    if len(made) and not (
        0 <= made.row.min() <= made.row.max() < len(block)
        and made.turn.min() >= 0
        and _spans_lie_within(made.row, made.turn, made.start, made.end, block)
    ):
        raise refuse("promises must be turns of interactions, and start and end within them")


def _spans_lie_within(row: Rows, turn: Rows, start: Rows, end: Rows, block: Interactions) -> bool:
    """Tell whether every span points to characters that its turn has."""
    place = block.turn_offsets[row] + turn
    if (place >= block.turn_offsets[row + 1]).any():
        return False
    length = np.array([len(text) for text in block.turn_text], np.int64)[place]
    nowhere = (start == -1) & (end == -1)
    return bool((nowhere | ((start >= 0) & (start <= end) & (end <= length))).all())


def _answer_codes(rubric: Rubric, id: str) -> dict[str, int]:
    """Return the code of each level and absence; machines give levels of single choices only."""
    scale = rubric.criterion(id).scale
    levels = (
        {} if isinstance(scale, Numeric | SeveralChoice) else {each: k for k, each in enumerate(scale.ids)}
    )
    return levels | {str(absence): absence.code for absence in Absence}


class _Rated:
    """One rater's answers to a whole batch, filled block by block; nothing said is abstained."""

    def __init__(self, rubric: Rubric, rater: str, n: int) -> None:
        self.rubric, self.rater, self.n = rubric, rater, n
        self.codes = np.full((len(rubric.criteria), n), Absence.ABSTAINED.code, np.int8)
        self.evidence: list[EvidenceTable] = []
        self.promises: list[PromiseTable] = []
        self.problems: list[Problem] = []

    def take(self, answer: RatedColumns | Problem | None, start: int, n: int) -> None:
        """Take a rater's answer to the block that begins at row `start`."""
        if isinstance(answer, Problem):
            self.codes[:, start : start + n] = Absence.FAILED.code
            if answer not in self.problems:
                self.problems.append(answer)
        elif answer is not None:
            self._fill(answer, start)
            self.promises.append(answer.promises.moved(start))

    def _fill(self, answer: RatedColumns, start: int) -> None:
        places = {id: place for place, id in enumerate(self.rubric.criterion_ids)}
        codes = {id: _answer_codes(self.rubric, id) for id in places}
        criterion = np.array([places[id] for id in answer.criterion], np.int64)
        pairs = zip(answer.criterion, answer.level, strict=True)
        self.codes[criterion, answer.interaction + start] = [codes[id][level] for id, level in pairs]
        seen = answer.turn >= 0
        self.evidence.append(
            EvidenceTable(
                row=answer.interaction[seen] + start,
                criterion=criterion[seen],
                turn=answer.turn[seen],
                start=answer.start[seen],
                end=answer.end[seen],
            )
        )


def _check_fit(interactions: Interactions, rubric: Rubric) -> None:
    refused = Refusals()
    _check_values("customer_set", interactions.context["customer_set"], rubric.set_ids, interactions, refused)
    for name in interactions.facts:
        if name in rubric.criterion_ids:
            refused.add(f"fact {name!r}: must not share its name with a criterion, got one; rename the fact")
    for fact in rubric.facts:
        column = interactions.facts.get(fact.id)
        if column is None or _is_empty(column):
            continue
        if isinstance(column, Encoded) == (fact.kind == "number"):
            refused.add(f"fact {fact.id!r}: must be a {fact.kind}, as the rubric declares; mend the records")
        elif isinstance(column, Encoded):
            _check_values(fact.id, column, fact.allowed, interactions, refused)
    if refused.count:
        raise refused.error("interactions")


def _is_empty(column: FactColumn) -> bool:
    """Tell whether nobody knew the fact, so that its column says nothing of its kind."""
    return not column.present.any() if isinstance(column, Encoded) else bool(np.isnan(column).all())


def _check_values(
    name: str, column: Encoded, allowed: Sequence[str], interactions: Interactions, refused: Refusals
) -> None:
    for code, value in enumerate(column.categories):
        if value not in allowed and (at := np.flatnonzero(column.codes == code)).size:
            id = interactions.ids[int(at[0])]
            refused.add(f"interaction {id!r}, {name}: must be known to the rubric; {suggest(value, allowed)}")


def _ratings(interactions: Interactions, rubric: Rubric, parts: Sequence[_Rated]) -> Ratings:
    """Stack the raters' rows, rater by rater."""
    n, times = len(interactions), len(parts)
    rows = np.tile(np.arange(n), times)
    codes = freeze(np.concatenate([part.codes for part in parts], axis=1))
    facts = {
        name: _of_kind(rubric, name, take_fact(column, rows)) for name, column in interactions.facts.items()
    }
    numeric = [each.id for each in rubric.criteria if isinstance(each.scale, Numeric)]
    several = [each.id for each in rubric.criteria if isinstance(each.scale, SeveralChoice)]
    return Ratings(
        rubric=rubric,
        interaction=Encoded(rows, interactions.ids),
        rater=Encoded(np.repeat(np.arange(times), n), tuple(part.rater for part in parts)),
        context={name: column.take(rows) for name, column in interactions.context.items()},
        at=freeze(interactions.at[rows]),
        facts=facts,
        codes=dict(zip(rubric.criterion_ids, codes, strict=True)),
        numbers={id: freeze(np.full(len(rows), np.nan)) for id in numeric},
        choices={id: freeze(np.zeros(len(rows), np.uint64)) for id in several},
        evidence=EvidenceTable.concatenate(
            [each.moved(place * n) for place, part in enumerate(parts) for each in part.evidence]
        ),
        promises=PromiseTable.concatenate(
            [each.moved(place * n) for place, part in enumerate(parts) for each in part.promises]
        ),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


def _of_kind(rubric: Rubric, name: str, column: FactColumn) -> FactColumn:
    """Return a fact's column; one that nobody knew gets the kind that the rubric declares."""
    if name not in rubric.fact_ids or not _is_empty(column):
        return column
    if rubric.fact(name).kind == "number":
        return freeze(np.full(len(column), np.nan))
    return Encoded.missing(len(column))
