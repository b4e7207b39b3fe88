"""Read what a rubric has a say in of a table of ratings: customer sets and facts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs

from coqs.errors import RecordError, suggest
from coqs.facts import FactColumn
from coqs.model import CONTEXT
from coqs.ratings.incoming import Incoming
from coqs.rubric import Rubric
from coqs.tables import Encoded, refuse_cells


@attrs.frozen(slots=True, eq=False, repr=False)
class IncomingRatings(Incoming):
    """A table of ratings at the door, and the rubric that they follow."""

    rubric: Rubric = attrs.field(kw_only=True)


def texts_of(read: IncomingRatings) -> dict[str, Encoded]:
    """Return the ids and the context; refuse customer sets that the rubric does not know."""
    texts = read.texts("interaction", "rater")
    _check_declared(
        read, "customer_set", texts["customer_set"], read.rubric.set_ids, "a customer set of the rubric"
    )
    return texts


def facts_of(read: IncomingRatings) -> dict[str, FactColumn]:
    """Return the facts that the rubric declares or the caller names."""
    declared = {fact.id: fact for fact in read.rubric.facts}
    taken = {"interaction", "rater", "at", *CONTEXT, *read.rubric.criterion_ids}
    names = dict.fromkeys([*(id for id in declared if id in read.columns), *read.facts])
    found: dict[str, FactColumn] = {}
    for name in names:
        if name in taken:
            raise RecordError(f"facts: must not name a criterion or a context column, got {name!r}; drop it")
        if name not in read.columns:
            raise RecordError(
                f"facts: must name columns of the table, got {name!r}; {suggest(name, read.columns)}"
            )
        fact = declared.get(name)
        column = read.fact(name, fact.kind if fact else None)
        found[name] = column
        if fact and isinstance(column, Encoded):
            _check_declared(read, name, column, fact.allowed, "a value that the rubric declares")
    return found


def _check_declared(
    read: IncomingRatings, name: str, column: Encoded, known: Sequence[str], what: str
) -> None:
    """Refuse texts that are none of those that the rubric knows."""
    allowed = set(known)
    strange = {code: text for code, text in enumerate(column.categories) if text not in allowed}
    bad = {code: partial(_undeclared, text, known, what) for code, text in strange.items()}
    refuse_cells(read.refused, column.codes, bad, place=read.cell(name))


def _undeclared(text: str, known: Sequence[str], what: str) -> str:
    return f"must be {what}, got a text of {len(text)} characters; {suggest(text, known)}"
