"""Ratings as arrays and plain values that can be written into a file, and read from one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized

import attrs
import numpy as np

from coqs.model import Absence
from coqs.ratings import EvidenceTable, PromiseTable, Ratings
from coqs.results.problems import Problem
from coqs.rubric import Rubric, SeveralChoice
from coqs.tables import Encoded
from coqs.tables.archive import Archive, Array, Key

TEXTS = ("codes", "lengths", "utf8")
"""What a column of texts is written as: a place a row, then every distinct text, end to end."""


def arrays_of(ratings: Ratings) -> dict[Key, Array]:
    """Return every column of ratings under a key of its own."""
    arrays: dict[Key, Array] = {("ratings", "at"): ratings.at}
    texts = {"interaction": ratings.interaction, "rater": ratings.rater}
    for name, column in texts.items():
        arrays |= _text_arrays(("ratings", name), column)
    for name, column in ratings.context.items():
        arrays |= _text_arrays(("context", name), column)
    for name, fact in ratings.facts.items():
        if isinstance(fact, Encoded):
            arrays |= _text_arrays(("facts", name), fact)
        else:
            arrays["numbers of facts", name] = fact
    for kind in ("codes", "numbers", "choices"):
        arrays |= {(kind, id): column for id, column in getattr(ratings, kind).items()}
    for name, table in (("evidence", ratings.evidence), ("promises", ratings.promises)):
        arrays |= {(name, key): column for key, column in table.columns().items()}
    return arrays


def ratings_from(archive: Archive, rubric: Rubric) -> Ratings:
    """Return the ratings of a file, or raise ValueError where its parts do not fit together."""
    own = archive.below("ratings")
    facts = {name: _texts(parts) for name, parts in archive.below("facts").items()}
    facts_in_order = facts | archive.below("numbers of facts")
    found = Ratings(
        rubric=rubric,
        interaction=_texts(own["interaction"]),
        rater=_texts(own["rater"]),
        context={name: _texts(parts) for name, parts in archive.below("context").items()},
        at=own["at"],
        facts={name: facts_in_order[name] for name in archive.values["facts"]},
        codes=archive.below("codes"),
        numbers=archive.below("numbers"),
        choices=archive.below("choices"),
        evidence=EvidenceTable(**archive.below("evidence")),
        promises=PromiseTable(**archive.below("promises")),
        problems=tuple(Problem(**each) for each in archive.values["problems"]),
    )
    _check(found, archive.values["rows"])
    return found


def problems_of(ratings: Ratings) -> list[dict[str, str]]:
    """Return what went wrong in plugins as plain values."""
    return [attrs.asdict(each) for each in ratings.problems if isinstance(each, Problem)]


def _text_arrays(key: Key, column: Encoded) -> dict[Key, Array]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in column.categories]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    parts: list[Array] = [column.codes, lengths, np.frombuffer(b"".join(encoded), np.uint8)]
    return {(*key, name): part for name, part in zip(TEXTS, parts, strict=True)}


def _texts(parts: Mapping[str, Array]) -> Encoded:
    codes, lengths, blob = (parts[name] for name in TEXTS)
    ends = np.cumsum(lengths, dtype=np.int64)
    if (lengths < 0).any() or int(ends[-1] if len(ends) else 0) != len(blob):
        raise ValueError("texts of another length")
    return Encoded(codes, tuple(_cut(blob.tobytes(), ends.tolist())))


def _cut(blob: bytes, ends: list[int]) -> Iterable[str]:
    cuts = map(slice, [0, *ends], ends)
    if blob.isascii():  # then a character is a byte, and all can be decoded at once
        return map(blob.decode("ascii").__getitem__, cuts)
    return (blob[cut].decode("utf-8", "surrogatepass") for cut in cuts)


def _check(ratings: Ratings, rows: int) -> None:
    """Refuse columns of other lengths, or answers that the rubric does not know."""
    columns: list[Sized] = [ratings.interaction, ratings.rater, ratings.at, *ratings.context.values()]
    columns += [*ratings.facts.values(), *ratings.codes.values()]
    columns += [*ratings.numbers.values(), *ratings.choices.values()]
    if {len(each) for each in columns} != {rows}:
        raise ValueError("columns of different lengths")
    if set(ratings.codes) != set(ratings.rubric.criterion_ids):
        raise ValueError("columns of other criteria")
    for criterion in ratings.rubric.criteria:
        codes, is_several = ratings.codes[criterion.id], isinstance(criterion.scale, SeveralChoice)
        most = 0 if is_several else len(criterion.scale.ids) - 1
        if codes.min(initial=0) < -len(Absence) or codes.max(initial=0) > most:
            raise ValueError("answers that the rubric does not have")
        if is_several and int(ratings.choices[criterion.id].max(initial=0)) >> len(criterion.scale.ids):
            raise ValueError("options that the rubric does not have")
    for spans in (ratings.evidence, ratings.promises):
        if len({len(column) for column in spans.columns().values()}) > 1:
            raise ValueError("spans of different lengths")
