"""`coqs rate`: dialogues in, ratings of machine raters out."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import numpy as np

from coqs.cli.inputs import mapping, plugins_with_warnings, rubric_named, warn_of
from coqs.cli.outputs import Write, check_places, write_together
from coqs.cli.progress import progress
from coqs.cli.text import counted, show
from coqs.errors import NotFoundError, RecordError
from coqs.interactions import Interactions
from coqs.io import (
    MAX_LINE_BYTES,
    read_interactions,
    reader_named,
    write_evidence,
    write_promises,
    write_ratings,
)
from coqs.manager import Plugins
from coqs.model import Absence
from coqs.raters import rate as rated
from coqs.ratings import Ratings

NOT_OURS = (".csv", ".tsv", ".vtt", ".srt", ".xlsx")
"""Ends of names of files that are never JSON lines."""


def rate(arguments: Namespace) -> int:
    """Read dialogues, let the raters rate them, write the ratings, say what to do with them."""
    check_places(arguments.out, arguments.evidence, arguments.promises, given=_inputs(arguments))
    plugins = plugins_with_warnings()
    rubric = rubric_named(arguments.rubric, plugins)
    raters = arguments.rater or ["phrases"]
    _check_raters(raters, plugins)
    reader = None if arguments.reader is None else reader_named(arguments.reader, plugins)
    if reader is None and not arguments.speaker:
        _check_is_ours(arguments.dialogues)
    with progress("reading dialogues") as told:
        interactions = read_interactions(
            arguments.dialogues,
            reader=reader,
            speakers=mapping("--speaker", arguments.speaker),
            start=arguments.start,
            encoding=arguments.encoding,
            tz=arguments.tz,
            max_line_bytes=arguments.max_line_bytes or MAX_LINE_BYTES,
            progress=told,
        )
    _check_said(arguments.dialogues, interactions)
    with progress("rating") as told:
        ratings = rated(
            interactions, rubric, raters=raters, plugins=plugins, strict=arguments.strict, progress=told
        )
    outputs: list[tuple[str, Write]] = [
        (arguments.out, lambda path: write_ratings(ratings, path, layout=arguments.layout))
    ]
    if arguments.evidence is not None:
        outputs.append((arguments.evidence, lambda path: write_evidence(ratings, path)))
    if arguments.promises is not None:
        outputs.append((arguments.promises, lambda path: write_promises(ratings, path)))
    write_together(*outputs)
    warn_of(ratings.problems)
    show(_account(ratings, arguments, [target for target, _ in outputs]))
    return 0


def _check_is_ours(path: str) -> None:
    """Refuse a file whose name says that it holds no lines of ours, before a line is called broken."""
    if PurePath(path).suffix.casefold() in NOT_OURS:
        raise RecordError(
            f"{path}: must hold JSON lines, or be read in its own layout; name that with --from: a reader "
            "(coqs plugins lists them), or a mapping file"
        )


def _inputs(arguments: Namespace) -> list[str]:
    return [arguments.dialogues, arguments.rubric, *([arguments.reader] if arguments.reader else [])]


def _check_raters(names: Sequence[str], plugins: Plugins) -> None:
    """Refuse a name that is no rater's before a long file is read."""
    for name in names:
        if name not in plugins.raters():
            raise NotFoundError("rater", name, plugins.raters())


def _check_said(path: str, interactions: Interactions) -> None:
    """Refuse dialogues of which none has a turn, since there is nothing to rate."""
    if not interactions.turn_text:
        n = counted(len(interactions), "interaction")
        raise RecordError(f"{path}: must hold what was said, got no turn in {n}; check the file", path=path)


def _account(ratings: Ratings, arguments: Namespace, written: Sequence[str]) -> list[str]:
    rubric = ratings.rubric
    interactions = len(ratings.interaction.categories)
    raters = ", ".join(ratings.rater.categories)
    kept = [name for name in ratings.facts if name not in rubric.fact_ids]
    facts = "".join(f" --fact {shlex.quote(name)}" for name in kept)
    again = f"coqs score {shlex.quote(arguments.out)} --rubric {shlex.quote(arguments.rubric)}{facts}"
    return [
        f"{counted(interactions, 'interaction')} rated by {raters} under {rubric.id} {rubric.version}",
        f"answers: {_answers(ratings)}",
        *_unrated(ratings),
        *(f"wrote {target}" for target in written),
        f"to score them: {again}",
    ]


def _unrated(ratings: Ratings) -> Iterator[str]:
    """Say how much went without any answer, and why that may be: it is easily overlooked."""
    n = sum((codes >= 0).astype(int) for codes in ratings.codes.values())
    rows = len(ratings) - int(np.count_nonzero(n))
    if rows:
        why = "nobody spoke for the provider, or in a language that the rater does not read"
        yield f"without any answer: {counted(rows, 'rating')} of {len(ratings):,}; perhaps {why}"


def _answers(ratings: Ratings) -> str:
    counts: Counter[str] = Counter()
    for codes in ratings.codes.values():
        for absence in Absence:
            counts[absence] += int((codes == absence.code).sum())
        counts["answered"] += int((codes >= 0).sum())
    names = ("answered", *Absence)
    return ", ".join(f"{counts[name]:,} {name.replace('_', ' ')}" for name in names if counts[name]) or "none"
