"""Golden interactions: answer sheets whose scores somebody worked out by hand."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import attrs

from coqs.errors import RecordError, RubricError, suggest
from coqs.ratings import Ratings
from coqs.results import Explanation, Scores
from coqs.rubric import Rubric
from coqs.scoring import score
from coqs.scoring.explain import explain

EXPECTED = ("overall", "verdict", "stages", "gates", "coverage", "irreversible")
KEYS = ("id", "rubric", "story", "customer_set", "facts", "answers", "worked", "expect")
UNSCORED = "unscored"


class Readable(Protocol):
    """A file of a package, as `importlib.resources` hands it out."""

    def read_bytes(self) -> bytes:
        """Return the whole content."""


@attrs.frozen(slots=True, kw_only=True)
class Golden:
    """One answer sheet with the score that it must get."""

    id: str
    story: str
    """What happened, for people."""
    answers: Mapping[str, Any]
    """Criterion to level, number, options or absence; left out is unanswered."""
    expect: Mapping[str, Any]
    """overall, verdict, stages, gates (those that fail), coverage, irreversible: fractions as text."""
    rubric: str | None = None
    """Id of its rubric, where the plugin has several."""
    customer_set: str | None = None
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    worked: str = ""
    """The calculation by hand."""

    def ratings(self, rubric: Rubric) -> Ratings:
        """Return the sheet as ratings of one row."""
        columns = {"interaction": self.id, "customer_set": self.customer_set, **self.facts, **self.answers}
        return Ratings.from_table({name: [value] for name, value in columns.items()}, rubric)


def read_golden(source: str | Path | Readable) -> tuple[Golden, ...]:
    """Read golden interactions from a TOML file with `[[golden]]` entries.

    Raises
    ------
    RecordError
        The file cannot be read, or an entry has an unknown key or lacks one.
    """
    readable = Path(source) if isinstance(source, str) else source
    name = Path(str(source)).name
    try:
        entries = tomllib.loads(readable.read_bytes().decode("utf-8"), parse_float=Decimal).get("golden", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = type(error).__name__
        raise RecordError(
            f"{name}: must be a readable TOML file, got {problem}; mend it", path=name
        ) from None
    return tuple(_golden(entry, f"{name}: golden[{place}]") for place, entry in enumerate(entries))


def _golden(entry: Mapping[str, Any], where: str) -> Golden:
    for key in entry:
        if key not in KEYS:
            raise RecordError(f"{where}.{key}: must be a known key; {suggest(key, KEYS)}")
    for key in entry.get("expect", {}):
        if key not in EXPECTED:
            raise RecordError(f"{where}.expect.{key}: must be a known key; {suggest(key, EXPECTED)}")
    lacking = [key for key in ("id", "story", "answers", "expect") if key not in entry]
    if lacking:
        raise RecordError(f"{where}: must have {lacking[0]!r}, got none; add it")
    answers = entry["answers"].items()
    plain = {key: float(value) if isinstance(value, Decimal) else value for key, value in answers}
    return Golden(**{**entry, "answers": plain})


def differences(rubric: Rubric, golden: Golden) -> tuple[str, ...]:
    """Score a golden interaction, exactly and by columns; return what differs from its expectation."""
    try:
        scores = score(golden.ratings(rubric))
    except (RecordError, RubricError) as error:
        return (f"{golden.id}: {error}",)
    exact = explain(scores, golden.id)
    return tuple(f"{golden.id}: {text}" for text in _differences(golden.expect, exact, scores))


def _differences(expect: Mapping[str, Any], exact: Explanation, scores: Scores) -> Iterator[str]:
    found: dict[str, Any] = {
        "overall": exact.overall,
        "verdict": exact.verdict,
        "coverage": exact.coverage,
        "irreversible": sum(item.irreversible_failed for item in exact.items),
        "gates": {name: int(column[0]) for name, column in scores.gates.items() if column[0]},
    }
    stages = {stage.stage: stage.score for stage in exact.stages}
    if expect.get("gates", {}) != found["gates"]:
        yield f"gates are {found['gates']}, not {expect.get('gates', {})}"
    if "verdict" in expect and expect["verdict"] != exact.verdict:
        yield f"verdict is {exact.verdict}, not {expect['verdict']}"
    wanted = {name: expect[name] for name in found if name in expect and name not in ("gates", "verdict")}
    pairs = [(name, value, found[name]) for name, value in wanted.items()]
    pairs += [(f"stage {id}", value, stages.get(id)) for id, value in expect.get("stages", {}).items()]
    for name, value, got in pairs:
        if _exact(value) != got:
            yield f"{name} is {UNSCORED if got is None else got}, not {value}"
    yield from _disagreements(exact, scores)


def _exact(value: Any) -> Fraction | None:
    """Return the exact number that a file states; None stands for unscored."""
    return None if value == UNSCORED else Fraction(value)


def _disagreements(exact: Explanation, scores: Scores) -> Iterator[str]:
    """Hold the columnar path to the exact one."""
    overall = float(scores.overall[0])
    if (exact.overall is None) != math.isnan(overall):
        yield "the two scorers disagree on whether it is scored"
    elif exact.overall is not None and abs(float(exact.overall) - overall) > 1e-12:
        yield f"the two scorers disagree: {exact.overall} and {overall}"
    if scores.verdict[0] != exact.verdict:
        yield f"the two scorers disagree on the verdict: {exact.verdict} and {scores.verdict[0]}"
