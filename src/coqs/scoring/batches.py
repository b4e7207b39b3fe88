"""Score a stream of batches, one at a time, in the memory of a few batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from coqs.errors import ComparisonError, RecordError
from coqs.facts import FactColumn
from coqs.ratings import Ratings
from coqs.ratings.spans import EvidenceTable, PromiseTable
from coqs.results import Scores
from coqs.results.grouping import numbers_as_texts
from coqs.rubric import Rubric
from coqs.tables import Encoded, kind_of

Score = Callable[[Ratings], Scores]


def score_batches(
    score: Score, rubric: Rubric, batches: Any, *, whole_interactions: bool, how: Mapping[str, Any]
) -> Iterator[Scores]:
    """Return an iterator of scores; see `Scorer.batches`."""
    is_one = isinstance(batches, Ratings | Mapping | str | bytes) or _is_table(batches)
    if is_one or not isinstance(batches, Iterable):
        kind = "one" if is_one else kind_of(batches)
        raise RecordError(f"batches: must be several tables or ratings, got {kind}; pass a list of them")
    names = how.get("facts", ())
    again = {**how, "facts": names if isinstance(names, str) else tuple(names)}  # read for each batch
    read = _read(rubric, batches, again)
    return map(score, _together(read) if whole_interactions else read)


def _is_table(batches: Any) -> bool:
    """Tell a table from an iterator of them, which a stream of Arrow is too."""
    in_arrow = hasattr(batches, "__arrow_c_stream__") and not isinstance(batches, Iterator)
    return in_arrow or hasattr(batches, "__dataframe__")


def _read(rubric: Rubric, batches: Iterable[Any], how: Mapping[str, Any]) -> Iterator[Ratings]:
    """Read tables as ratings; a problem says in which batch it is, counted from 0 as rows are."""
    for number, batch in enumerate(batches):
        if isinstance(batch, Ratings):
            yield batch
            continue
        try:
            ratings = Ratings.from_table(batch, rubric, **how)
        except RecordError as error:
            message = f"batch {number}: {error.message}"
            raise RecordError(
                message, path=error.path, line=error.line, failures=error.failures
            ) from error.__cause__
        yield ratings


def _together(batches: Iterable[Ratings]) -> Iterator[Ratings]:
    """Move the first rows of a batch to the one before, where they go on with its last interaction."""
    held: Ratings | None = None
    for batch in batches:
        if held is None or not len(held):
            held = batch
            continue
        more = _going_on(held, batch)
        if more:
            held = joined(held, _rows(batch, 0, more))
        if more < len(batch):
            yield held
            held = _rows(batch, more, len(batch)) if more else batch
    if held is not None:
        yield held


def _going_on(held: Ratings, batch: Ratings) -> int:
    """Count the first rows of a batch that are of the last interaction before it."""
    codes = batch.interaction.codes
    if not len(batch) or batch.interaction[0] != held.interaction[len(held) - 1]:
        return 0
    others = np.flatnonzero(codes != codes[0])
    return int(others[0]) if len(others) else len(batch)


def _rows(ratings: Ratings, start: int, stop: int) -> Ratings:
    """Return rows that follow each other, with their evidence and their promises."""
    return attrs.evolve(
        ratings.take(slice(start, stop)),
        evidence=ratings.evidence.within(start, stop),
        promises=ratings.promises.within(start, stop),
    )


def joined(held: Ratings, more: Ratings) -> Ratings:
    """Return the rows of both; `more` are few, and all of the last interaction of `held`."""
    mine, theirs = held.rubric.fingerprint.scoring, more.rubric.fingerprint.scoring
    if mine != theirs:
        raise ComparisonError(
            f"batches: must be made under one rubric, got {mine[:19]} and {theirs[:19]}; read them with one",
            left=mine,
            right=theirs,
        )
    _check_raters(held, more)
    return Ratings(
        rubric=held.rubric,
        interaction=_texts(held.interaction, more.interaction),
        rater=_texts(held.rater, more.rater),
        context={name: _texts(column, more.context[name]) for name, column in held.context.items()},
        at=np.concatenate([held.at, more.at]),
        facts={name: _facts(held, more, name) for name in {**held.facts, **more.facts}},
        codes={id: np.concatenate([column, more.codes[id]]) for id, column in held.codes.items()},
        numbers={id: np.concatenate([column, more.numbers[id]]) for id, column in held.numbers.items()},
        choices={id: np.concatenate([column, more.choices[id]]) for id, column in held.choices.items()},
        evidence=EvidenceTable.concatenate([held.evidence, more.evidence.moved(len(held))]),
        promises=PromiseTable.concatenate([held.promises, more.promises.moved(len(held))]),
        problems=(*held.problems, *(each for each in more.problems if each not in held.problems)),
    )


def _check_raters(held: Ratings, more: Ratings) -> None:
    last = held.interaction.codes == held.interaction.codes[-1]
    twice = set(held.rater.take(last).to_list()) & set(more.rater.to_list())
    if twice:
        raise RecordError(
            f"batches: must hold one row of each interaction and rater, "
            f"got {more.interaction[0]!r} again in the next batch; keep one"
        )


def _texts(held: Encoded, more: Encoded) -> Encoded:
    """Return the texts of both; the few of the second are looked for among those of the first."""
    categories, added = held.categories, dict[str, int]()
    codes = []
    for text in more.to_list():
        if text is None:
            codes.append(-1)
        elif text in categories:
            codes.append(categories.index(text))
        else:
            codes.append(len(categories) + added.setdefault(text, len(added)))
    together = np.concatenate([held.codes, np.array(codes, np.int32)])
    return Encoded(together, (*categories, *added) if added else categories)


def _facts(held: Ratings, more: Ratings, name: str) -> FactColumn:
    """Return a fact of both, as texts where one has texts; missing where one does not have it."""
    columns = [each.facts.get(name, Encoded.missing(len(each))) for each in (held, more)]
    first, second = columns
    if isinstance(first, Encoded) or isinstance(second, Encoded):
        texts = [each if isinstance(each, Encoded) else numbers_as_texts(each) for each in columns]
        return _texts(*texts)
    return np.concatenate([first, second])
